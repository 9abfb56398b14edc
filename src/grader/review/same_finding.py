"""Which items of two taggings are one finding, and which are in doubt."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from grader.distribution import install
from grader.errors import MissingExtraError
from grader.model.inspection import Evidence

#: Statements alike by so much (rapidfuzz, `token_set_ratio`, 0 to 100), with what the locators add, are one.
THRESHOLD: Final = 75
#: Below it, pairs from here on are in doubt.
DOUBT: Final = 65
#: What the best pair must be ahead of the next.
MARGIN: Final = 5
#: Under one id, statements less alike than this are in doubt.
SAME_ID: Final = 40
#: What locators that overlap add, at least and at most, and what those that do not take away.
_OVERLAP, _WHOLE, _APART = 20, 30, 15
#: Statements less alike than this are no pair, wherever they stand; and of each item so many are looked at.
_LEAST, _CANDIDATES = 40, 25

_SPOT = re.compile(r"(\d+)\s*[-–]\s*(\d+)|\d+(?:[.:]\d+)*")
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Place:
    """Where in which source an item was found."""

    source: str
    words: frozenset[str]
    spots: frozenset[str]


@dataclass(frozen=True, slots=True)
class Doubt:
    """Two items that may be one finding, and why that is not certain."""

    one: str
    other: str
    score: int
    why: str


@dataclass(slots=True)
class Paired:
    """Ids of one tagging by the other's, and doubts."""

    by_id: dict[str, str] = field(default_factory=dict)
    by_text: dict[str, str] = field(default_factory=dict)
    by_hand: dict[str, str] = field(default_factory=dict)
    doubts: list[Doubt] = field(default_factory=list)

    @property
    def all(self) -> dict[str, str]:
        return {**self.by_id, **self.by_text, **self.by_hand}


def pair(
    one: Sequence[Evidence],
    other: Sequence[Evidence],
    titles: tuple[Mapping[str, str], Mapping[str, str]],
    told: Mapping[tuple[str, str], bool] | None = None,
) -> Paired:
    """Which items are one finding.

    Parameters
    ----------
    one, other : sequence of Evidence
        Of two taggings.
    titles : pair of mapping
        Of each one's sources, by id.
    told : mapping of (str, str) to bool, optional
        What a person said of pairs.

    Raises
    ------
    MissingExtraError
        Statements must be compared, and rapidfuzz is missing.
    """
    return _Pairing(one, other, titles, told or {}).paired()


class _Pairing:
    def __init__(
        self,
        one: Sequence[Evidence],
        other: Sequence[Evidence],
        titles: tuple[Mapping[str, str], Mapping[str, str]],
        told: Mapping[tuple[str, str], bool],
    ) -> None:
        self.one = {e.id: e for e in one}
        self.other = {e.id: e for e in other}
        self.places = [
            {e.id: place(e, known.get(e.source, e.source)) for e in items}
            for items, known in zip((one, other), titles, strict=True)
        ]
        self.told = told
        self.found = Paired()
        self.text: dict[str, str] = {}

    def paired(self) -> Paired:
        found = self.found
        found.by_hand = {a: b for (a, b), same in self.told.items() if same}
        taken = {*found.by_hand.values()}
        for name in self.one:
            if name in found.by_hand or name not in self.other or name in taken:
                continue
            if self.told.get((name, name)) is False:
                continue
            if self.same_under_one_id(name):
                found.by_id[name] = name
        self.by_statement()
        self.doubt_ids()
        found.doubts.sort(key=lambda d: (-d.score, d.one, d.other))
        return found

    def same_under_one_id(self, name: str) -> bool:
        one, other = self.one[name], self.other[name]
        if plain(one.statement) == plain(other.statement):
            return True
        return alike(one.statement, other.statement) >= SAME_ID

    def by_statement(self) -> None:
        """Pairs that are each other's best by far, until none is found."""
        taken = self.found.all
        left = [n for n in self.one if n not in taken]
        right = [n for n in self.other if n not in set(taken.values())]
        if not left or not right:
            return
        scores = self.scores(left, right)
        while True:
            rows, columns = _ranked(scores)
            sure = [
                (a, b)
                for a, ranked in rows.items()
                if (b := ranked[0][1]) and columns[b][0][1] == a and self.is_sure(ranked, columns[b])
            ]
            if not sure:
                break
            for a, b in sure:
                self.found.by_text[a] = b
            gone = {a for a, _ in sure}, {b for _, b in sure}
            scores = {(a, b): s for (a, b), s in scores.items() if a not in gone[0] and b not in gone[1]}
        self.doubt_texts(scores)

    def is_sure(self, *ranked: Sequence[tuple[int, str]]) -> bool:
        score = ranked[0][0][0]
        return score >= THRESHOLD and all(len(r) < 2 or score - r[1][0] >= MARGIN for r in ranked)

    def doubt_texts(self, scores: Mapping[tuple[str, str], int]) -> None:
        rows, columns = _ranked(scores)
        for (a, b), score in scores.items():
            best = max(rows[a][0][0], columns[b][0][0])
            if score < DOUBT or score < best:
                continue
            why = "another is nearly as like" if score >= THRESHOLD else "alike, and not by enough"
            self.found.doubts.append(Doubt(a, b, score, why))

    def doubt_ids(self) -> None:
        """One id on two statements that are not alike."""
        paired = self.found.all
        seconds = set(paired.values())
        told = {(d.one, d.other) for d in self.found.doubts}
        for name in self.one:
            fresh = name in self.other and name not in paired and name not in seconds
            if fresh and (name, name) not in told and (name, name) not in self.told:
                score = alike(self.one[name].statement, self.other[name].statement)
                self.found.doubts.append(
                    Doubt(name, name, score, "one id, and statements that are not alike")
                )

    def scores(self, left: Sequence[str], right: Sequence[str]) -> dict[tuple[str, str], int]:
        """How alike items are, of each the likeliest: statements, and where they stand."""
        fuzz, process = _rapidfuzz()
        texts = [plain(self.other[n].statement) for n in right]
        found: dict[tuple[str, str], int] = {}
        for a in left:
            nearest = process.extract(
                plain(self.one[a].statement),
                texts,
                scorer=fuzz.token_set_ratio,
                processor=None,
                limit=_CANDIDATES,
                score_cutoff=_LEAST,
            )
            for _, score, at in nearest:
                b = right[at]
                if self.told.get((a, b)) is False:
                    continue
                found[a, b] = round(score) + beside(self.places[0][a], self.places[1][b])
        return found


def _ranked(
    scores: Mapping[tuple[str, str], int],
) -> tuple[dict[str, list[tuple[int, str]]], dict[str, list[tuple[int, str]]]]:
    """For each item those it may equal, likeliest first."""
    rows: dict[str, list[tuple[int, str]]] = {}
    columns: dict[str, list[tuple[int, str]]] = {}
    for (a, b), score in scores.items():
        rows.setdefault(a, []).append((score, b))
        columns.setdefault(b, []).append((score, a))
    for ranked in (*rows.values(), *columns.values()):
        ranked.sort(key=lambda each: (-each[0], each[1]))
    return rows, columns


# What is compared ----------------------------------------------------------------------------------------


def plain(text: str) -> str:
    """A statement's words, without case, signs and spacing."""
    return " ".join(re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold()))


def alike(one: str, other: str) -> int:
    """How alike two statements are, from 0 to 100."""
    fuzz, _ = _rapidfuzz()
    score: float = fuzz.token_set_ratio(plain(one), plain(other))
    return round(score)


def place(item: Evidence, title: str) -> Place:
    """Where an item was found, as far as places are compared."""
    text = item.locator or ""
    spots: set[str] = set()
    for found in _SPOT.finditer(text):
        low, high = int(found[1] or 0), int(found[2] or 0)
        if found[1] and low <= high <= low + 500:
            spots |= {str(n) for n in range(low, high + 1)}
        else:
            spots |= {part.strip() for part in re.split(r"[-–]", found[0])}
    words = {word.casefold().rstrip("s") for word in _WORD.findall(text)}
    return Place(plain(title), frozenset(words), frozenset(spots))


def beside(one: Place, other: Place) -> int:
    """What two places say for one finding; 0 where not comparable."""
    if one.source != other.source or not one.spots or not other.spots:
        return 0
    if one.words and other.words and not _same_units(one.words, other.words):
        return 0
    both = one.spots & other.spots
    if not both:
        return -_APART
    return _OVERLAP + round((_WHOLE - _OVERLAP) * len(both) / len(one.spots | other.spots))


def _same_units(one: Iterable[str], other: Iterable[str]) -> bool:
    """Whether some word is the same, or a short form, as `p` of `page`."""
    return any(a.startswith(b) or b.startswith(a) for a in one for b in other)


def _rapidfuzz() -> tuple[Any, Any]:
    """The library's two modules; imported when statements have to be compared."""
    try:
        from rapidfuzz import fuzz, process
    except ImportError as error:
        message = "pairing findings by their statements needs the extra 'sheets'"
        raise MissingExtraError(message, help=install("sheets")) from error
    return fuzz, process
