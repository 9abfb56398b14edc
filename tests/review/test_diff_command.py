"""`grader diff`: one inspection beside the decisions on it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import grader

Run = Callable[..., Any]
Small = Callable[..., Path]
Decided = Callable[..., Path]

KEYS = ["inspection", "area", "outcome", "proposed", "final", "steps", "rationale", "smallest_change"]


def area(out: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(a for a in json.loads(out)["areas"] if a["area"] == name)
    return found


def test_json_has_the_keys_of_the_format_and_no_others(run: Run, small: Small, decided: Decided) -> None:
    decided({"responding": "good"})
    said = json.loads(run("diff", small(), "--json").out)
    figures = [
        "n", "exact", "within_one", "weighted_kappa", "interval", "alpha", "majority_baseline", "bias",
        "confusion",
    ]  # fmt: skip
    assert ["schema", "inspections", "areas", "agreement", "ignored", "overrides"] == list(said)
    assert {} == said["overrides"]
    assert "grader.diff/1" == said["schema"]
    assert ["small"] == said["inspections"]
    assert {tuple(KEYS)} == {tuple(a) for a in said["areas"]}
    assert [*figures, "without_declared_concerns"] == list(said["agreement"])
    assert figures == list(said["agreement"]["without_declared_concerns"])


def test_what_was_set_for_a_proposal_is_said(
    run: Run, small: Small, decided: Decided, tmp_path: Path
) -> None:
    proposal = tmp_path / "p.json"
    run("grade", small(), "-o", proposal, "--set", "minimum_coverage=30%")
    final = decided({"responding": "good"})
    assert {"small": {"minimum_coverage": 300}} == json.loads(run("diff", proposal, final, "--json").out)[
        "overrides"
    ]
    assert "overrides of small (shares in tenths of a per cent): minimum_coverage 300" in " ".join(
        run("diff", proposal, final).out.split()
    )


def test_same_grades_are_exit_0_and_another_grade_exit_1(run: Run, small: Small, decided: Decided) -> None:
    inspection = small()
    assert 0 == run("diff", inspection, decided({"responding": "good"})).code
    assert 1 == run("diff", inspection, decided({"responding": "adequate"})).code


def test_steps_are_ranks_of_proposed_above_final(run: Run, small: Small, decided: Decided) -> None:
    said = run("diff", small(), decided({"responding": "inadequate"}), "--json").out
    assert ("good", "inadequate", 3) == tuple(
        area(said, "responding")[k] for k in ("proposed", "final", "steps")
    )


def test_final_grade_where_nothing_was_proposed_differs(run: Run, small: Small, decided: Decided) -> None:
    ran = run("diff", small(), decided({"strategy": "good"}), "--json")
    found = area(ran.out, "strategy")
    assert 1 == ran.code
    assert ("withheld", None, "good", None, "no reason given") == tuple(
        found[k] for k in ("outcome", "proposed", "final", "steps", "rationale")
    )


def test_area_not_yet_decided_is_no_difference(run: Run, small: Small, decided: Decided) -> None:
    ran = run("diff", small(), decided({"responding": "good"}), "--json")
    assert 0 == ran.code
    assert (None, None) == (area(ran.out, "strategy")["final"], area(ran.out, "strategy")["rationale"])


def test_rationale_is_the_reviewers_in_every_format(run: Run, small: Small, decided: Decided) -> None:
    inspection = small()
    file = decided({"responding": {"grade": "adequate", "rationale": "Seen at night"}})
    assert "Seen at night" == area(run("diff", inspection, file, "--json").out, "responding")["rationale"]
    for format in ("text", "markdown", "csv"):
        assert "Seen at night" in run("diff", inspection, file, "--format", format).out


def test_text_names_what_a_proposal_hinges_on(run: Run, leicestershire: Path) -> None:
    out = run("diff", leicestershire / "inspection.yaml").out
    block = out.split("offenders: proposed adequate, final good")[1].split("\n\n")[0]
    assert "hinges on: E184, E201 (without one: good)" in block


def test_decisions_beside_the_inspection_are_used(run: Run, leicestershire: Path) -> None:
    beside = run("diff", leicestershire / "inspection.yaml", "--json")
    named = run("diff", leicestershire / "inspection.yaml", leicestershire / "decisions.yaml", "--json")
    assert (1, beside.out) == (named.code, named.out)


def test_recorded_proposal_is_compared_as_it_was_recorded(run: Run, small: Small, decided: Decided) -> None:
    inspection, file = small(), decided({"responding": "adequate"})
    recorded = inspection.with_name("proposal.json")
    assert 0 == run("grade", inspection, "-o", recorded).code
    expected = json.loads(run("diff", inspection, file, "--json").out)
    for area in expected["areas"]:
        area["smallest_change"] = None  # read off the evidence, which a proposal does not hold
    inspection.unlink()
    assert expected == json.loads(run("diff", recorded, file, "--json").out)


def test_engine_named_makes_no_difference(run: Run, small: Small, decided: Decided) -> None:
    inspection, file = small(), decided({"responding": "adequate"})
    reference = run("diff", inspection, file, "--json", "--engine", "reference")
    assert run("diff", inspection, file, "--json").out == reference.out


@pytest.mark.parametrize("ending", [".json", ".md", ".csv", ".txt"])
def test_output_file_has_the_format_of_its_ending(
    run: Run, small: Small, decided: Decided, tmp_path: Path, ending: str
) -> None:
    inspection, file, target = small(), decided({"responding": "adequate"}), tmp_path / f"out{ending}"
    ran = run("diff", inspection, file, "-o", target)
    options = {".json": ["--json"], ".md": ["--format", "markdown"], ".csv": ["--format", "csv"], ".txt": []}
    assert 1 == ran.code
    assert run("diff", inspection, file, *options[ending]).out == target.read_text(encoding="utf-8")
    assert f"written: {target}" in ran.err
    again = run("diff", inspection, file, "-o", target)
    assert (2, "") == (again.code, again.out)
    assert "add --force" in again.err
    assert 1 == run("diff", inspection, file, "-o", target, "--force").code


def test_output_is_never_written_over_an_input(run: Run, small: Small, decided: Decided) -> None:
    inspection, file = small(), decided({"responding": "good"})
    recorded = inspection.with_name("p.json")
    run("grade", inspection, "-o", recorded)
    ran = run("diff", recorded, file, "-o", recorded, "--force")
    assert 2 == ran.code
    assert "the output is also an input" in ran.err


def test_csv_has_a_row_an_area(run: Run, leicestershire: Path) -> None:
    out = run("diff", leicestershire, "--format", "csv").out
    found = list(csv.DictReader(io.StringIO(out)))
    expected = [a.area for a in grader.grade(leicestershire / "inspection.yaml").areas]
    assert expected == [r["area"] for r in found]
    differs = {r["area"]: r["steps"] for r in found if r["steps"] not in ("", "0")}
    assert {"responding": "1", "offenders": "-1", "organised_crime": "-1", "workforce": "-1"} == differs


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["missing.yaml"], "there is no such file"),
        (["--format", "markdwon"], "did you mean 'markdown'?"),
        (["-o", "x.xlsx"], "an output file ends in"),
        (["--engine", "retw"], "unknown engine"),
        (["--rules", "nowhere"], "unknown rule book 'nowhere'"),
    ],
)
def test_bad_arguments_are_exit_2(
    run: Run, small: Small, decided: Decided, arguments: list[str], message: str
) -> None:
    decided({"responding": "good"})
    given = [] if arguments[0].endswith(".yaml") else [small()]
    ran = run("diff", *given, *arguments)
    assert (2, "") == (ran.code, ran.out)
    assert message in ran.err


def test_inspection_without_decisions_is_exit_2(run: Run, small: Small) -> None:
    ran = run("diff", small())
    assert 2 == ran.code
    assert "no decisions: there is no decisions.yaml beside it" in ran.err


def test_decisions_on_another_inspection_are_exit_2(run: Run, small: Small, decided: Decided) -> None:
    ran = run("diff", small(), decided({"responding": "good"}, on="other"))
    assert 2 == ran.code
    assert "the decisions are on 'other', not on 'small'" in ran.err


def test_decisions_in_the_place_of_an_inspection_are_exit_2(run: Run, decided: Decided) -> None:
    ran = run("diff", decided({"responding": "good"}))
    assert 2 == ran.code
    assert "neither an inspection nor a proposal" in ran.err


@pytest.mark.parametrize("cut", [3, 40, 400])
def test_proposal_cut_short_is_exit_2(run: Run, small: Small, decided: Decided, cut: int) -> None:
    inspection, file = small(), decided({"responding": "good"})
    recorded = inspection.with_name("p.json")
    run("grade", inspection, "-o", recorded)
    recorded.write_bytes(recorded.read_bytes()[:-cut])
    ran = run("diff", recorded, file)
    assert (2, "") == (ran.code, ran.out)
    assert "not a proposal" in ran.err


def test_proposal_of_a_version_to_come_is_exit_2(run: Run, small: Small, decided: Decided) -> None:
    inspection, file = small(), decided({"responding": "good"})
    recorded = inspection.with_name("p.json")
    run("grade", inspection, "-o", recorded)
    recorded.write_text(
        recorded.read_text("utf-8").replace("grader.proposal/1", "grader.proposal/2"), "utf-8"
    )
    ran = run("diff", recorded, file)
    assert 2 == ran.code
    assert "'schema': input should be 'grader.proposal/1'" in ran.err


def without_changes(diff):
    areas = [area.model_copy(update={"smallest_change": None}) for area in diff.areas]
    return diff.model_copy(update={"areas": areas})


def test_python_surface_takes_a_path_or_a_proposal(small: Small, decided: Decided) -> None:
    inspection, file = small(), decided({"responding": "adequate"})
    by_path = grader.diff(inspection, file)
    assert by_path.differs
    by_proposal = grader.diff(grader.grade(inspection), file)
    # What would have had to be found is read off the evidence, which a proposal does not hold.
    assert any(area.smallest_change for area in by_path.areas)
    assert without_changes(by_path) == by_proposal
    assert ["small"] == by_path.inspections


def test_smallest_change_has_its_place(small: Small, decided: Decided) -> None:
    from grader.review.diff import review

    asked: list[tuple[str, str, str]] = []

    def change(proposal: Any, area: str, grade: str) -> dict[str, Any]:
        asked.append((proposal.inspection, area, grade))
        return {"cost": 1}

    file = decided({"responding": "adequate", "strategy": "good"})
    found = review(small(), file, smallest_change=change).diff
    assert [("small", "responding", "adequate"), ("small", "strategy", "good")] == asked
    assert {"responding": {"cost": 1}, "strategy": {"cost": 1}} == {
        a.area: a.smallest_change for a in found.areas if a.smallest_change
    }


def test_notes_of_the_numbers_go_to_standard_error_beside_json(
    run: Run, small: Small, decided: Decided
) -> None:
    ran = run("diff", small(), decided({"responding": "good"}), "--json")
    assert "note: 1 pair of grades: too few to mean anything (fewer than 30)" in ran.err
    assert "a proposal starts from tags a person chose" in ran.err
