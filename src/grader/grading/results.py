"""From conclusions to the proposal's blocks: statuses, findings and the reasons for a grade."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from grader.engines.reference import compare
from grader.grading.conclude import (
    AreaCase,
    CharacteristicCase,
    FindingRecord,
    LayerEvaluator,
    Raised,
    proposed_row,
)
from grader.grading.hinges import Sensitivity
from grader.grading.possible import Range
from grader.grading.support import Support, behind_rule, lacking, of_area, wants_more
from grader.grading.wording import NO_EVIDENCE, nothing_better, recommendations, statement
from grader.io.frameworks import FrameworkFile
from grader.language.english import English
from grader.language.nodes import Effect
from grader.language.rulebook import Fact, Layer, Rule, RuleBook
from grader.language.settings import Settings
from grader.language.typecheck import comparisons, facts_named
from grader.model.inspection import Declared, Evidence, Previous
from grader.model.proposal import AreaResult, CharacteristicResult, EarlierGradeShown, FindingResult, Reason
from grader.vocabulary.words import Vocabulary


@dataclass(frozen=True, slots=True)
class ProposalContext:
    """What a proposal needs beside the trace; `engine` is a name."""

    framework: FrameworkFile
    book: RuleBook
    bound: RuleBook
    english: English
    settings: Settings
    engine: str
    evidence: Mapping[str, Evidence]
    old: frozenset[str]
    """Evidence that is old at the inspection's `as_of`."""
    ranges: LayerEvaluator | None = None
    """What works out the grades an area could take; None where the rules are not proved to allow it."""

    def old_in(self, evidence: Iterable[str]) -> list[str]:
        """The old items among these, in code point order."""
        return sorted(self.old.intersection(evidence))


def area_result(
    context: ProposalContext,
    area: AreaCase,
    cases: Sequence[CharacteristicCase],
    standing: Sequence[FindingRecord],
    findings: Sequence[Declared | Previous],
    firm: Sensitivity,
    possible: Range | None,
) -> AreaResult:
    """The proposal's block on one inspected area."""
    proposed = [
        _proposed(context, raised, cases)
        for raised in [r for c in cases for r in c.raised] + list(area.raised)
    ]
    known = [*standing, *(_standing(context.book.vocabulary, f, r) for f, r in proposed)]
    grade = context.bound.grade_scale.name_of(area.decision.rank) if area.decision else None
    framework = context.framework.framework
    return AreaResult(
        area=area.area,
        title=framework.area(area.area).title,
        outcome=area.outcome,  # type: ignore[arg-type]  # concluded from the four names
        grade=grade,
        profile={name: area.facts[name] for name in sorted(area.facts)},
        characteristics=[_characteristic(context, case) for case in cases],
        findings=[
            *(_recorded(context, f) for f in _in_order(findings)),
            *sorted((f for f, _ in proposed), key=lambda f: f.id),
        ],
        reasons=list(_reasons(context, area, cases, known)),
        hinges=[h.model_copy(update={"old": True}) if h.evidence in context.old else h for h in firm.hinges],
        reachable=list(firm.reachable),
        possible=_named(context, possible),
        meaning=next((g.meaning for g in framework.grade_scale.grades if g.id == grade), None),
        earlier_grade=None,
    )


def absent_result(
    context: ProposalContext,
    area: str,
    findings: Sequence[Declared | Previous],
    earlier: EarlierGradeShown | None,
) -> AreaResult:
    """The block of an area not inspected, with its findings."""
    return AreaResult(
        area=area,
        title=context.framework.framework.area(area).title,
        outcome="not_inspected",
        grade=None,
        profile={},
        characteristics=[],
        findings=[_recorded(context, f) for f in _in_order(findings)],
        reasons=[],
        hinges=[],
        reachable=[],
        possible=None,
        meaning=None,
        earlier_grade=earlier,
    )


def _named(context: ProposalContext, possible: Range | None) -> tuple[str, str] | None:
    if possible is None:
        return None
    scale = context.bound.grade_scale
    return scale.name_of(possible[0]), scale.name_of(possible[1])


def _in_order(findings: Iterable[Declared | Previous]) -> list[Declared | Previous]:
    return sorted(findings, key=lambda f: (isinstance(f, Previous), f.id))


def _characteristic(context: ProposalContext, case: CharacteristicCase) -> CharacteristicResult:
    return CharacteristicResult(
        id=case.id,
        status=context.book.vocabulary.statuses.said_of(case.status.rank),
        evidence=[item.id for item in case.items],
        rule=case.status.deciding[0] if case.status.deciding else None,
        old=context.old_in(item.id for item in case.items),
    )


def _recorded(context: ProposalContext, finding: Declared | Previous) -> FindingResult:
    return FindingResult(
        id=finding.id,
        origin="previous" if isinstance(finding, Previous) else "declared",
        kind=finding.kind,
        characteristics=sorted(finding.characteristics),
        evidence=sorted(finding.evidence),
        statement=finding.statement,
        recommendations=list(finding.recommendations),
        rule=None,
        old=context.old_in(finding.evidence),
    )


def _proposed(
    context: ProposalContext, raised: Raised, cases: Sequence[CharacteristicCase]
) -> tuple[FindingResult, Raised]:
    rule = raised.rule
    if raised.characteristic is not None:
        case = next(c for c in cases if c.id == raised.characteristic)
        support = behind_rule(rule.condition, case, context.bound.facts)
    else:
        support = Support()
        for name in facts_named(rule.condition):
            support.add(of_area(context.bound.facts[name], cases, (), context.bound.facts))
    characteristics = sorted(support.characteristics)
    evidence = sorted(support.evidence)
    texts = [context.framework.framework.characteristic(c).text for c in characteristics]
    found = [context.evidence[e].statement for e in evidence]
    kind = context.book.vocabulary.kind[rule.target]
    result = FindingResult(
        id=f"{rule.id}:{raised.characteristic}" if raised.characteristic else rule.id,
        origin="proposed",
        kind=rule.target,
        characteristics=characteristics,
        evidence=evidence,
        statement=statement(kind, texts, found),
        recommendations=recommendations(kind, texts),
        rule=rule.id,
        old=context.old_in(evidence),
    )
    return result, raised


def _standing(vocabulary: Vocabulary, finding: FindingResult, raised: Raised) -> FindingRecord:
    row = proposed_row(vocabulary, raised)
    return FindingRecord(finding.id, row, tuple(finding.characteristics), tuple(finding.evidence))


def _reasons(
    context: ProposalContext,
    area: AreaCase,
    cases: Sequence[CharacteristicCase],
    known: Sequence[FindingRecord],
) -> Iterable[Reason]:
    """What decided the outcome, then what barred a better one.

    Together their facts force the grade.
    """
    if area.outcome == "withheld":
        deciding = [r for r in _rules(context, Layer.SUFFICIENCY, area.area) if r.id in area.held]
        for rule in deciding:
            yield _reason(context, rule, True, "withheld", area, cases, known)
        if not deciding:
            yield _plain("withholds", "withheld", NO_EVIDENCE)
        return
    if area.decision is None:
        return
    scale, grade = context.bound.grade_scale, area.decision.rank
    rules = _rules(context, Layer.GRADE, area.area)
    for rule in (r for r in rules if r.id in area.decision.deciding):
        yield _reason(context, rule, True, rule.target, area, cases, known)
    if not area.decision.deciding:
        name = scale.name_of(grade)
        yield _plain("default", name, nothing_better(name))
    limited = any(r.effect is Effect.LIMITS for r in rules if r.id in area.decision.deciding)
    # Where no rule reaches a grade, one that reached a grade below the default would replace it.
    defaulted = not any(r.effect is Effect.REACHES for r in rules if r.id in area.held)
    for rule in sorted(rules, key=lambda r: (scale.rank(r.target), r.id)):
        held = rule.id in area.held
        better = rule.effect is Effect.REACHES and scale.rank(rule.target) > grade and not limited
        lower = (rule.effect is Effect.LIMITS or defaulted) and scale.rank(rule.target) < grade
        reached = limited and rule.effect is Effect.REACHES and held and scale.rank(rule.target) > grade
        if (better or lower or reached) and rule.id not in area.decision.deciding:
            yield _reason(context, rule, held, rule.target, area, cases, known)


def _rules(context: ProposalContext, layer: Layer, area: str) -> list[Rule]:
    return sorted(
        (r for r in context.bound.rules if r.layer is layer and r.applies_to(area)), key=lambda r: r.id
    )


def _plain(effect: str, target: str, because: str) -> Reason:
    return Reason(rule=None, effect=effect, target=target, held=True, because=because, facts={}, evidence=[])


def _reason(
    context: ProposalContext,
    rule: Rule,
    held: bool,
    target: str,
    area: AreaCase,
    cases: Sequence[CharacteristicCase],
    known: Sequence[FindingRecord],
) -> Reason:
    names = facts_named(rule.condition)
    if held:
        evidence = _behind(context.bound.facts, names, cases, known).evidence
    else:
        evidence = _in_the_way(context.bound.facts, rule, area.facts, cases, known)
    return Reason(
        rule=rule.id,
        effect=str(rule.effect),
        target=target,
        held=held,
        because=context.english.because(rule.because, area.facts, rule.condition),
        facts={name: area.facts[name] for name in names},
        evidence=sorted(evidence),
        old=context.old_in(evidence),
    )


def _behind(
    facts: Mapping[str, Fact],
    names: Iterable[str],
    cases: Sequence[CharacteristicCase],
    known: Sequence[FindingRecord],
) -> Support:
    support = Support()
    for name in names:
        support.add(of_area(facts[name], cases, known, facts))
    return support


def _in_the_way(
    facts: Mapping[str, Fact],
    rule: Rule,
    seen: Mapping[str, int],
    cases: Sequence[CharacteristicCase],
    known: Sequence[FindingRecord],
) -> set[str]:
    """Evidence behind each failed comparison."""
    found: set[str] = set()
    for comparison, negated in comparisons(rule.condition):
        if compare(seen[comparison.fact], comparison.op, comparison.operands) is not negated:
            continue
        more = wants_more(comparison, not negated, seen[comparison.fact])
        stands = (lacking if more else of_area)(facts[comparison.fact], cases, known, facts)
        found |= stands.evidence
    return found
