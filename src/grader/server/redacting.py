"""A text taken out of data that holds it, or was made of it; all else in the data stays as it was written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

Data = dict[str, Any]

_MARK: Final = re.compile(r"\[redacted; SHA-256 [0-9a-f]{64}\]")
_BLOCKS: Final = ("evidence", "findings", "previous", "left_out")


def is_mark(text: str) -> bool:
    """Whether a text is what stands in the place of a redacted one."""
    return _MARK.fullmatch(text) is not None


def wordings(inspection: Mapping[str, Any], name: str) -> set[str]:
    """What an item or a finding says in an inspection; empty where it is not there."""
    return {
        each["statement"] for block in _BLOCKS for each in inspection.get(block, []) if each["id"] == name
    }


@dataclass(frozen=True, slots=True)
class Redaction:
    """The statement of an item or a finding: every wording it had, and what stands in its place."""

    target: str
    texts: frozenset[str]
    instead: str

    def thing(self, data: Data) -> Data:
        """An item or a finding: its statement, and where the reason it was settled for quotes it."""
        found = {**data, "statement": self.instead}
        if why := (data.get("settled") or {}).get("why"):
            found["settled"] = {**data["settled"], "why": self.words(why)}
        return found

    def inspection(self, data: Data) -> Data:
        return data | {block: [self._own(e) for e in data[block]] for block in _BLOCKS if block in data}

    def proposal(self, data: Data) -> Data:
        """A proposal: the finding itself, and findings in draft that say what was found."""
        return data | {
            "areas": [
                {**area, "findings": [self._finding(f) for f in area["findings"]]} for area in data["areas"]
            ]
        }

    def changes(self, data: Data) -> Data:
        """What changed from one state to another: the wording before, and the one after."""
        return data | {"changes": [self._change(each) for each in data["changes"]]}

    def words(self, text: str) -> str:
        """What somebody wrote: where it quotes a wording. One word by itself is no quotation."""
        for held in sorted(self.texts, key=len, reverse=True):
            if text.strip() == held.strip():
                return self.instead
            if len(held.split()) > 1:
                quoted = re.escape(held.strip().rstrip("."))
                text = re.sub(rf"(?<!\w){quoted}(?!\w)", lambda _: self.instead, text)
        return text

    def _own(self, thing: Data) -> Data:
        return self.thing(thing) if thing["id"] == self.target else thing

    def _finding(self, finding: Data) -> Data:
        if finding["id"] == self.target:
            return {**finding, "statement": self.instead}
        if finding["origin"] != "proposed" or self.target not in finding["evidence"]:
            return finding
        # As `grading.wording` puts it: "Found: one; another; and 2 more."
        said = finding["statement"]
        for held in self.texts:
            one = re.escape(held.rstrip("."))
            said = re.sub(rf"(?:(?<=Found: )|(?<=; )){one}(?=; |\.$)", lambda _: self.instead, said)
        return {**finding, "statement": said}

    def _change(self, change: Data) -> Data:
        if self.target not in (change["id"], change["was"]):
            return change
        fields = [
            {name: self.instead if name != "field" and value else value for name, value in field.items()}
            if field["field"] == "statement"
            else field
            for field in change["fields"]
        ]
        statement = change["statement"] and self.instead
        return {**change, "statement": statement, "fields": fields}
