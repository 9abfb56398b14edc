"""Names as people print them, led back to ids: without case, and with a space for `_` and `-`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from grader.errors import folded


def match_printed(word: str, choices: Mapping[str, Iterable[str]]) -> str | None:
    """The id that a word names, or None where it names none or more than one.

    Parameters
    ----------
    word : str
        What a person wrote.
    choices : mapping of str to iterable of str
        Each id, with the further names it is printed under.

    Returns
    -------
    str or None
        An id itself comes first, then an id in another case, then a further name.
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
    """What an area is printed as: its title, the four names it goes by, and its code."""
    printed = (title, *(names.get(key) for key in ("question", "heading", "judgment", "label")), code)
    return [name for name in printed if name is not None]


def initials(title: str) -> list[str]:
    """`RI` for `Requires improvement`: how a title of several words is shortened in a table."""
    words = folded(title).split()
    return ["".join(word[0] for word in words)] if len(words) > 1 else []
