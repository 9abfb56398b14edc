"""Read an inspection and resolve every name in it against the framework and the rule book's measures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.errors import InputError, Problem, quoted, suggest
from grader.files.faults import validate
from grader.files.marked import Document, parse_document, read_bytes
from grader.language.rulebook import Measure
from grader.model.framework import Framework
from grader.model.inspection import Declared, Evidence, Inspection, Previous

Path_ = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class InspectionFile:
    """An inspection, the SHA-256 of its file, and warnings about the record."""

    inspection: Inspection
    sha256: str | None
    warnings: tuple[Problem, ...] = ()


def read_inspection_document(path: Path) -> tuple[Document, Inspection]:
    """The document and the inspection in it, its names not yet resolved; raises InputError."""
    document = parse_document(read_bytes(path), str(path))
    inspection, problems = validate(document, Inspection)
    if inspection is None:
        raise InputError(problems)
    return document, inspection


def resolve(
    inspection: Inspection, document: Document, framework: Framework, measures: Mapping[str, Measure]
) -> InspectionFile:
    """The inspection with every name resolved.

    Parameters
    ----------
    inspection, document
        What `read_inspection_document` returned.
    framework : Framework
        The framework the inspection names.
    measures : mapping of str to Measure
        Figures the rule book has rules for.

    Raises
    ------
    InputError
        Every name that does not resolve, and every value that cannot be.
    """
    check = _Check(inspection, document, framework, measures)
    problems = list(check.problems())
    if problems:
        raise InputError(problems)
    return InspectionFile(inspection, document.sha256, tuple(check.warnings()))


@dataclass(frozen=True, slots=True)
class _Check:
    inspection: Inspection
    document: Document
    framework: Framework
    measures: Mapping[str, Measure]

    def problems(self) -> Iterator[Problem]:
        head = self.inspection.inspection
        if head.framework != self.framework.id:
            yield self._unknown("framework", head.framework, [self.framework.id], ("inspection", "framework"))
            return
        if head.edition not in self.framework.editions:
            yield self._unknown("edition", head.edition, self.framework.editions, ("inspection", "edition"))
            return
        yield from self._areas()
        yield from self._twice("evidence", [e.id for e in self.inspection.evidence])
        for i, item in enumerate(self.inspection.evidence):
            yield from self._evidence(item, ("evidence", i))
        found: dict[str, str] = {}
        for block, findings in (
            ("findings", self.inspection.findings),
            ("previous", self.inspection.previous),
        ):
            for i, finding in enumerate(findings):
                at: Path_ = (block, i)
                if finding.id in found:
                    yield self._fault(
                        (*at, "id"),
                        f"finding {quoted(finding.id)} stands twice",
                        f"first at {found[finding.id]}",
                    )
                found.setdefault(finding.id, str(self.document.place((*at, "id"))))
                yield from self._finding(finding, at)

    def warnings(self) -> Iterator[Problem]:
        edition = self.inspection.inspection.edition
        for i, name in enumerate(self.inspection.inspection.not_inspected):
            if not self.framework.area(name).editions[edition].optional:
                yield self._warning(
                    ("inspection", "not_inspected", i),
                    "not_optional",
                    f"area {name} is not optional in edition {edition}, and is said not to be inspected",
                )
        for i, item in enumerate(self.inspection.evidence):
            if item.harm != "none" and item.assessment in ("meets", "exceeds"):
                yield self._warning(
                    ("evidence", i, "harm"),
                    "harm_without_shortfall",
                    f"{item.id}: harm is what a shortfall puts at risk, and the item {item.assessment.replace('_', ' ')}",
                )
        for block, findings in (
            ("findings", self.inspection.findings),
            ("previous", self.inspection.previous),
        ):
            for i, finding in enumerate(findings):
                if finding.kind == "cause_of_concern" and not finding.recommendations:
                    yield self._warning(
                        (block, i),
                        "concern_without_recommendations",
                        f"{finding.id}: a cause of concern always carries at least one recommendation",
                    )

    def _areas(self) -> Iterator[Problem]:
        areas = [a.id for a in self.framework.areas_in(self.inspection.inspection.edition)]
        seen: set[str] = set()
        for i, name in enumerate(self.inspection.inspection.not_inspected):
            at = ("inspection", "not_inspected", i)
            if name not in areas:
                yield self._unknown("area", name, areas, at)
            elif name in seen:
                yield self._fault(at, f"area {quoted(name)} stands twice", None)
            seen.add(name)

    def _evidence(self, item: Evidence, at: Path_) -> Iterator[Problem]:
        yield from self._characteristics(item.characteristics, (*at, "characteristics"))
        yield from self._source(item.source, (*at, "source"))
        if item.remedied_on is not None and not item.remedied:
            yield self._fault(
                (*at, "remedied_on"),
                f"{quoted(item.id)} has remedied_on and is not remedied",
                "add remedied: true, or leave remedied_on out",
            )
        measure = self.measures.get(item.measure.name) if item.measure is not None else None
        if measure is not None:
            yield from self._measure(item, measure, at)
        elif item.assessment is None:
            yield self._no_assessment(item, at)

    def _measure(self, item: Evidence, measure: Measure, at: Path_) -> Iterator[Problem]:
        assert item.measure is not None
        if item.characteristics != [measure.characteristic]:
            yield self._fault(
                (*at, "characteristics"),
                f"measure {measure.name!r} assesses {measure.characteristic} alone; {quoted(item.id)} is tagged otherwise",
                f"characteristics: [{measure.characteristic}], and an item of its own for the rest",
            )
        if item.measure.unit != measure.unit:
            yield self._fault(
                (*at, "measure", "unit"),
                f"measure {measure.name!r} is in {measure.unit}, not {quoted(item.measure.unit)}",
                f"unit: {measure.unit}",
            )

    def _no_assessment(self, item: Evidence, at: Path_) -> Problem:
        if item.measure is None:
            return self._fault(
                at,
                f"{quoted(item.id)} lacks an assessment",
                "assessment: exceeds, meets, partly_meets or falls_short",
            )
        return self._fault(
            (*at, "measure", "name"),
            f"{quoted(item.id)} lacks an assessment, and no rule reads measure {quoted(item.measure.name)}",
            suggest(item.measure.name, self.measures, "measures with rules"),
        )

    def _finding(self, finding: Declared | Previous, at: Path_) -> Iterator[Problem]:
        areas = [a.id for a in self.framework.areas_in(self.inspection.inspection.edition)]
        if finding.area not in areas:
            yield self._unknown("area", finding.area, areas, (*at, "area"))
        yield from self._characteristics(finding.characteristics, (*at, "characteristics"), finding.area)
        evidence = {e.id for e in self.inspection.evidence}
        for i, name in enumerate(finding.evidence):
            if name not in evidence:
                yield self._unknown("evidence", name, evidence, (*at, "evidence", i))
        if finding.source is not None:
            yield from self._source(finding.source, (*at, "source"))

    def _characteristics(self, named: Iterable[str], at: Path_, area: str | None = None) -> Iterator[Problem]:
        edition = self.inspection.inspection.edition
        known = {c.id: a.id for a in self.framework.areas_in(edition) for c in a.characteristics}
        seen: set[str] = set()
        for i, name in enumerate(named):
            if name not in known:
                yield self._unknown("characteristic", name, known, (*at, i))
            elif name in seen:
                yield self._fault(
                    (*at, i), f"characteristic {quoted(name)} stands twice in the item", "name it once"
                )
            elif area is not None and known[name] != area:
                yield self._fault(
                    (*at, i),
                    f"{name} is of area {known[name]}, the finding of {area}",
                    "one finding, one area",
                )
            seen.add(name)

    def _source(self, name: str, at: Path_) -> Iterator[Problem]:
        if name not in self.inspection.sources:
            yield self._unknown("source", name, self.inspection.sources, at)

    def _twice(self, block: str, ids: list[str]) -> Iterator[Problem]:
        first: dict[str, int] = {}
        for i, name in enumerate(ids):
            if name in first:
                there = self.document.place((block, first[name], "id"))
                yield self._fault(
                    (block, i, "id"), f"{block} {quoted(name)} stands twice", f"first at {there}"
                )
            first.setdefault(name, i)

    def _fault(self, at: Path_, message: str, help: str | None) -> Problem:
        return Problem(message, self.document.place(at), help)

    def _warning(self, at: Path_, code: str, message: str) -> Problem:
        return Problem(message, self.document.place(at), None, code)

    def _unknown(self, what: str, name: str, known: Iterable[str], at: Path_) -> Problem:
        known = list(known)
        return self._fault(at, f"unknown {what} {quoted(name)}", suggest(name, known, f"{what}s"))
