"""OpenDocument styles that strike through or hide."""

from __future__ import annotations

from grader.sheets.archive import Attributes

_PROPERTIES = ("text-properties", "table-row-properties", "table-properties")
_MOST = 64_000
_DEPTH = 20


class OdsStyles:
    """Styles by family and name, gathered as their elements go by."""

    def __init__(self) -> None:
        self._parents: dict[tuple[str, str], str] = {}
        self._own: dict[tuple[str, str], dict[str, str]] = {}
        self._open: tuple[str, str] | None = None

    def start(self, name: str, attributes: Attributes) -> None:
        if name in ("style", "default-style") and len(self._own) < _MOST:
            own = plainly(attributes)
            self._open = (own.get("family", ""), own.get("name", "") if name == "style" else "")
            self._own[self._open] = {}
            if "parent-style-name" in own:
                self._parents[self._open] = own["parent-style-name"]
        elif name in _PROPERTIES and self._open is not None:
            self._own[self._open] |= plainly(attributes)

    def end(self, name: str) -> None:
        if name in ("style", "default-style"):
            self._open = None

    def struck(self, family: str, name: str | None) -> bool | None:
        """Whether a style strikes text through; None where it does not say."""
        for own in self._line(family, name):
            line = own.get("text-line-through-style") or own.get("text-line-through-type")
            if line is not None:
                return line != "none"
        return None

    def hides(self, family: str, name: str | None) -> bool:
        """Whether rows or tables of a style are not shown."""
        for own in self._line(family, name):
            if own.get("display") == "false":
                return True
            height = own.get("row-height")
            if height is not None:
                digits = height.rstrip("abcdefghijklmnopqrstuvwxyz%")
                return bool(digits) and not digits.strip("0.")
        return False

    def _line(self, family: str, name: str | None) -> list[dict[str, str]]:
        """A style, the one it builds on, and so on."""
        found: list[dict[str, str]] = []
        while name is not None and len(found) < _DEPTH and (family, name) in self._own:
            found.append(self._own[family, name])
            name = self._parents.get((family, name))
        return found


def plainly(attributes: Attributes) -> dict[str, str]:
    """Attributes without their prefix, but for errors."""
    found: dict[str, str] = {}
    for key, value in attributes.items():
        name = key.rpartition(":")[2]
        if name != "value-type" or found.get(name) != "error":
            found[name] = value
    return found
