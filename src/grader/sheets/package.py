"""A workbook as its parts: a few places change, and all else stays byte for byte."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

_TAG = re.compile(rb"<[^<>\"']*(?:(?:\"[^\"]*\"|'[^']*')[^<>\"']*)*>")
_ENCODING = re.compile(rb"<\?xml[^>]*encoding\s*=\s*[\"']([^\"']+)")
_NEW = (1980, 1, 1, 0, 0, 0)
#: Stands for the prefix of the elements around it; no text of a part holds it.
P = "\x01"
CONTENT_TYPES = "[Content_Types].xml"
#: Namespaces of relations, in a workbook's own and in its strict form.
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT = "http://purl.oclc.org/ooxml/officeDocument/relationships"


class OddPartError(ValueError):
    """A part that is not written as workbooks are."""


@dataclass(frozen=True, slots=True)
class Element:
    """An element in a part: starts of its first and last tag, and its end."""

    name: str
    prefix: str
    depth: int
    attributes: dict[str, str]
    start: int
    inner: int
    closing: int
    end: int

    @property
    def empty(self) -> bool:
        """Whether it is one tag alone."""
        return self.closing == self.start


@dataclass(slots=True)
class Package:
    """The parts of a workbook by their names."""

    raw: bytes
    changed: dict[str, bytes] = field(default_factory=dict)
    names: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        with zipfile.ZipFile(io.BytesIO(self.raw)) as archive:
            self.names = {name.lower(): name for name in archive.namelist()}

    def __contains__(self, name: str) -> bool:
        return name.lower() in self.names or name in self.changed

    def read(self, name: str) -> bytes:
        """A part's content."""
        own = self.names.get(name.lower(), name)
        if own in self.changed:
            return self.changed[own]
        with zipfile.ZipFile(io.BytesIO(self.raw)) as archive:
            return archive.read(own)

    def write(self, name: str, content: bytes | str) -> None:
        """Give a part other content, or add it."""
        raw = content.encode("utf-8") if isinstance(content, str) else content
        self.changed[self.names.get(name.lower(), name)] = raw

    def free(self, pattern: str) -> str:
        """The first unused name of a pattern with `{}` for a number."""
        return next(name for n in range(1, 100_000) if (name := pattern.format(n)) not in self)

    def whole(self) -> bytes:
        """The workbook: parts in their order, those that are new last."""
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(self.raw)) as archive, zipfile.ZipFile(out, "w") as made:
            own = set()
            for info in archive.infolist():
                own.add(info.filename)
                content = self.changed.get(info.filename)
                made.writestr(info, archive.read(info) if content is None else content)
            for name, content in self.changed.items():
                if name not in own:
                    made.writestr(zipfile.ZipInfo(name, _NEW), content, zipfile.ZIP_DEFLATED)
        return out.getvalue()

    # Relations and kinds of parts ------------------------------------------------------------------------

    def related(self, part: str) -> list[tuple[str, str, str]]:
        """Each relation of a part: id, last word of its kind, and the part it leads to."""
        name = relations_of(part)
        if name not in self:
            return []
        folder, found = posixpath.dirname(part), []
        for each in elements(self.read(name)):
            if each.name == "Relationship" and each.attributes.get("TargetMode") != "External":
                target = each.attributes.get("Target", "")
                path = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
                kind = each.attributes.get("Type", "").rpartition("/")[2]
                found.append((each.attributes.get("Id", ""), kind, posixpath.normpath(path)))
        return found

    def relate(self, part: str, kind: str, target: str) -> str:
        """Add a relation of a part, and give its id."""
        name = relations_of(part)
        if name not in self:
            space = "http://schemas.openxmlformats.org/package/2006/relationships"
            self.write(name, f'<?xml version="1.0" encoding="UTF-8"?>\n<Relationships xmlns="{space}"/>')
        content = self.read(name)
        taken = {e.attributes.get("Id") for e in elements(content)}
        id = next(f"rId{n}" for n in range(1, 100_000) if f"rId{n}" not in taken)
        child = f'<{P}Relationship Id="{id}" Type="{kind}" Target={quoteattr(f"/{target}")}/>'
        self.write(name, inside(content, "Relationships", child))
        return id

    def is_of_kind(self, part: str, kind: str) -> None:
        """Say of a new part what it is."""
        child = f"<{P}Override PartName={quoteattr(f'/{part}')} ContentType={quoteattr(kind)}/>"
        self.write(CONTENT_TYPES, inside(self.read(CONTENT_TYPES), "Types", child))


def relations_of(part: str) -> str:
    """The part that lists a part's relations."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def elements(content: bytes, only: frozenset[str] | None = None) -> list[Element]:
    """The elements of a part, in order of their ends; `only` those of these names.

    Raises
    ------
    OddPartError
        It is no XML in UTF-8, or declares entities.
    """
    declared = _ENCODING.match(content.removeprefix(b"\xef\xbb\xbf"))
    if declared and declared[1].lower() not in (b"utf-8", b"us-ascii", b"ascii"):
        raise OddPartError
    parser = expat.ParserCreate()
    found: list[Element] = []
    opened: list[tuple[str, dict[str, str], int]] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        opened.append((name, attributes, parser.CurrentByteIndex))

    def end(name: str) -> None:
        _, attributes, first = opened.pop()
        prefix, _, local = name.rpartition(":")
        if only is not None and local not in only:
            return
        last = parser.CurrentByteIndex
        inner = tag_end(content, first)
        if inner >= 2 and content[inner - 2 : inner] == b"/>":
            last = first
        stop = inner if last == first else tag_end(content, last)
        found.append(
            Element(local, f"{prefix}:" if prefix else "", len(opened), attributes, first, inner, last, stop)
        )

    def refuse(*_: object) -> None:
        raise OddPartError

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise OddPartError from error
    return found


def tag_end(content: bytes, start: int) -> int:
    """Where the tag that starts at a place ends."""
    found = _TAG.match(content, start)
    if found is None:
        raise OddPartError
    return found.end()


def replaced(content: bytes, edits: Iterable[tuple[int, int, bytes]]) -> bytes:
    """The content with parts replaced; two at one place in the order given."""
    parts, at = [], 0
    for start, end, new in sorted(edits, key=lambda each: each[:2]):
        parts += [content[at:start], new]
        at = end
    return b"".join([*parts, content[at:]])


def into(content: bytes, element: Element, child: str, *, first: bool = False) -> tuple[int, int, bytes]:
    """The edit that puts `child` into an element, at its end by default; `P` is its prefix."""
    new = child.replace(P, element.prefix).encode("utf-8")
    if not element.empty:
        at = element.inner if first else element.closing
        return at, at, new
    tag = content[element.start : element.inner - 2].rstrip()
    closing = f"</{element.prefix}{element.name}>".encode()
    return element.start, element.inner, tag + b">" + new + closing


def inside(content: bytes, name: str, child: str) -> bytes:
    """The content with `child` at the end of the first element of a name."""
    element = min((e for e in elements(content, frozenset({name}))), key=lambda e: e.start, default=None)
    if element is None:
        raise OddPartError
    return replaced(content, [into(content, element, child)])


def with_attribute(tag: bytes, name: str, value: object) -> bytes:
    """A tag with an attribute at another value, or with it added."""
    new = f' {name}="{value}"'.encode()
    found = re.search(rb"\s" + name.encode() + rb"\s*=\s*(?:\"[^\"]*\"|'[^']*')", tag)
    if found:
        return tag[: found.start()] + new + tag[found.end() :]
    stop = -2 if tag.endswith(b"/>") else -1
    return tag[:stop].rstrip() + new + tag[stop:]


def text(said: str) -> str:
    """Text as it stands in a part, without what no part may hold."""
    return escape(
        "".join(c for c in said if c in "\t\n\r" or (ord(c) > 31 and ord(c) not in (0xFFFE, 0xFFFF)))
    )
