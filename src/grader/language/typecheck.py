"""Checks of a lowered rule book: directions and texts.

Asking for less of what is better needs `not_monotone`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from grader.errors import Place, Problem, quoted, suggest
from grader.language.nodes import All, Any_, Better, Compare, Condition, Const, Effect, FactOf, Not, Op
from grader.language.rulebook import Fact, Rule
from grader.vocabulary.words import Vocabulary

PLACEHOLDER = re.compile(r"\{(\$?)([A-Za-z_][A-Za-z0-9_]*)\}")
#: What is left of braces, and of parameters without them, once the placeholders are taken out.
ODD_BRACE = re.compile(r"\{[^{}]{0,40}\}?|\}|\$[A-Za-z_][A-Za-z0-9_]*")

_RISING = frozenset({Op.AT_LEAST, Op.MORE_THAN})


def comparisons(condition: Condition, negated: bool = False) -> Iterator[tuple[Compare, bool]]:
    """Every comparison, and whether an odd number of `not`s is around it."""
    match condition:
        case Compare():
            yield condition, negated
        case All(parts) | Any_(parts):
            for part in parts:
                yield from comparisons(part, negated)
        case Not(part):
            yield from comparisons(part, not negated)


def facts_named(condition: Condition) -> tuple[str, ...]:
    """Names of the facts a condition looks at, in code point order."""
    return tuple(sorted({c.fact for c, _ in comparisons(condition)}))


def direction_problems(rule: Rule, facts: Mapping[str, Fact], vocabulary: Vocabulary) -> Iterator[Problem]:
    """Uses of a fact against its direction, without `not_monotone`."""
    wants_better = _wants_better(rule, vocabulary)
    if wants_better is None or rule.not_monotone is not None:
        return
    looks_at = tuple(comparisons(rule.condition))
    for comparison, negated in looks_at:
        fact = facts[comparison.fact]
        if fact.better is Better.NEITHER or comparison.within:
            continue
        wrong = against(comparison, negated, wants_better, fact.better)
        if wrong and asks_whether_assessed(comparison, fact):
            wrong = ASSESSED
        elif (
            wrong
            and rule.effect is Effect.REACHES
            and any(
                other.fact == comparison.fact and not against(other, negation, wants_better, fact.better)
                for other, negation in looks_at
            )
        ):
            # A band written with both its ends, as tables print them.
            wrong = "leave this end of the band out, since the best whose rule holds is reached"
        if wrong:
            yield Problem(
                f"rule {rule.id!r} {rule.effect} {rule.target} and uses {fact.name!r} against its direction"
                f" (better: {fact.better})",
                comparison.place or rule.place,
                f"{wrong}, or say not_monotone: why",
                "non-monotone",
            )


def has_direction(rule: Rule, vocabulary: Vocabulary) -> bool:
    """Whether a rule can go against a fact's direction."""
    return _wants_better(rule, vocabulary) is not None


def _wants_better(rule: Rule, vocabulary: Vocabulary) -> bool | None:
    """Whether the rule asks for better (True), worse (False) or neither (None)."""
    if rule.effect is Effect.REACHES:
        return True
    if rule.effect is Effect.LIMITS:
        return False
    if rule.effect is Effect.RAISES and not vocabulary.kind[rule.target].praise:
        return False
    return None


def against(comparison: Compare, negated: bool, wants_better: bool, better: Better) -> str | None:
    """What to write instead, where the comparison goes against the direction; else None."""
    wants_more = (better is Better.MORE) is wants_better
    needed = "at_least or more_than" if wants_more is not negated else "at_most or fewer_than"
    if comparison.op in (Op.EQUALS, Op.ONE_OF):
        return f"use {needed}"
    rising = (comparison.op in _RISING) is not negated
    return None if rising is wants_more else f"use {needed}"


#: What to do where a condition only asks whether a characteristic was assessed.
ASSESSED = "to ask whether it was assessed, give a fact of its own, with better: neither"


def asks_whether_assessed(comparison: Compare, fact: Fact) -> bool:
    """Whether a comparison holds a characteristic's status against "not assessed"."""
    named = isinstance(fact.definition, FactOf) and fact.definition.fact == "status"
    return named and any(isinstance(o, Const) and o.value == 0 for o in comparison.operands)


def text_problems(
    rule: Rule,
    facts: Iterable[str],
    parameters: Iterable[str],
    elsewhere: Mapping[str, tuple[str, str] | None],
    place: Place | None,
) -> Iterator[Problem]:
    """Placeholders in `because` that name nothing the rule sees.

    `elsewhere`: facts it does not see, each with what to say (None: already said).
    """
    known = {"": sorted(facts), "$": sorted(parameters)}
    for odd in ODD_BRACE.findall(PLACEHOLDER.sub("", rule.because)):
        message = f"'because' of rule {rule.id!r} holds {quoted(odd)}, which names nothing"
        help = "write {fact} or {$parameter}; braces and '$' stand for nothing else"
        yield Problem(message, place, help)
    for dollar, name in PLACEHOLDER.findall(rule.because):
        if name in known[dollar]:
            continue
        written = repr("{" + dollar + name + "}")
        if dollar or name not in elsewhere:
            what = "parameter" if dollar else "fact"
            message = f"'because' of rule {rule.id!r} names {written}, an unknown {what}"
            forms = [dollar + n for n in known[dollar]]
            yield Problem(message, place, suggest(dollar + name, forms, f"{what}s"))
        elif (why := elsewhere[name]) is not None:
            yield Problem(f"'because' of rule {rule.id!r} names {written}, which {why[0]}", place, why[1])
