"""Files that are something else than was asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping

from grader.errors import InputError, Place, Problem
from grader.io.kinds import kind_of

_IMPORT = "import it: grader import {file} -o inspection.yaml"
_COPY = "copy its findings to a spreadsheet, and import that with grader import"
#: What each kind is called, and what to do about it where YAML was asked for.
_KINDS = {
    "xlsx": ("an Excel workbook", _IMPORT),
    "ods": ("an OpenDocument workbook", _IMPORT),
    "xls": ("an old or a locked Office file", "save it as .xlsx without a password, and " + _IMPORT),
    "html": ("a web page (HTML)", "open it in a spreadsheet program, save it as .xlsx, and " + _IMPORT),
    "xml": ("XML", _COPY),
    "rtf": ("a text document (RTF)", _COPY),
    "pdf": ("a PDF document", _COPY),
    "zip": ("a zip file", "unpack it, and name the file in it"),
    "binary": ("no text", "name a file in YAML"),
}
_DOCUMENT = ("a Word or OpenDocument text", _COPY)
_WORD = re.compile(rb"word/document\.xml|opendocument\.text", re.IGNORECASE)
_DELIMITERS = re.compile("[,;\t|]")

#: The first key of each file of ours, and what the file is.
FIRST_KEYS: Mapping[str, str] = {
    "inspection": "an inspection",
    "decisions": "a file of decisions",
    "framework": "a framework",
    "rulebook": "the head of a rule book",
    "layer": "a layer of a rule book",
    "cases": "a file of rule tests",
}


def refuse_other_kinds(raw: bytes, file: str) -> None:
    """Raise InputError for bytes that are no YAML, saying what they are."""
    kind = kind_of(raw)
    if kind not in _KINDS or (kind == "binary" and not raw.strip()):
        return
    what, help = _DOCUMENT if kind == "zip" and _WORD.search(raw[:65_536]) else _KINDS[kind]
    raise InputError([Problem(f"this is {what}, not YAML", Place(file), help.format(file=file))])


def table_fault(text: str, file: str) -> InputError | None:
    """The fault of a text that is a table, or None."""
    first = text.lstrip().split("\n", 1)[0].strip()
    if (
        len(_DELIMITERS.findall(first)) < 2
        or first.startswith(("{", "[", "-", "#", "&", "*"))
        or ": " in first
    ):
        return None
    return InputError(
        [Problem("this is a table, such as CSV, not YAML", Place(file), _IMPORT.format(file=file))]
    )


def other_kind(data: object, wanted: str) -> tuple[str, str] | None:
    """What a file of ours is, where `wanted` is not its first key."""
    if not isinstance(data, Mapping) or wanted not in FIRST_KEYS:
        return None
    belongs = FIRST_KEYS[wanted]
    schema = data.get("schema")
    if isinstance(schema, str) and schema.startswith("grader."):
        name = schema.removeprefix("grader.").partition("/")[0].replace("_", " ")
        return f"this is grader's own answer ({name}), not {belongs}", "name the file it was made from"
    for key, what in FIRST_KEYS.items():
        if key in data and wanted not in data:
            return f"this is {what}, not {belongs}", f"name {belongs}, which starts with {wanted}:"
    return None
