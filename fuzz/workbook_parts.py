"""What can be changed in how the parts of a workbook are named, written and packed."""

from __future__ import annotations

import io
import random
import re
import warnings
import zipfile
from collections.abc import Callable

from books import LINKS, MAIN, SHEET, STYLES, TEXTS, WORKBOOK, Book, bomb, lose_styles, workbook

# Parts ----------------------------------------------------------------------------------------------------


def _all(book: Book, change: Callable[[str], str]) -> None:
    book.parts = {name: change(raw.decode()).encode() for name, raw in book.parts.items()}


@workbook("parts")
def targets_named_otherwise(rng: random.Random, book: Book) -> None:
    start = rng.choice(["/xl/", "xl/", "./", "../xl/", "/XL/", ".\\", "\\xl\\"])
    for name in ("worksheets/", "styles.xml", "sharedStrings.xml"):
        book.parts[LINKS] = book.parts[LINKS].replace(f'"{name}'.encode(), f'"{start}{name}'.encode())


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
def lost_styles(rng: random.Random, book: Book) -> None:
    if book.styled:
        book.parts = {
            name: raw for name, raw in book.parts.items() if not name.lower().endswith("styles.xml")
        }
        lose_styles(book, named=True)


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
def other_folder(rng: random.Random, book: Book) -> None:
    book.parts = {
        name.replace("xl/", "book/"): re.sub(rb"(?i)(?<=[/\\\"])xl(?=[/\\])", b"book", raw)
        for name, raw in book.parts.items()
    }


@workbook("parts")
def other_encodings(rng: random.Random, book: Book) -> None:
    name = rng.choice(["UTF-16", "UTF-8"])
    for part, raw in book.parts.items():
        text = f'<?xml version="1.0" encoding="{name}"?>\n<!-- made -->{raw.decode()}'
        book.parts[part] = text.encode("utf-16" if name == "UTF-16" else "utf-8-sig")


@workbook("parts")
def macros(rng: random.Random, book: Book) -> None:
    book.parts["xl/vbaProject.bin"] = b"\xd0\xcf\x11\xe0"
    book.warned.add("macros")


@workbook("parts")
def other_letter_case(rng: random.Random, book: Book) -> None:
    how = rng.choice([str.upper, str.lower, lambda name: name.replace("/", "\\"), lambda name: f"/{name}"])
    book.parts = {how(name): raw for name, raw in book.parts.items()}


@workbook("parts")
def bombs(rng: random.Random, book: Book) -> None:
    name, size = rng.choice(
        [(SHEET, 170), (TEXTS, 170), (STYLES, 10), (WORKBOOK, 10), ("xl/media/a.png", 170)]
    )
    book.start = bomb(name, size << 20)
    if name in book.parts:
        book.refused += ["the workbook unpacks to more than", "a part stands in it twice"]
    elif name != "xl/media/a.png":  # nothing leads to it
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
