"""Words of evidence that would be something else to a terminal, a template, a shell or a spreadsheet."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

Grader = Callable[..., Any]
Write = Callable[..., Path]

TEXTS = {
    "emoji": "🚓 👩‍👩‍👧‍👦 🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    "json": '{"grade": "outstanding", "areas": []}',
    "markup": "[bold red]x[/] [link=file:///etc/passwd]y[/link] [/] :boom: [[]]",
    "html": "<script>alert(1)</script>&lt;b&gt;",
    "template": "{grade} {0.__class__.__mro__} {$some} %s %(x)s ${HOME} $(id) `id`",
    "number": "0123",
    "digits": "٣٤٥ ５６７",
    "yes": "no",
    "formula": '=HYPERLINK("http://x")',
    "right to left": "שלום עולם",
    "override": "\u202egnp.exe\u202c \u2066x\u2069 \u200ey\u200f",
    "combining": "Z\u0351\u0346\u0342" * 200,
    "wide": "﷽" * 100,
    "joiners": "\u200d\u200c" * 50,
    "hidden": "a\u00adb\u200bc\u2060d\U000e0041",
    "private": "\ue000\uf8ff\U0010fffd",
    "long": "w" * 10_000,
    "spaced": "w " * 5_000 + "end",
    "backslashes": "\\x1b[31m \\n \\0",
    "quotes": "'\"`''",
}


def yaml_text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def item(number: int, text: str) -> str:
    return (
        f"id: E{number:02d}, characteristics: [responding.1a], assessment: partly_meets, basis: data,"
        f" source: s, statement: {yaml_text(text)}, locator: {yaml_text(text)}"
    )


def laid_out(texts: Iterable[str]) -> tuple[list[str], str]:
    """Items with these statements and locators, and findings with these statements and recommendations."""
    items = [item(i, t) for i, t in enumerate(texts)]
    findings = (
        f"  - {{id: F{i:02d}, kind: cause_of_concern, area: responding, statement: {yaml_text(t)},"
        f" recommendations: [{yaml_text(t)}]}}\n"
        for i, t in enumerate(texts)
    )
    return items, "findings:\n" + "".join(findings)


@pytest.fixture
def written(inspection: Write) -> Path:
    items, findings = laid_out(TEXTS.values())
    return inspection(*items, add=findings)


def test_texts_come_out_as_they_went_in(grader: Grader, written: Path) -> None:
    ran = grader("grade", written, "--json")
    assert 0 == ran.code
    (area,) = (a for a in json.loads(ran.out)["areas"] if a["area"] == "responding")
    declared = [f for f in area["findings"] if f["origin"] == "declared"]
    assert list(TEXTS.values()) == [f["statement"] for f in declared]
    assert [[t] for t in TEXTS.values()] == [f["recommendations"] for f in declared]


def test_texts_stay_texts_for_a_person(grader: Grader, written: Path) -> None:
    assert 0 == grader("grade", written).code
    ran = grader("explain", written, "responding")
    assert 0 == ran.code
    flat = "".join(ran.out.split())
    for name in ("json", "markup", "html", "template", "number", "formula", "backslashes", "quotes", "long"):
        assert "".join(TEXTS[name].split()) in flat, name
    assert r"\u202egnp.exe\u202c" in flat


def test_texts_change_no_grade(grader: Grader, written: Path, inspection: Write, engines: list[str]) -> None:
    items, findings = laid_out(["plain"] * len(TEXTS))
    plain = inspection(*items, add=findings, name="plain.yaml")
    for engine in engines:
        graded = [json.loads(grader("grade", f, "--json", "--engine", engine).out) for f in (written, plain)]
        conclusions = [
            [(a["area"], a["outcome"], a["grade"], a["hinges"]) for a in g["areas"]] for g in graded
        ]
        assert conclusions[0] == conclusions[1]


IDS = (
    "[bold]x[/]",
    "🚓",
    "'; DROP TABLE",
    "\u202exyz",
    '{"a": 1}',
    "x" * 200,
    "0123",
    "no",
    "é",
    "e\u0301",
    "$m",
    "E\\1",
)


def test_ids_are_only_compared(grader: Grader, inspection: Write, engines: list[str]) -> None:
    items = [item(0, "S").replace("E00", yaml_text(i)) for i in IDS]
    finding = (
        "{id: F, kind: cause_of_concern, area: responding, statement: S, recommendations: [A],"
        f" evidence: [{', '.join(map(yaml_text, IDS))}]}}"
    )
    path = inspection(*items, add=f"findings: [{finding}]\n")
    for engine in engines:
        ran = grader("grade", path, "--json", "--engine", engine)
        assert 0 == ran.code
        (area,) = (a for a in json.loads(ran.out)["areas"] if a["area"] == "responding")
        (characteristic,) = (c for c in area["characteristics"] if c["id"] == "responding.1a")
        assert sorted(IDS) == characteristic["evidence"]
    assert 0 == grader("explain", path, "responding").code


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("x" * 10_000, "'id' of entry 1 of 'evidence' is not an id: 'xxxxx"),
        ("x" * 201, "is not an id: 'xxxxx"),
        ("x" * 20_001, "a text is longer than 20,000 characters"),
        ("a/../b", "unknown"),
        ("../../etc/passwd", "unknown"),
        ("/etc/passwd", "is not an id: '/etc/passwd'"),
        ("a\nb", r"is not an id: 'a\nb'"),
        (" a", "is not an id: ' a'"),
        ("", "is not an id: ''"),
    ],
)
def test_ids_that_are_none(value: str, said: str, here: Grader, inspection: Write) -> None:
    path = inspection(
        f"id: {yaml_text(value)}, characteristics: [{yaml_text(value)}], assessment: meets, statement: S,"
        f" basis: data, source: {yaml_text(value)}"
    )
    ran = here("grade", path)
    assert 2 == ran.code
    assert said in ran.err
    assert max(map(len, ran.messages)) < 600


FRAMEWORKS = (
    "../../etc/passwd",
    "x" * 200,
    "🚓" * 200,
    "/etc/passwd",
    "..",
    "%s{0}",
    "\u202eabc",
    "[b]",
    "con.yaml",
    "a\\b",
)


def test_names_of_frameworks_lead_nowhere(grader: Grader, tmp_path: Path) -> None:
    names = []
    for i, name in enumerate(FRAMEWORKS):
        names.append(f"f{i}.yaml")
        head = f"{{id: x, body: B, framework: {yaml_text(name)}, edition: {yaml_text(name)}}}"
        (tmp_path / names[-1]).write_text(f"inspection: {head}\nevidence: []\n")
    for command in ("validate", "grade"):
        # Fewer at a time than are graded by several processes.
        said = [m for some in (names[:5], names[5:]) for m in grader(command, *some, cwd=tmp_path).messages]
        assert len(names) == len({m.split(":")[1] for m in said})
