"""Every regular expression of the package takes time in proportion to its input, whatever the input.

The expressions are found by walking over the source; what is tried on each is made of its own structure: each
repeated part, and each beginning of it, many times over, with an end that almost fits.
"""

from __future__ import annotations

import ast
import re
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from grader.io import folders, scalars
from grader.model.base import FILE_ID

codes = import_module("re._constants")  # what the standard library reads expressions into
parser = import_module("re._parser")

SOURCE = Path(__file__).resolve().parents[2] / "src" / "grader"
WAYS = {"match", "search", "fullmatch", "sub", "subn", "split", "findall", "finditer"}
#: Ways to find every place that fits: the search is the same, whatever is done with what is found.
EACH = {"sub", "subn", "split", "findall", "finditer"}
#: An expression whose time grows as the square of its input takes a while on the last of them, one that
#: doubles with each character some time on the third.
SIZES = (12, 18, 24, 1_000, 20_000)
#: Seconds that nothing in proportion takes for so little, on any machine.
SHORT = 0.05


class Used(NamedTuple):
    where: str
    text: str | bytes
    flags: int
    way: str


def _constant(node: ast.expr, names: dict[str, Any]) -> str | bytes | None:
    """The text of a pattern, put together of constants; what is filled in stands for a letter."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(
            str(part.value) if isinstance(part, ast.Constant) else str(names.get(_name(part), "x"))
            for part in node.values
        )
    return None


def _name(node: ast.AST) -> str:
    inner = node.value if isinstance(node, ast.FormattedValue) else node
    return inner.id if isinstance(inner, ast.Name) else ""


def _flags(call: ast.Call) -> int:
    named = [n for arg in [*call.args[1:], *(k.value for k in call.keywords)] for n in ast.walk(arg)]
    flags = 0
    for node in named:
        if isinstance(node, ast.Attribute) and _name(node.value) == "re":
            flag = getattr(re, node.attr)
            flags |= int(flag) if isinstance(flag, re.RegexFlag) else 0
    return flags


TEXTS = {path: path.read_text("utf-8") for path in sorted(SOURCE.rglob("*.py"))}
#: Every name with what is called on it anywhere, as far as it is a way to use an expression.
CALLS = {call for text in TEXTS.values() for call in re.findall(rf"(\w+)\.({'|'.join(WAYS)})\(", text)}


def used_in(path: Path) -> Iterator[Used | str]:
    """Each expression with the ways it is used; a place where one is that could not be read is a text."""
    tree = ast.parse(TEXTS[path])
    names = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    compiled: dict[str, tuple[str | bytes, int]] = {}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if _name(node.func.value) != "re" or node.func.attr not in WAYS | {"compile"}:
            continue
        where = f"{path.relative_to(SOURCE)}:{node.lineno}"
        text = _constant(node.args[0], names)
        if text is None:
            yield where
        elif node.func.attr != "compile":
            yield Used(where, text, _flags(node), _way(node.func.attr))
        else:
            compiled[where] = (text, _flags(node))
    for where, (text, flags) in compiled.items():
        line = TEXTS[path].splitlines()[int(where.rpartition(":")[2]) - 1]
        name = line.split("=")[0].split(":")[0].strip()
        ways = {_way(way) for way in WAYS if (name, way) in CALLS} or {"search"}
        for way in sorted(ways):
            yield Used(where, text, flags, way)


def _way(name: str) -> str:
    return "finditer" if name in EACH else name


FOUND = [used for path, text in TEXTS.items() if re.search(r"\bre\.\w+\(", text) for used in used_in(path)]
#: Expressions that are put together when the package runs, and are tried as they then are.
MADE = {
    "io/scalars.py": [
        (scalars.UNFIT_IN_VALUE.pattern, 0, "search"),
        # What YAML's own library tells numbers and dates by.
        *{
            (matches.__self__.pattern, matches.__self__.flags & re.VERBOSE, "match")
            for kinds in scalars.BY_START.values()
            for matches, *_ in kinds
        },
    ],
    "model/base.py": [(FILE_ID[1:-1], 0, "fullmatch")],
    # An attribute of a tag, by its name.
    "sheets/package.py": [(r"\sref\s*=\s*(?:\"[^\"]*\"|'[^']*')", 0, "search")],
}
USED = [u for u in FOUND if isinstance(u, Used)] + [
    Used(where, text, flags, way) for where, made in MADE.items() for text, flags, way in made
]


def test_every_expression_is_found_or_named_here() -> None:
    unread = {where.rpartition(":")[0] for where in FOUND if isinstance(where, str)}

    assert set(MADE) == unread
    assert len(USED) > 30


def sample(node: Any) -> str:
    """A text that a part of an expression fits."""
    found = ""
    for code, value in node:
        found += _one(code, value)
    return found


def _one(code: Any, value: Any) -> str:
    if code is codes.LITERAL:
        return chr(value)
    if code is codes.NOT_LITERAL:
        return "a" if value != ord("a") else "b"
    if code is codes.ANY:
        return "a"
    if code is codes.IN:
        return _of_set(value)
    if code is codes.BRANCH:
        return sample(value[1][0])
    if code is codes.SUBPATTERN:
        return sample(value[-1])
    if code in (codes.MAX_REPEAT, codes.MIN_REPEAT, getattr(codes, "POSSESSIVE_REPEAT", None)):
        return sample(value[2]) * max(1, value[0])
    return ""  # an assertion takes no text


_CANDIDATES = " a1,.-_%#/\\'\"<>{}()[]:;=\tx\u00e9\0\n"


def _of_set(value: Any) -> str:
    def fits(character: str) -> bool:
        inside = False
        for code, part in value:
            if code is codes.LITERAL:
                inside |= ord(character) == part
            elif code is codes.RANGE:
                inside |= part[0] <= ord(character) <= part[1]
            elif code is codes.CATEGORY:
                kind = str(part).rpartition("CATEGORY_")[2]
                positive = {
                    "SPACE": character.isspace(),
                    "DIGIT": character.isdigit(),
                    "WORD": character.isalnum() or character == "_",
                }[kind.removeprefix("NOT_")]
                inside |= positive != kind.startswith("NOT_")
        negated = bool(value) and value[0][0] is codes.NEGATE
        return inside != negated

    first = next((chr(part) for code, part in value if code is codes.LITERAL), "")
    return next((c for c in _CANDIDATES if fits(c)), first)


def attacks(used: Used) -> Iterator[tuple[str, str, str]]:
    """What stands before, what is repeated, and what stands behind."""
    text = used.text if isinstance(used.text, str) else used.text.decode("latin-1")
    tree = list(parser.parse(text, used.flags & ~re.DEBUG))
    pumps = {(" ", ""), ("\n", ""), ("a", ""), ("1", "")}
    ends = {"", "!", "\0", "\n#", " a"}

    def walk(nodes: list[Any], before: str) -> None:
        for i, (code, value) in enumerate(nodes):
            lead = before + sample(nodes[:i])
            if len(ends) < 12:  # near misses of what it looks for
                ends.add(_one(code, value)[:4])
            if code in (codes.MAX_REPEAT, codes.MIN_REPEAT):
                pumps.add((sample(value[2]), lead))
                walk(list(value[2]), lead)
            elif code is codes.SUBPATTERN:
                walk(list(value[-1]), lead)
            elif code is codes.BRANCH:
                for branch in value[1]:
                    walk(list(branch), lead)
            elif code in (codes.ASSERT, codes.ASSERT_NOT):
                walk(list(value[1]), lead)
            # The beginning of the whole, again and again, never brought to its end.
            pumps.add((lead + _one(code, value), ""))

    walk(tree, "")
    for pump, lead in sorted(pumps):
        if pump:
            for end in sorted(ends | {pump[:1] + "~"}):
                yield lead, pump, end


def taken(used: Used, attack: str) -> float:
    """Seconds, the least of three."""
    pattern: Any = re.compile(used.text, used.flags)
    subject: Any = attack if isinstance(used.text, str) else attack.encode("latin-1", "replace")
    # Of this thread alone: what else the machine does is no matter.
    least = float("inf")
    for _ in range(3):
        start = time.thread_time()
        if used.way == "finditer":
            for _found in pattern.finditer(subject):
                pass
        else:
            getattr(pattern, used.way)(subject)
        least = min(least, time.thread_time() - start)
        if least < SHORT:
            break
    return least


def grows(used: Used) -> str | None:
    """An attack under which the time grows faster than the text, if there is one."""
    for lead, pump, end in attacks(used):
        before = 0.0
        for size in SIZES:
            seconds = taken(used, lead + pump * (size // len(pump) or 1) + end)
            # In proportion it would be twenty times.
            if seconds > SHORT and (size < 1_000 or seconds > 45 * before):
                return f"{lead!r} + {pump!r} * n + {end!r}"
            before = seconds
    return None


#: Of this one the attacks are very many: it is tried in the long run.
MANY = "sheets/marking.py:33"


@pytest.mark.parametrize(
    "used",
    [pytest.param(u, marks=[pytest.mark.slow] * (u.where == MANY), id=f"{u.where} {u.way}") for u in USED],
)
def test_an_expression_takes_time_in_proportion(used: Used) -> None:
    assert None is grows(used), used.text


#: The cheapest is tried in the short run.
FASTER = [(r"\s*,\s*", "finditer"), (r"(a+)+b", "search"), (r"^( *)(?![ \t]*#)", "search")]


@pytest.mark.parametrize(
    ("text", "way"),
    [(r"<svg ([^>]*>)", "search"), *(pytest.param(*each, marks=pytest.mark.slow) for each in FASTER)],
)
def test_the_attacks_find_expressions_that_grow_faster(text: str, way: str) -> None:
    assert grows(Used("here", text, re.MULTILINE, way)) is not None


@pytest.mark.parametrize(
    "filling", [b" ", b"\n", b" \n", b"#\n", b"\t", b"---\n", b"inspection ", b"\xef\xbb\xbf"]
)
def test_what_kind_a_file_of_a_folder_is_takes_time_in_proportion(filling: bytes) -> None:
    def seconds(size: int) -> float:
        raw = filling * (size // len(filling)) + b"#"
        start = time.thread_time()
        assert folders.kind_of(raw, "x.yaml") is None
        return time.thread_time() - start

    assert min(seconds(200_000) for _ in range(2)) < 5  # it took a minute
