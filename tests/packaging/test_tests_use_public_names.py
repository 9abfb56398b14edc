"""Tests speak to the package by its public names alone, in code and in code they hand to other processes."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
FILES = sorted(path for path in TESTS.rglob("*.py") if path != Path(__file__).resolve())
#: Private names of others': the standard library's and durable-rules', which has no other way in.
#: Names of other people's that have no public form.
OTHERS = {
    "_repr_html_",
    "os._exit",
    "sys._getframe",
    "_handle",
    "re._constants",
    "re._parser",
    "openpyxl.worksheet._writer",
}


def private(name: str) -> bool:
    return name.startswith("_") and not name.endswith("__")


def used(tree: ast.AST, own: frozenset[str] = frozenset()) -> Iterator[tuple[int, str]]:
    """Private names that are imported, read from another object, or set on one, each with its line."""
    own |= {n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.ClassDef)}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            parts = [*(node.module or "").split("."), *(alias.name for alias in node.names)]
            yield from ((node.lineno, part) for part in parts if private(part))
        elif isinstance(node, ast.Import):
            parts = [part for alias in node.names for part in alias.name.split(".")]
            yield from ((node.lineno, part) for part in parts if private(part))
        elif isinstance(node, ast.Attribute) and private(node.attr):
            of_itself = isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")
            if not of_itself and node.attr not in own | OTHERS and ast.unparse(node) not in OTHERS:
                yield node.lineno, ast.unparse(node)
        elif isinstance(node, ast.Call):
            yield from named(node)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and "\n" in node.value:
            try:
                inner = ast.parse(node.value)
            except (SyntaxError, ValueError):
                continue
            yield from ((node.lineno, name) for _, name in used(inner, own))


def named(call: ast.Call) -> Iterator[tuple[int, str]]:
    """Private names handed to `getattr`, `setattr` and their like, by themselves or in a dotted path."""
    function = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if function in ("getattr", "setattr", "delattr", "hasattr", "patch", "object", "import_module"):
        for value in (a.value for a in call.args if isinstance(a, ast.Constant)):
            if isinstance(value, str) and value not in OTHERS and any(map(private, value.split("."))):
                yield call.lineno, f"{function}: {value}"


@pytest.mark.parametrize("file", FILES, ids=lambda p: p.relative_to(TESTS).as_posix())
def test_no_private_name_of_the_package_is_used(file: Path):
    assert [] == list(used(ast.parse(file.read_text("utf-8"))))


@pytest.mark.parametrize(
    "source",
    [
        "from grader.bulk.layout import _x",
        "from grader._version import x",
        "import grader._version",
        "import grader\ngrader.api._x",
        "patch.setattr(rete, '_x', 1)",
        "patch.setattr('grader.api._x', 1)",
        "run('''\nimport grader\ngrader._x\n''')",
    ],
)
def test_each_way_to_use_one_is_seen(source: str):
    assert 1 == len(list(used(ast.parse(source))))


def test_private_names_of_the_test_itself_are_its_own():
    source = "class A:\n    def _b(self): return self._c\ndef _d(): return A()._b() + a.__dict__"
    assert [] == list(used(ast.parse(source)))
