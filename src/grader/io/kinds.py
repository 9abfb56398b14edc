"""What a file really is, by its first bytes."""

from __future__ import annotations

import re
from typing import Literal

FileKind = Literal[
    "xlsx", "ods", "xls", "zip", "html", "xml", "json", "yaml", "rtf", "pdf", "empty", "text", "binary"
]

#: So much of a text is looked at.
_START = 4096
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BINARY = (
    b"PAR1",
    b"SQLite format 3",
    b"\x1f\x8b",
    b"BZh",
    b"7z\xbc\xaf",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
)
_ENCODINGS = (
    (b"\xff\xfe\0\0", "utf-32-le"),
    (b"\0\0\xfe\xff", "utf-32-be"),
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_HTML = re.compile(
    r"(?:<!--|<meta\b|<!doctype html\b|<(?:html|head|body|table|div|style|script|title|tr|td|p|span)\b)"
)
_JSON = re.compile(r'(?:\{\s*["}]|\[\s*[\[{"\]])')
_COMMENTS = re.compile(r"\A(?:#[^\n]*\n|\s)+")
_YAML = re.compile(r"(?:---\s|%YAML\b|(?:inspection|evidence|sources|decisions|grades):\s)")

#: What to call each, and what to do about it where a table was asked for.
NAMES: dict[FileKind, tuple[str, str]] = {
    "xlsx": ("an Excel workbook", "end its name in .xlsx"),
    "ods": ("an OpenDocument workbook", "end its name in .ods"),
    "xls": (
        "a workbook in the old .xls format, or one locked with a password",
        "save it without a password, as .xlsx or .csv",
    ),
    "zip": ("a zip file", "unpack it, and give the spreadsheet in it"),
    "html": ("a web page (HTML)", "open it in a spreadsheet program, and save it as .xlsx or .csv"),
    "xml": ("XML", "open it in a spreadsheet program, and save it as .xlsx or .csv"),
    "json": ("JSON", "give the table as .csv or .xlsx"),
    "yaml": ("YAML", "an inspection in YAML needs no import; give a table as .csv or .xlsx"),
    "rtf": ("a text document (RTF)", "copy its table to a spreadsheet, and save that as .xlsx or .csv"),
    "pdf": ("a PDF document", "copy its table to a spreadsheet, and save that as .xlsx or .csv"),
    "empty": ("empty", "write a table in it"),
    "binary": ("no text", "give a spreadsheet: .xlsx, .ods or .csv"),
}


def kind_of(raw: bytes) -> FileKind:
    """What the bytes of a file are.

    Parameters
    ----------
    raw : bytes
        All of them.

    Returns
    -------
    str
        `zip`: no workbook; `xls`: older office files and locked workbooks; `text`: no form of its own.
    """
    if raw.startswith(b"PK"):
        return _packed(raw)
    if raw.startswith(_OLE):
        return "xls"
    if raw.startswith(b"%PDF-"):
        return "pdf"
    if raw.startswith(_BINARY):
        return "binary"
    start = _text(raw).lstrip()
    if not start:
        return "empty" if not raw.strip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n\f\v") else "binary"
    return _of_text(start)


def _packed(raw: bytes) -> FileKind:
    if b"opendocument.spreadsheet" in raw[:200]:
        return "ods"
    if re.search(rb"xl[/\\]", raw, re.IGNORECASE) and b"[Content_Types].xml".lower() in raw.lower():
        return "xlsx"
    return "zip" if raw.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")) else "text"


def _text(raw: bytes) -> str:
    """The start of the file as text in any encoding, or ""."""
    for mark, encoding in _ENCODINGS:
        if raw.startswith(mark):
            # Blank lines may stand above what tells.
            return raw[len(mark) :].decode(encoding, "replace").lstrip()[:_START]
    bare = raw.lstrip()[:_START]
    if bare.count(b"\0") * 3 > len(bare) and len(bare) > 3:  # UTF-16 without a mark, in a Latin script
        return bare.replace(b"\0", b"").decode("latin-1")
    return bare.decode("latin-1") if bare.count(b"\0") < 4 else ""


def _of_text(start: str) -> FileKind:
    lowered = start[:200].lower()
    if _HTML.match(lowered):
        return "html"
    if lowered.startswith("<?xml"):
        return "html" if "<html" in start.lower() else "xml"
    if start.startswith("{\\rtf"):
        return "rtf"
    if _JSON.match(start):
        return "json"
    return "yaml" if _YAML.match(_COMMENTS.sub("", start, count=1)) else "text"
