"""Rules found to decide nothing, kept by what that rests on.

A threshold edited elsewhere then asks nothing of them again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from grader.language.nodes import Condition, Level
from grader.language.rulebook import VISIBLE, Layer, Rule
from grader.proofs.kept_cases import as_text, from_text
from grader.proofs.rule_scopes import FoundCase, case_in
from grader.proofs.subject import Subject
from grader.proofs.trials import Trials

#: Why a rule decides nothing: it speaks nowhere, holds always or never, raises the same as others, decides
#: beside others, or others go further or have the last word.
REASONS: Final = ("nowhere", "always", "never", "same", "beside", "further", "opposed")

WITHOUT_CASE: Final = ("nowhere", "always", "never")

#: What each table's conclusions come from.
_BELOW: Final[Mapping[tuple[Layer, Level], tuple[tuple[Layer, Level], ...]]] = {
    (Layer.STATUS, Level.CHARACTERISTIC): (),
    (Layer.FINDING, Level.CHARACTERISTIC): ((Layer.STATUS, Level.CHARACTERISTIC),),
    (Layer.FINDING, Level.AREA): ((Layer.FINDING, Level.CHARACTERISTIC),),
    (Layer.SUFFICIENCY, Level.AREA): ((Layer.FINDING, Level.AREA),),
    (Layer.GRADE, Level.AREA): ((Layer.SUFFICIENCY, Level.AREA),),
}


@dataclass(frozen=True, slots=True)
class Dead:
    """Why a rule decides nothing, and the case that is told."""

    why: str
    case: FoundCase | None


def known_dead(subject: Subject, trials: Trials, rule: Rule) -> Dead | None:
    """Why a rule was found to decide nothing at an earlier check, its case replayed."""
    key = rests_on(subject, rule)
    kept = trials.dead_before.get(key)
    if not isinstance(kept, dict) or kept.get("why") not in REASONS:
        return None
    case = None
    if kept["why"] not in WITHOUT_CASE:
        situation = next(from_text([kept.get("case")], subject.framework, trials, graded=False), None)
        if situation is None or not rule.applies_to(situation.area.id):
            return None
        if rule.level is Level.CHARACTERISTIC and len(situation.on) != 1:
            return None
        case = case_in(subject, rule, situation)
        if rule.id not in case.held:
            return None
    trials.dead[key] = kept
    return Dead(kept["why"], case)


def keep_dead(subject: Subject, trials: Trials, rule: Rule, dead: Dead) -> None:
    """Keep it for the next check; of figures nothing is kept, which are soon asked again."""
    if rule.layer is Layer.MEASURE:
        return
    case = None if dead.case is None or dead.case.situation is None else as_text([dead.case.situation])[0]
    trials.dead[rests_on(subject, rule)] = {"why": dead.why, "case": case}


def rests_on(subject: Subject, rule: Rule) -> str:
    """The hash of all that goes into whether a rule decides anything, beside the framework."""
    book, tables = subject.bound, [(rule.layer, rule.level)]
    for table in tables:
        tables += _BELOW.get(table, ())
    layers = {seen for layer, _ in tables for seen in VISIBLE[layer]}
    rules = sorted(
        (r.id, r.layer, r.level, r.effect, r.target, repr(r.condition), r.scope and sorted(r.scope))
        for r in book.rules
        if (r.layer, r.level) in tables
    )
    facts = [
        (n, f.level, f.kind, repr(f.definition))
        for n, f in sorted(book.facts.items())
        if f.layer in layers and (rule.level is Level.AREA or f.level is Level.CHARACTERISTIC)
    ]
    grades = (book.grade_scale.names, book.grade_default) if rule.layer is Layer.GRADE else ()
    return sha256(repr((rule.id, rules, facts, book.areas, grades)).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class WokenClauses:
    """Clauses that change nothing at the defaults, and do at another value of a parameter."""

    subject: Subject
    trials: Trials
    rule: Rule

    def known(self, condition: Condition, clause: Condition) -> bool:
        """Whether a clause was found to be one at an earlier check."""
        key = self._key(condition, clause)
        if key not in self.trials.dead_before:
            return False
        self.trials.dead[key] = None
        return True

    def keep(self, condition: Condition, clause: Condition) -> None:
        """Keep it for the next check."""
        self.trials.dead[self._key(condition, clause)] = None

    def _key(self, condition: Condition, clause: Condition) -> str:
        ranges = sorted((p.name, p.minimum, p.maximum) for p in self.subject.book.parameters.values())
        about = (rests_on(self.subject, self.rule), repr(condition), repr(clause), ranges)
        return sha256(repr(about).encode()).hexdigest()
