"""Faults of durable-rules that kill or hang the process: none can be reached. One test a fault, by number."""

import json
import threading

import pytest

from grader.engines.rete import CATCH_ALL, MARKER, SESSION, compile_table
from grader.errors import InputError
from grader.language.nodes import All
from grader.language.rulebook import Layer


def test_d01_division_by_zero_no_rule_can_hold_arithmetic(operators):
    assert set() == operators & {"$add", "$sub", "$mul", "$div", "$l", "$r"}


def test_d02_empty_object_in_a_batch_facts_go_in_one_at_a_time_and_never_empty(grade, calls):
    grade()
    assert {
        "create_ruleset",
        "assert_fact",
        "start_action_for_state",
        "complete_and_start_action",
        "delete_state",
    } == {name for name, _ in calls}
    assert all(f'"{MARKER}":1' in message for name, (_, message, *_) in _asserts(calls))


def _asserts(calls):
    return [call for call in calls if call[0] == "assert_fact"]


def test_d03_long_ids_and_keys_nothing_written_goes_in_and_long_text_is_refused(grade, calls):
    with pytest.raises(InputError, match="longer than"):
        grade(lambda d: d["evidence"][0].update(id="x" * 100_000))
    grade(lambda d: d["evidence"][0].update(statement="x" * 19_000))
    assert max(len(message) for _, (_, message) in _asserts(calls)) < 1000


def test_d04_1025_sessions_there_is_never_more_than_one(make_book, compare, held_by, durable_rules, calls):
    from grader.engines.rete import ReteEngine

    with ReteEngine(make_book([compare("a", "at_least", 1)])) as engine:
        for i in range(2000):
            assert {"r0000"} == held_by(engine, {"a": i + 1})
    live = most = 0
    for name, _ in calls:
        live += {"assert_fact": 1, "delete_state": -1}.get(name, 0)
        most = max(most, live)
    assert (0, 1) == (live, most)


def test_d05_tests_between_two_facts_every_test_is_against_a_number(patterns):
    tests = [next(iter(t.values())) if next(iter(t))[0] == "$" else t for tests in patterns for t in tests]
    assert {(1, int)} == {(len(test), type(value)) for test in tests for value in test.values()}


def test_d06_deleting_a_session_in_which_nothing_fired_the_catch_all_always_fires(
    make_book, compare, held, calls
):
    assert [] == held(make_book([compare("a", "at_least", 1)]), {"a": 0})
    names = [name for name, _ in calls]
    assert names.index("start_action_for_state") < names.index("delete_state")


def test_d07_background_threads_over_freed_sessions_there_are_none(make_book, compare, held):
    before = threading.active_count()
    held(make_book([compare("a", "at_least", 1)]), {"a": 0})
    assert before == threading.active_count()


def test_d08_257_rules_on_one_pattern_rules_with_one_condition_share_a_pattern(make_book, compare, held):
    book = make_book([compare("a", "at_least", 1)] * 240)
    assert 2 == len(compile_table(book.table(Layer.GRADE, book.rules[0].level)).rules)
    assert [r.id for r in book.rules] == held(book, {"a": 1})


def test_d09_512_tests_at_one_level_480_are_right_and_481_refused(make_book, compare, held):
    assert [] == held(make_book([compare("a", "one_of", *range(480))]), {"a": 9999})
    assert ["r0000"] == held(make_book([compare("a", "one_of", *range(480))]), {"a": 479})
    with pytest.raises(InputError, match="480 different tests"):
        held(make_book([compare("a", "one_of", *range(481))]), {"a": 9999})


def test_d10_patterns_without_a_positive_test_every_pattern_has_one(patterns):
    assert {(MARKER, 1)} == {pair for tests in patterns for pair in tests[0].items()}


def test_d11_rules_that_assert_what_they_match_no_rule_has_an_action(programs, grade, calls):
    assert {"all"} == {key for p in programs for rule in json.loads(p.definition).values() for key in rule}
    grade()
    starts = [i for i, (name, _) in enumerate(calls) if name == "start_action_for_state"]
    ends = [i for i, (name, _) in enumerate(calls) if name == "delete_state"]
    between = {name for a, b in zip(starts, ends, strict=True) for name, _ in calls[a + 1 : b]}
    assert {"complete_and_start_action"} >= between


def test_d12_retracting_a_fact_under_an_action_nothing_is_retracted_or_abandoned(grade, calls):
    grade()
    assert set() == {n for n, _ in calls} & {"retract_fact", "retract_facts", "abandon_action"}


def test_every_session_is_ours_and_deleted(grade, calls):
    grade()
    assert {SESSION} == {arguments[1] for name, arguments in calls if name == "delete_state"}
    assert len(_asserts(calls)) == sum(name == "delete_state" for name, _ in calls)


def test_an_empty_condition_is_the_catch_all_itself(make_book, held):
    book = make_book([All(())])
    assert {CATCH_ALL: frozenset({"r0000"})} == compile_table(
        book.table(Layer.GRADE, book.rules[0].level)
    ).rules
    assert ["r0000"] == held(book, {})
