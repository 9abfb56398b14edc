"""Resolve an inspection's names against its framework and measures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from grader.cached import cached_property
from grader.errors import InputError, Problem, folded, quoted, suggest, truncate
from grader.io.faults import duplicate_ids
from grader.io.inspection_draft import LISTS, InspectionDraft, Path_
from grader.io.inspection_entries import InspectionEntries
from grader.io.inspection_warnings import warnings_about
from grader.io.printed_names import PrintedNames
from grader.io.printed_words import PrintedWords
from grader.io.yaml_source import Document
from grader.language.rulebook import Measure
from grader.model.framework import Framework
from grader.model.inspection import Declared, Evidence, Figure, Inspection, LeftOut, Previous
from grader.text import figure_text

#: Characteristics the items of an inspection may be tagged to in all: 5,000 items have four each. What a
#: grade hinges on is worked out for every item on each of its characteristics.
TAG_LIMIT = 20_000


@dataclass(frozen=True, slots=True)
class InspectionFile:
    """An inspection, the SHA-256 of its file, and warnings about the record."""

    inspection: Inspection
    sha256: str | None = None
    warnings: tuple[Problem, ...] = ()


def resolve(
    inspection: Inspection, document: Document, framework: Framework, measures: Mapping[str, Measure]
) -> InspectionFile:
    """A sound inspection and its document, as `resolve_draft`."""
    return resolve_draft(InspectionDraft(document, inspection), framework, measures)


def resolve_draft(
    draft: InspectionDraft, framework: Framework, measures: Mapping[str, Measure]
) -> InspectionFile:
    """The inspection with every name resolved.

    Parameters
    ----------
    measures : mapping of str to Measure
        Figures with rules.

    Raises
    ------
    InputError
        Every fault: those of the draft, unknown names, impossible values.
    """
    check = _Check(draft, framework, measures)
    problems = truncate(chain(draft.problems, check.problems()))
    if problems:
        raise InputError(problems)
    return InspectionFile(check.inspection, draft.document.sha256, tuple(warnings_about(check)))


class _Check(InspectionEntries):
    """One inspection against its framework and measures."""

    def problems(self) -> Iterator[Problem]:
        head = self.inspection.inspection
        if head.framework != self.framework.id:
            yield self.unknown("framework", head.framework, [self.framework.id], ("inspection", "framework"))
            return
        if self.edition not in self.framework.editions:
            yield self.unknown("edition", self.edition, self.framework.editions, ("inspection", "edition"))
            return
        yield from self._areas()
        yield from self._tags()
        yield from duplicate_ids(self.document, "evidence", (*self.ids("evidence"), *self.ids("left_out")))
        yield from duplicate_ids(self.document, "finding", (*self.ids("findings"), *self.ids("previous")))
        for at, item in self.items():
            yield from self._evidence(item, at)
        for at, finding in self.findings():
            yield from self._finding(finding, at)
        for i, left in enumerate(self.inspection.left_out):
            yield from self._said(left, ("left_out", i))
        for block in LISTS:
            for i, entry in enumerate(self.raw(block)):
                if (block, i) in self.draft.left_out and isinstance(entry, dict):
                    yield from self._names_in_faulty(entry, (block, i))

    @cached_property
    def _names(self) -> PrintedNames:
        return PrintedNames(self.framework, self.edition)

    @cached_property
    def _words(self) -> PrintedWords:
        return PrintedWords(self.framework)

    @cached_property
    def _area_ids(self) -> tuple[str, ...]:
        return tuple(a.id for a in self.framework.areas_in(self.edition))

    @cached_property
    def _area_of(self) -> dict[str, str]:
        """Each characteristic of the edition, and its area."""
        return {c.id: a.id for a in self.framework.areas_in(self.edition) for c in a.characteristics}

    # What can be wrong with it -----------------------------------------------------------------------------

    def _areas(self) -> Iterator[Problem]:
        # Names that come to the same area are one key here, so those of the file are looked at.
        named: dict[str, str] = {}
        for name in self.draft.inspection.inspection.earlier_grades:
            here = ("inspection", "earlier_grades", name)
            area = self._names.matched("areas", name)
            if area not in self._area_ids:
                yield from self._area(area, here)
            elif area in named:
                help = f"first as {quoted(named[area])}"
                yield self.fault(here, f"area {quoted(area)} stands twice in 'earlier_grades'", help)
            named.setdefault(area, name)
        seen: set[str] = set()
        for i, name in enumerate(self.inspection.inspection.not_inspected):
            at = ("inspection", "not_inspected", i)
            yield from self._area(name, at)
            if name in seen:
                yield self.fault(at, f"area {quoted(name)} stands twice in 'not_inspected'", "name it once")
            seen.add(name)

    def _tags(self) -> Iterator[Problem]:
        tags = 0
        for at, item in self.items():
            tags += len(item.characteristics)
            if tags > TAG_LIMIT:
                message = (
                    f"with {quoted(item.id)} the evidence is tagged more than {TAG_LIMIT:,} times in all"
                )
                help = "tag an item to the characteristics it bears on alone, or split the inspection"
                yield self.fault((*at, "characteristics"), message, help)
                return

    def _area(self, name: str, at: Path_) -> Iterator[Problem]:
        if name in self._area_ids:
            return
        elsewhere = [e for a in self.framework.areas if a.id == name for e in a.editions]
        if elsewhere:
            yield self._of_another_edition("area", name, elsewhere, at)
        else:
            yield self.unknown("area", name, self._area_ids, at)

    def _evidence(self, item: Evidence, at: Path_) -> Iterator[Problem]:
        yield from self._characteristics(item.id, item.characteristics, (*at, "characteristics"))
        yield from self._source(item.source, (*at, "source"))
        if self.framework.vocabulary.several == "latest" and item.found_on is None:
            yield self.fault(
                (*at, "found_on"),
                f"{quoted(item.id)} lacks 'found_on'",
                "add found_on: YYYY-MM-DD: what was found last on a characteristic is what counts",
            )
        scales = self._words.scales(item.characteristics)
        if len(scales) > 1:
            yield self.fault(
                (*at, "characteristics"),
                f"{quoted(item.id)} is tagged to characteristics assessed on {len(scales)} scales:"
                f" {' and '.join(levels.id for levels in scales)}",
                "write an item of its own for each scale",
            )
        elif item.assessment is not None:
            there = (*at, "assessment")
            yield from self._words.unknown_level(item.characteristics, item.assessment, there, self.document)
        yield from self._dates(item, at)
        yield from self._said(item, at)
        if item.measure is not None and item.measure.name in self.framework.measures:
            yield from self._declared_figure(item.measure, (*at, "measure"))
        measure = self.measures.get(item.measure.name) if item.measure is not None else None
        if measure is not None:
            yield from self._measure(item, measure, at)
        elif item.assessment is None:
            yield self._no_assessment(item, at)

    def _names_in_faulty(self, entry: Mapping[str, Any], at: Path_) -> Iterator[Problem]:
        """Unknown names in an entry that is left out for another fault: all that is wrong is told at once."""
        named, source = entry.get("characteristics"), entry.get("source")
        for i, name in enumerate(named if isinstance(named, list) else []):
            here = (*at, "characteristics", i)
            if isinstance(name, str) and here not in self.draft.at_fault:
                known = self._names.matched("characteristics", name)
                if known not in self._area_of:
                    yield self._unknown_characteristic(known, here)
        here = (*at, "source")
        if (
            isinstance(source, str)
            and here not in self.draft.at_fault
            and folded(source) not in map(folded, self.sources)
        ):
            yield self.unknown("source", source, self.sources, here)

    def _said(self, item: Evidence | LeftOut, at: Path_) -> Iterator[Problem]:
        for person, said in (item.settled.said if item.settled is not None else {}).items():
            where = (*at, "settled", "said", person, "characteristics")
            yield from self._characteristics(item.id, said.characteristics or (), where)

    def _dates(self, item: Evidence, at: Path_) -> Iterator[Problem]:
        if item.remedied_on is not None and not item.remedied:
            yield self.fault(
                (*at, "remedied_on"),
                f"{quoted(item.id)} has 'remedied_on' and is not remedied",
                "add remedied: true, or leave remedied_on out",
            )
        if item.found_on is not None and item.remedied_on is not None and item.remedied_on < item.found_on:
            yield self.fault(
                (*at, "remedied_on"),
                f"{quoted(item.id)} was put right on {item.remedied_on},"
                f" before it was found on {item.found_on}",
                "mend one of the two days",
            )
        as_of = self.inspection.inspection.as_of
        for key, day in (("found_on", item.found_on), ("remedied_on", item.remedied_on)):
            if as_of is not None and day is not None and day > as_of:
                yield self.fault(
                    (*at, key),
                    f"'{key}' of {quoted(item.id)} is {day}, after {as_of}, the day the inspection speaks of",
                    "mend the day, or 'as_of' of the inspection",
                )

    def _measure(self, item: Evidence, measure: Measure, at: Path_) -> Iterator[Problem]:
        assert item.measure is not None
        alone = measure.characteristic
        # A characteristic that is unknown, or stands twice, has been spoken of already.
        if set(item.characteristics) != {alone} and all(c in self._area_of for c in item.characteristics):
            yield self.fault(
                (*at, "characteristics"),
                f"measure {measure.name!r} assesses {alone} alone,"
                f" and {quoted(item.id)} is tagged to {', '.join(item.characteristics)}",
                f"write characteristics: [{alone}], and an item of its own for the rest",
            )
        if item.measure.unit != measure.unit and measure.decimals is None:
            yield self.fault(
                (*at, "measure", "unit"),
                f"measure {measure.name!r} is in {measure.unit}, not {quoted(item.measure.unit)}",
                f"write unit: {measure.unit}",
            )

    def _declared_figure(self, figure: Figure, at: Path_) -> Iterator[Problem]:
        """What is wrong with the figure of a measure that the framework declares."""
        declared = self.framework.measures[figure.name]
        if figure.unit != declared.unit:
            yield self.fault(
                (*at, "unit"),
                f"measure {figure.name!r} is in {declared.unit}, not {quoted(figure.unit)}",
                f"write unit: {declared.unit}",
            )
        low, high = declared.range
        shown = figure_text(figure.value)
        if not low <= figure.value <= high:
            yield self.fault(
                (*at, "value"),
                f"{shown} is outside {figure_text(low)} to {figure_text(high)},"
                f" the range of measure {figure.name!r}",
                f"write the figure as it was measured, in {declared.unit}",
            )
        elif declared.as_whole(figure.value) is None:
            yield self.fault(
                (*at, "value"),
                f"{shown} has more decimals than the {declared.decimals} of measure {figure.name!r}",
                "write it with so many, rounded as the scheme says",
            )

    def _levels(self, item: Evidence) -> str:
        """The levels an item may be assessed at, best first."""
        every = tuple(self.framework.vocabulary.by_scale.values())
        scales = self._words.scales(item.characteristics) or every
        return ", ".join([*(w.said for w in scales[0].words[::-1]), *scales[0].by_name])

    def _no_assessment(self, item: Evidence, at: Path_) -> Problem:
        if item.measure is None:
            return self.fault(
                (*at, "assessment"),
                f"{quoted(item.id)} lacks 'assessment'",
                f"add assessment: one of {self._levels(item)}",
            )
        return self.fault(
            (*at, "measure", "name"),
            f"{quoted(item.id)} lacks 'assessment', and no rule reads measure {quoted(item.measure.name)}",
            f"{suggest(item.measure.name, self.measures, 'measures with rules')} (or add assessment: ...)",
        )

    def _finding(self, finding: Declared | Previous, at: Path_) -> Iterator[Problem]:
        yield from self._words.unknown_kind(finding.kind, (*at, "kind"), self.document)
        yield from self._area(finding.area, (*at, "area"))
        yield from self._characteristics(
            finding.id, finding.characteristics, (*at, "characteristics"), finding.area
        )
        for i, name in enumerate(finding.evidence):
            if name not in self.evidence_ids:
                yield self.unknown("evidence", name, self.evidence_ids, (*at, "evidence", i))
        if finding.source is not None:
            yield from self._source(finding.source, (*at, "source"))

    def _characteristics(
        self, owner: str, named: Iterable[str], at: Path_, area: str | None = None
    ) -> Iterator[Problem]:
        seen: set[str] = set()
        for i, name in enumerate(named):
            of = self._area_of.get(name)
            if of is None:
                yield self._unknown_characteristic(name, (*at, i))
            elif name in seen:
                yield self.fault(
                    (*at, i), f"characteristic {quoted(name)} stands twice in {quoted(owner)}", "name it once"
                )
            elif area in self._area_ids and of != area:
                yield self.fault(
                    (*at, i),
                    f"{quoted(owner)} is a finding on {area}, and {name} is a characteristic of {of}",
                    "a finding is on one area: take the characteristic away, or write one for each area",
                )
            seen.add(name)

    def _unknown_characteristic(self, name: str, at: Path_) -> Problem:
        elsewhere = [e for a, c in self.framework.characteristics() if c.id == name for e in a.editions]
        if elsewhere:
            return self._of_another_edition("characteristic", name, elsewhere, at)
        return self.unknown("characteristic", name, self._area_of, at)

    def _of_another_edition(self, what: str, name: str, editions: list[str], at: Path_) -> Problem:
        return self.fault(
            at,
            f"{what} {quoted(name)} is not in edition {self.edition}",
            f"it is in edition {' and '.join(editions)}; does the inspection name the right one?",
        )

    def _source(self, name: str, at: Path_) -> Iterator[Problem]:
        if name not in self.sources:
            yield self.unknown("source", name, self.sources, at)
