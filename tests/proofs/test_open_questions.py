"""What the solver has not settled is unknown, never proved."""

from __future__ import annotations

from dataclasses import replace

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
    forwards = {p.id: (p.result, p.cost) for p in sound.check().promises}
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


def test_a_rule_too_hard_takes_nothing_from_the_others(opened, monkeypatch):
    """What one rule would take is not spent before every other rule has been asked."""
    from grader.proofs import check, live

    asked = live._check_rule

    def greedy(subject, trials, rule):
        if rule is hard:
            subject.budget.spent = subject.budget.units
            raise Undecided("too hard")
        return asked(subject, trials, rule)

    book = opened("redundant")
    report = check.check_rulebook(book.book, book.framework, only=["live"])
    idle = next(f for f in report.findings if f.code == "redundant")
    hard = next(r for r in book.subject().bound.rules if r.id not in idle.rules)
    monkeypatch.setattr(live, "decided_by_trial", lambda trials: set())
    monkeypatch.setattr(live, "_check_rule", greedy)
    subject = book.subject()
    hard = next(r for r in subject.bound.rules if r.id == hard.id)
    found = []
    with pytest.raises(Undecided, match=f"too hard: {hard.id}"):
        found.extend(live.check_live(subject, _trials(subject)))
    assert idle.rules[0] in {rule for f in found for rule in f.rules}


def _trials(subject):
    from grader.proofs.trials import Trials

    return Trials(subject)


@pytest.mark.parametrize("effort", ["-1", "4000000001", "99999999999"])
@pytest.mark.parametrize(
    "command", [["check", "EXAMPLE_CARE_HOMES"], ["impact", "PEEL_2021_22", "PEEL_2021_22"]]
)
def test_an_effort_the_solver_cannot_count_to_is_refused(run, command, effort):
    ran = run(*command, f"--effort={effort}")
    assert 2 == ran.code
    assert (
        f"error: --effort: {effort} is no number of units\n  help: a whole number from 0 to 4,000,000,000\n"
        == ran.err
    )


def test_what_only_evidence_of_other_areas_shows_is_settled_where_none_counts(opened):
    """No area of this framework is informed by another, so a rule that needs it decides nothing."""
    from grader.language.nodes import Better, Compare, Const, Count, Effect, Kind, Level, Op, Test
    from grader.language.rulebook import Fact, Layer, Rule
    from grader.proofs.check import check_rulebook

    sound = opened("sound")
    own = Fact("own", Layer.FINDING, Level.CHARACTERISTIC, Kind.COUNT, Better.NEITHER, "own",
               Count("evidence", (Test("direct", Op.EQUALS, (Const(1),)),)))  # fmt: skip
    covered = Fact("covered_at_all", Layer.SUFFICIENCY, Level.AREA, Kind.COUNT, Better.NEITHER, "covered",
                   Count("characteristics", (Test("own", Op.AT_LEAST, (Const(1),)),)))  # fmt: skip
    rule = Rule("uncovered", Layer.SUFFICIENCY, Level.AREA, Effect.WITHHOLDS, "grade",
                Compare("covered_at_all", Op.AT_MOST, (Const(0),)), "because", "made")  # fmt: skip
    facts = {**sound.book.facts, "own": own, "covered_at_all": covered}
    book = replace(sound.book, facts=facts, rules=(*sound.book.rules, rule))
    report = check_rulebook(book, sound.framework, only=["live"])
    assert ["refuted"] == [p.result for p in report.promises]
    assert [("redundant", "uncovered")] == [(f.code, f.rules[0]) for f in report.findings]
