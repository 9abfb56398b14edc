"""The characteristics a cell of a foreign sheet means, by code, text, or area and number."""

from __future__ import annotations

import re
from collections.abc import Iterator

from grader.errors import folded
from grader.io.printed_names import PrintedNames

#: From this likeness, of 100, two texts are one; within one area, where there are fewer, from this one.
_ALIKE, _ALIKE_IN_AREA = 90, 84
#: Fewer letters of a text are no sign of it, whole or begun.
_FEWEST = 20
_CODE = re.compile(r"(?<![A-Za-z_])[A-Za-z_]+ ?[ .\-–]? ?\d{1,2} ?[a-z]?(?![A-Za-z0-9])", re.IGNORECASE)
_NUMBER = re.compile(r"\d{1,2}[a-z]?", re.IGNORECASE)
_JOINTS = " \t\n-–—:/|>,;."


class CharacteristicWords:
    """The characteristics of a framework as people write of them."""

    def __init__(self, names: PrintedNames) -> None:
        self.names = names
        #: By folded text, the characteristic; a topic of one alone is called by its title as well.
        self.texts: dict[str, str] = {}
        for area in names.framework.areas:
            for topic in area.topics:
                here = [c for c in topic.characteristics if c.id in names.characteristics]
                self.texts |= {folded(c.text): c.id for c in here}
                if len(here) == 1 and len(topic.characteristics) == 1:
                    self.texts.setdefault(folded(topic.title), here[0].id)
        forms = {folded(form): id for id, printed in names.areas.items() for form in (id, *printed)}
        self.areas = sorted(forms.items(), key=lambda each: -len(each[0]))

    def meant(self, cell: str) -> str | None:
        """The ids a cell means, with commas between; None if a part means none."""
        whole = self.one(cell)
        if whole is not None:
            return whole
        for sign in ("\n", ";", "|"):
            parts = [part for part in cell.split(sign) if part.strip()]
            if len(parts) > 1:
                found = [self.one(part) for part in parts]
                if all(found):
                    return ", ".join(dict.fromkeys(id for id in found if id))
        return None

    def one(self, cell: str) -> str | None:
        """What one text means, by its codes or else its words."""
        codes = list(dict.fromkeys(self.codes(cell)))
        if codes:
            return ", ".join(codes)
        said = _bare(folded(cell))
        found = self.like(said, self.texts, _ALIKE)
        if found is not None:
            return found
        for form, area in self.areas:
            rest = _without(said, form)
            if rest is not None:
                return self.in_area(area, rest)
        return None

    def codes(self, cell: str) -> Iterator[str]:
        known = self.names.characteristics
        for code in _CODE.findall(cell):
            found = self.names.matched("characteristics", _tidied(code))
            if found in known:
                yield found

    def in_area(self, area: str, rest: str) -> str | None:
        """The characteristic of an area by its number or text, the area's name taken off."""
        if _NUMBER.fullmatch(rest):
            name = f"{area}.{rest}"
            return name if name in self.names.characteristics else None
        own = {text: id for text, id in self.texts.items() if self.names.framework.area_of(id).id == area}
        return self.like(rest, own, _ALIKE_IN_AREA)

    def like(self, said: str, texts: dict[str, str], alike: int) -> str | None:
        """The one characteristic with this text, beginning so, or within it."""
        from rapidfuzz import fuzz, process

        near = process.extractOne(said, list(texts), scorer=fuzz.ratio, score_cutoff=alike)
        if near is not None:
            return texts[near[0]]
        if len(said) < _FEWEST:
            return None
        begun = {id for text, id in texts.items() if text.startswith(said)}
        within = {id for text, id in texts.items() if len(text) >= _FEWEST and text in said}
        return next((found.pop() for found in (begun, within) if len(found) == 1), None)


def _bare(said: str) -> str:
    return said.rstrip("….").strip(_JOINTS + "()[]")


def _without(said: str, name: str) -> str | None:
    """A text without a name at one end; None where it is not there."""
    if said.startswith(name) and not said[len(name) : len(name) + 1].isalnum():
        return _bare(said[len(name) :])
    if said.endswith(name) and not said[: -len(name)][-1:].isalnum():
        return _bare(said[: -len(name)])
    return None


def _tidied(code: str) -> str:
    """A code without spaces about its signs: `RESP – 2 c` as `RESP-2c`."""
    return re.sub(
        r"(?<!\s)(?:\s*[–\-]\s*|\s+(?=\d))", "-", re.sub(r"(?<=\d)\s+(?=[a-z]\b)", "", code.strip()), count=1
    )
