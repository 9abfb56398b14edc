"""Every spelling of a table's words that is read, so that rows are joined, not parsed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

_JOINED = ("_", " ", "-")


def spelled(choices: Mapping[str, Iterable[str]]) -> Mapping[str, str]:
    """The id each spelling stands for: ids and printed names, in usual cases and joinings.

    A spelling of two ids stands for neither.
    """
    return _spelled(tuple((name, tuple(printed)) for name, printed in choices.items()))


@lru_cache(maxsize=64)
def _spelled(choices: tuple[tuple[str, tuple[str, ...]], ...]) -> Mapping[str, str]:
    found: dict[str, str | None] = {}
    for kinds in (choices, tuple((name, (name,)) for name, _ in choices)):
        own: dict[str, str | None] = {}
        for name, printed in kinds:
            for form in printed:
                for spelling in _spellings(form):
                    own[spelling] = name if own.get(spelling, name) == name else None
        found |= own
    sure = {spelling: name for spelling, name in found.items() if name is not None}
    return sure | {name: name for name, _ in choices}


def _spellings(form: str) -> Iterable[str]:
    joined = {form, *(form.replace(old, new) for old in _JOINED for new in _JOINED)}
    return {made for it in joined for made in (it, it.lower(), it.upper(), it.capitalize(), it.title())}
