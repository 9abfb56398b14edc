"""A session: read once, one pass an inspection, many threads, other processes."""

from __future__ import annotations

import multiprocessing
import pickle
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest
import yaml

import grader
from grader.errors import InputError, UnknownNameError
from grader.grading.run import run
from grader.model.inspection import Inspection
from grader.model.proposal import to_json

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "leicestershire_2021_22" / "inspection.yaml"
TEXT = EXAMPLE.read_text("utf-8")


@contextmanager
def passes() -> Iterator[list[Inspection]]:
    """The inspections that the grading pass is run over meanwhile."""
    found: list[Inspection] = []
    wanted: CodeType = run.__code__

    def watch(frame: FrameType, event: str, argument: Any) -> None:
        if event == "call" and frame.f_code is wanted:
            found.append(frame.f_locals["inspection"])

    sys.setprofile(watch)
    try:
        yield found
    finally:
        sys.setprofile(None)


@pytest.fixture(scope="module")
def session() -> grader.Session:
    return grader.open_session()


@pytest.fixture
def loaded(session: grader.Session) -> grader.LoadedInspection:
    return session.load(EXAMPLE)


# One pass -------------------------------------------------------------------------------------------------


def test_the_report_takes_one_pass(loaded: grader.LoadedInspection) -> None:
    pytest.importorskip("jinja2")
    pytest.importorskip("matplotlib")
    with passes() as found:
        grader.report(loaded)
    assert [loaded.inspection] == found


def test_everything_asked_of_an_inspection_takes_one_pass_over_it(loaded: grader.LoadedInspection) -> None:
    with passes() as found:
        grader.grade(loaded)
        for area in ("responding", "workforce"):
            grader.explain(loaded, area)
            grader.why_not(loaded, area, "outstanding")
            grader.smallest_change(loaded, area, "outstanding")
    assert 1 == sum(each is loaded.inspection for each in found)


def test_a_smallest_change_takes_one_pass_and_one_for_each_change_it_tries(
    loaded: grader.LoadedInspection,
) -> None:
    """Each answer is applied to the inspection and graded again: those passes are over other inspections."""
    with passes() as found:
        answer = grader.smallest_change(loaded, "offenders", "outstanding")
    again = [each for each in found if each is not loaded.inspection]
    added = sum(change.kind == "evidence_added" for way in answer.answers for change in way.changes)
    assert 1 == len(found) - len(again)
    assert len(again) <= len(answer.answers) + added or "found" != answer.result


def test_settings_asked_for_again_take_no_other_pass(loaded: grader.LoadedInspection) -> None:
    with passes() as found:
        for _ in range(3):
            grader.grade(loaded, settings={"some": "35%"})
            grader.explain(loaded, "responding", settings={"some": "35%"})
    assert 1 == len(found)


def test_sessions_at_other_settings_are_kept_up_to_a_bound(session: grader.Session) -> None:
    settings = [{"some": f"{percent}%"} for percent in range(20, 40)]
    first = session.at(settings[0])
    assert first is session.at(settings[0])
    for each in settings:
        session.at(each)
    assert first is not session.at(settings[0])
    assert session is session.at({})


# What an inspection is given as ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "given",
    [str(EXAMPLE), EXAMPLE, TEXT, yaml.safe_load(TEXT), Inspection.model_validate(yaml.safe_load(TEXT))],
    ids=["str", "path", "text", "mapping", "model"],
)
def test_an_inspection_is_the_same_however_it_is_given(given: Any, loaded: grader.LoadedInspection) -> None:
    found = grader.load(given)
    assert loaded.inspection == found.inspection
    expected = loaded.proposal.model_copy(update={"inspection_sha256": found.file.sha256})
    assert expected.to_json() == grader.grade(given).to_json()
    in_text = isinstance(given, str | Path)
    assert (loaded.file.sha256 if in_text else None) == found.file.sha256


def test_a_fault_of_plain_data_is_located_by_its_path() -> None:
    data = yaml.safe_load(TEXT)
    data["evidence"][3]["basis"] = "hearsay"
    data["evidence"][5]["source"] = "reprot"
    with pytest.raises(InputError) as raised:
        grader.load(data)
    places = [str(problem.place) for problem in raised.value.problems]
    assert ["inspection.evidence[3].basis", "inspection.evidence[5].source"] == sorted(places)


@pytest.mark.parametrize("given", [None, 3, b"inspection: {}\n", ["a"]])
def test_what_is_no_inspection_is_said_to_be_none(given: Any) -> None:
    with pytest.raises(InputError, match="is no inspection") as raised:
        grader.load(given)
    assert "give the path of its file, its text, a mapping, or a model" == raised.value.problems[0].help


def test_text_that_is_no_text_is_a_located_error() -> None:
    with pytest.raises(InputError):
        grader.load("inspection: \ud800\n")


def test_rules_for_what_is_loaded_are_refused(loaded: grader.LoadedInspection) -> None:
    with pytest.raises(InputError, match="has its rules already"):
        grader.grade(loaded, rules="PEEL_2021_22")


@pytest.mark.parametrize("ask", [grader.explain, lambda i, a: grader.why_not(i, a, "good")])
def test_an_unknown_area_is_an_error_that_names_the_nearest(
    ask: Callable[..., Any], loaded: grader.LoadedInspection
) -> None:
    with pytest.raises(UnknownNameError, match="has no area 'respondign'") as raised:
        ask(loaded, "respondign")
    assert "responding" in (raised.value.help or "")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"some": 35}, "it is a share, and a bare number may be per cent or per mille"),
        ({"sme": "35%"}, "unknown parameter 'sme'"),
        (["some"], "names with values"),
    ],
)
def test_settings_that_are_none_are_refused(settings: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        grader.load(EXAMPLE, settings=settings)


def test_what_is_returned_shows_itself_in_one_line(loaded: grader.LoadedInspection) -> None:
    answers = [
        loaded,
        loaded.session,
        loaded.proposal,
        grader.explain(loaded, "responding"),
        grader.why_not(loaded, "responding", "outstanding"),
        grader.smallest_change(loaded, "responding", "outstanding"),
        grader.diff(EXAMPLE),
    ]
    for answer in answers:
        assert repr(answer).startswith(f"<{type(answer).__name__} ") or repr(answer).startswith("<Diff: ")
        assert "\n" not in repr(answer)
        assert len(repr(answer)) < 100


# Threads and processes -------------------------------------------------------------------------------------


def asked(loaded: grader.LoadedInspection) -> list[str]:
    """What a person may ask, as the bytes of the answers."""
    said = [loaded.proposal.to_json()]
    for area in ("responding", "workforce", "recording"):
        said.append(to_json(grader.explain(loaded, area)))
        said.append(to_json(grader.why_not(loaded, area, "outstanding")))
        said.append(to_json(grader.smallest_change(loaded, area, "good")))
    return said


def simulated(loaded: grader.LoadedInspection) -> str:
    return grader.simulate(loaded, draws=200).to_json()


def some(of: int) -> dict[str, Any]:
    """The example with every `of`th item left out: other inspections for other threads."""
    data = yaml.safe_load(TEXT)
    data["evidence"] = [item for i, item in enumerate(data["evidence"]) if i % of]
    for block in ("findings", "previous"):
        for finding in data.get(block) or ():
            finding.pop("evidence", None)
    return data


@pytest.mark.slow
def test_eight_threads_over_one_session_get_the_bytes_each_gets_alone() -> None:
    pytest.importorskip("numpy", reason="drawing needs the extra: inspection-grader[columnar]")
    each = [some(n) for n in (2, 3, 5, 7)] * 2
    alone = [[*asked(found), simulated(found)] for found in map(grader.load, each[:4])]
    session = grader.open_session()
    one = [session.load(data) for data in each[:4]]

    def ask(n: int) -> list[str]:
        found = one[n % 4] if n < 4 else session.load(each[n])  # some threads share what is loaded
        return [*asked(found), simulated(found)]

    with ThreadPoolExecutor(8) as pool:
        assert alone * 2 == list(pool.map(ask, range(8)))


def elsewhere(given: grader.Session | grader.LoadedInspection) -> str:
    """What another process makes of what was sent to it."""
    loaded = given.load(EXAMPLE) if isinstance(given, grader.Session) else given
    return loaded.proposal.to_json()


def test_a_session_goes_to_another_process_as_what_it_was_made_from(session: grader.Session) -> None:
    chosen = session.at({"some": "35%"}, "reference")
    loaded = chosen.load(EXAMPLE)
    expected = loaded.proposal.to_json()
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        assert [expected] * 2 == list(pool.map(elsewhere, [chosen, loaded]))
    fresh = session.at({"some": "45%"}, "reference").load(EXAMPLE)
    before = len(pickle.dumps(fresh))
    assert fresh.proposal
    assert before == len(pickle.dumps(fresh)), "what was worked out is not sent"
