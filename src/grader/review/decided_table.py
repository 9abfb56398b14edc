"""Decisions from a table, a row each."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from grader.errors import InputError, Place, Problem, folded
from grader.review.decisions import Decision
from grader.sheets.columns import Column
from grader.sheets.plain_tables import read_entries

COLUMNS: Final = (
    Column("area", "text", "the area, as it is printed", required=True),
    Column("grade", "text", "the grade given", required=True),
    Column("rationale", "text", "why; needed where it is not the grade proposed"),
    Column("by", "text", "who decided"),
    Column("on", "day", "when: YYYY-MM-DD"),
    Column("present", "lines", "who was there, one a line or with semicolons between"),
    Column("considered", "lines", "what else was considered, one a line"),
)
_NAMES: Final = {
    "rationale": ("reason", "why", "reasons"),
    "grade": ("final grade", "decided", "decided grade"),
    "by": ("decided by",),
    "on": ("decided on", "date"),
    "present": ("those present", "attended"),
    "considered": ("also considered", "alternatives considered"),
}


def read_decided(
    path: Path, *, by: str | None = None, on: str | None = None, at: str | None = None
) -> tuple[list[Decision], list[Mapping[str, Place]]]:
    """A table's decisions, with their places.

    Parameters
    ----------
    path : Path
        CSV or workbook.
    by, on, at : str, optional
        Where a row does not say.

    Raises
    ------
    InputError
    """
    entries = read_entries(path, COLUMNS, names=_NAMES)
    problems: list[Problem] = []
    seen: dict[str, Place] = {}
    found: list[Decision] = []
    for entry in entries:
        values, area = entry.values, str(entry.values["area"])
        if folded(area) in seen:
            help = f"first at {seen[folded(area)]}; keep one of the two"
            problems.append(Problem(f"area {area!r} stands twice", entry.at("area"), help))
        seen[folded(area)] = entry.at("area")
        who, when = values.get("by", by), values.get("on", on)
        for what, value, option in (("who decided", who, "--by NAME"), ("when", when, "--on YYYY-MM-DD")):
            if value is None:
                problems.append(Problem(f"nothing says {what}", entry.place, f"write it, or add {option}"))
        found.append(
            Decision(
                area=area,
                grade=str(values["grade"]),
                by=str(who),
                on=str(when),
                rationale=values.get("rationale"),
                present=tuple(p for line in values.get("present", ()) for p in _names(line)),
                considered=tuple(values.get("considered", ())),
                at=at,
            )
        )
    if not entries:
        problems.append(
            Problem("there is no decision in the table", Place(str(path)), "write a row for each")
        )
    if problems:
        raise InputError(problems)
    return found, [{**entry.places, "area": entry.at("area")} for entry in entries]


def _names(line: str) -> list[str]:
    return [name.strip() for name in line.split(";") if name.strip()]
