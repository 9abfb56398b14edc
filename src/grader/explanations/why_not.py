"""What stood in the way of a grade, and the evidence behind it.

A barrier is a rule that keeps the area below the grade; its conditions are the comparisons that are not met.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from pydantic import Field

from grader.engines.reference import holds
from grader.explanations.asked import area_asked, grade_asked
from grader.explanations.why import Cited, cite, no_grade
from grader.grading.conclude import AreaCase, CharacteristicCase, FindingRecord, finding_row
from grader.grading.run import standing_of
from grader.grading.support import lacking, of_area, wants_more
from grader.language.english import English
from grader.language.nodes import All, Any_, Compare, Condition, Effect, Kind, Not, Op
from grader.language.rulebook import Layer, Rule, RuleBook
from grader.model.framework import Framework
from grader.model.proposal import AreaResult, Outcome, OutputModel, Proposal, Reason, counted
from grader.session import LoadedInspection

SCHEMA: Final = "grader.why_not/1"

_NEEDED: Final = {
    Op.AT_LEAST: ("at least", "fewer than"),
    Op.AT_MOST: ("at most", "more than"),
    Op.MORE_THAN: ("more than", "at most"),
    Op.FEWER_THAN: ("fewer than", "at least"),
    Op.EQUALS: ("exactly", "other than"),
    Op.ONE_OF: ("one of", "none of"),
}


class Missed(OutputModel):
    """A comparison that did not come out as the grade needs it."""

    fact: str
    seen: int
    """The fact's value: whole per mille for a share, a rank for a named value."""
    text: str
    """The numbers seen and needed, in English."""
    alternative: bool
    """Whether another condition of the same barrier may be met instead."""
    evidence: list[str]
    findings: list[str]
    """Findings the fact counts, by id."""
    characteristics: list[str]
    """Characteristics that did not count towards what is needed, or counted against it."""


class Barrier(OutputModel):
    """A rule that would have to hold, or would have to not hold."""

    rule: str | None
    """None where no rule could reach the grade, or where the law of the language leaves none."""
    effect: Literal["reaches", "limits", "withholds", "default"]
    target: str
    needed: bool
    """Whether the rule would have to hold; of those that would, one is enough."""
    because: str
    conditions: list[Missed]


class WhyNot(OutputModel):
    """What stood in the way of a grade, or of a better one."""

    schema_: Literal["grader.why_not/1"] = Field(SCHEMA, alias="schema")
    inspection: str
    body: str
    area: str
    title: str
    outcome: Outcome
    grade: str | None
    asked: str
    overrides: dict[str, int]
    """Parameters that were set otherwise than their defaults."""
    met: bool
    """Whether the area is graded so already, or better."""
    summary: str
    barriers: list[Barrier]
    kept_up: list[Reason]
    """Where the grade asked for is met: the rules by which the area is not graded worse."""
    evidence: list[Cited]
    """Every item named above, once."""

    def __repr__(self) -> str:
        said = "met" if self.met else counted(len(self.barriers), "barrier")
        return f"<WhyNot {self.inspection}, {self.area}, {self.asked}: {said}>"

    __str__ = __repr__


@dataclass(frozen=True, slots=True)
class _AreaContext:
    """What barriers are worked out from, for one area."""

    bound: RuleBook
    english: English
    case: AreaCase
    cases: Sequence[CharacteristicCase]
    findings: Sequence[FindingRecord]

    def rules(self, *layers: Layer) -> list[Rule]:
        """Rules of these layers that speak of the area, bound, in id order."""
        found = (r for r in self.bound.rules if r.layer in layers and r.applies_to(self.case.area))
        return sorted(found, key=lambda r: r.id)


def why_not(loaded: LoadedInspection, area: str, asked: str) -> WhyNot:
    """What stood in the way of a grade or a better one.

    Raises
    ------
    UnknownNameError
        No such area or grade.
    """
    framework, proposal, trace = loaded.framework.framework, loaded.proposal, loaded.trace
    area = area_asked(framework, proposal.framework.edition, area)
    asked = grade_asked(framework, asked)
    result = proposal.area(area)
    scale = loaded.book.grade_scale
    met = result.grade is not None and scale.rank(result.grade) >= scale.rank(asked)
    barriers: list[Barrier] = []
    if area in trace.areas and not met:
        barriers = _barriers(_context(loaded, result), asked)
    kept_up = _kept_up(result, scale.ranks, asked) if met else []
    return WhyNot(
        schema=SCHEMA,
        inspection=proposal.inspection,
        body=proposal.body,
        area=area,
        title=result.title,
        outcome=result.outcome,
        grade=result.grade,
        asked=asked,
        overrides=proposal.overrides,
        met=met,
        summary=_summary(framework, proposal, result, asked, met),
        barriers=barriers,
        kept_up=kept_up,
        evidence=_cited(loaded, area, barriers, kept_up),
    )


def _context(loaded: LoadedInspection, result: AreaResult) -> _AreaContext:
    words = loaded.framework.framework.vocabulary
    recorded = {f.id: standing_of(words, f) for f in loaded.inspection.all_findings if f.area == result.area}
    proposed = [
        FindingRecord(
            f.id, finding_row(words, f.kind, "proposed"), tuple(f.characteristics), tuple(f.evidence)
        )
        for f in result.findings
        if f.origin == "proposed"
    ]
    return _AreaContext(
        loaded.session.bound,
        loaded.session.english,
        loaded.trace.areas[result.area],
        loaded.trace.characteristics[result.area],
        [*recorded.values(), *proposed],
    )


def _summary(framework: Framework, proposal: Proposal, result: AreaResult, asked: str, met: bool) -> str:
    wanted, title = _plain(asked), result.title
    if met:
        got = _plain(result.grade or "")
        same = result.grade == asked
        return f"{title}: proposed {got}{' already' if same else f', which is better than {wanted}'}"
    if result.outcome == "graded":
        return f"{title}: proposed {_plain(result.grade or '')}, not {wanted} or better"
    return f"{title}: not {wanted} nor any other grade: {no_grade(framework, proposal, result.area)}"


def _plain(name: str) -> str:
    return name.replace("_", " ")


# Barriers -------------------------------------------------------------------------------------------------


def _barriers(seen: _AreaContext, asked: str) -> list[Barrier]:
    """Every rule that keeps the area below the grade."""
    if seen.case.outcome == "withheld":
        thin = [r for r in seen.rules(Layer.SUFFICIENCY) if r.id in seen.case.held]
        none = _without_rule("withholds", "withheld", "no evidence is counted on this area")
        return [_barrier(seen, r, wanted=False) for r in thin] or [none]
    if seen.case.decision is None:
        return []
    scale = seen.bound.grade_scale
    wanted = scale.rank(asked)
    rules = seen.rules(Layer.GRADE)
    held = [r for r in rules if r.id in seen.case.held]
    found = [
        _barrier(seen, r, wanted=False)
        for r in held
        if r.effect is Effect.LIMITS and scale.rank(r.target) < wanted
    ]
    reached = [scale.rank(r.target) for r in held if r.effect is Effect.REACHES]
    default = scale.rank(seen.bound.grade_default)
    if max(reached, default=default) >= wanted:
        return found
    far = [r for r in rules if r.effect is Effect.REACHES and scale.rank(r.target) >= wanted]
    found += [_barrier(seen, r, wanted=True) for r in sorted(far, key=lambda r: scale.rank(r.target))]
    if default >= wanted:  # which is given only where no rule reaches anything, better or worse
        found += [_barrier(seen, r, wanted=False) for r in held if r.effect is Effect.REACHES]
    elif not far:
        found.append(_without_rule("default", asked, f"no rule reaches {_plain(asked)} or better here"))
    return found


def _without_rule(effect: Literal["withholds", "default"], target: str, because: str) -> Barrier:
    return Barrier(rule=None, effect=effect, target=target, needed=False, because=because, conditions=[])


def _barrier(seen: _AreaContext, rule: Rule, *, wanted: bool) -> Barrier:
    return Barrier(
        rule=rule.id,
        effect=str(rule.effect),  # type: ignore[arg-type]  # rules of these layers have no other
        target=rule.target,
        needed=wanted,
        because=seen.english.because(rule.because, seen.case.facts, rule.condition),
        conditions=[_missed(seen, each) for each in missed(rule.condition, seen.case.facts, wanted)],
    )


@dataclass(frozen=True, slots=True)
class Failing:
    """A comparison that would have to hold (or, where not `wanted`, to not hold)."""

    comparison: Compare
    wanted: bool
    alternative: bool


def missed(
    condition: Condition, facts: Mapping[str, int], wanted: bool, alternative: bool = False
) -> Iterator[Failing]:
    """Comparisons by which a condition is not as wanted.

    Parameters
    ----------
    wanted : bool
        Whether it should hold.
    alternative : bool
        Whether one of several is enough.
    """
    if holds(condition, facts) is wanted:
        return
    match condition:
        case Compare():
            yield Failing(condition, wanted, alternative)
        case Not(part):
            yield from missed(part, facts, not wanted, alternative)
        case All(parts) | Any_(parts):
            # One part is enough to break an `all`, or to make an `any` hold.
            one_enough = isinstance(condition, All) is not wanted and len(parts) > 1
            for part in parts:
                yield from missed(part, facts, wanted, alternative or one_enough)


def _missed(seen: _AreaContext, failing: Failing) -> Missed:
    fact = seen.bound.facts[failing.comparison.fact]
    facts = seen.bound.facts
    more = wants_more(failing.comparison, failing.wanted, seen.case.facts[fact.name])
    support = (lacking if more else of_area)(fact, seen.cases, seen.findings, facts)
    # A finding may cite evidence that counts on other areas alone: the finding is named, which leads there.
    evidence = support.evidence & {i.id for c in seen.cases for i in c.items}
    return Missed(
        fact=fact.name,
        seen=seen.case.facts[fact.name],
        text=_needed(seen.english, failing, seen.case.facts),
        alternative=failing.alternative,
        evidence=sorted(evidence),
        findings=sorted(support.findings),
        characteristics=sorted(support.characteristics),
    )


def _needed(english: English, failing: Failing, facts: Mapping[str, int]) -> str:
    """The numbers seen and needed, in English."""
    comparison = failing.comparison
    fact = english.fact(comparison.fact)
    numbers = " or ".join(english.operand(o, fact) for o in comparison.operands)
    words = _NEEDED[comparison.op][not failing.wanted]
    if fact.kind in (Kind.SHARE, Kind.SCORE) and words == "fewer than":
        words = "less than"
    found = english.seen(fact.name, facts, [comparison])
    return f"{fact.english}: {found}, where {words} {numbers} is needed"


# What keeps a grade up ------------------------------------------------------------------------------------


def _kept_up(result: AreaResult, ranks: Mapping[str, int], asked: str) -> list[Reason]:
    """Rules that reach the grade, and those for the one asked for."""
    held = [r for r in result.reasons if r.held]
    if result.grade == asked:
        return held
    against = [r for r in result.reasons if not r.held and r.effect == Effect.LIMITS]
    return held + [r for r in against if ranks[r.target] <= ranks[asked]]


def _cited(
    loaded: LoadedInspection, area: str, barriers: Sequence[Barrier], kept_up: Sequence[Reason]
) -> list[Cited]:
    named = {e for b in barriers for m in b.conditions for e in m.evidence}
    named |= {e for r in kept_up for e in r.evidence}
    cases = loaded.trace.characteristics.get(area, ())
    items = {i.id: i for case in cases for i in case.items}
    on = frozenset(case.id for case in cases)
    written = {e.id: e for e in loaded.inspection.evidence}
    return [cite(loaded, written[name], items[name], on) for name in sorted(named & items.keys())]
