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
from grader.proofs.same_rules import pairs
from grader.session import Session
from grader.testing.same_rules import same_rules
from grader.testing.strategies import frameworks, inspections, rulebooks

SHIPPED = "PEEL_2021_22"
SAME = "the rules are the same but for texts, ranges and order"
needs_solver = pytest.mark.skipif(find_spec("z3") is None, reason="the solver is an extra")


# Nothing changes ------------------------------------------------------------------------------------------


def _nothing(new):
    found = impact(SHIPPED, new)
    assert ("nothing", False) == (found.proof.result, found.moves)
    return found.proof.because


def test_the_same_rule_book_changes_nothing():
    assert SAME == _nothing(SHIPPED)


def test_wording_alone_changes_nothing_and_is_said(changed):
    new = changed("grades.yaml", ("grade definition of good; not all", "another source; not all"))
    assert f"{SAME}: wording only" == _nothing(new)
    assert ("rule good.substantially-all",) == impact(SHIPPED, new).pairs.worded


def test_a_range_alone_changes_nothing_and_is_said(changed):
    new = changed("rulebook.yaml", ("range: [500, 1000]", "range: [501, 1000]"))
    assert SAME == _nothing(new)
    assert ("substantially_all",) == impact(SHIPPED, new).pairs.ranges


def test_new_names_change_what_proposals_cite_and_nothing_else(changed):
    changed("findings.yaml", ("concern.systemic", "concern.everywhere"))
    new = changed("grades.yaml", ("demonstrated_share", "shown"))
    found = impact(SHIPPED, new)
    names = "names alone: proposals cite rules and facts by their new names"
    assert ("something", names, ()) == (found.proof.result, found.proof.because, found.proof.cases)
    assert [
        ("rule", "concern.systemic", "concern.everywhere"),
        ("fact", "demonstrated_share", "shown"),
    ] == [(r.what, r.old, r.new) for r in found.pairs.renamed]


def test_a_parameter_of_another_name_is_renamed_only_where_it_stands_in_the_same_places(changed):
    for file in ("rulebook.yaml", "grades.yaml"):
        new = changed(file, ("recording_most", "most_beside_the_rate"), name="moved")
    assert [("parameter", "recording_most", "most_beside_the_rate")] == _renamed(SHIPPED, new)
    # One that is gone and one that is new share their values, 500 of 0 to 1000, and nothing else.
    first = str(Path(__file__).parents[1] / "rulebooks" / "PEEL_2021_22_1_0_0")
    gone, added = (
        open_rulebook(book)[2].parameters[name]
        for book, name in ((first, "contradictions_tolerated"), (SHIPPED, "outstanding_breadth"))
    )
    assert replace(gone, name="", basis="", source="", why="", place=None) == replace(
        added, name="", basis="", source="", why="", place=None
    )
    assert [] == [found for found in _renamed(first, SHIPPED) if found[0] == "parameter"]


def _renamed(old, new):
    bound = [bind(open_rulebook(name)[2]) for name in (old, new)]
    return [(r.what, r.old, r.new) for r in pairs(*bound).renamed]


def test_another_order_and_layout_change_nothing(changed):
    folder = Path(changed("grades.yaml"))
    for path in folder.glob("*.yaml"):
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        if "rules" in data:
            data["rules"].reverse()
        path.write_text(yaml.safe_dump(data, sort_keys=True), encoding="utf-8")
    assert SAME == _nothing(str(folder))


@needs_solver
def test_a_rule_that_says_the_same_otherwise_is_proved_to_change_nothing(changed):
    new = changed("statuses.yaml", ("{tested: {equals: 0}}", "{tested: {fewer_than: 1}}"))
    proved = "proved of the whole proposal on every area: outcome, grade, profile, statuses, findings"
    assert proved == _nothing(new)


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
def test_a_stricter_number_grades_lower_and_never_higher(made_stricter):
    found = made_stricter
    assert ("something", {"lower"}) == (found.proof.result, {c["direction"] for c in found.proof.cases})
    assert {"adequate"} == {c["new"] for c in found.proof.cases}
    assert {"good"} <= {c["old"] for c in found.proof.cases} <= {"good", "outstanding"}


@needs_solver
def test_a_case_is_an_inspection_that_both_rule_books_grade_as_said(stricter, made_stricter):
    from grader.model.inspection import Inspection

    _, framework, old = open_rulebook(SHIPPED)
    _, _, new = open_rulebook(stricter)
    for case in made_stricter.proof.cases:
        inspection = Inspection.model_validate(case["inspection"])
        before = _grades(framework.framework, old, inspection)
        after = _grades(framework.framework, new, inspection)
        moved = {a: (before[a][1], after[a][1]) for a in before if before[a] != after[a]}
        assert {case["area"]: (case["old"], case["new"])} == moved


@needs_solver
def test_a_rule_that_withheld_taken_away_lets_areas_be_graded(changed):
    text = (Path(changed("sufficiency.yaml")) / "sufficiency.yaml").read_text(encoding="utf-8")
    new = changed("sufficiency.yaml", (text[text.index("  - id: recording.no-rate") :], ""))
    found = impact(SHIPPED, new)
    assert {("graded", "recording")} == {
        (c["direction"], c["area"]) for c in found.proof.cases if c["part"] == "outcome"
    }


@needs_solver
def test_figures_that_read_otherwise_are_listed(changed):
    new = changed("rulebook.yaml", ("default: 881", "default: 891"))
    from grader.proofs.rule_change import figures

    books = [open_rulebook(name)[2] for name in (SHIPPED, new)]
    assert {(881, 890, "meets", "partly_meets")} == {
        (f.lowest, f.highest, f.old, f.new) for f in figures(*books)
    }


PARAMETERS = ("substantially_all", "substantially_exceeded", "minimum_coverage", "outstanding_breadth")


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
        _PROVED[parameter] = {(c["direction"], c["area"]) for c in cases}
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
def test_a_solver_that_may_do_nothing_says_so_and_counts_as_a_change(changed, capfd):
    new = changed("statuses.yaml", ("{tested: {equals: 0}}", "{tested: {fewer_than: 1}}"))
    assert 1 == run(["impact", SHIPPED, new, "--effort", "0"])
    out = capfd.readouterr().out
    assert "For every inspection there can be: unknown\n  no inspection was found" in out


@needs_solver
@pytest.mark.parametrize("effort", ["-1", "99999999999"])
def test_an_effort_out_of_range_is_bad_input(effort, capfd):
    assert 2 == run(["impact", SHIPPED, SHIPPED, "--effort", effort])
    assert f"--effort: {effort} is no number of units" in capfd.readouterr().err


# Replay ---------------------------------------------------------------------------------------------------


@needs_solver
def test_an_inspection_that_moves_is_named_with_where_from_and_to(made_stricter):
    (replayed,) = made_stricter.replayed
    moves = [(m.area, m.old, m.new, m.parts) for m in replayed.moves]
    fell = ("responding", "organised_crime", "strategy")  # 818, 833 and 818 per mille demonstrated
    assert [(area, "good", "adequate", ("grade",)) for area in fell] == moves


@needs_solver
def test_decisions_beside_an_inspection_say_whether_agreement_got_better(made_stricter):
    found = made_stricter
    old, new = found.fits
    # Published: responding adequate, organised_crime outstanding, strategy good.
    assert ("worse", 10, 0, 1) == (found.verdict, old.n, new.exact - old.exact, new.steps - old.steps)


@needs_solver
def test_the_change_back_makes_agreement_better(made_stricter):
    back = [replace(r, fits=r.fits[::-1]) for r in made_stricter.replayed]
    assert "better" == replace(made_stricter, replayed=tuple(back)).verdict


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
    keys = ["schema", "old", "new", "proof", "areas", "names", "texts", "ranges", "figures", "cases"]
    keys += ["replay", "agreement", "moves"]
    assert keys == list(found)


@needs_solver
def test_something_that_moves_exits_1(care_changed, capfd):
    assert 1 == run(["impact", "EXAMPLE_CARE_HOMES", care_changed])
    out = capfd.readouterr().out
    assert "For every inspection there can be: something changes" in out
    assert 80 >= max(map(len, out.splitlines()))


def test_an_unknown_rule_book_is_bad_input(capfd):
    assert 2 == run(["impact", SHIPPED, "PEEL_2021_23"])
    assert "did you mean 'PEEL_2021_22'?" in capfd.readouterr().err
    with pytest.raises(UnknownNameError):
        impact("PEEL_2021_23", SHIPPED)
