"""What changed between two states of one inspection, and what it moved: `grader.changes/1`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Literal

from pydantic import Field

from grader.model.frames import Tabular, Value
from grader.model.proposal import OutputModel, counted, to_json

SCHEMA: Final = "grader.changes/1"

Kind = Literal["evidence", "finding", "previous", "source", "inspection"]
What = Literal["added", "withdrawn", "changed", "renamed"]


class FieldChanged(OutputModel):
    """A field, as it was and as it is; None where it is not said."""

    field: str
    old: Any
    new: Any


class Change(OutputModel):
    """One thing that is there, gone, or otherwise than before."""

    kind: Kind
    what: What
    id: str
    was: str | None
    """Its id before, where it was renamed."""
    statement: str | None
    fields: list[FieldChanged]
    """What is otherwise; the statement's wording among it."""
    areas: list[str]
    """Areas it bears on, before or after."""


class Moved(OutputModel):
    """Something concluded that is not as it was, and what moved it."""

    what: Literal["outcome", "grade", "range", "status", "finding"]
    id: str
    """The area, the characteristic, or the finding proposed."""
    old: str | None
    new: str | None
    by: list[str]
    """Changes that move it by themselves, each; or, where none does, changes that move it together."""
    together: bool


class AreaChanged(OutputModel):
    """An area in which something moved."""

    area: str
    title: str
    moved: list[Moved]


class Changes(OutputModel, Tabular):
    """What changed in an inspection, and what it moved."""

    schema_: Literal["grader.changes/1"] = Field(SCHEMA, alias="schema")
    inspection: str
    body: str
    framework: str
    edition: str
    rulebook: str
    overrides: dict[str, int]
    old_sha256: str | None
    new_sha256: str | None
    changes: list[Change]
    areas: list[AreaChanged]

    def __repr__(self) -> str:
        moved = counted(sum(len(area.moved) for area in self.areas), "conclusion")
        return f"<Changes {self.inspection}: {counted(len(self.changes), 'change')}, {moved} moved>"

    __str__ = __repr__

    @property
    def differs(self) -> bool:
        """Whether anything is otherwise than it was."""
        return bool(self.changes)

    def rows(self) -> Iterator[dict[str, Value]]:
        """Each change, and the conclusions that it moved."""
        moved = [each for area in self.areas for each in area.moved]
        for each in self.changes:
            by_it = [m.id if m.what in ("status", "finding") else m.what for m in moved if each.id in m.by]
            yield {
                "kind": each.kind,
                "what": each.what,
                "id": each.id,
                "statement": each.statement,
                "areas": ", ".join(each.areas),
                "moved": ", ".join(by_it),
            }

    def to_json(self, *, indent: int | None = 2) -> str:
        """The changes as JSON text, the same bytes for the same inspections."""
        return to_json(self, indent=indent)
