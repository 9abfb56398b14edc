import pytest

from grader.authoring.case_report import run_suite
from grader.authoring.cases import parse_cases
from grader.authoring.coverage import coverage
from grader.authoring.mutant_killer import MutantKiller
from grader.authoring.suggest import suggest_case
from grader.authoring.suites import load_suite
from grader.io.yaml_source import parse_document


def decided(suite, cases=None):
    return coverage(
        MutantKiller(suite.book, suite.framework.framework, suite.cases if cases is None else cases)
    )


def test_the_shipped_cases_decide_every_rule_and_every_condition():
    found = decided(load_suite("PEEL_2021_22"))

    assert [] == [gap.message for gap in found.gaps]
    assert 100 == found.percent
    assert (found.rules, found.conditions) == (found.rules_decided, found.conditions_decided)


def test_cases_on_both_sides_of_every_comparison_decide_it(small_book):
    found = decided(load_suite(str(small_book())))

    assert (3, 1) == (found.conditions, found.conditions_decided)
    assert {("done", "taken always to hold"), ("spoilt", "left out")} < {
        (gap.rule, gap.taken) for gap in found.gaps
    }
    assert {"done", "spoilt"} == {gap.rule for gap in found.gaps}


def test_a_comparison_seen_true_only_is_not_decided(small_book):
    text = "cases: [{name: one, area: prevention, evidence: {1a: meets}, expect: {grade: good}}]"
    found = decided(load_suite(str(small_book(text))))

    met = "'share done: at least 50 % (most, assumed)' in rule 'good'"
    assert f"no case fails when {met} is taken always to hold" in {gap.message for gap in found.gaps}


def test_a_rule_whose_effect_no_case_expects_anything_of_is_not_decided(small_book):
    text = "cases: [{name: one, area: prevention, evidence: {1a: meets}, expect: {findings: []}}]"
    found = decided(load_suite(str(small_book(text))))

    assert 0 == found.rules_decided


def test_a_case_that_fails_decides_nothing(small_book):
    text = "cases: [{name: one, area: prevention, evidence: {1a: meets}, expect: {grade: adequate}}]"
    found = decided(load_suite(str(small_book(text))))

    assert 0 == found.rules_decided


def test_no_cases_decide_nothing(small_book):
    suite = load_suite(str(small_book()))

    assert 0 == decided(suite, ()).percent


def test_suggested_cases_close_every_gap(small_book):
    suite = load_suite(str(small_book("cases: [{name: one, expect: {outcomes: {victims: ungraded}}}]")))
    framework = suite.framework.framework
    report = run_suite(suite, suggest=True)
    texts = [text for _, text in report.suggested]
    assert None not in texts
    written = "cases:\n" + "".join(text.partition("\n")[2] for text in texts)

    cases = parse_cases(parse_document(written.encode(), "suggested"), framework, suite.book)

    assert 100 == decided(suite, cases).percent


@pytest.fixture(scope="module")
def little_decided():
    """The shipped rule book, and what its first case alone leaves undecided."""
    suite = load_suite("PEEL_2021_22")
    return suite, decided(suite, suite.cases[:1]).gaps


@pytest.mark.parametrize("rule", ["crimes_recorded.meets", "concern.repeated", "recording.good", "thin"])
def test_a_case_is_suggested_for_a_shipped_rule_of_each_kind(rule, little_decided):
    suite, undecided = little_decided
    gaps = [g for g in undecided if g.rule == rule]

    texts = [
        suggest_case(suite.book, g.stuck, suite.framework.framework, [rule], f"case {i}")
        for i, g in enumerate(gaps)
    ]

    assert len(gaps) >= 3
    assert None not in texts
