"""Inspections as rows of whole numbers: the frames that `conclude` reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from grader.bulk.backends import Backend, pl
from grader.bulk.conclude import DAY, Coded
from grader.bulk.plan import FINDING, TAGS, Plan
from grader.grading.conclude import finding_row
from grader.grading.tally import row_of
from grader.language.figures import as_whole
from grader.model.inspection import Evidence, Inspection, Previous


@dataclass(slots=True)
class Rows:
    """Rows of one edition's inspections, column by column."""

    plan: Plan
    ids: list[str] = field(default_factory=list)
    evidence: dict[str, list[Any]] = field(default_factory=dict)
    findings: dict[str, list[int]] = field(default_factory=dict)
    earlier: dict[str, list[int]] = field(default_factory=dict)
    absent: dict[str, list[int]] = field(default_factory=dict)
    by_day: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        self.by_day = self.plan.book.vocabulary.several == "latest"
        names = ("number", "item", "place", *TAGS, "measure", "figure", *([DAY] if self.by_day else []))
        self.evidence = {n: [] for n in names}
        self.findings = {n: [] for n in ("number", "area", *FINDING)}
        self.earlier = {n: [] for n in ("number", "place", "kind", "progress")}
        self.absent = {n: [] for n in ("number", "area")}

    def add(self, inspection: Inspection) -> None:
        """Take in one inspection, checked against the framework and the rule book."""
        number = len(self.ids)
        self.ids.append(inspection.id)
        for name in inspection.inspection.not_inspected:
            _append(self.absent, number=number, area=self.plan.area_numbers[name])
        for at, item in enumerate(inspection.evidence):
            self._item(number, at, item)
        for finding in inspection.all_findings:
            progress = finding.progress if isinstance(finding, Previous) else None
            origin = "previous" if isinstance(finding, Previous) else "declared"
            row = finding_row(self.plan.book.vocabulary, finding.kind, origin, progress)
            _append(self.findings, number=number, area=self.plan.area_numbers[finding.area], **row)
            if origin == "previous":
                for name in finding.characteristics:
                    place = self.plan.characteristic_index[name]
                    _append(
                        self.earlier, number=number, place=place, kind=row["kind"], progress=row["progress"]
                    )

    def _item(self, number: int, at: int, item: Evidence) -> None:
        # What a figure says is worked out in the frame, so that the measure layer is concluded there too.
        words = self.plan.book.vocabulary
        # An item is on characteristics of one scale.
        scale = self.plan.book.scale_of.get(item.characteristics[0])
        row = row_of(words, item, item.assessment or words.assessments.nothing, scale)
        if row is None:
            return
        measure, figure = -1, 0
        if item.assessment is None and item.measure is not None:
            measure = self.plan.measures[item.measure.name]
            figure = as_whole(self.plan.book.measures[item.measure.name], item.measure.value)
        tags: dict[str, Any] = {name: row[name] for name in TAGS}
        # whether it is direct is known where it is joined
        if self.by_day:
            tags[DAY] = item.found_on or ""
        for name in item.characteristics:
            place = self.plan.characteristic_index[name]
            _append(
                self.evidence, number=number, item=at, place=place, measure=measure, figure=figure, **tags
            )

    def coded(self, backend: Backend) -> Coded:
        """The rows as frames of a backend."""
        several = (self.findings, self.earlier, self.absent)
        tables = [backend.table(numbered(rows)) if rows["number"] else None for rows in several]
        listed = backend.table(numbered({"number": list(range(len(self.ids)))}))
        findings, earlier, absent = tables
        evidence = backend.table(numbered(self.evidence))
        return Coded(listed, evidence, findings, earlier, absent, informs(self.plan, backend))


def _append(columns: dict[str, list[Any]], **values: Any) -> None:
    for name, value in values.items():
        columns[name].append(value)


#: Ranks are small; numbers of inspections and figures are not.
_WIDE = {
    **dict.fromkeys(("number", "item", "figure"), pl.Int64),
    **dict.fromkeys(("place", "informed", "area"), pl.Int32),
    "measure": pl.Int16,
    DAY: pl.String,
}


def informs(plan: Plan, backend: Backend) -> Any:
    """Which places inform which, as a table, or None."""
    if not plan.informs:
        return None
    pairs = zip(*plan.informs, strict=True)
    return backend.table(numbered(dict(zip(("place", "informed"), map(list, pairs), strict=True))))


def numbered(columns: Mapping[str, Sequence[Any]]) -> pl.DataFrame:
    """Columns of whole numbers, each of the width it has everywhere."""
    return pl.DataFrame(dict(columns), schema={name: _WIDE.get(name, pl.Int8) for name in columns})


def rows_of(plan: Plan, inspections: Iterable[Inspection]) -> Rows:
    """The rows of inspections of the plan's edition."""
    rows = Rows(plan)
    for inspection in inspections:
        rows.add(inspection)
    return rows
