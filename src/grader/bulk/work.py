"""The checkpoint folder of a batch, beside its output: finished pieces, until all are."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from grader.bulk.backends import pl
from grader.bulk.sources import Graded
from grader.errors import InputError, Place, Problem
from grader.io.json_text import read_json
from grader.io.locked import locked, sweep_parts
from grader.io.reading import read_bytes
from grader.io.written import put_whole

#: Seconds to wait for another batch that may be about to end; most go on for longer than anybody waits.
WAIT: Final = 1.0


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A piece on disk: its rows, and the messages about it (see `Graded`)."""

    rows: Path
    inspections: list[tuple[str, str]]
    faults: list[tuple[str, Problem]]
    found: bool
    """Whether an earlier run left it."""


def digest(text: str) -> str:
    """A short name for what tells one content from another."""
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:16]


class Work:
    """The pieces done, each named after what it was made from."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def prepared(self, identity: str) -> Path:
        """A folder for what is put in order before grading."""
        made = self.folder / digest(identity)
        made.mkdir(exist_ok=True)
        return made

    def keep(self, name: str, graded: Graded) -> None:
        """Write a piece; its summary comes last, and marks it whole."""
        raw = io.BytesIO()
        graded.rows.write_parquet(raw)
        put_whole(self.folder / f"{name}.parquet", lambda path: path.write_bytes(raw.getvalue()))
        faults = [(inspection, _written(problem)) for inspection, problem in graded.faults]
        said = json.dumps({"inspections": graded.inspections, "faults": faults})
        put_whole(self.folder / f"{name}.json", lambda path: path.write_bytes(said.encode()))

    def has(self, name: str) -> bool:
        """Whether a whole piece is there."""
        try:
            self.done(name, found=True)
            pl.read_parquet_metadata(self.folder / f"{name}.parquet")
            pl.scan_parquet(self.folder / f"{name}.parquet", glob=False).select(pl.len()).collect()
        except (OSError, ValueError, KeyError, TypeError, pl.exceptions.PolarsError):
            return False
        return True

    def done(self, name: str, found: bool) -> Checkpoint:
        """A piece that is there."""
        path = self.folder / f"{name}.json"
        said = read_json(read_bytes(path), str(path))
        faults = [
            (inspection, Problem(message, Place(*place) if place else None, help))
            for inspection, (message, place, help) in said["faults"]
        ]
        inspections = [(str(name), str(file)) for name, file in said["inspections"]]
        return Checkpoint(self.folder / f"{name}.parquet", inspections, faults, found)


def _written(problem: Problem) -> list[Any]:
    place = problem.place
    return [problem.message, [place.file, place.line, place.column] if place else None, problem.help]


@contextmanager
def working(output: Path) -> Iterator[Work]:
    """An output's work folder, for one batch at a time; removed if done or worth nothing.

    Raises
    ------
    InputError
        It cannot be made, or is in use.
    """
    folder = output.parent / f".{output.name}.parts"
    help = "wait for it, or name another output"
    with locked(folder, wait=WAIT, busy=Problem("another batch is writing this", Place(str(output)), help)):
        try:
            folder.mkdir(exist_ok=True)
        except OSError as error:
            said = (error.strerror or "unknown reason").lower()
            problem = Problem(
                f"no folder can be made to work in: {said}", Place(str(folder)), "name another output"
            )
            raise InputError([problem]) from error
        sweep_parts(folder)
        try:
            yield Work(folder)
        except BaseException:  # an interrupt too: finished pieces are kept, an empty folder is not
            if not any(folder.glob("*.json")):
                shutil.rmtree(folder, ignore_errors=True)
            raise
        shutil.rmtree(folder, ignore_errors=True)
