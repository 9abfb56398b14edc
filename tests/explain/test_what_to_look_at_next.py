"""What to look at next is what grading says of each unassessed characteristic; a range is told in words."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml

import grader
from grader.explanations.look_next import LookNext, TurnedOut, look_next
from grader.explanations.range_words import between, look_next_words, range_words, withheld_words
from grader.session import LoadedInspection, Session

Run = Callable[..., Any]
Data = dict[str, Any]

GOOD = {"assessment": "exceeds", "basis": "data"}
BAD = ({"assessment": "falls_short", "basis": "data"},
       {"assessment": "falls_short", "basis": "data", "extent": "some", "harm": "serious"})  # fmt: skip


@pytest.fixture(scope="module")
def session() -> Session:
    return grader.open_session(engine="reference")


def item(number: int, on: str, **tags: Any) -> Data:
    return {"id": f"E{number}", "characteristics": [on], "statement": "found", "source": "r", **tags}


def inspection(evidence: list[Data]) -> Data:
    head = {"id": "drawn", "body": "A", "framework": "PEEL_2021_22", "edition": "2022-03"}
    return {"inspection": head, "sources": {"r": {"title": "R"}}, "evidence": evidence}


def drawn(random: Random, session: Session, area: str, share: float) -> Data:
    """An inspection with findings on a share of the characteristics of one area."""
    ids = [c.id for c in session.framework.framework.area(area).counted if random.random() < share]
    said = ("exceeds", "meets", "meets", "meets", "meets", "meets", "meets", "partly_meets")
    return inspection([item(n, c, basis="data", assessment=random.choice(said)) for n, c in enumerate(ids)])


def with_one_more(session: Session, data: Data, area: str, on: str, tags: Data) -> TurnedOut:
    """The area graded with one more finding, by the grade rules alone."""
    loaded = session.load({**data, "evidence": [*data["evidence"], item(999, on, **tags)]})
    rank = session.what_if.grade(area, loaded.trace.areas[area].facts).rank
    return TurnedOut(
        grade=session.bound.grade_scale.name_of(rank), possible=loaded.proposal.area(area).possible
    )


def expected(session: Session, data: Data, area: str) -> list[LookNext]:
    """The same, by grading afresh with each unassessed characteristic found good, and bad."""
    loaded, scale = session.load(data), session.bound.grade_scale
    framework = session.framework.framework

    def width(possible: tuple[str, str] | None) -> int:
        assert possible is not None
        return scale.rank(possible[1]) - scale.rank(possible[0])

    now = session.what_if.grade(area, loaded.trace.areas[area].facts).rank
    before = width(loaded.proposal.area(area).possible)
    found = []
    for characteristic in framework.area(area).counted:
        if any(characteristic.id in e["characteristics"] for e in data["evidence"]):
            continue
        good = with_one_more(session, data, area, characteristic.id, GOOD)
        ways = [with_one_more(session, data, area, characteristic.id, tags) for tags in BAD]
        bad = min(ways, key=lambda t: (scale.rank(t.grade), [scale.rank(p) for p in t.possible or ()]))
        ranks = [scale.rank(good.grade), scale.rank(bad.grade), now]
        moves = max(ranks) - min(ranks)
        narrows = before - max(width(good.possible), width(bad.possible))
        if moves or narrows > 0:
            line = LookNext(
                characteristic=characteristic.id,
                text=characteristic.text,
                if_exceeded=good,
                if_not_demonstrated=bad,
            )
            found.append((-moves, -narrows, characteristic.id, line))
    return [line for *_, line in sorted(found, key=lambda f: f[:3])]


DRAWN = [("workforce", 0.8, 1), ("offenders", 0.5, 2), ("responding", 0.2, 3), ("strategy", 0.7, 5)]


@pytest.mark.parametrize(("area", "share", "seed"), DRAWN)
def test_it_is_what_grading_each_way_comes_to(session: Session, area: str, share: float, seed: int) -> None:
    data = drawn(Random(seed), session, area, share)
    lines = look_next(session.load(data), area)
    assert expected(session, data, area) == lines
    assert lines


def test_nothing_is_left_to_look_at_where_all_is_assessed(session: Session) -> None:
    data = drawn(Random(1), session, "workforce", 1.0)
    assert [] == look_next(session.load(data), "workforce")


def test_areas_without_a_grade_have_nothing_to_look_at(session: Session) -> None:
    data = drawn(Random(1), session, "workforce", 1.0)
    data["inspection"]["not_inspected"] = ["organised_crime"]
    loaded = session.load(data)
    assert [[], []] == [look_next(loaded, area) for area in ("victims", "organised_crime")]


# In words -------------------------------------------------------------------------------------------------


def test_a_range_is_told_in_words(session: Session) -> None:
    area = session.load(drawn(Random(2), session, "workforce", 0.8)).proposal.area("workforce")
    ended = area.model_copy(update={"grade": "good", "possible": ("requires_improvement", "outstanding")})
    said = "requires improvement to outstanding, however its 3 unassessed characteristics turn out and no new"
    assert f"{said} concern raised" == range_words(ended, 3)
    one = area.model_copy(update={"grade": "good", "possible": ("good", "good")})
    said = "always good, however its 1 unassessed characteristic turns out and no new concern raised"
    assert said == range_words(one, 1)
    assert "good: every characteristic is assessed" == range_words(one, 0)
    assert range_words(area.model_copy(update={"possible": None}), 3) is None


def test_what_is_withheld_is_told_with_its_range_where_it_has_one() -> None:
    possible = ("adequate", "outstanding")
    assert "not graded (thin); by the grade rules adequate to outstanding" == withheld_words("thin", possible)
    assert "not graded (thin)" == withheld_words("thin", None)
    assert "good" == between(("good", "good"))


def test_what_a_characteristic_could_do_is_told_in_a_line() -> None:
    line = LookNext(
        characteristic="a.1a",
        text="Does it",
        if_exceeded=TurnedOut(grade="good", possible=("good", "good")),
        if_not_demonstrated=TurnedOut(grade="adequate", possible=("requires_improvement", "good")),
    )
    said = "if exceeded, always good; if not demonstrated, adequate (requires improvement to good)"
    assert said == look_next_words(line)
    bare = TurnedOut(grade="good", possible=None)
    unproved = line.model_copy(update={"if_exceeded": bare, "if_not_demonstrated": bare})
    assert "if exceeded, good; if not demonstrated, good" == look_next_words(unproved)


# Where it is shown ----------------------------------------------------------------------------------------


@pytest.fixture
def thin(tmp_path: Path) -> Path:
    """An inspection with one finding: responding is withheld."""
    path = tmp_path / "thin.yaml"
    data = inspection([item(1, "responding.1a", assessment="meets", basis="data")])
    path.write_text(yaml.safe_dump(data), encoding="utf-8")
    return path


def words(text: str) -> str:
    return " ".join(text.split())


def withheld(loaded: LoadedInspection, area: str) -> str:
    result = loaded.proposal.area(area)
    assert ("withheld", None) == (result.outcome, result.grade)
    assert result.possible is not None
    why = "; ".join(r.because for r in result.reasons if r.held)
    return f"not graded ({why}); by the grade rules {' to '.join(result.possible).replace('_', ' ')}"


def test_summary_and_explanation_say_what_a_withheld_area_could_be(run: Run, thin: Path) -> None:
    said = withheld(grader.load(thin), "responding")
    assert said.endswith("by the grade rules requires improvement to outstanding")
    assert f"Responding to the public (responding): {said}" in words(run("grade", thin).out)
    assert f"Responding to the public: {said}" in words(run("explain", thin, "responding").out)


def test_explanation_lists_what_to_look_at_next_in_order(run: Run, thin: Path) -> None:
    lines = look_next(grader.load(thin), "responding")
    assert 11 == len(lines)
    listed = " ".join(f"{line.characteristic} {look_next_words(line)}" for line in lines)
    assert f"What to look at next {listed}" in words(run("explain", thin, "responding").out)
    assert lines == grader.explain(thin, "responding").look_next


def test_report_says_both(run: Run, thin: Path) -> None:
    pytest.importorskip("jinja2", reason="reports need the extra")
    loaded, page = grader.load(thin), thin.with_name("report.html")
    assert 0 == run("grade", thin, "--report", page).code
    text = words(unescape(page.read_text(encoding="utf-8")))
    assert withheld(loaded, "responding") in text
    lines = look_next(loaded, "responding")
    places = [text.find(f"<li>{x.characteristic}, {x.text}: {look_next_words(x)}.</li>") for x in lines]
    assert -1 not in places
    assert sorted(places) == places
