"""Rulesets in one process: shared, bounded, freed; flat memory; threads and forks."""

import json
import sys
import threading

import pytest

from grader.engines import rete
from grader.engines.reference import ReferenceEngine
from grader.engines.rete import RULESETS, ReteEngine, Rulesets, compile_table
from grader.errors import InternalError
from grader.language.nodes import All, Any_, Not

MEMORY = """
from pathlib import Path
def used(): return int(Path('/proc/self/statm').read_text().split()[1]) * 4 / 1024
"""


def tables(make_book, compare, count):
    books = (make_book([compare("a", "at_least", i), compare("b", "equals", i)]) for i in range(count))
    return [compile_table(book.tables()[-1]) for book in books]


def test_rulesets_are_bounded_and_the_least_recently_used_freed_first(make_book, compare):
    rulesets = Rulesets(most=3)
    programs = tables(make_book, compare, 5)
    for program in programs[:3]:
        rulesets.fired(program, program.message("here", {"a": 0, "b": 0}))
    rulesets.fired(programs[0], programs[0].message("here", {"a": 0, "b": 0}))
    rulesets.fired(programs[3], programs[3].message("here", {"a": 0, "b": 0}))
    assert {programs[0].key, programs[2].key, programs[3].key} == set(rulesets.handles)
    # one that was freed is made anew
    fired = rulesets.fired(programs[1], programs[1].message("here", {"a": 5, "b": 1}))
    assert ["p0", "p1", "p2"] == sorted(fired)
    rulesets.free([p.key for p in programs])
    assert 0 == len(rulesets)


def test_engines_over_equal_rules_share_a_ruleset_even_where_rule_ids_differ(make_book, compare):
    one = make_book([compare("a", "at_least", 1)])
    assert compile_table(one.tables()[-1]).key == compile_table(one.tables()[-1]).key
    other = make_book([All(()), compare("a", "at_least", 1)])
    assert compile_table(one.tables()[-1]).key == compile_table(other.tables()[-1]).key


def test_the_order_of_rules_changes_nothing_given_to_the_engine(make_book, compare):
    from dataclasses import replace

    book = make_book([compare("a", "at_least", 1), compare("b", "equals", 2), compare("c", "at_most", 3)])
    turned = replace(book, rules=book.rules[::-1])
    assert compile_table(book.tables()[-1]) == compile_table(turned.tables()[-1])


def test_sets_of_areas_are_told_apart_in_the_order_of_their_names(make_book, compare):
    scopes = [frozenset(pair) for pair in ("fe", "ad", "cb", "ec", "db", "fa", "ab", "df")]
    book = make_book([compare("a", "at_least", 1)] * len(scopes), scopes)
    assert ["ab", "ad", "af", "bc", "bd", "ce", "df", "ef"] == [
        "".join(sorted(scope)) for scope in compile_table(book.tables()[-1]).scopes
    ]


def test_four_threads_on_shared_rulesets_are_right(make_book, compare, held_by):
    book = make_book([Any_((compare("a", "equals", i), Not(compare("b", "at_most", i)))) for i in range(20)])
    reference = ReferenceEngine(book)
    wrong = []

    def work(seed):
        engine = ReteEngine(book)
        for i in range(250):
            facts = {"a": (i * seed) % 23, "b": (i + seed) % 21}
            if held_by(engine, facts) != held_by(reference, facts):
                wrong.append(facts)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=work, args=(seed,)) for seed in (1, 2, 3, 5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert [] == wrong


def test_a_forked_child_starts_with_no_rulesets_and_is_right(unguarded):
    source = """
import os
book = make_book([compare('a', 'at_least', 1)])
engine = ReteEngine(book)
held_by(engine, {'a': 1})
rete.RULESETS.lock.acquire()  # as if another thread were in the middle of an evaluation
child = os.fork()
if not child:
    os._exit(0 if len(rete.RULESETS) == 0 and held_by(engine, {'a': 1}) == {'r0000'} else 9)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))"""
    assert (0, "0") == unguarded(source, seconds=20)


def test_an_evaluation_that_goes_wrong_drops_its_ruleset_and_the_next_is_right(
    make_book, compare, held_by, durable_rules
):
    program = compile_table(make_book([compare("a", "at_least", 1)]).tables()[-1])
    with pytest.raises(InternalError, match="did not take a fact"):
        RULESETS.fired(program, json.dumps({"sid": "s", "id": "e", "g": 2, "f0": 5}))
    assert program.key not in RULESETS.handles
    assert ["p0", "p1"] == sorted(RULESETS.fired(program, program.message("here", {"a": 5})))


class Astray:
    """An extension that fires these patterns, whatever it is asked."""

    def __init__(self, fired, code=0):
        self.left, self.code, self.freed = list(fired), code, 0

    def create_ruleset(self, name, definition):
        return 1

    def assert_fact(self, handle, message):
        return self.code, 2

    def start_action_for_state(self, handle, session):
        return ("{}", self.complete_and_start_action(handle, session)) if self.left else None

    def complete_and_start_action(self, handle, session):
        return f'{{"{self.left.pop(0)}":{{}}}}' if self.left else None

    def delete_state(self, handle, session):
        self.freed += 1


@pytest.mark.parametrize(
    ("astray", "said"),
    [
        (Astray(["p0", "p1"]), None),
        (Astray(["p0"]), None),
        (Astray(["p1"]), "the catch-all once"),
        (Astray(["p1", "p1"]), "each pattern at most once"),
        (Astray(["p0", "p0"]), "each pattern at most once"),
        (Astray(["p0", "p1", "p2"]), "fired more often than it has patterns"),
        (Astray([]), "took a fact and fired no rule"),
        (Astray(["p0"], code=1), r"did not take a fact \(code 1\)"),
    ],
)
def test_an_engine_gone_astray_is_not_believed_and_its_session_is_freed(
    astray, said, make_book, compare, monkeypatch
):
    monkeypatch.setattr(rete, "extension", lambda: astray)
    program = compile_table(make_book([compare("a", "at_least", 1)]).tables()[-1])
    rulesets, fired, started = Rulesets(), list(astray.left), bool(astray.left) and not astray.code
    message = program.message("here", {"a": 5})
    if said is None:
        assert fired == rulesets.fired(program, message)
    else:
        with pytest.raises(InternalError, match=said):
            rulesets.fired(program, message)
    assert (started, said is None) == (astray.freed == 1, program.key in rulesets.handles)


@pytest.mark.parametrize("value", [2**63, -(2**63) - 1, 1.0, True, None, "1"])
def test_only_whole_numbers_of_64_bits_are_given_to_the_engine(value, make_book, compare):
    program = compile_table(make_book([compare("a", "at_least", 1)]).tables()[-1])
    with pytest.raises(InternalError, match=r"fact 'a' of table grade\.area is no 64-bit whole number"):
        program.message("here", {"a": value})
    for near in (2**63 - 1, -(2**63)):
        assert f'"f0":{near}' in program.message("here", {"a": near})


FLAT = """
book = make_book([compare('a', 'equals', i) for i in range(12)])
engine = ReteEngine(book)
before = used()
for i in range({passes}):
    for j in range(8):
        a = (i + j) % 13
        assert held_by(engine, {{'a': a}}) == ({{f'r{{a:04}}'}} if a < 12 else set())
    if i == {passes} // 10: settled = used()
print(used() - settled < 1, used() - before < 12)"""


@pytest.mark.parametrize("passes", [2000, pytest.param(10_000, marks=pytest.mark.slow)])
def test_memory_is_flat_over_many_passes(unguarded, passes):
    assert (0, "True True") == unguarded(MEMORY + FLAT.format(passes=passes), seconds=600, perturb=False)


def test_defining_ever_new_rulesets_does_not_leak(unguarded):
    source = """
def define(n):
    engine = ReteEngine(make_book([compare('a', 'at_least', n + i) for i in range(50)]))
    assert len(held_by(engine, {'a': n + 10})) == 11
for n in range(100): define(n)
settled = used()
for n in range(100, 500): define(n)
print(len(rete.RULESETS), used() - settled < 8)"""
    assert (0, "64 True") == unguarded(MEMORY + source, perturb=False)
