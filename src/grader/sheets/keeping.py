"""An import over an earlier inspection: what is kept and replaced."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.errors import GraderError, InputError, Place, Problem, quoted
from grader.io.catalogue import framework as framework_called
from grader.io.inspection_draft import LISTS, InspectionDraft, draft_of, read_draft
from grader.io.inspections import InspectionFile, resolve_draft
from grader.io.printed_words import PrintedWords
from grader.io.reading import read_bytes
from grader.io.yaml_source import Document, NodePath
from grader.language.rulebook import Measure
from grader.model.framework import Framework
from grader.model.inspection import Inspection

Block = dict[str, Any]
#: Ids named on one line, and entries whose changes are told one by one.
_IDS_SHOWN = 60
_CHANGES_SHOWN = 40
_KINDS = {
    "evidence": "evidence",
    "findings": "findings",
    "previous": "earlier findings",
    "sources": "sources",
}
_REPLACED = "mend it, delete it, or write to another file"


@dataclass(frozen=True, slots=True)
class Merged:
    """The inspection, and what was replaced, line by line."""

    inspection: Inspection
    said: tuple[str, ...]
    warnings: tuple[Problem, ...]


def read_earlier(path: Path) -> InspectionDraft | None:
    """The inspection to be replaced, or None.

    Raises
    ------
    InputError
        Something else, of which nothing can be kept.
    """
    if not path.exists() or not read_bytes(path).strip():
        return None
    try:
        draft = read_draft(path)
        problems = [*draft.problems, *_unknown_words(draft)]
    except InputError as error:
        problems = [*error.problems]
    if problems:
        message = "the file to be replaced is no sound inspection, and what it holds could not be kept"
        raise InputError([Problem(message, Place(str(path)), _REPLACED), *problems])
    return draft


def _unknown_words(draft: InspectionDraft) -> Iterator[Problem]:
    """Assessments and kinds that the framework lacks."""
    try:
        words = PrintedWords(framework_called(draft.inspection.inspection.framework).framework)
    except GraderError:
        return  # which is told of what is imported, if that names the same
    for i, item in enumerate(draft.inspection.evidence):
        if item.assessment is not None:
            at: tuple[str | int, ...] = ("evidence", i, "assessment")
            yield from words.unknown_level(item.characteristics, item.assessment, at, draft.document)
    for block in ("findings", "previous"):
        for i, finding in enumerate(getattr(draft.inspection, block)):
            yield from words.unknown_kind(finding.kind, (block, i, "kind"), draft.document)


def merge(
    new: Inspection,
    held: Mapping[str, Collection[str]],
    earlier: InspectionDraft,
    framework: Framework,
    measures: Mapping[str, Measure],
) -> Merged:
    """The new inspection, with what the sheet lacks from the earlier.

    Parameters
    ----------
    held : mapping of str to collection of str
        The keys each sheet has, by list.
    measures : mapping of str to Measure
        Figures with rules.

    Raises
    ------
    InputError
        What was kept does not fit.
    """
    before, after = _plain(earlier.inspection), _plain(new)
    said = list(_head(before["inspection"], after["inspection"]))
    after["inspection"] = before["inspection"] | after["inspection"]
    for key in LISTS:
        if key not in held:
            after[key] = before.get(key, [])
            continue
        old = {entry["id"]: entry for entry in before.get(key, ())}
        fresh = {entry["id"]: entry for entry in after.get(key, ())}
        said += _listed(key, old, fresh, held[key])
    if "left_out" in before:  # no sheet holds it
        after["left_out"] = before["left_out"]
    sources = after.setdefault("sources", {})
    old = before.get("sources", {})
    said += _listed("sources", old, sources, held.get("sources", ()), keep=True)
    said += _loose(after)
    checked = _checked(after, earlier.document, held, framework, measures)
    return Merged(checked.inspection, tuple(said), checked.warnings)


def _plain(inspection: Inspection) -> Block:
    data: Block = inspection.model_dump(mode="json", exclude_defaults=True)
    return data


def _head(before: Block, after: Block) -> Iterator[str]:
    for key, value in after.items():
        if key in before and before[key] != value:
            yield f"{key} {quoted(before[key])} becomes {quoted(value)}"


def _listed(
    key: str, old: Mapping[str, Block], new: dict[str, Block], held: Collection[str], *, keep: bool = False
) -> Iterator[str]:
    """Entries replaced in a list, keeping keys without a column."""
    kept: dict[str, list[str]] = {}
    changes: list[str] = []
    by_id = keep or "id" in held  # ids made of row numbers may be another item's
    for name, entry in new.items():
        before = old.get(name)
        if before is None:
            continue
        for field, value in before.items() if by_id else ():
            if field not in held and entry.get(field) != value:
                entry[field] = value
                kept.setdefault(field, []).append(name)
        changed = [f for f in sorted({*before, *entry}) if before.get(f) != entry.get(f)]
        if changed:
            changes.append(f"{name}: {', '.join(_change(f, before.get(f), entry.get(f)) for f in changed)}")
    gone = [name for name in old if name not in new]
    if keep:  # a source may be spoken of elsewhere, and is no evidence
        new |= {name: old[name] for name in gone}
        gone = []
    what = _KINDS[key]
    fresh = [name for name in new if name not in old]
    if fresh:
        yield f"{what} new: {_ids(fresh)}"
    for change in changes[:_CHANGES_SHOWN]:
        yield f"{what} changed: {change}"
    if len(changes) > _CHANGES_SHOWN:
        yield f"{what} changed: {len(changes) - _CHANGES_SHOWN:,} more"
    if gone:
        yield f"{what} gone: {_ids(gone)}"
    for field, names in kept.items() if not keep else ():
        yield f"{what} kept: '{field}', for which the sheet has no column, of {_ids(names)}"


def _change(field: str, before: object, after: object) -> str:
    """A change of value; of a text only that it changed."""
    shown = [str(value) if value is not None else "nothing" for value in (before, after)]
    if isinstance(before, dict | list) or isinstance(after, dict | list) or max(map(len, shown)) > 30:
        return field
    return f"{field} {shown[0]} becomes {shown[1]}"


def _ids(names: list[str]) -> str:
    more = len(names) - _IDS_SHOWN
    shown = ", ".join(names[:_IDS_SHOWN])
    return f"{len(names):,} ({shown}{f', and {more:,} more' if more > 0 else ''})"


def _loose(data: Block) -> Iterator[str]:
    """Findings that rest on evidence that is gone rest on the rest of it."""
    there = {entry["id"] for entry in data["evidence"]}
    for key in ("findings", "previous"):
        for finding in data.get(key, ()):
            named = finding.get("evidence", [])
            lost = [name for name in named if name not in there]
            if lost:
                finding["evidence"] = [name for name in named if name in there]
                yield f"{_KINDS[key]} changed: {finding['id']} rested on {', '.join(lost)}, which is gone"


def _checked(
    data: Block,
    before: Document,
    held: Mapping[str, Collection[str]],
    framework: Framework,
    measures: Mapping[str, Measure],
) -> InspectionFile:
    """The merged inspection, checked; faults lie in the earlier file."""
    places: dict[NodePath, Place] = {
        path: place for path, place in before.places.items() if path and path[0] not in held
    }
    draft = draft_of(Document(data, places, before.keys, {}, "", before.file))
    if draft.problems:
        raise InputError(draft.problems)
    return resolve_draft(draft, framework, measures)
