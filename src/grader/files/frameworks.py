"""Read a framework file and resolve every name in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.errors import InputError, Place, Problem, quoted, suggest
from grader.files.faults import validate
from grader.files.marked import Document, parse_document, read_bytes
from grader.model.framework import Area, Framework


@dataclass(frozen=True, slots=True)
class FrameworkFile:
    """A framework and the SHA-256 of its file."""

    framework: Framework
    sha256: str


def read_framework(path: Path, shown: str | None = None) -> FrameworkFile:
    """The framework in a file.

    Raises
    ------
    InputError
        Every fault of the file, located.
    """
    document = parse_document(read_bytes(path), shown or str(path))
    return framework_of(document)


def framework_of(document: Document) -> FrameworkFile:
    """The framework in a document; raises InputError with every fault."""
    framework, problems = validate(document, Framework)
    if framework is None:
        raise InputError(problems)
    problems = list(_faults(framework, document))
    if problems:
        raise InputError(problems)
    return FrameworkFile(framework, document.sha256)


def _faults(framework: Framework, document: Document) -> Iterator[Problem]:
    grades = [g.id for g in framework.grade_scale.grades]
    yield from _twice(grades, ("grade_scale", "grades"), "grade", document)
    if framework.grade_scale.default not in grades:
        yield _unknown(
            "grade", framework.grade_scale.default, grades, document.place(("grade_scale", "default"))
        )
    yield from _twice([a.id for a in framework.areas], ("areas",), "area", document)
    seen: dict[str, Place] = {}
    for i, area in enumerate(framework.areas):
        yield from _area_faults(framework, area, ("areas", i), document, seen)


def _area_faults(
    framework: Framework, area: Area, at: tuple[str | int, ...], document: Document, seen: dict[str, Place]
) -> Iterator[Problem]:
    for edition in area.editions:
        if edition not in framework.editions:
            yield _unknown("edition", edition, framework.editions, document.place((*at, "editions", edition)))
    known = {c.id for _, c in framework.characteristics()}
    for t, topic in enumerate(area.topics):
        there = (*at, "topics", t)
        yield from _source_faults(framework, topic.source, (*there, "source"), document)
        for c, characteristic in enumerate(topic.characteristics):
            here = (*there, "characteristics", c)
            place = document.place((*here, "id"))
            if characteristic.id in seen:
                yield Problem(
                    f"characteristic {quoted(characteristic.id)} stands twice",
                    place,
                    f"first at {seen[characteristic.id]}",
                )
            seen[characteristic.id] = place
            if framework.provenance and characteristic.provenance not in framework.provenance:
                yield _unknown(
                    "provenance",
                    characteristic.provenance,
                    framework.provenance,
                    document.place((*here, "provenance")),
                )
            yield from _source_faults(framework, characteristic.source, (*here, "source"), document)
            for k, informed in enumerate(characteristic.informs):
                where = document.place((*here, "informs", k))
                if informed not in known:
                    yield _unknown("characteristic", informed, known, where)
                elif framework.area_of(informed).id == area.id:
                    yield Problem(
                        f"{characteristic.id} informs {informed} of its own area",
                        where,
                        "evidence informs other areas",
                    )


def _source_faults(
    framework: Framework, sources: list[str], at: tuple[str | int, ...], document: Document
) -> Iterator[Problem]:
    for i, source in enumerate(sources):
        if source.split()[0] not in framework.sources:
            yield _unknown("source", source.split()[0], framework.sources, document.place((*at, i)))


def _twice(ids: list[str], at: tuple[str | int, ...], what: str, document: Document) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for i, name in enumerate(ids):
        if name in first:
            here, there = document.place((*at, i, "id")), document.place((*at, first[name], "id"))
            yield Problem(f"{what} {quoted(name)} stands twice", here, f"first at {there}")
        first.setdefault(name, i)


def _unknown(what: str, name: str, known: object, place: Place) -> Problem:
    names = list(known)  # type: ignore[call-overload]
    return Problem(f"unknown {what} {quoted(name)}", place, suggest(name, names, f"{what}s"))
