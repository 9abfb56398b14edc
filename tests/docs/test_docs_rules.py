"""The page that derives the rules names every one of them, and quotes its numbers as they are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import grader
from grader.io import catalogue
from grader.language.rulebook import RuleBook
from grader.session import LoadedInspection

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "rules_peel_2021_22.md").read_text(encoding="utf-8")
EXAMPLE = ROOT / "examples" / "leicestershire_2021_22" / "inspection.yaml"

PARAMETER = re.compile(r"^\| `(\w+)` \| (\d+) \| (\d+) to (\d+) \| (\w+) \|$", re.MULTILINE)
SETTING = re.compile(r"^\| `(\w+)=([\d.]+%?)` \| (.+) \|$", re.MULTILINE)


@pytest.fixture(scope="module")
def book() -> RuleBook:
    return catalogue.rulebook("PEEL_2021_22", catalogue.framework("PEEL_2021_22"))


@pytest.fixture(scope="module")
def example() -> LoadedInspection:
    return grader.load(EXAMPLE)


def outcomes(example: LoadedInspection, settings: dict[str, str]) -> dict[str, str]:
    proposal = grader.grade(example, settings=settings, engine="reference")
    return {a.area: a.grade or a.outcome for a in proposal.areas}


def test_every_rule_has_a_row_of_its_own(book: RuleBook):
    rows = re.findall(r"^\| `([\w.-]+)` \|", PAGE, re.MULTILINE)
    ids = {rule.id for rule in book.rules}
    assert ids == {row for row in rows if row in ids}
    assert [] == sorted(row for row in set(rows) if "." in row and row not in ids)


def test_every_parameter_is_quoted_with_its_default_range_and_basis(book: RuleBook):
    expected = {name: (p.default, p.minimum, p.maximum, p.basis) for name, p in book.parameters.items()}
    quoted = PARAMETER.findall(PAGE)
    assert expected == {n: (int(d), int(low), int(high), basis) for n, d, low, high, basis in quoted}


def test_every_parameter_is_derived_below_the_table(book: RuleBook):
    derived = PAGE.split("### The words")[1].split("## Rules")[0]
    assert [] == sorted(name for name in book.parameters if f"`{name}`" not in derived)


def test_no_parameter_is_called_official(book: RuleBook):
    assert "No parameter of this rule book has it" in PAGE
    assert [] == sorted(name for name, p in book.parameters.items() if p.basis == "official")


def test_every_parameter_is_set_otherwise_in_the_table_of_disagreements(book: RuleBook):
    assert set(book.parameters) == {name for name, _, _ in SETTING.findall(PAGE)}


@pytest.mark.parametrize(("name", "value", "stated"), SETTING.findall(PAGE))
def test_setting_moves_in_the_example_what_the_page_says(
    name: str, value: str, stated: str, example: LoadedInspection
):
    before, after = outcomes(example, {}), outcomes(example, {name: value})
    moved = [f"{a}: {before[a]} to {after[a]}" for a in before if before[a] != after[a]]
    assert stated == ("; ".join(moved) or "nothing")


def test_midpoints_are_worked_out_from_the_quoted_pairs(book: RuleBook):
    worked = re.findall(r"\((\d+\.\d) \+ (\d+\.\d)\) / 2 = (\d+\.\d+)", PAGE)
    assert [round((float(a) + float(b)) / 2, 2) for a, b, _ in worked] == [float(m) for _, _, m in worked]
    names = ("crime_recording_exceeds", "crime_recording_meets", "crime_recording_partly")
    assert [book.parameters[n].default for n in names] == [int(float(m) * 10) for _, _, m in worked]
