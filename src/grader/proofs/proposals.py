"""What two rule books propose on an area, and where they differ.

Both by old names, so that renaming is no difference.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from grader.engines.choice import engine_for
from grader.engines.reference import ReferenceEngine
from grader.errors import InternalError
from grader.grading.conclude import AreaCase, CharacteristicCase, FindingRecord, LayerEvaluator, Raised
from grader.grading.run import run
from grader.grading.support import of_area
from grader.grading.tally import Item
from grader.language.bind import bind
from grader.language.row import Row
from grader.language.rulebook import Layer, RuleBook
from grader.language.typecheck import facts_named
from grader.model.framework import Framework
from grader.proofs.same_rules import pairs
from grader.proofs.situations import AreaSituation
from grader.vocabulary.peel import PEEL

Part = Literal["outcome", "grade", "withheld", "profile", "statuses", "findings"]
PARTS: Final[tuple[Part, ...]] = ("outcome", "grade", "withheld", "profile", "statuses", "findings")


@dataclass(frozen=True, slots=True)
class Way:
    """A part of the proposal, and how it moves."""

    part: Part
    direction: str = "otherwise"


LET: Final = Way("outcome", "graded")
HELD: Final = Way("outcome", "withheld")
HIGHER: Final = Way("grade", "higher")
LOWER: Final = Way("grade", "lower")
WHY: Final = Way("withheld")
PROFILE: Final = Way("profile")
STATUSES: Final = Way("statuses")
FINDINGS: Final = Way("findings")
#: Every way a proposal on an area can move.
WAYS: Final = (LET, HELD, HIGHER, LOWER, WHY, PROFILE, STATUSES, FINDINGS)


@dataclass(frozen=True, slots=True)
class Proposed:
    """One rule book's proposal on an area, by old names."""

    outcome: str
    rank: int | None
    withheld: frozenset[str]
    profile: Mapping[str, int]
    statuses: tuple[tuple[str, int], ...]
    findings: Mapping[tuple[str, str, frozenset[str]], int]


def ways(old: Proposed, new: Proposed) -> frozenset[Way]:
    """The ways in which two proposals differ."""
    found = {
        WHY: old.outcome == new.outcome and old.withheld != new.withheld,
        PROFILE: old.profile != new.profile,
        STATUSES: old.statuses != new.statuses,
        FINDINGS: old.findings != new.findings,
        LET: old.outcome == "withheld" and new.outcome == "graded",
        HELD: old.outcome == "graded" and new.outcome == "withheld",
        HIGHER: old.rank is not None and new.rank is not None and new.rank > old.rank,
        LOWER: old.rank is not None and new.rank is not None and new.rank < old.rank,
    }
    return frozenset(way for way, so in found.items() if so)


@dataclass(slots=True)
class Proposer:
    """One rule book at its defaults, by old names."""

    book: RuleBook
    rule_names: Mapping[str, str]
    fact_names: Mapping[str, str]
    bound: RuleBook = field(init=False)
    evaluator: LayerEvaluator = field(init=False)
    _checked: LayerEvaluator | None = None

    def __post_init__(self) -> None:
        self.bound = bind(self.book)
        self.evaluator = LayerEvaluator(self.bound, ReferenceEngine(self.bound))

    def on(self, situation: AreaSituation) -> Proposed:
        """What is proposed on the area of a situation, by the reference engine."""
        items: dict[str, list[Item]] = {}
        for n, (on, tags) in enumerate(situation.items):
            items.setdefault(on, []).append(Item(f"E{n:04}", tags))
        for n, f in enumerate(situation.figures, len(situation.items)):
            rank = self.evaluator.assessment(f.measure, f.figure).rank
            items.setdefault(f.on, []).append(Item(f"E{n:04}", Row({**f.tags, "assessment": rank})))
        earlier = [FindingRecord(f"P{n}", row, on) for n, (row, on) in enumerate(situation.earlier)]
        known = [*(FindingRecord(f"F{n}", row, ()) for n, row in enumerate(situation.declared)), *earlier]
        area = situation.area
        cases = tuple(
            self.evaluator.characteristic(area.id, c.id, c.counted, tuple(items.get(c.id, ())), earlier)
            for c in area.characteristics
        )
        return self.proposed(self.evaluator.area(area, situation.edition, cases, known), cases)

    def replayed(self, situation: AreaSituation, framework: Framework, units: Mapping[str, str]) -> Proposed:
        """The pass's proposal on the inspection, on every engine."""
        if self._checked is None:
            self._checked = LayerEvaluator(self.bound, engine_for(self.bound))
        trace = run(situation.inspection(framework, units), framework, self._checked)
        area = situation.area.id
        found = self.proposed(trace.areas[area], trace.characteristics[area])
        if found != self.on(situation):
            raise InternalError(
                f"the grading pass differs from what was worked out of {area}",
                help=f"where {situation.words()}: a fault of grader, please report it with the rule books",
            )
        return found

    def proposed(self, area: AreaCase, cases: tuple[CharacteristicCase, ...]) -> Proposed:
        """The proposal on an area, of what was concluded."""
        raised = [r for case in cases for r in case.raised] + list(area.raised)
        sufficiency = {
            self.rule_names[name]
            for name in area.held
            if self.evaluator.rules[name].layer is Layer.SUFFICIENCY and area.outcome == "withheld"
        }
        return Proposed(
            area.outcome,
            area.decision.rank if area.decision is not None else None,
            frozenset(sufficiency),
            {self.fact_names[name]: value for name, value in area.facts.items()},
            tuple((case.id, case.status.rank) for case in cases),
            Counter((self.rule_names[r.rule.id], r.rule.target, self._on(r, cases)) for r in raised),
        )

    def _on(self, raised: Raised, cases: tuple[CharacteristicCase, ...]) -> frozenset[str]:
        """The characteristics a proposed finding names."""
        if raised.characteristic is not None:
            return frozenset({raised.characteristic})
        facts = self.bound.facts
        found: set[str] = set()
        for name in facts_named(raised.rule.condition):
            found |= of_area(facts[name], cases, (), facts).characteristics
        return frozenset(found)


def proposers(old: RuleBook, new: RuleBook) -> tuple[Proposer, Proposer]:
    """Both rule books as proposers with the same names."""
    found = pairs(bind(old), bind(new))
    rules, facts = {r.id: r.id for r in old.rules}, {name: name for name in old.facts}
    # A name that was given up and taken for something else stands for the new thing.
    return Proposer(old, rules, facts), Proposer(new, dict(found.rules), dict(found.facts))


def difference(way: Way, old: Proposed, new: Proposed, grades: tuple[str, ...]) -> tuple[str, str]:
    """What each proposes of a part, in words."""
    match way.part:
        case "outcome" | "grade":
            return _said(old, grades), _said(new, grades)
        case "withheld":
            return _listed(old.withheld), _listed(new.withheld)
        case "profile":
            names = sorted(
                n for n in {*old.profile, *new.profile} if old.profile.get(n) != new.profile.get(n)
            )
            return tuple(  # type: ignore[return-value]  # two of them
                ", ".join(f"{n} {p.profile.get(n, 'is no fact')}" for n in names) for p in (old, new)
            )
        case "statuses":
            moved = [n for n, (a, b) in enumerate(zip(old.statuses, new.statuses, strict=True)) if a != b]
            return tuple(  # type: ignore[return-value]  # two of them
                ", ".join(f"{p.statuses[n][0]} {PEEL.statuses.name_of(p.statuses[n][1])}" for n in moved)
                for p in (old, new)
            )
        case "findings":
            before, after = Counter(old.findings), Counter(new.findings)
            return _raised(before - after), _raised(after - before)


def _said(proposed: Proposed, grades: tuple[str, ...]) -> str:
    return proposed.outcome if proposed.rank is None else grades[proposed.rank]


def _listed(names: frozenset[str]) -> str:
    return ", ".join(sorted(names)) or "no evidence"


def _raised(findings: Mapping[tuple[str, str, frozenset[str]], int]) -> str:
    known = sorted((rule, kind, sorted(on)) for rule, kind, on in findings)
    said = [f"{kind} by {rule}" + (f" on {', '.join(on)}" if on else "") for rule, kind, on in known]
    return "; ".join(said) or "no finding"
