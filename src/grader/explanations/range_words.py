"""The grades an area could take, in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from grader.model.proposal import AreaResult, WithoutOld

if TYPE_CHECKING:
    from grader.explanations.look_next import LookNext, TurnedOut

Name = Callable[[str], str]


def plain(grade: str) -> str:
    """A grade's id as words."""
    return grade.replace("_", " ")


def between(possible: tuple[str, str], name: Name = plain) -> str:
    """A range of grades: `adequate to outstanding`, or the one grade."""
    lowest, highest = possible
    return name(lowest) if lowest == highest else f"{name(lowest)} to {name(highest)}"


def range_words(
    area: AreaResult, unassessed: int, name: Name = plain, *, concerns: bool = True
) -> str | None:
    """What a graded area could be; None where it has no range."""
    if area.possible is None or area.grade is None:
        return None
    if not unassessed:
        return f"{between(area.possible, name)}: every characteristic is assessed"
    many = (
        "1 unassessed characteristic turns"
        if unassessed == 1
        else f"{unassessed} unassessed characteristics turn"
    )
    always = "always " if area.possible[0] == area.possible[1] else ""
    none = " and no new concern raised" if concerns else ""
    return f"{always}{between(area.possible, name)}, however its {many} out{none}"


def withheld_words(why: str, possible: tuple[str, str] | None, name: Name = plain) -> str:
    """A withheld area: why, and what the grade rules alone could give it."""
    if possible is None:
        return f"not graded ({why})"
    return f"not graded ({why}); by the grade rules {between(possible, name)}"


def without_old_words(
    without: WithoutOld, outcome: str, grade: str | None, name: Name = plain, most: int = 8
) -> str:
    """Which evidence of an area is old, and what would stand without it."""
    ids = without.evidence
    more = f" and {len(ids) - most} more" if len(ids) > most else ""
    stands = name(without.grade) if without.grade is not None else plain(without.outcome)
    same = "still " if (without.outcome, without.grade) == (outcome, grade) else ""
    which = "it" if len(ids) == 1 else "them"
    return f"{', '.join(ids[:most])}{more} (without {which}: {same}{stands})"


def look_next_words(line: LookNext, name: Name = plain, *, assessed: bool = False) -> str:
    """What one characteristic could do, in a line; `assessed` where its status is as assessed."""
    good, bad = _then(line.if_exceeded, name), _then(line.if_not_demonstrated, name)
    if assessed:
        return f"at best, {good}; at worst, {bad}"
    return f"if exceeded, {good}; if not demonstrated, {bad}"


def _then(found: TurnedOut, name: Name) -> str:
    if found.possible is None:
        return name(found.grade)
    if found.possible[0] == found.possible[1] == found.grade:
        return f"always {name(found.grade)}"
    return f"{name(found.grade)} ({between(found.possible, name)})"
