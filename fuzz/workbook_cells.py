"""What can be changed in the cells of a workbook, and in how they are laid out."""

from __future__ import annotations

import random

from books import Book, Cell, Line, column, lose_styles, workbook

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
        truths = {"0": "FALSE", "1": "TRUE"} if cell.kind == "b" else {}
        book.rows[row - 1][at - 1] = truths.get(cell.stored, cell.stored)
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
        line = book.lines.get(row)
        own = line is not None and any(cell.filled for a, cell in line.cells.items() if a != at)
        if own and at <= len(book.rows[row - 1]) and at <= len(book.rows[top - 1]):
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
    book.merges.append(rng.choice(["", "A", "B3:A1", "1:2", "A1:B2:C3", "AAAA1:AAAB2", "A99999999:B1"]))
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
    if book.title.strip().lower() != "evidence" and book.others != ["Evidence"]:
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
    lose_styles(book)
