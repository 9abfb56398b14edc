"""Which characteristics a text may be about, each with why: for a person to choose from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from pydantic import Field

from grader.errors import InputError, Place, Problem, folded, quoted
from grader.io.catalogue import framework_at
from grader.io.folders import files_in, kind_of
from grader.io.printed_names import PrintedNames, required
from grader.io.reading import read_bytes
from grader.model.framework import Framework
from grader.model.output import OutputModel, to_json
from grader.search.ranking import Finder, Learned
from grader.search.words import bare_words, stem, subjects_of_word

if TYPE_CHECKING:
    from grader.io.given import PathLike

SCHEMA: Final = "grader.found/1"
LONGEST = 5_000
#: Two words that differ by no more than a slip have this share of their letters in common, in order.
_SLIP = 0.8


class Match(OutputModel):
    """A characteristic that a text may be about."""

    characteristic: str
    area: str
    topic: str
    text: str
    score: float
    """How well it answers: 0 to 1, to be compared within one answer alone."""
    words: list[str]
    """Words of the text that stand in the characteristic, its topic or the names of its area, as written or
    nearly."""
    related: list[str]
    """Words of the text that speak of what the characteristic speaks of."""
    like: list[str]
    """Statements of other inspections that were tagged to it and share words: inspection and id."""


class Found(OutputModel):
    """What a search found, the best first."""

    schema_: Literal["grader.found/1"] = Field(SCHEMA, alias="schema")
    framework: str
    edition: str
    area: str | None
    searched: str
    learned: int
    """Statements of other inspections that were learned from."""
    matches: list[Match]

    def __repr__(self) -> str:
        return f"<Found {', '.join(m.characteristic for m in self.matches[:5]) or 'nothing'}>"

    __str__ = __repr__

    def to_json(self, *, indent: int | None = 2) -> str:
        """The answer as JSON text."""
        return to_json(self, indent=indent)


def find(
    words: str,
    *,
    framework: PathLike,
    edition: str | None = None,
    area: str | None = None,
    learn: PathLike | None = None,
    limit: int = 10,
) -> Found:
    """The characteristics of an edition that a text may be about; parameters as for `grader.find`."""
    checked = _words_of(words)
    if isinstance(limit, bool) or not isinstance(limit, int) or limit < 1:
        raise InputError([Problem(f"{quoted(str(limit))} cannot be how many", None, "a whole number from 1")])
    known = framework_at(framework).framework
    chosen = _edition_of(known, edition)
    within = required(area, PrintedNames(known, chosen).areas, "area") if area is not None else None
    learned = learned_from(Path(learn), known) if learn is not None else []
    finder = Finder(known, known.areas_in(chosen), learned)
    ranked = [each for each in finder.ranked(checked) if within in (None, known.area_of(each[0]).id)]
    return Found(
        schema=SCHEMA,
        framework=known.id,
        edition=chosen,
        area=within,
        searched=checked,
        learned=len(learned),
        matches=[_match(finder, checked, name, score) for name, score in ranked[:limit]],
    )


def _words_of(words: str) -> str:
    help = "say in a few words what was found, as in: grader find repeat callers"
    if not isinstance(words, str) or not bare_words(words):
        raise InputError([Problem("there is no word to look for", None, help)])
    if len(words) > LONGEST:
        message = f"the text to look for is longer than {LONGEST:,} characters"
        raise InputError([Problem(message, None, "one finding at a time")])
    return " ".join(words.split())


def _edition_of(framework: Framework, edition: str | None) -> str:
    editions = PrintedNames(framework).editions
    if edition is None:
        return max(framework.editions, key=lambda name: framework.editions[name].published)
    return required(edition, editions, "edition")


def learned_from(folder: Path, framework: Framework) -> list[Learned]:
    """Statements of the inspections in a folder, each with what it was tagged to.

    Raises
    ------
    InputError
        There is no such folder, no inspection of the framework in it, or one has faults.
    """
    from grader.io.inspection_draft import read_draft

    found: list[Learned] = []
    problems: list[Problem] = []
    names = PrintedNames(framework)
    if not folder.is_dir():
        raise InputError([Problem("there is no such folder", Place(str(folder)), "name a folder")])
    for path in files_in(folder):
        if path.suffix.lower() not in (".yaml", ".yml"):
            continue
        try:
            if kind_of(read_bytes(path), str(path)) != "inspection":
                continue
            draft = read_draft(path)
        except InputError as error:
            problems += error.problems
            continue
        problems += draft.problems
        head = draft.inspection.inspection
        if folded(head.framework) == folded(framework.id):
            for item in draft.inspection.evidence:
                tags = tuple(names.matched("characteristics", name) for name in item.characteristics)
                found.append(Learned(head.id, item.id, item.statement, tags))
    if problems:
        raise InputError(problems)
    if not found:
        message = f"there is no evidence of {framework.id} to learn from"
        raise InputError([Problem(message, Place(str(folder)), "name a folder of inspections")])
    return found


# Why it was found -----------------------------------------------------------------------------------------


def _match(finder: Finder, text: str, name: str, score: float) -> Match:
    said = list(dict.fromkeys(bare_words(text)))
    area, topic = finder.areas[name], finder.topics[name]
    characteristic = finder.framework.characteristic(name)
    held = bare_words(" ".join((characteristic.text, topic.title, area.title)))
    words = [word for word in said if _stands_in(word, held)]
    about = frozenset().union(*map(subjects_of_word, bare_words(characteristic.text)))
    related = [word for word in said if word not in words and subjects_of_word(word) & about]
    return Match(
        characteristic=name,
        area=area.id,
        topic=topic.id,
        text=characteristic.text,
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
