"""The log of the acts behind decisions, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.errors import InputError
from grader.io.act_log import log_beside, read_log
from grader.model.acts import Act


@dataclass(frozen=True, slots=True)
class DecisionLog:
    """The acts behind a decisions file, in their order."""

    acts: tuple[Act, ...]

    def __repr__(self) -> str:
        return f"<DecisionLog: {len(self.acts)} act{'' if len(self.acts) == 1 else 's'}>"

    @property
    def lines(self) -> list[str]:
        """A line for each act."""
        return [_line(act) for act in self.acts]


def decision_log(decisions: Path) -> DecisionLog:
    """The log beside a decisions file, perhaps empty.

    Raises
    ------
    InputError
        It was altered.
    """
    beside = log_beside(decisions)
    raw = beside.read_bytes() if beside.exists() else b""
    acts, problems = read_log(raw, str(beside))
    if problems:
        raise InputError(problems)
    return DecisionLog(tuple(act for act, _ in acts))


def _line(act: Act) -> str:
    when = f"{act.on} {act.at}" if act.at else act.on
    return f"{act.n}. {when}, {act.by}: {'; '.join(_said(act))}"


def _said(act: Act) -> Iterator[str]:
    if act.file is not None:
        grades = act.file.get("grades", {})
        listed = ", ".join(f"{area} {_plain(each['grade'])}" for area, each in grades.items())
        yield f"taken over as the file stood: {listed or 'no decision'}"
        return
    entry = act.entry
    if act.act == "undone":
        stands = f"{_plain(entry.grade.grade)} stands again" if entry is not None else "no decision stands"
        yield f"{act.area} undone, {stands}"
    elif entry is not None:
        proposed = entry.proposed
        beside = f", {_plain(proposed.grade or proposed.outcome)} proposed" if proposed is not None else ""
        yield f"{act.area} {act.act}: {_plain(entry.grade.grade)}{beside}"
    if act.rationale is not None:
        yield act.rationale
    if act.act == "decided" and entry is not None:
        if entry.grade.present:
            yield f"present: {', '.join(entry.grade.present)}"
        if entry.grade.considered:
            yield f"also considered: {'; '.join(entry.grade.considered)}"


def _plain(name: str) -> str:
    return name.replace("_", " ")
