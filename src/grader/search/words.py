"""A text's words without endings, letters and subjects."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from importlib.resources import files

from Stemmer import Stemmer

#: Words in a row are cut into pieces of so many letters: they bear slips of typing, and other endings.
PIECE = 5
_LONGEST_PHRASE = 4
_WORD = re.compile(r"[a-z0-9]+")
_STOP = frozenset(
    _WORD.findall("""
    a an and are as at be been but by for from has have had how in into is it its of on or that the
    their them they this to was were when where which who with not no than then there these those such
    what will would can could may also so if do does did all any each more most other some very our ours
    we you your he she his her him i me my about after before between both during over under up out only
    own same s t
    """)
)
_stemmer = Stemmer("english")


@cache
def stem(word: str) -> str:
    """A word without its ending: `investigator` and `investigations` have one."""
    found: str = _stemmer.stemWord(word)
    return found


def bare_words(text: str) -> list[str]:
    """The words of a text that say something, in small letters."""
    plain = text.casefold().replace("’", "'").replace("'s", "")
    return [word for word in _WORD.findall(plain) if word not in _STOP]


def stems(text: str) -> list[str]:
    """The words of a text without their endings."""
    return [stem(word) for word in bare_words(text)]


def pieces(text: str) -> list[str]:
    """Runs of letters across words: near spellings share most."""
    row = f" {' '.join(bare_words(text))} "
    return [row[i : i + PIECE] for i in range(max(len(row) - PIECE, 0) + 1)]


def subjects(text: str) -> Counter[str]:
    """A text's subjects, by the list of words."""
    return Counter(dict.fromkeys(_subjects_of(stems(text)), 1))


def subjects_of_word(word: str) -> frozenset[str]:
    """The lines of the list that one word stands on."""
    return _phrases().get((stem(word),), frozenset())


def _subjects_of(said: list[str]) -> dict[str, None]:
    found: dict[str, None] = {}
    for length in range(1, _LONGEST_PHRASE + 1):
        for i in range(len(said) - length + 1):
            found |= dict.fromkeys(sorted(_phrases().get(tuple(said[i : i + length]), ())))
    return found


@cache
def _phrases() -> dict[tuple[str, ...], frozenset[str]]:
    """Each word or phrase of the list, with the lines it stands on."""
    found: dict[tuple[str, ...], set[str]] = {}
    text = (files("grader.search") / "words.txt").read_text("utf-8")
    for number, line in enumerate(text.splitlines()):
        if line.strip() and not line.startswith("#"):
            for phrase in line.split(","):
                if key := tuple(stems(phrase)):
                    found.setdefault(key, set()).add(f"{number}")
    return {key: frozenset(lines) for key, lines in found.items()}
