"""Findings on record and areas not inspected, of the columnar layout: coded, and their faults."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any, Literal

from grader.bulk.backends import ROW, Backend
from grader.bulk.coding import informs, numbered
from grader.bulk.conclude import Coded
from grader.bulk.layout import Frame
from grader.bulk.plan import Plan
from grader.bulk.row_faults import row_of, unknown
from grader.bulk.spellings import spelled
from grader.errors import Place, Problem, quoted
from grader.grading.conclude import finding_row
from grader.vocabulary.kinds import PROGRESS


@dataclass(slots=True)
class Record:
    """Findings and areas not inspected of a table's inspections, as rows of whole numbers."""

    findings: list[dict[str, int]]
    earlier: list[dict[str, int]]
    absent: list[dict[str, int]]

    def only(self, numbers: Set[int]) -> Record:
        """Those of these inspections alone."""
        several = (self.findings, self.earlier, self.absent)
        return Record(*[[row for row in rows if row["number"] in numbers] for rows in several])

    def coded(self, plan: Plan, backend: Backend, numbers: Sequence[int], evidence: Frame) -> Coded:
        """Everything about these inspections, for `conclude`."""
        tables = [
            backend.table(numbered({name: [row[name] for row in rows] for name in rows[0]})) if rows else None
            for rows in (self.findings, self.earlier, self.absent)
        ]
        listed = backend.table(numbered({"number": numbers}))
        findings, earlier, absent = tables
        return Coded(listed, evidence, findings, earlier, absent, informs(plan, backend))


def record(
    plan: Plan,
    files: tuple[str, str],
    inspections: Iterable[Mapping[str, Any]],
    findings: Iterable[Mapping[str, Any]],
) -> tuple[Record, list[tuple[str, Problem]]]:
    """The rows, and each fault with the id of its inspection.

    Parameters
    ----------
    files : pair of str
        Names of the two tables, for messages.
    inspections, findings : iterable of mapping
        Rows of the layout, with `number` and place in the file.
    """
    made = Record([], [], [])
    faults: list[tuple[str, Problem]] = []
    for row in inspections:
        at = row_of(files[0], row[ROW])
        names = _ids(row.get("not_inspected"), plan, "areas")
        found = [
            unknown("area", name, plan.area_numbers, at) for name in names if name not in plan.area_numbers
        ]
        found += _twice(names, "area", at)
        faults += [(row["inspection"], problem) for problem in found]
        if not found:
            made.absent += [{"number": row["number"], "area": plan.area_numbers[name]} for name in names]
    seen: set[tuple[str, str]] = set()
    for written in findings:
        row = _in_ids(plan, written)
        at = row_of(files[1], row[ROW])
        found = list(_finding_faults(plan, row, at))
        if (row["inspection"], row["id"]) in seen:
            found.append(
                Problem(f"finding {quoted(row['id'])} stands twice", at, "give each an id of its own")
            )
        seen.add((row["inspection"], row["id"]))
        faults += [(row["inspection"], problem) for problem in found]
        if not found:
            _add_finding(plan, made, row)
    return made, faults


def _twice(names: Sequence[str], what: str, at: Place) -> list[Problem]:
    """Names that stand twice in one cell."""
    return [
        Problem(f"{what} {quoted(name)} stands twice", at, "name it once")
        for name in dict.fromkeys(names)
        if names.count(name) > 1
    ]


def _finding_faults(plan: Plan, row: Mapping[str, Any], at: Place) -> Iterator[Problem]:
    if row["id"] is None:
        yield Problem("the row has no 'id'", at, "every finding has an id")
    if row["area"] not in plan.area_numbers:
        yield unknown("area", row["area"], plan.area_numbers, at)
        return
    if row["kind"] not in plan.book.vocabulary.kind:
        yield unknown("kind", row["kind"], plan.book.vocabulary.kind, at)
    if row.get("progress") is not None and row["progress"] not in PROGRESS.ranks:
        yield unknown("progress", row["progress"], PROGRESS.ranks, at)
    own = {c.id for c in plan.areas[plan.area_numbers[row["area"]]].characteristics}
    names = _ids(row.get("characteristics"), plan, "characteristics")
    yield from _twice(names, "characteristic", at)
    for name in names:
        if name not in own:
            yield unknown(f"characteristic of {row['area']}", name, own, at)


def _add_finding(plan: Plan, made: Record, row: Mapping[str, Any]) -> None:
    progress = row.get("progress")
    origin = "declared" if progress is None else "previous"
    ranks = finding_row(plan.book.vocabulary, row["kind"], origin, progress)
    number = row["number"]
    made.findings.append({"number": number, "area": plan.area_numbers[row["area"]], **ranks})
    known = {name: ranks[name] for name in ("kind", "progress")}
    for name in _ids(row.get("characteristics"), plan, "characteristics") if progress is not None else ():
        made.earlier.append({"number": number, "place": plan.characteristic_index[name], **known})


def _in_ids(plan: Plan, row: Mapping[str, Any]) -> Mapping[str, Any]:
    """A row of findings with ids for what is printed otherwise."""
    kinds, steps = (spelled(dict.fromkeys(each, ())) for each in (plan.book.vocabulary.kind, PROGRESS.ranks))
    area = row["area"]
    found = {**row, "area": plan.names.matched("areas", area) if isinstance(area, str) else area}
    found["kind"] = kinds.get(row["kind"], row["kind"])
    if row.get("progress") is not None:
        found["progress"] = steps.get(row["progress"], row["progress"])
    return found


def _ids(cell: str | None, plan: Plan, kind: Literal["areas", "characteristics"]) -> list[str]:
    """The ids in one cell, however printed; an id may hold a separator."""
    if not cell or not cell.strip(" ,;"):
        return []
    known = getattr(plan.names, kind)
    for parts in ([cell], re.split(r"[,;]+", cell.strip(" ,;")), re.split(r"[\s,;]+", cell.strip(" ,;"))):
        found = [plan.names.matched(kind, part.strip()) for part in parts]
        if all(name in known for name in found):
            return found
    return found
