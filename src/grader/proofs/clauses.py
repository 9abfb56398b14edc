"""Clauses without which a rule holds in the same cases.

At the default parameters, wherever the rule concludes something.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import z3

from grader.engines.reference import holds
from grader.engines.symbolic import Undecided
from grader.errors import Place
from grader.language.bind import bind_condition
from grader.language.english import English
from grader.language.nodes import All, Any_, Compare, Condition, Level, Not, Param
from grader.language.rulebook import Layer, Rule, RuleBook
from grader.language.typecheck import comparisons
from grader.proofs.dead_rules import WokenClauses
from grader.proofs.live import check_live, in_turn, kept_in
from grader.proofs.report import Finding
from grader.proofs.rule_scopes import FoundCase, Scope, View, rule_scopes
from grader.proofs.subject import Subject
from grader.proofs.trials import Trials

_ADDS_NOTHING = "adds nothing to the rest of the condition"
_HELP = "mend its number or its fact, or take it out; say restates: why where it has to stand there"


@dataclass(frozen=True, slots=True)
class Places:
    """Where a rule speaks: known cases, and ways to find others."""

    met: Iterable[Mapping[str, int]]
    scopes: Sequence[Scope]
    keep: Callable[[FoundCase], None] = lambda case: None
    woken: WokenClauses | None = None


def check_live_throughout(subject: Subject, trials: Trials) -> Iterator[Finding]:
    """Findings on rules that decide nothing, and on clauses that change nothing."""

    def places(rule: Rule) -> Places:
        scopes = list(rule_scopes(subject, trials, rule))
        woken = WokenClauses(subject, trials, rule)
        return Places(_met(subject, trials, rule), scopes, kept_in(trials), woken)

    return with_clauses(subject, check_live(subject, trials), places)


def _met(subject: Subject, trials: Trials, rule: Rule) -> Iterator[Mapping[str, int]]:
    """What a rule saw in the cases tried."""
    tried = (*trials.states, *trials.met)
    if rule.level is Level.AREA:
        here = (t for t in tried if rule.applies_to(t.situation.area.id))
        yield from (
            t.area.facts for t in here if rule.layer is not Layer.GRADE or t.area.decision is not None
        )
    elif rule.level is Level.CHARACTERISTIC:
        for group in subject.graded:
            if rule.applies_to(group.areas[0].id):
                met = (e for t in tried if t.situation.area in group.areas for _, e in t.situation.on)
                for example in (*trials.pool(group), *met):
                    if rule.layer is not Layer.STATUS or example.case.items:
                        yield example.case.facts


def with_clauses(
    subject: Subject, dead: Iterable[Finding], places: Callable[[Rule], Places], *, of_a_table: bool = False
) -> Iterator[Finding]:
    """Findings on rules, then on clauses of the other rules.

    Parameters
    ----------
    of_a_table
        Only clauses on the same facts count: a published table may give two numbers, one following from the
        other.

    Raises
    ------
    Undecided
        Some remain open.
    """
    found: set[str] = set()
    still_open = []
    try:
        for finding in dead:
            found.add(finding.rules[0])
            yield finding
    except Undecided as undecided:
        still_open.append(str(undecided))
    asked = [r for r in subject.book.written if r.restates is not None or any(_clauses(r.condition))]
    asked = [r for r in asked if r.id not in found]
    try:
        yield from in_turn(subject, asked, lambda rule: _idle(subject.book, rule, places(rule), of_a_table))
    except Undecided as undecided:
        still_open.append(str(undecided))
    if still_open:
        raise Undecided("; ".join(still_open))


def _idle(book: RuleBook, rule: Rule, places: Places, of_a_table: bool) -> list[Finding]:
    """One finding for each clause that can go, those before it being gone."""
    found: list[Finding] = []
    met = list(places.met)
    values, needed, restated = book.defaults(), set[int](), False
    condition = _anew(rule.condition)
    while (clause := next((c for c in _clauses(condition) if id(c) not in needed), None)) is not None:
        less = _without(condition, clause)
        if places.woken is not None and places.woken.known(condition, clause):
            restated = restated or rule.restates is not None
            needed.add(id(clause))
            continue
        both = bind_condition(condition, values), bind_condition(less, values)
        if _differ(*both, met) or _case(*both, met, places):
            needed.add(id(clause))
            continue
        so = _so(bind_condition(clause, values), places.scopes)
        if so == _ADDS_NOTHING and (
            rule.restates
            or (of_a_table and not _named_beside(clause, less))
            or _matters_elsewhere(book, condition, less, clause, met, places)
        ):
            restated = restated or rule.restates is not None
            needed.add(id(clause))
            continue
        found.append(_finding(book, rule, clause, so))
        condition = less
    if rule.restates is not None and not restated:
        found.append(_needless(rule))
    return found


def _named_beside(clause: Condition, rest: Condition) -> bool:
    """Whether the rest of a condition looks at a fact of the clause."""
    return bool({c.fact for c, _ in comparisons(clause)} & {c.fact for c, _ in comparisons(rest)})


def _matters_elsewhere(
    book: RuleBook,
    one: Condition,
    other: Condition,
    clause: Condition,
    met: list[Mapping[str, int]],
    places: Places,
) -> bool:
    """Whether a clause matters with a parameter at an end of its range."""
    operands = (o for c, _ in comparisons(one) for o in c.operands)
    for name in dict.fromkeys(o.name for o in operands if isinstance(o, Param)):
        for value in (book.parameters[name].minimum, book.parameters[name].maximum):
            values = {**book.defaults(), name: value}
            both = bind_condition(one, values), bind_condition(other, values)
            if _differ(*both, met) or _any(places.scopes, _apart(*both)) is not None:
                if places.woken is not None:
                    places.woken.keep(one, clause)
                return True
    return False


def _differ(one: Condition, other: Condition, met: Iterable[Mapping[str, int]]) -> bool:
    return any(holds(one, facts) != holds(other, facts) for facts in met)


def _case(one: Condition, other: Condition, met: list[Mapping[str, int]], places: Places) -> bool:
    """Whether a case tells two conditions apart; it is kept."""
    case = _any(places.scopes, _apart(one, other))
    if case is not None:
        places.keep(case)
        met.append(case.facts)
    return case is not None


def _apart(one: Condition, other: Condition) -> Callable[[View], z3.BoolRef]:
    """Where one condition holds and the other does not."""
    return lambda view: view.of(one) != view.of(other)


def _any(scopes: Sequence[Scope], ask: Callable[[View], z3.BoolRef]) -> FoundCase | None:
    for finds in ([s.tried_any for s in scopes], [s.any for s in scopes]):
        for find in finds:
            case = find(ask)
            if case is not None:
                return case
    return None


def _so(clause: Condition, scopes: Sequence[Scope]) -> str:
    """Why a clause changes nothing."""
    if _any(scopes, lambda view: z3.Not(view.of(clause))) is None:
        return "always holds"
    if _any(scopes, lambda view: view.of(clause)) is None:
        return "never holds"
    return _ADDS_NOTHING


def _finding(book: RuleBook, rule: Rule, clause: Condition, so: str) -> Finding:
    named = any(isinstance(o, Param) for c, _ in comparisons(rule.condition) for o in c.operands)
    said = English(book).of_rule(rule).condition(bind_condition(clause, book.defaults()))
    at = " at the default parameters" if named else ""
    message = f"in rule {rule.id}, '{said}' {so}{at}: without it the rule would hold in the same cases"
    return Finding("idle-clause", (rule.id,), _place(clause) or rule.place, message, _HELP)


def _needless(rule: Rule) -> Finding:
    return Finding(
        "idle-clause",
        (rule.id,),
        rule.place,
        f"rule {rule.id} is marked restates, and none of its clauses follows from the others",
        "take the mark away",
    )


# The tree -------------------------------------------------------------------------------------------------


def _anew(condition: Condition) -> Condition:
    """The same, every node an object of its own."""
    match condition:
        case Compare():
            return replace(condition)
        case Not(part):
            return replace(condition, part=_anew(part))
        case All(parts) | Any_(parts):
            return replace(condition, parts=tuple(map(_anew, parts)))


def _clauses(condition: Condition) -> Iterator[Condition]:
    """Every part of an `all` or `any` somebody wrote, the smallest first."""
    match condition:
        case Compare():
            return
        case Not(part):
            yield from _clauses(part)
        case All(parts) | Any_(parts):
            for part in parts:
                yield from _clauses(part)
                if not (isinstance(part, Compare) and part.within):
                    yield part


def _without(condition: Condition, clause: Condition) -> Condition:
    match condition:
        case Compare():
            return condition
        case Not(part):
            return replace(condition, part=_without(part, clause))
        case All(parts) | Any_(parts):
            left = tuple(_without(p, clause) for p in parts if p is not clause)
            return replace(condition, parts=left)


def _place(condition: Condition) -> Place | None:
    if condition.place is not None or isinstance(condition, Compare):
        return condition.place
    parts = (condition.part,) if isinstance(condition, Not) else condition.parts
    return next((place for part in parts if (place := _place(part)) is not None), None)
