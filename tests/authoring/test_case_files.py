from datetime import date

import pytest
from jsonschema import Draft202012Validator

from grader.authoring.claims import About
from grader.authoring.suites import load_suite
from grader.errors import InputError
from grader.io.catalogue import rulebook_folder
from grader.io.yaml_source import read_document
from grader.schemas import schema_of


def faults(folder):
    with pytest.raises(InputError) as caught:
        load_suite(str(folder))
    return caught.value.problems


def case(**parts):
    lines = ["cases:", "  - name: one"]
    return "\n".join(lines + [f"    {key}: {value}" for key, value in parts.items()]) + "\n"


def test_a_word_is_an_observation_with_every_other_tag_at_its_default(small_book):
    folder = small_book(case(area="prevention", evidence="{1a: meets}", expect="{grade: good}"))

    (read,) = load_suite(str(folder)).cases
    (item,) = read.inspection.evidence

    assert ("prevention.1a",) == tuple(item.characteristics)
    assert ("meets", "observation", "widespread", "none", False, False) == (
        item.assessment,
        item.basis,
        item.extent,
        item.harm,
        item.remedied,
        item.innovative,
    )


def test_a_key_may_name_several_characteristics_each_with_items_of_its_own(small_book):
    evidence = "{'1a, treatment.2b': [meets, falls_short]}"
    folder = small_book(case(area="prevention", evidence=evidence, expect="{grade: good}"))

    (read,) = load_suite(str(folder)).cases

    assert [
        ("prevention.1a", "meets"),
        ("prevention.1a", "falls_short"),
        ("treatment.2b", "meets"),
        ("treatment.2b", "falls_short"),
    ] == [(e.characteristics[0], e.assessment) for e in read.inspection.evidence]


def test_the_last_edition_is_meant_where_none_is_named(small_book):
    folder = small_book(case(area="prevention", evidence="{1a: meets}", expect="{grade: good}"))

    (read,) = load_suite(str(folder)).cases

    assert "2022-03" == read.inspection.inspection.edition


def test_lists_without_an_area_are_of_the_cases_own(small_book):
    folder = small_book(case(area="prevention", expect="{findings: [], reasons: [good]}"))

    (read,) = load_suite(str(folder)).cases

    assert [
        (About.FINDINGS, "prevention", ()),
        (About.REASON, "prevention", ("good",)),
    ] == [(c.about, c.of, c.expected) for c in read.claims]


WRONG = {
    "assessment": (
        {"area": "prevention", "evidence": "{1a: meats}", "expect": "{grade: good}"},
        "cannot be 'meats'",
        "did you mean 'meets'?",
    ),
    "assessment in a list": (
        {"area": "prevention", "evidence": "{1a: [meets, meats]}", "expect": "{grade: good}"},
        "cannot be 'meats'",
        "did you mean 'meets'?",
    ),
    "key of an item": (
        {"area": "prevention", "evidence": "{1a: [{assesment: meets}]}", "expect": "{grade: good}"},
        "unknown key 'assesment'",
        "did you mean 'assessment'?",
    ),
    "key of a case": (
        {"area": "prevention", "evidense": "{1a: meets}", "expect": "{grade: good}"},
        "unknown key 'evidense'",
        "did you mean 'evidence'?",
    ),
    "item that says nothing": (
        {"area": "prevention", "evidence": "{1a: [{basis: data}]}", "expect": "{grade: good}"},
        "is neither assessed nor a figure",
        "add assessment: meets, or figure: 95.5",
    ),
    "area": (
        {"area": "preventing", "evidence": "{1a: meets}", "expect": "{outcome: graded}"},
        "unknown area 'preventing'",
        "did you mean 'prevention'?",
    ),
    "characteristic": (
        {"area": "prevention", "evidence": "{9z: meets}", "expect": "{grade: good}"},
        "unknown characteristic 'prevention.9z'",
        "characteristics of prevention: prevention.1a, prevention.1b, prevention.1c, prevention.2a, "
        "prevention.2b, prevention.3a, prevention.3b, prevention.3c, prevention.3d, prevention.4a",
    ),
    "edition": (
        {"edition": '"2022-04"', "area": "prevention", "expect": "{grade: good}"},
        "unknown edition '2022-04'",
        "known editions: 2021-04, 2022-03",
    ),
    "grade": (
        {"area": "prevention", "expect": "{grade: goood}"},
        "unknown grade 'goood'",
        "did you mean 'good'?",
    ),
    "status": (
        {"area": "prevention", "expect": "{statuses: {1a: demonstated}}"},
        "cannot be 'demonstated'",
        "did you mean 'demonstrated'?",
    ),
    "characteristic of a status": (
        {"area": "prevention", "expect": "{statuses: {1: demonstrated}}"},
        "key '1' is read by YAML as the number 1",
        "quote it: '1'",
    ),
    "rule": (
        {"area": "prevention", "expect": "{rules: [goods]}"},
        "unknown rule 'goods'",
        "did you mean 'good'?",
    ),
    "reason": (
        {"area": "prevention", "expect": "{reasons: [goods]}"},
        "unknown rule 'goods'",
        "did you mean 'good'?",
    ),
    "parameter": (
        {"area": "prevention", "set": "{mots: 1}", "expect": "{grade: good}"},
        "unknown parameter 'mots'",
        "did you mean 'most'?",
    ),
    "value of a parameter": (
        {"area": "prevention", "set": "{most: 0}", "expect": "{grade: good}"},
        "parameter 'most' cannot be 0",
        "whole per mille from 1 to 1000",
    ),
    "figure without a measure": (
        {"area": "prevention", "evidence": "{1a: [{figure: 5}]}", "expect": "{grade: good}"},
        "no measure of the rule book assesses 'prevention.1a'",
        "characteristics with a measure: none",
    ),
    "no area to expect of": (
        {"evidence": "{prevention.1a: meets}", "expect": "{grade: good}"},
        "the case names no area this is expected of",
        "add area: ... to the case",
    ),
    "finding without an area": (
        {"findings": "[{kind: cause_of_concern}]", "expect": "{grades: {prevention: good}}"},
        "the finding names no area",
        "add area: ..., to the finding or to the case",
    ),
    "nothing expected": (
        {"area": "prevention", "expect": "{}"},
        "the case expects nothing",
        "add grade: good, or statuses, outcome, findings, reasons or rules",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_name_or_value_is_named_with_its_line_and_the_nearest_spelling(small_book, what):
    parts, message, help = WRONG[what]
    folder = small_book(case(**parts))

    (problem,) = faults(folder)

    assert message in problem.message
    assert help == problem.help
    assert problem.place is not None
    assert problem.place.line >= 3


def test_a_figure_outside_0_to_100_per_cent_is_refused():
    from grader.authoring.cases import parse_cases
    from grader.io.catalogue import open_rulebook
    from grader.io.yaml_source import parse_document

    _, framework, book = open_rulebook("PEEL_2021_22")
    text = case(area="recording", evidence="{1a: [{figure: 101}]}", expect="{grade: good}")

    with pytest.raises(InputError) as caught:
        parse_cases(parse_document(text.encode(), "cases.yaml"), framework.framework, book)

    assert "cases.yaml:4:30: a percent lies in 0 to 100, not 101" in str(caught.value)


def test_faults_of_every_case_and_file_come_together(small_book):
    wrong = case(area="prevention", evidence="{9z: meets, 8z: meets}", expect="{grade: good}")
    folder = small_book(wrong, wrong.replace("one", "two"))

    problems = faults(folder)

    assert [("cases0.yaml", 4), ("cases0.yaml", 4), ("cases1.yaml", 4), ("cases1.yaml", 4)] == [
        (p.place.file.rpartition("/")[2], p.place.line) for p in problems
    ]


def test_two_cases_of_one_name_are_a_fault(small_book):
    same = case(area="prevention", evidence="{1a: meets}", expect="{grade: good}")
    folder = small_book(same, same)

    (problem,) = faults(folder)

    assert "case 'one' stands twice" == problem.message


def test_a_built_in_rule_books_cases_are_named_alike_wherever_it_is_installed():
    suite = load_suite("PEEL_2021_22")

    assert {"rules/PEEL_2021_22/tests"} == {c.place.file.rpartition("/")[0] for c in suite.cases}


def test_shipped_cases_fit_their_json_schema():
    validator = Draft202012Validator(schema_of("cases"))
    files = sorted((rulebook_folder("PEEL_2021_22") / "tests").glob("*.yaml"))

    assert [] == [e.message for f in files for e in validator.iter_errors(read_document(f).data)]
    assert 5 == len(files)


def test_the_json_schema_refuses_what_is_no_case():
    validator = Draft202012Validator(schema_of("cases"))
    wrong = {
        "cases": [{"name": "x", "evidence": {"treatment.1a": "meats"}, "expect": {"grade": date(2022, 1, 1)}}]
    }

    assert 2 == len(list(validator.iter_errors(wrong)))
