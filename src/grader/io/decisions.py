"""Read decisions, and resolve areas and grades against a framework."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.errors import InputError, Problem, folded, quoted, suggest, truncate
from grader.io import catalogue
from grader.io.faults import validate
from grader.io.frameworks import FrameworkFile
from grader.io.printed_decisions import decisions_with_ids
from grader.io.reading import read_bytes
from grader.io.yaml_source import Document, parse_document
from grader.model.decisions import Decisions
from grader.model.framework import Framework

Path_ = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class DecisionsFile:
    """Final grades, their SHA-256, framework and warnings."""

    decisions: Decisions
    sha256: str
    framework: FrameworkFile
    document: Document
    """The file with the names in it as ids, and the place of everything."""
    warnings: tuple[Problem, ...] = ()


def read_decisions(path: Path, framework: FrameworkFile | None = None) -> DecisionsFile:
    """The decisions in a file, checked whole.

    Parameters
    ----------
    framework : FrameworkFile, optional
        Where the file names none; else the built-in one in which all names resolve.

    Raises
    ------
    InputError
        Every fault, with its place.
    """
    return decisions_of(parse_document(read_bytes(path), str(path)), framework)


def decisions_of(
    document: Document, framework: FrameworkFile | None = None, near: Path | None = None
) -> DecisionsFile:
    """The decisions in a document; a framework may lie `near` a rule book."""
    decisions, problems = validate(document, Decisions)
    if decisions is None:
        raise InputError(problems)
    found = _resolve(decisions, document, framework, near)
    if found.faults:
        raise InputError(found.faults)
    warnings = tuple(_warnings(found.decisions, found.document))
    return DecisionsFile(found.decisions, document.sha256, found.framework, found.document, warnings)


def inspection_decided(document: Document) -> str:
    """The inspection that decisions are on; raises InputError where they name none."""
    head = document.data.get("decisions") if isinstance(document.data, dict) else None
    named = head.get("inspection") if isinstance(head, dict) else None
    if isinstance(named, str):
        return named
    return decisions_of(document).decisions.decisions.inspection


@dataclass(frozen=True, slots=True)
class _Reading:
    """Decisions as they read under one framework, and the faults there are then."""

    framework: FrameworkFile
    decisions: Decisions
    document: Document
    faults: list[Problem]


def _resolve(
    decisions: Decisions, document: Document, framework: FrameworkFile | None, near: Path | None
) -> _Reading:
    """The reading with the fewest faults, of the frameworks possible."""
    named = decisions.decisions.framework
    if named is not None:
        candidates = [_named(named, document, framework, near)]
    elif framework is not None:
        candidates = [framework]
    else:
        candidates = [catalogue.framework(name) for name in catalogue.framework_ids()]
    readings = [_read_under(candidate, document) for candidate in candidates]
    # Where as much is unknown in two, the one meant is the one that holds the nearest spellings.
    return min(readings, key=lambda each: (len(each.faults), -sum(map(_is_near, each.faults))))


def _read_under(framework: FrameworkFile, document: Document) -> _Reading:
    """The decisions with the names in them as this framework's ids."""
    known = framework.framework
    with_ids, twice = decisions_with_ids(document, known)
    decisions, problems = validate(with_ids, Decisions)
    if decisions is None:  # names were replaced by names
        raise InputError(problems)
    return _Reading(framework, decisions, with_ids, truncate([*twice, *_faults(decisions, with_ids, known)]))


def _is_near(fault: Problem) -> bool:
    return (fault.help or "").startswith("did you mean")


def _named(name: str, document: Document, given: FrameworkFile | None, near: Path | None) -> FrameworkFile:
    if given is not None and folded(given.framework.id) == folded(name):
        return given
    return catalogue.framework_in(name, document.place(("decisions", "framework")), near)


def _faults(decisions: Decisions, document: Document, framework: Framework) -> Iterator[Problem]:
    edition = decisions.decisions.edition
    if edition is not None and edition not in framework.editions:
        yield _unknown(document, "edition", edition, framework.editions, ("decisions", "edition"))
        edition = None
    areas = framework.areas_in(edition) if edition is not None else tuple(framework.areas)
    known = {a.id: a for a in areas}
    grades = [g.id for g in framework.grade_scale.grades]
    for name in decisions.decisions.stated_counts:
        if name not in grades:
            yield _unknown(document, "grade", name, grades, ("decisions", "stated_counts", name), key=True)
    for name, decided in decisions.grades.items():
        if name not in known:
            yield _unknown(document, "area", name, known, ("grades", name), key=True)
        elif edition is not None and not known[name].editions[edition].graded:
            yield Problem(
                f"area {name} is not graded in edition {edition}",
                document.keys.get(("grades", name)) or document.place(("grades", name)),
                "take the area out, or name the edition the grade was given in",
            )
        if decided.grade not in grades:
            yield _unknown(document, "grade", decided.grade, grades, ("grades", name, "grade"))


def _warnings(decisions: Decisions, document: Document) -> Iterator[Problem]:
    """Stated counts that do not add up."""
    counts = Counter(g.grade for g in decisions.grades.values())
    for grade, stated in sorted(decisions.decisions.stated_counts.items()):
        if counts[grade] != stated:
            yield Problem(
                f"the record states {stated} {grade}, and {counts[grade]} of its grades are",
                document.place(("decisions", "stated_counts", grade)),
                None,
                "stated_counts",
            )


def _unknown(
    document: Document, what: str, name: str, known: Iterable[str], at: Path_, *, key: bool = False
) -> Problem:
    place = document.keys.get(at) if key else None
    return Problem(
        f"unknown {what} {quoted(name)}", place or document.place(at), suggest(name, known, f"{what}s")
    )
