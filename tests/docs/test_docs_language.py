"""The reference of the rule language holds the tables that the code itself would write."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from grader.language.fact_keys import COUNTABLE, DEFINERS, FACT_KEYS
from grader.language.nodes import Better, Op
from grader.language.rulebook import EFFECTS, TABLES, VISIBLE, Layer, given_facts
from grader.language.vocabulary import entities
from grader.vocabulary.kinds import FLAG
from grader.vocabulary.peel import PEEL

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "rule_language.md").read_text(encoding="utf-8")


def code(names: Iterable[object]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "nothing"


def layers() -> list[str]:
    rows = []
    for layer in Layer:
        levels = [level for where, level in TABLES if where is layer]
        cells = (levels, sorted(EFFECTS[layer]), sorted(COUNTABLE[layer]), VISIBLE[layer])
        rows.append(" | ".join([f"| `{layer}`", *map(code, cells)]) + " |")
    return rows


def things() -> list[str]:
    return [
        f"| `{e.name}` | {code(sorted(e.levels))} | {code(e.attributes)} |" for e in entities(PEEL).values()
    ]


def scales() -> list[str]:
    return [
        f"| `{s.name}` | {code(s.names)} | {'yes' if s.ordered else 'no'} |" for s in PEEL.scales.values()
    ]


def bases() -> list[str]:
    return [f"| `{b.id}` | {b.strength or 'never counted'} |" for b in PEEL.bases]


def given() -> list[str]:
    return [f"| `{f.name}` | `{f.layer}` | {f.kind} | {f.better} |" for f in given_facts(PEEL).values()]


@pytest.mark.parametrize("table", [layers, things, scales, bases, given])
def test_table_is_the_one_the_code_would_write(table):
    expected = "\n".join(table())
    assert expected in PAGE, f"the table should read\n{expected}"


@pytest.mark.parametrize("name", [*Op, *Better, *DEFINERS, *sorted(FACT_KEYS)])
def test_every_word_of_the_language_is_named(name: str):
    assert f"`{name}`" in PAGE


def test_flags_are_named_as_true_or_false():
    flags = {a for e in entities(PEEL).values() for a, scale in e.attributes.items() if scale is FLAG}
    assert {"remedied", "innovative", "direct"} == flags
    assert "`remedied` and `innovative` are `true` or `false`" in PAGE
