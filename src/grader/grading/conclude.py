"""From items to an area's outcome, stage by stage.

Each characteristic and area can be concluded again alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from grader.engines.reference import FactReader, satisfies
from grader.grading.tally import Item
from grader.language.engine import Engine
from grader.language.memo import Memo
from grader.language.nodes import Effect, FactOf, Level, Test
from grader.language.pipeline import (
    AREA_LAYERS,
    CHARACTERISTIC_LAYERS,
    CHARACTERISTIC_STAGES,
    FIGURES,
    FINDINGS_ON_AREAS,
    GRADED,
    GRADES,
    OUTCOMES,
    SUFFICIENCY,
    Circumstance,
    Outcome,
    Stage,
    any_open,
    is_earlier,
)
from grader.language.row import Row
from grader.language.rulebook import Decision, Fact, Rule, RuleBook, decide
from grader.language.vocabulary import SCALE, SCORE
from grader.model.framework import Area
from grader.vocabulary.kinds import NOT_IMPROVING, ORIGIN, PROGRESS
from grader.vocabulary.words import Vocabulary


@dataclass(frozen=True, slots=True)
class FindingRecord:
    """A finding as the rules see it: `standing` says what it counts as."""

    id: str
    row: Row
    characteristics: tuple[str, ...]
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Raised:
    """A finding a rule proposes, on one characteristic or on the area."""

    rule: Rule
    characteristic: str | None


@dataclass(frozen=True, slots=True)
class CharacteristicCase:
    """One characteristic: its items, its facts and what was concluded."""

    id: str
    counted: bool
    items: tuple[Item, ...]
    facts: Row
    status: Decision
    raised: tuple[Raised, ...]
    scale: str | None = None
    """The framework's own scale it is assessed on, where it declares several."""


@dataclass(frozen=True, slots=True)
class AreaOutcome:
    """An area's outcome, the rules that held, and the grade's rank if any."""

    outcome: str
    held: frozenset[str]
    decision: Decision | None


@dataclass(frozen=True, slots=True)
class AreaCase:
    """One area: its facts and what was concluded. `decision` is None unless graded."""

    area: str
    outcome: str
    facts: Mapping[str, int]
    raised: tuple[Raised, ...]
    held: frozenset[str]
    decision: Decision | None


class LayerEvaluator:
    """One bound rule book on one engine."""

    def __init__(self, book: RuleBook, engine: Engine) -> None:
        self.book = book
        self.engine = engine
        self.rules = {rule.id: rule for rule in book.rules}
        self.characteristic_facts = FactReader(book.facts_at(Level.CHARACTERISTIC, CHARACTERISTIC_LAYERS))
        self.area_facts = FactReader(book.facts_at(Level.AREA, AREA_LAYERS))
        self._area_finding_facts = FactReader(FINDINGS_ON_AREAS.facts(book))
        self._named = named_facts(book.facts.values())
        self._scoped = any(r.scope for r in book.rules if r.level is Level.CHARACTERISTIC)
        self._several_scales = len(book.vocabulary.declared) > 1
        self._decided: Memo[tuple[Stage, frozenset[str]], Decision] = Memo()
        self._judged: Memo[tuple[str, bool, bool, Row], tuple[Decision, tuple[Rule, ...], Row]] = Memo()

    def assessment(self, measure: str, figure: int) -> Decision:
        """What a figure, as rules read it (`as_whole`), says of its characteristic."""
        held = self._held(FIGURES, measure, {"figure": figure})
        scale, _ = FIGURES.concludes(self.book)
        return decide(self._of(held), held, scale, self.book.falls_to(measure))

    def characteristic(
        self,
        area: str,
        characteristic: str,
        counted: bool,
        items: tuple[Item, ...],
        earlier: Sequence[FindingRecord],
    ) -> CharacteristicCase:
        """Status of a characteristic and the findings its own rules raise."""
        things = {
            "evidence": [item.row for item in items],
            "earlier": [e.row for e in earlier if characteristic in e.characteristics],
        }
        facts = Row(self.characteristic_facts.values(things, {}))
        return self.judge(area, characteristic, counted, items, facts)

    def judge(
        self, area: str, characteristic: str, counted: bool, items: tuple[Item, ...], facts: Row
    ) -> CharacteristicCase:
        """The conclusions on a characteristic from its facts; `items` empty means not assessed."""
        if self._several_scales:
            rank = self.book.vocabulary.scale_ids.rank(self._scale(characteristic))
            facts = Row({**facts, SCALE: rank})
        key = (area if self._scoped else "", counted, bool(items), facts)
        found = self._judged.get(key)
        if found is None:
            found = self._judged[key] = self._judge(area, counted, bool(items), facts)
        status, rules, known = found
        raised = tuple([Raised(rule, characteristic) for rule in rules])
        scale = self._scale(characteristic) if self._several_scales else None
        return CharacteristicCase(characteristic, counted, items, known, status, raised, scale)

    def _judge(
        self, area: str, counted: bool, assessed: bool, facts: Row
    ) -> tuple[Decision, tuple[Rule, ...], Row]:
        so = {Circumstance.NO_ITEMS: not assessed, Circumstance.NOT_COUNTED: not counted}
        status = Decision(0, ())
        raised: tuple[Rule, ...] = ()
        for stage in CHARACTERISTIC_STAGES:
            asked = stage.unless is None or not so[stage.unless]
            held = self._held(stage, area, facts) if asked else frozenset()
            if stage.gives is None:
                raised = tuple(self._of(held))
                continue
            status = self._decide(stage, held) if asked else self._unasked(stage)
            facts = Row({**facts, stage.gives: status.rank, **self._follows(status.rank)})
        return status, raised, facts

    def _scale(self, characteristic: str) -> str:
        """The scale of a characteristic."""
        return self.book.vocabulary.scale_of(self.book.scale_of.get(characteristic)).id

    def _follows(self, status: int) -> dict[str, int]:
        """What a characteristic has by its status alone."""
        words = self.book.vocabulary
        return {SCORE: words.scores[status]} if words.scored else {}

    def area(
        self, area: Area, edition: str, cases: Sequence[CharacteristicCase], known: Sequence[FindingRecord]
    ) -> AreaCase:
        """An inspected area: findings raised, then sufficiency, then grade."""
        counted = [case for case in cases if case.counted]
        of = {case.id: case.facts for case in cases}
        given = {d.key: of[d.characteristic][d.fact] for d in self._named if d.characteristic in of}
        things: dict[str, Sequence[Row]] = {
            "characteristics": [case.facts for case in counted],
            "earlier": [k.row for k in known if is_earlier(k.row)],
        }
        raised = self.raised(area.id, self._area_finding_facts.values(things, given))
        proposed = [r for case in counted for r in case.raised] + list(raised)
        findings = [k.row for k in known] + [proposed_row(self.book.vocabulary, r) for r in proposed]
        facts = self.area_facts.values({**things, "findings": findings}, given)
        assessed = any(case.items for case in counted)
        found = self.outcome(area.id, area.editions[edition].graded, facts, findings, assessed)
        return AreaCase(area.id, found.outcome, facts, raised, found.held, found.decision)

    def raised(self, area: str, facts: Mapping[str, int]) -> tuple[Raised, ...]:
        """Findings an area's own rules propose."""
        return tuple([Raised(rule, None) for rule in self._of(self._held(FINDINGS_ON_AREAS, area, facts))])

    def outcome(
        self, area: str, graded: bool, facts: Mapping[str, int], findings: Iterable[Row], assessed: bool
    ) -> AreaOutcome:
        """The conclusions on an area from its facts.

        Parameters
        ----------
        area : str
            Inspected.
        graded : bool
            By the edition.
        findings : iterable of Row
            Proposed ones too.
        assessed : bool
            Whether any evidence counts.
        """
        so = {
            Circumstance.NOT_INSPECTED: False,
            Circumstance.NOT_GRADED: not graded,
            Circumstance.NO_EVIDENCE: not assessed,
            Circumstance.OPEN_CONCERN: any_open(self.book.vocabulary, findings),
        }
        asked = SUFFICIENCY.unless is None or not so[SUFFICIENCY.unless]
        thin = self._held(SUFFICIENCY, area, facts) if asked else frozenset()
        so[Circumstance.THIN] = bool(thin)
        outcome = next(o for o in OUTCOMES if _meets(o, so))
        if outcome is not GRADED:
            return AreaOutcome(outcome.name, thin, None)
        held = self._held(GRADES, area, facts)
        return AreaOutcome(outcome.name, held | thin, self._decide(GRADES, held))

    def grade(self, area: str, facts: Mapping[str, int]) -> Decision:
        """What the grade rules say, whether or not evidence suffices."""
        return self._decide(GRADES, self._held(GRADES, area, facts))

    def _held(self, stage: Stage, scope: str, facts: Mapping[str, int]) -> frozenset[str]:
        return self.engine.held(stage.layer, stage.level, scope, facts)

    def _decide(self, stage: Stage, held: frozenset[str]) -> Decision:
        found = self._decided.get((stage, held))
        if found is None:
            scale, default = stage.concludes(self.book)
            found = self._decided[stage, held] = decide(self._of(held), held, scale, default)
        return found

    def _unasked(self, stage: Stage) -> Decision:
        scale, _ = stage.concludes(self.book)
        return Decision(scale.rank(scale.nothing), ())

    def _of(self, held: Iterable[str]) -> list[Rule]:
        return [self.rules[name] for name in sorted(held)]


def named_facts(facts: Iterable[Fact]) -> tuple[FactOf, ...]:
    """What facts about an area take from one named characteristic, each once."""
    return tuple(dict.fromkeys(d for f in facts for d in f.definition.takes))


def _meets(outcome: Outcome, so: Mapping[Circumstance, bool]) -> bool:
    """Whether the circumstance holds of the area."""
    if outcome.unless is not None and so[outcome.unless]:
        return False
    return not outcome.where or any(so[c] for c in outcome.where)


@cache
def finding_row(vocabulary: Vocabulary, kind: str, origin: str, progress: str | None = None) -> Row:
    """A finding as whole numbers; kind and progress give what it counts as."""
    return Row(
        {
            "kind": vocabulary.kinds.rank(kind),
            "origin": ORIGIN.rank(origin),
            "standing": vocabulary.standings.rank(vocabulary.counts_as(kind, progress)),
            "progress": PROGRESS.rank(progress or NOT_IMPROVING),
        }
    )


def proposed_row(vocabulary: Vocabulary, raised: Raised) -> Row:
    """A proposed finding as whole numbers."""
    assert raised.rule.effect is Effect.RAISES
    return finding_row(vocabulary, raised.rule.target, "proposed")


def proposed_counts(vocabulary: Vocabulary, kind: str, where: Iterable[Test]) -> bool:
    """Whether a proposed finding of a kind satisfies a `where`."""
    return satisfies(finding_row(vocabulary, kind, "proposed"), where)
