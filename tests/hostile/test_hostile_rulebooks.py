"""Rule books with too much in them: located limits, and the right answer below them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from grader.errors import FAULT_LIMIT
from grader.io.lowering import MAX_DECLARED
from grader.language.limits import MAX_COMPARED, MAX_RULES

Grader = Callable[..., Any]
Write = Callable[..., Path]

AREAS = ("responding", "investigating", "vulnerable", "offenders", "prevention", "treatment", "workforce")
ITEM = "id: E{}, characteristics: [{}], assessment: {}, statement: S, basis: data, source: s"


@pytest.fixture
def book(root: Path, tmp_path: Path) -> Callable[[str], Path]:
    """The shipped rule book with one more file in it."""

    def write(text: str, name: str = "more.yaml") -> Path:
        folder = tmp_path / "book"
        shutil.copytree(root / "rules" / "PEEL_2021_22", folder, ignore=shutil.ignore_patterns("tests"))
        (folder / name).write_text(text, encoding="utf-8")
        return folder

    return write


def rule(name: str, does: str, when: str, areas: str = "") -> str:
    scope = f"areas: [{areas}], " if areas else ""
    return f'  - {{id: {name}, {does}, {scope}when: {when}, because: "x", source: none}}\n'


def layer(name: str, rules: Iterable[str], facts: str = "{}") -> str:
    return f"layer: {name}\nfacts: {facts}\nrules:\n" + "".join(rules)


def test_five_hundred_rules_under_the_limits(
    grader: Grader, inspection: Write, book: Callable[..., Path], engines: list[str]
) -> None:
    """Rules that repeat what is concluded anyway change nothing, however many there are."""
    path = inspection(
        *(ITEM.format(f"{a}{c}", f"{a}.1{c}", "meets") for a in AREAS for c in "ab"),
        ITEM.format("x", "responding.2a", "falls_short"),
    )
    plain = json.loads(grader("grade", path, "--json").out)
    grades = (
        rule(f"g{i}", "limits: outstanding", f"{{open_concerns: {{at_least: {i}}}}}", AREAS[i % 7])
        for i in range(200)
    )
    statuses = (
        rule(f"s{i}", "limits: exceeded", "{best_tested: {at_most: meets}}", AREAS[i % 7]) for i in range(200)
    )
    sufficiency = (
        rule(f"u{i}", "withholds: grade", "{coverage: {fewer_than: 1}}", AREAS[i % 7]) for i in range(100)
    )
    folder = book(layer("grade", grades))
    (folder / "more2.yaml").write_text(layer("status", statuses))
    (folder / "more3.yaml").write_text(layer("sufficiency", sufficiency))
    for engine in engines:
        ran = grader("grade", path, "--json", "--rules", folder, "--engine", engine)
        assert 0 == ran.code, ran.err
        graded = json.loads(ran.out)
        assert [(a["area"], a["outcome"], a["grade"], a["hinges"]) for a in plain["areas"]] == [
            (a["area"], a["outcome"], a["grade"], a["hinges"]) for a in graded["areas"]
        ]


ONE = "{open_concerns: {at_least: 1}}"
TOO_MUCH = {
    f"the grade layer's area rules pass {MAX_RULES} rules at rule": layer(
        "grade", (rule(f"g{i:04d}", "limits: outstanding", ONE) for i in range(MAX_RULES + 1))
    ),
    f"the rule book passes {MAX_RULES * 6:,} rules here": layer(
        "grade", (rule(f"g{i}", "limits: outstanding", ONE) for i in range(5_000))
    ),
    f"the rule book passes {MAX_DECLARED} facts here": layer(
        "grade",
        [rule("g", "limits: outstanding", ONE)],
        "{" + ", ".join(f"f{i}: {{count: findings, better: fewer, english: x}}" for i in range(5_000)) + "}",
    ),
    f"the grade layer's area rules pass {MAX_COMPARED} comparisons at rule 'g'": layer(
        "grade", [rule("g", "limits: outstanding", f"{{all: [{', '.join([ONE] * 30_000)}]}}")]
    ),
    "rule 'g' can hold in more than 480 different ways": layer(
        "grade",
        [
            rule(
                "g",
                "limits: outstanding",
                "{all: ["
                + ", ".join(f"{{any: [{ONE}, {{open_concerns: {{at_least: {i}}}}}]}}" for i in range(2, 900))
                + "]}",
            )
        ],
    ),
    "and 900 more faults": layer(
        "grade", (rule(f"g{i}", "limits: outstanding", "{open_concern: {at_least: 1}}") for i in range(1_000))
    ),
    "unknown fact 'zzz'": layer(
        "grade", [rule("g", "limits: outstanding", "{any: [" + "{zzz: {at_least: 1}}, " * 8_000 + "]}")]
    ),
}


#: Tried in the short run: of a kind each, and cheap. The others are much like them.
SHORT = ("and 900 more faults", "unknown fact 'zzz'")


@pytest.mark.parametrize(
    "said", [pytest.param(s, marks=() if s.startswith(SHORT) else pytest.mark.slow) for s in TOO_MUCH]
)
def test_more_than_a_rule_book_holds_is_located(
    said: str, grader: Grader, inspection: Write, book: Callable[..., Path]
) -> None:
    folder = book(TOO_MUCH[said])
    for ran in (grader("validate", folder), grader("grade", inspection(), "--rules", folder)):
        assert 2 == ran.code
        (message, *_) = (m for m in ran.messages if said in m)
        assert "more.yaml:" in message
        assert len(ran.messages) <= FAULT_LIMIT + 1


def test_a_folder_that_is_no_rule_book(grader: Grader, inspection: Write, tmp_path: Path) -> None:
    (tmp_path / "loop").mkdir()
    (tmp_path / "loop" / "rulebook.yaml").symlink_to("rulebook.yaml")
    (tmp_path / "loop" / "again").symlink_to(tmp_path / "loop")
    (tmp_path / "empty").mkdir()
    for name in ("loop", "empty", "nowhere", "/dev", "."):
        assert 2 == grader("grade", inspection(), "--rules", name, cwd=tmp_path).code
