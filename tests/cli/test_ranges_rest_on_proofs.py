"""A range of grades is given where what it rests on is recorded as proved, of exactly these rules."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import grader
from grader.io.proved import NAME
from grader.language.rulebook import AT_DEFAULTS, EVERYWHERE, RANGE_RESTS_ON

ROOT = Path(__file__).resolve().parents[2]
BOOKS = sorted(p.parent.name for p in (ROOT / "rules").glob("*/rulebook.yaml"))
NO_RANGE = "no range of grades is given: what it rests on is not recorded as proved of these rules"

Run = Callable[..., Any]
Small = Callable[..., Path]


def words(text: str) -> str:
    return " ".join(text.split())


def ranges(ran: Any) -> set[tuple[str, str] | None]:
    areas = json.loads(ran.out)["areas"]
    return {p and tuple(p) for p in (a["possible"] for a in areas if a["outcome"] in ("graded", "withheld"))}


@pytest.fixture
def own_rules(tmp_path: Path, rulebook_folder: Path) -> Path:
    """The shipped rules in a folder of one's own, with the record of what is proved of them."""
    folder = tmp_path / "own"
    shutil.copytree(rulebook_folder, folder, ignore=shutil.ignore_patterns("tests"))
    return folder


@pytest.mark.parametrize("id", BOOKS)
def test_what_is_recorded_of_the_shipped_rules_is_of_the_rules_as_they_are(id: str) -> None:
    session = grader.open_session(rules=id, engine="reference")
    anew = f"the rules or the framework changed since: grader check {id} --record"
    record = json.loads((ROOT / "rules" / id / NAME).read_text("utf-8"))
    assert session.book.sha256 == record["rulebook_sha256"], anew
    assert session.framework.sha256 == record["framework_sha256"], anew
    assert dict.fromkeys(session.book.range_rests_on, EVERYWHERE) == record["promises"], anew
    assert session.ranges_proved


@pytest.mark.slow
@pytest.mark.parametrize("id", BOOKS)
def test_what_is_recorded_is_what_is_proved(id: str, tmp_path: Path) -> None:
    pytest.importorskip("z3")
    own = tmp_path / id
    shutil.copytree(ROOT / "rules" / id, own)
    recorded = (own / NAME).read_bytes()
    (own / NAME).unlink()
    grader.record_proofs(own)
    assert recorded == (own / NAME).read_bytes()


def test_rules_copied_as_they_are_keep_their_ranges(run: Run, small: Small, own_rules: Path) -> None:
    ran = run("grade", small(), "--rules", own_rules, "--json")
    assert ranges(run("grade", small(), "--json")) == ranges(ran)
    assert None not in ranges(ran)


CHANGES: list[tuple[str, str, str]] = [
    ("rulebook.yaml", "default: 400", "default: 410"),
    ("grades.yaml", "at_least: $substantially_all", "more_than: $substantially_all"),
    ("statuses.yaml", "layer: status", "# a remark\nlayer: status"),
]


@pytest.mark.parametrize(("file", "old", "new"), CHANGES, ids=[c[0] for c in CHANGES])
def test_rules_changed_by_hand_have_no_ranges(
    run: Run, small: Small, own_rules: Path, file: str, old: str, new: str
) -> None:
    text = (own_rules / file).read_text("utf-8")
    assert old in text
    (own_rules / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    assert {None} == ranges(run("grade", small(), "--rules", own_rules, "--json"))
    said = words(run("grade", small(), "--rules", own_rules).out)
    assert NO_RANGE in said
    assert "could be:" not in said


def test_framework_changed_by_hand_has_no_ranges(
    run: Run, small: Small, own_rules: Path, framework_file: Path
) -> None:
    changed = own_rules.parent / "frameworks"
    changed.mkdir()
    text = framework_file.read_text("utf-8")
    session = grader.open_session(rules=own_rules, framework=framework_file)
    assert session.ranges_proved
    (changed / framework_file.name).write_text(f"# a remark\n{text}", encoding="utf-8")
    session = grader.open_session(rules=own_rules, framework=changed / framework_file.name)
    assert not session.ranges_proved
    assert {None} == {a.possible for a in session.load(small()).proposal.areas}


def test_settings_in_range_keep_the_ranges_as_the_proofs_are_over_all_of_them(run: Run, small: Small) -> None:
    asked = ("grade", small(), "--set", "some=55%", "--set", "minimum_coverage=1%")
    assert None not in ranges(run(*asked, "--json"))
    assert NO_RANGE not in words(run(*asked).out)


def record(folder: Path, promises: dict[str, str]) -> None:
    data = json.loads((folder / NAME).read_text("utf-8"))
    (folder / NAME).write_text(json.dumps({**data, "promises": promises}), encoding="utf-8")


def test_proofs_at_the_defaults_alone_give_no_ranges_at_other_settings(
    run: Run, small: Small, own_rules: Path
) -> None:
    record(own_rules, {**dict.fromkeys(RANGE_RESTS_ON, EVERYWHERE), "monotone.b": AT_DEFAULTS})
    asked = ("grade", small(), "--rules", own_rules)
    assert None not in ranges(run(*asked, "--json"))
    assert {None} == ranges(run(*asked, "--set", "some=55%", "--json"))
    assert f"{NO_RANGE} at these settings" in words(run(*asked, "--set", "some=55%").out)


@pytest.mark.parametrize("missing", RANGE_RESTS_ON)
def test_one_part_that_is_not_proved_gives_no_ranges(
    run: Run, small: Small, own_rules: Path, missing: str
) -> None:
    record(own_rules, {name: EVERYWHERE for name in RANGE_RESTS_ON if name != missing})
    assert {None} == ranges(run("grade", small(), "--rules", own_rules, "--json"))


BROKEN = ["", "{", "[]", "[" * 100_000, "null", '{"schema": "grader.proved/2"}', "\x00", '"\\ud800"']


@pytest.mark.parametrize("text", BROKEN, ids=[repr(b)[:20] for b in BROKEN])
def test_record_that_is_none_is_refused(run: Run, small: Small, own_rules: Path, text: str) -> None:
    (own_rules / NAME).write_text(text, encoding="utf-8")
    ran = run("grade", small(), "--rules", own_rules)
    assert (2, "") == (ran.code, ran.out)
    assert f"{NAME}: no record of proofs" in ran.err
    assert "help: take it away, and write it anew: grader check RULEBOOK --record" in ran.err


def test_proofs_at_values_nobody_knows_give_no_ranges(run: Run, small: Small, own_rules: Path) -> None:
    record(own_rules, dict.fromkeys(RANGE_RESTS_ON, "wherever you like"))
    assert {None} == ranges(run("grade", small(), "--rules", own_rules, "--json"))


# Settings outside what is proved --------------------------------------------------------------------------


def warned(ran: Any) -> list[tuple[str, str]]:
    found = json.loads(ran.out)["warnings"]
    return [(w["code"], w["message"]) for w in found if w["code"].startswith("settings_")]


def test_settings_that_are_proved_and_in_order_are_not_warned_of(run: Run, small: Small) -> None:
    assert [] == warned(run("grade", small(), "--set", "some=55%", "--set", "minimum_coverage=1%", "--json"))
    assert [] == warned(run("grade", small(), "--json"))


def test_settings_out_of_order_are_warned_of(run: Run, small: Small) -> None:
    asked = ("grade", small(), "--set", "some=55%", "--set", "substantially_all=52%")
    message = (
        "some 55 % and substantially_all 52 % are out of order: good.substantially-all asks less of"
        " demonstrated_share than adequate.some"
    )
    assert [("settings_out_of_order", message)] == warned(run(*asked, "--json"))
    assert message in words(run(*asked).err)


def test_settings_of_rules_of_which_nothing_is_proved_are_warned_of(
    run: Run, small: Small, own_rules: Path
) -> None:
    (own_rules / NAME).unlink()
    asked = ("grade", small(), "--rules", own_rules)
    message = "it is not recorded as proved that grades move with the evidence at some as set here"
    assert [("settings_not_proved", message)] == warned(run(*asked, "--set", "some=55%", "--json"))
    assert message in words(run(*asked, "--set", "some=55%").err)
    assert [] == warned(run(*asked, "--json"))


def test_settings_outside_what_is_proved_are_warned_of(run: Run, small: Small, own_rules: Path) -> None:
    record(own_rules, dict.fromkeys(RANGE_RESTS_ON, AT_DEFAULTS))
    asked = ("grade", small(), "--rules", own_rules, "--json")
    assert ["settings_not_proved"] == [code for code, _ in warned(run(*asked, "--set", "some=55%"))]
    assert [] == warned(run(*asked))
