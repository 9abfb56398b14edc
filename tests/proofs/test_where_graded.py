"""What no rule proves by itself may be so of graded areas, all rules together; and is told as that alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.language.nodes import All, Compare, Const, Effect, Level, Op
from grader.language.rulebook import Layer, Rule
from grader.proofs.record import proved_parts
from grader.proofs.report import WHERE_GRADED


@pytest.fixture(scope="module")
def sound(opened):
    return opened("sound")


def rule(layer, effect, target, *asked):
    parts = tuple(Compare(fact, op, (Const(value),)) for fact, op, value in asked)
    return Rule("added", layer, Level.AREA, effect, target, All(parts), "", "")


def with_rules(sound, *rules):
    return replace(sound, book=replace(sound.book, rules=(*sound.book.rules, *rules)))


def reaching(*asked):
    return rule(Layer.GRADE, Effect.REACHES, "adequate", *asked)


def asked(opened, part):
    (promise,) = opened.asked(part).promises
    return promise.result, WHERE_GRADED in promise.assumes


def test_what_starts_with_the_first_item_alone_is_proved_of_graded_areas(sound):
    first = with_rules(sound, reaching(("assessed", Op.AT_LEAST, 1)))
    assert ("proved", True) == asked(first, "monotone.c")
    assert {} == proved_parts(first.book, first.framework, ["monotone.c"])


def test_what_starts_with_a_second_item_is_refuted(sound):
    assert ("refuted", False) == asked(
        with_rules(sound, reaching(("assessed", Op.AT_LEAST, 2))), "monotone.c"
    )


def test_what_goes_wrong_only_under_a_limit_is_proved_of_graded_areas(sound):
    # With a concern open the area is inadequate whatever it reaches.
    beside = with_rules(sound, reaching(("assessed", Op.AT_LEAST, 2), ("open_concerns", Op.AT_LEAST, 1)))
    assert ("proved", True) == asked(beside, "monotone.c")


def test_what_goes_wrong_only_where_another_rule_withholds_is_proved_of_graded_areas(sound):
    thin = rule(Layer.SUFFICIENCY, Effect.WITHHOLDS, "grade", ("assessed", Op.FEWER_THAN, 2))
    second = reaching(("assessed", Op.AT_LEAST, 2))
    assert ("proved", True) == asked(with_rules(sound, replace(thin, id="thin"), second), "monotone.c")
    third = reaching(("assessed", Op.AT_LEAST, 3))
    assert ("refuted", False) == asked(with_rules(sound, replace(thin, id="thin"), third), "monotone.c")


def test_what_is_proved_rule_by_rule_says_nothing_of_graded_areas(sound):
    assert ("proved", False) == asked(sound, "monotone.c")


def test_a_rule_that_withholds_more_with_more_found_is_no_proof(sound):
    full = rule(Layer.SUFFICIENCY, Effect.WITHHOLDS, "grade", ("assessed", Op.AT_LEAST, 2))
    assert ("refuted", False) == asked(with_rules(sound, full), "monotone.g")


def test_one_that_withholds_only_what_is_withheld_already_is_proved(sound):
    # With nothing demonstrated an item that meets demonstrates something.
    first = rule(Layer.SUFFICIENCY, Effect.WITHHOLDS, "grade", ("assessed", Op.AT_MOST, 1))
    some = rule(
        Layer.SUFFICIENCY,
        Effect.WITHHOLDS,
        "grade",
        ("assessed", Op.AT_LEAST, 1),
        ("assessed", Op.AT_MOST, 1),
    )
    assert ("proved", False) == asked(with_rules(sound, replace(first, id="few"), some), "monotone.g")
