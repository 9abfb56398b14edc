"""The rules of a framework whose statuses are as assessed; nobody writes them.

A status is the lowest (or best) of its items, superseded ones aside; some levels withhold the area.
"""

from __future__ import annotations

from typing import Final

from grader.errors import Place
from grader.language.nodes import (
    Best,
    Better,
    Compare,
    Const,
    Count,
    Effect,
    Kind,
    Level,
    Lowest,
    Op,
    Test,
)
from grader.language.rulebook import Fact, Layer, Rule
from grader.vocabulary.words import Vocabulary

#: Names of the facts, and the start of the ids of the rules, that are made.
ASSESSED: Final = "as_assessed"
OUTSIDE: Final = "assessed_outside_the_order"
WITHHELD: Final = "levels_that_withhold"
SOURCE: Final = "the framework: statuses are as assessed"


def made_facts(words: Vocabulary, place: Place | None) -> dict[str, Fact]:
    """Facts the made rules look at."""
    if words.several is None:
        return {}
    best = words.several == "best"
    take, which = (Best, "best") if best else (Lowest, "lowest")
    ordered: tuple[Test, ...] = ()
    if words.withholding:  # a level outside the order counts where no item has one in it
        first = Const(words.declared[0].first)
        ordered = (Test("assessment", Op.AT_LEAST, (first,), place),)
    found = {
        ASSESSED: Fact(
            ASSESSED, Layer.STATUS, Level.CHARACTERISTIC, Kind.SCALE, Better.MORE,
            f"the {which} assessment", take("evidence", "assessment", ordered), words.assessments, place,
            words.declared, made=True,
        )
    }  # fmt: skip
    if words.withholding:
        found[OUTSIDE] = Fact(
            OUTSIDE, Layer.STATUS, Level.CHARACTERISTIC, Kind.SCALE, Better.MORE,
            "the assessment outside the order", Best("evidence", "assessment", (
                Test("assessment", Op.FEWER_THAN, (first,), place),
            )), words.assessments, place, words.declared, made=True,
        )  # fmt: skip
        ranks = tuple(Const(words.statuses.rank(name)) for name in words.withholding)
        where = (Test("status", Op.ONE_OF, ranks, place),)
        titles = " or ".join(words.statuses.word(name).title for name in words.withholding)
        found[WITHHELD] = Fact(
            WITHHELD, Layer.SUFFICIENCY, Level.AREA, Kind.COUNT, Better.FEWER,
            f"characteristics at {titles}", Count("characteristics", where), place=place,
            made=True,
        )  # fmt: skip
    return found


def made_rules(words: Vocabulary, place: Place | None) -> dict[str, Rule]:
    """The rules by which statuses are as assessed, by id."""
    if words.several is None:
        return {}
    which = "best" if words.several == "best" else "lowest"
    rules = []
    for name in words.statuses.levels:
        fact = OUTSIDE if name in words.withholding else ASSESSED
        condition = Compare(fact, Op.AT_LEAST, (Const(words.assessments.rank(name)),), place)
        because = f"the {which} assessment is {{{fact}}}"
        if fact is OUTSIDE or words.several == "latest":
            because = f"it was assessed as {{{fact}}}"
        rules.append(
            Rule(
                f"{ASSESSED}.{name}", Layer.STATUS, Level.CHARACTERISTIC, Effect.REACHES, name, condition,
                because, SOURCE, place=place, made=True,
            )
        )  # fmt: skip
    if words.withholding:
        condition = Compare(WITHHELD, Op.AT_LEAST, (Const(1),), place)
        titles = " or ".join(words.statuses.word(name).title for name in words.withholding)
        rules.append(
            Rule(
                WITHHELD, Layer.SUFFICIENCY, Level.AREA, Effect.WITHHOLDS, "grade", condition,
                f"characteristics at {titles}: {{{WITHHELD}}}; the area is withheld while there is any",
                SOURCE, place=place, made=True,
            )
        )  # fmt: skip
    return {rule.id: rule for rule in rules}
