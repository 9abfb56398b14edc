"""Prove what the range of an area's grades rests on, and record it beside the rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from grader.errors import InputError, Place, Problem
from grader.io.frameworks import FrameworkFile
from grader.io.proved import write_proved
from grader.language.effort import CHECK_EFFORT
from grader.language.rulebook import EVERYWHERE, RuleBook
from grader.model.framework import Framework
from grader.proofs.check import check_rulebook
from grader.proofs.report import WHERE_GRADED, Promise


def proved_parts(
    book: RuleBook, framework: Framework, parts: Iterable[str] | None = None, *, effort: int = CHECK_EFFORT
) -> dict[str, str]:
    """The parts of monotone grades that are proved, each with the values it holds at.

    Parameters
    ----------
    book : RuleBook
        Not bound.
    framework : Framework
    parts : iterable of str, optional
        By default those the range rests on.
    effort : int
        Solver units for each; what is open by then is not proved.
    """
    asked = frozenset(parts if parts is not None else book.range_rests_on)
    report = check_rulebook(book, framework, effort=effort, only=asked)
    return {p.id: EVERYWHERE for p in report.promises if _of_every_grade(p)}


def _of_every_grade(promise: Promise) -> bool:
    """Whether it is proved of grades withheld or not, as the range gives them."""
    return promise.result == "proved" and WHERE_GRADED not in promise.assumes


def all_kept_at(
    book: RuleBook, framework: Framework, values: Mapping[str, int], *, effort: int = CHECK_EFFORT
) -> bool:
    """Whether every promise the rule book makes is proved with parameters at these values."""
    report = check_rulebook(book, framework, effort=effort, settings=values)
    return all(p.kept for p in report.promises)


def record(
    folder: Path, framework: FrameworkFile, book: RuleBook, *, effort: int = CHECK_EFFORT
) -> dict[str, str]:
    """Prove what can be, and write it into the rule book's folder; gives what was proved.

    Raises
    ------
    InputError
        The folder is not writable.
    """
    found = proved_parts(book, framework.framework, effort=effort)
    assert book.sha256 is not None, "it was read from files"
    assert framework.sha256 is not None, "it was read from a file"
    try:
        write_proved(folder, book.sha256, framework.sha256, found)
    except OSError as error:
        said = (error.strerror or "unknown reason").lower()
        raise InputError([Problem(f"cannot be written: {said}", Place(str(folder)), None)]) from error
    return found
