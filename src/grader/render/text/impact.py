"""What a change of rules moves, as text, an area a row."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

from grader.authoring.impact import Fit, Impact
from grader.language.rulebook import PERCENT

WIDTH: Final = 80
#: Beside the columns of the table; with less, areas stand on lines of their own.
LEAST_ROOM: Final = 20
SHOWN: Final = 3

_HEADINGS: Final = {
    "higher": "higher",
    "lower": "lower",
    "withheld": "withheld",
    "graded": "graded",
    "reasons": "reasons",
    "profile": "profile",
    "statuses": "statuses",
    "findings": "findings",
}
_MARKS: Final = {"moves": "moves", "never": ".", "unknown": "?"}
_DIRECTIONS: Final = {
    "higher": "graded higher",
    "lower": "graded lower",
    "withheld": "withheld, where a grade was proposed",
    "graded": "graded, where the grade was withheld",
}
_PARTS: Final = {
    "withheld": "withheld for other reasons",
    "profile": "another profile",
    "statuses": "other statuses",
    "findings": "other findings proposed",
}


def impact_for_person(found: Impact) -> Iterable[str]:
    """The impact as lines of 80 columns."""
    for line in _lines(found):
        if len(line) <= WIDTH:
            yield line
            continue
        inner = line.lstrip(" ")
        indent = line[: len(line) - len(inner)]
        yield from textwrap.wrap(
            inner, WIDTH, initial_indent=indent, subsequent_indent=f"{indent}  ", break_on_hyphens=False
        ) or [""]


def _lines(found: Impact) -> Iterable[str]:
    yield f"from {found.old.id} {found.old.version} to {found.new.id} {found.new.version}"
    yield ""
    heading = {"nothing": "nothing changes", "something": "something changes", "unknown": "unknown"}
    yield f"For every inspection there can be: {heading[found.proof.result]}"
    yield f"  {found.proof.because}"
    for renamed in found.pairs.renamed:
        yield f"  {renamed.what} {renamed.old} is named {renamed.new}, and is the same otherwise"
    if found.pairs.worded:
        yield f"  wording only: {_several(found.pairs.worded)}"
    if found.pairs.ranges:
        yield f"  may be set within another range: {_several(found.pairs.ranges)}"
    for figure in found.proof.figures:
        yield f"  {_figure(figure, found)}: {_plain(figure['old'])} to {_plain(figure['new'])}"
    yield from _table(found.proof.areas)
    yield from _cases(found.proof.cases)
    for replayed in found.replayed:
        yield ""
        yield f"{replayed.inspection} ({replayed.file}): {'moves' if replayed.moves else 'nothing moves'}"
        for move in replayed.moves:
            same = move.old == move.new
            said = _plain(move.old) if same else f"{_plain(move.old)} to {_plain(move.new)}"
            beside = [part for part in move.parts if part not in ("outcome", "grade")]
            yield f"  {move.area}: {said}" + (f" ({', '.join(beside)})" if beside else "")
    if found.fits is not None:
        old, new = found.fits
        yield ""
        yield f"Agreement with decisions: {found.verdict}"
        yield f"  the same: {old.exact} of {old.n} areas before, {new.exact} of {new.n} after"
        yield f"  mean steps apart: {_steps(old)} before, {_steps(new)} after"


def _table(areas: Iterable[Mapping[str, str]]) -> Iterable[str]:
    """A row for areas that move alike, then those that never move."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for area in areas:
        alike.setdefault(tuple(area[name] for name in _HEADINGS), []).append(area["area"])
    still = alike.pop(("never",) * len(_HEADINGS), [])
    if not alike:
        return
    yield ""
    columns = [name for n, name in enumerate(_HEADINGS) if any(row[n] != "never" for row in alike)]
    at = [list(_HEADINGS).index(name) for name in columns]
    room = WIDTH - 2 - 9 * len(columns)
    beside = room >= LEAST_ROOM
    yield ("  " + "".join(f"{_HEADINGS[name]:<9}" for name in columns) + "area" * beside).rstrip()
    for row, names in alike.items():
        marks = "  " + "".join(f"{_MARKS[row[n]]:<9}" for n in at)
        if not beside:
            yield f"  {', '.join(names)}:"
            yield marks.rstrip()
            continue
        for line in textwrap.wrap(", ".join(names), room):
            yield marks + line
            marks = " " * len(marks)
    if still:
        yield f"  never moves: {', '.join(still)}"


def _cases(cases: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    """The smallest case of each way in which proposals move."""
    by_way: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for case in cases:
        by_way.setdefault((case["part"], case["direction"]), []).append(case)
    for (part, direction), alike in by_way.items():
        smallest = min(alike, key=lambda c: len(c["words"]))
        areas = [c["area"] for c in alike]
        yield ""
        yield f"  {_DIRECTIONS.get(direction) or _PARTS[part]}, in {_several(areas)}:"
        yield f"    {_plain(smallest['old'])} to {_plain(smallest['new'])}, where {smallest['words']}"


def _figure(figure: Mapping[str, Any], found: Impact) -> str:
    unit = "%" if figure["unit"] == PERCENT else figure["unit"]
    measures = {**found.old.measures, **found.new.measures}
    decimals = measures[figure["measure"]].decimals
    places = 1 if decimals is None else decimals
    low, high = (f"{Decimal(figure[end]).scaleb(-places):,f}" for end in ("lowest", "highest"))
    return (
        f"{figure['measure']} at {low} {unit}"
        if low == high
        else f"{figure['measure']} from {low} to {high} {unit}"
    )


def _several(names: Iterable[str]) -> str:
    every = list(names)
    more = f" and {len(every) - SHOWN} more" if len(every) > SHOWN else ""
    return ", ".join(every[:SHOWN]) + more


def _steps(fit: Fit) -> str:
    return "none" if fit.mean_steps is None else f"{fit.mean_steps:.2f}"


def _plain(name: str | None) -> str:
    return "no rules" if name is None else name.replace("_", " ")
