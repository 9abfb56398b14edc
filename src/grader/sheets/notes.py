"""Notes put on cells of a worksheet, beside those that are there."""

from __future__ import annotations

import re
from collections.abc import Mapping

from grader.sheets.package import RELATIONS, STRICT, Element, P, Package, elements, into, replaced, text
from grader.sheets.places import letters

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_STRICT_MAIN = "http://purl.oclc.org/ooxml/spreadsheetml/main"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_DRAWN = "application/vnd.openxmlformats-officedocument.vmlDrawing"
#: So a program names the author of a conversation's first note, which is not for others to write in.
_CONVERSATION = "tc="
_SHAPES = (
    '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
    ' xmlns:x="urn:schemas-microsoft-com:office:excel"><v:shapetype id="_x0000_t202" coordsize="21600,21600"'
    ' o:spt="202" path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/><v:path gradientshapeok="t"'
    ' o:connecttype="rect"/></v:shapetype></xml>'
)
_SHAPE = (
    '<v:shape xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
    ' xmlns:x="urn:schemas-microsoft-com:office:excel" id="_x0000_s{id}" type="#_x0000_t202"'
    ' style="position:absolute;margin-left:60pt;margin-top:2pt;width:270pt;height:105pt;visibility:hidden"'
    ' fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/><v:shadow color="black" obscured="t"/>'
    '<v:path o:connecttype="none"/><v:textbox style="mso-direction-alt:auto"/>'
    '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:AutoFill>False</x:AutoFill>'
    "<x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
)
#: Numbers of our shapes, above those that programs give.
_FIRST_SHAPE = 700_001


def put_notes(package: Package, part: str, notes: Mapping[tuple[int, int], str], author: str) -> str | None:
    """Put notes on cells; gives the relation of a new drawing of notes, if one was made."""
    related = package.related(part)
    strict = _STRICT_MAIN.encode() in package.read(part)[:2000]
    space, relations = (_STRICT_MAIN, STRICT) if strict else (_MAIN, RELATIONS)
    name = next((target for _, kind, target in related if kind == "comments"), None)
    if name is None:
        name = package.free("xl/comments{}.xml")
        start = '<?xml version="1.0" encoding="UTF-8"?>\n'
        start += f'<comments xmlns="{space}"><authors/><commentList/></comments>'
        package.write(name, start)
        package.is_of_kind(name, _KIND)
        package.relate(part, f"{relations}/comments", name)
    fresh = _write(package, name, notes, author)
    drawn = next((target for _, kind, target in related if kind == "vmlDrawing"), None)
    relation = None
    if drawn is None:
        drawn = package.free("xl/drawings/vmlDrawing{}.vml")
        package.write(drawn, _SHAPES)
        package.is_of_kind(drawn, _DRAWN)
        id = package.relate(part, f"{relations}/vmlDrawing", drawn)
        relation = f'<{P}legacyDrawing xmlns:rel="{relations}" rel:id="{id}"/>'
    shapes = package.read(drawn)
    root = max(elements(shapes), key=lambda each: each.end)
    numbers = map(int, re.findall(rb"_x0000_s(\d{1,9})\b", shapes))
    first = max([_FIRST_SHAPE, *(number + 1 for number in numbers)])
    new = (
        _SHAPE.format(id=first + n, row=row - 1, column=column - 1) for n, (row, column) in enumerate(fresh)
    )
    package.write(drawn, replaced(shapes, [into(shapes, root, "".join(new))]))
    return relation


def _write(
    package: Package, name: str, notes: Mapping[tuple[int, int], str], author: str
) -> list[tuple[int, int]]:
    """Write notes after those there; gives the cells that had none."""
    content = package.read(name)
    found = elements(content)
    authors = next(e for e in found if e.name == "authors")
    listed = next(e for e in found if e.name == "commentList")
    names = [content[e.inner : e.closing].decode("utf-8") for e in found if e.name == "author"]
    there = {e.attributes.get("ref", ""): e for e in found if e.name == "comment"}
    edits, fresh, new = [], [], ""
    for (row, column), said in notes.items():
        cell = f"{letters(column)}{row}"
        own = there.get(cell)
        if own is None:
            fresh.append((row, column))
            new += f'<{P}comment ref="{cell}" authorId="{len(names)}">'
            new += f"<{P}text>{_run(said)}</{P}text></{P}comment>"
            continue
        number = own.attributes.get("authorId", "")
        if number.isdecimal() and int(number) < len(names) and names[int(number)].startswith(_CONVERSATION):
            continue  # the list says it
        body = _text_of(found, own)
        if body is not None:
            edits.append(into(content, body, _run(f"\n\n{said}", run=True)))
    if new:
        edits += [
            into(content, authors, f"<{P}author>{text(author)}</{P}author>"),
            into(content, listed, new),
        ]
    package.write(name, replaced(content, edits))
    return fresh


def _text_of(found: list[Element], comment: Element) -> Element | None:
    return next((e for e in found if e.name == "text" and comment.start < e.start < comment.end), None)


def _run(said: str, *, run: bool = False) -> str:
    safe = text(said)
    one = f'<{P}t xml:space="preserve">{safe}</{P}t>'
    return f"<{P}r>{one}</{P}r>" if run else one
