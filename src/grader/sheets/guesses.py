"""What people's headings and words may stand for, to confirm."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from grader.sheets.columns import EVIDENCE
from grader.sheets.convert import chosen
from grader.sheets.headings import SYNONYMS, heading_name
from grader.sheets.words import word_key

#: From this likeness, of 100, two names may be one.
ALIKE = 84


@cache
def guesses() -> Mapping[str, Any]:
    """What `guesses.yaml` says, by its headings."""
    found: Mapping[str, Any] = yaml.safe_load((files("grader.sheets") / "guesses.yaml").read_text("utf-8"))
    return found


def heading_guess(text: str) -> tuple[str, str] | None:
    """The column a heading may be, and why."""
    from rapidfuzz import fuzz, process

    plain = heading_name(text)
    if not plain or len(plain) > 80:
        return None
    for name, words in guesses()["headings"].items():
        if plain in words:
            return name, "what it is called"
    known: dict[str, str] = {}
    for column in EVIDENCE.columns:
        for word in (
            column.name,
            *SYNONYMS["evidence"].get(column.name, ()),
            *guesses()["headings"].get(column.name, ()),
        ):
            known.setdefault(word, column.name)
    spaced = {word.replace("_", " "): name for word, name in known.items() if len(word) > 3}
    said = plain.replace("_", " ")
    found = process.extractOne(said, list(spaced), scorer=fuzz.ratio, score_cutoff=ALIKE)
    if found is None:
        # A heading that holds a known one whole: `Finding (what was seen on the day)`.
        found = process.extractOne(said, [w for w in spaced if len(w) > 5], scorer=_within, score_cutoff=100)
    return (spaced[found[0]], f"like {found[0]!r}") if found else None


def _within(said: str, known: str, **_: object) -> float:
    return 100.0 if f" {known} " in f" {said} " else 0.0


def word_guess(column: str, word: str, choices: Collection[str], among: Collection[str]) -> str | None:
    """What a word may stand for, or None."""
    from rapidfuzz import fuzz, process

    key = word_key(word)
    for meaning, words in guesses()["words"].get(column, {}).items():
        if key in map(word_key, words):
            return str(meaning)
    if column == "assessment":
        keys = {word_key(each) for each in among}
        for most, meanings in guesses()["numbers"].items():
            if keys <= set(meanings) and (most == 4 or "4" not in keys) and key in meanings:
                return str(meanings[key]) if most == 4 or len(keys) == 3 else None
    spelled: dict[str, str] = {word_key(c.replace("_", " ")): c for c in choices}
    for meaning, words in guesses()["words"].get(column, {}).items():
        spelled |= {word_key(each): meaning for each in words if len(each) > 3}
    found = process.extractOne(key, list(spelled), scorer=fuzz.ratio, score_cutoff=ALIKE)
    if found is None and len(key) > 3:
        parts = [w for w in spelled if len(w) > 3 and f" {w} " in f" {key} "]
        meanings_of = {spelled[w] for w in parts}
        return meanings_of.pop() if len(meanings_of) == 1 else None
    return spelled[found[0]] if found else None


def is_ours(word: str, choices: Collection[str]) -> bool:
    """Whether a word is read as it stands."""
    return chosen(word, choices) is not None
