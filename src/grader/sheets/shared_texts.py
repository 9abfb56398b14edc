"""Shared texts of an .xlsx, runs joined, phonetics left out."""

from __future__ import annotations

from typing import NamedTuple

from grader.sheets.archive import Archive, Attributes
from grader.sheets.limits import Budget
from grader.sheets.styles import switched_on

_HEX = frozenset("0123456789abcdefABCDEF")


class Text(NamedTuple):
    """A text, and whether all of it is struck through."""

    text: str
    struck: bool


class TextReader:
    """Reads the inside of one `si` or `is` element."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._parts: list[str] = []
        self._listening = False
        self._spoken = 0
        self._strike = False
        self._kept_run = False
        self.struck = False

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "rPh":
            self._spoken += 1
        elif name == "r":
            self._strike = False
        elif name == "strike":
            self._strike = switched_on(attributes)
        elif name == "t":
            self._listening = not self._spoken

    def text(self, more: str) -> None:
        self._budget.spend(len(more))
        if self._listening:
            self._parts.append(more)
            self._kept_run = self._kept_run or (not self._strike and bool(more.strip()))

    def end(self, name: str) -> None:
        if name == "rPh":
            self._spoken -= 1
        elif name == "r":
            self._strike = False
        elif name == "t":
            self._listening = False

    def close(self) -> Text:
        """The text, whole."""
        text = unescaped("".join(self._parts))
        self.struck = bool(text.strip()) and not self._kept_run
        return Text(text, self.struck)


def read_texts(archive: Archive, part: str, budget: Budget) -> list[Text]:
    """The texts that cells share, by their number."""
    found: list[Text] = []
    reader: TextReader | None = None

    def start(name: str, attributes: Attributes) -> None:
        nonlocal reader
        if name == "si":
            budget.see(1)
            reader = TextReader(budget)
        elif reader is not None:
            reader.start(name, attributes)

    def end(name: str) -> None:
        nonlocal reader
        if name == "si" and reader is not None:
            found.append(reader.close())
            reader = None
        elif reader is not None:
            reader.end(name)

    def text(more: str) -> None:
        if reader is not None:
            reader.text(more)

    archive.parse(part, start, end, text)
    return found


def unescaped(text: str) -> str:
    """The text with characters that XML cannot hold for their escapes, `_x000D_`."""
    found: list[str] = []
    start = 0
    while (at := text.find("_x", start)) >= 0:
        code = text[at + 2 : at + 6]
        if text[at + 6 : at + 7] == "_" and len(code) == 4 and set(code) <= _HEX:
            number = int(code, 16)
            found += text[start:at], chr(number) if not 0xD800 <= number < 0xE000 else "\ufffd"
            start = at + 7
        else:
            found.append(text[start : at + 2])
            start = at + 2
    return "".join([*found, text[start:]])
