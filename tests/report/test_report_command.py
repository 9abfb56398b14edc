"""`grader grade --report`: where it writes, what it refuses."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def inspection(full: dict[str, Any], written: Callable[..., Path]) -> Path:
    return written(full)


@pytest.fixture
def decisions(written: Callable[..., Path]) -> Callable[..., Path]:
    def write(**head: Any) -> Path:
        block = {"inspection": "full", "decided_by": "An Inspector", **head}
        return written({"decisions": block, "grades": {"responding": {"grade": "good"}}}, "decisions.yaml")

    return write


def test_the_report_is_written_and_the_summary_printed(
    inspection: Path, tmp_path: Path, run: Callable[..., Any]
) -> None:
    page = tmp_path / "out.html"
    ran = run("grade", inspection, "--report", page)
    assert 0 == ran.code
    assert "A Force (full)" in ran.out
    assert f"written: {page}\n" in ran.err
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_an_existing_report_is_kept_without_force(
    inspection: Path, tmp_path: Path, run: Callable[..., Any]
) -> None:
    page = tmp_path / "out.html"
    page.write_text("mine")
    refused = run("grade", inspection, "--report", page)
    assert (2, "", f"error: {page}: the file exists\n  help: add --force to replace it\n") == (
        refused.code,
        refused.out,
        refused.err,
    )
    assert "mine" == page.read_text()
    assert 0 == run("grade", inspection, "--report", page, "--force").code
    assert "mine" != page.read_text()


def test_json_and_report_go_together(inspection: Path, tmp_path: Path, run: Callable[..., Any]) -> None:
    ran = run("grade", inspection, "--json", "--report", tmp_path / "out.html", "-o", tmp_path / "out.json")
    assert 0 == ran.code
    assert (tmp_path / "out.json").read_text(encoding="utf-8") == ran.out
    assert (tmp_path / "out.html").exists()


@pytest.mark.parametrize("name", ["out.odt", "out", "no_folder/out.html"])
def test_a_report_is_of_a_known_kind_in_a_folder_that_exists(
    name: str, inspection: Path, tmp_path: Path, run: Callable[..., Any]
) -> None:
    assert 2 == run("grade", inspection, "--report", tmp_path / name).code
    assert not (tmp_path / name).exists()


def test_decisions_stand_in_the_brief_in_the_terminal(
    inspection: Path, decisions: Callable[..., Path], run: Callable[..., Any]
) -> None:
    ran = run("grade", inspection, "--brief", "--decisions", decisions())
    assert 0 == ran.code, ran.err
    assert "  final:" in ran.out
    assert "final:" not in run("grade", inspection, "--brief").out


def test_decisions_without_a_report_are_refused(
    inspection: Path, decisions: Callable[..., Path], run: Callable[..., Any]
) -> None:
    ran = run("grade", inspection, "--decisions", decisions())
    assert 2 == ran.code
    assert "decisions are shown in a report or in brief alone" in ran.err
    assert "--report FILE.html" in ran.err


@pytest.mark.parametrize(
    ("head", "message"),
    [
        ({"inspection": "another"}, "the decisions are on 'another', not on 'full'"),
        ({"edition": "2021-04"}, "are not laid beside a proposal"),
        ({"framework": "PEEL_2014"}, "four tiers"),
    ],
)
def test_grades_of_something_else_are_not_laid_beside(
    head: dict[str, str],
    message: str,
    inspection: Path,
    decisions: Callable[..., Path],
    tmp_path: Path,
    run: Callable[..., Any],
) -> None:
    ran = run("grade", inspection, "--report", tmp_path / "out.html", "--decisions", decisions(**head))
    assert 2 == ran.code
    assert message in ran.err
    assert not (tmp_path / "out.html").exists()


def test_what_is_odd_in_the_decisions_is_a_warning(
    inspection: Path, decisions: Callable[..., Path], tmp_path: Path, run: Callable[..., Any]
) -> None:
    odd = decisions(stated_counts={"good": 3})
    ran = run("grade", inspection, "--report", tmp_path / "out.html", "--decisions", odd)
    assert 0 == ran.code
    assert "the record states 3 good, and 1 of its grades are" in ran.err


@pytest.mark.parametrize("library", ["jinja2"])
def test_a_missing_library_names_the_extra_and_nothing_is_written(
    library: str, inspection: Path, tmp_path: Path, run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from grader.render.html import page

    monkeypatch.setitem(sys.modules, library, None)
    page.templates.cache_clear()
    ran = run("grade", inspection, "--report", tmp_path / "out.html", "-o", tmp_path / "out.json")
    assert 2 == ran.code
    assert "pip install 'inspection-grader[report]'" in ran.err
    assert [inspection] == list(tmp_path.iterdir())


def test_stale_decisions_and_what_was_settled_are_shown(run, tmp_path):
    folder = Path(__file__).resolve().parents[2] / "examples" / "moderation"
    out = tmp_path / "page.html"
    ran = run("grade", folder / "changed.yaml", "--report", out, "--decisions", folder / "decisions.yaml")
    assert 0 == ran.code
    page = out.read_text(encoding="utf-8")
    section = page[page.index(">Moderation</h2>") : page.index(">What was not counted</h2>")]
    for said in (
        "Stale: good was proposed, now adequate",
        "Supervision has only just improved. Also considered: good, as proposed",
        "Present: ann, bob",
        "holds 2 acts",
        "Settled between those who tagged",
        "ann: assessment partly meets; extent some. bob: assessment meets; extent widespread",
        "Left out.",
    ):
        assert said in section, said
    assert 1 == page.count("What it was decided on has changed since")


def test_there_is_no_moderation_where_nothing_was_moderated(run, tmp_path):
    folder = Path(__file__).resolve().parents[2] / "examples" / "moderation"
    out = tmp_path / "page.html"
    assert 0 == run("grade", folder / "ann.yaml", "--report", out).code
    assert "Moderation" not in out.read_text(encoding="utf-8")
