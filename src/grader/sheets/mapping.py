"""Mapping files: what a person's spreadsheet calls things.

Names, words and defaults only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from grader.errors import InputError, Problem, nearest, quoted, suggest
from grader.io.faults import validate
from grader.io.reading import read_bytes
from grader.io.yaml_source import Document, NodePath, parse_document
from grader.model.base import InputModel, Text
from grader.sheets.columns import SHEETS, Column, Sheet
from grader.sheets.convert import chosen
from grader.sheets.words import word_key


class SheetMapping(InputModel):
    """How one sheet is read."""

    sheet: Text | None = None
    """Its name in the workbook."""
    sheets: list[Text] = []
    """Of evidence, the sheets that hold it, where several do."""
    columns: dict[str, Text] = {}
    """What the sheet calls a column, by the column's own name."""
    values: dict[str, dict[str, Text]] = {}
    """What words of a column stand for."""
    defaults: dict[str, Text] = {}
    """What a blank cell stands for, or a column that is not there."""
    ignore: list[Text] = []
    """Columns that are not read, and not spoken of."""


class Mapping(InputModel):
    """A mapping file."""

    evidence: SheetMapping = SheetMapping()
    findings: SheetMapping = SheetMapping()
    previous: SheetMapping = SheetMapping()
    sources: SheetMapping = SheetMapping()

    def of(self, sheet: Sheet) -> SheetMapping:
        """The mapping of one sheet."""
        found: SheetMapping = getattr(self, sheet.key)
        return found


def read_mapping(path: Path) -> Mapping:
    """The mapping in a file.

    Raises
    ------
    InputError
        Every fault of the file, located.
    """
    return _mapping_in(parse_document(read_bytes(path), str(path), keys_as_text=True))


def mapping_of(text: str, name: str) -> Mapping:
    """The mapping in a text, which messages call `name`; raises InputError as `read_mapping`."""
    return _mapping_in(parse_document(text.encode("utf-8"), name, keys_as_text=True))


def _mapping_in(document: Document) -> Mapping:
    # `1` is the word a sheet shows as 1, whatever YAML takes it for.
    mapping, problems = validate(document, Mapping, _as_written(document, document.data, ()))
    if mapping is None:
        raise InputError(problems)
    problems = [p for sheet in SHEETS for p in _faults(mapping.of(sheet), sheet, document)]
    if problems:
        raise InputError(problems)
    return mapping


def _as_written(document: Document, value: object, path: NodePath) -> object:
    """The data with numbers, dates and flags as written."""
    if isinstance(value, dict):
        return {key: _as_written(document, inner, (*path, key)) for key, inner in value.items()}
    if isinstance(value, list):
        return [_as_written(document, inner, (*path, i)) for i, inner in enumerate(value)]
    return value if value is None or isinstance(value, str) else document.raw(path)


def _faults(mapping: SheetMapping, sheet: Sheet, document: Document) -> Iterator[Problem]:
    """Unknown columns and words, and names read twice."""
    known = {c.name: c for c in sheet.columns}
    for block in ("columns", "values", "defaults"):
        for name in getattr(mapping, block):
            if name not in known:
                place = document.keys[sheet.key, block, name]
                message = f"{sheet.key} have no column {quoted(name)}"
                yield Problem(message, place, suggest(name, known, "columns"))
    for name, words in mapping.values.items():
        yield from _same_words(words, document, (sheet.key, "values", name))
        for word, meant in words.items():
            yield from _unknown_tag(known.get(name), meant, document, (sheet.key, "values", name, word))
    for name, meant in mapping.defaults.items():
        yield from _unknown_tag(known.get(name), meant, document, (sheet.key, "defaults", name))
    first: dict[str, str] = {}
    for name, called in mapping.columns.items():
        other = first.setdefault(word_key(called), name)
        if other != name:
            place = document.place((sheet.key, "columns", name))
            message = f"column {quoted(called)} is read as {other} already"
            where = document.place((sheet.key, "columns", other))
            yield Problem(message, place, f"at {where}; name another column, or take one of the two away")


def _same_words(words: Iterable[str], document: Document, at: NodePath) -> Iterator[Problem]:
    """Words that no cell could tell apart."""
    first: dict[str, str] = {}
    for word in words:
        other = first.setdefault(word_key(word), word)
        if other != word:
            here, there = document.keys[(*at, word)], document.keys[(*at, other)]
            message = f"{quoted(word)} is the same word as {quoted(other)} at {there}"
            yield Problem(message, here, "case and space do not tell words apart; keep one of the two")


def _unknown_tag(
    column: Column | None, meant: str, document: Document, at: tuple[str, ...]
) -> Iterator[Problem]:
    if column is not None and column.choices and chosen(meant, column.choices) is None:
        # Whose words these are is known with the framework: here only what PEEL's are nearly.
        if column.name in ("assessment", "kind") and nearest(meant, column.choices) is None:
            return
        message = f"{column.name} cannot be {quoted(meant)}"
        yield Problem(message, document.place(at), suggest(meant, column.choices, "values"))
