"""Prove what the range of an area's grades rests on, and write it down beside the rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from grader.engines.symbolic import Budget, Undecided
from grader.errors import InputError, Place, Problem
from grader.io.frameworks import FrameworkFile
from grader.io.proved import write_proved
from grader.language.rulebook import AT_DEFAULTS, RANGE_RESTS_ON, RuleBook
from grader.model.framework import Framework
from grader.proofs.monotone import check_part
from grader.proofs.subject import Subject
from grader.proofs.tag_combinations import Part


def proved_parts(
    book: RuleBook, framework: Framework, parts: Iterable[str] = RANGE_RESTS_ON, *, timeout: float = 60.0
) -> dict[str, str]:
    """Those parts of the promise of monotone grades that are proved, each with the values it is proved at.

    Parameters
    ----------
    book : RuleBook
        The rule book, its parameters not bound.
    framework : Framework
        What it grades against.
    parts : iterable of str
        Names of parts of the promise.
    timeout : float
        Seconds the solver may take in all; what is open by then is not proved.
    """
    subject = Subject(book, framework, Budget(timeout))
    found = {}
    for part in parts:
        try:
            broken = check_part(subject, Part(part))
        except Undecided:
            continue
        if not broken:
            found[part] = AT_DEFAULTS
    return found


def proved_at(
    book: RuleBook, framework: Framework, values: Mapping[str, int], *, timeout: float = 60.0
) -> bool:
    """Whether all that the range rests on is proved with parameters at these values."""
    parameters = {n: replace(p, default=values.get(n, p.default)) for n, p in book.parameters.items()}
    found = proved_parts(replace(book, parameters=parameters), framework, timeout=timeout)
    return set(found) == set(RANGE_RESTS_ON)


def record(
    folder: Path, framework: FrameworkFile, book: RuleBook, *, timeout: float = 60.0
) -> dict[str, str]:
    """Prove what can be, and write it into the rule book's folder; gives what was proved.

    Raises
    ------
    InputError
        The folder cannot be written to.
    """
    found = proved_parts(book, framework.framework, timeout=timeout)
    assert book.sha256 is not None, "it was read from files"
    assert framework.sha256 is not None, "it was read from a file"
    try:
        write_proved(folder, book.sha256, framework.sha256, found)
    except OSError as error:
        said = (error.strerror or "unknown reason").lower()
        raise InputError([Problem(f"cannot be written: {said}", Place(str(folder)), None)]) from error
    return found
