"""The area and the grade somebody asks about, as ids; however they are written is settled here alone."""

from __future__ import annotations

from collections.abc import Mapping

from grader.errors import UnknownNameError, quoted, suggest
from grader.model.framework import Framework


def area_asked(framework: Framework, edition: str, written: str) -> str:
    """The id of an area of the edition, given by its id or its title in any case.

    Raises
    ------
    UnknownNameError
        The edition has no such area; its help names the nearest.
    """
    known = {area.id: area.title for area in framework.areas_in(edition)}
    found = _named(written, known)
    if found is None:
        message = f"edition {edition} has no area {quoted(written)}"
        raise UnknownNameError(message, help=suggest(written, known, "areas"))
    return found


def grade_asked(framework: Framework, written: str) -> str:
    """The id of a grade of the framework's scale, given by its id or its title in any case.

    Raises
    ------
    UnknownNameError
        The scale has no such grade; its help names the nearest.
    """
    known = {grade.id: grade.title for grade in framework.grade_scale.grades}
    found = _named(written, known)
    if found is None:
        raise UnknownNameError(f"unknown grade {quoted(written)}", help=suggest(written, known, "grades"))
    return found


def _named(written: str, known: Mapping[str, str]) -> str | None:
    if written in known:
        return written
    plain = _plain(written)
    return next((id for id, title in known.items() if plain in (_plain(id), _plain(title))), None)


def _plain(name: str) -> str:
    return " ".join(name.replace("_", " ").replace("-", " ").split()).casefold()
