"""A workbook with its faults marked: cells coloured and noted, and a list with links.

Only the parts that say so change; all else stays byte for byte.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path, PurePath

from grader.errors import InputError, Place, Problem, by_kind
from grader.io.reading import read_bytes
from grader.io.scalars import shown_name
from grader.sheets import limits
from grader.sheets.archive import Archive
from grader.sheets.cell_styles import CellStyles
from grader.sheets.marked_cells import MarkedSheet
from grader.sheets.notes import put_notes
from grader.sheets.package import RELATIONS, STRICT, OddPartError, P, Package, elements, into, replaced, text
from grader.sheets.places import CellPlace, letters
from grader.text import clean

#: The sheet that lists what is marked.
TITLE = "grader"
AUTHOR = "grader"
_COLOURS = {"error": "FFFFC7CE", "warning": "FFFFEB9C"}
#: Notes in the margin are read by hand: beyond so many cells a workbook only gets slow.
MARKED = 5_000
#: A cell holds so many characters at most, and a note is read no further.
_LONGEST, _LONGEST_NOTE = 32_000, 30_000
_WIDTHS = (24, 10, 70, 60)
_SHEET_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_SIGNED = "_xmlsignatures/"
Found = Sequence[tuple[str, Problem]]


def mark_workbook(path: Path, errors: Iterable[Problem], warnings: Iterable[Problem] = ()) -> bytes:
    """The workbook in a file, with its faults and warnings marked.

    Parameters
    ----------
    path : Path
        An .xlsx workbook.
    errors, warnings : iterable of Problem
        Found in it by `import_sheet`.

    Raises
    ------
    InputError
        No such workbook, or one that may not be changed.
    """
    place = Place(shown_name(PurePath(path).name))
    if path.suffix.lower() != ".xlsx":
        help = "save it as .xlsx, import that, and mark it"
        raise InputError([Problem("only a workbook in .xlsx can be marked", place, help)])
    raw = read_bytes(path, limits.FILE_LIMIT)
    Archive(raw, place.file).measure()
    package = Package(raw)
    if any(name.startswith(_SIGNED) for name in package.names):
        message = "the workbook is signed, and marking it would break the signature"
        raise InputError([Problem(message, place, "save a copy without the signature, and mark that")])
    found = [("error", p) for p in sorted(set(errors), key=lambda p: p.sort_key)]
    found += [("warning", p) for p in sorted(set(warnings), key=lambda p: p.sort_key)]
    try:
        return _Marking(package).marked(found)
    except (OddPartError, ValueError, KeyError, StopIteration) as error:
        help = "open it, save it under another name, and try again"
        raise InputError([Problem("the workbook cannot be marked: it is damaged", place, help)]) from error


class _Marking:
    """One workbook while it is marked."""

    def __init__(self, package: Package) -> None:
        self.package = package
        top = {kind: part for _, kind, part in package.related("")}
        self.book = top["officeDocument"]
        related = package.related(self.book)
        parts = {id: part for id, kind, part in related if kind == "worksheet"}
        self.styles_part = next(part for _, kind, part in related if kind == "styles")
        self.styles = CellStyles(package.read(self.styles_part))
        self.strict = b"purl.oclc.org/ooxml" in package.read(self.book)[:4000]
        self.listed = [e for e in elements(package.read(self.book)) if e.name == "sheet" and e.depth == 2]
        self.parts: dict[str, str] = {}
        for each in self.listed:
            id = next((v for k, v in each.attributes.items() if k.rpartition(":")[2] == "id"), "")
            if id in parts:
                self.parts[each.attributes.get("name", "")] = parts[id]
        self.sheets: dict[str, MarkedSheet] = {}

    def marked(self, found: Found) -> bytes:
        """The workbook with everything marked."""
        places = [self.cell_of(problem.place) for _, problem in found]
        notes: dict[tuple[str, int, int], Found] = {}
        for where, each in zip(places, found, strict=True):
            if where is not None:
                notes[where] = (*notes.get(where, ()), each)
        for sheet in dict.fromkeys(name for name, _, _ in notes):
            own = {w[1:]: said for w, said in list(notes.items())[:MARKED] if w[0] == sheet}
            if own:
                self.mark_sheet(sheet, own)
        self.add_list(found, places)
        self.package.write(self.styles_part, self.styles.part())
        return self.package.whole()

    def sheet(self, name: str) -> MarkedSheet:
        if name not in self.sheets:
            self.sheets[name] = MarkedSheet(self.package.read(self.parts[name]))
        return self.sheets[name]

    def cell_of(self, place: Place | None) -> tuple[str, int, int] | None:
        """The cell a place leads to; None for one outside the sheets."""
        if not isinstance(place, CellPlace) or not place.line or place.sheet not in self.parts:
            return None
        return place.sheet, *self.sheet(place.sheet).cell_of(place.line, place.column)

    def mark_sheet(self, name: str, notes: dict[tuple[int, int], Found]) -> None:
        sheet, styles = self.sheet(name), {}
        for (row, column), said in notes.items():
            colour = _COLOURS["error" if any(kind == "error" for kind, _ in said) else "warning"]
            styles[row, column] = self.styles.coloured(sheet.style(row, column), colour)
        texts = {
            at: "\n\n".join(dict.fromkeys(_note(kind, problem) for kind, problem in said))[:_LONGEST_NOTE]
            for at, said in notes.items()
        }
        drawing = put_notes(self.package, self.parts[name], texts, AUTHOR)
        self.package.write(self.parts[name], sheet.part(styles, drawing))

    # The sheet that lists what is marked -------------------------------------------------------------------

    def add_list(self, found: Found, places: Sequence[tuple[str, int, int] | None]) -> None:
        """A sheet that says where everything is, and how many of each kind."""
        part = self.package.free("xl/worksheets/sheet{}.xml")
        relations = STRICT if self.strict else RELATIONS
        self.package.write(part, self.list_sheet(found, places))
        self.package.is_of_kind(part, _SHEET_KIND)
        id = self.package.relate(self.book, f"{relations}/worksheet", part)
        taken = {each.attributes.get("name", "").casefold() for each in self.listed}
        titles = (TITLE, *(f"{TITLE} {n}" for n in range(2, len(taken) + 3)))
        title = next(title for title in titles if title.casefold() not in taken)
        numbers = [int(n) for e in self.listed if (n := e.attributes.get("sheetId", "")).isdecimal()]
        content = self.package.read(self.book)
        sheets = next(e for e in elements(content) if e.name == "sheets")
        new = (
            f'<{P}sheet xmlns:rel="{relations}" name="{title}" sheetId="{max(numbers, default=0) + 1}"'
            f' rel:id="{id}"/>'
        )
        self.package.write(self.book, replaced(content, [into(content, sheets, new)]))

    def list_sheet(self, found: Found, places: Sequence[tuple[str, int, int] | None]) -> str:
        main = "http://purl.oclc.org/ooxml/spreadsheetml" if self.strict else None
        space = f"{main}/main" if main else "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        bold, plain, wrapped = self.styles.plain(bold=True), self.styles.plain(), self.styles.plain(wrap=True)
        linked = self.styles.plain(link=True)
        colours = {kind: self.styles.plain(colour=colour) for kind, colour in _COLOURS.items()}
        rows: list[list[tuple[object, int]]] = [
            [(w, bold) for w in ("number", "what", "messages like this one")]
        ]
        for kind in _COLOURS:
            for alike in by_kind(problem for what, problem in found if what == kind):
                rows.append([(len(alike), plain), (kind, plain), (clean(alike[0].message), wrapped)])
        rows += [[], [(w, bold) for w in ("where", "what", "message", "what to do")]]
        links = []
        for (kind, problem), where in zip(found, places, strict=True):
            shown = f"{where[0]}!{letters(where[2])}{where[1]}" if where else str(problem.place or "")
            said = [clean(problem.message), clean(problem.help or "")]
            rows.append(
                [
                    (clean(shown), linked if where else plain),
                    (kind, colours[kind]),
                    *((t, wrapped) for t in said),
                ]
            )
            if where is not None:
                name = where[0].replace("'", "''")
                target = text(f"'{name}'!{letters(where[2])}{where[1]}").replace('"', "&quot;")
                links.append(f'<hyperlink ref="A{len(rows)}" location="{target}" display="{target}"/>')
        columns = "".join(
            f'<col min="{n}" max="{n}" width="{w}" customWidth="1"/>' for n, w in enumerate(_WIDTHS, 1)
        )
        body = "".join(_row(number, cells) for number, cells in enumerate(rows, 1))
        beside = f"<hyperlinks>{''.join(links)}</hyperlinks>" if links else ""
        return (
            f'<?xml version="1.0" encoding="UTF-8"?>\n<worksheet xmlns="{space}"><cols>{columns}</cols>'
            f"<sheetData>{body}</sheetData>{beside}</worksheet>"
        )


def _row(number: int, cells: Sequence[tuple[object, int]]) -> str:
    made = []
    for column, (value, style) in enumerate(cells, 1):
        at = f'r="{letters(column)}{number}" s="{style}"'
        if isinstance(value, int):
            made.append(f"<c {at}><v>{value}</v></c>")
        elif value:
            said = text(str(value)[:_LONGEST])
            made.append(f'<c {at} t="inlineStr"><is><t xml:space="preserve">{said}</t></is></c>')
    return f'<row r="{number}">{"".join(made)}</row>' if made else ""


def _note(kind: str, problem: Problem) -> str:
    help = f"\n{clean(problem.help)}" if problem.help else ""
    return f"{kind}: {clean(problem.message)}{help}"
