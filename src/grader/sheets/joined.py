"""Inspections put together, as a file to keep."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from grader.errors import InputError, Problem
from grader.io.merging import Part, merge_parts
from grader.model.inspection import Inspection
from grader.sheets.yaml_text import inspection_text


@dataclass(frozen=True, slots=True)
class MergedInspections:
    """One inspection of several, with notes and warnings."""

    inspection: Inspection
    notes: tuple[str, ...]
    warnings: tuple[Problem, ...]
    source: str

    def __repr__(self) -> str:
        return f"<MergedInspections {self.inspection.id}: {len(self.inspection.evidence)} items of evidence>"

    @property
    def text(self) -> str:
        """The inspection's file, in YAML."""
        return inspection_text(self.inspection, self.source)


def joined(parts: Sequence[tuple[str, Inspection]], id: str | None = None) -> MergedInspections:
    """Inspections with their paths, as one; raises InputError."""
    if len(parts) < 2:
        raise InputError([Problem("there is one inspection to merge", None, "name two or more")])
    stems = Counter(PurePath(path).stem for path, _ in parts)
    named = []
    for at, (path, inspection) in enumerate(parts, 1):
        pure = PurePath(path)
        # Files of one name in folders of their own are told apart by those.
        name = pure.parent.name if stems[pure.stem] > 1 else pure.stem
        named.append(Part(name or f"part{at}", inspection, path or f"part{at}"))
    merged = merge_parts(named, id=id)
    source = ", ".join(PurePath(part.file).name for part in named)
    return MergedInspections(merged.inspection, tuple(merged.notes), tuple(merged.warnings), source)
