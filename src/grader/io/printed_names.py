"""What a framework's ids are printed as, and back to ids."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from grader.cached import cached_property
from grader.errors import InputError, Problem, UnknownNameError, folded, quoted, suggest
from grader.model.printed import area_forms, initials, match_printed

if TYPE_CHECKING:
    from grader.model.framework import Area, Framework

__all__ = ["PrintedNames", "match_printed", "required"]


class PrintedNames:
    """The names of one edition, or of all.

    Attributes
    ----------
    grades, areas, characteristics, editions : dict
        Further printed names of each id.
    """

    def __init__(self, framework: Framework, edition: str | None = None) -> None:
        self.framework = framework
        known = edition is not None and edition in framework.editions
        self._areas = framework.areas_in(edition) if edition and known else tuple(framework.areas)

    @cached_property
    def grades(self) -> dict[str, list[str]]:
        """Titles, and their initials where these tell grades apart."""
        grades = self.framework.grade_scale.grades
        short = Counter(form for g in grades for form in initials(g.title))
        return {g.id: [g.title, *(form for form in initials(g.title) if short[form] == 1)] for g in grades}

    @cached_property
    def areas(self) -> dict[str, list[str]]:
        """Titles, the four names an area goes by, and its code."""
        return {area.id: area_forms(area.title, dict(area.names), area.code) for area in self._areas}

    @cached_property
    def characteristics(self) -> dict[str, list[str]]:
        """The area's code before the number, as `RESP-2c`, or a code of its own, as `CDI-1`."""
        return {c.id: list(_codes(a, c.id, c.code)) for a in self._areas for c in a.characteristics}

    @cached_property
    def editions(self) -> dict[str, list[str]]:
        return {name: [edition.title] for name, edition in self.framework.editions.items()}

    @cached_property
    def _forms(self) -> dict[str, dict[str, str | None]]:
        """By kind, what each folded form stands for: None for several."""
        found: dict[str, dict[str, str | None]] = {}
        for kind in ("grades", "areas", "characteristics", "editions"):
            choices: Mapping[str, Iterable[str]] = getattr(self, kind)
            forms: dict[str, str | None] = {}
            for name, printed in choices.items():
                for form in map(folded, printed):
                    forms[form] = name if forms.get(form, name) == name else None
            counts = Counter(map(folded, choices))
            forms |= {folded(name): name if counts[folded(name)] == 1 else None for name in choices}
            found[kind] = forms
        return found

    def matched(self, kind: str, word: str) -> str:
        """The id a word stands for, or the word itself."""
        if word in getattr(self, kind):
            return word
        return self._forms[kind].get(folded(word)) or word


def _codes(area: Area, name: str, own: str | None) -> Iterable[str]:
    first, dot, rest = name.partition(".")
    if own is not None:
        yield own
    elif dot and first == area.id and area.code is not None:
        yield f"{area.code}.{rest}"
        yield f"{area.code}-{rest}"


def required(word: str, choices: Mapping[str, Iterable[str]], what: str, unknown: str | None = None) -> str:
    """The id a word names.

    Parameters
    ----------
    word : str
        As a person wrote it.
    choices : mapping of str to iterable of str
        Each id's further printed names.
    what : str
        As in `area`.
    unknown : str, optional
        The message; `unknown area 'x'` by default.

    Raises
    ------
    UnknownNameError
        None, or more than one.
    """
    if not isinstance(word, str):
        message = f"the {what} must be text, not {quoted(word)}"
        raise InputError([Problem(message, None, f"{what}s: {', '.join(choices)}")])
    found = match_printed(word, choices)
    if found is None:
        raise UnknownNameError(
            unknown or f"unknown {what} {quoted(word)}", help=suggest(word, choices, f"{what}s")
        )
    return found
