"""What can be changed in a workbook, and whether what is then said of it is right.

A change is a function marked `@workbook` with when it acts: on the `cells`, on how they are laid out (`shape`),
on the `parts` once they are written, or on the `packed` file. It notes in the book what has to be said.
"""

from __future__ import annotations

import io
import random
import re
import warnings
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Literal

from books import LINKS, MAIN, SHEET, STYLES, TEXTS, WORKBOOK, Book, Cell, Line, bomb, column
from made import COLUMNS

from grader.errors import Problem

When = Literal["cells", "shape", "parts", "packed"]
Change = Callable[[random.Random, Book], None]
STAGES: tuple[When, ...] = ("cells", "shape", "parts", "packed")
WORKBOOK_CHANGES: dict[When, list[Change]] = {stage: [] for stage in STAGES}
#: Format, stored number, and what the cell shows.
SHOWN = [
    *(("", "12", "12"), ("", "0.5", "0.5"), ("@", "12", "12"), ("000", "7", "007"), ("0.00", "3.5", "3.50")),
    *(("hh:mm", "0.604166666666667", "14:30"), ("[h]:mm", "1.5", "36:00"), ("#,##0", "1234567", "1,234,567")),
    *(("yyyy-mm-dd", "44625", "2022-03-05"), ("dd/mm/yyyy", "44625", "05/03/2022"), ("0%", "0.25", "25%")),
    *(("d mmm yyyy", "44625", "5 Mar 2022"), ('"p. "0', "12", "p. 12"), ("[Red]0", "5", "5")),
    *(("0.00E+00", "12345", "1.23E+04"), ("000;-000", "-7", "-007"), ("00\\-00", "1234", "12-34")),
    *(("", "1.2E3", "1200"), ("", "12.0", "12"), ("General", "1e2", "100"), (";;;@", "5", "")),
]
#: Format and stored number of which nobody can tell what is shown.
UNTOLD = [
    *(("", "1E+20"), ("", "0.123456789012"), ("# ?/?", "0.5"), ("0.0,", "12345"), ("[>100]0;0", "5")),
    *(("[$-40C]d mmmm", "44625"), ("[" * 5000, "7"), ("[]" * 3000 + "0", "7"), ("[h" * 2000 + "]", "7")),
    *(('"' * 4001, "7"), ("0" * 300, "7"), ("yyyy", "-5"), ("_" * 250, "1")),
]


def workbook(when: When) -> Callable[[Change], Change]:
    def mark(change: Change) -> Change:
        WORKBOOK_CHANGES[when].append(change)
        return change

    return mark


def save_book(rng: random.Random, rows: list[list[str]], header: int, path: Path) -> tuple[Book, list[str]]:
    """Write a workbook of these rows, most with something changed: the book, and the names of the changes."""
    book = Book.of(rows, header + 2)
    every = [(stage, change) for stage in STAGES for change in WORKBOOK_CHANGES[stage]]
    drawn = rng.sample(every, rng.choice([0, 1, 1, 1, 2, 3]))
    for stage in STAGES:
        for when, change in drawn:
            if when == stage:
                change(rng, book)
        if stage == "shape":
            book.write_parts()
        if stage == "parts":
            book.pack()
    path.write_bytes(book.raw)
    return book, [change.__name__ for _, change in drawn]


# What is asked of each ------------------------------------------------------------------------------------


def fault_of_book(book: Book, refusal: str | None, evidence: list[Any], said: Iterable[Problem]) -> str | None:
    """What is wrong with how a workbook was read whose rows are all sound; None where nothing is."""
    if refusal is not None:
        if book.harmed:
            return None if "made.xlsx" in refusal else f"the refusal names no file: {refusal}"
        if not book.refused:
            return f"a sound workbook is refused: {refusal}"
        right = any(text in refusal for text in book.refused)
        return None if right else f"the refusal says none of {book.refused}: {refusal}"
    if book.refused:
        return f"it is read, and was to be refused with one of {book.refused}"
    shown = [dict(zip(COLUMNS, row, strict=True)) for row in book.rows[book.first - 1 :]]
    read = [item.model_dump() for item in evidence]
    for want, found in zip(shown, read, strict=False):
        for name, text in want.items():
            is_list = isinstance(found[name], list)
            if text != ("".join(found[name]) if is_list else found[name]):
                return f"{name} is read as {found[name]!r}, and shows {text!r}"
    if len(shown) != len(read):
        return f"{len(read)} rows are read of {len(shown)}"
    said = list(said)
    if (wrong := unsaid(book, said)) is not None:
        return wrong
    hidden = {"row_hidden", "cell_struck"} if any(book.unseen().values()) else set()
    more = {problem.code for problem in said} - hidden - book.warned
    return f"more is said than was to be: {more}" if more and not book.harmed else None


def unsaid(book: Book, said: Iterable[Problem], header: int = 0) -> str | None:
    """What was to be said below the names of the columns, and was not."""
    said = list(said)
    if missing := book.warned - {problem.code for problem in said} if not header else None:
        return f"no warning is a {missing}"
    if book.title_hidden:
        return None
    for how, rows in book.unseen().items():
        hits = [p.message for p in said if p.code in ("row_hidden", "cell_struck") and how in p.message]
        told = rows_named(" ".join(text for text in hits if how != "cell" or text.startswith("cell")))
        wanted = {row for row in rows if row > header}
        if not wanted <= told if header else wanted != told:
            return f"of rows {sorted(wanted)} ({how}) is said: {hits}"
    return None


def rows_named(text: str) -> set[int]:
    """Rows that a message names: `rows 3, 5 to 9 and 12`, `cells C4, D4 and 2 more`."""
    found: set[int] = set()
    for listed in re.findall(r"\brows? ([0-9][0-9, to]*(?:and [0-9]+(?: to [0-9]+)?)?)", text):
        for part in re.split(",|and", listed):
            ends = [int(end) for end in re.findall("[0-9]+", part)]
            found |= set(range(ends[0], ends[-1] + 1)) if ends else set()
    for listed in re.findall(r"\bcells? ([A-Z0-9, ]+)", text):
        found |= {int(number) for number in re.findall("[A-Z]([0-9]+)", listed)}
    return found


# Cells ----------------------------------------------------------------------------------------------------


def some(rng: random.Random, book: Book) -> list[int]:
    body = book.body()
    return rng.sample(body, rng.randint(1, len(body))) if body else []


def put(book: Book, row: int, at: int, cell: Cell, shows: str | None) -> None:
    """A cell in place of another; None where it has to be refused."""
    if at not in book.lines[row].cells or at > len(book.rows[row - 1]):
        return
    book.lines[row].cells[at] = cell
    if shows is None:
        book.refused.append(f"!{column(at)}{row}: ")
    else:
        book.refused = [text for text in book.refused if text != f"!{column(at)}{row}: "]
        book.rows[row - 1][at - 1] = shows


@workbook("cells")
def hidden_rows(rng: random.Random, book: Book) -> None:
    for row in some(rng, book):
        book.lines[row].hidden = True
        book.lines[row].attributes["hidden"] = rng.choice(["1", "true"])


@workbook("cells")
def rows_of_no_height(rng: random.Random, book: Book) -> None:
    for row in some(rng, book):
        book.lines[row].hidden = True
        book.lines[row].attributes |= {"ht": rng.choice(["0", "0.0", "0.00"]), "customHeight": "1"}


@workbook("cells")
def rows_that_are_shown(rng: random.Random, book: Book) -> None:
    for row in some(rng, book):
        if not book.lines[row].hidden:
            book.lines[row].attributes |= {"hidden": rng.choice(["0", "false"]), "ht": "15", "collapsed": "1"}


@workbook("cells")
def struck_cells(rng: random.Random, book: Book) -> None:
    share = rng.choice([1, 1, 0.5])
    for row in some(rng, book):
        for cell in book.lines[row].cells.values():
            cell.struck = rng.random() <= share


@workbook("cells")
def struck_rows(rng: random.Random, book: Book) -> None:
    for row in some(rng, book):
        if not any(cell.code for cell in book.lines[row].cells.values()):
            book.lines[row].struck = True


@workbook("shape")
def struck_runs(rng: random.Random, book: Book) -> None:
    for row in some(rng, book):
        for cell in book.lines[row].cells.values():
            if cell.kind == "s" and not cell.inside and "\r" not in cell.stored:
                text = cell.stored.replace("&", "&amp;").replace("<", "&lt;")
                run = f'<r><rPr><strike/></rPr><t xml:space="preserve">{text}</t></r>'
                spoken = '<rPh sb="0" eb="1"><t>said so</t></rPh>'
                cell.kind, cell.inside, cell.struck = "inlineStr", f"<is>{run}{spoken}</is>", True


@workbook("cells")
def numbers(rng: random.Random, book: Book) -> None:
    for row in some(rng, book):
        code, stored, shows = rng.choice(SHOWN)
        if shows:
            put(book, row, rng.choice([4, 7]), Cell(stored, "", code), shows)


@workbook("cells")
def numbered_ids(rng: random.Random, book: Book) -> None:
    for row in book.body():
        put(book, row, 1, Cell(str(row), rng.choice(["", "n"]), "0000"), f"{row:04d}")


@workbook("cells")
def untold_numbers(rng: random.Random, book: Book) -> None:
    for row in some(rng, book)[:1]:
        code, stored = rng.choice(UNTOLD)
        put(book, row, rng.choice([1, 4, 6, 7]), Cell(stored, "", code), None)


@workbook("cells")
def numbers_for_words(rng: random.Random, book: Book) -> None:
    for row in some(rng, book)[:2]:
        put(book, row, rng.choice([2, 3, 5]), Cell(rng.choice(["1", "0"]), rng.choice(["", "b"])), None)


@workbook("cells")
def truths(rng: random.Random, book: Book) -> None:
    for row in some(rng, book):
        stored = rng.choice(["1", "0"])
        put(book, row, rng.choice([4, 7]), Cell(stored, "b"), "TRUE" if stored == "1" else "FALSE")


@workbook("cells")
def dates_in_words(rng: random.Random, book: Book) -> None:
    for row in some(rng, book):
        put(book, row, 7, Cell("2022-03-05T00:00:00", "d", "dd/mm/yyyy"), "05/03/2022")


@workbook("cells")
def failed_formulas(rng: random.Random, book: Book) -> None:
    for row in some(rng, book)[:2]:
        cell = rng.choice([Cell("#REF!", "e"), Cell("x", "", inside="<f>A1</f>")])
        put(book, row, rng.randint(1, 7), cell, None)


@workbook("cells")
def formulas(rng: random.Random, book: Book) -> None:
    for row in some(rng, book):
        at = rng.choice([4, 7])
        put(book, row, at, Cell("x", "str", inside="<f>A1&amp;B1</f><v>worked out</v>"), "worked out")


@workbook("cells")
def wrong_texts(rng: random.Random, book: Book) -> None:
    for row in some(rng, book)[:1]:
        number = rng.choice(["99999", "-1", "1.5", "x", "9" * 5000])
        cell = Cell("x", "s", inside=f"<v>{number}</v>")
        put(book, row, rng.randint(1, 7), cell, None)
        book.refused.append("a cell holds a text that is not there")


# How they are laid out ------------------------------------------------------------------------------------


@workbook("shape")
def merged_downwards(rng: random.Random, book: Book) -> None:
    body = book.body()
    if len(body) < 2:
        return
    top, bottom = sorted(rng.sample(body, 2))
    at = rng.choice([2, 3, 5, 6])
    for row in range(top, bottom + 1):
        if row in book.lines and at <= len(book.rows[row - 1]) and at <= len(book.rows[top - 1]):
            book.rows[row - 1][at - 1] = book.rows[top - 1][at - 1]
            if row > top:
                cell = book.lines[row].cells.get(at)
                book.lines[row].cells[at] = Cell("", struck=cell is not None and cell.struck)
    book.merges.append(f"{column(at)}{top}:{column(at)}{bottom}")


@workbook("shape")
def merged_across(rng: random.Random, book: Book) -> None:
    for row in some(rng, book)[:1]:
        left = rng.randint(1, 6)
        book.merges.append(f"{column(left)}{row}:{column(rng.randint(left + 1, 7))}{row}")
        book.refused.append(f"!{column(left)}{row}: ")


@workbook("shape")
def merged_for_nothing(rng: random.Random, book: Book) -> None:
    book.merges += rng.sample(["A2", "H2:J9", "A900:G999", "B3:B3", "XFD1:XFD1048576"], 2)


@workbook("shape")
def merged_wrongly(rng: random.Random, book: Book) -> None:
    book.merges.append(rng.choice(["", "A", "B3:A1", "1:2", "A1:", "A1:B2:C3", "AAAA1:AAAB2", "A99999999:B1"]))
    book.refused.append("merged cells have a place that cannot be")


@workbook("shape")
def formatted_far_away(rng: random.Random, book: Book) -> None:
    book.lines[1048576] = Line({16384: Cell("", code="0.00", struck=True)}, {"hidden": "1"})
    for row in range(2000, 2000 + rng.randint(0, 50)):
        book.lines[row] = Line({at: Cell(rng.choice(["", " "]), code="0.00") for at in range(1, 8)})


@workbook("shape")
def something_far_away(rng: random.Random, book: Book) -> None:
    row, at = rng.choice([(1048576, 16384), (100001, 1), (500, 257), (5000, 26)])
    book.lines[row] = Line({at: Cell("x")})
    if (row, at) == (5000, 26):
        book.warned |= {"column_not_read", "row_not_read"}
    else:
        book.refused.append(f"cell {column(at)}{row} holds something")


@workbook("shape")
def inline_texts(rng: random.Random, book: Book) -> None:
    book.inline = True


@workbook("shape")
def cells_without_places(rng: random.Random, book: Book) -> None:
    book.placed = False


@workbook("shape")
def wrong_extents(rng: random.Random, book: Book) -> None:
    far = '<sheetFormatPr zeroHeight="1"/><cols><col min="1" max="16384" style="1"/></cols>'
    book.before = rng.choice(['<dimension ref="A1"/>', '<dimension ref="A1:XFD1048576"/>', far])


@workbook("shape")
def second_sheet(rng: random.Random, book: Book) -> None:
    book.others = [rng.choice(["Notes", "Characteristics", "Evidence", "<&>", "2022"])]
    if book.title == "Sheet1" and book.others != ["Evidence"]:
        book.refused.append("no sheet is called Evidence")
    elif book.others == [book.title]:
        book.refused.append("lists a sheet twice")
    elif book.others != ["Characteristics"]:
        book.warned.add("sheet_not_read")


@workbook("shape")
def hidden_sheet(rng: random.Random, book: Book) -> None:
    book.title_hidden = True
    book.warned.add("sheet_hidden")


@workbook("cells")
def other_title(rng: random.Random, book: Book) -> None:
    book.title = rng.choice(["EVIDENCE", " evidence", "x" * 31])


@workbook("shape")
def no_styles(rng: random.Random, book: Book) -> None:
    book.styled = False
    _lose_styles(book)


def _lose_styles(book: Book, *, named: bool = False) -> None:
    """What is said where styles are lost: cells that still name one are known to have had it."""
    for number, line in book.lines.items():
        for at, cell in line.cells.items():
            if named and cell.filled and (cell.code or cell.struck or line.struck):
                book.warned.add("style_missing")
            if cell.code and cell.kind in ("", "n", "d") and not cell.inside and cell.filled:
                if named or cell.kind == "d":
                    book.refused.append(f"!{column(at)}{number}: ")
                else:
                    book.harmed = True  # it is the number without a format
                    book.rows[number - 1][at - 1] = str(float(cell.stored)).removesuffix(".0")
            cell.struck = cell.struck and cell.inside.startswith("<is>")
        line.struck = False


# Parts ----------------------------------------------------------------------------------------------------


def _all(book: Book, change: Callable[[str], str]) -> None:
    book.parts = {name: change(raw.decode()).encode() for name, raw in book.parts.items()}


@workbook("parts")
def targets_named_otherwise(rng: random.Random, book: Book) -> None:
    start = rng.choice(["/xl/", "xl/", "./", "../xl/", "/XL/", ".\\", "\\xl\\"])
    for name in ("worksheets/", "styles.xml", "sharedStrings.xml"):
        book.parts[LINKS] = book.parts[LINKS].replace(f'"{name}'.encode(), f'"{start}{name}'.encode())


@workbook("parts")
def other_letter_case(rng: random.Random, book: Book) -> None:
    how = rng.choice([str.upper, str.lower, lambda name: name.replace("/", "\\"), lambda name: f"/{name}"])
    book.parts = {how(name): raw for name, raw in book.parts.items()}


@workbook("parts")
def other_folder(rng: random.Random, book: Book) -> None:
    book.parts = {
        name.replace("xl/", "a/b/"): raw.replace(b'"xl/', b'"a/b/').replace(b'"/xl/', b'"/a/b/')
        for name, raw in book.parts.items()
    }


@workbook("parts")
def strict_namespaces(rng: random.Random, book: Book) -> None:
    to = "http://purl.oclc.org/ooxml/"
    _all(
        book,
        lambda text: text.replace(MAIN, f"{to}spreadsheetml/main").replace(
            "http://schemas.openxmlformats.org/officeDocument/2006/", f"{to}officeDocument/"
        ),
    )


@workbook("parts")
def prefixes(rng: random.Random, book: Book) -> None:
    _all(book, lambda text: re.sub(r"<(/?)(?=[A-Za-z])", r"<\1x:", text).replace(" xmlns=", " xmlns:x="))


@workbook("parts")
def other_encodings(rng: random.Random, book: Book) -> None:
    name = rng.choice(["UTF-16", "UTF-8"])
    for part, raw in book.parts.items():
        text = f'<?xml version="1.0" encoding="{name}"?>\n<!-- made -->{raw.decode()}'
        book.parts[part] = text.encode("utf-16" if name == "UTF-16" else "utf-8-sig")


@workbook("parts")
def lost_styles(rng: random.Random, book: Book) -> None:
    if book.styled:
        book.parts = {name: raw for name, raw in book.parts.items() if not name.lower().endswith("styles.xml")}
        _lose_styles(book, named=True)


@workbook("parts")
def lost_parts(rng: random.Random, book: Book) -> None:
    lost = rng.choice([SHEET, WORKBOOK, LINKS])
    book.refused += ["is missing", "this is not a workbook but a zip file"]
    if book.parts.pop(lost, None) is None:
        book.harmed = True


@workbook("parts")
def entities(rng: random.Random, book: Book) -> None:
    kind = '<!DOCTYPE x [<!ENTITY a "b">]>'
    _all(book, lambda text: kind + text)
    book.refused += ["declares XML entities", "is not XML"]


@workbook("parts")
def macros(rng: random.Random, book: Book) -> None:
    book.parts["xl/vbaProject.bin"] = b"\xd0\xcf\x11\xe0"
    book.warned.add("macros")


@workbook("parts")
def bombs(rng: random.Random, book: Book) -> None:
    name, size = rng.choice(
        [(SHEET, 170), (TEXTS, 170), (STYLES, 10), (WORKBOOK, 10), ("xl/media/a.png", 170)]
    )
    book.start = bomb(name, size << 20)
    if name != "xl/media/a.png":
        book.refused += ["the workbook unpacks to more than", "a part stands in it twice"]
    if name == STYLES and not book.styled:
        book.harmed = True


# The packed file ------------------------------------------------------------------------------------------


@workbook("packed")
def cut_off(rng: random.Random, book: Book) -> None:
    book.raw = book.raw[: rng.randrange(len(book.raw))]
    book.refused += ["made.xlsx: "]


@workbook("packed")
def other_bytes(rng: random.Random, book: Book) -> None:
    raw = bytearray(book.raw)
    start = rng.choice([0, max(0, len(raw) - 700)])
    for _ in range(rng.randint(1, 4) if raw else 0):
        raw[rng.randrange(start, len(raw))] = rng.randrange(256)
    book.raw = bytes(raw)
    book.harmed = True


@workbook("packed")
def bytes_around(rng: random.Random, book: Book) -> None:
    stray = rng.randbytes(rng.randint(1, 200))
    book.raw = rng.choice([stray + book.raw, book.raw + stray])
    book.harmed = True


@workbook("packed")
def a_part_twice(rng: random.Random, book: Book) -> None:
    stream = io.BytesIO(book.raw)
    try:
        with warnings.catch_warnings(), zipfile.ZipFile(stream, "a") as packed:
            warnings.simplefilter("ignore")
            packed.writestr(packed.namelist()[-1].upper(), b"<x/>")
    except (zipfile.BadZipFile, OSError, ValueError, IndexError):
        return  # it is damaged already
    book.raw = stream.getvalue()
    book.refused.append("a part stands in it twice")
