"""Run rule tests by the real pass, and compare with what is expected."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from grader.authoring.cases import Case
from grader.authoring.claims import About, Claim
from grader.engines.choice import engine_for
from grader.engines.reference import ReferenceEngine
from grader.grading.conclude import AreaCase, CharacteristicCase, LayerEvaluator
from grader.grading.run import GradingTrace, run
from grader.language.bind import bind
from grader.language.engine import Engine
from grader.language.english import English
from grader.language.figures import as_whole
from grader.language.nodes import Effect
from grader.language.rulebook import Layer, Rule, RuleBook
from grader.model.framework import Framework
from grader.model.inspection import Inspection

MakeEngine = Callable[[RuleBook], Engine]


@dataclass(frozen=True, slots=True)
class Miss:
    """An expectation not met, what came out, and why."""

    claim: Claim
    actual: tuple[str, ...]
    why: tuple[str, ...]

    @property
    def subject(self) -> str:
        """What was expected to come out otherwise."""
        return f"{self.claim.about} {self.claim.of}".strip()


@dataclass(frozen=True, slots=True)
class Result:
    """A case that was run; it passed where nothing was missed."""

    case: Case
    misses: tuple[Miss, ...]

    @property
    def passed(self) -> bool:
        return not self.misses


class Runner:
    """Runs cases against one rule book, with one engine for each setting of its parameters."""

    def __init__(
        self,
        book: RuleBook,
        framework: Framework,
        make: MakeEngine = ReferenceEngine,
        evaluator: Callable[[RuleBook, Engine], LayerEvaluator] = LayerEvaluator,
    ) -> None:
        self.book = book
        self.framework = framework
        self._make = make
        self._concluder = evaluator
        self._concluders: dict[tuple[tuple[str, int], ...], LayerEvaluator] = {}

    def evaluator(self, case: Case) -> LayerEvaluator:
        """The rule book with the case's parameters, on the runner's engine."""
        key = tuple(case.overrides.items())
        if key not in self._concluders:
            bound = bind(self.book, case.overrides)
            self._concluders[key] = self._concluder(bound, self._make(bound))
        return self._concluders[key]

    def run(self, case: Case) -> Result:
        """Run a case whole, with the reasons for whatever was missed."""
        evaluator = self.evaluator(case)
        outcome = _Outcome(case.inspection, self._pass(case, case.inspection), evaluator)
        misses = []
        for claim in case.claims:
            actual = outcome.actual(claim)
            if not met(claim, actual):
                why = _Why(outcome, English(self.book, case.overrides), self.framework)
                misses.append(Miss(claim, actual, tuple(why.of(claim))))
        return Result(case, tuple(misses))

    def passes(self, case: Case) -> bool:
        """Whether every expectation is met: the quick answer, without reasons."""
        passed = self._pass(case, case.narrowed)
        outcome = _Outcome(case.narrowed, passed, self.evaluator(case))
        return all(met(claim, outcome.actual(claim)) for claim in case.claims)

    def deciding(self, case: Case) -> frozenset[str]:
        """Ids of the rules that decide anything in a case."""
        passed = self._pass(case, case.narrowed)
        return frozenset(_Outcome(case.narrowed, passed, self.evaluator(case)).all_deciding())

    def _pass(self, case: Case, inspection: Inspection) -> GradingTrace:
        return run(inspection, self.framework, self.evaluator(case))


def met(claim: Claim, actual: tuple[str, ...]) -> bool:
    """Whether the same names came out, or a rule among the deciding."""
    if claim.about in (About.REASON, About.RULE):
        return set(claim.expected) <= set(actual)
    return claim.expected == actual


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What a pass concluded, by what a claim is about."""

    inspection: Inspection
    passed: GradingTrace
    evaluator: LayerEvaluator

    def actual(self, claim: Claim) -> tuple[str, ...]:
        match claim.about:
            case About.STATUS:
                found = self.characteristic(claim.of)
                return (self.evaluator.book.vocabulary.statuses.said_of(found.status.rank if found else 0),)
            case About.GRADE:
                area = self.passed.areas.get(claim.of)
                if area is None or area.decision is None:
                    return (self.outcome(claim.of),)
                return (self.evaluator.book.grade_scale.name_of(area.decision.rank),)
            case About.OUTCOME:
                return (self.outcome(claim.of),)
            case About.FINDINGS:
                return tuple(sorted(rule.target for rule, _ in self.raised(claim.of)))
            case About.REASON:
                return tuple(sorted(self.deciding(claim.of)))
            case About.RULE:
                return tuple(sorted(set(self.all_deciding())))

    def outcome(self, area: str) -> str:
        found = self.passed.areas.get(area)
        return found.outcome if found is not None else "not_inspected"

    def characteristic(self, name: str) -> CharacteristicCase | None:
        found = (c for cases in self.passed.characteristics.values() for c in cases if c.id == name)
        return next(found, None)

    def raised(self, area: str) -> Iterator[tuple[Rule, Mapping[str, int]]]:
        """The findings rules propose on an area, with the facts each rests on."""
        for case in self.passed.characteristics.get(area, ()):
            yield from ((r.rule, case.facts) for r in case.raised)
        found = self.passed.areas.get(area)
        if found is not None:
            yield from ((r.rule, found.facts) for r in found.raised)

    def deciding(self, area: str) -> Iterator[str]:
        """Rules that decide an area's grade, or withhold it."""
        found = self.passed.areas.get(area)
        if found is None:
            return
        if found.decision is not None:
            yield from found.decision.deciding
        elif found.outcome == "withheld":
            yield from found.held

    def all_deciding(self) -> Iterator[str]:
        for item in self.inspection.evidence:
            if item.assessment is None and item.measure is not None:
                figure = as_whole(self.evaluator.book.measures[item.measure.name], item.measure.value)
                yield from self.evaluator.assessment(item.measure.name, figure).deciding
        for area, cases in self.passed.characteristics.items():
            for case in cases:
                yield from case.status.deciding
            yield from (rule.id for rule, _ in self.raised(area))
            yield from self.deciding(area)


@dataclass(frozen=True, slots=True)
class _Why:
    """The rules and numbers behind what came out, and behind what did not."""

    outcome: _Outcome
    english: English
    framework: Framework

    def of(self, claim: Claim) -> Iterator[str]:
        match claim.about:
            case About.STATUS:
                yield from self.status(claim)
            case About.FINDINGS:
                raised = list(self.outcome.raised(claim.of))
                yield from (self.held(rule, facts) for rule, facts in raised)
                if not raised:
                    yield "no rule proposes a finding"
            case About.RULE:
                yield from (self.passed_over(rule) for rule in claim.expected)
            case _:
                yield from self.area(claim)

    def status(self, claim: Claim) -> Iterator[str]:
        found = self.outcome.characteristic(claim.of)
        if found is None:
            yield "its area was not inspected"
        elif not found.items:
            yield "no evidence counts on it"
        else:
            rules = self._rules(Layer.STATUS, self.framework.area_of(claim.of).id)
            yield from self._decided(rules, found.status.deciding, claim, found.facts)

    def area(self, claim: Claim) -> Iterator[str]:
        found = self.outcome.passed.areas.get(claim.of)
        if found is None:
            yield "the area was not inspected"
        elif found.outcome == "ungraded":
            yield "the edition gives the area no grade"
        elif found.decision is None:
            rules = self._rules(Layer.SUFFICIENCY, claim.of)
            held = [self.held(r, found.facts) for r in rules if r.id in found.held]
            yield from held or ["no evidence counts on the area"]
        else:
            rules = self._rules(Layer.GRADE, claim.of)
            yield from self._decided(rules, found.decision.deciding, claim, found.facts)
            yield from self._not_withheld(claim, found)

    def _not_withheld(self, claim: Claim, found: AreaCase) -> Iterator[str]:
        if claim.about is About.OUTCOME:
            for rule in self._rules(Layer.SUFFICIENCY, claim.of):
                if rule.id not in found.held:
                    yield self.unheld(rule, found.facts)

    def _decided(
        self, rules: list[Rule], deciding: Iterable[str], claim: Claim, facts: Mapping[str, int]
    ) -> Iterator[str]:
        """What decided, then the rules that were expected and do not hold."""
        deciding = frozenset(deciding)
        if not deciding:
            yield "no rule reaches anything better, so the default stands"
        yield from (self.held(r, facts) for r in rules if r.id in deciding)
        for rule in rules:
            if rule.id not in deciding and (rule.target in claim.expected or rule.id in claim.expected):
                yield self.unheld(rule, facts)

    def passed_over(self, name: str) -> str:
        rule = next(r for r in self.english.book.rules if r.id == name)
        needed = self.english.of_rule(rule).condition(rule.condition)
        return f"{name} decides nothing in this case; it needs {needed}"

    def held(self, rule: Rule, facts: Mapping[str, int]) -> str:
        return f"{self._says(rule)}: {self.english.because(rule.because, facts)}"

    def unheld(self, rule: Rule, facts: Mapping[str, int]) -> str:
        holds = rule.id in self.outcome.evaluator.engine.held(
            rule.layer, rule.level, next(iter(rule.scope or {""})), facts
        )
        said = "holds, and is outdone" if holds else "does not hold"
        return f"{self._says(rule)} {said}: {self.english.condition(rule.condition, facts)}"

    @staticmethod
    def _says(rule: Rule) -> str:
        to = "limits to" if rule.effect is Effect.LIMITS else str(rule.effect)
        return f"{rule.id} ({to} {rule.target.replace('_', ' ')})"

    def _rules(self, layer: Layer, area: str) -> list[Rule]:
        """The rules as written: their parameters keep their names."""
        return [r for r in self.english.book.rules if r.layer is layer and r.applies_to(area)]


def run_all(book: RuleBook, framework: Framework, cases: Iterable[Case]) -> list[Result]:
    """Every case, run as an inspection.

    Raises
    ------
    EngineDisagreementError
    """
    runner = Runner(book, framework, engine_for)
    return [runner.run(case) for case in cases]
