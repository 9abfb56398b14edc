"""A promise kept at the defaults alone, in one area alone, or by one grade alone, is not kept."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from grader.engines.solver import afresh
from grader.language.nodes import All, Better, Compare, Const, FactOf, Kind, Level, Op, Param
from grader.language.rulebook import Fact, Layer, Parameter
from grader.proofs.check import check_rulebook
from grader.proofs.monotone import check_part
from grader.proofs.tag_combinations import Part
from grader.proofs.trials import Trials
from grader.vocabulary.peel import STATUSES

EFFORT = 1_000_000_000
CAP = "inadequate.open-concern"
OPEN = Compare("open_concerns", Op.AT_LEAST, (Const(1),))


@pytest.fixture(scope="module")
def sound(opened):
    return opened("sound")


def asked(opened, book, promise):
    report = check_rulebook(book, opened.framework, effort=EFFORT, only={promise})
    (found,) = report.promises
    return found.result, [f for f in report.findings if f.code in ("uncapped-concern", "non-monotone")]


def with_cap(book, **changed):
    rules = tuple(replace(r, **changed) if r.id == CAP else r for r in book.rules)
    return replace(book, rules=rules)


def test_a_cap_one_grade_too_high_is_no_cap(sound):
    result, (finding,) = asked(sound, with_cap(sound.book, target="adequate"), "capped")
    assert ("refuted", "adequate") == (result, finding.witness.cases[0]["expect"]["grade"])
    assert "proved" == asked(sound, with_cap(sound.book, target="requires_improvement"), "capped")[0]


def test_a_cap_that_one_status_escapes_is_no_cap(sound):
    named = sound.framework.areas[0].counted[0].id
    headline = Fact(
        "headline", Layer.GRADE, Level.AREA, Kind.SCALE, Better.MORE, "it", FactOf(named), STATUSES
    )
    book = replace(sound.book, facts={**sound.book.facts, "headline": headline})
    best = len(STATUSES.names) - 1
    below = Compare("headline", Op.FEWER_THAN, (Const(best),))
    result, _ = asked(sound, with_cap(book, condition=All((OPEN, below))), "capped")
    assert "refuted" == result
    everything = Compare("headline", Op.AT_MOST, (Const(best),))
    assert "proved" == asked(sound, with_cap(book, condition=All((OPEN, everything))), "capped")[0]


def test_a_cap_in_one_area_hides_none_that_is_missing_in_another(sound):
    """In the first area the cap holds only because no share passes a whole, which takes a closer look."""
    first, *others = sound.book.areas
    share = Compare("demonstrated_share", Op.AT_MOST, (Const(1000),))
    book = with_cap(sound.book, condition=All((OPEN, share)), scope=frozenset({first}))
    result, (finding,) = asked(sound, book, "capped")
    assert ("refuted", True) == (result, finding.witness.cases[0]["area"] in others)


@pytest.mark.parametrize(
    ("name", "part", "broken"),
    [
        ("tested_replaces_described", Part.ADD_FALLS_SHORT, True),
        ("two_exceeds", Part.ADD_EXCEEDS, True),
        ("sound", Part.ADD_FALLS_SHORT, False),
    ],
)
def test_what_no_trial_meets_is_found_among_the_very_states(name, part, broken, opened, monkeypatch):
    monkeypatch.setattr(Trials, "broken", lambda self, part, wrong: iter(()))
    found = opened(name)
    with afresh():
        findings = check_part(found.subject(), part)
    assert [f"({part})"] * broken == [f.message.split()[-1] for f in findings]
    for finding in findings:
        before, then = (found.book.grade_scale.rank(c["expect"]["grade"]) for c in finding.witness.cases)
        assert (then < before, then > before) == (part.better, not part.better)


def test_a_rule_that_looks_at_one_characteristic_alone_is_broken_on_that_one(sound, monkeypatch):
    monkeypatch.setattr(Trials, "broken", lambda self, part, wrong: iter(()))
    area = sound.framework.areas[0]
    of = FactOf(area.counted[0].id)
    headline = Fact("headline", Layer.GRADE, Level.AREA, Kind.SCALE, Better.MORE, "it", of, STATUSES)
    odd = replace(
        next(r for r in sound.book.rules if r.target == "good"),
        condition=Compare("headline", Op.EQUALS, (Const(3),)),
        scope=frozenset({area.id}),
        not_monotone="a test",
    )
    statuses = tuple(r for r in sound.book.rules if r.layer is Layer.STATUS)
    below = {n: f for n, f in sound.book.facts.items() if f.level is Level.CHARACTERISTIC}
    book = replace(sound.book, rules=(*statuses, odd), facts={**below, "headline": headline})
    with afresh():
        result, (finding, *_) = asked(sound, book, "monotone.a")
    assert ("refuted", odd.id) == (result, finding.rules[0])


def test_what_breaks_beside_two_findings_is_shown_with_two_and_one_item(sound, monkeypatch):
    monkeypatch.setattr(Trials, "broken", lambda self, part, wrong: iter(()))
    two = Compare("open_concerns", Op.AT_LEAST, (Const(2),))
    odd = All((two, Compare("demonstrated", Op.AT_LEAST, (Const(1),))))
    with afresh():
        _, (finding, *_) = asked(sound, with_cap(sound.book, condition=odd, not_monotone="x"), "monotone.a")
    before = finding.witness.cases[0]
    written = [*before.get("findings", []), *before.get("previous", [])]
    assert ([1], 2) == ([len(items) for items in before["evidence"].values()], len(written))


def test_a_rule_that_holds_whatever_is_found_says_nothing(sound):
    always = Compare("assessed", Op.AT_LEAST, (Const(0),))
    rules = tuple(replace(r, condition=always) if r.id == "adequate.some" else r for r in sound.book.rules)
    report = check_rulebook(replace(sound.book, rules=rules), sound.framework, effort=EFFORT, only={"live"})
    assert ["rule adequate.some holds for every input, so its condition says nothing"] == [
        f.message for f in report.findings if f.code == "vacuous"
    ]


def test_what_breaks_at_one_end_of_a_parameter_alone_is_broken(sound):
    """At the default no area has so many characteristics; at the other end good evidence lowers a grade."""
    crowd = Parameter("crowd", Kind.COUNT, 90, 1, 90, "assumed", "a test", "a test")
    limit = next(r for r in sound.book.rules if r.id == CAP)
    many = Compare("demonstrated", Op.AT_LEAST, (Param("crowd"),))
    backwards = replace(limit, id="crowded", condition=many, not_monotone="a test")
    book = replace(
        sound.book,
        rules=(*sound.book.rules, backwards),
        parameters={**sound.book.parameters, "crowd": crowd},
    )
    result, (finding, *_) = asked(sound, book, "monotone.a")
    assert ("refuted", "crowded") == (result, finding.rules[0])
    assert finding.message.endswith(", with crowd at 1")
    assert [{"crowd": 1}] * 2 == [case["set"] for case in finding.witness.cases]


def test_a_cap_that_goes_at_other_parameters_names_those_that_are_not_at_their_defaults(sound):
    crowd = Parameter("crowd", Kind.COUNT, 90, 1, 90, "assumed", "a test", "a test")
    others = {n: replace(p, minimum=p.default, maximum=p.default) for n, p in sound.book.parameters.items()}
    few = All((OPEN, Compare("demonstrated", Op.AT_MOST, (Param("crowd"),))))
    book = with_cap(
        replace(sound.book, parameters={**others, "crowd": crowd}), condition=few, not_monotone="a test"
    )
    (found,) = (f for f in asked(sound, book, "capped")[1] if f.code == "uncapped-concern")
    said = re.search(r"above requires improvement, with crowd at (\d+)$", found.message)
    assert said is not None
    # Which of those that will do is the solver's choice; each case was graded again before it was told.
    assert [{"crowd": int(said[1])}] == [case["set"] for case in found.witness.cases]
    assert 1 <= int(said[1]) < crowd.default
