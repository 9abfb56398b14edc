"""What a check says of frameworks scored once: proofs, planted mistakes, and what does not apply."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from grader.proofs.report import NOT_PROMISED
from grader.proofs.schemes.monotone import WHERE_GRADED

#: Seconds of processor time a scheme may take, five times over.
SECONDS = 5 * 20

WITHHELD_UNLESS_ALL = """
layer: sufficiency
facts:
  given: {count: characteristics, where: {status: {more_than: not_assessed}}, better: more, english: given}
rules:
  - {id: few, withholds: grade, when: {given: {at_most: 2}}, because: "{given} given", source: none}
"""
LADDER = """
layer: grade
facts:
  total: {sum: score, of: characteristics, better: more, english: total}
rules:
  - {id: high, reaches: high, when: {total: {at_least: 5}}, because: "{total}", source: none}
  - {id: middle, reaches: middle, when: {total: {at_least: 3}}, because: "{total}", source: none}
"""


def results(report):
    return {p.id: p.result for p in report.promises}


def findings(report):
    return [(f.code, f.rules, f.place and f.place.line) for f in report.findings]


@pytest.mark.parametrize(
    "name",
    ["FHRS", *(pytest.param(n, marks=pytest.mark.slow) for n in ("CQC_KEY_QUESTIONS", "AGED_CARE_STARS"))],
)
def test_each_scheme_that_comes_with_grader_is_proved(opened, name):
    started = time.process_time()
    report = opened(name).check()
    apart = {"monotone.d", "monotone.e", "monotone.f", "monotone.findings", "capped"}
    expected = {p: "not_applicable" if p in apart else "proved" for p in results(report)}
    assert (expected, ()) == (results(report), report.findings)
    assert report.holds
    assert time.process_time() - started < SECONDS


def test_what_does_not_apply_says_why(opened):
    said = {
        p.id: p.assumes
        for p in opened("FHRS").asked("monotone.d", "monotone.e", "capped").promises
        if p.result == "not_applicable"
    }
    assert ("the framework has no kinds of finding",) == said["capped"] == said["monotone.d"]
    assert ("a status is what was assessed, whatever the extent, the harm or the remedy",) == said[
        "monotone.e"
    ]


def test_a_small_scheme_is_proved(written):
    report = written(LADDER, WITHHELD_UNLESS_ALL).check()
    assert ([], True) == (findings(report), report.holds)


# Not monotone ---------------------------------------------------------------------------------------------


def test_a_rule_that_asks_for_an_exact_total_is_found_with_the_smallest_case(written):
    grades = LADDER.replace("{at_least: 3}}, b", "{equals: 3}}, not_monotone: odd, b")
    report = written(grades).asked("monotone.a")
    (found,) = report.findings
    assert ("non-monotone", "middle", 7) == (found.code, found.rules[0], found.place.line)
    assert (
        "where a is 1, b is 2, only is graded middle; a going from 1 to 2 makes it low" == found.witness.words
    )
    before, after = found.witness.cases
    assert ({"a": 1, "b": 2}, "middle") == (before["evidence"], before["expect"]["grade"])
    assert ({"a": 2, "b": 2}, "low") == (after["evidence"], after["expect"]["grade"])


STEPS = """
layer: grade
facts:
  first: {{score_of: a, better: more, english: first}}
  second: {{score_of: b, better: more, english: second}}
  stars:
    points:
      start: first
      within: [0, 3]
      steps: [{steps}]
    better: more
    english: stars
    not_monotone: the steps are the published ones
rules:
  - {{id: high, reaches: high, when: {{stars: {{at_least: 3}}}}, because: "{{stars}}", source: none}}
  - {{id: middle, reaches: middle, when: {{stars: {{at_least: 2}}}}, because: "{{stars}}", source: none}}
"""


def test_a_step_that_takes_for_better_is_found_and_its_fact_named(written):
    steps = "{add: 1, when: {second: {at_least: 1}}}, {take: 2, when: {second: {at_least: 2}}}"
    report = written(STEPS.format(steps=steps)).asked("monotone.a")
    found = next(f for f in report.findings if "monotone.a" in f.message)
    said = "where a is 1, b is 1, only is graded middle; b going from 1 to 2 makes it low; fact stars"
    assert (
        f"{said} (marked not_monotone: the steps are the published ones) goes from 2 to 0"
        == found.witness.words
    )
    assert "middle" == found.rules[0]


def test_steps_in_another_order_are_another_fact(written):
    first = "{at_most: 1, when: {second: {at_most: 0}}}, {add: 2, when: {second: {at_most: 0}}}"
    report = written(STEPS.format(steps=first)).asked("monotone.a")
    assert "refuted" == results(report)["monotone.a"]
    other = "{add: 2, when: {second: {at_most: 0}}}, {at_most: 0, when: {second: {at_most: 0}}}"
    assert "proved" == results(written(STEPS.format(steps=other)).asked("monotone.a"))["monotone.a"]


PARAMETER = """
parameters:
  most: {type: points, default: 9, range: [3, 9], basis: assumed, source: none, why: made up}
"""


def test_a_value_of_a_parameter_that_breaks_it_stands_in_the_case(written):
    limit = "  - {id: over, limits: low, when: {total: {more_than: $most}}, not_monotone: odd, "
    limit += 'because: "{total}", source: none}\n'
    report = written(LADDER + limit, WITHHELD_UNLESS_ALL, parameters=PARAMETER).asked("monotone.a")
    found = next(f for f in report.findings if f.code == "non-monotone" and "monotone.a" in f.message)
    values = {frozenset(case["set"].items()) for case in found.witness.cases}
    assert ("over", 8, 1) == (found.rules[0], found.place.line, len(values))
    assert 3 <= dict(next(iter(values)))["most"] < 6


def test_what_breaks_only_where_the_grade_is_withheld_is_proved_and_no_range_rests_on_it(written):
    from grader.proofs.record import proved_parts

    facts = "  there: {count: characteristics, where: {status: {more_than: not_assessed}}, better: neither, "
    facts += "english: given}\n"
    grades = (
        LADDER.replace("rules:\n", facts + "rules:\n")
        .replace(
            "{total: {at_least: 3}}",
            "{any: [{total: {at_least: 3}}, {all: [{there: {equals: 1}}, {total: {equals: 1}}]}]}",
        )
        .replace(
            'because: "{total}", source: none}\n', 'not_monotone: odd, because: "{total}", source: none}\n'
        )
    )
    opened = written(grades, WITHHELD_UNLESS_ALL)
    (raised,) = (p for p in opened.asked("monotone.a").promises if p.id == "monotone.a")
    assert ("proved", True) == (raised.result, WHERE_GRADED in raised.assumes)
    assert {} == proved_parts(opened.book, opened.framework)


# What an added item does ----------------------------------------------------------------------------------


@pytest.mark.parametrize("several", ["best", "latest"])
def test_a_first_item_at_the_worst_level_may_raise_the_grade(written, several):
    scales = "ladder: {levels: [{id: 1, score: 1}, {id: 2, score: 2}]}"
    report = written(LADDER, scales=scales, several=several).asked("monotone.c")
    found = next(f for f in report.findings if "monotone.c" in f.message)
    before, after = (case["evidence"] for case in found.witness.cases)
    assert ("low", "middle") == tuple(case["expect"]["grade"] for case in found.witness.cases)
    assert ([2], [1, 2]) == (list(before.values()), sorted(after.values()))


def test_an_item_that_meets_is_asked_about_where_a_scale_says_which_does(written):
    grades = """
layer: grade
facts:
  good: {count: characteristics, where: {status: {at_least: meets}}, better: more, english: good}
  short: {count: characteristics, where: {status: {at_most: partly_meets}}, better: fewer, english: short}
rules:
  - {id: high, reaches: high, when: {good: {at_least: 2}}, because: "{good}", source: none}
  - {id: middle, reaches: middle, when: {short: {at_most: 0}}, because: "{short}", source: none}
"""
    report = written(grades, components=dict.fromkeys("abc", ""), scales="").asked("monotone.f")
    assert "proved" == results(report)["monotone.f"]


def test_a_level_that_withholds_turns_no_item_added_into_withheld(written):
    scales = (
        "ladder: {levels: [{id: 0, score: 0}, {id: 1, score: 1}, {id: 2, score: 2}],"
        " outside: [{id: unknown, for_the_grade: withheld}]}"
    )
    report = written(LADDER, scales=scales).asked("monotone.g", "reachable")
    assert ("proved", "proved") == (results(report)["monotone.g"], results(report)["reachable"])


def test_withholding_for_the_best_is_told_and_is_no_finding_where_not_promised(written):
    thin = WITHHELD_UNLESS_ALL.replace("given: {at_most: 2}", "given: {at_least: 3}")
    report = written(LADDER, thin).asked("monotone.c", "monotone.g")
    assert "proved" == results(report)["monotone.c"]
    (kept,) = (p for p in report.promises if p.id == "monotone.g")
    assert ("refuted", True) == (kept.result, NOT_PROMISED in kept.assumes)
    assert "going from not assessed to 2 makes it withheld" in kept.assumes[-1]


# Rules that decide nothing ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ("reaches: middle, when: {total: {at_least: 6}}", "shadowed"),
        ("reaches: high, when: {total: {at_least: 6}}", "redundant"),
        ("limits: middle, when: {total: {at_most: 2}}", "overridden"),
        (
            "reaches: high, when: {all: [{total: {at_least: 4}}, {total: {at_most: 2}}]}, not_monotone: odd",
            "vacuous",
        ),
        ("limits: high, when: {total: {at_most: 6}}", "overridden"),
    ],
)
def test_a_rule_that_decides_nothing_is_named_with_its_line(written, rule, code):
    extra = f'  - {{id: extra, {rule}, because: "{{total}}", source: none}}\n'
    report = written(LADDER + extra, WITHHELD_UNLESS_ALL).asked("live")
    assert (code, "extra", 8) in [(c, rules[0], line) for c, rules, line in findings(report)]


def test_rules_that_go_no_further_are_not_said_to(opened):
    # Where the conditions of a 5 hold, those of 4, 2 and 1 hold too: only the first goes further than a 3.
    fhrs = opened("FHRS")
    rules = (replace(r, target="3") if r.id == "rating.5" else r for r in fhrs.book.rules)
    (found,) = replace(fhrs, book=replace(fhrs.book, rules=tuple(rules))).asked("live").findings
    assert ("shadowed", ("rating.5", "rating.4")) == (found.code, found.rules)
    assert found.message.endswith("a rule that goes further holds too (rating.4)")


def test_what_one_rule_keeps_out_is_told_once_and_that_rule_first(written):
    limit = "  - {id: over, limits: low, when: {total: {at_least: 2}}, not_monotone: odd, "
    limit += 'because: "{total}", source: none}\n'
    report = written(LADDER + limit, WITHHELD_UNLESS_ALL).asked("reachable", "live")
    (found,) = (f for f in report.findings if "high" in f.rules)
    assert ("over", {"high", "middle"}, 8) == (found.rules[0], set(found.rules) - {"over"}, found.place.line)
    assert "look at rule over first: without it these are mended" == found.help


def test_rules_that_one_withholding_rule_silences_are_laid_to_it(written):
    thin = WITHHELD_UNLESS_ALL.replace("at_most: 2", "at_least: 2")
    report = written(LADDER, thin).asked("live")
    assert [("few", {"high", "middle"})] == [(f.rules[0], set(f.rules) - {"few"}) for f in report.findings]


def test_a_grade_nothing_reaches_is_named(written):
    report = written(LADDER.replace("at_least: 5", "at_least: 7"), WITHHELD_UNLESS_ALL).asked(
        "reachable", "live"
    )
    assert "vacuous" in [f.code for f in report.findings]
    assert "refuted" == results(report)["reachable"]


# Kinds of finding -------------------------------------------------------------------------------------------

KINDS = "[{id: breach, title: Breach, caps: true, never_withheld: true}]"
RAISING = """
layer: finding
rules:
  - id: breach
    raises: breach
    per: characteristic
    when: {status: {equals: 0}}
    because: "found {status}"
    source: none
    not_monotone: nothing follows from what is not assessed
"""
CAP = """
  - {id: capped, limits: low, when: {breaches: {at_least: 1}}, because: "{breaches}", source: none}
"""
BREACHES = "  breaches: {count: findings, where: {standing: breach}, better: fewer, english: breaches}\n"


def test_a_kind_that_caps_is_proved_to_cap(written):
    grades = LADDER.replace("rules:\n", BREACHES + "rules:\n") + CAP.lstrip("\n")
    asked = ("capped", "monotone.a", "monotone.d", "monotone.findings", "live")
    report = written(grades, WITHHELD_UNLESS_ALL, RAISING, kinds=KINDS).asked(*asked)
    assert dict.fromkeys(asked, "proved") == {n: results(report)[n] for n in asked}


def test_a_kind_that_caps_and_that_no_rule_looks_at_is_told(written):
    report = written(LADDER, WITHHELD_UNLESS_ALL, kinds=KINDS).asked("capped")
    (found,) = (f for f in report.findings if f.code == "uncapped-concern")
    assert "an area with an open breach can be graded above low" == found.message


def test_rules_that_look_at_single_items_are_left_open(written):
    facts = "facts:\n  harmful: {count: evidence, where: {harm: serious}, better: fewer, english: harm}\n"
    raising = RAISING.replace("rules:\n", facts + "rules:\n")
    raising = raising.replace("status: {equals: 0}", "harmful: {at_least: 1}")
    report = written(LADDER, WITHHELD_UNLESS_ALL, raising, kinds=KINDS).asked("monotone.a")
    assert "unknown" == results(report)["monotone.a"]
    (raised,) = (p for p in report.promises if p.id == "monotone.a")
    assert "undecided: rules look at single items of evidence, through harmful" == raised.assumes[-1]


def test_a_question_without_means_is_unknown_and_what_was_tried_stands(written):
    odd = LADDER.replace("{at_least: 3}}, b", "{equals: 3}}, not_monotone: odd, b")
    sound = results(written(LADDER).asked("monotone.a", effort=0))
    broken = written(odd).asked("monotone.a", effort=0)
    assert ("unknown", "refuted") == (sound["monotone.a"], results(broken)["monotone.a"])


# Measures ---------------------------------------------------------------------------------------------------

MEASURES = """
layer: measure
rules:
  - id: mid
    measure: heat
    reaches: 2
    when: {all: [{figure: {at_least: 36.1}}, {figure: {at_most: 38}}]}
    not_monotone: too much is as bad as too little
    because: "{figure}"
    source: none
  - id: never
    measure: heat
    reaches: 1
    when: {all: [{figure: {at_least: 39}}, {figure: {at_most: 38.9}}]}
    not_monotone: too much is as bad as too little
    because: "{figure}"
    source: none
"""


def test_rules_about_a_declared_measure_are_asked_of_its_range_and_may_be_marked(written):
    measures = (
        "measures: {heat: {title: Heat, unit: degrees, range: [30, 45], decimals: 1, characteristic: a}}\n"
    )
    (written.folder / "measures.yaml").write_text(MEASURES, encoding="utf-8")
    report = written(LADDER, WITHHELD_UNLESS_ALL, declared=measures).asked("live")
    assert [("vacuous", ("never",), 11)] == findings(report)
