"""Rows of a wide table as inspections."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.bulk.backends import ROW, pl
from grader.bulk.wide.batch import check_faults, rules_of
from grader.bulk.wide.cells import BODY, reads
from grader.bulk.wide.graded import BASIS
from grader.bulk.wide.headings import TableOptions
from grader.bulk.wide.table import WideTable, read_table
from grader.cached import cached_property
from grader.errors import UnknownNameError, folded, quoted, suggest
from grader.io.catalogue import NameOrPath
from grader.session import LoadedInspection, Session

#: The one source of the evidence: the table.
SOURCE = "table"


@dataclass(frozen=True)
class LoadedTable:
    """A wide table whose rows are loaded as inspections.

    Attributes
    ----------
    table : WideTable
        Sound.
    """

    session: Session
    table: WideTable

    def __repr__(self) -> str:
        return f"<LoadedTable {self.table.where.file}: {len(self):,} bodies>"

    def __len__(self) -> int:
        return self.table.read.height

    def __iter__(self) -> Iterator[LoadedInspection]:
        return (self.session.load(self.inspection(at)) for at in range(len(self)))

    @property
    def bodies(self) -> list[str]:
        """What each body is called, in the order of the rows."""
        return self.table.read[BODY].to_list()

    def load(self, body: str) -> LoadedInspection:
        """The row of a body, as an inspection.

        Raises
        ------
        UnknownNameError
            No such body.
        """
        return self.session.load(self.inspection(self.position(body)))

    def position(self, body: str) -> int:
        """A body's row from 0, by name or number; raises UnknownNameError."""
        if not self.table.bodies and body.strip().isdecimal():
            body = f"row {body.strip()}"
        found = self.table.read.select((pl.col(BODY) == body.strip()).arg_true())[BODY]
        if not len(found):
            near = [name for name in self.bodies if folded(name) == folded(body)][:12]
            help = suggest(body, near or self.bodies, "bodies")
            if not self.table.bodies:
                first, last = self.bodies[0], self.bodies[-1]
                help = (
                    f"bodies are known by their rows, {first} to {last}: name their column by --body HEADING"
                )
            message = f"{self.table.where.file} has no body {quoted(body, 200)}"
            raise UnknownNameError(message, help=help)
        return int(found[0])

    def inspection(self, at: int) -> dict[str, Any]:
        """A row as plain data of an inspection."""
        row = self.table.read.row(at, named=True)
        head = {
            "id": row[BODY],
            "body": row[BODY],
            "framework": self.table.framework.framework.id,
            "edition": self.table.edition,
        }
        items = [
            {**self._item(name, row, p), "characteristics": [name], "assessment": level}
            for name, p in self.table.columns.components.items()
            if (level := self._level(name, row[str(p)])) is not None
        ]
        for name, p in self.table.columns.measures.items():
            cell, measure = row[str(p)], self.table.components.measures[name]
            if not self._says_nothing(cell):
                figure = {"name": name, "value": float(cell), "unit": measure.unit}
                of = {"characteristics": [measure.characteristic], "measure": figure}
                items.append({**self._item(name, row, p), **of})
        sources = {SOURCE: {"title": Path(self.table.where.file).name}}
        return {"inspection": head, "sources": sources, "evidence": items}

    def _item(self, name: str, row: Mapping[str, Any], position: int) -> dict[str, Any]:
        heading = self.table.where.headings[position].strip() or str(position + 1)
        found = {
            "id": name,
            "statement": f"{row[str(position)].strip()} in column {heading}",
            "basis": BASIS,
            "source": SOURCE,
            "locator": f"row {row[ROW]}",
        }
        framework = self.table.framework.framework
        if framework.vocabulary.several == "latest":  # there is one of each, whenever that was
            found["found_on"] = f"{framework.editions[self.table.edition].published}-01-01"[:10]
        return found

    def _level(self, name: str, cell: str | None) -> str | None:
        return None if self._says_nothing(cell) else self._reads[name](cell or "")

    def _says_nothing(self, cell: str | None) -> bool:
        return cell is None or folded(cell) in self._empty

    @cached_property
    def _empty(self) -> frozenset[str]:
        return frozenset({folded(word) for word in self.table.blank} | {""})

    @cached_property
    def _reads(self) -> Mapping[str, Callable[[str], str | None]]:
        framework = self.table.framework.framework
        words = framework.vocabulary
        return {
            name: reads(words.scale_of(framework.scale_of(name)).printed)
            for name in self.table.columns.components
        }


def load_table(
    path: Path,
    rules: NameOrPath | None = None,
    framework: NameOrPath | None = None,
    options: TableOptions | None = None,
    settings: Mapping[str, object] | None = None,
    engine: str | None = None,
) -> LoadedTable:
    """A wide table, checked whole.

    Raises
    ------
    InputError
        Every fault of the table.
    """
    file, book = rules_of(rules, framework)
    table = read_table(path, file, book, options or TableOptions())
    check_faults(table)
    return LoadedTable(Session(file, book, settings, engine), table)
