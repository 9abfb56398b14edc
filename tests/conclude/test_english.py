"""Conditions and reasons in English: the rule author's words, with the numbers asked for and seen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.language.english import English, number
from grader.language.nodes import All, Any_, Better, Compare, Const, Count, Kind, Level, Not, Op, Param
from grader.language.rulebook import Fact, Layer
from grader.vocabulary.kinds import FLAG
from grader.vocabulary.peel import STATUSES


def rule(book, name):
    return next(r for r in book.rules if r.id == name)


def test_a_parameter_prints_its_value_and_its_name(book):
    condition = rule(book, "good.substantially-all").condition
    share = "share of assessed characteristics demonstrated or better"
    assert f"{share}: at least 80 % (substantially_all, assumed)" == English(book).condition(condition)


def test_an_override_prints_in_place_of_the_default(book):
    condition = rule(book, "good.substantially-all").condition
    said = "75.5 % (substantially_all, set here; by default 80 %, assumed)"
    assert said in English(book, {"substantially_all": 755}).condition(condition)


def test_what_was_seen_stands_before_what_is_needed(book):
    condition = rule(book, "good.substantially-all").condition
    assert (
        "share of assessed characteristics demonstrated or better: 76.9 %,"
        " where at least 80 % (substantially_all, assumed) is needed"
    ) == English(book).condition(condition, {"demonstrated_share": 769})


def test_parts_are_joined_by_and(book):
    printed = English(book).condition(rule(book, "outstanding.substantially-exceeded").condition)
    assert (
        "share of listed characteristics exceeded: more than 5 % (substantially_exceeded, calibrated); and"
        " share of listed characteristics demonstrated or better: at least 50 % (outstanding_breadth,"
        " assumed); and share of assessed characteristics demonstrated or better: at least 80 %"
        " (substantially_all,"
        " assumed); and characteristics where people are put at risk: at most 0"
    ) == printed


def test_nested_parts_are_bracketed_and_not_is_said(book):
    many = Compare("demonstrated", Op.AT_LEAST, (Const(3),))
    few = Compare("open_concerns", Op.FEWER_THAN, (Const(1),))
    condition = Any_((All((many, few)), Not(many)))
    assert (
        "(characteristics demonstrated or better: at least 3; and open causes of concern: fewer than 1);"
        " or not (characteristics demonstrated or better: at least 3)"
    ) == English(book).condition(condition)


def test_a_share_is_less_than_and_a_named_value_is(book):
    share = Compare("coverage", Op.FEWER_THAN, (Param("minimum_coverage"),))
    assert "less than 20 % (minimum_coverage, assumed)" in English(book).condition(share)
    status = Compare("headline", Op.EQUALS, (Const(STATUSES.rank("partly_demonstrated")),))
    assert English(book).condition(status).endswith(": is partly demonstrated")
    either = Compare("headline", Op.ONE_OF, (Const(3), Const(4)))
    assert English(book).condition(either).endswith(": one of demonstrated or exceeded")


@pytest.mark.parametrize(
    ("value", "kind", "scale", "expected"),
    [
        (7, Kind.COUNT, None, "7"),
        (800, Kind.SHARE, None, "80 %"),
        (955, Kind.SHARE, None, "95.5 %"),
        (0, Kind.SHARE, None, "0 %"),
        (5, Kind.SHARE, None, "0.5 %"),
        (3, Kind.SCALE, STATUSES, "demonstrated"),
        (0, Kind.SCALE, STATUSES, "not assessed"),
        (1, Kind.FLAG, FLAG, "yes"),
        (0, Kind.FLAG, FLAG, "no"),
    ],
)
def test_numbers_read_as_a_person_reads_them(value, kind, scale, expected):
    fact = Fact("f", Layer.GRADE, Level.AREA, kind, Better.MORE, "f", Count("characteristics"), scale)
    assert expected == number(value, fact)


def test_because_is_filled_with_facts_and_parameters(book):
    text = rule(book, "good.substantially-all").because
    seen = {"demonstrated": 10, "assessed": 13, "demonstrated_share": 769}
    assert (
        "10 of 13 assessed characteristics are demonstrated or better (76.9 %); good needs 80 % (assumed)"
    ) == English(book).because(text, seen)


def test_a_fact_that_was_not_seen_stays_as_it_is_written(book):
    assert "{demonstrated} of 13" == English(book).because("{demonstrated} of {assessed}", {"assessed": 13})


def test_an_official_number_says_nothing_more(book):
    official = replace(book.parameters["substantially_all"], basis="official")
    stated = replace(book, parameters={**book.parameters, "substantially_all": official})
    assert "needs 80 %" == English(stated).because("needs {$substantially_all}", {})


def test_every_because_of_the_shipped_rules_is_filled_whole(grade, item):
    proposal = grade(
        item("E1", "responding.1a responding.2a responding.2b", "meets"),
        item("E2", "recording.1a recording.1b recording.1d", "exceeds"),
    )
    texts = [r.because for a in proposal.areas for r in a.reasons]
    assert texts
    assert [] == [t for t in texts if "{" in t or "}" in t]


def test_what_a_user_wrote_is_never_filled_in(grade, item):
    hostile = item("E1", "responding.1a", "falls_short", statement="{demonstrated} {$some} [bold]x[/]")
    finding = grade(hostile).area("responding").findings[0]
    assert "{demonstrated} {$some} [bold]x[/]" in finding.statement
