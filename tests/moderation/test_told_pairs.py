"""What a person said of pairs in doubt is heeded, whoever comes first, or refused where it cannot be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

import grader
from grader.errors import InputError

Make = Callable[..., dict[str, Any]]


def files(tmp_path: Path, **taggings: dict[str, Any]) -> list[Path]:
    found = []
    for name, data in taggings.items():
        found.append(tmp_path / f"{name}.yaml")
        found[-1].write_text(yaml.safe_dump(data))
    return found


def told(tmp_path: Path, taggers: list[str], *pairs: dict[str, Any]) -> Path:
    path = tmp_path / "told.yaml"
    head = {"inspection": "small", "taggers": taggers}
    path.write_text(yaml.safe_dump({"settling": head, "pairs": list(pairs), "disagreements": []}))
    return path


def same(same: bool = True, **items: str) -> dict[str, Any]:
    return {"items": items, "same": same}


@pytest.fixture
def two(tmp_path: Path, tagging: Make, item: Make) -> list[Path]:
    return files(
        tmp_path,
        ann=tagging(item("A1", "responding.1a", "meets", statement="Doors are open at night")),
        bob=tagging(item("B1", "responding.1a", "meets", statement="Callers wait an hour")),
    )


@pytest.mark.parametrize("order", [["ann", "bob"], ["bob", "ann"]])
def test_a_pair_is_heeded_whoever_is_named_first(tmp_path: Path, two: list[Path], order: list[str]) -> None:
    found = grader.reconcile(two, pairs=told(tmp_path, order, same(bob="B1", ann="A1")))
    assert (1, {"ann": [], "bob": []}) == (found.pairs.by_hand, found.pairs.alone)


@pytest.mark.parametrize(
    ("pairs", "message", "help"),
    [
        ([same(ann="A9", bob="B1")], "ann has no item 'A9'", "known items: A1"),
        ([same(anne="A1", bob="B1")], "unknown tagger 'anne'", "did you mean 'ann'?"),
        (
            [same(ann="A1", bob="B1"), same(False, ann="A1", bob="B1")],
            "A1 of ann and B1 of bob are said to be one finding, and two",
            "say it once",
        ),
    ],
)
def test_a_pair_that_cannot_be_is_told_with_its_place(
    tmp_path: Path, two: list[Path], pairs: list[dict[str, Any]], message: str, help: str
) -> None:
    with pytest.raises(InputError) as caught:
        grader.reconcile(two, pairs=told(tmp_path, ["ann", "bob"], *pairs))
    (problem,) = caught.value.problems
    assert (message, help) == (problem.message, problem.help)
    assert problem.place is not None
    assert problem.place.line


def test_an_item_cannot_be_one_finding_with_two(tmp_path: Path, tagging: Make, item: Make) -> None:
    two = files(
        tmp_path,
        ann=tagging(item("A1", "responding.1a", "meets"), item("A2", "responding.1b", "meets")),
        bob=tagging(item("B1", "responding.1a", "meets")),
    )
    pairs = told(tmp_path, ["ann", "bob"], same(ann="A1", bob="B1"), same(ann="A2", bob="B1"))
    with pytest.raises(InputError, match="A2 of ann and B1 of bob cannot be one finding"):
        grader.reconcile(two, pairs=pairs)


def test_pairs_of_three_people_lead_from_one_to_the_next(tmp_path: Path, tagging: Make, item: Make) -> None:
    statements = {"ann": "Doors are open", "bob": "Callers wait an hour", "cy": "Cars stand idle"}
    three = files(
        tmp_path,
        **{n: tagging(item(n.upper(), "responding.1a", "meets", statement=s)) for n, s in statements.items()},
    )
    chain = [same(ann="ANN", bob="BOB"), same(bob="BOB", cy="CY")]
    found = grader.reconcile(three, pairs=told(tmp_path, ["ann", "bob", "cy"], *chain))
    assert (2, 0) == (found.pairs.by_hand, len(found.disagreements))
    apart = told(tmp_path, ["ann", "bob", "cy"], *chain, same(False, ann="ANN", cy="CY"))
    with pytest.raises(InputError, match="said to be one finding, and two"):
        grader.reconcile(three, pairs=apart)


def test_taggers_that_a_choice_could_not_tell_apart_are_refused(tagging: Make, item: Make) -> None:
    two = [tagging(item("E1", "responding.1a", "meets", tagged_by=name)) for name in ("Ann", "ann")]
    assert ["A", "B"] == [t.name for t in grader.reconcile(two).taggers]
    with pytest.raises(InputError, match="two taggings are called 'ann'"):
        grader.reconcile(two, names=["Ann", "ann"])
    for name in ("Other", "left_out"):
        with pytest.raises(InputError, match="it is a way to settle"):
            grader.reconcile(two, names=["Ann", name])


def test_earlier_grades_that_anybody_has_are_kept(tagging: Make, item: Make) -> None:
    said = {"grade": "Good", "given_in": "2018"}
    one, other = ({"earlier_grades": grades} for grades in (
        {"responding": said}, {"responding": {**said, "grade": "Good+"}, "strategy": said},
    ))  # fmt: skip
    evidence = item("E1", "responding.1a", "meets")
    found = grader.reconcile([tagging(evidence, head=head) for head in (one, other)])
    assert ["the earlier grade of responding is 'Good+' in 2018 by B: 'Good' in 2018 is kept"] == found.notes


@pytest.mark.parametrize("option", [["--json"], ["--workbook", "w.xlsx"], ["--pairs", "p.yaml"]])
def test_what_settling_does_not_heed_is_refused(
    run: Callable[..., Any], two: list[Path], tmp_path: Path, option: list[str]
) -> None:
    ran = run("reconcile", *two, "--settle", "s.yaml", "-o", tmp_path / "agreed.yaml", *option)
    assert (2, "") == (ran.code, ran.out)
    assert f"{option[0]}: it is not asked for with --settle" in ran.err


def test_json_is_written_however_its_ending_is_spelt(
    run: Callable[..., Any], two: list[Path], tmp_path: Path
) -> None:
    run("reconcile", *two, "-o", tmp_path / "found.JSON")
    assert '"grader.reconciliation/1"' in (tmp_path / "found.JSON").read_text()


def test_what_was_left_out_before_keeps_an_id_of_its_own(tmp_path: Path, tagging: Make, item: Make) -> None:
    out = {
        "id": "B1",
        "statement": "s",
        "settled": {"by": "C", "on": "2022-06-01", "why": "not ours", "said": {"ann": {"left_out": True}}},
    }
    two = files(
        tmp_path,
        ann=tagging(item("A1", "responding.1a", "meets"), left_out=[out]),
        bob=tagging(item("A1", "responding.1a", "meets"), item("B1", "responding.1b", "meets")),
    )
    choice = {"item": "B1", "choice": "bob", "reason": "seen"}
    settling = {"inspection": "small", "taggers": ["ann", "bob"], "by": "C", "on": "2022-06-02"}
    path = tmp_path / "settled.yaml"
    path.write_text(yaml.safe_dump({"settling": settling, "disagreements": [choice]}))
    agreed = grader.settle(two, path).inspection
    assert (["A1", "B1"], ["ann-B1"]) == ([e.id for e in agreed.evidence], [o.id for o in agreed.left_out])


@pytest.mark.parametrize(
    ("more", "said"), [({"by": " "}, "nobody is named"), ({"on": "1 May"}, "'1 May' is not a date")]
)
def test_who_settled_and_when_are_checked(more: dict[str, str], said: str) -> None:
    folder = Path(__file__).resolve().parents[2] / "examples" / "moderation"
    two = [folder / "ann.yaml", folder / "bob.yaml"]
    with pytest.raises(InputError, match=said):
        grader.settle(two, folder / "settled.yaml", rest="ann", **more)
