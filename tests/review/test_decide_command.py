"""`grader decide`: what is recorded, what is refused, and that no file is ever half written."""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import grader
from grader.errors import InputError
from grader.io import catalogue
from grader.io.act_log import log_beside
from grader.io.decisions import decisions_of, read_decisions
from grader.io.yaml_source import parse_document
from grader.review.decisions import Decision, decide, has_comments

Run = Callable[..., Any]
Small = Callable[..., Path]
Decided = Callable[..., Path]

ROOT = Path(__file__).resolve().parents[2]
BY = ("--by", "A. Reviewer", "--on", "2026-03-01")


def test_decision_is_recorded_with_the_proposal_it_was_made_on(run: Run, small: Small) -> None:
    inspection = small()
    ran = run("decide", inspection, "--area", "responding", "--grade", "good", *BY)
    proposal = grader.grade(inspection)
    found = read_decisions(inspection.with_name("decisions.yaml")).decisions
    assert (0, "") == (ran.code, ran.err)
    assert "responding: good decided, good proposed" in ran.out
    assert ("small", "A. Reviewer", "PEEL_2021_22", "2022-03") == (
        found.decisions.inspection,
        found.decisions.decided_by,
        found.decisions.framework,
        found.decisions.edition,
    )
    decided = found.grades["responding"]
    assert ("good", None, "A. Reviewer", "2026-03-01") == (
        decided.grade,
        decided.rationale,
        decided.decided_by,
        decided.decided_on,
    )
    recorded = found.proposal
    assert recorded is not None
    assert (proposal.framework.sha256, proposal.rulebook.sha256, proposal.inspection_sha256) == (
        recorded.framework.sha256,
        recorded.rulebook.sha256,
        recorded.inspection_sha256,
    )
    assert (proposal.engine, proposal.grader_version, {}) == (
        recorded.engine,
        recorded.grader_version,
        recorded.overrides,
    )
    assert {"responding": {"outcome": "graded", "grade": "good"}} == {
        area: block.model_dump() for area, block in recorded.proposed.items()
    }


def test_second_decision_joins_the_first(run: Run, small: Small) -> None:
    inspection = small()
    run("decide", inspection, "--area", "strategy", "--grade", "good", "--rationale", "Read it all", *BY)
    ran = run("decide", inspection, "--area", "responding", "--grade", "good", *BY)
    found = read_decisions(inspection.with_name("decisions.yaml")).decisions
    assert 0 == ran.code
    assert ["responding", "strategy"] == list(found.grades)
    assert found.proposal is not None
    assert ["responding", "strategy"] == list(found.proposal.proposed)
    assert "Read it all" == found.grades["strategy"].rationale


def test_today_is_the_day_where_none_is_named(run: Run, small: Small) -> None:
    from datetime import date

    inspection = small()
    before = date.today().isoformat()
    run("decide", inspection, "--area", "responding", "--grade", "good", "--by", "B")
    found = read_decisions(inspection.with_name("decisions.yaml")).decisions
    assert before <= str(found.grades["responding"].decided_on) <= date.today().isoformat()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--area", "responding", "--grade", "adequate"], "adequate is decided where good is proposed"),
        (["--area", "strategy", "--grade", "good"], "good is decided and the area is withheld"),
        (["--area", "responding", "--grade", "good", "--rationale", "  "], "the rationale is blank"),
        (["--area", "respnding", "--grade", "good"], "did you mean 'responding'?"),
        (["--area", "victims", "--grade", "good"], "edition 2022-03 grades no area 'victims'"),
        (["--area", "responding", "--grade", "goood"], "did you mean 'good'?"),
        (["--area", "responding", "--grade", "good", "--on", "1 May"], "'1 May' is not a date"),
        (["--area", "responding", "--grade", "good", "--on", "20260501"], "'20260501' is not a date"),
        (["--area", "responding", "--grade", "good", "--by", " "], "nobody is named"),
        (["--area", "responding", "--grade", "good", "-o", "d.json"], "an output file ends in .yaml or .yml"),
        (["--area", "responding", "--grade", "good", "--by", "a\x1b[1m"], "the decision cannot be written"),
    ],
)
def test_what_cannot_be_recorded_is_exit_2_and_leaves_no_file(
    run: Run, small: Small, arguments: list[str], message: str
) -> None:
    inspection = small()
    by = [] if "--by" in arguments else ["--by", "B"]
    ran = run("decide", inspection, *arguments, *by)
    assert (2, "") == (ran.code, ran.out)
    assert message in ran.err
    assert [inspection] == list(inspection.parent.iterdir())


def test_every_fault_of_a_decision_is_said_at_once(run: Run, small: Small) -> None:
    ran = run("decide", small(), "--area", "responding", "--grade", "adequate", "--by", "", "--on", "x")
    assert 3 == ran.err.count("error:")


def test_area_decided_already_needs_force_whoever_decides(run: Run, small: Small) -> None:
    inspection = small()
    run("decide", inspection, "--area", "responding", "--grade", "good", *BY)
    before = inspection.with_name("decisions.yaml").read_bytes()
    again = ("decide", inspection, "--area", "responding", "--grade", "adequate", "--rationale", "Worse")
    for by in ("A. Reviewer", "Somebody else"):
        ran = run(*again, "--by", by)
        assert 2 == ran.code
        assert "responding is decided already: good, by 'A. Reviewer'" in ran.err
        assert before == inspection.with_name("decisions.yaml").read_bytes()
    assert 0 == run(*again, "--by", "Somebody else", "--force").code
    found = read_decisions(inspection.with_name("decisions.yaml")).decisions
    assert ("adequate", "Somebody else") == (
        found.grades["responding"].grade,
        found.grades["responding"].decided_by,
    )


STRATEGY = ("--area", "strategy", "--grade", "good", "--rationale", "x", *BY)


def test_decision_on_another_rule_book_than_the_rest_is_refused(
    run: Run, small: Small, tmp_path: Path
) -> None:
    inspection = small()
    run("decide", inspection, "--area", "responding", "--grade", "good", *BY)
    book = tmp_path / "rules" / "PEEL_2021_22"
    shutil.copytree(ROOT / "rules" / "PEEL_2021_22", book)
    head = book / "rulebook.yaml"
    head.write_text(head.read_text("utf-8") + "\n# changed\n", "utf-8")
    for more in ((), ("--force",)):
        ran = run("decide", inspection, *STRATEGY, "--rules", book, *more)
        assert 2 == ran.code
        assert "responding decided on another proposal: the rule book changed" in ran.err
    assert 0 == run("decide", inspection, *STRATEGY, "--rules", book, "-o", tmp_path / "later.yaml").code


def mended(inspection: Path, old: str, new: str) -> None:
    text = inspection.read_text("utf-8")
    assert old in text
    inspection.write_text(text.replace(old, new, 1), "utf-8")


def test_other_words_in_the_inspection_make_no_decision_stale(run: Run, small: Small) -> None:
    inspection = small()
    run("decide", inspection, "--area", "responding", "--grade", "good", *BY)
    mended(inspection, "statement: Does", "statement: Does indeed")
    ran = run("decide", inspection, *STRATEGY)
    assert (0, "") == (ran.code, ran.err)
    verified = run("verify", inspection.with_name("decisions.yaml"))
    assert 0 == verified.code
    assert "stale" not in verified.out


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "meets",
            "falls_short",
            "responding.1a was demonstrated, now not demonstrated",
        ),
        ("meets", "exceeds", "responding.1a was demonstrated, now exceeded"),
    ],
    ids=["another grade", "another status alone"],
)
def test_mended_tag_makes_its_area_stale_and_blocks_no_other(
    run: Run, small: Small, old: str, new: str, said: str
) -> None:
    inspection = small()
    file = inspection.with_name("decisions.yaml")
    run("decide", inspection, "--area", "responding", "--grade", "good", *BY)
    run("decide", inspection, *STRATEGY)
    mended(inspection, f"assessment: {old}", f"assessment: {new}")
    verified = run("verify", file)
    assert 1 == verified.code
    assert "  stale: responding; no other decision in the file is\n" in verified.out
    assert f"  responding: {said}\n" in verified.out
    ran = run("decide", inspection, "--area", "workforce", "--grade", "good", "--rationale", "x", *BY)
    assert 0 == ran.code
    assert "responding is stale, decided on a proposal that changed since" in ran.err
    assert "strategy" not in ran.err
    again = run("verify", file)
    assert (1, True) == (again.code, "  stale: responding; no other" in again.out)
    # Decided again on what is proposed now, nothing is stale any more.
    redecided = ("--area", "responding", "--grade", "adequate", "--rationale", "Seen again", "--force", *BY)
    assert 0 == run("decide", inspection, *redecided).code
    assert 0 == run("verify", file).code


def test_each_decision_keeps_the_hash_of_the_inspection_it_was_made_on(run: Run, small: Small) -> None:
    inspection = small()
    first = grader.grade(inspection).inspection_sha256
    run("decide", inspection, "--area", "responding", "--grade", "good", *BY)
    mended(inspection, "statement: Does", "statement: Does indeed")
    run("decide", inspection, *STRATEGY)
    recorded = read_decisions(inspection.with_name("decisions.yaml")).decisions.proposal
    assert recorded is not None
    assert grader.grade(inspection).inspection_sha256 == recorded.inspection_sha256
    assert (first, None) == (
        recorded.areas["responding"].inspection_sha256,
        recorded.areas["strategy"].inspection_sha256,
    )


def test_finding_issued_after_a_decision_makes_its_area_stale(run: Run, small: Small) -> None:
    inspection = small()
    run("decide", inspection, "--area", "responding", "--grade", "good", *BY)
    concern = {"id": "F1", "kind": "area_for_improvement", "area": "responding", "statement": "Improve"}
    small(findings=[concern])
    verified = run("verify", inspection.with_name("decisions.yaml"))
    assert 1 == verified.code
    assert "responding: area for improvement (declared) was not there, and is now" in verified.out


def test_first_version_files_say_too_little_to_go_on_with(run: Run, small: Small) -> None:
    inspection = small()
    file = inspection.with_name("decisions.yaml")
    run("decide", inspection, "--area", "responding", "--grade", "good", *BY)
    data = yaml.safe_load(file.read_text("utf-8"))
    del data["proposal"]["areas"], data["log"]
    log_beside(file).unlink()
    file.write_text(yaml.safe_dump(data), "utf-8")
    assert 0 == run("verify", file).code
    mended(inspection, "statement: Does", "statement: Does indeed")
    assert 1 == run("verify", file).code
    ran = run("decide", inspection, *STRATEGY)
    assert 2 == ran.code
    assert "responding decided on another proposal: the inspection changed" in ran.err


def test_published_grades_are_kept_beside_a_new_decision(run: Run, small: Small, decided: Decided) -> None:
    inspection = small()
    file = decided({"strategy": {"grade": "good", "source": "line 9"}}, stated_counts={"good": 1})
    assert 0 == run("decide", inspection, "--area", "responding", "--grade", "good", *BY).code
    found = read_decisions(file).decisions
    assert ("Somebody", {"good": 1}) == (found.decisions.decided_by, found.decisions.stated_counts)
    assert "line 9" == found.grades["strategy"].source
    assert found.proposal is not None
    assert ["responding"] == list(found.proposal.proposed)


def test_comments_are_not_lost_without_a_yes(run: Run, small: Small, decided: Decided) -> None:
    inspection, file = small(), decided({"strategy": "good"})
    file.write_text("# as published\n" + file.read_text("utf-8"), "utf-8")
    before = file.read_bytes()
    ran = run("decide", inspection, "--area", "responding", "--grade", "good", *BY)
    assert 2 == ran.code
    assert "the file holds comments, which are lost when it is written" in ran.err
    assert before == file.read_bytes()
    assert 0 == run("decide", inspection, "--area", "responding", "--grade", "good", *BY, "--force").code


def test_comments_are_told_from_text_with_a_hash_in_it() -> None:
    assert has_comments("a: 1 # one\n")
    assert has_comments("# one\na: 1\n")
    assert has_comments("a: |\n  text\n# one\n")
    for text in ("a: 'b # c'\n", "a: b#c\n", "a: |\n  # text\n", 'a: "#"\n', "a: {b: '#'}\n"):
        assert not has_comments(text), text


def test_proposal_with_overrides_takes_a_yes_and_is_recorded_with_them(run: Run, small: Small) -> None:
    inspection = small()
    words = ("decide", inspection, "--area", "responding", "--grade", "good", *BY)
    setting = ("--set", "minimum_coverage=10%")
    ran = run(*words, *setting)
    assert 2 == ran.code
    assert "a proposal with overrides is not decided on: minimum_coverage=100" in ran.err
    assert 0 == run(*words, *setting, "--allow-overrides").code
    found = read_decisions(inspection.with_name("decisions.yaml")).decisions.proposal
    assert found is not None
    assert {"minimum_coverage": 100} == found.overrides


def test_recorded_proposal_can_be_decided_on(run: Run, small: Small) -> None:
    inspection = small()
    recorded = inspection.with_name("p.json")
    run("grade", inspection, "-o", recorded, "--set", "minimum_coverage=10%")
    words = ("decide", recorded, "--area", "responding", "--grade", "good", *BY)
    assert 2 == run(*words).code
    assert 0 == run(*words, "--allow-overrides").code
    found = read_decisions(inspection.with_name("decisions.yaml")).decisions.proposal
    assert found is not None
    assert json.loads(recorded.read_text("utf-8"))["overrides"] == found.overrides


@pytest.mark.parametrize("failing", ["fsync", "replace"])
def test_full_disk_leaves_the_old_file_whole(
    run: Run, small: Small, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    inspection = small()
    run("decide", inspection, "--area", "responding", "--grade", "good", *BY)
    file = inspection.with_name("decisions.yaml")
    before = file.read_bytes()

    def full(*arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    if failing == "fsync":
        monkeypatch.setattr(os, "fsync", full)
    else:
        monkeypatch.setattr(Path, "replace", full)
    ran = run("decide", inspection, "--area", "strategy", "--grade", "good", "--rationale", "x", *BY)
    assert 2 == ran.code
    assert "no space left on device" in ran.err
    assert before == file.read_bytes()
    assert sorted([inspection, file, log_beside(file)]) == sorted(inspection.parent.iterdir())


@pytest.fixture
def proposed(small: Small) -> Any:
    """A proposal and its framework, made once for all that is drawn."""
    return grader.grade(small(), engine="reference"), catalogue.framework("PEEL_2021_22")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rationale=st.text(min_size=1, max_size=60), by=st.text(min_size=1, max_size=20))
def test_any_words_are_recorded_as_they_are_or_refused(proposed: Any, rationale: str, by: str) -> None:
    proposal, framework = proposed
    try:
        text = decide(proposal, framework, Decision("responding", "adequate", by, "2026-03-01", rationale))
    except InputError:
        return
    found = decisions_of(parse_document(text.encode("utf-8"), "d.yaml")).decisions.grades["responding"]
    assert (rationale, by) == (found.rationale, found.decided_by)
    assert yaml.safe_load(text)["grades"]["responding"]["rationale"] == rationale
    assert not has_comments(text)
