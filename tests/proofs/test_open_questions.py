"""What the solver has not settled is unknown, never proved."""

from __future__ import annotations

import pytest
import z3

from grader.engines.solver import Effort, Solver, Undecided, afresh


def test_without_effort_nothing_is_proved_that_needs_the_solver(opened):
    report = opened("sound").check(effort=0)
    assert set() == {p.id for p in report.promises if p.result == "proved" and p.cost}
    assert "unknown" in {p.result for p in report.promises}
    assert not report.holds


def test_an_open_question_says_why(opened):
    report = opened("sound").check(effort=0)
    opened_ = [p for p in report.promises if p.result == "unknown"]
    assert opened_
    assert all(any(a.startswith("undecided: ") for a in p.assumes) for p in opened_)


def test_one_promise_left_open_costs_the_others_nothing(opened, monkeypatch):
    """Each promise has means of its own, and its answer does not turn on what was asked before."""
    from grader.proofs import check

    sound = opened("sound")
    forwards = {p.id: (p.result, p.cost) for p in sound.checked.promises}
    asked = check.questions(sound.framework)
    monkeypatch.setattr(check, "questions", lambda framework: asked[::-1])
    assert forwards == {p.id: (p.result, p.cost) for p in sound.check().promises}


def test_findings_that_need_no_solver_are_made_without_effort(opened):
    report = opened("unused_parameter").check(effort=0)
    assert ["unused-parameter"] == [f.code for f in report.findings]


def test_a_question_too_hard_ends_after_the_same_work_each_time():
    spent = []
    for _ in range(2):
        with afresh():
            x, y, z, n = z3.Ints("x y z n")
            effort = Effort(500_000)
            solver = Solver(effort, x > 1, y > 1, z > 1, n > 2, linear=False)
            with pytest.raises(Undecided):
                solver.model(x * x * x + y * y * y == z * z * z)
            spent.append(effort.spent)
    assert spent[0] == spent[1] > 0


def test_spent_means_answer_nothing():
    x = z3.Int("x")
    with pytest.raises(Undecided):
        Solver(Effort(0), x > 0).model()


def test_the_smallest_model_found_stands_when_means_run_out():
    class Once(Effort):
        asked = 0

        def grant(self, solver: z3.Solver) -> None:
            self.asked += 1
            if self.asked > 1:
                raise Undecided("more than allowed")

    x = z3.Int("x")
    assert Solver(Once(1), x >= 3).smallest(x) is not None


def test_a_part_of_the_means_leaves_the_rest():
    effort, x = Effort(1_000_000), z3.Int("x")
    with effort.part(0), pytest.raises(Undecided):
        Solver(effort, x > 0).model()
    assert Solver(effort, x > 0).model() is not None
    assert 0 < effort.spent < 1_000_000


def test_a_rule_too_hard_takes_nothing_from_the_others(opened):
    """What one rule would take is not spent before every other rule has been asked."""
    from grader.proofs.live import in_turn
    from grader.proofs.report import Finding

    subject = opened("redundant").subject()
    hard, *others = subject.bound.rules

    def check(rule):
        if rule is hard:
            subject.budget.spent = subject.budget.units
            raise Undecided("too hard")
        if subject.budget.spent >= subject.budget.units:
            raise Undecided("nothing left")
        return [Finding("vacuous", (rule.id,), rule.place, "said", "help")]

    found = []
    with pytest.raises(Undecided, match=f"too hard: {hard.id}"):
        found.extend(in_turn(subject, [hard, *others], check))
    assert [r.id for r in others] == [f.rules[0] for f in found]
