"""Promise 6: at the defaults every rule decides some case.

Others are vacuous, shadowed, overridden or redundant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import z3

from grader.engines.solver import Undecided, afresh
from grader.errors import Place
from grader.language.nodes import Effect
from grader.language.rulebook import Rule, RuleBook
from grader.proofs.dead_rules import Dead, keep_dead, known_dead
from grader.proofs.order import misordered
from grader.proofs.report import Finding
from grader.proofs.rule_scopes import Find, FoundCase, Scope, View, rule_scopes
from grader.proofs.rules_tried import decided_by_trial
from grader.proofs.subject import Subject
from grader.proofs.trials import Trials
from grader.proofs.witness import Witness, agree, case_of


def check_live(subject: Subject, trials: Trials) -> Iterator[Finding]:
    """Findings on rules that decide nothing; none when every rule is live."""
    alive = decided_by_trial(trials)
    asked = [r for r in subject.bound.rules if r.id not in alive]
    yield from in_turn(subject, asked, lambda rule: listed(_check_rule(subject, trials, rule)))


def in_turn(
    subject: Subject, asked: Sequence[Rule], check: Callable[[Rule], Sequence[Finding]]
) -> Iterator[Finding]:
    """Findings on rules, hard ones last.

    Raises
    ------
    Undecided
        Some remain open.
    """
    # A hard rule waits until every other has been asked, so that it takes nothing from them.
    for units in (subject.budget.units // (2 * max(1, len(asked))), subject.budget.units):
        still_open: dict[str, list[Rule]] = {}
        for rule in asked:
            try:
                with subject.budget.part(units):
                    found = check(rule)
            except Undecided as undecided:
                still_open.setdefault(str(undecided), []).append(rule)
                continue
            yield from found
        asked = [rule for rules in still_open.values() for rule in rules]
    if asked:
        raise Undecided("; ".join(f"{why}: {_few([r.id for r in of])}" for why, of in still_open.items()))


def listed(finding: Finding | None) -> list[Finding]:
    """The finding there is, or none."""
    return [finding] if finding is not None else []


def _few(ids: Sequence[str]) -> str:
    return ", ".join(ids) if len(ids) <= 3 else f"{ids[0]} and {len(ids) - 1} other rules"


def _check_rule(subject: Subject, trials: Trials, rule: Rule) -> Finding | None:
    dead = known_dead(subject, trials, rule)
    if dead is None:
        alive = decides(rule, list(rule_scopes(subject, trials, rule)), kept_in(trials))
        if alive:
            return None
        # Asked apart from all that was learnt so far, so that the case told is the same at every check.
        with afresh():
            dead = why_dead(rule, list(rule_scopes(subject.anew(), trials, rule)), alive)
        keep_dead(subject, trials, rule, dead)
    return _told(subject, rule, dead)


def kept_in(trials: Trials) -> Callable[[FoundCase], None]:
    """What keeps a case that was found for the next check."""

    def keep(case: FoundCase) -> None:
        if case.situation is not None and case.situation.area.editions[case.situation.edition].graded:
            trials.found.append(case.situation)

    return keep


def check_in(subject: Subject, rule: Rule, scopes: Sequence[Scope]) -> Finding | None:
    """The finding on a rule after every place it speaks of."""
    alive = decides(rule, scopes)
    return None if alive else _told(subject, rule, why_dead(rule, scopes, alive))


def decides(
    rule: Rule, scopes: Sequence[Scope], keep: Callable[[FoundCase], None] = lambda case: None
) -> bool | None:
    """Whether a rule decides something somewhere; None where it does and holds everywhere.

    `keep` is given the cases met.
    """
    deciding = _first([s.tried_any for s in scopes], lambda v: v.decides)
    if deciding is None:
        deciding = _first([s.any for s in scopes], lambda v: v.decides)
    if deciding is None:
        return False
    agree(True, rule.id in deciding.held, f"replay of a case that {rule.id} decides")
    idle = _first([s.tried_any for s in scopes], lambda v: z3.Not(v.condition))
    idle = idle or _first([s.any for s in scopes], lambda v: z3.Not(v.condition))
    if idle is None:
        return None
    for case in (deciding, idle):
        keep(case)
    return True


def why_dead(rule: Rule, scopes: Sequence[Scope], alive: bool | None) -> Dead:
    """Why a rule decides nothing in any place it speaks of, or (None) holds everywhere."""
    if not scopes:
        return Dead("nowhere", None)
    if alive is None:
        return Dead("always", None)
    seen = _shortest(scopes, lambda v: v.condition)
    if seen is None:
        return Dead("never", None)
    agree(True, rule.id in seen.held, f"replay of a case in which {rule.id} holds")
    if rule.effect is Effect.RAISES:
        return Dead("same", seen)
    weighing = _shortest(scopes, lambda v: v.weighs)
    if weighing is not None:
        return Dead("beside", weighing)
    outdone = _first([s.any for s in scopes], lambda v: z3.And(v.condition, z3.Not(v.outdone))) is None
    return Dead("further" if outdone else "opposed", seen)


def _told(subject: Subject, rule: Rule, dead: Dead) -> Finding:
    """The finding on a rule that decides nothing."""
    if dead.case is None:
        return _finding(rule, "vacuous", VACUOUS[dead.why], None, ())
    others = _others(subject, rule, dead.case)
    witness = _shown(subject, dead.case)
    if dead.why in ("same", "beside"):
        text = "raises nothing that another rule does not raise whenever it does"
        if dead.why == "beside":
            text = "decides with others, and taking it out changes nothing"
        return _finding(rule, "redundant", text, witness, _same(rule, others))
    if dead.why == "further":
        stronger = [r for r in others if r.effect is rule.effect and _further(subject.book, r, rule)]
        place = misordered(subject.book, rule, stronger)
        if place is not None:
            return _out_of_order(rule, place, witness)
        text = "never decides: whenever it holds, a rule that goes further holds too"
        return _finding(rule, "shadowed", text, witness, stronger)
    if rule.effect is Effect.LIMITS:
        text = "never decides: whenever it holds, nothing above what it limits to is reached"
        return _finding(rule, "overridden", text, witness, [])
    text = "never decides: whenever it holds, others have the last word"
    return _finding(rule, "overridden", text, witness, [r for r in others if r.effect is not rule.effect])


def _further(book: RuleBook, one: Rule, other: Rule) -> bool:
    """Whether a rule, of two of one effect, concludes more than the other."""
    first, second = (book.targets(r.layer).index(r.target) for r in (one, other))
    return first > second if other.effect is Effect.REACHES else first < second


#: Why rules say nothing.
VACUOUS = {
    "nowhere": "speaks of no area that any edition grades",
    "always": "holds for every input, so its condition says nothing",
    "never": "holds for no input there can be",
}


def _out_of_order(rule: Rule, wrong: tuple[Rule, str, Place | None], witness: Witness) -> Finding:
    other, text, place = wrong
    return Finding(
        "parameter-order",
        tuple(sorted((other.id, rule.id))),
        place or rule.place,
        text,
        "set the parameters so that the better conclusion asks for more",
        witness,
    )


_HELP = {
    "vacuous": "look at the numbers and facts in its 'when', or take the rule out",
    "redundant": "take the rule out, or ask in it for something the others do not",
    "shadowed": "ask for less in this rule, or for more in the rule that goes further",
    "overridden": "narrow the rule that has the last word, or take this one out",
}


def _finding(rule: Rule, code: str, text: str, witness: Witness | None, others: Sequence[Rule]) -> Finding:
    beside = f" ({', '.join(sorted(r.id for r in others))})" if others else ""
    return Finding(
        code, (rule.id, *sorted(r.id for r in others)), rule.place, f"rule {rule.id} {text}{beside}",
        _HELP[code], witness,
    )  # fmt: skip


def _first(places: Sequence[Find], ask: Callable[[View], z3.BoolRef]) -> FoundCase | None:
    return next((s for find in places if (s := find(ask)) is not None), None)


def _shortest(scopes: Sequence[Scope], ask: Callable[[View], z3.BoolRef]) -> FoundCase | None:
    """A case to tell: one tried, else the smallest."""
    return _first([s.tried for s in scopes], ask) or _first([s.find for s in scopes], ask)


def _others(subject: Subject, rule: Rule, seen: FoundCase) -> list[Rule]:
    return [r for r in subject.bound.rules if r.id in seen.held and r.id != rule.id]


def _same(rule: Rule, others: Sequence[Rule]) -> list[Rule]:
    return [r for r in others if r.effect is rule.effect and r.target == rule.target]


def _shown(subject: Subject, seen: FoundCase) -> Witness:
    """The case in words, and as a rule test if possible."""
    if seen.witness is not None:
        return seen.witness()
    if seen.situation is None:
        return Witness(seen.words, ())
    concluded = subject.shown(seen.situation)
    words = f"{seen.words}, the rule holds, and {seen.situation.area.id} is {concluded.said}"
    return Witness(words, (case_of("the rule holds", seen.situation, concluded),))
