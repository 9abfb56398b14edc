"""What the solver has not settled is unknown, never proved."""

from __future__ import annotations

import time

import pytest
import z3

from grader.engines.symbolic import Budget, Solver, Undecided

#: Settled by looking at the rule book, without the solver.
STRUCTURAL = {"local"}


def test_without_time_nothing_is_proved_that_needs_the_solver(opened):
    report = opened("sound").check(timeout=0)
    assert {p.id for p in report.promises} - STRUCTURAL == {
        p.id for p in report.promises if p.result == "unknown"
    }
    assert not report.holds


def test_an_open_question_says_why(opened):
    report = opened("sound").check(timeout=0)
    opened_ = [p for p in report.promises if p.result == "unknown"]
    assert all(any(a.startswith("undecided: ") for a in p.assumes) for p in opened_)


def test_findings_that_need_no_solver_are_made_without_time(opened):
    report = opened("unused_parameter").check(timeout=0)
    assert ["unused-parameter"] == [f.code for f in report.findings]


def test_a_hard_question_ends_when_its_time_is_up():
    x, y, z, n = z3.Ints("x y z n")
    budget = Budget(0.5)
    solver = Solver(budget, x > 1, y > 1, z > 1, n > 2)
    started = time.process_time()
    with pytest.raises(Undecided):
        solver.model(x * x * x + y * y * y == z * z * z)
    assert time.process_time() - started < 300


def test_a_spent_budget_answers_nothing():
    x = z3.Int("x")
    with pytest.raises(Undecided):
        Solver(Budget(0), x > 0).model()


def test_the_smallest_model_found_stands_when_time_runs_out():
    class Once(Budget):
        asked = 0

        def milliseconds(self) -> int:
            self.asked += 1
            if self.asked > 1:
                raise Undecided("out of time")
            return 1000

    x = z3.Int("x")
    assert Solver(Once(1.0), x >= 3).smallest(x) is not None
