"""A rule found to decide nothing is asked about again where what that rests on is otherwise."""

from __future__ import annotations

from dataclasses import replace

import pytest

pytest.importorskip("z3", reason="the solver is an extra")

from grader.engines.solver import Effort
from grader.io.catalogue import open_rulebook
from grader.language.nodes import Level
from grader.language.rulebook import Layer
from grader.proofs.dead_rules import rests_on
from grader.proofs.subject import Subject


def rests(book, framework, name):
    subject = Subject(book, framework, Effort(0), {}, None)
    return rests_on(subject, next(r for r in subject.bound.rules if r.id == name))


def with_fact(book, fact):
    other = replace(fact, definition=replace(fact.definition, where=()))
    return replace(book, facts={**book.facts, fact.name: other})


def test_a_rule_rests_on_the_facts_of_its_own_table_and_those_below_and_on_no_others(read_once):
    _, file, book = open_rulebook("PEEL_2021_22")
    status = next(r.id for r in book.rules if r.layer is Layer.STATUS)
    grade = next(r.id for r in book.rules if r.layer is Layer.GRADE)
    before = {name: rests(book, file.framework, name) for name in (status, grade)}

    def moved(layer, level):
        facts = (f for f in book.facts.values() if f.layer is layer and f.level is level)
        other = with_fact(book, next(f for f in facts if getattr(f.definition, "where", ())))
        return [name for name in before if rests(other, file.framework, name) != before[name]]

    assert [status, grade] == moved(Layer.STATUS, Level.CHARACTERISTIC)
    assert [grade] == moved(Layer.GRADE, Level.AREA)
