"""`sensitivity`: the intervals told are what grading at every value of a parameter, one by one, comes to."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import grader
from grader.explanations.sensitivity import AreaAtValues, ParameterWalked, sensitivity
from grader.language.order import orders
from grader.language.settings import Settings
from grader.schemas import schema_of
from grader.session import LoadedInspection, Session

Run = Callable[..., Any]
Said = tuple[str, str | None]
TWO = ("recording", "workforce")

#: `some` stands beside another value than by default, so that the others are walked "as set".
SET = {"some": "55%", "systemic_characteristics": 3}


@pytest.fixture(scope="module")
def session() -> Session:
    return grader.open_session(engine="reference")


def inspected(random: Random, session: Session) -> LoadedInspection:
    """Two areas with a little evidence on each, figures among it; nothing else was inspected."""
    framework = session.framework.framework
    areas = framework.areas_in("2022-03")
    evidence: list[dict[str, Any]] = []

    def item(on: str, **tags: Any) -> None:
        said = {"id": f"E{len(evidence)}", "characteristics": [on], "statement": "found", "source": "r"}
        evidence.append({**said, "basis": random.choice(("data", "data", "interview")), **tags})

    for area in TWO:
        for characteristic in framework.area(area).counted:
            if characteristic.id == "recording.1a":
                measure = {
                    "name": "crimes_recorded",
                    "value": random.choice((80, 86.5, 91.2, 95.5)),
                    "unit": "percent",
                }
                item("recording.1a", measure={**measure, "interval": 1.5}, basis="data")
            elif random.random() < 0.7:
                assessment = random.choice(("exceeds", "meets", "meets", "partly_meets", "falls_short"))
                item(
                    characteristic.id, assessment=assessment, harm=random.choice(("none", "none", "serious"))
                )
    head = {"id": "drawn", "body": "A", "framework": "PEEL_2021_22", "edition": "2022-03"}
    left_out = [a.id for a in areas if a.id not in TWO and a.editions["2022-03"].optional]
    data = {"inspection": {**head, "not_inspected": left_out}, "sources": {"r": {"title": "R"}}}
    return session.load({**data, "evidence": evidence})


def at(loaded: LoadedInspection, parameter: str, value: int, areas: Iterable[str]) -> dict[str, Said]:
    """Outcome and grade of areas, graded afresh with the parameter at a value and the others as set."""
    values = Settings({**loaded.session.settings, parameter: value})
    there = Session(loaded.framework, loaded.book, values, "reference")
    trace, scale = there.run(loaded.inspection), there.bound.grade_scale
    cases = {area: trace.areas[area] for area in areas}
    return {a: (c.outcome, scale.name_of(c.decision.rank) if c.decision else None) for a, c in cases.items()}


def told(area: AreaAtValues, value: int) -> list[Said]:
    """What the answer tells of a value: one outcome and grade, were it right."""
    return [(s.outcome, s.grade) for s in area.stands for low, high in s.intervals if low <= value <= high]


def check_whole(walked: ParameterWalked) -> None:
    """Intervals lie apart, in order, and together are the parameter's range; each outcome stands once."""
    low, high = walked.range
    for area in walked.areas:
        assert len(area.stands) == len({(s.outcome, s.grade) for s in area.stands})
        assert [s.intervals[0] for s in area.stands] == sorted(s.intervals[0] for s in area.stands)
        every = sorted(i for s in area.stands for i in s.intervals)
        assert (low, high) == (every[0][0], every[-1][1])
        assert [a[1] + 1 for a in every[:-1]] == [b[0] for b in every[1:]]
        for stands in area.stands:
            # Two that touch would be one.
            assert all(a[1] + 1 < b[0] for a, b in zip(stands.intervals, stands.intervals[1:], strict=False))
        assert [(area.outcome, area.grade)] == told(area, walked.value)


def check_against_grid(loaded: LoadedInspection, values: Callable[[ParameterWalked], Iterable[int]]) -> int:
    """The answer beside grading one by one at values of each parameter; gives how many were tried."""
    tried = 0
    for walked in sensitivity(loaded).parameters:
        check_whole(walked)
        areas = [a.area for a in walked.areas]
        for value in values(walked):
            said = at(loaded, walked.name, value, areas)
            assert {a: [s] for a, s in said.items()} == {a.area: told(a, value) for a in walked.areas}, (
                walked.name,
                value,
            )
            tried += 1
    return tried


def every(walked: ParameterWalked) -> range:
    return range(walked.range[0], walked.range[1] + 1)


def ends_and_a_few(random: Random, few: int) -> Callable[[ParameterWalked], set[int]]:
    """Both ends of every interval told, and a few values drawn at random."""

    def values(walked: ParameterWalked) -> set[int]:
        ends = {end for a in walked.areas for s in a.stands for i in s.intervals for end in i}
        return ends | {random.randint(*walked.range) for _ in range(few)}

    return values


def test_each_interval_told_ends_where_the_grade_turns(session: Session) -> None:
    random = Random(15)
    loaded = inspected(random, session.at(SET))
    assert SET.keys() <= {p.name for p in sensitivity(loaded).parameters if p.value != p.default}
    assert 40 < check_against_grid(loaded, ends_and_a_few(random, 6))


def test_intervals_are_those_of_every_value_of_a_count(session: Session) -> None:
    loaded = inspected(Random(3), session)
    (walked,) = [p for p in sensitivity(loaded).parameters if p.name == "systemic_characteristics"]
    for value in every(walked):
        said = at(loaded, walked.name, value, TWO)
        assert {a: [said[a]] for a in TWO} == {a.area: told(a, value) for a in walked.areas if a.area in TWO}


@pytest.mark.slow
def test_intervals_are_those_of_a_grid_through_every_value(session: Session) -> None:
    for seed in range(2):
        loaded = inspected(Random(seed), session.at(SET if seed else {}))
        assert sum(len(every(p)) for p in sensitivity(loaded).parameters) == check_against_grid(loaded, every)


@given(data=st.data())
@settings(suppress_health_check=list(HealthCheck))
def test_intervals_are_exact_under_rule_books_drawn_at_random(random_cases: Any, data: st.DataObject) -> None:
    loaded = data.draw(random_cases(max_items=4)).loaded
    check_against_grid(loaded, ends_and_a_few(data.draw(st.randoms(use_true_random=False)), 8))


@pytest.mark.slow
@given(data=st.data())
@settings(suppress_health_check=list(HealthCheck), max_examples=60)
def test_intervals_are_a_whole_grid_under_rule_books_drawn_at_random(
    random_cases: Any, data: st.DataObject
) -> None:
    check_against_grid(data.draw(random_cases(max_items=4)).loaded, every)


# Sets of intervals that do not touch ----------------------------------------------------------------------


def test_a_grade_may_stand_in_two_intervals_that_do_not_touch(
    session: Session, tmp_path: Path, rules_of_two_intervals: Path
) -> None:
    there = grader.open_session(rules=rules_of_two_intervals, engine="reference")
    loaded = there.load(inspected(Random(3), session).inspection)
    (walked,) = [p for p in sensitivity(loaded, "workforce").parameters if p.name == "substantially_exceeded"]
    split = [s for s in walked.areas[0].stands if len(s.intervals) > 1]
    assert split, walked.areas[0].stands
    check_whole(walked)
    for value in ends_and_a_few(Random(4), 20)(walked):
        assert [at(loaded, walked.name, value, ["workforce"])["workforce"]] == told(walked.areas[0], value)


@pytest.fixture
def rules_of_two_intervals(tmp_path: Path) -> Path:
    """The shipped rules, with one more that turns on a share that equals a parameter."""
    shipped = Path(__file__).resolve().parents[2] / "rules" / "PEEL_2021_22"
    own = tmp_path / "rules"
    own.mkdir()
    for path in shipped.glob("*.yaml"):
        (own / path.name).write_bytes(path.read_bytes())
    grades = yaml.safe_load((own / "grades.yaml").read_text(encoding="utf-8"))
    added = {
        "id": "adequate.but-there",
        "limits": "requires_improvement",
        "when": {"demonstrated_share": {"equals": "$substantially_exceeded"}},
        "not_monotone": "made up",
        "because": "the share is the parameter",
        "source": "made up",
    }
    grades["rules"].append(added)
    (own / "grades.yaml").write_text(yaml.safe_dump(grades, sort_keys=False), encoding="utf-8")
    return own


# Orders ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("chosen", [{}, {"some": "70%", "substantially_all": "55%", "searches_meets": "99%"}])
def test_values_that_break_an_order_are_those_and_no_others(session: Session, chosen: dict[str, str]) -> None:
    loaded = inspected(Random(3), session.at(chosen))
    as_set = session.book.defaults() | loaded.session.settings
    known = orders(session.book)
    for walked in sensitivity(loaded, "workforce").parameters:
        for value in every(walked):
            broken = {
                f"{order.further} would ask less of {order.fact} than {order.nearer}"
                for order in known
                if walked.name in order.names() and order.broken({**as_set, walked.name: value})
            }
            assert broken == {
                b.message for b in walked.breaks_order for low, high in b.intervals if low <= value <= high
            }, (walked.name, value)


# The command ----------------------------------------------------------------------------------------------


def words(text: str) -> str:
    return " ".join(text.split())


def test_command_says_from_where_to_where_each_grade_stands(run: Run, example_path: Path) -> None:
    ran = run("sensitivity", example_path, "vulnerable")
    assert 0 == ran.code
    assert "" == ran.err or "warning" in ran.err
    said = words(ran.out)
    assert "one parameter moved and the others as they are set" in said
    found = grader.sensitivity(example_path, "vulnerable")
    (walked,) = [p for p in found.parameters if p.name == "substantially_all"]
    (first, then) = walked.areas[0].stands
    (low, high), low_title = first.intervals[0], str(first.grade)
    assert (
        f"substantially_all: {low_title} from {low / 10:g} % (the least allowed) to {high / 10:g} %;"
        f" above, {then.grade} (now 80 %, assumed)"
    ) in said
    assert [] == [line for line in ran.out.splitlines() if len(line) > 80]
    assert "no value changes any of these grades: crime_recording_exceeds" in said


def test_command_walks_every_graded_area_where_none_is_asked_for(run: Run, example_path: Path) -> None:
    ran = run("sensitivity", example_path, "--json")
    found = json.loads(ran.out)
    graded = [a.area for a in grader.grade(example_path).areas if a.outcome in ("graded", "withheld")]
    assert [graded] * len(found["parameters"]) == [
        [a["area"] for a in p["areas"]] for p in found["parameters"]
    ]


def test_command_walks_the_others_as_they_are_set(run: Run, example_path: Path) -> None:
    ran = run(
        "sensitivity", example_path, "vulnerable", "--set", "some=55%", "--set", "substantially_all=52%"
    )
    said = words(ran.out)
    assert "overrides: some 55 % (default 40 %); substantially_all 52 % (default 80 %)" in said
    assert "Values that put parameters out of order" in said
    assert (
        "some: from 52.1 % to 80 % (the most allowed): good.substantially-all would ask less of"
        " demonstrated_share than adequate.some"
    ) in said
    found = json.loads(run("sensitivity", example_path, "vulnerable", "--set", "some=55%", "--json").out)
    assert {"some": 550} == found["overrides"]
    # The parameter that is set is walked over its whole range all the same.
    (walked,) = [p for p in found["parameters"] if p["name"] == "some"]
    assert (550, 400, [1, 800]) == (walked["value"], walked["default"], walked["range"])


def test_json_is_what_the_schema_says(run: Run, example_path: Path) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    found = json.loads(run("sensitivity", example_path, "--json").out)
    validator = jsonschema.Draft202012Validator(schema_of("sensitivity"))
    assert [] == list(validator.iter_errors(found))
    for key in found:
        assert list(validator.iter_errors({k: v for k, v in found.items() if k != key})), key


BROKEN = [
    (("nowhere",), "error: edition 2022-03 has no area 'nowhere'", "known areas: investigating"),
    (("vulnerible",), "error: edition 2022-03 has no area 'vulnerible'", "vulnerable"),
    (("vulnerable", "--set", "some=81%"), "error: --set some=81%: parameter 'some'", "from 0.1% to 80%"),
    (("vulnerable", "--set", "some=40"), "parameter 'some' cannot be '40'", "per mille"),
    (
        ("vulnerable", "--set", "sum=40%"),
        "error: --set sum=40%: unknown parameter 'sum'",
        "there are 13 parameters",
    ),
    (("vulnerable", "--set", "some"), "'some' is not NAME=VALUE", "write --set NAME=VALUE"),
    (("vulnerable", "--rules", "PEAL_2021_22"), "PEAL_2021_22", "PEEL_2021_22"),
]


@pytest.mark.parametrize(("asked", "message", "help"), BROKEN, ids=[" ".join(b[0]) for b in BROKEN])
def test_broken_questions_are_refused(
    run: Run, example_path: Path, asked: tuple[str, ...], message: str, help: str
) -> None:
    for more in ((), ("--json",)):
        ran = run("sensitivity", example_path, *asked, *more)
        assert (2, "") == (ran.code, ran.out)
        assert message in ran.err
        assert "help:" in ran.err
        assert help in ran.err
        assert "Traceback" not in ran.err


def test_broken_inspection_is_refused(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text("inspection: {id: a}\nevidence: []\n", encoding="utf-8")
    ran = run("sensitivity", path)
    assert (2, "") == (ran.code, ran.out)
    assert f"{path}:1" in ran.err
    assert 2 == run("sensitivity", tmp_path / "none.yaml").code


def test_area_not_inspected_says_so_at_every_value(run: Run, tmp_path: Path, session: Session) -> None:
    path = tmp_path / "inspection.yaml"
    data = inspected(Random(3), session).inspection.model_dump(mode="json", exclude_defaults=True)
    path.write_text(json.dumps(data), encoding="utf-8")
    said = words(run("sensitivity", path, "organised_crime").out)
    heading = "Disrupting serious organised crime (organised_crime): not inspected"
    assert f"{heading} no value of any one parameter would change it" in said
    for walked in grader.sensitivity(path, "organised_crime").parameters:
        assert [("not_inspected", None)] == told(walked.areas[0], walked.range[0])
        check_whole(walked)
    assert "organised_crime" not in run("sensitivity", path).out


def test_area_the_edition_does_not_grade_has_no_value_that_changes_it(run: Run, example_path: Path) -> None:
    said = words(run("sensitivity", example_path, "victims").out)
    assert "(victims): ungraded no value of any one parameter would change it" in said
