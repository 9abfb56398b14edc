"""What a change of rules moves: proved over every inspection, and replayed on those given."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from grader.authoring.impact import impact, prove
from grader.cli.app import run
from grader.errors import UnknownNameError
from grader.io.catalogue import open_rulebook
from grader.io.frameworks import FrameworkFile
from grader.language.bind import bind
from grader.proofs.same_rules import same_rules
from grader.session import Session
from grader.testing.strategies import frameworks, inspections, rulebooks

SHIPPED = "PEEL_2021_22"
needs_solver = pytest.mark.skipif(find_spec("z3") is None, reason="the solver is an extra")


# Nothing changes ------------------------------------------------------------------------------------------


def _nothing(new):
    found = impact(SHIPPED, new)
    assert ("nothing", False) == (found.proof.result, found.moves)
    return found.proof.because


def test_the_same_rule_book_changes_nothing():
    assert "the rules are the same but for names, texts and order" == _nothing(SHIPPED)


def test_new_names_and_texts_change_nothing(changed):
    changed("grades.yaml", ("good.substantially-all", "good.nearly-all"), ("demonstrated_share", "shown"))
    new = changed("sufficiency.yaml", ("coverage:", "reach:"), ("{coverage}", "{reach}"))
    assert "the rules are the same but for names, texts and order" == _nothing(new)


def test_another_order_and_layout_change_nothing(changed):
    folder = Path(changed("grades.yaml"))
    for path in folder.glob("*.yaml"):
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        if "rules" in data:
            data["rules"].reverse()
        path.write_text(yaml.safe_dump(data, sort_keys=True), encoding="utf-8")
    assert "the rules are the same but for names, texts and order" == _nothing(str(folder))


@needs_solver
def test_a_rule_that_says_the_same_otherwise_is_proved_to_change_nothing(changed):
    new = changed("statuses.yaml", ("{tested: {equals: 0}}", "{tested: {fewer_than: 1}}"))
    assert "the solver proved that no inspection is graded differently" == _nothing(new)


@given(data=st.data())
def test_rules_renamed_and_shuffled_are_the_same_rules_and_grade_alike(data):
    framework = data.draw(frameworks(max_areas=2))
    book = data.draw(rulebooks(framework))
    rules = [replace(r, id=f"new-{r.id}", because="said otherwise") for r in book.rules]
    other = replace(book, rules=tuple(data.draw(st.permutations(rules))))
    assert same_rules(bind(book), bind(other))
    found = data.draw(inspections(framework, measures=book.measures))
    assert _grades(framework, book, found) == _grades(framework, other, found)


@given(data=st.data())
def test_a_rule_fewer_is_another_rule_book(data):
    book = data.draw(rulebooks(data.draw(frameworks(max_areas=2))))
    assume(book.rules)
    without = data.draw(st.sampled_from(book.rules))
    other = replace(book, rules=tuple(r for r in book.rules if r is not without))
    assert not same_rules(bind(book), bind(other))


def _grades(framework, book, inspection):
    proposal = Session(FrameworkFile(framework), book, None, "reference").load(inspection).proposal
    return {a.area: (a.outcome, a.grade) for a in proposal.areas}


# Something changes ----------------------------------------------------------------------------------------


@needs_solver
def test_a_stricter_number_grades_lower_and_never_higher(stricter):
    found = impact(SHIPPED, stricter)
    assert ("something", {"lower"}) == (found.proof.result, {c["direction"] for c in found.proof.cases})
    assert {("good", "adequate")} == {(c["old"], c["new"]) for c in found.proof.cases}


@needs_solver
def test_a_case_is_an_inspection_that_both_rule_books_grade_as_said(stricter):
    from grader.model.inspection import Inspection

    _, framework, old = open_rulebook(SHIPPED)
    _, _, new = open_rulebook(stricter)
    for case in prove(old, new, framework.framework).cases:
        inspection = Inspection.model_validate(case["inspection"])
        before = _grades(framework.framework, old, inspection)
        after = _grades(framework.framework, new, inspection)
        assert {(case["old"], case["new"])} == {
            (before[a][1], after[a][1]) for a in before if before[a] != after[a]
        }


@needs_solver
def test_a_rule_that_withheld_taken_away_lets_areas_be_graded(changed):
    text = (Path(changed("sufficiency.yaml")) / "sufficiency.yaml").read_text(encoding="utf-8")
    new = changed("sufficiency.yaml", (text[text.index("  - id: recording.no-rate") :], ""))
    found = impact(SHIPPED, new)
    assert {("graded", ("recording",))} == {(c["direction"], tuple(c["areas"])) for c in found.proof.cases}


@needs_solver
def test_figures_that_read_otherwise_are_listed(changed):
    new = changed("rulebook.yaml", ("default: 881", "default: 891"))
    figures = impact(SHIPPED, new).proof.figures
    assert {(881, 890, "meets", "partly_meets")} == {
        (f["lowest"], f["highest"], f["old"], f["new"]) for f in figures
    }


PARAMETERS = ("substantially_all", "substantially_exceeded", "minimum_coverage", "contradictions_tolerated")


@pytest.mark.slow
@needs_solver
@pytest.mark.parametrize("parameter", PARAMETERS)
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_no_inspection_moves_in_a_direction_the_proof_rules_out(parameter, data):
    _, file, book = open_rulebook(SHIPPED)
    framework = file.framework
    wanted = book.parameters[parameter]
    changed = replace(wanted, default=min(wanted.maximum, wanted.default + 60))
    other = replace(book, parameters={**book.parameters, parameter: changed})
    if parameter not in _PROVED:
        cases = prove(book, other, framework).cases
        _PROVED[parameter] = {(c["direction"], a) for c in cases for a in c["areas"]}
    area = data.draw(st.sampled_from(["responding", "recording", "vulnerable"]))
    found = data.draw(inspections(framework, "2022-03", areas=[area], max_items=12))
    before, after = _grades(framework, book, found), _grades(framework, other, found)
    ranks = book.grade_scale.ranks
    for name in before:
        (_, old), (_, new) = before[name], after[name]
        if old is None or new is None:
            direction = "same" if old == new else "graded" if old is None else "withheld"
        else:
            direction = {0: "same", 1: "higher"}.get(
                (ranks[new] > ranks[old]) - (ranks[new] < ranks[old]), "lower"
            )
        assert direction == "same" or (direction, name) in _PROVED[parameter]


_PROVED: dict[str, set[tuple[str, str]]] = {}


# What cannot be proved ------------------------------------------------------------------------------------


@needs_solver
def test_a_solver_out_of_time_says_so_and_counts_as_a_change(stricter, capfd):
    assert 1 == run(["impact", SHIPPED, stricter, "--timeout", "0"])
    assert "For every inspection there can be: unknown\n  the solver gave up" in capfd.readouterr().out


# Replay ---------------------------------------------------------------------------------------------------


@needs_solver
def test_an_inspection_that_moves_is_named_with_where_from_and_to(stricter, example):
    (replayed,) = impact(SHIPPED, stricter, [example]).replayed
    assert [("responding", "good", "adequate")] == [(m.area, m.old, m.new) for m in replayed.moves]


@needs_solver
def test_decisions_beside_an_inspection_say_whether_agreement_got_better(stricter, example):
    found = impact(SHIPPED, stricter, [example])
    old, new = found.fits
    assert ("better", 10, 1, -1) == (found.verdict, old.n, new.exact - old.exact, new.steps - old.steps)


def test_an_inspection_without_decisions_has_no_agreement(tmp_path, example):
    alone = tmp_path / "inspection.yaml"
    alone.write_bytes(Path(example).read_bytes())
    found = impact(SHIPPED, SHIPPED, [str(alone)])
    assert (None, None) == (found.fits, found.verdict)


# The command ----------------------------------------------------------------------------------------------


def test_nothing_that_moves_exits_0_and_prints_every_key(example, capfd):
    assert 0 == run(["impact", SHIPPED, SHIPPED, example, "--json"])
    found = json.loads(capfd.readouterr().out)
    assert ("grader.impact/1", "nothing", "same", False) == (
        found["schema"],
        found["proof"]["result"],
        found["agreement"]["verdict"],
        found["moves"],
    )
    keys = ["schema", "old", "new", "proof", "figures", "cases", "replay", "agreement", "moves"]
    assert keys == list(found)


@needs_solver
def test_something_that_moves_exits_1(stricter, capfd):
    assert 1 == run(["impact", SHIPPED, stricter])
    out = capfd.readouterr().out
    assert "For every inspection there can be: something changes" in out
    assert 80 >= max(map(len, out.splitlines()))


def test_an_unknown_rule_book_is_bad_input(capfd):
    assert 2 == run(["impact", SHIPPED, "PEEL_2021_23"])
    assert "did you mean 'PEEL_2021_22'?" in capfd.readouterr().err
    with pytest.raises(UnknownNameError):
        impact("PEEL_2021_23", SHIPPED)
