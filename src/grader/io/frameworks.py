"""Read a framework file and resolve every name in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from grader.errors import InputError, Place, Problem, quoted, suggest, truncate
from grader.io.faults import duplicate_ids, name_of, unfilled, validate
from grader.io.framework_words import word_faults
from grader.io.reading import read_bytes
from grader.io.yaml_source import Document, parse_document
from grader.model.framework import Area, Characteristic, Framework

Path_ = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class FrameworkFile:
    """A framework and its file's SHA-256, or None."""

    framework: Framework
    sha256: str | None = None


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
    if document.unfilled:
        raise InputError(unfilled([document]))
    framework, problems = validate(document, Framework)
    if framework is None:
        raise InputError(problems)
    problems = truncate(chain(_faults(framework, document), word_faults(framework, document)))
    if problems:
        raise InputError(problems)
    if framework.statuses is not None:
        framework.say_where(document.place(("statuses",)))
    return FrameworkFile(framework, document.sha256)


def _faults(framework: Framework, document: Document) -> Iterator[Problem]:
    scale, about = framework.grade_scale, framework.framework
    grades = [g.id for g in scale.grades]
    yield from _duplicate_ids(grades, ("grade_scale", "grades"), "grade", document)
    if scale.default not in grades:
        yield _unknown("grade", scale.default, grades, document.place(("grade_scale", "default")))
    for i, grade in enumerate(scale.grades):
        yield from _source_faults(framework, grade.source, ("grade_scale", "grades", i, "source"), document)
    areas = [a.id for a in framework.areas]
    for i, grade in enumerate(scale.grades):
        for k, name in enumerate(grade.not_expected_in):
            if name not in areas:
                there: Path_ = ("grade_scale", "grades", i, "not_expected_in", k)
                yield _unknown("area", name, areas, document.place(there))
    for i, other in enumerate(about.not_comparable_with):
        at: Path_ = ("framework", "not_comparable_with", i, "source")
        yield from _source_faults(framework, other.source, at, document)
    for name, edition in framework.editions.items():
        yield from _source_faults(framework, edition.source, ("editions", name, "source"), document)
    yield from _duplicate_ids([a.id for a in framework.areas], ("areas",), "area", document)
    topics = (
        (("areas", i, "topics", t, "id"), topic.id)
        for i, area in enumerate(framework.areas)
        for t, topic in enumerate(area.topics)
    )
    yield from duplicate_ids(document, "topic", topics)
    placed = list(_placed(framework))
    yield from duplicate_ids(document, "characteristic", (((*at, "id"), c.id) for at, _, c in placed))
    for i, area in enumerate(framework.areas):
        yield from _area_faults(framework, area, ("areas", i), document)
    area_of = {c.id: a for a, c in framework.characteristics()}
    for at, area, characteristic in placed:
        yield from _characteristic_faults(framework, area, characteristic, area_of, at, document)
        yield from _words_faults(framework, characteristic, area_of, at, document)
    for i, version in enumerate(framework.history):
        for name in version.became:
            if name not in area_of:
                yield _unknown("characteristic", name, area_of, document.keys[("history", i, "became", name)])


def _placed(framework: Framework) -> Iterator[tuple[Path_, Area, Characteristic]]:
    """Every characteristic, those that stand twice too, with its path and its area."""
    for i, area in enumerate(framework.areas):
        for t, topic in enumerate(area.topics):
            for c, characteristic in enumerate(topic.characteristics):
                yield ("areas", i, "topics", t, "characteristics", c), area, characteristic


def _area_faults(framework: Framework, area: Area, at: Path_, document: Document) -> Iterator[Problem]:
    for edition in area.editions:
        if edition not in framework.editions:
            yield _unknown("edition", edition, framework.editions, document.keys[(*at, "editions", edition)])
    yield from _provenance_faults(framework, area.question_provenance, (*at, "question_provenance"), document)
    for t, topic in enumerate(area.topics):
        there = (*at, "topics", t)
        yield from _provenance_faults(framework, topic.provenance, (*there, "provenance"), document)
        yield from _source_faults(framework, topic.source, (*there, "source"), document)


def _characteristic_faults(
    framework: Framework,
    area: Area,
    characteristic: Characteristic,
    area_of: Mapping[str, Area],
    at: Path_,
    document: Document,
) -> Iterator[Problem]:
    yield from _provenance_faults(
        framework, characteristic.provenance, (*at, "provenance"), document, required=True
    )
    yield from _source_faults(framework, characteristic.source, (*at, "source"), document)
    for k, link in enumerate(characteristic.informs):
        informed, here = link.id, (*at, "informs", k)
        whole = (*here, "id") in document.keys
        where = document.place((*here, "id") if whole else here)
        yield from _provenance_faults(framework, link.provenance, (*here, "provenance"), document)
        yield from _source_faults(framework, link.source, (*here, "source"), document)
        if informed not in area_of:
            yield _unknown("characteristic", informed, area_of, where)
        elif area_of[informed] is area:
            yield Problem(
                f"{characteristic.id} informs {informed} of its own area",
                where,
                "take it away: evidence informs other areas only",
            )


def _words_faults(
    framework: Framework,
    characteristic: Characteristic,
    area_of: Mapping[str, Area],
    at: Path_,
    document: Document,
) -> Iterator[Problem]:
    """Faults in what a characteristic says of others."""
    for other in characteristic.unlike:
        if other not in area_of:
            yield _unknown("characteristic", other, area_of, document.keys[(*at, "unlike", other)])
    for name in ("exceeding", "falling_short"):
        sight = getattr(characteristic, name)
        if sight is not None:
            there = (*at, name, "provenance")
            yield from _provenance_faults(framework, sight.provenance, there, document, required=True)
            yield from _source_faults(framework, sight.source, (*at, name, "source"), document)


def _provenance_faults(
    framework: Framework, name: str | None, at: Path_, document: Document, *, required: bool = False
) -> Iterator[Problem]:
    if name is None and required and framework.provenance:
        message = f"{name_of(document, at[:-1])} lacks 'provenance'"
        yield Problem(message, document.place(at), "add provenance: ...")
    elif name is not None and framework.provenance and name not in framework.provenance:
        yield _unknown("provenance", name, framework.provenance, document.place(at))


def _source_faults(
    framework: Framework, sources: list[str], at: Path_, document: Document
) -> Iterator[Problem]:
    """Sources that are no key of `sources`; a part may follow: `S0 L33`."""
    for i, source in enumerate(sources):
        if source.split()[0] not in framework.sources:
            yield _unknown("source", source.split()[0], framework.sources, document.place((*at, i)))


def _duplicate_ids(ids: list[str], at: Path_, what: str, document: Document) -> Iterator[Problem]:
    return duplicate_ids(document, what, (((*at, i, "id"), name) for i, name in enumerate(ids)))


def _unknown(what: str, name: str, known: Iterable[str], place: Place) -> Problem:
    plural = "kinds of provenance" if what == "provenance" else f"{what}s"
    return Problem(f"unknown {what} {quoted(name)}", place, suggest(name, known, plural))
