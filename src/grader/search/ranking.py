"""Ranking of characteristics for a text: BM25 over words, letters and subjects."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from grader.search.texts import TextEntry
from grader.search.words import pieces, stems, subjects

Tokens = Callable[[str], Iterable[str]]

#: The usual settings of BM25: how soon a repeated word counts no more, and how far length is weighed.
_REPEATS, _LENGTH = 1.2, 0.7
#: What the title of its topic and the names of its area count for in a characteristic, beside its own words.
_TITLE, _NAMES = 0.5, 0.1
#: What a word counts for in a statement that was tagged elsewhere.
_LEARNED = 0.3


class Index:
    """Texts as counted tokens, by key; weights are worked out when asked."""

    def __init__(self, texts: Mapping[str, Mapping[str, float]]) -> None:
        self.texts = texts
        self.lengths = {key: sum(counts.values()) for key, counts in texts.items()}
        self.mean = (sum(self.lengths.values()) / len(texts) if texts else 1) or 1
        self._postings: dict[str, list[tuple[str, float]]] = {}

    def postings(self, token: str) -> list[tuple[str, float]]:
        """The texts that hold a token, and what it is worth in each."""
        found = self._postings.get(token)
        if found is None:
            held = [(key, counts[token]) for key, counts in self.texts.items() if token in counts]
            rare = math.log(1 + (len(self.texts) - len(held) + 0.5) / (len(held) + 0.5))
            found = [(key, rare * self._worth(key, count)) for key, count in held]
            self._postings[token] = found
        return found

    def _worth(self, key: str, count: float) -> float:
        weighed = _REPEATS * (1 - _LENGTH + _LENGTH * self.lengths[key] / self.mean)
        return count * (_REPEATS + 1) / (count + weighed)

    def scores(self, tokens: Iterable[str]) -> dict[str, float]:
        """How well each text answers, the best 1; unrelated ones are left out."""
        found: dict[str, float] = {}
        for token, count in Counter(tokens).items():
            for key, value in self.postings(token):
                found[key] = found.get(key, 0.0) + value * (1 + math.log(count))
        best = max(found.values(), default=1.0)
        return {key: value / best for key, value in found.items()}


@dataclass(frozen=True, slots=True)
class Learned:
    """A statement that a person tagged in another inspection."""

    inspection: str
    id: str
    statement: str
    characteristics: tuple[str, ...]


@dataclass(slots=True)
class _Way:
    """One way to compare texts, and its weight."""

    tokens: Tokens
    weight: float
    group: Callable[[str], str]
    index: Index = field(init=False)


class Finder:
    """Ranks characteristics by a text.

    Parameters
    ----------
    entries : sequence of TextEntry
        To rank.
    learned : iterable of Learned
        Tagged statements, which count for their characteristics.
    """

    def __init__(self, entries: Sequence[TextEntry], learned: Iterable[Learned] = ()) -> None:
        self.entries = {entry.id: entry for entry in entries}
        self.areas = {entry.id: entry.area for entry in entries}
        self.statements = tuple(learned)
        self.learned: dict[str, list[Learned]] = {}
        for item in self.statements:
            for name in dict.fromkeys(item.characteristics):
                if name in self.entries:
                    self.learned.setdefault(name, []).append(item)
        # Two weights each: a characteristic alone says little, its topic and area say what it is among.
        one, topic, area = str, self._topic_of, self._area_of
        self._ways = [
            _Way(stems, 1.0, one),
            _Way(pieces, 1.0, one),
            _Way(subjects, 1.5, one),
            _Way(stems, 0.5, topic),
            _Way(subjects, 0.5, topic),
            _Way(stems, 0.3, area),
            _Way(subjects, 0.5, area),
        ]
        counted: dict[Tokens, dict[str, dict[str, float]]] = {}
        for way in self._ways:
            if way.tokens not in counted:
                counted[way.tokens] = self._counted(way.tokens)
            way.index = Index(_together(counted[way.tokens], way.group))

    def ranked(self, text: str) -> list[tuple[str, float]]:
        """Characteristics with how well each answers, the best first; none where nothing is shared."""
        total = dict.fromkeys(self.entries, 0.0)
        said: dict[Tokens, list[str]] = {}
        for way in self._ways:
            if way.tokens not in said:
                said[way.tokens] = list(way.tokens(text))
            scores = way.index.scores(said[way.tokens])
            if scores:
                for name in total:
                    total[name] += way.weight * scores.get(way.group(name), 0.0)
        most = sum(way.weight for way in self._ways)
        found = [(name, value / most) for name, value in total.items() if value > 0]
        return sorted(found, key=lambda each: -each[1])  # stable: the framework's order decides a tie

    def _topic_of(self, name: str) -> str:
        return self.entries[name].topic

    def _area_of(self, name: str) -> str:
        return self.entries[name].area.id

    def _counted(self, tokens: Tokens) -> dict[str, dict[str, float]]:
        """What is taken of each characteristic, with its weight."""
        titles = {e.topic: e.topic_title for e in self.entries.values()}
        names = {area.id: " ".join(dict.fromkeys(area.names)) for area in self.areas.values()}
        of_topic = {topic: list(tokens(title)) for topic, title in titles.items()}
        of_area = {area: list(tokens(said)) for area, said in names.items()}
        found: dict[str, dict[str, float]] = {}
        for name, entry in self.entries.items():
            counts: dict[str, float] = {}
            # What exceeding it or falling short of it looks like is said of it as much as its text.
            parts = [(1.0, list(tokens(text))) for text in (entry.text, *entry.sights)]
            parts += [(_TITLE, of_topic[entry.topic]), (_NAMES, of_area[entry.area.id])]
            parts += [
                (_LEARNED, list(dict.fromkeys(tokens(i.statement)))) for i in self.learned.get(name, ())
            ]
            for weight, said in parts:
                for token in said:
                    counts[token] = counts.get(token, 0.0) + weight
            found[name] = counts
        return found


def _together(
    counted: Mapping[str, Mapping[str, float]], group: Callable[[str], str]
) -> dict[str, dict[str, float]]:
    """The counts of characteristics put together by topic or area."""
    found: dict[str, dict[str, float]] = {}
    for name, counts in counted.items():
        into = found.setdefault(group(name), {})
        for token, count in counts.items():
            into[token] = into.get(token, 0.0) + count
    return found
