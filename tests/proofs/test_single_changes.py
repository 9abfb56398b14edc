"""What proofs look at, spelt out: the single changes of each promise, witnesses in words, bounded work."""

from __future__ import annotations

from dataclasses import replace

import pytest
import z3

from grader.engines.solver import Effort, Solver, Undecided
from grader.errors import InternalError
from grader.language.bind import bind
from grader.language.nodes import Best, Compare, Const, Count, Effect, Kind, Level, Op, Param, Test
from grader.language.rulebook import Layer, Measure, Parameter, Rule
from grader.proofs.areas import group_areas
from grader.proofs.directions import MOST_COMBINATIONS, Movement, partly_bound
from grader.proofs.order import check_marks, check_unused, misordered
from grader.proofs.report import CheckReport, Finding, Promise, for_person
from grader.proofs.rule_change import Comparison, figures
from grader.proofs.same_rules import pairs
from grader.proofs.situations import AreaFigure, AreaSituation, smaller
from grader.proofs.tag_combinations import (
    DECLARED_TAGS,
    EARLIER_TAGS,
    EVIDENCE_TAGS,
    WRITTEN_TAGS,
    Part,
    changes,
    group_tags,
    recorded_changes,
)
from grader.proofs.trials import Trials
from grader.proofs.witness import (
    Situation,
    agree,
    change_words,
    counted,
    having,
    inspection_of,
    place,
    told,
)
from grader.testing.same_rules import same_rules
from grader.vocabulary.kinds import PROGRESS
from grader.vocabulary.peel import PEEL

FALLS_SHORT, PARTLY, MEETS, EXCEEDS = (PEEL.assessments.rank(n) for n in PEEL.assessments.levels)


def moved(change):
    """The tags that differ between the two sides of a change."""
    names = change.after if change.before is None else {**change.before, **change.after}
    if change.before is None:
        return set()
    return {name for name in names if change.before[name] != change.after[name]}


# Single changes -------------------------------------------------------------------------------------------


def test_every_way_to_tag_an_item_is_there_once():
    """Assessments, extents, harms, strengths and three flags."""
    assert 4 * 3 * 3 * 2 * 2 * 2 * 2 == len(set(EVIDENCE_TAGS)) == len(EVIDENCE_TAGS)
    assert len(EVIDENCE_TAGS) == 2 * len(WRITTEN_TAGS)
    assert {1} == {row["direct"] for row in WRITTEN_TAGS}
    assert len(PEEL.kinds.names) * len(PROGRESS.names) == len(set(EARLIER_TAGS)) == len(EARLIER_TAGS)
    assert len(PEEL.kinds.names) == len(set(DECLARED_TAGS)) == len(DECLARED_TAGS)


def test_raising_an_assessment_moves_nothing_else_and_goes_up():
    made = list(changes(Part.RAISE))
    assert {frozenset({"assessment"})} == {frozenset(moved(c)) for c in made}
    steps = {(c.before["assessment"], c.after["assessment"]) for c in made}
    assert {(low, high) for low in (1, 2, 3) for high in (2, 3, 4) if low < high} == steps
    assert len(made) == len(set(made)) == 6 * len(EVIDENCE_TAGS) // 4


@pytest.mark.parametrize(
    ("part", "assessments", "harmless"),
    [
        (Part.ADD_EXCEEDS, {EXCEEDS}, True),
        (Part.ADD_MEETS, {MEETS}, True),
        (Part.STAYS_GRADED, {MEETS, EXCEEDS}, True),
        (Part.ADD_FALLS_SHORT, {FALLS_SHORT}, False),
    ],
)
def test_an_item_added_has_the_assessment_said_and_no_harm_where_it_is_praise(part, assessments, harmless):
    expected = {t for t in EVIDENCE_TAGS if t["assessment"] in assessments and not (harmless and t["harm"])}
    made = list(changes(part))
    assert {None} == {c.before for c in made}
    assert (expected, len(expected)) == ({c.after for c in made}, len(made))


def test_a_worse_shortfall_is_wider_more_harmful_or_no_longer_remedied():
    made = set(changes(Part.WORSEN))
    expected = {
        (before, after)
        for before in EVIDENCE_TAGS
        for after in EVIDENCE_TAGS
        if before["assessment"] == after["assessment"] and before["assessment"] in (FALLS_SHORT, PARTLY)
        for name in ("extent", "harm", "remedied")
        if {name} == {n for n in before if before[n] != after[n]}
        and (after[name] > before[name] if name != "remedied" else not after[name])
    }
    assert expected == {(c.before, c.after) for c in made}


def test_a_tag_made_worse_is_an_assessment_lowered_or_a_shortfall_or_an_earlier_finding_worsened():
    made = set(changes(Part.CONCERNS_STAY))
    lowered = {(c.after, c.before) for c in changes(Part.RAISE)}
    others = {(c.before, c.after) for p in (Part.WORSEN, Part.CONCERN) for c in changes(p)}
    assert lowered | others == {(c.before, c.after) for c in made}


def test_a_concern_is_issued_or_an_earlier_one_added_or_worsened():
    concern = PEEL.kinds.rank("cause_of_concern")
    made = recorded_changes()
    assert {"declared", "earlier"} == {c.entity for c in made}
    assert {c.after["kind"] for c in made} == set(map(PEEL.kinds.rank, PEEL.capping))
    own = [c for c in made if c.entity == "earlier" and c.after["kind"] == concern]
    steps = {(None if c.before is None else c.before["progress"], c.after["progress"]) for c in own}
    assert {(None, 0), (None, 1), (None, 2), (0, 1), (0, 2), (1, 2)} == steps
    assert [] == [c for c in made if c.before is not None and c.before["kind"] != c.after["kind"]]


def test_parts_are_for_the_better_or_the_worse_and_about_grades_or_not():
    better = {Part.RAISE, Part.ADD_EXCEEDS, Part.ADD_MEETS, Part.STAYS_GRADED}
    assert better == {part for part in Part if part.better}
    assert {Part.STAYS_GRADED, Part.CONCERNS_STAY} == {part for part in Part if not part.of_grades}


def test_tags_are_grouped_by_what_facts_see_of_them():
    sound = Count("evidence", (Test("assessment", Op.AT_LEAST, (Const(MEETS),)),))
    worst = Best("evidence", "extent", (Test("assessment", Op.AT_MOST, (Const(FALLS_SHORT),)),))
    groups = group_tags(EVIDENCE_TAGS, "evidence", [sound, worst, Count("findings")])
    assert 1 + 1 + len(PEEL.extents.names) == len(groups.rows)
    for tags in EVIDENCE_TAGS:
        stands = groups.rows[groups.of[tags]]
        assert (tags["assessment"] >= MEETS) is (stands["assessment"] >= MEETS)
        if tags["assessment"] == FALLS_SHORT:
            assert (FALLS_SHORT, tags["extent"]) == (stands["assessment"], stands["extent"])


# Which way things move ------------------------------------------------------------------------------------


def test_movements_add_up_and_turn_round():
    falls, rises = Movement(falls=True), Movement(rises=True)
    assert (Movement(True, True), Movement(True, True)) == (falls | rises, rises | falls)
    assert (rises, falls) == (falls.reverse, rises.reverse)
    assert Movement() == Movement() | Movement()


def test_parameters_by_which_facts_choose_are_tried_at_every_value_up_to_a_bound(opened):
    book = opened("sound").book
    name, fact = next((n, f) for n, f in book.facts.items() if f.entity == "evidence")

    def choosing(many):
        parameters = {
            f"p{n}": Parameter(f"p{n}", Kind.COUNT, 1, 1, 2, "assumed", "a test", "a test")
            for n in range(many)
        }
        where = tuple(Test("extent", Op.AT_LEAST, (Param(p),)) for p in parameters)
        changed = replace(fact, definition=fact.definition.narrowed(where))
        return replace(book, parameters=parameters, facts={**book.facts, name: changed})

    assert 2**6 == MOST_COMBINATIONS == len(list(partly_bound(choosing(6))))
    with pytest.raises(Undecided):
        next(partly_bound(choosing(7)))


# What is told ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["a"], "a has"),
        (["a", "b"], "a and b each have"),
        (["a", "b", "c"], "a and b and c each have"),
        (["a", "b", "c", "d"], "a and 3 others each have"),
    ],
)
def test_characteristics_are_named_while_they_are_few(names, expected):
    assert expected == having(names)


def test_things_alike_are_told_once_with_how_many():
    assert "(a), 3 times (b)" == counted(["(a)", "(b)", "(b)", "(b)"])
    assert "" == counted([])


def test_changes_are_told_in_words():
    worse = next(c for c in changes(Part.WORSEN) if moved(c) == {"harm"} and c.before == EVIDENCE_TAGS[0])
    assert "(tested falls short) on a.1a becoming (tested falls short harm moderate)" == change_words(
        worse, "a.1a"
    )
    added = next(iter(changes(Part.ADD_EXCEEDS)))
    assert "adding (tested exceeds) on a.1a" == change_words(added, "a.1a")
    said = [change_words(c, None) for c in recorded_changes()]
    assert "adding an issued cause of concern" in said
    assert "an earlier cause of concern, closed becoming not improving" in said


def test_a_replay_that_differs_from_the_proof_is_a_fault_of_ours():
    agree(1, 1, "a number")
    with pytest.raises(InternalError, match="a number: the solver says 1, the reference engine 2"):
        agree(1, 2, "a number")


def test_a_situation_is_written_as_an_inspection_and_told(opened):
    sound = opened("sound")
    area = sound.framework.areas[0]
    first, second = (c.id for c in area.characteristics[:2])
    worst = next(t for t in WRITTEN_TAGS if t["assessment"] == FALLS_SHORT and t["harm"] == 2)
    earlier = next(t for t in EARLIER_TAGS if t["kind"] == PEEL.kinds.rank("cause_of_concern"))
    figure = AreaFigure(second, second, WRITTEN_TAGS[0], "waiting", 955)
    edition = next(iter(area.editions))
    situation = AreaSituation(
        area, edition, ((first, worst),), (DECLARED_TAGS[0],), ((earlier, (first,)), (earlier, ())), (figure,)
    )
    found = situation.inspection(sound.framework)
    assert 5 == situation.size
    assert [
        ("E001", (first,), "falls_short", "serious"),
        ("E002", (second,), None, "none"),
    ] == [(e.id, tuple(e.characteristics), e.assessment, e.harm) for e in found.evidence]
    assert (95.5, "percent") == (found.evidence[1].measure.value, found.evidence[1].measure.unit)
    other = situation.inspection(sound.framework, {"waiting": "minutes"})
    assert "minutes" == other.evidence[1].measure.unit
    assert [("P001", [first]), ("P002", [])] == [(p.id, list(p.characteristics)) for p in found.previous]
    assert ["F001"] == [f.id for f in found.findings]
    words = situation.words()
    assert words.startswith(f"{first} has (tested falls short")
    assert f"{second} has (waiting 95.5); {area.id} has an issued " in words
    assert f"on {first}, an earlier cause of concern" in words
    assert f"nothing is found on {area.id}" == AreaSituation(area, edition).words()


def test_a_situation_is_made_as_small_as_it_goes(opened):
    area = opened("sound").framework.areas[0]
    names = [c.id for c in area.characteristics[:2]]
    tags = WRITTEN_TAGS[:2]
    items = tuple((name, row) for name in names for row in tags)
    earlier = ((EARLIER_TAGS[0], (names[0],)), (EARLIER_TAGS[1], ()))
    whole = AreaSituation(area, next(iter(area.editions)), items, DECLARED_TAGS[:2], earlier)

    def still(one):
        return (names[1], tags[1]) in one.items and DECLARED_TAGS[1] in one.declared

    small = smaller(whole, still)
    assert (((names[1], tags[1]),), (DECLARED_TAGS[1],), ()) == (small.items, small.declared, small.earlier)


# Work -----------------------------------------------------------------------------------------------------


def test_effort_spent_adds_up_and_nothing_is_asked_once_it_is_gone():
    x = z3.Int("x")
    effort = Effort(100_000)
    solver = Solver(effort, x > 3)
    assert solver.model(x < 9) is not None
    first = effort.spent
    assert solver.model(x < 2) is None
    assert effort.spent > first > 0
    effort.units = effort.spent
    with pytest.raises(Undecided, match=f"more than {effort.units:,} units of solver work"):
        solver.model(x < 9)


@pytest.mark.parametrize(
    ("units", "said"), [(0, "more than 0 units of solver work"), (1, "more solver work than allowed")]
)
def test_the_last_unit_is_asked_for(units, said):
    x = z3.Int("x")
    with pytest.raises(Undecided, match=said):
        Solver(Effort(units), x > 3).model(x < 9)


def test_the_smallest_model_is_smallest():
    x = z3.Int("x")
    solver = Solver(Effort(1_000_000), x >= 3, x <= 50)
    assert 3 == solver.smallest(x)[x].as_long()
    assert 7 == solver.smallest(x, x > 6)[x].as_long()
    assert solver.smallest(x, x > 60) is None
    assert 50 == solver.smallest(50 - x)[x].as_long()


# Two rule books ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("op", "first", "last"),
    [(Op.AT_LEAST, 500, 599), (Op.MORE_THAN, 501, 600), (Op.AT_MOST, 501, 600), (Op.FEWER_THAN, 500, 599)],
)
def test_figures_read_otherwise_from_where_a_comparison_turns(op, first, last, opened):
    book = opened("sound").book
    measure = Measure("waiting", "service.1a", "percent", "waiting")

    def reading(value):
        condition = Compare("figure", op, (Const(value),))
        made = Rule("r", Layer.MEASURE, Level.FIGURE, Effect.REACHES, "meets", condition, "b", "s")
        return replace(book, measures={"waiting": measure}, rules=(*book.rules, made))

    found = figures(reading(500), reading(600))
    assert [(first, last)] == [(f.lowest, f.highest) for f in found]
    assert {"meets", "falls_short"} == {found[0].old, found[0].new}
    assert [] == figures(reading(500), reading(500))


def test_what_the_solver_leaves_open_is_never_said_to_stand_still(opened):
    care = opened("EXAMPLE_CARE_HOMES")
    name, found = next(iter(care.book.parameters.items()))
    lower = replace(found, default=found.default - 1)
    new = replace(care.book, parameters={**care.book.parameters, name: lower})
    change = Comparison(care.book, new, care.framework, count=0, units=0).compared()
    assert change.unknown
    assert {"unknown"} == {change.moves[key] for key in change.unknown}


@pytest.mark.parametrize("changed", [{"minimum": 2}, {"maximum": 999}])
def test_a_range_that_alone_differs_is_told(changed, opened):
    book = opened("sound").book
    other = replace(book, parameters={**book.parameters, "some": replace(book.parameters["some"], **changed)})
    assert ("some",) == pairs(bind(book), bind(other)).ranges
    assert () == pairs(bind(book), bind(book)).ranges


def test_rule_books_are_the_same_but_for_names_order_and_texts(opened):
    book = bind(opened("sound").book)
    first, *rest = book.rules
    renamed = replace(first, id="another", because="otherwise", source="elsewhere")
    assert same_rules(book, replace(book, rules=(*reversed(rest), renamed)))
    everywhere = replace(first, scope=frozenset(book.areas))
    assert same_rules(book, replace(book, rules=(everywhere, *rest)))
    for changed in (
        replace(first, scope=frozenset(book.areas[:1])),
        replace(first, effect=Effect.LIMITS),
        replace(first, target="not_demonstrated"),
        replace(first, condition=Compare("shortfalls", Op.AT_LEAST, (Const(1),))),
    ):
        assert not same_rules(book, replace(book, rules=(changed, *rest))), changed
    assert not same_rules(book, replace(book, rules=tuple(rest)))
    assert not same_rules(book, replace(book, grade_default="adequate"))
    found = pairs(book, replace(book, rules=(renamed, *rest)))
    assert [("rule", first.id, "another")] == [(r.what, r.old, r.new) for r in found.renamed]
    assert first.id == found.rules["another"]
    worded = pairs(book, replace(book, rules=(replace(first, because="otherwise"), *rest))).worded
    assert (f"rule {first.id}",) == worded


# Without a solver -----------------------------------------------------------------------------------------


def _asking(book, name, fact, op, operand):
    rule = next(r for r in book.rules if r.id == name)
    return replace(rule, condition=Compare(fact, op, (operand,)))


@pytest.mark.parametrize(
    ("op", "further", "nearer", "wrong"),
    [
        (Op.AT_LEAST, 1, 2, True), (Op.AT_LEAST, 2, 2, False), (Op.AT_LEAST, 3, 2, False),
        (Op.AT_MOST, 3, 2, True), (Op.AT_MOST, 2, 2, False), (Op.AT_MOST, 1, 2, False),
    ],
)  # fmt: skip
def test_a_rule_that_goes_further_may_not_ask_less(opened, op, further, nearer, wrong):
    book = opened("sound").book
    parameter = Parameter("needed", Kind.COUNT, further, 0, 9, "assumed", "a test", "a test")
    fact = next(f.name for f in book.facts.values() if f.kind is Kind.COUNT)
    good = _asking(book, "good.substantially-all", fact, op, Param("needed"))
    adequate = _asking(book, "adequate.some", fact, op, Const(nearer))
    rules = tuple({good.id: good, adequate.id: adequate}.get(r.id, r) for r in book.rules)
    place = book.parameters["some"].place
    known = {**book.parameters, "needed": replace(parameter, place=place)}
    found = misordered(replace(book, rules=rules, parameters=known), adequate, [good])
    assert wrong is (found is not None)
    if found is not None:
        assert (good, place) == (found[0], found[2])
        assert (
            f"good (good.substantially-all) asks less of {fact} than adequate (adequate.some):"
            f" {op.replace('_', ' ')} $needed, {further}, where adequate.some asks"
            f" {op.replace('_', ' ')} {nearer}"
        ) == found[1]


def test_parameters_no_one_uses_and_marks_nothing_came_of_are_told(opened):
    book = opened("sound").book
    spare = Parameter("spare", Kind.COUNT, 1, 0, 9, "assumed", "a test", "a test")
    marked = tuple(replace(r, not_monotone="a trial") if r.id == "adequate.some" else r for r in book.rules)
    changed = replace(book, parameters={**book.parameters, "spare": spare}, rules=marked)
    assert ["no rule uses parameter spare: changing it changes nothing"] == [
        f.message for f in check_unused(changed)
    ]
    found = check_marks(changed, [])
    assert [("non-monotone", ("adequate.some",))] == [(f.code, f.rules) for f in found]
    assert [] == check_marks(changed, found)
    other = [replace(found[0], code="vacuous")]
    assert found == check_marks(changed, other)


def test_areas_are_alike_where_the_same_rules_speak_of_them(opened):
    shipped = opened("PEEL_2021_22")
    groups = group_areas(shipped.book, shipped.framework.areas)
    assert sorted(a.id for a in shipped.framework.areas) == sorted(a.id for g in groups for a in g.areas)
    (alone,) = (g for g in groups if any(a.id == "recording" for a in g.areas))
    assert (["recording"], ("recording.1a",)) == ([a.id for a in alone.areas], alone.named)
    largest = max(groups, key=lambda g: len(g.areas))
    assert [largest.of_size(size).counted and size for size in largest.sizes] == list(largest.sizes)
    assert set(largest.sizes) == {len(a.counted) for a in largest.areas}


def promise(result, *assumes):
    return Promise("live", result, 5, 1.0, assumes)


NOT_MADE = "not promised: the rule book's 'promises' do not list it"


@pytest.mark.parametrize(
    ("promises", "findings", "holds"),
    [
        ([promise("proved")], 0, True),
        ([promise("not_applicable", "there is no such thing")], 0, True),
        ([promise("unknown", "undecided: too hard")], 0, False),
        ([promise("refuted")], 0, False),
        ([promise("refuted", NOT_MADE)], 0, True),
        ([promise("unknown", NOT_MADE)], 0, True),
        ([promise("proved")], 1, False),
    ],
)
def test_a_check_holds_where_every_promise_made_is_proved_and_nothing_is_found(
    opened, promises, findings, holds
):
    found = (Finding("vacuous", ("r",), None, "says nothing", "look at it"),) * findings
    report = CheckReport(opened("sound").book, tuple(promises), found)
    assert holds is report.holds
    last = for_person(report).splitlines()[-1]
    unknown = ", 1 promise unknown" if promises[0].result == "unknown" and promises[0].made else ""
    assert f"{'1 finding' if findings else 'no findings'}{unknown}" == last


# Places ---------------------------------------------------------------------------------------------------


def test_examples_stand_on_their_own_characteristic_or_on_the_next_free_one(opened):
    sound = opened("sound")
    trials = Trials(sound.subject(), many=0)
    area = max(sound.framework.areas, key=lambda a: len(a.counted))
    names = [c.id for c in area.counted]
    small = trials.example(area.id, WRITTEN_TAGS[:1], ())
    large = trials.example(area.id, WRITTEN_TAGS[:3], EARLIER_TAGS[:1])
    drawn = [(None, True, small), (names[1], True, small), (None, True, large)]
    assert ((names[0], large), (names[2], small), (names[1], small)) == place(area, drawn)
    assert (names[1], small) == place(area, drawn[:1], last=names[0])[0]
    situation = Situation(area, next(iter(area.editions)), place(area, drawn))
    assert told(situation).startswith(f"{names[0]} has ")
    assert f"{names[2]} and {names[1]} each have (tested" in told(situation)
    more = replace(situation, declared=DECLARED_TAGS[:2], earlier=EARLIER_TAGS[:2])
    found = inspection_of(more, sound.framework)
    assert [["E001", "E002", "E003"], ["F001", "F002"], ["P001", "P002", "P003"]] == [
        [thing.id for thing in block] for block in (found.evidence, found.findings, found.previous)
    ]
    assert [[names[0]], [], []] == [list(p.characteristics) for p in found.previous]
    assert list(names[:3]) == sorted(found.evidence[0].characteristics)
