import pytest

from grader.authoring.run_cases import Runner, run_all
from grader.authoring.suites import load_suite
from grader.engines.reference import ReferenceEngine


def misses(suite):
    return {
        result.case.name: [(m.subject, m.claim.expected, m.actual) for m in result.misses]
        for result in run_all(suite.book, suite.framework.framework, suite.cases)
    }


def suite_of(small_book, expect, evidence="{1a: meets, 1b: falls_short}", area="prevention", rest=""):
    text = f"cases:\n  - name: one\n    area: {area}\n    evidence: {evidence}\n    expect: {expect}\n{rest}"
    return load_suite(str(small_book(text)))


MET = [
    "{grade: good}",
    "{grades: {prevention: good}}",
    "{outcome: graded}",
    "{outcomes: {victims: ungraded, treatment: withheld}}",
    "{statuses: {1a: demonstrated, prevention.1b: not_demonstrated, 1c: not_assessed}}",
    "{findings: []}",
    "{reasons: [good]}",
    "{rules: [done, good]}",
]
MISSED = {
    "{grade: adequate}": ("grade of prevention", ("adequate",), ("good",)),
    "{grades: {treatment: good}}": ("grade of treatment", ("good",), ("withheld",)),
    "{outcome: withheld}": ("outcome of prevention", ("withheld",), ("graded",)),
    "{statuses: {1a: exceeded}}": ("status of prevention.1a", ("exceeded",), ("demonstrated",)),
    "{findings: [cause_of_concern]}": ("findings proposed on prevention", ("cause_of_concern",), ()),
    "{reasons: [done]}": ("rules that decide prevention", ("done",), ("good",)),
}


@pytest.mark.parametrize("expect", MET)
def test_what_comes_out_as_expected_passes(small_book, expect):
    assert {"one": []} == misses(suite_of(small_book, expect))


@pytest.mark.parametrize("expect", MISSED)
def test_what_comes_out_otherwise_is_missed(small_book, expect):
    assert {"one": [MISSED[expect]]} == misses(suite_of(small_book, expect))


def test_a_rule_that_decides_nothing_is_missed(small_book):
    suite = suite_of(small_book, "{rules: [spoilt]}", evidence="{1a: meets}")

    assert {"one": [("rules that decide anything", ("spoilt",), ("done", "good"))]} == misses(suite)


def test_a_rule_that_limits_decides_where_more_was_reached(small_book):
    suite = suite_of(small_book, "{rules: [spoilt]}", evidence="{1a: [meets, falls_short]}")

    assert {"one": []} == misses(suite)


def test_a_miss_says_which_rule_decided_on_which_numbers(small_book):
    suite = suite_of(small_book, "{grade: adequate}")
    (result,) = run_all(suite.book, suite.framework.framework, suite.cases)

    assert ("good (reaches good): 1 of 2 done (50 %); good needs 50 % (assumed)",) == result.misses[0].why


def test_a_miss_says_what_the_rule_expected_lacked(small_book):
    suite = suite_of(small_book, "{grade: good}", evidence="{1a: meets, '1b, 1c': falls_short}")
    (result,) = run_all(suite.book, suite.framework.framework, suite.cases)

    assert (
        "no rule reaches anything better, so the default stands",
        "good (reaches good) does not hold: share done: 33.3 %,"
        " where at least 50 % (most, assumed) is needed",
    ) == result.misses[0].why


def test_a_case_may_set_a_parameter(small_book):
    suite = suite_of(small_book, "{grade: requires_improvement}", rest="    set: {most: 501}\n")

    assert {"one": []} == misses(suite)


def test_findings_are_compared_as_often_as_they_are_proposed():
    suite = load_suite("PEEL_2021_22")
    case = next(c for c in suite.cases if c.name.startswith("each characteristic that falls short"))

    assert [("area_for_improvement", "area_for_improvement")] == [c.expected for c in case.claims]
    assert Runner(suite.book, suite.framework.framework).run(case).passed


def test_shipped_cases_pass_and_the_quick_answer_is_the_same():
    suite = load_suite("PEEL_2021_22")
    runner = Runner(suite.book, suite.framework.framework, ReferenceEngine)

    assert [] == [name for name, missed in misses(suite).items() if missed]
    assert [] == [c.name for c in suite.cases if not runner.passes(c)]
