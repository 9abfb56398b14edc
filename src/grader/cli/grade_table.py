"""`grader grade` on a wide table."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from grader.bulk.processes import in_processes
from grader.cli import options, terminal, wide
from grader.cli.grade_many import FEW, copy_text
from grader.errors import InputError, Place, Problem
from grader.io.written import write_by
from grader.session import Session

if TYPE_CHECKING:
    from grader.bulk.wide.inspections import LoadedTable

#: So many rows are passed together by one process.
TOGETHER = 50
#: So many rows are shown to a person.
SHOWN = 50


@dataclass(frozen=True, slots=True)
class RowsTask:
    """Grades rows of plain data, perhaps in another process."""

    session: Session

    def grade(self, rows: Sequence[Mapping[str, Any]]) -> str:
        """The proposal of each as JSON, one a line."""
        return "".join(f"{self.session.load(row).proposal.to_json(indent=None)}\n" for row in rows)


class _Pieces(Sequence[list[dict[str, Any]]]):
    """A table's rows in pieces, made when asked for."""

    def __init__(self, loaded: LoadedTable) -> None:
        self.loaded = loaded

    def __len__(self) -> int:
        return -(-len(self.loaded) // TOGETHER)

    def __getitem__(self, at: Any) -> Any:
        start = at * TOGETHER
        return [self.loaded.inspection(n) for n in range(start, min(start + TOGETHER, len(self.loaded)))]

    def __iter__(self) -> Iterator[list[dict[str, Any]]]:
        return (self[at] for at in range(len(self)))


def grade_table(
    asked: wide.AskedTable,
    written: Mapping[str, str],
    engine: str | None,
    json: bool,
    destination: Path | None,
    *,
    new: bool,
) -> None:
    """Grade every row, and say what came of it."""
    if engine is not None and not json and destination is None:
        help = "add --json, which passes every row on its own, or leave --engine out"
        raise InputError([Problem("tables are graded in columns", Place("--engine"), help)])
    loaded = asked.load({}, engine)
    if written:
        settings = options.settings_for(loaded.session.book, written)
        loaded = replace(loaded, session=loaded.session.at(settings))
    if json or destination is not None:
        with tempfile.TemporaryFile("w+", encoding="utf-8") as lines:
            _write_proposals(loaded, lines)
            if destination is not None:
                write_by(destination, lambda path: copy_text(lines, path), new=new)
            if json:
                lines.seek(0)
                while text := lines.read(1 << 20):
                    terminal.out_json(text)
    if not json:
        _show(loaded)


def _write_proposals(loaded: LoadedTable, lines: IO[str]) -> None:
    few = len(loaded) < FEW * 10
    try:
        for text in in_processes(RowsTask(loaded.session), _Pieces(loaded), 1 if few else None):
            lines.write(text)
    except OSError as error:
        message = f"the folder for temporary files takes no more: {(error.strerror or '?').lower()}"
        raise InputError([Problem(message, Place("TMPDIR"), "make room, or name another folder")]) from error


def _show(loaded: LoadedTable) -> None:
    from grader.bulk.backends import backend
    from grader.bulk.wide.outcomes import compared, outcomes
    from grader.render.text.rows import rows_of_table

    session = loaded.session
    found = outcomes(loaded.table, session.bound, session.english, backend("polars"))
    terminal.print_for_person(*rows_of_table(loaded, found, SHOWN))
    if loaded.table.columns.compared:
        terminal.out("\n" + "\n".join(wide.compared_lines(compared(found))) + "\n")
