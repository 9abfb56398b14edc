"""Conclude: from the items on each characteristic to an area's outcome, layer by layer.

Pure functions of one characteristic, then of one area, so that a changed item is concluded again without
touching anything else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from grader.engines.reference import FactReader
from grader.grading.tally import Item
from grader.language.engine import Engine
from grader.language.memo import Memo
from grader.language.nodes import Effect, Level
from grader.language.row import Row
from grader.language.rulebook import Decision, Layer, Rule, RuleBook, decide
from grader.language.vocabulary import ASSESSMENT, FINDING_KIND, ORIGIN, PROGRESS, STANDING, STATUS, Scale
from grader.model.framework import Area

_OPEN = STANDING.rank("open_concern")
MEASURE_DEFAULT = "falls_short"
STATUS_DEFAULT = "not_demonstrated"


@dataclass(frozen=True, slots=True)
class Standing:
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


@dataclass(frozen=True, slots=True)
class Concluded:
    """What an area's facts come to: its outcome, the rules that held, and the grade's rank where graded."""

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


class Concluder:
    """One bound rule book on one engine; it may be kept for one inspection after another."""

    def __init__(self, book: RuleBook, engine: Engine) -> None:
        self.book = book
        self.engine = engine
        self.rules = {rule.id: rule for rule in book.rules}
        self.characteristic_facts = FactReader(
            book.facts_at(Level.CHARACTERISTIC, (Layer.STATUS, Layer.FINDING))
        )
        self.area_facts = FactReader(
            book.facts_at(Level.AREA, (Layer.FINDING, Layer.SUFFICIENCY, Layer.GRADE))
        )
        self._area_finding_facts = FactReader(book.facts_at(Level.AREA, (Layer.FINDING,)))
        self._scoped = any(r.scope for r in book.rules if r.level is Level.CHARACTERISTIC)
        self._decided: Memo[tuple[Layer, frozenset[str]], Decision] = Memo()
        self._judged: Memo[tuple[str, bool, bool, Row], tuple[Decision, tuple[Rule, ...], Row]] = Memo()

    def assessment(self, measure: str, per_mille: int) -> Decision:
        """What a figure, in whole per mille, says of its characteristic."""
        held = self.engine.held(Layer.MEASURE, Level.FIGURE, measure, {"figure": per_mille})
        return self._decide(Layer.MEASURE, held, ASSESSMENT, MEASURE_DEFAULT)

    def characteristic(
        self,
        area: str,
        characteristic: str,
        counted: bool,
        items: tuple[Item, ...],
        earlier: Sequence[Standing],
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
        """What a characteristic's facts come to; `items` empty means not assessed."""
        key = (area if self._scoped else "", counted, bool(items), facts)
        found = self._judged.get(key)
        if found is None:
            found = self._judged[key] = self._judge(area, counted, bool(items), facts)
        status, rules, known = found
        raised = tuple([Raised(rule, characteristic) for rule in rules])
        return CharacteristicCase(characteristic, counted, items, known, status, raised)

    def _judge(
        self, area: str, counted: bool, assessed: bool, facts: Row
    ) -> tuple[Decision, tuple[Rule, ...], Row]:
        status = Decision(STATUS.rank("not_assessed"), ())
        if assessed:
            held = self.engine.held(Layer.STATUS, Level.CHARACTERISTIC, area, facts)
            status = self._decide(Layer.STATUS, held, STATUS, STATUS_DEFAULT)
        known = Row({**facts, "status": status.rank})
        if not counted:
            return status, (), known
        held = self.engine.held(Layer.FINDING, Level.CHARACTERISTIC, area, known)
        return status, tuple(self._of(held)), known

    def area(
        self, area: Area, edition: str, cases: Sequence[CharacteristicCase], known: Sequence[Standing]
    ) -> AreaCase:
        """Outcome of an inspected area: the findings its rules raise, then sufficiency, then the grade."""
        counted = [case for case in cases if case.counted]
        rows = [case.facts for case in counted]
        given = {case.id: case.status.rank for case in cases}
        things: dict[str, Sequence[Row]] = {
            "characteristics": rows,
            "earlier": [k.row for k in known if k.row["origin"] == ORIGIN.rank("previous")],
        }
        raised = self.raised(area.id, self._area_finding_facts.values(things, given))
        proposed = [r for case in counted for r in case.raised] + list(raised)
        findings = [k.row for k in known] + [proposed_row(r) for r in proposed]
        facts = self.area_facts.values({**things, "findings": findings}, given)
        assessed = any(case.items for case in counted)
        found = self.outcome(area.id, area.editions[edition].graded, facts, findings, assessed)
        return AreaCase(area.id, found.outcome, facts, raised, found.held, found.decision)

    def raised(self, area: str, facts: Mapping[str, int]) -> tuple[Raised, ...]:
        """Findings an area's own rules propose."""
        held = self.engine.held(Layer.FINDING, Level.AREA, area, facts)
        return tuple([Raised(rule, None) for rule in self._of(held)])

    def outcome(
        self, area: str, graded: bool, facts: Mapping[str, int], findings: Iterable[Row], assessed: bool
    ) -> Concluded:
        """What an area's facts come to.

        Parameters
        ----------
        area : str
            The area.
        graded : bool
            Whether the edition grades it.
        facts : mapping of str to int
            Every fact about the area.
        findings : iterable of Row
            Its findings, those proposed among them: an area with an open cause of concern is never withheld.
        assessed : bool
            Whether any evidence is counted on it: an area without any, and without such a finding, always is.
        """
        if not graded:
            return Concluded("ungraded", frozenset(), None)
        thin = self.engine.held(Layer.SUFFICIENCY, Level.AREA, area, facts)
        if (thin or not assessed) and not any(row["standing"] == _OPEN for row in findings):
            return Concluded("withheld", thin, None)
        held = self.engine.held(Layer.GRADE, Level.AREA, area, facts)
        decision = self._decide(Layer.GRADE, held, self.book.grade_scale, self.book.grade_default)
        return Concluded("graded", held | thin, decision)

    def _decide(self, layer: Layer, held: frozenset[str], scale: Scale, default: str) -> Decision:
        found = self._decided.get((layer, held))
        if found is None:
            found = self._decided[layer, held] = decide(self._of(held), held, scale, default)
        return found

    def _of(self, held: Iterable[str]) -> list[Rule]:
        return [self.rules[name] for name in sorted(held)]


@cache
def finding_row(kind: str, origin: str, progress: str | None = None) -> Row:
    """A finding as whole numbers. What it counts as follows from its kind and, for earlier ones, progress."""
    return Row(
        {
            "kind": FINDING_KIND.rank(kind),
            "origin": ORIGIN.rank(origin),
            "standing": STANDING.rank(counts_as(kind, progress)),
            "progress": PROGRESS.rank(progress or "not_improving"),
        }
    )


def counts_as(kind: str, progress: str | None) -> str:
    """What a finding counts as.

    A cause of concern is open when declared, proposed, or earlier and not improving; an earlier one that is
    improving counts as an area for improvement; anything closed counts as closed.
    """
    if progress == "closed":
        return "closed"
    if kind == "cause_of_concern":
        return "area_for_improvement" if progress == "improving" else "open_concern"
    return kind


def proposed_row(raised: Raised) -> Row:
    """A proposed finding as whole numbers."""
    assert raised.rule.effect is Effect.RAISES
    return finding_row(raised.rule.target, "proposed")
