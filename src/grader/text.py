"""Text of a user's made fit to show, and small words grader itself puts together."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from decimal import Decimal

#: Joiners are part of how some scripts are spelt; other format characters only hide or reorder text.
_JOINERS = "\u200c\u200d"
_HIDDEN = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})
#: A space no line is broken at, while text is laid out: rich breaks at every space Unicode has.
GLUE = "\ue000"


def visible(text: str, keep: str = "") -> str:
    """The text with hidden and steering characters escaped, but for `keep`."""
    if text.isprintable():  # nearly every text, and far quicker than a look at each character
        return text
    return "".join(_visible(c, keep) for c in text)


def clean(text: str) -> str:
    """A user's text on one line, unsafe characters escaped."""
    return visible(" ".join(text.split()))


def _visible(character: str, keep: str) -> str:
    if character in _JOINERS or character in keep:
        return character
    # The last two places of each plane hold no character, and XML takes none of the first plane's.
    if unicodedata.category(character) not in _HIDDEN and ord(character) & 0xFFFE != 0xFFFE:
        return character
    return character.encode("unicode_escape").decode("ascii")


def figure_text(value: float) -> str:
    """A figure in plain digits, fifteen of them at most: `1234567`, and never `1.23457e+06`."""
    text = f"{value:.15g}"
    return text if "e" not in text or abs(value) >= 1e21 else f"{Decimal(text):f}"


def some_of(names: Sequence[str], most: int = 20) -> str:
    """Names after one another, the first of very many and how many there are besides."""
    shown = names if len(names) <= most else [*names[:most], f"and {len(names) - most:,} more"]
    return ", ".join(shown)


def plural(count: int, one: str, many: str | None = None) -> str:
    """A count with its noun."""
    return f"{count} {one if count == 1 else many or one + 's'}"
