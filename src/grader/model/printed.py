"""Printed names back to ids, without case, a space for `_` and `-`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from grader.errors import folded


def match_printed(word: str, choices: Mapping[str, Iterable[str]]) -> str | None:
    """The one id a word names, or None.

    Parameters
    ----------
    choices : mapping of str to iterable of str
        Each id's further names.

    Returns
    -------
    str or None
        An id first, then in another case, then a further name.
    """
    if word in choices:
        return word
    typed = folded(word)
    for forms in ({name: (name,) for name in choices}, choices):
        found = {name for name, printed in forms.items() if any(folded(form) == typed for form in printed)}
        if found:
            return found.pop() if len(found) == 1 else None
    return None


def area_forms(title: str, names: Mapping[str, str | None], code: str | None) -> list[str]:
    """An area's title, names and code."""
    printed = (title, *(names.get(key) for key in ("question", "heading", "judgment", "label")), code)
    return [name for name in printed if name is not None]


def initials(title: str) -> list[str]:
    """`RI` for `Requires improvement`, to print in tables."""
    words = folded(title).split()
    return ["".join(word[0] for word in words)] if len(words) > 1 else []
