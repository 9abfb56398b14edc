"""Agreement on tags: alpha as published and as the library has it, its interval, and what is said of few."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import krippendorff
import numpy as np
import pytest

from grader.model.inspection import Evidence
from grader.review import tag_agreement
from grader.review.tag_agreement import Field, Sums, agreement_on, masi

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


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("distance", ["nominal", "ordinal", "masi"])
def test_sums_by_area_come_to_what_the_library_says(distance: Any, seed: int) -> None:
    read = values(distance, seed)
    field = Field("x", lambda e: e, distance, ("a", "b", "c", "d"))
    domain = tag_agreement.domain_of(field, {v for _, own in read for v in own})
    sums = Sums(field, domain, read)
    counts = [[own.count(value) for value in domain] for _, own in read]
    level = sums.apart_of if distance == "masi" else distance
    expected = krippendorff.alpha(
        value_counts=counts, value_domain=np.arange(len(domain), dtype=float), level_of_measurement=level
    )
    assert pytest.approx(expected) == sums.alpha(np.ones((1, len(sums.areas))))[0]


def test_very_many_sets_are_summed_without_the_library(item: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    field = Field("x", lambda e: frozenset(e.characteristics), "masi")
    units = [
        (area, [Evidence.model_validate(item("E", " ".join(sorted(v)), "meets")) for v in own])
        for area, own in values("masi", 1)
    ]
    said = agreement_on(field, units, resamples=50)
    monkeypatch.setattr(tag_agreement, "LIBRARY_CELLS", 0)
    assert said == agreement_on(field, units, resamples=50)


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
