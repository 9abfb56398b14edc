"""Settling: in the file and in the workbook alike; what is open, impossible or out of date is told."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from openpyxl import load_workbook

import grader
from grader.errors import InputError

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "examples" / "moderation"
TWO = [FOLDER / "ann.yaml", FOLDER / "bob.yaml"]
SETTLED = (FOLDER / "settled.yaml").read_text()
Make = Callable[..., dict[str, Any]]


def settle(tmp_path: Path, text: str, **more: Any) -> Any:
    file = tmp_path / "settled.yaml"
    file.write_text(text)
    return grader.settle(TWO, file, **{"rest": "ann", **more})


def test_every_item_keeps_who_tagged_it_what_each_said_who_settled_it_and_why() -> None:
    agreed = grader.settle(TWO, FOLDER / "settled.yaml", rest="ann").inspection
    items = {e.id: e for e in agreed.evidence}
    assert {"ann and bob"} == {e.tagged_by for e in agreed.evidence}
    settled = items["E9"].settled
    assert ("the moderation meeting", "2022-06-07", "meets") == (
        settled.by,
        settled.on,
        items["E9"].assessment,
    )
    assert {"ann": ("partly_meets", "some"), "bob": ("meets", "widespread")} == {
        name: (said.assessment, said.extent) for name, said in settled.said.items()
    }
    assert "left as ann tagged it: it matters to no grade" == items["E5"].settled.why
    assert items["E1"].settled is None


def test_what_is_left_out_is_kept_on_record_and_never_counted() -> None:
    agreed = grader.settle(TWO, FOLDER / "settled.yaml", rest="ann").inspection
    (out,) = agreed.left_out
    assert ("T12", "bob", True) == (out.id, out.tagged_by, out.settled.said["ann"].left_out)
    proposal = grader.grade(agreed)
    assert ["left_out"] == [n.reason for n in proposal.not_counted if n.evidence == "T12"]
    without = grader.grade(agreed.model_copy(update={"left_out": []}))
    assert [(a.outcome, a.grade) for a in proposal.areas] == [(a.outcome, a.grade) for a in without.areas]


def test_the_workbook_settles_as_the_file_does(tmp_path: Path) -> None:
    found = grader.reconcile(TWO)
    path = tmp_path / "settle.xlsx"
    path.write_bytes(grader.settling_workbook(found))
    choices = {c["item"]: c for c in yaml.safe_load(SETTLED)["disagreements"]}
    book = load_workbook(path)
    assert ["Settle", "If there is time", "Pairs", "Areas"] == book.sheetnames
    assert ["E9", "T12"] == [row[0].value for row in book["Settle"].iter_rows(min_row=2) if row[0].value]
    for name in ("Settle", "If there is time"):
        page = book[name]
        at = {cell.value: cell.column for cell in page[1]}
        for row in range(2, page.max_row + 1):
            own = choices.get(page.cell(row, 1).value, {})
            if own.get("choice"):
                page.cell(row, at["choice"], own["choice"])
                page.cell(row, at["reason"], own["reason"])
            for tag, value in (own.get("agreed") or {}).items():
                page.cell(row, at[f"agreed {tag}"], value)
    book.save(path)
    by = {"by": "the moderation meeting", "on": "2022-06-07", "rest": "ann"}
    in_file = grader.settle(TWO, FOLDER / "settled.yaml", rest="ann").inspection
    assert in_file == grader.settle(TWO, path, **by).inspection


def test_the_workbook_offers_the_choices_and_is_the_same_bytes_each_time() -> None:
    found = grader.reconcile(TWO)
    assert grader.settling_workbook(found) == grader.settling_workbook(found)
    import io

    book = load_workbook(io.BytesIO(grader.settling_workbook(found)))
    lists = [rule.formula1 for rule in book["Settle"].data_validations.dataValidation]
    assert '"ann,bob,other,left out"' in lists


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("choice: bob", "choice: bop", "E9: unknown choice 'bop'"),
        ("choice: bob", "choice:", "E9 is not settled, and workforce can turn on it"),
        ("reason: The rota", "why: The rota", "unknown key 'why'"),
        ("ann: {assessment: partly_meets, extent: some}", "ann: {assessment: meets}",
         "E9: the taggings say otherwise than when this was written"),
        ("  agreed: {assessment: partly_meets}\n", "", "the choice is 'other', and nothing says what holds"),
        ("choice: other", "choice: ann", "E4: what is agreed instead goes with the choice 'other'"),
        ("- item: E9", "- item: E99", "'E99' is no disagreement"),
        ("inspection: harbour-2022", "inspection: other", "it settles 'other', not 'harbour-2022'"),
        ("  by: the moderation meeting\n", "", "nothing says by whom E9 was settled"),
        ("  on: 2022-06-07\n", "", "nothing says when E9 was settled"),
        ("agreed: {assessment: partly_meets}", "agreed: {assessment: partly_met}", "'partly_met'"),
    ],
)  # fmt: skip
def test_what_cannot_be_settled_so_is_told_with_its_place(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    assert old in SETTLED
    with pytest.raises(InputError) as caught:
        settle(tmp_path, SETTLED.replace(old, new, 1))
    assert said in str(caught.value)


def test_without_rest_everything_is_to_be_settled(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="E5 is not settled"):
        settle(tmp_path, SETTLED, rest=None)
    with pytest.raises(InputError, match="unknown tagger 'Cy'"):
        settle(tmp_path, SETTLED, rest="Cy")


def test_a_choice_that_no_inspection_may_hold_is_told_where_it_was_made(
    tagging: Make, item: Make, tmp_path: Path
) -> None:
    measure = {"name": "crimes_recorded", "value": 95.5, "unit": "percent"}
    one = tagging(item("E1", "recording.1a", "meets", measure=measure))
    two = tagging(item("E1", "recording.1a", "exceeds", measure=measure))
    file = tmp_path / "settling.yaml"
    text = grader.settling_file(grader.reconcile([one, two]))
    file.write_text(
        text.replace("choice:", "choice: other").replace(
            "  reason:", "  agreed: {assessment: meets, characteristics: [recording.1b]}\n  reason: x"
        )
    )
    with pytest.raises(InputError, match=r"settling\.yaml:\d+:\d+: measure 'crimes_recorded' assesses"):
        grader.settle([one, two], file, by="C", on="2022-06-01")


@pytest.mark.slow
def test_every_way_to_settle_is_graded_as_the_mix_it_is(tmp_path: Path) -> None:
    found = grader.reconcile(TWO)
    areas = {a.area: a for a in found.areas}
    for choices in itertools.product(("ann", "bob"), repeat=len(found.disagreements)):
        text = grader.settling_file(found)
        for choice in choices:
            text = text.replace("  choice:\n  reason:\n", f"  choice: {choice}\n  reason: x\n", 1)
        agreed = settle(tmp_path, text, by="C", on="2022-06-07").inspection
        proposal = grader.grade(agreed)
        for area in ("responding", "workforce"):
            result = proposal.area(area)
            assert (result.outcome, result.grade) in {(r.outcome, r.grade) for r in areas[area].reachable}
        chosen = dict(zip((d.item for d in found.disagreements), choices, strict=True))
        assert ("adequate" if chosen["T12"] == "bob" else "good") == proposal.area("responding").grade
        assert ("good" if chosen["E9"] == "bob" else "adequate") == proposal.area("workforce").grade


def test_sources_of_one_name_and_other_content_are_kept_apart(
    tagging: Make, item: Make, tmp_path: Path
) -> None:
    one = tagging(item("E1", "responding.1a", "meets"))
    two = {**tagging(item("E1", "responding.1a", "meets"), item("E2", "responding.1b", "meets")),
           "sources": {"report": {"title": "Minutes"}}}  # fmt: skip
    file = tmp_path / "settling.yaml"
    text = grader.settling_file(grader.reconcile([one, two]))
    file.write_text(text.replace("choice:", "choice: B").replace("  reason:", "  reason: x"))
    agreed = grader.settle([one, two], file, by="C", on="2022-06-01").inspection
    assert {"report": "A report", "B-report": "Minutes"} == {n: s.title for n, s in agreed.sources.items()}
    assert ["report", "B-report"] == [e.source for e in agreed.evidence]


# A copy without tags -------------------------------------------------------------------------------------


def test_a_blind_copy_holds_what_was_found_and_nothing_of_how_it_was_tagged() -> None:
    copy = yaml.safe_load(grader.blind(FOLDER / "agreed.yaml").text)
    kept = {key for entry in copy["evidence"] for key in entry}
    assert {"id", "statement", "found_on", "source", "locator"} == kept
    assert "left_out" not in copy


def test_issued_findings_do_not_tell_how_evidence_was_tagged(tagging: Make, item: Make) -> None:
    finding = {"id": "F1", "kind": "area_for_improvement", "area": "responding", "statement": "s",
               "characteristics": ["responding.1a"], "evidence": ["E1"]}  # fmt: skip
    one = tagging(item("E1", "responding.1a", "meets"), findings=[finding])
    copy = yaml.safe_load(grader.blind(one).text)
    assert {"id", "kind", "area", "statement"} == set(copy["findings"][0])
    filled = {**copy, "evidence": one["evidence"]}
    assert not grader.reconcile([one, filled]).differs


def test_a_blind_copy_has_to_be_tagged_before_it_is_graded(tmp_path: Path, run: Callable[..., Any]) -> None:
    path = tmp_path / "to_tag.yaml"
    assert 0 == run("blind", FOLDER / "ann.yaml", "-o", path).code
    ran = run("grade", path)
    assert 2 == ran.code
    assert "'E1' lacks 'characteristics'" in ran.err


def test_a_sample_holds_its_share_of_every_area_whatever_the_order() -> None:
    leicestershire = grader.load(ROOT / "examples" / "leicestershire_2021_22" / "inspection.yaml")
    framework = leicestershire.framework.framework
    whole = leicestershire.inspection
    copy = yaml.safe_load(grader.blind(whole, share="20%").text)
    chosen = {e["id"] for e in copy["evidence"]}
    assert {"share": "20%", "seed": 1, "of": 306} == copy["inspection"]["sample"]
    for area in framework.areas_in("2022-03"):
        own = {
            e.id for e in whole.evidence if any(framework.area_of(c).id == area.id for c in e.characteristics)
        }
        assert len(chosen & own) >= len(own) / 5
    backwards = whole.model_copy(update={"evidence": whole.evidence[::-1]})
    again = yaml.safe_load(grader.blind(backwards, share="20%").text)
    assert chosen == {e["id"] for e in again["evidence"]}
    other = yaml.safe_load(grader.blind(whole, share="20%", seed=2).text)
    assert chosen != {e["id"] for e in other["evidence"]}


def test_what_is_outside_a_sample_is_no_disagreement(tagging: Make, item: Make) -> None:
    evidence = [item(f"E{n}", f"responding.{n}", "meets") for n in ("1a", "1b", "2a", "2b")]
    one = tagging(*evidence)
    two = tagging(evidence[0], head={"sample": {"share": "25%", "seed": 1, "of": 4}})
    found = grader.reconcile([one, two])
    assert (False, 3) == (found.differs, found.pairs.not_asked)
    under = [{n: s.grade for n, s in a.under.items()} for a in found.areas if a.area == "responding"]
    assert [{"A": "good", "B": "good"}] == under


@pytest.mark.parametrize(
    ("share", "said"),
    [
        ("20", "write 20%, or 2000% if it is a share of 1"),
        ("0%", "is out of range"),
        ("110%", "is out of range"),
        ("some", "is no share"),
    ],
)
def test_a_share_is_written_as_a_per_cent(share: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        grader.blind(FOLDER / "ann.yaml", share=share)
