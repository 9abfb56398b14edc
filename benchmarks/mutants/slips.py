"""Slips a hand makes, most unknown to cosmic-ray: a guard, clause or order dropped, `any` for `all`."""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

_SWAPPED = {"min": "max", "max": "min", "any": "all", "all": "any"}
_UNSORTED = {"sorted": "list", "reversed": "list"}
_TURNED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
_OTHERWISE: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip


@dataclass(frozen=True)
class Slip:
    """One slip: its line, what was done, and what stands from one byte of the source to another."""

    line: int
    done: str
    start: int
    end: int
    new: str

    def made(self, source: str) -> str | None:
        """The source with it; None where that is no Python, or the same."""
        whole = source.encode()
        changed = (whole[: self.start] + self.new.encode() + whole[self.end :]).decode()
        try:
            return changed if ast.dump(ast.parse(changed)) != ast.dump(ast.parse(source)) else None
        except SyntaxError:
            return None


def drawn(room: Path, seed: int) -> Iterator[tuple[Path, Slip]]:
    """Slips at random: the files of a room take turns, and in each the kinds of slip."""
    turns = []
    for path in sorted(room.rglob("*.py")):
        kinds: dict[str, list[tuple[Path, Slip]]] = {}
        for slip in slips(path.read_text("utf-8")):
            kinds.setdefault(slip.done, []).append((path, slip))
        draw = random.Random(f"{seed} {path.name}")
        several = [draw.sample(found, len(found)) for found in draw.sample(list(kinds.values()), len(kinds))]
        turns.append([each for row in zip_longest(*several) for each in row if each is not None])
    random.Random(seed).shuffle(turns)
    for row in zip_longest(*turns):
        yield from (each for each in row if each is not None)


def slips(source: str) -> Iterator[Slip]:
    """Each slip there can be in a module."""
    starts = [0]
    for line in source.encode().splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    for node in _run(ast.parse(source)):
        for done, new in _of(node):
            end = starts[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)
            yield Slip(node.lineno, done, starts[node.lineno - 1] + node.col_offset, end, new)


def _run(tree: ast.AST) -> Iterator[ast.expr | ast.stmt]:
    """Nodes that are run: no annotation."""
    for name, value in ast.iter_fields(tree):
        if name in ("annotation", "returns"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.expr | ast.stmt):
                yield child
            if isinstance(child, ast.AST):
                yield from _run(child)


def _of(node: ast.AST) -> Iterator[tuple[str, str]]:
    """What can be done to one node, and what stands there then."""
    match node:
        case ast.Compare(left, [op], [right]):
            other = ast.Compare(left, [_TURNED[type(op)]()], [right])
            yield "turned", f"({ast.unparse(other)})"
        case ast.Call():
            yield from _of_call(node)
        case ast.UnaryOp(ast.Not(), operand):
            yield "not dropped", f"({ast.unparse(operand)})"
        case ast.BoolOp(op, values):
            for at in range(len(values)):
                left = values[:at] + values[at + 1 :]
                yield f"clause {at + 1} dropped", f"({ast.unparse(ast.BoolOp(op, left))})"
            other_op = ast.Or() if isinstance(op, ast.And) else ast.And()
            yield "and for or", f"({ast.unparse(ast.BoolOp(other_op, values))})"
        case ast.IfExp(_, body, orelse):
            yield "always", f"({ast.unparse(body)})"
            yield "never", f"({ast.unparse(orelse)})"
        case ast.BinOp(left, op, right) if type(op) in _OTHERWISE:
            yield "operator", f"({ast.unparse(ast.BinOp(left, _OTHERWISE[type(op)](), right))})"
            yield "left alone", f"({ast.unparse(left)})"
        case ast.Constant(bool() as value):
            yield "other way", str(not value)
        case ast.Constant(int() as value):
            yield "one more", str(value + 1)
        case ast.Tuple(elts, ast.Load()) | ast.List(elts, ast.Load()) | ast.Set(elts):
            yield from _shorter(node, elts)
        case ast.Continue():
            yield "break", "break"
        case ast.Break():
            yield "continue", "continue"
        case ast.Expr(ast.Call() | ast.Yield() | ast.YieldFrom()):
            yield "statement dropped", "pass"
        case ast.If(_, [ast.Return() | ast.Raise() | ast.Continue() | ast.Break()], []):
            yield "guard dropped", "pass"
        case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
            yield from _unfiltered(node)


def _of_call(node: ast.Call) -> Iterator[tuple[str, str]]:
    if isinstance(node.func, ast.Name):
        other = _SWAPPED.get(node.func.id)
        if other is not None:
            swapped = ast.Call(ast.Name(other), node.args, node.keywords)
            yield f"{other} for {node.func.id}", ast.unparse(swapped)
        if node.func.id in _UNSORTED:
            yield "not sorted", ast.unparse(ast.Call(ast.Name("list"), node.args[:1], []))
    for at, keyword in enumerate(node.keywords):
        if keyword.arg in ("default", "key", "reverse", "strict"):
            left = node.keywords[:at] + node.keywords[at + 1 :]
            yield f"{keyword.arg} dropped", ast.unparse(ast.Call(node.func, node.args, left))


def _shorter(node: ast.Tuple | ast.List | ast.Set, elts: list[ast.expr]) -> Iterator[tuple[str, str]]:
    """Lists of names or numbers without one."""
    if len(elts) > 1 and all(isinstance(e, ast.Attribute | ast.Constant) for e in elts):
        for at in range(len(elts)):
            text = ast.unparse(type(node)(elts=elts[:at] + elts[at + 1 :], ctx=ast.Load()))  # type: ignore[call-arg]
            yield f"element {at + 1} dropped", text


def _unfiltered(
    node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp,
) -> Iterator[tuple[str, str]]:
    for each in node.generators:
        for at, test in enumerate(each.ifs):
            del each.ifs[at]
            yield "filter dropped", ast.unparse(node)
            each.ifs.insert(at, test)
