"""`grader verify`: whether what was decided on still comes out, and what changed where it does not."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]

Run = Callable[..., Any]
Small = Callable[..., Path]
Decided = Callable[..., Path]


@pytest.fixture
def recorded(run: Run, small: Small) -> Path:
    """A decision on responding, with the inspection beside it."""
    inspection = small()
    run("decide", inspection, "--area", "responding", "--grade", "good", "--by", "B", "--on", "2026-03-01")
    return inspection.with_name("decisions.yaml")


def test_untouched_proposal_reproduces(run: Run, recorded: Path) -> None:
    ran = run("verify", recorded)
    assert (0, "small: the proposal for 1 area decided on it reproduces\n", "") == (
        ran.code,
        ran.out,
        ran.err,
    )


def test_changed_inspection_is_exit_1_and_named(run: Run, recorded: Path, small: Small) -> None:
    small(evidence=[])
    ran = run("verify", recorded)
    assert 1 == ran.code
    assert "small: the proposal for 1 area decided on it does not reproduce" in ran.out
    assert "  inspection: SHA-256 " in ran.out
    assert "  responding: good was proposed, now withheld" in ran.out


def test_changed_rule_book_is_exit_1_and_named(run: Run, recorded: Path, tmp_path: Path) -> None:
    book = tmp_path / "rules" / "PEEL_2021_22"
    shutil.copytree(ROOT / "rules" / "PEEL_2021_22", book)
    head = book / "rulebook.yaml"
    head.write_text(head.read_text("utf-8") + "\n# changed\n", "utf-8")
    ran = run("verify", recorded, "--rules", book)
    assert 1 == ran.code
    assert "  rule book: SHA-256 " in ran.out
    assert "was proposed" not in ran.out


def test_changed_framework_is_exit_1_and_named(run: Run, recorded: Path) -> None:
    text = recorded.read_text("utf-8")
    sha = text.split("framework:")[2].split("sha256: ")[1].split("\n")[0]
    recorded.write_text(text.replace(sha, "a" * 64, 1), "utf-8")
    ran = run("verify", recorded)
    assert 1 == ran.code
    assert f"  framework: SHA-256 aaaaaaaaaaaa, now {sha[:12]}" in ran.out


def test_another_version_with_the_same_conclusions_is_noted_and_no_failure(run: Run, recorded: Path) -> None:
    text = recorded.read_text("utf-8")
    recorded.write_text(text.replace("grader_version: ", "grader_version: 0.0.1-"), "utf-8")
    ran = run("verify", recorded, "--engine", "reference")
    assert 0 == ran.code
    assert "  version: grader 0.0.1-" in ran.out


def test_inspection_can_be_named(run: Run, recorded: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.yaml"
    (tmp_path / "inspection.yaml").rename(elsewhere)
    missing = run("verify", recorded)
    assert 2 == missing.code
    assert "no inspection: there is no inspection.yaml beside the decisions" in missing.err
    assert 0 == run("verify", recorded, elsewhere).code


def test_another_inspection_is_exit_2(run: Run, recorded: Path, small: Small) -> None:
    ran = run("verify", recorded, small("other.yaml", id="other"))
    assert 2 == ran.code
    assert "the decisions are on 'small', not 'other'" in ran.err


def test_decisions_without_a_proposal_are_exit_2(run: Run, small: Small, decided: Decided) -> None:
    small()
    ran = run("verify", decided({"responding": "good"}))
    assert 2 == ran.code
    assert "no proposal is recorded in these decisions" in ran.err


def test_overrides_take_a_yes_and_are_used_again(run: Run, small: Small) -> None:
    inspection = small()
    run(
        "decide", inspection, "--area", "responding", "--grade", "good", "--by", "B",
        "--set", "minimum_coverage=10%", "--allow-overrides",
    )  # fmt: skip
    file = inspection.with_name("decisions.yaml")
    refused = run("verify", file)
    assert 2 == refused.code
    assert "a proposal with overrides is not made again: minimum_coverage=100" in refused.err
    assert 0 == run("verify", file, "--allow-overrides").code


def test_hash_that_is_none_is_a_fault_of_the_file(run: Run, recorded: Path) -> None:
    text = recorded.read_text("utf-8")
    recorded.write_text(text.replace("inspection_sha256: ", "inspection_sha256: x"), "utf-8")
    ran = run("verify", recorded)
    assert 2 == ran.code
    assert "is not a SHA-256" in ran.err


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["no mark", "mark"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"], ids=["LF", "CRLF", "CR"])
def test_other_line_ends_and_a_byte_order_mark_are_no_change(
    run: Run, recorded: Path, tmp_path: Path, mark: bytes, end: bytes
) -> None:
    inspection = tmp_path / "inspection.yaml"
    inspection.write_bytes(mark + inspection.read_bytes().replace(b"\n", end))
    ran = run("verify", recorded)
    assert (0, "small: the proposal for 1 area decided on it reproduces\n") == (ran.code, ran.out)
