"""Which characteristics a text may be about, each with why: for a person to choose from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.errors import InputError, Problem, quoted
from grader.io.catalogue import NameOrPath
from grader.io.printed_names import required
from grader.search.ranking import Finder, Learned
from grader.search.texts import Texts, texts_at
from grader.search.words import bare_words, stem, subjects_of_word

LONGEST = 5_000
#: Two words that differ by no more than a slip have this share of their letters in common, in order.
_SLIP = 0.8


@dataclass(frozen=True, slots=True)
class Hit:
    """A characteristic that a text may be about; what its parts are says `grader.search.found.Match`."""

    characteristic: str
    area: str
    topic: str
    text: str
    score: float
    words: list[str]
    related: list[str]
    like: list[str]


@dataclass(frozen=True, slots=True)
class Searched:
    """What a search found, the best first."""

    framework: str
    edition: str
    area: str | None
    searched: str
    learned: int
    matches: list[Hit]


def search(
    words: str,
    *,
    framework: NameOrPath,
    edition: str | None = None,
    area: str | None = None,
    learn: NameOrPath | None = None,
    limit: int = 10,
) -> Searched:
    """The characteristics of an edition that a text may be about; parameters as for `grader.find`."""
    checked = _words_of(words)
    if isinstance(limit, bool) or not isinstance(limit, int) or limit < 1:
        raise InputError([Problem(f"{quoted(str(limit))} cannot be how many", None, "a whole number from 1")])
    texts = texts_at(framework)
    chosen = _edition_of(texts, edition)
    areas = {each.id: each.printed for each in texts.areas if chosen in each.editions}
    within = required(area, areas, "area") if area is not None else None
    finder = Finder(texts.entries(chosen), _learned(learn, framework))
    ranked = [each for each in finder.ranked(checked) if within in (None, finder.areas[each[0]].id)]
    return Searched(
        framework=texts.framework,
        edition=chosen,
        area=within,
        searched=checked,
        learned=len(finder.statements),
        matches=[_hit(finder, checked, name, score) for name, score in ranked[:limit]],
    )


def _learned(folder: NameOrPath | None, framework: NameOrPath) -> list[Learned]:
    if folder is None:
        return []
    from grader.io.catalogue import framework_at  # and the models of inspections
    from grader.search.learning import learned_from

    return learned_from(Path(folder), framework_at(framework).framework)


def _words_of(words: str) -> str:
    help = "say in a few words what was found, as in: grader find repeat callers"
    if not isinstance(words, str) or not bare_words(words):
        raise InputError([Problem("there is no word to look for", None, help)])
    if len(words) > LONGEST:
        message = f"the text to look for is longer than {LONGEST:,} characters"
        raise InputError([Problem(message, None, "one finding at a time")])
    return " ".join(words.split())


def _edition_of(texts: Texts, edition: str | None) -> str:
    if edition is None:
        return max(texts.editions, key=lambda name: texts.editions[name][1])
    return required(edition, {name: [title] for name, (title, _) in texts.editions.items()}, "edition")


# Why it was found -----------------------------------------------------------------------------------------


def _hit(finder: Finder, text: str, name: str, score: float) -> Hit:
    said = list(dict.fromkeys(bare_words(text)))
    entry = finder.entries[name]
    held = bare_words(" ".join((entry.text, *entry.sights, entry.topic_title, entry.area.title)))
    words = [word for word in said if _stands_in(word, held)]
    about = frozenset().union(*map(subjects_of_word, bare_words(" ".join((entry.text, *entry.sights)))))
    related = [word for word in said if word not in words and subjects_of_word(word) & about]
    return Hit(
        characteristic=name,
        area=entry.area.id,
        topic=entry.topic,
        text=entry.text,
        score=round(score, 3),
        words=words,
        related=related,
        like=_like(finder.learned.get(name, ()), said),
    )


def _stands_in(word: str, held: Sequence[str]) -> bool:
    if any(stem(word) == stem(other) for other in held):
        return True
    return len(word) > 3 and any(_nearly(word, other) for other in held)


def _nearly(one: str, other: str) -> bool:
    """Whether two words are one but for a slip: most pairs of letters in common."""
    a, b = ({word[i : i + 2] for i in range(len(word) - 1)} for word in (one, other))
    return (
        one[0] == other[0] and abs(len(one) - len(other)) < 3 and 2 * len(a & b) >= _SLIP * (len(a) + len(b))
    )


def _like(items: Sequence[Learned], said: Sequence[str]) -> list[str]:
    """The statements that share most words with what was said, three of them."""
    mine = {stem(word) for word in said}
    scored = [(len(mine & {stem(w) for w in bare_words(item.statement)}), item) for item in items]
    best = sorted((each for each in scored if each[0] > 1), key=lambda each: -each[0])
    return [re.sub(r"\s+", " ", f"{item.inspection} {item.id}") for _, item in best[:3]]
