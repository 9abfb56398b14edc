"""Several spreadsheets, or several sheets of one, as one inspection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from grader.errors import InputError, Place, Problem
from grader.io import catalogue
from grader.io.inspection_draft import InspectionDraft
from grader.io.merging import Part, merge_parts
from grader.sheets.hidden import Hidden
from grader.sheets.importing import Imported, import_sheet
from grader.sheets.mapping import Mapping as SheetsMapping
from grader.sheets.reader import read_once


def import_books(
    paths: Sequence[Path],
    *,
    head: Mapping[str, str] | None = None,
    mappings: Sequence[SheetsMapping | None],
    sheet: str | None = None,
    rules: catalogue.NameOrPath | None = None,
    hidden: Hidden = "warn",
    over: InspectionDraft | None = None,
) -> Imported:
    """The inspection in one or more spreadsheets; parameters as for `import_sheet`, a mapping for each path.

    What several hold is merged as by `grader merge`: an id for different things gets the name of its workbook
    or sheet before it.
    """
    parts = [(path, mapping, name) for path, mapping in zip(paths, mappings, strict=True)
             for name in _sheets(mapping, sheet)]  # fmt: skip
    if len(parts) == 1:
        path, mapping, name = parts[0]
        return import_sheet(
            path, head=head, mapping=mapping, sheet=name, rules=rules, hidden=hidden, over=over
        )
    if over is not None:
        help = "import them into a new file, and merge it: grader merge OLD NEW -o FILE"
        problem = Problem("several sheets are not imported over an inspection", Place(str(paths[0])), help)
        raise InputError([problem])
    found = _each(parts, head, rules, hidden, one_book=len(paths) == 1)
    merged = merge_parts([Part(name, made.inspection, made.source) for made, name in found])
    wanted = {name for _, _, name in parts if name is not None}
    warnings = [w for made, _ in found for w in made.warnings if not _of_another(w, wanted)]
    notes = [Problem(note, None, None, "merged") for note in merged.notes]
    source = ", ".join(dict.fromkeys(made.source for made, _ in found))
    first = found[0][0]
    return replace(
        first, inspection=merged.inspection, warnings=(*warnings, *notes, *merged.warnings), source=source
    )


def _each(
    parts: Sequence[tuple[Path, SheetsMapping | None, str | None]],
    head: Mapping[str, str] | None,
    rules: catalogue.NameOrPath | None,
    hidden: Hidden,
    *,
    one_book: bool,
) -> list[tuple[Imported, str]]:
    """What each sheet holds, and a name for it; raises InputError with the faults of all."""
    found: list[tuple[Imported, str]] = []
    problems: list[Problem] = []
    with read_once():
        for path, mapping, name in parts:
            try:
                made = import_sheet(path, head=head, mapping=mapping, sheet=name, rules=rules, hidden=hidden)
            except InputError as error:
                problems += error.problems
                continue
            alone = one_book and name
            found.append((made, alone or (path.stem if name is None else f"{path.stem}-{name}")))
    if problems:
        raise InputError(problems)
    return found


def _sheets(mapping: SheetsMapping | None, asked: str | None) -> list[str | None]:
    """The sheets of evidence to read; None leaves it to the reader."""
    if asked is not None or mapping is None or not mapping.evidence.sheets:
        return [asked]
    return [*mapping.evidence.sheets]


def _of_another(warning: Problem, wanted: set[str]) -> bool:
    """Whether a warning says that a sheet is not read which another part reads."""
    return warning.code == "sheet_not_read" and any(f"'{name}'" in warning.message for name in wanted)
