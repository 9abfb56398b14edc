"""Rules about areas that another rule always stands in for, told from the facts of the two alone."""

from __future__ import annotations

from dataclasses import replace

import z3

from grader.engines.reference import ReferenceEngine
from grader.grading.conclude import LayerEvaluator
from grader.language.nodes import Effect
from grader.language.pipeline import GRADES
from grader.language.relevance import with_parts
from grader.language.rulebook import Layer, Rule
from grader.language.typecheck import facts_named
from grader.proofs.areas import AreaGroup, AreaSpace, AreaTerms
from grader.proofs.subject import GRADE_AND_SUFFICIENCY, Subject


def spared(subject: Subject, rule: Rule, group: AreaGroup) -> bool:
    """Whether one other rule of the same effect, that goes as far, holds wherever a rule holds.

    Such a rule never decides. What facts look at findings is left open: then it takes the whole rule book.
    """
    return any(_stands_in(subject, rule, other, group) for other in _as_far(subject, rule, group))


def _as_far(subject: Subject, rule: Rule, group: AreaGroup) -> list[Rule]:
    """Rules that conclude the same or more in the same direction."""
    area = group.areas[0].id
    table = subject.bound.table(rule.layer, rule.level).rules
    others = [r for r in table if r is not rule and r.effect is rule.effect and r.applies_to(area)]
    if rule.layer is Layer.GRADE:
        scale, _ = GRADES.concludes(subject.bound)
        own = scale.rank(rule.target)
        better = rule.effect is Effect.REACHES
        return [r for r in others if (scale.rank(r.target) - own) * (1 if better else -1) >= 0]
    return [r for r in others if r.target == rule.target]


def _stands_in(subject: Subject, rule: Rule, other: Rule, group: AreaGroup) -> bool:
    """Whether `other` holds in every state in which `rule` holds, as the two alone tell states apart."""
    names = {*facts_named(rule.condition), *facts_named(other.condition)}
    if any(f.entity == "findings" for f in with_parts(subject.bound, names)):
        return False
    # Without findings, what a fact about an area looks at is evidence and statuses.
    kept = tuple(r for r in subject.bound.rules if r.layer is Layer.STATUS or r in (rule, other))
    book = replace(subject.bound, rules=kept)
    evaluator = LayerEvaluator(book, ReferenceEngine(book))
    space = AreaSpace(book, evaluator, group, GRADE_AND_SUFFICIENCY, subject.budget)
    state = space.state()
    conditions = _conditions(state.terms, rule)
    parted = z3.And(conditions[rule.id], z3.Not(conditions[other.id]))
    return space.solver(state).model(parted) is None


def _conditions(terms: AreaTerms, rule: Rule) -> dict[str, z3.BoolRef]:
    if rule.layer is Layer.FINDING:
        return {r.id: formula for r, formula in terms.raises}
    held = terms.withholds if rule.layer is Layer.SUFFICIENCY else terms.held
    return {r.id: formula for r, formula in held}
