"""Faults of durable-rules that answer wrongly without a word: none can be reached. One test a fault."""

import itertools
import re
import sys
import threading
from copy import deepcopy

import pytest

from grader.engines import rete
from grader.engines.checked import CheckedEngine
from grader.engines.reference import ReferenceEngine
from grader.engines.rete import RULESETS, ReteEngine, fnv1a
from grader.errors import InputError, InternalError
from grader.language.nodes import All, Any_, Not

NUMBERS_ONLY = re.compile(r'\{"sid":"s","id":"e","g":1(,"[fz]\d+":-?\d+)*\}')


def messages(calls):
    return [arguments[1] for name, arguments in calls if name == "assert_fact"]


def test_d13_negation_depends_on_order_and_alias_negation_is_of_comparisons_only(
    operators, patterns, make_book, compare, held
):
    assert {"$and", "$gte", "$lte", "$gt", "$lt", "$neq"} == operators
    blocked = make_book([All((compare("good", "at_least", 1), Not(compare("concerns", "at_least", 1))))])
    for facts in itertools.permutations([("good", 1), ("concerns", 1)]):
        assert [] == held(blocked, dict(facts))
    assert ["r0000"] == held(blocked, {"good": 1, "concerns": 0})


def test_d14_a_batch_drops_facts_there_are_no_batches(grade, calls):
    grade()
    assert set() == {name for name, _ in calls} & {"assert_facts", "assert_events"}


def test_d15_numbers_with_exponents_only_whole_numbers_go_in(grade, calls):
    measure = {"name": "crimes_recorded", "value": 0.00001, "interval": 1e-05, "unit": "percent"}
    grade(lambda d: d["evidence"][0].update(characteristics=["recording.1a"], measure=measure))
    assert all(NUMBERS_ONLY.fullmatch(message) for message in messages(calls))


def test_d16_names_compared_by_hash_only_ours_go_in_and_are_checked(make_book, compare, held, monkeypatch):
    assert fnv1a("costarring") == fnv1a("liquid")
    book = make_book([compare("liquid", "equals", 1), compare("costarring", "equals", 1)])
    assert ["r0001"] == held(book, {"costarring": 1, "liquid": 0})
    monkeypatch.setattr(rete, "MARKER", "costarring")
    monkeypatch.setattr(rete, "RESERVED", ("liquid",))
    with pytest.raises(InternalError, match="share a 32-bit hash"):
        ReteEngine(book)


def test_d17_texts_cut_at_64k_no_text_goes_in(grade, calls):
    grade(lambda d: d["evidence"][0].update(statement="met" + "x" * 19_000, id="met " + "y" * 190))
    assert all(NUMBERS_ONLY.fullmatch(message) for message in messages(calls))
    with pytest.raises(InputError, match="longer than"):
        grade(lambda d: d["evidence"][0].update(statement="met" + "x" * 65_534))


def test_d18_joins_on_an_id_every_rule_has_one_pattern(patterns):
    # `patterns` itself asserts that each rule is one pattern under one alias
    named = {name for tests in patterns for t in tests for name in _field(t)}
    assert set() == named & {"id", "sid"}


def _field(test):
    ((key, value),) = test.items()
    return value if key.startswith("$") else test


@pytest.mark.parametrize("value", ["", "1", "true", True, 1.0, None, [1], 2.7])
def test_d19_values_taken_for_others_anything_but_a_whole_number_is_refused(make_book, compare, value):
    with (
        ReteEngine(make_book([compare("a", "equals", 1)])) as engine,
        pytest.raises(InternalError, match="no 64-bit whole number"),
    ):
        engine.held("grade", "area", "here", {"a": value})


@pytest.mark.parametrize("value", [2**63, 2**64, -(2**63) - 1, 10**30])
def test_d20_numbers_past_64_bits_are_refused(make_book, compare, value):
    with (
        ReteEngine(make_book([compare("a", "equals", 1)])) as engine,
        pytest.raises(InternalError, match="no 64-bit whole number"),
    ):
        engine.held("grade", "area", "here", {"a": value})


@pytest.mark.parametrize("value", [2**63 - 1, -(2**63), 2**31, -1, 0])
def test_d20_numbers_within_64_bits_are_right(make_book, compare, held, value):
    book = make_book([compare("a", "more_than", 5), compare("a", "at_most", -1)])
    assert [r for r, holds in (("r0000", value > 5), ("r0001", value <= -1)) if holds] == held(
        book, {"a": value}
    )


def test_d20_numbers_in_a_rule_past_32_bits_are_refused(make_book, compare, held):
    with pytest.raises(InputError, match="beyond 2147483647"):
        held(make_book([compare("a", "more_than", 2**31)]), {"a": 1})


def test_d21_or_fires_once_a_branch_there_is_no_or_and_a_rule_is_counted_once(
    operators, make_book, compare, held
):
    assert "$or" not in operators
    either = Any_((compare("a", "at_least", 1), compare("b", "at_least", 1)))
    assert ["r0000"] == held(make_book([All((either, either))]), {"a": 1, "b": 1})


def test_d22_exceptions_in_actions_are_swallowed_no_python_runs_inside(programs, durable_rules):
    assert all('"run"' not in program.definition for program in programs)
    assert "durable.engine" not in vars(rete)


def test_d23_an_action_that_never_ends_locks_the_session_each_is_ended_or_its_ruleset_dropped(
    make_book, compare, held_by, monkeypatch
):
    class Interrupted:
        def __init__(self):
            self.real = real

        def __getattr__(self, name):
            if name == "start_action_for_state":
                raise KeyboardInterrupt
            return getattr(self.real, name)

    real = rete.extension()
    with ReteEngine(make_book([compare("a", "at_least", 1)])) as engine:
        assert {"r0000"} == held_by(engine, {"a": 1})
        with monkeypatch.context() as patch:
            patch.setattr(rete, "extension", Interrupted)
            with pytest.raises(KeyboardInterrupt):
                held_by(engine, {"a": 1})
        assert {"r0000"} == held_by(engine, {"a": 2})
        assert set() == held_by(engine, {"a": 0})


def test_d24_rules_that_run_late_on_another_thread_no_thread_is_started(
    make_book, compare, held_by, monkeypatch
):
    monkeypatch.setattr(threading.Thread, "start", lambda self: pytest.fail("a thread was started"))
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ReteEngine(make_book([compare("a", "at_least", 100)])) as engine:
            for i in range(1000):
                assert (i >= 100) == bool(held_by(engine, {"a": i}))
    finally:
        sys.setswitchinterval(interval)


def test_d25_one_bad_fact_delays_the_good_ones_an_evaluation_is_one_fact(grade, calls):
    grade()
    names = [n for n, _ in calls if n in ("assert_fact", "delete_state")]
    assert ["assert_fact", "delete_state"] * (len(names) // 2) == names


def test_d26_equal_contents_are_one_fact_equal_questions_and_items_each_count(
    grade, make_book, compare, held_by
):
    with ReteEngine(make_book([compare("a", "equals", 1)])) as engine:
        assert [{"r0000"}] * 3 == [held_by(engine, {"a": 1}) for _ in range(3)]

    def twice(document):
        document["evidence"].append(deepcopy(document["evidence"][0]) | {"id": "E9"})

    area = grade(twice).area("responding")
    assert ["E1", "E9"] == next(c.evidence for c in area.characteristics if c.id == "responding.1a")


def test_d27_a_fact_that_lacks_a_property_is_refused_before_it_goes_in(make_book, compare, calls):
    with (
        ReteEngine(make_book([compare("a", "equals", 1), compare("b", "equals", 1)])) as engine,
        pytest.raises(InternalError, match=r"'b' .*no 64-bit whole number"),
    ):
        engine.held("grade", "area", "here", {"a": 1})
    assert [] == messages(calls)


@pytest.mark.parametrize("key", ["sid", "a.b", "$s"])
def test_d28_reserved_keys_in_evidence_are_refused(grade, key):
    with pytest.raises(InputError, match="unknown key"):
        grade(lambda d: d["evidence"][0].update({key: "costarring"}))


@pytest.mark.parametrize("wrong", ["at_leest", "$gtee", "$or"])
def test_d29_misspelt_operators_are_refused_with_their_line(read_rules, wrong):
    def change(data):
        data["rules"][-1]["when"] = {"open_concerns": {wrong: 1}}

    with pytest.raises(InputError, match=r"rules/grades.yaml:\d+:\d+: unknown comparison"):
        read_rules("grades.yaml", change)


def test_d29_two_facts_in_one_condition_are_refused(read_rules):
    def change(data):
        data["rules"][-1]["when"] = {"open_concerns": {"at_least": 1}, "assessed": {"at_least": 1}}

    with pytest.raises(InputError, match="a condition holds one fact"):
        read_rules("grades.yaml", change)


def test_d30_priority_count_and_cap_rules_have_none_of_them(programs):
    words = {w for p in programs for w in re.findall(r'"(\w+)":', p.definition)}
    assert {"all", "m"} == {w for w in words if not re.fullmatch(r"[pfzg]\d*", w)}


def test_d31_rulesets_are_shared_bounded_and_freed(make_book, compare, held_by, calls):
    book = make_book([compare("d31", "equals", 31)])
    first, second = ReteEngine(book), ReteEngine(book)
    held_by(first, {"d31": 1})
    held_by(second, {"d31": 1})
    assert 1 == sum(name == "create_ruleset" for name, _ in calls)
    before = len(RULESETS)
    second.close()
    assert before - 1 == len(RULESETS)
    assert {"r0000"} == held_by(first, {"d31": 31})
    first.close()


def test_d32_more_than_64_tests_hold_60_are_right_and_61_refused(make_book, compare, held):
    book = make_book([compare("a", "at_least", i) for i in range(60)])
    assert [r.id for r in book.rules] == held(book, {"a": 1000})
    with pytest.raises(InputError, match="60 ways that could hold at once"):
        held(make_book([compare("a", "at_least", i) for i in range(61)]), {"a": 1000})


def test_d33_many_patterns_or_tests_in_a_rule_one_pattern_and_100_tests_are_right(make_book, compare, held):
    book = make_book([All(tuple(compare(f"f{i}", "at_least", i) for i in range(100)))])
    assert ["r0000"] == held(book, {f"f{i}": i for i in range(100)})
    assert [] == held(book, {f"f{i}": i - (i == 99) for i in range(100)})


def test_d34_order_and_matching_of_text_no_text_is_compared(patterns, grade, calls):
    awkward = "\"};{'\\ (a+)+$ [bold] é 🚔"
    plain = grade()
    strange = grade(lambda d: [item.update(statement=awkward) for item in d["evidence"]])
    assert all(NUMBERS_ONLY.fullmatch(message) for message in messages(calls))
    assert [a.grade for a in plain.areas] == [a.grade for a in strange.areas]
    assert {int} == {type(v) for tests in patterns for t in tests for v in _field(t).values()}


def test_d35_derived_facts_stay_nothing_lasts_from_one_evaluation_to_the_next(make_book, compare, held_by):
    with ReteEngine(make_book([compare("a", "at_least", 1)])) as engine:
        assert [{"r0000"}, set(), {"r0000"}, set()] == [held_by(engine, {"a": a}) for a in (1, 0, 1, 0)]


def test_d36_not_a_number_and_missing_values_are_refused(make_book, compare, grade):
    with ReteEngine(make_book([Not(compare("a", "equals", 1))])) as engine:
        for value in (float("nan"), None):
            with pytest.raises(InternalError):
                engine.held("grade", "area", "here", {"a": value})
    with pytest.raises(InputError):
        grade(lambda d: d["evidence"][0].update(measure={"name": "x", "value": float("nan"), "unit": "y"}))


def test_the_pass_on_rete_is_checked_against_the_reference(built_in_book):
    from grader.engines.choice import engine_for
    from grader.language.bind import bind

    engine = engine_for(bind(built_in_book), "rete")
    assert (CheckedEngine, "rete") == (type(engine), engine.name)
    assert isinstance(engine.witness, ReferenceEngine)
