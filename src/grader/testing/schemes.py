"""Random rating schemes with scales and scores, their rules and inspections.

Written as text, and read as files are.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final, get_args

import yaml

from grader.io.frameworks import framework_of
from grader.io.rulebooks import read_rulebook
from grader.io.written import write_whole
from grader.io.yaml_source import parse_document
from grader.language.nodes import Kind, Level
from grader.language.ranges import fact_ranges
from grader.language.rulebook import RuleBook
from grader.model.framework import Framework
from grader.model.inspection import Inspection
from grader.vocabulary.peel import PEEL
from grader.vocabulary.scales import ForTheGrade

Block = dict[str, Any]

LEVELS: Final = (2, 7)
COMPONENTS: Final = (1, 12)
EDITION: Final = "2020"
_TESTED, _DESCRIBED, _SHOWN = (PEEL.bases_of(s)[0] for s in ("tested", "described", None))
_BASES: Final = (_TESTED, _TESTED, _DESCRIBED, _SHOWN)
_MEANINGS: Final = tuple(name for name in get_args(ForTheGrade) if name != "as")
_SAID: Final = {"english": "a fact", "better": "neither"}


@dataclass(frozen=True)
class Scheme:
    """A framework, and a rule book over it, not bound."""

    framework: Framework
    book: RuleBook

    def inspections(self, rng: random.Random, many: int) -> Iterator[Inspection]:
        """So many inspections, some with components missing, and some with several items on one."""
        for _ in range(many):
            yield _inspection(self.framework, rng)


def scheme(rng: random.Random, folder: Path) -> Scheme:
    """A scheme drawn at random.

    Parameters
    ----------
    rng : random.Random
    folder : Path
        Empty, to write the rule book in.
    """
    written = _Writer(rng)
    framework = _read(written.framework())
    head: Block = {"id": "DRAWN", "version": "1", "framework": "DRAWN", "title": "Drawn at random"}
    _write(folder / "rulebook.yaml", {"rulebook": head, "parameters": written.parameters()})
    _write(folder / "grades.yaml", {"layer": "grade", "facts": written.facts()})
    # Thresholds are drawn from the ranges of the facts, which the reader of the facts knows.
    facts = read_rulebook(folder, framework, "facts")
    rules = written.rules(facts, framework)
    _write(folder / "grades.yaml", {"layer": "grade", "facts": written.written, "rules": rules})
    if rng.random() < 0.4:
        _write(folder / "sufficiency.yaml", written.sufficiency())
    return Scheme(framework, read_rulebook(folder, framework, "rules"))


def _read(data: Block) -> Framework:
    return framework_of(parse_document(_text(data).encode(), "framework")).framework


def _write(path: Path, data: Block) -> None:
    write_whole(path, _text(data))


def _text(data: Block) -> str:
    text: str = yaml.safe_dump(data, sort_keys=False, allow_unicode=True)
    return text


class _Writer:
    """Writes the files of one scheme."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.scales: dict[str, Block] = {}
        self.components: list[tuple[str, str, str]] = []
        self.written: dict[str, Block] = {}

    # The framework ----------------------------------------------------------------------------------------

    def framework(self) -> Block:
        rng = self.rng
        self.scales = {f"scale_{n}": self._scale(n) for n in range(rng.randint(1, 3))}
        if not any("score" in s["levels"][0] for s in self.scales.values()):
            self.scales["scale_0"] = self._scale(0, scored=True)
        areas = ["only"] if rng.random() < 0.7 else ["one", "two"]
        for n in range(rng.randint(max(COMPONENTS[0], len(areas)), COMPONENTS[1])):
            area = areas[n] if n < len(areas) else rng.choice(areas)
            self.components.append((area, f"{area}.part_{n}", rng.choice([*self.scales])))
        self.grades = [f"g{n}" for n in range(rng.randint(2, 6))]
        head = {"id": "DRAWN", "title": "Drawn", "publisher": "nobody", "licence": "MIT"}
        about = {**head, "status": "example", "statement": "Drawn at random."}
        self.several = rng.choice(("lowest", "lowest", "best", "latest"))
        grades = [{"id": g, "title": g, "meaning": g} for g in self.grades]
        return {
            "framework": about,
            "editions": {EDITION: {"title": "First", "published": 2020}},
            "scales": self.scales,
            "statuses": {"status": "as_assessed", "several": self.several},
            "findings": [],
            "grade_scale": {"default": rng.choice(self.grades), "grades": grades},
            "areas": [self._area(area) for area in areas],
        }

    def _scale(self, at: int, *, scored: bool | None = None) -> Block:
        rng = self.rng
        many = rng.randint(*LEVELS)
        scores = [rng.randint(-5, 30) for _ in range(many)]
        scores = rng.choice((sorted(scores), sorted(scores, reverse=True), scores))
        scored = rng.random() < 0.8 if scored is None else scored
        # Whole numbers and words, and the same ids on several scales, are all levels.
        names = [n if at % 2 else f"level_{n}" for n in range(many)]
        levels: list[Block] = [{"id": name} for name in names]
        if scored:
            levels = [{**level, "score": score} for level, score in zip(levels, scores, strict=True)]
        found: Block = {"levels": levels}
        if rng.random() < 0.5:
            means = rng.sample([*_MEANINGS, {"as": names[0]}], rng.randint(1, 3))
            found["outside"] = [{"id": f"beyond_{n}", "for_the_grade": m} for n, m in enumerate(means)]
        return found

    def _area(self, area: str) -> Block:
        own = [{"id": c, "scale": s, "text": f"Does {c}"} for a, c, s in self.components if a == area]
        topic = {"id": f"{area}.all", "title": "All", "characteristics": own}
        return {"id": area, "title": area, "editions": {EDITION: {"graded": True}}, "topics": [topic]}

    # Facts ------------------------------------------------------------------------------------------------

    def parameters(self) -> Block:
        rest = {"basis": "assumed", "source": "none", "why": "drawn at random"}
        low = self.rng.randint(-20, 20)
        return {
            "some_points": {"type": "points", "default": low, "range": [low - 10, low + 10], **rest},
            "some_count": {"type": "count", "default": self.rng.randint(0, 5), "range": [0, 12], **rest},
        }

    def facts(self) -> dict[str, Block]:
        makers = (
            self._count, self._any, self._share, self._sum, self._outermost, self._score_of,
            self._weighted, self._rounded, self._points,
        )  # fmt: skip
        chosen = [self._count, self._sum, *self.rng.choices(makers, k=self.rng.randint(3, 10))]
        for make in chosen:
            made = make()
            if made is not None:
                self.written[f"f{len(self.written)}"] = {**made, **_SAID}
        return self.written

    def _of_kinds(self, *definers: str) -> list[str]:
        return [name for name, block in self.written.items() if any(d in block for d in definers)]

    def _numbers(self) -> list[str]:
        """Facts that can be weighed, started from and added."""
        return self._of_kinds("count", "any", "sum", "highest", "lowest", "score_of", "round", "points")

    @property
    def _scored(self) -> list[str]:
        return [c for _, c, s in self.components if "score" in self.scales[s]["levels"][0]]

    def _where(self) -> Block:
        rng, kind = self.rng, self.rng.random()
        scale = rng.choice([*self.scales])
        op = rng.choice(("at_least", "at_most", "more_than", "fewer_than", "equals"))
        found: Block = {}
        if kind < 0.5:
            found["status"] = {op: rng.choice(self.scales[scale]["levels"])["id"]}
            if len(self.scales) > 1:
                found["scale"] = scale
        elif kind < 0.8:
            found["score"] = {op: rng.randint(-5, 30)}
        elif len(self.scales) > 1:
            found["scale"] = scale
        return {"where": found} if found else {}

    def _count(self) -> Block:
        return {"count": "characteristics", **self._where()}

    def _any(self) -> Block:
        return {"any": "characteristics", **self._where()}

    def _share(self) -> Block | None:
        counts = self._of_kinds("count")
        return {"share": [self.rng.choice(counts), self.rng.choice(counts)]} if counts else None

    def _sum(self) -> Block:
        return {"sum": "score", "of": "characteristics", **self._where()}

    def _outermost(self) -> Block:
        return {self.rng.choice(("highest", "lowest")): "score", "of": "characteristics", **self._where()}

    def _score_of(self) -> Block | None:
        return {"score_of": self.rng.choice(self._scored)} if self._scored else None

    def _weighted(self) -> Block | None:
        names = [*self._scored, *self._numbers()]
        if not names:
            return None
        chosen = self.rng.sample(names, self.rng.randint(1, min(5, len(names))))
        return {"sum": {name: self.rng.randint(-10, 40) for name in chosen}}

    def _rounded(self) -> Block | None:
        names = self._numbers()
        how = self.rng.choice(("nearest", "down", "up"))
        to = self.rng.choice((1, 2, 3, 7, 10, 100))
        return {"round": self.rng.choice(names), "to": to, "how": how} if names else None

    def _points(self) -> Block:
        low = self.rng.randint(-5, 3)
        within = [low, low + self.rng.randint(0, 9)]
        found: Block = {
            "start": self._amount(),
            "steps": [self._step() for _ in range(self.rng.randint(0, 5))],
        }
        if self.rng.random() < 0.7:
            found["within"] = within
        return {"points": found}

    def _step(self) -> Block:
        does = self.rng.choice(("add", "add", "take", "at_most", "at_least"))
        found: Block = {does: self._amount(least=0 if does in ("add", "take") else -5)}
        names = self._of_kinds("count", "sum", "highest", "lowest", "score_of", "round", "points")
        if names and self.rng.random() < 0.8:
            found["when"] = {self.rng.choice(names): self._compared(0, 12, free=False)}
        if self.rng.random() < 0.2:
            found["within"] = [-50, 50]
        return found

    def _amount(self, least: int = -5) -> Any:
        kind, names = self.rng.random(), self._numbers()
        if kind < 0.3 and names:
            return self.rng.choice(names)
        if kind < 0.4:
            return self.rng.choice(("$some_count", "$some_points"))
        return self.rng.randint(least, 9)

    def _compared(self, low: int, high: int, *, free: bool) -> Block:
        op = self.rng.choice(("at_least", "at_most", "more_than", "fewer_than", "equals", "one_of"))
        numbers = [max(0, self.rng.randint(low, high)) if not free else self.rng.randint(low, high)]
        if op == "one_of":
            return {op: [*numbers, max(0, high)]}
        return {op: numbers[0]}

    # Rules ------------------------------------------------------------------------------------------------

    def rules(self, book: RuleBook, framework: Framework) -> list[Block]:
        ranges = fact_ranges(book.facts.values(), framework, book.parameters)
        below = framework.grades_worst_first.index(framework.grade_scale.default)
        found = []
        for n in range(self.rng.randint(1, 6)):
            effect = self.rng.choice(("reaches", "reaches", "limits"))
            targets = framework.grades_worst_first[below if effect == "reaches" else 0 :]
            when = self._condition(book, ranges, self.rng.randint(0, 2))
            rule = {"id": f"r{n}", effect: self.rng.choice(targets), "when": when}
            found.append({**rule, "because": "drawn at random", "source": "none"})
        return found

    def _condition(self, book: RuleBook, ranges: Mapping[str, tuple[int, int]], depth: int) -> Block:
        if depth and self.rng.random() < 0.6:
            key = self.rng.choice(("all", "any", "not"))
            if key == "not":
                return {key: self._condition(book, ranges, depth - 1)}
            return {key: [self._condition(book, ranges, depth - 1) for _ in range(self.rng.randint(1, 3))]}
        name = self.rng.choice(
            [n for n, f in book.facts.items() if f.level is Level.AREA and n in self.written]
        )
        fact, (low, high) = book.facts[name], ranges[name]
        if fact.kind is Kind.FLAG:
            return {name: {"equals": self.rng.random() < 0.5}}
        if fact.kind is Kind.SCORE and self.rng.random() < 0.2:
            return {name: {"at_least": "$some_points"}}
        return {name: self._compared(low, min(high, 1_000_000), free=fact.kind is Kind.SCORE)}

    def sufficiency(self) -> Block:
        fact = {
            "count": "characteristics",
            "where": {"status": {"more_than": PEEL.statuses.nothing}},
            **_SAID,
        }
        rule = {
            "id": "thin",
            "withholds": "grade",
            "when": {"assessed": {"fewer_than": self.rng.randint(1, 3)}},
        }
        rules = [{**rule, "because": "drawn at random", "source": "none"}]
        return {"layer": "sufficiency", "facts": {"assessed": fact}, "rules": rules}


def _inspection(framework: Framework, rng: random.Random) -> Inspection:
    words = framework.vocabulary
    evidence: list[Block] = []
    for _, characteristic in framework.characteristics():
        levels = [*words.scale_of(characteristic.scale).printed]
        for _ in range(rng.choice((0, 1, 1, 1, 1, 2, 3))):
            found_on = date(2020, 1, 1) + timedelta(days=rng.randint(0, 3))
            item = {"id": f"E{len(evidence):03}", "characteristics": [characteristic.id], "statement": "x"}
            said = {"assessment": rng.choice(levels), "basis": rng.choice(_BASES), "source": "s"}
            evidence.append({**item, **said, "found_on": found_on.isoformat()})
    head = {"id": "drawn", "body": "Somewhere", "framework": framework.id, "edition": EDITION}
    data = {"inspection": head, "sources": {"s": {"title": "Source"}}, "evidence": evidence}
    return Inspection.model_validate(data)
