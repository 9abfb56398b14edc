"""A framework's words as people write them, back to ids, and faults in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from grader.cached import cached_property
from grader.errors import Problem, nearest, quoted
from grader.io.faults import name_of
from grader.io.yaml_source import Document
from grader.model.framework import Framework
from grader.model.printed import match_printed
from grader.vocabulary.scales import Levels

Path_ = tuple[str | int, ...]


class PrintedWords:
    """The words of a framework, by key, however they are printed."""

    def __init__(self, framework: Framework) -> None:
        self.framework = framework
        self.kinds = dict.fromkeys(framework.vocabulary.kinds.names, ())

    def kind(self, word: str) -> str:
        """The kind of finding meant; what is written itself where none is."""
        return match_printed(word, self.kinds) or word

    def level(self, characteristics: Iterable[str], word: str) -> str:
        """The level meant by what is written of characteristics."""
        for levels in self.scales(characteristics):
            if (found := match_printed(word, levels.printed)) is not None:
                return found
        return word

    def statuses(self, characteristic: str) -> Mapping[str, Iterable[str]]:
        """Every status a characteristic may have, and what each is printed as."""
        words = self.framework.vocabulary
        if not words.declared:
            return {word.id: (word.title,) for word in words.statuses.words}
        printed: dict[str, Iterable[str]] = {words.statuses.nothing: ("Not assessed",)}
        for levels in self.scales([characteristic]):
            printed |= {s: t for s, t in levels.printed.items() if levels.written[s] in words.statuses.ranks}
        return printed

    @cached_property
    def _scale_of(self) -> Mapping[str, str | None]:
        return {c.id: c.scale for _, c in self.framework.characteristics()}

    def scales(self, characteristics: Iterable[str]) -> Sequence[Levels]:
        """The scales of characteristics, each once; those the framework lacks are passed over."""
        known = (self._scale_of[name] for name in characteristics if name in self._scale_of)
        words = self.framework.vocabulary
        return [words.scale_of(scale) for scale in dict.fromkeys(known)]

    def unknown_kind(self, word: str, at: Path_, document: Document) -> Iterator[Problem]:
        """The fault of an unknown kind of finding, if any."""
        if word not in self.kinds:
            yield not_among(word, self.kinds, at, document)

    def unknown_level(
        self, characteristics: Iterable[str], word: str, at: Path_, document: Document
    ) -> Iterator[Problem]:
        """The fault of a level that one of the characteristics' scales lacks."""
        for levels in self.scales(characteristics)[:1]:
            if word in levels.written:
                return
            near = nearest(word, levels.written)
            help = f"one of {', '.join(levels.written)}"
            if self.framework.scales:
                help = f"levels of {levels.id}: {', '.join(levels.written)}"
            help = f"did you mean {near!r}?" if near else help
            yield Problem(f"{name_of(document, at)} cannot be {quoted(word)}", document.place(at), help)


def not_among(word: str, known: Iterable[str], at: Path_, document: Document) -> Problem:
    """The fault of an unknown word, with the nearest known."""
    known = list(known)
    near = nearest(word, known)
    help = f"did you mean {near!r}?" if near else f"one of {', '.join(known)}"
    if not known:
        help = "the framework has none: take it away"
    return Problem(f"{name_of(document, at)} cannot be {quoted(word)}", document.place(at), help)
