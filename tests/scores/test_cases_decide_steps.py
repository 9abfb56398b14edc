"""Cases decide the steps of a fact as they decide conditions of rules; a case is found for what they miss."""

from __future__ import annotations

from grader.authoring.cases import parse_cases
from grader.authoring.coverage import coverage
from grader.authoring.mutant_killer import MutantKiller
from grader.authoring.suggest import suggest_case
from grader.io.yaml_source import parse_document

FACTS = """
  first: {score_of: one.1a, better: more, english: the first}
  second: {score_of: one.1b, better: more, english: the second}
  stars:
    points:
      start: first
      within: [0, 9]
      steps:
        - {add: 1, when: {second: {at_least: 3}}}
        - {take: 1}
    better: more
    english: stars
"""
RULE = "[{id: r, reaches: a, when: {stars: {at_least: 7}}, because: x, source: none}]"


def case(name, grade, **levels):
    evidence = {key.replace("_", "."): level for key, level in levels.items()}
    return {"name": name, "area": "one", "evidence": evidence, "expect": {"grade": grade}}


def decided(book, framework, cases):
    document = parse_document(str({"cases": cases}).encode(), "cases")
    parsed = parse_cases(document, framework, book)
    return coverage(MutantKiller(book, framework, parsed))


def test_a_step_is_decided_by_cases_on_either_side_of_its_condition(book, framework):
    made = book(FACTS, RULE)
    top = case("added", "a", one_1a="top", one_1b="high")
    found = decided(made, framework, [top])
    assert (3, 0) == (found.conditions, found.conditions_decided)
    assert [
        "no case fails when 'stars: at least 7' in rule 'r' is taken always to hold",
        "no case fails when 'the second: at least 3' in step 1 of fact 'stars' is taken always to hold",
        "no case fails without step 2 of fact 'stars'",
    ] == [gap.message for gap in found.gaps]
    less = case("not added", "b", one_1a="top", one_1b="mid")
    found = decided(made, framework, [top, less])
    assert (3, 3, ()) == (found.conditions, found.conditions_decided, found.gaps)


def test_a_case_is_found_that_tells_a_step_from_none(book, framework):
    made = book(FACTS, RULE)
    (gap,) = [
        g
        for g in decided(made, framework, [case("added", "a", one_1a="top", one_1b="high")]).gaps
        if "without step 2" in g.message
    ]
    text = suggest_case(made, gap.stuck, framework, [gap.rule], "found")
    assert text is not None
    assert "grade: b" in text
