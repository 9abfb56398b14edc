"""Parameters set otherwise than their defaults, said wherever they bore on an answer."""

from __future__ import annotations

from collections.abc import Mapping

from grader.language.english import number
from grader.language.rulebook import RuleBook


def settings_line(book: RuleBook, overrides: Mapping[str, int]) -> str | None:
    """What was set, with the default of each; None where nothing was."""
    if not overrides:
        return None
    return f"overrides: {'; '.join(_one(book, name, value) for name, value in sorted(overrides.items()))}"


def _one(book: RuleBook, name: str, value: int) -> str:
    parameter = book.parameters[name]
    set_to, default = (number(v, None, parameter.kind) for v in (value, parameter.default))
    return f"{name} {set_to} (default {default})"
