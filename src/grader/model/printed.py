"""Names as people print them, led back to ids: without case, with a space for `_` and `-`, or begun."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from grader.errors import folded

#: Fewer letters are no beginning of a name.
FEWEST = 3
#: So many names are listed of those a word may stand for.
LISTED = 12
#: Signs that may be left out or put in: `RESP2c` is `RESP-2c`, and `1.1` is not `11`.
_SIGNS = r"[\s.,:;?!…'’\"()]"
_BETWEEN = re.compile(rf"(?<!\d){_SIGNS}|{_SIGNS}(?!\d)")


def match_printed(word: str, choices: Mapping[str, Iterable[str]]) -> str | None:
    """The one id a word names, or None.

    Parameters
    ----------
    choices : mapping of str to iterable of str
        Each id's further names.

    Returns
    -------
    str or None
        An id itself comes first, then an id in another case, then a further name, then any of these with
        other signs between its parts.
    """
    if word in choices:
        return word
    found = _printed(word, choices)
    return found[0] if len(found) == 1 else None


def candidates(word: str, choices: Mapping[str, Iterable[str]]) -> list[str]:
    """The ids a word may stand for: those printed so, else those whose id or printed name begins so.

    Several are for a person to choose from, and none is an unknown name.
    """
    if word in choices:
        return [word]
    typed = folded(word)
    if (found := _printed(word, choices)) or len(typed) < FEWEST:
        return found
    return [
        name
        for name, printed in choices.items()
        if any(folded(form).startswith(typed) for form in (name, *printed))
    ]


def one_of(names: Sequence[str]) -> str:
    """A help line for a word that may stand for several names."""
    more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    return f"name one of {', '.join(names[:LISTED])}{more}"


def _printed(word: str, choices: Mapping[str, Iterable[str]]) -> list[str]:
    typed = folded(word)
    forms = [(name, folded(name), [folded(form) for form in printed]) for name, printed in choices.items()]
    found = [name for name, own, _ in forms if own == typed] or [n for n, _, more in forms if typed in more]
    if found:
        return found
    plain = squeezed(typed)
    return [name for name, own, more in forms if plain in map(squeezed, (own, *more))]


def squeezed(form: str) -> str:
    """A folded name without the signs between its parts, but for those between numbers."""
    return _BETWEEN.sub("", form)


def area_forms(title: str, names: Mapping[str, str | None], code: str | None) -> list[str]:
    """An area's title, names and code."""
    printed = (title, *(names.get(key) for key in ("question", "heading", "judgment", "label")), code)
    return [name for name in printed if name is not None]


def initials(title: str) -> list[str]:
    """`RI` for `Requires improvement`, to print in tables."""
    words = folded(title).split()
    return ["".join(word[0] for word in words)] if len(words) > 1 else []
