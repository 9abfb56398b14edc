"""Agreement on tags: alpha as published and as the library has it, its interval, and what is said of few."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from grader.model.inspection import Evidence
from grader.review import tag_agreement
from grader.review.alpha import Sums
from grader.review.tag_agreement import Field, agreement_on, masi

Make = Callable[..., dict[str, Any]]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("ab", "ab", 0.0),
        ("a", "b", 1.0),
        ("a", "ab", 1 - 2 / 3 / 2),  # one holds the other
        ("ab", "bc", 1 - 1 / 3 / 3),  # neither does
        ("abc", "abcd", 0.5),
    ],
)
def test_masi_distance(one: str, other: str, expected: float) -> None:
    assert pytest.approx(expected) == masi(frozenset(one), frozenset(other))


def values(distance: str, seed: int) -> list[tuple[str, list[Any]]]:
    chance = random.Random(seed)

    def one() -> Any:
        if distance == "masi":
            return frozenset(chance.sample("abcdef", chance.randint(1, 3)))
        return chance.choice("abcd")

    found = []
    for n in range(60):
        said = one()
        people = [said if chance.random() < 0.6 else one() for _ in range(chance.choice((2, 3)))]
        found.append((f"area {n % 7}", people))
    return found


def defined(read: list[tuple[str, list[Any]]], distance: str) -> float:
    """Alpha by its definition: pairs of values within items, against pairs of all values said."""
    everything = [value for _, own in read for value in own]
    many = Counter(everything)

    def apart(one: Any, other: Any) -> float:
        if distance == "masi":
            return masi(one, other)
        if distance == "nominal":
            return float(one != other)
        low, high = sorted((one, other))
        return (
            sum(n for value, n in many.items() if low <= value <= high) - (many[low] + many[high]) / 2
        ) ** 2

    observed = sum(
        apart(*pair) / (len(own) - 1) for _, own in read for pair in itertools.permutations(own, 2)
    )
    expected = sum(apart(*pair) for pair in itertools.permutations(everything, 2))
    return 1 - (len(everything) - 1) * observed / expected


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("distance", ["nominal", "ordinal", "masi"])
def test_sums_by_area_come_to_what_alpha_is_defined_as(distance: Any, seed: int) -> None:
    read = values(distance, seed)
    field = Field("x", lambda e: e, distance, ("a", "b", "c", "d"))
    domain = tag_agreement.domain_of(field, {v for _, own in read for v in own})
    sums = Sums(domain, read, tag_agreement.distances(field, domain))
    assert pytest.approx(defined(read, distance)) == sums.whole()


@pytest.mark.parametrize(
    ("distance", "seed", "expected"),
    [("nominal", 0, 0.304381), ("ordinal", 0, 0.419377), ("masi", 0, 0.187616)],
)
def test_alpha_is_what_another_library_said(distance: Any, seed: int, expected: float) -> None:
    # Figures of the package krippendorff 0.9.0, on the same values.
    read = values(distance, seed)
    field = Field("x", lambda e: e, distance, ("a", "b", "c", "d"))
    domain = tag_agreement.domain_of(field, {v for _, own in read for v in own})
    assert expected == round(Sums(domain, read, tag_agreement.distances(field, domain)).whole(), 6)


def test_few_items_and_few_areas_are_said(item: Make) -> None:
    items = [Evidence.model_validate(item("E", "responding.1a", a)) for a in ("meets", "exceeds", "meets")]
    field = tag_agreement.fields(pytest.importorskip("grader.vocabulary.peel").PEEL)[1]
    found = agreement_on(field, [("a", items[:2]), ("b", items[1:]), ("b", items[:1] * 2)])
    assert "3 items tagged by several people: too few to mean anything (fewer than 30)" in found.notes
    assert 3 == found.n


def test_what_a_figure_assesses_is_nobodys_tag(item: Make) -> None:
    measure = {"name": "crimes_recorded", "value": 95.5, "unit": "percent"}
    figure = Evidence.model_validate(item("E", "recording.1a", None, measure=measure))
    tagged = Evidence.model_validate(item("E", "recording.1a", "exceeds"))
    field = tag_agreement.fields(pytest.importorskip("grader.vocabulary.peel").PEEL)[1]
    assert 0 == agreement_on(field, [("recording", [figure, tagged])]).n


def test_without_the_extra_counts_still_stand(item: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tag_agreement, "find_spec", lambda name: None)
    items = [Evidence.model_validate(item("E", "responding.1a", a)) for a in ("meets", "exceeds")]
    field = tag_agreement.fields(pytest.importorskip("grader.vocabulary.peel").PEEL)[1]
    found = agreement_on(field, [("a", items)])
    assert (0.0, None, None) == (found.same, found.alpha, found.interval)
    assert any("inspection-grader[report]" in note for note in found.notes)
