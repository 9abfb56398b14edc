"""Words compared as written, signs included."""

from __future__ import annotations

import re
import unicodedata

#: What stands in a proposed mapping for a meaning that nobody could guess: it has to be replaced.
UNKNOWN = "?"
#: They choose between a coloured and a plain picture of the character before them.
_VARIATION = re.compile("[\ufe0e\ufe0f]")
_NUMBER = re.compile(r"([+-]?)(0|[1-9][0-9]{0,14})(?:\.([0-9]{1,15}))?(\s?%)?", re.ASCII)


def word_key(text: str) -> str:
    """Equal for spellings of a word that differ in case, space, Unicode form, or `1` and `1.0`."""
    # Folding case may take apart what the form puts together.
    plain = _VARIATION.sub("", unicodedata.normalize("NFC", text)).casefold()
    plain = " ".join(unicodedata.normalize("NFC", plain).split())
    number = _NUMBER.fullmatch(plain)
    if number is None:
        return plain
    sign, whole, decimals, percent = number.groups()
    decimals = (decimals or "").rstrip("0")
    bare = f"{whole}.{decimals}" if decimals else whole
    return ("" if bare == "0" else sign) + bare + ("%" if percent else "")


def keys_of(text: str) -> tuple[str, ...]:
    """Keys to look a word up by, nearest first (`+1` may be `1`)."""
    key = word_key(text)
    return (key, f"+{key}") if key[:1].isdigit() and _NUMBER.fullmatch(key) else (key,)
