"""Inspections in YAML files, as pieces graded in columns or, with every reason, one by one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.bulk.backends import Backend, pl
from grader.bulk.coding import rows_of
from grader.bulk.plan import Plan, plans
from grader.bulk.processes import in_processes
from grader.bulk.rows import PROFILE, in_columns, of_proposal, schema
from grader.bulk.sources import Graded
from grader.cached import cached_property
from grader.errors import GraderError, InputError, Place, Problem, folded, quoted
from grader.io.folders import ENDINGS, kind_of
from grader.io.frameworks import FrameworkFile
from grader.io.inspection_draft import draft_of
from grader.io.reading import read_bytes
from grader.io.yaml_source import parse_document
from grader.language.rulebook import RuleBook
from grader.model.inspection import Inspection
from grader.session import LoadedInspection, Session

#: About so many files are read and graded together.
FILES = 16


@dataclass
class Documents:
    """Inspections in YAML files; with an `engine` named, each is passed on its own."""

    paths: Sequence[Path]
    session: Session
    backend: Backend | None
    engine: str | None = None

    @property
    def framework(self) -> FrameworkFile:
        return self.session.framework

    @property
    def book(self) -> RuleBook:
        return self.session.book

    @property
    def size(self) -> int:
        return len(self.paths)

    @property
    def made_by(self) -> str:
        return f"{self.engine} {self.backend.name if self.backend is not None else None}"

    def pieces(self) -> list[Sequence[Path]]:
        """Neighbours in order; a file's name, not its place, says where a piece ends.

        A file added or taken away then changes its own piece alone.
        """
        found: list[list[Path]] = [[]]
        for path in self.paths:
            found[-1].append(path)
            last = hashlib.sha256(path.name.encode("utf-8", "surrogateescape")).digest()[0]
            if last % FILES == 0 or len(found[-1]) >= 3 * FILES:
                found.append([])
        return [piece for piece in found if piece]

    def mark(self, piece: Sequence[Path]) -> str:
        return "\n".join(f"{path} {_digest(path)}" for path in piece)

    def graded(self, pieces: Sequence[Sequence[Path]]) -> Iterator[Graded]:
        if self.backend is not None and self.backend.whole:
            return map(self.grade, pieces)
        return in_processes(self, pieces)

    def weight(self, piece: Sequence[Path]) -> int:
        return len(piece)

    def grade(self, piece: Sequence[Path]) -> Graded:
        read: list[tuple[Path, LoadedInspection]] = []
        faults: list[tuple[str, Problem]] = []
        met: dict[str, Path] = {}
        for path in piece:
            try:
                loaded = self._load(path)
                other = met.setdefault(loaded.inspection.id, path)
                if other is not path:
                    help = f"the other is {other}; keep one of them"
                    message = f"inspection {quoted(loaded.inspection.id)} stands in two files"
                    raise InputError([Problem(message, Place(str(path)), help)])
                read.append((path, loaded))
            except InputError as error:
                faults += [(str(path), problem) for problem in error.problems]
            except GraderError as error:
                if error.exit_code != InputError.exit_code:
                    raise
                faults.append(
                    (str(path), Problem(error.message, error.place or Place(str(path)), error.help))
                )
        found = [each for _, each in read]
        rows = self._explained(found) if self.engine is not None else self._in_columns(found)
        return Graded(rows, [(each.inspection.id, str(path)) for path, each in read], faults)

    def _load(self, path: Path) -> LoadedInspection:
        raw = read_bytes(path)
        document = parse_document(raw, str(path))
        draft = draft_of(document)
        named = draft.inspection.inspection.framework
        if folded(named) != folded(self.framework.framework.id):
            message = f"the inspection is on framework {quoted(named)}, not on {self.framework.framework.id}"
            help = "grade each framework's inspections by themselves"
            raise InputError([Problem(message, document.place(("inspection", "framework")), help)])
        return self.session.resolve(draft)

    def _explained(self, loaded: Sequence[LoadedInspection]) -> pl.DataFrame:
        facts = [name.removeprefix(PROFILE) for name in self._schema if name.startswith(PROFILE)]
        rows = [row for each in loaded for row in of_proposal(each.propose(hinges=False), facts)]
        return pl.DataFrame(rows, schema=self._schema, orient="row")

    @cached_property
    def _schema(self) -> dict[str, Any]:
        return schema(self.book)

    @cached_property
    def _plans(self) -> dict[str, Plan]:
        return plans(self.framework.framework, self.book)

    def _in_columns(self, loaded: Sequence[LoadedInspection]) -> pl.DataFrame:
        assert self.backend is not None
        parts = []
        by_edition: dict[str, list[tuple[int, Inspection]]] = {}
        for at, each in enumerate(loaded):
            by_edition.setdefault(each.inspection.inspection.edition, []).append((at, each.inspection))
        for edition, found in by_edition.items():
            plan = self._plans[edition]
            rows = rows_of(plan, (inspection for _, inspection in found))
            ids = pl.DataFrame({"number": range(len(found)), "inspection": rows.ids})
            part = in_columns(plan, self.backend, rows.coded(self.backend), ids)
            order = pl.DataFrame({"number": range(len(found)), "at": [at for at, _ in found]})
            parts.append(part.join(order, on="number", maintain_order="left"))
        if not parts:
            return pl.DataFrame(schema=self._schema)
        return pl.concat(parts).sort("at", maintain_order=True).select(*self._schema)


def _digest(path: Path) -> str:
    """What tells a file's content from any other's; nothing if it cannot be read."""
    try:
        return hashlib.sha256(read_bytes(path)).hexdigest()
    except InputError:
        return "unreadable"


def inspections_among(paths: Iterable[Path]) -> tuple[list[Path], list[Path]]:
    """Files that are inspections by their first key, and other YAML and JSON.

    Files that cannot be read are kept, to be reported with the rest.
    """
    found: list[Path] = []
    others: list[Path] = []
    for path in paths:
        if path.suffix.lower() in ENDINGS:
            try:
                kind = kind_of(read_bytes(path), str(path))
            except InputError:
                kind = "inspection"
            (found if kind == "inspection" else others).append(path)
    return found, others
