"""The page of warnings has every code that the code gives, with an example and what to do about it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "reference" / "warnings.md").read_text("utf-8")
FINDINGS = (ROOT / "docs" / "findings" / "README.md").read_text("utf-8")
#: Called with a code among what they are given: a text without a space.
CALLED = {"Problem", "warn", "warning", "_warning"}
#: Their functions yield pairs of a code and a message.
PAIRS = {"remarks.py", "record.py"}
CODE = re.compile(r"[a-z]+([_-][a-z]+)*")


def literal(node: ast.AST) -> str | None:
    """A text, or what stands around what is filled in: `{}_without_recommendations`."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return None


def given(tree: ast.AST, *, pairs: bool) -> Iterator[str]:
    names = {
        target.id: node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        found: list[ast.expr] = []
        if isinstance(node, ast.Call):
            if getattr(node.func, "id", getattr(node.func, "attr", "")) in CALLED:
                found = [*node.args[1:], *(keyword.value for keyword in node.keywords)]
        elif pairs and isinstance(node, ast.Yield) and isinstance(node.value, ast.Tuple):
            found = node.value.elts[:1]
        for each in found:
            text = literal(names.get(each.id, each) if isinstance(each, ast.Name) else each)
            if text is not None and CODE.fullmatch(text.replace("{}", "x")):
                yield text


def codes() -> dict[str, str]:
    """Every code of a problem or remark in the package, with a file that gives it."""
    found = {}
    for path in sorted((ROOT / "src" / "grader").rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        found.update(dict.fromkeys(given(tree, pairs=path.name in PAIRS), path.relative_to(ROOT).as_posix()))
    return found


def finding_codes() -> set[str]:
    found = set()
    for path in sorted((ROOT / "src" / "grader" / "proofs").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("Finding", "_finding"):
                for argument in node.args[:2]:
                    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                        found.add(argument.value)
    return found


def rows() -> dict[str, tuple[str, str]]:
    found = {}
    for cell, example, mend in re.findall(r"^\| (.*`[\w-]+`.*?) \| (.+?) \| (.+?) \|$", PAGE, re.MULTILINE):
        for name in re.findall(r"`([\w-]+)`", cell):
            found[name] = (example, mend)
    return found


def test_every_code_stands_on_the_page_with_an_example_and_what_mends_it():
    shown = rows()
    # What is filled in is a grade's or a kind's own word; the page shows what stays the same.
    said = {code: code.replace("{}", "") for code in codes()}
    said = {code: "_without_" if set(text) <= set("_without") else text for code, text in said.items()}
    assert {} == {code: codes()[code] for code, text in said.items() if text not in shown}
    assert all(example.strip() and mend.strip() for example, mend in shown.values())


def test_the_page_shows_no_code_that_nothing_gives():
    given_ = {code.replace("{}", "") for code in codes()} | {"not_inspected"}
    words = {"recommendations", "_without_"}
    assert set() == set(rows()) - given_ - words


def test_codes_are_found_where_the_package_gives_them():
    # Members of each way to give one, so that a change of the code cannot leave this file looking at nothing.
    some = {"contradictory_tags", "no_as_of", "sheet_hidden", "column_assumed", "contradiction", "limit"}
    assert some <= set(codes())


@pytest.mark.parametrize("code", sorted(finding_codes()))
def test_every_finding_has_a_page_with_an_example_and_a_line_in_the_list(code: str):
    page = (ROOT / "docs" / "findings" / f"{code}.md").read_text("utf-8")
    assert f"[{code}]({code}.md)" in FINDINGS
    assert "```" in page
    assert re.search(r"mend|change|take|write|say", page, re.IGNORECASE)


def test_findings_are_those_of_the_list():
    listed = set(re.findall(r"^\| \[([\w-]+)\]\(", FINDINGS, re.MULTILINE))
    assert finding_codes() == listed
