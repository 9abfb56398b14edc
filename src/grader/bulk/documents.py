"""Inspections in YAML files, as pieces that are graded in columns or, with every reason, one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from grader import api
from grader.bulk.backends import Backend, pl
from grader.bulk.coding import rows_of
from grader.bulk.plan import Plan
from grader.bulk.rows import PROFILE, in_columns, of_proposal, schema
from grader.bulk.sources import Graded
from grader.errors import GraderError, InputError, Place, Problem, quoted
from grader.files.folders import kind_of
from grader.files.frameworks import FrameworkFile
from grader.files.inspections import draft_of, resolve_draft
from grader.files.marked import parse_document, read_bytes
from grader.grading.run import propose
from grader.language.bind import bind
from grader.language.rulebook import RuleBook
from grader.model.inspection import Inspection

#: Files read and graded together.
FILES = 16


@dataclass
class Documents:
    """Inspections in YAML files; with an `engine` named, each is passed on its own."""

    paths: Sequence[Path]
    framework: FrameworkFile
    book: RuleBook
    backend: Backend | None
    engine: str | None = None

    @property
    def size(self) -> int:
        return len(self.paths)

    def pieces(self) -> list[Sequence[Path]]:
        return [self.paths[i : i + FILES] for i in range(0, len(self.paths), FILES)]

    def mark(self, piece: Sequence[Path]) -> str:
        stats = [(str(path), path.stat()) for path in piece]
        return "\n".join(f"{name} {s.st_size} {s.st_mtime_ns}" for name, s in stats)

    def weight(self, piece: Sequence[Path]) -> int:
        return len(piece)

    def grade(self, piece: Sequence[Path]) -> Graded:
        read: list[tuple[Path, api.Loaded]] = []
        faults: list[tuple[str, Problem]] = []
        for path in piece:
            try:
                read.append((path, self._load(path)))
            except InputError as error:
                faults += [(str(path), problem) for problem in error.problems]
            except GraderError as error:
                if error.exit_code != InputError.exit_code:
                    raise
                faults.append(
                    (str(path), Problem(error.message, error.place or Place(str(path)), error.help))
                )
        loaded = [each for _, each in read]
        rows = self._explained(loaded) if self.engine is not None else self._in_columns(loaded)
        return Graded(rows, [each.inspection.id for each in loaded], faults)

    def _load(self, path: Path) -> api.Loaded:
        raw = read_bytes(path)
        document = parse_document(raw, str(path))
        draft = draft_of(document)
        named = draft.inspection.inspection.framework
        if named != self.framework.framework.id:
            message = f"the inspection is on framework {quoted(named)}, not on {self.framework.framework.id}"
            help = "grade each framework's inspections by themselves"
            raise InputError([Problem(message, document.place(("inspection", "framework")), help)])
        file = resolve_draft(draft, self.framework.framework, self.book.measures)
        return api.Loaded(file, self.framework, self.book)

    def _explained(self, loaded: Sequence[api.Loaded]) -> pl.DataFrame:
        engine = api.engine_on(self.book, {}, self.engine)
        facts = [name.removeprefix(PROFILE) for name in self._schema if name.startswith(PROFILE)]
        rows = [
            row
            for each in loaded
            for row in of_proposal(propose(api.inputs_of(each, {}), engine, firm=False), facts)
        ]
        return pl.DataFrame(rows, schema=self._schema, orient="row")

    @cached_property
    def _schema(self) -> dict[str, pl.DataType]:
        return schema(next(iter(self._plans.values())).above)

    @cached_property
    def _plans(self) -> Mapping[str, Plan]:
        bound = bind(self.book)
        return {e: Plan(self.framework.framework, e, bound) for e in self.framework.framework.editions}

    def _in_columns(self, loaded: Sequence[api.Loaded]) -> pl.DataFrame:
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


def inspections_among(paths: Sequence[Path]) -> list[Path]:
    """The files that are inspections, by their first key."""
    return [path for path in paths if kind_of(read_bytes(path), str(path)) == "inspection"]
