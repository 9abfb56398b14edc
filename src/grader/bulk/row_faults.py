"""What is wrong with rows of the columnar layout, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from math import isfinite
from pathlib import Path
from typing import Any

from grader.bulk.backends import ROW
from grader.bulk.conclude import DAY
from grader.bulk.layout import AS_WRITTEN, FLAGS, by_day, words_of
from grader.bulk.plan import Plan
from grader.bulk.spellings import spelled
from grader.errors import Place, Problem, quoted, suggest
from grader.language.figures import as_whole, range_of
from grader.language.rulebook import PERCENT, Measure
from grader.model.base import LARGEST_FIGURE
from grader.text import figure_text
from grader.vocabulary.scales import DEFAULT_SCALE


def evidence_faults(plan: Plan, file: str, row: Mapping[str, Any]) -> Iterator[Problem]:
    """What is wrong with one row of evidence, which `unsound` found."""
    row = _in_ids(plan, row)
    at = (
        row_of(file, row[ROW])
        if row[ROW] >= 0
        else Place(f"{file}: {named(row['inspection'])}, {named(row['id'])}")
    )
    if not row["id"]:
        yield Problem("the row has no 'id'", at, "every item has an id: what its rows have in common")
    if row["characteristic"] not in plan.characteristic_index:
        yield unknown("characteristic", row["characteristic"], plan.characteristic_index, at)
    for name, (ranks, default) in words_of(plan.book.vocabulary).items():
        word = row.get(name) or None
        if name == "assessment" and row["characteristic"] in plan.characteristic_index:
            scale = plan.book.scale_of.get(row["characteristic"])
            ranks = dict.fromkeys(plan.book.vocabulary.scale_of(scale).written, 0)
        if word is None and (default is not None or name == "assessment"):
            continue
        if word not in ranks:
            message = f"{quoted(word)} is not a value of {name!r}" if word is not None else f"no {name!r}"
            yield Problem(message, at, suggest(str(word), ranks, "values"))
    for name in FLAGS:
        if (row.get(name) or None) not in (None, True, "true", "false"):
            yield Problem(f"{quoted(row[name])} is not a value of {name!r}", at, "write true or false")
    if by_day(plan) and not _is_day(row.get(DAY)):
        message = f"{quoted(row[DAY])} is not a date" if row.get(DAY) else f"no {DAY!r}"
        help = "write YYYY-MM-DD: what was found last is what counts"
        yield Problem(message, at, help)
    yield from _figure_faults(plan, row, at)


def _in_ids(plan: Plan, row: Mapping[str, Any]) -> Mapping[str, Any]:
    """A row of evidence with ids for what is printed otherwise."""
    name = plan.spelled_characteristics.get(row["characteristic"], row["characteristic"])
    words: dict[str, Mapping[str, Iterable[str]]]
    words = {n: dict.fromkeys(ranks, ()) for n, (ranks, _) in words_of(plan.book.vocabulary).items()}
    if name in plan.characteristic_index:
        words["assessment"] = plan.book.vocabulary.scale_of(plan.book.scale_of.get(name)).printed
    said = {n: spelled(printed).get(row.get(n) or "", row.get(n)) for n, printed in words.items()}
    return {**row, **said, "characteristic": name}


def _is_day(said: Any) -> bool:
    try:
        return date.fromisoformat(str(said)).isoformat() == str(said)
    except ValueError:
        return False


def _figure_faults(plan: Plan, row: Mapping[str, Any], at: Place) -> Iterator[Problem]:
    measure, value = row.get("measure") or None, row.get("value")
    written = row.get(AS_WRITTEN) or value
    if value is not None and not -LARGEST_FIGURE <= value <= LARGEST_FIGURE:
        if isfinite(value):
            message = f"'value' {quoted(written)} is beyond {LARGEST_FIGURE:,}, the largest figure"
            yield Problem(message, at, "write it in a larger unit")
        else:
            message = f"'value' {quoted(written)} is no number"
            yield Problem(message, at, "write it with digits and a point, as 95.5")
        return
    if measure is None or measure not in plan.measures:
        if not row.get("assessment"):
            scale = plan.book.vocabulary.by_scale.get(
                plan.book.scale_of.get(row["characteristic"]) or DEFAULT_SCALE
            )
            levels = scale or next(iter(plan.book.vocabulary.by_scale.values()))
            help = f"add one of {', '.join([*levels.levels[::-1], *levels.by_name])}"
            if measure is not None:
                help = f"{suggest(measure, plan.measures, 'measures with rules')} (or {help})"
            yield Problem("no 'assessment', and no measure with rules supplies one", at, help)
        return
    found = plan.book.measures[measure]
    if row["characteristic"] in plan.characteristic_index and row["characteristic"] != found.characteristic:
        alone, on = found.characteristic, row["characteristic"]
        message = f"measure {measure!r} assesses {alone} alone, and the row is on {on}"
        yield Problem(message, at, "give the other characteristics an item of their own")
    if value is None:
        yield Problem(f"no 'value', which measure {measure!r} needs", at, f"write it, in {found.unit}")
    elif found.decimals is not None:
        yield from _declared_fault(found, value, written, at)
    elif found.unit == PERCENT and not 0 <= value <= 100:
        yield Problem(f"'value' {quoted(written)} is no per cent", at, "a per cent lies in 0 to 100")


def _declared_fault(measure: Measure, value: float, written: Any, at: Place) -> Iterator[Problem]:
    low, high = range_of(measure)
    if not low <= value <= high:
        span = f"{figure_text(low)} to {figure_text(high)}"
        message = f"'value' {quoted(written)} is outside {span}, the range of {measure.name!r}"
        yield Problem(message, at, f"write the figure as it was measured, in {measure.unit}")
    elif as_whole(measure, value) != Decimal(str(value)).scaleb(measure.decimals or 0):
        message = (
            f"'value' {quoted(written)} has more decimals than the {measure.decimals} of {measure.name!r}"
        )
        yield Problem(message, at, "write it with so many, rounded as the scheme says")


def unknown(what: str, name: Any, known: Any, at: Place) -> Problem:
    """That a row names nothing known, or nothing at all."""
    message = f"no {what!r}" if not name else f"unknown {what} {quoted(name)}"
    return Problem(message, at, suggest(str(name), known, f"{what}s" if what != "progress" else "values"))


def row_of(file: str, row: int) -> Place:
    """Where a row stands; rows count from 1, without a line of headings."""
    return Place(f"{file}: row {row + 1}")


def named(name: Any) -> str:
    """An id in a message: short, and on one line."""
    return quoted(name, 200)[1:-1]


def shown(path: Path) -> str:
    """A file's name in messages."""
    return quoted(str(path), 300)[1:-1]
