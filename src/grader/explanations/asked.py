"""The area and the grade somebody asks about, as ids, however they were printed."""

from __future__ import annotations

from grader.errors import quoted
from grader.io.printed_names import PrintedNames, required
from grader.model.framework import Framework


def area_asked(framework: Framework, edition: str, written: str) -> str:
    """The id of an area of the edition; raises UnknownNameError, whose help names the nearest."""
    names = PrintedNames(framework, edition).areas
    return required(written, names, "area", f"edition {edition} has no area {quoted(written)}")


def grade_asked(framework: Framework, written: str) -> str:
    """A grade's id; raises UnknownNameError."""
    return required(written, PrintedNames(framework).grades, "grade")
