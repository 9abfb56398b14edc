"""Styles added to a workbook's own: a cell's, in another colour."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from grader.sheets.package import Element, OddPartError, P, elements, into, replaced, with_attribute

_LISTS = frozenset({"fonts", "fills", "cellXfs", "font", "fill", "xf"})
_TOP = f'<{P}alignment vertical="top"/>'
_WRAPPED = f'<{P}alignment vertical="top" wrapText="1"/>'


@dataclass(slots=True)
class CellStyles:
    """The styles part, and what is added to it."""

    content: bytes
    added: dict[str, list[str]] = field(default_factory=lambda: {"fonts": [], "fills": [], "cellXfs": []})
    made: dict[tuple[int, str], int] = field(default_factory=dict)
    lists: dict[str, Element] = field(init=False)
    own: dict[str, list[Element]] = field(init=False)

    def __post_init__(self) -> None:
        found = elements(self.content, _LISTS)
        self.lists = {e.name: e for e in found if e.name in self.added and e.depth == 1}
        if self.lists.keys() != self.added.keys():
            raise OddPartError
        self.own = {
            name: [e for e in found if e.depth == 2 and whole.start < e.start < whole.closing]
            for name, whole in self.lists.items()
        }

    def coloured(self, style: int, colour: str) -> int:
        """The style that is another but for its colour."""
        if (style, colour) not in self.made:
            own = self.own["cellXfs"]
            base = own[style] if style < len(own) else own[0]
            raw = self.content[base.start : base.end]
            tag = raw[: base.inner - base.start]
            tag = with_attribute(with_attribute(tag, "fillId", self.fill(colour)), "applyFill", 1)
            new = (tag + raw[base.inner - base.start :]).decode("utf-8")
            self.made[style, colour] = self._add("cellXfs", new)
        return self.made[style, colour]

    def plain(self, *, bold: bool = False, link: bool = False, wrap: bool = False, colour: str = "") -> int:
        """A style of our own."""
        font = 0
        if bold or link:
            looks = (
                f'<{P}b/><{P}sz val="11"/>' if bold else f'<{P}u/><{P}sz val="11"/><{P}color rgb="FF0563C1"/>'
            )
            font = self._once("fonts", f'<{P}font>{looks}<{P}name val="Calibri"/></{P}font>')
        fill = self.fill(colour) if colour else 0
        return self._once(
            "cellXfs",
            f'<{P}xf numFmtId="0" fontId="{font}" fillId="{fill}" borderId="0" applyFont="1" applyFill="1"'
            f' applyAlignment="1">{_WRAPPED if wrap else _TOP}</{P}xf>',
        )

    def fill(self, colour: str) -> int:
        """The fill of a colour."""
        pattern = f'<{P}patternFill patternType="solid"><{P}fgColor rgb="{colour}"/></{P}patternFill>'
        return self._once("fills", f"<{P}fill>{pattern}</{P}fill>")

    def _once(self, name: str, new: str) -> int:
        if new in self.added[name]:
            return len(self.own[name]) + self.added[name].index(new)
        return self._add(name, new)

    def _add(self, name: str, new: str) -> int:
        self.added[name].append(new)
        return len(self.own[name]) + len(self.added[name]) - 1

    def part(self) -> bytes:
        """The part with what was added."""
        edits = []
        for name, new in self.added.items():
            whole = self.lists[name]
            if new:
                tag = self.content[whole.start : whole.inner]
                many = len(self.own[name]) + len(new)
                edits += [
                    (
                        whole.start,
                        whole.inner,
                        re.sub(rb"\scount\s*=\s*\S+?(?=[\s/>])", f' count="{many}"'.encode(), tag),
                    ),
                    into(self.content, whole, "".join(new)),
                ]
        return replaced(self.content, edits)
