"""Inspections in tables of the columnar layout, as pieces that are graded in columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from grader.bulk.backends import ROW, Backend, nw, pl
from grader.bulk.dataset import Dataset, unreadable
from grader.bulk.layout import (
    code_evidence,
    of_several_rows,
    repeated,
    sound,
    unsound,
)
from grader.bulk.plan import Plan, plans
from grader.bulk.records import record
from grader.bulk.row_faults import evidence_faults, named, row_of
from grader.bulk.rows import in_columns, schema
from grader.bulk.sources import Graded
from grader.cached import cached_property
from grader.errors import Place, Problem, quoted, suggest
from grader.io.frameworks import FrameworkFile
from grader.io.printed_names import PrintedNames
from grader.language.rulebook import RuleBook

#: About so many rows of evidence are graded together.
ROWS = 3_000_000
#: So many inspections at most, with evidence or without.
MOST_INSPECTIONS = 100_000
#: So many faulty rows of a piece are reported; the inspections of all of them are left out.
TOLD = 5_000

Fault = tuple[str, Problem]


@dataclass
class Tables:
    """A dataset graded in columns; `identity` tells its content from any other."""

    dataset: Dataset
    framework: FrameworkFile
    book: RuleBook
    backend: Backend
    identity: str

    @property
    def size(self) -> int:
        return self.dataset.inspections.height

    @cached_property
    def plans(self) -> dict[str, Plan]:
        """The plan of each edition."""
        return plans(self.framework.framework, self.book)

    @cached_property
    def names(self) -> PrintedNames:
        """What the framework's editions are printed as."""
        return PrintedNames(self.framework.framework)

    @property
    def made_by(self) -> str:
        return self.backend.name

    def graded(self, pieces: Sequence[range]) -> Iterator[Graded]:
        return map(self.grade, pieces)

    def pieces(self) -> list[range]:
        """Ranges of inspections, by number."""
        if self.backend.whole or not self.size:
            return [range(self.size)]
        found, start, rows = [], 0, 0
        sizes = self.dataset.inspections.select(pl.col("stop") - pl.col("start")).to_series()
        for number, size in enumerate(sizes):
            if number > start and (rows + size > ROWS or number - start >= MOST_INSPECTIONS):
                found.append(range(start, number))
                start, rows = number, 0
            rows += size
        return [*found, range(start, self.size)]

    def mark(self, piece: range) -> str:
        return f"{self.identity} {piece.start} {piece.stop}"

    def weight(self, piece: range) -> int:
        return len(piece)

    def grade(self, piece: range) -> Graded:
        """Grade the inspections of one piece."""
        chosen = self.dataset.inspections.slice(piece.start, len(piece))
        written = chosen["edition"].unique().to_list()
        editions = {w: self.names.matched("editions", w) for w in written if isinstance(w, str)}
        chosen = chosen.with_columns(pl.col("edition").replace(editions))
        parts = [pl.DataFrame(schema={"number": pl.Int64(), **schema(self.book)})]
        faults = list(self._unknown_editions(chosen))
        for edition, plan in self.plans.items():
            of = chosen.filter(pl.col("edition") == edition)
            if of.height:
                part, wrong = self._edition(plan, of)
                parts.append(part)
                faults += wrong
        bad = {name for name, _ in faults}
        rows = pl.concat(parts).sort("number", maintain_order=True).drop("number")
        file = self.dataset.inspections_name
        return Graded(rows, [(name, file) for name in chosen["inspection"] if name not in bad], faults)

    def _unknown_editions(self, chosen: pl.DataFrame) -> Iterator[Fault]:
        unknown = chosen.filter(~pl.col("edition").is_in(list(self.plans)))
        for row, name, edition in unknown.select(ROW, "inspection", "edition").iter_rows():
            at = row_of(self.dataset.inspections_name, row)
            help = suggest(edition, self.plans, "editions")
            yield name, Problem(f"unknown edition {quoted(edition)}", at, help)

    def _edition(self, plan: Plan, chosen: pl.DataFrame) -> tuple[pl.DataFrame, list[Fault]]:
        """Rows of the inspections of one edition, and what is wrong with them."""
        numbers = chosen.select("inspection", "number")
        rows = self._rows(chosen, numbers)
        with ExitStack() as stack:
            try:
                coded = stack.enter_context(
                    self.backend.kept(code_evidence(plan, self.backend, rows, numbers))
                )
            except self.backend.errors as error:
                raise unreadable(self.dataset.evidence_name, error) from error
            faults = [*self._unsound(plan, rows, coded, chosen), *self._of_items(plan, coded, chosen)]
            of = self.dataset.findings.join(numbers, on="number", how="semi")
            names = (self.dataset.inspections_name, self.dataset.findings_name)
            made, wrong = record(plan, names, chosen.iter_rows(named=True), of.iter_rows(named=True))
            faults += wrong
            if faults:
                chosen = chosen.filter(~pl.col("inspection").is_in(sorted({name for name, _ in faults})))
                coded = coded.join(self.backend.table(chosen.select("number")), on="number", how="semi")
                made = made.only(set(chosen["number"]))
            given = made.coded(plan, self.backend, chosen["number"].to_list(), sound(coded))
            return in_columns(plan, self.backend, given, chosen.select("number", "inspection")), faults

    def _rows(self, chosen: pl.DataFrame, numbers: pl.DataFrame) -> Any:
        """The evidence on these inspections."""
        there = chosen.filter(pl.col("stop") > pl.col("start"))
        first, last = (there["start"][0], there["stop"][-1]) if there.height else (0, 0)
        rows = self.backend.rows(self.dataset.evidence, first, last)
        rows = rows.with_columns(nw.col("inspection").cast(nw.String))
        if int((there["stop"] - there["start"]).sum()) == last - first and not self.backend.whole:
            return rows
        # Rows of another edition stand between.
        return rows.join(self.backend.table(numbers.select("inspection")), on="inspection", how="semi")

    def _unsound(self, plan: Plan, rows: Any, coded: Any, chosen: pl.DataFrame) -> Iterator[Fault]:
        wrong = coded.filter(unsound(plan))
        bad = self.backend.collect(wrong.select("number").unique())
        if not bad.height:
            return
        told = set()
        for row in self._rows_at(rows, wrong).sort(ROW, "inspection", "id").iter_rows(named=True):
            for problem in evidence_faults(plan, self.dataset.evidence_name, row):
                told.add(row["inspection"])
                yield row["inspection"], problem
        for name in chosen.join(bad, on="number", how="semi")["inspection"]:
            if name not in told:
                at = Place(f"{self.dataset.evidence_name}: {named(name)}")
                yield name, Problem("rows of this inspection have faults too", at, "mend the others first")

    def _rows_at(self, rows: Any, wrong: Any) -> pl.DataFrame:
        """The rows of the layout behind coded ones."""
        if not self.backend.whole:
            at = self.backend.collect(wrong.select(ROW).sort(ROW).head(TOLD))
            return self.backend.collect(rows.join(self.backend.table(at), on=ROW, how="semi"))
        # Spark does not number rows: there, all rows of the item.
        names = self.backend.table(self.dataset.inspections.select("inspection", "number"))
        items = wrong.select("number", "item").unique().join(names, on="number").rename({"item": "id"})
        keys = ["inspection", "id"]
        return self.backend.collect(rows.join(items.select(*keys), on=keys, how="semi").head(TOLD))

    def _of_items(self, plan: Plan, coded: Any, chosen: pl.DataFrame) -> Iterator[Fault]:
        """Items whose rows do not go together."""
        places = {place: name for name, place in plan.characteristic_index.items()}
        names = dict(chosen.select("number", "inspection").iter_rows())
        rows = coded.filter(nw.col("number") >= 0, nw.col("place") >= 0, ~nw.col("item").is_null())
        with self.backend.kept(of_several_rows(plan, rows)) as several:
            twice = self.backend.collect(repeated(rows, several))
            differ = self.backend.collect(several.filter(nw.col("least") != nw.col("most")))
        for row in twice.sort("number", "item", "place").iter_rows(named=True):
            message = f"item {quoted(row['item'])} stands twice on {places[row['place']]}"
            help = "an item has one row for each characteristic: take one away, or give it an id of its own"
            yield names[row["number"]], Problem(message, self._at(row, names), help)
        for row in differ.sort("number", "item").iter_rows(named=True):
            message = f"rows of item {quoted(row['item'])} have different tags"
            help = (
                "its rows differ in the characteristic alone: give what was found otherwise an id of its own"
            )
            yield names[row["number"]], Problem(message, self._at(row, names), help)

    def _at(self, row: Mapping[str, Any], names: Mapping[int, str]) -> Place:
        if row[ROW] >= 0:
            return row_of(self.dataset.evidence_name, row[ROW])
        return Place(f"{self.dataset.evidence_name}: {named(names[row['number']])}")
