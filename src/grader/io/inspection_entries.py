"""An inspection beside its file: each entry with its path, each id as written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from grader.cached import cached_property
from grader.errors import Problem, quoted, suggest
from grader.io.inspection_draft import InspectionDraft, Path_
from grader.io.printed_inspection import with_ids
from grader.language.rulebook import Measure
from grader.model.framework import Framework
from grader.model.inspection import Declared, Evidence, Previous


class InspectionEntries:
    """An inspection with ids for names, and the document it was read from."""

    def __init__(self, draft: InspectionDraft, framework: Framework, measures: Mapping[str, Measure]) -> None:
        self.draft = draft
        self.document = draft.document
        self.framework = framework
        self.measures = measures
        self.inspection = with_ids(draft.inspection, framework, measures, self.evidence_ids, self.sources)
        self.edition = self.inspection.inspection.edition

    def items(self) -> Iterator[tuple[Path_, Evidence]]:
        return zip(self.paths("evidence"), self.inspection.evidence, strict=True)

    def findings(self) -> Iterator[tuple[Path_, Declared | Previous]]:
        yield from zip(self.paths("findings"), self.inspection.findings, strict=True)
        yield from zip(self.paths("previous"), self.inspection.previous, strict=True)

    def paths(self, block: str) -> list[Path_]:
        """Paths of a list's sound entries."""
        return [(block, i) for i in range(len(self.raw(block))) if (block, i) not in self.draft.left_out]

    def raw(self, block: str) -> list[Any]:
        """A list as written, faulty entries too: their ids exist."""
        raw = self.document.data.get(block) if isinstance(self.document.data, dict) else None
        return raw if isinstance(raw, list) else []

    def ids(self, block: str) -> Iterator[tuple[Path_, str]]:
        for i, entry in enumerate(self.raw(block)):
            if isinstance(entry, dict) and isinstance(entry.get("id"), str):
                yield (block, i, "id"), entry["id"]

    @cached_property
    def evidence_ids(self) -> frozenset[str]:
        # An id with a space about it is a fault of its own, and what names it without is none.
        return frozenset(form for _, name in self.ids("evidence") for form in (name, name.strip()))

    @cached_property
    def sources(self) -> frozenset[str]:
        data = self.document.data
        raw = data.get("sources") if isinstance(data, dict) else None
        if not isinstance(raw, dict):
            return frozenset()
        return frozenset(form for name in raw for form in (name, name.strip()))

    def fault(self, at: Path_, message: str, help: str | None) -> Problem:
        return Problem(message, self.document.place(at), help)

    def warning(self, at: Path_, code: str, message: str) -> Problem:
        return Problem(message, self.document.place(at), None, code)

    def unknown(self, what: str, name: str, known: Iterable[str], at: Path_) -> Problem:
        plural = what if what == "evidence" else f"{what}s"
        return self.fault(at, f"unknown {what} {quoted(name)}", suggest(name, known, plural))
