"""A threshold edited is checked again from cases met before: each is replayed, nothing else is believed."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import pytest

from grader.proofs.cache import check_kept
from grader.proofs.check import check_rulebook
from grader.proofs.kept_cases import as_text, from_text
from grader.proofs.trials import Trials

#: The promises proved at the default values of parameters.
ON_DEFAULTS = ("reachable", "live")


@pytest.fixture(scope="module")
def checked(opened, tmp_path_factory):
    """A folder that holds what a check of a sound rule book kept."""
    folder, sound = tmp_path_factory.mktemp("checked"), opened("sound")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADER_CACHE", str(folder))
        check_kept(sound.book, sound.framework)
    return folder


@pytest.fixture
def kept(checked, monkeypatch, tmp_path):
    """A copy of it, in use."""
    folder = tmp_path / "kept"
    shutil.copytree(checked, folder)
    monkeypatch.setenv("GRADER_CACHE", str(folder))
    return folder


def _no_trials(monkeypatch):
    """Without drawn cases the solver has to find each case by itself."""
    monkeypatch.setattr("grader.proofs.trials.STATES", 0)
    monkeypatch.setattr("grader.proofs.trials.EACH", 0)
    monkeypatch.setattr(Trials, "pool", lambda self, group: [])


def _at(book, name, by):
    p = book.parameters[name]
    return replace(book, parameters={**book.parameters, name: replace(p, default=p.default + by)})


def test_a_case_that_still_shows_it_spares_the_solver(opened, monkeypatch):
    _no_trials(monkeypatch)
    sound, cases = opened("sound"), []
    cold, warm = (
        check_rulebook(sound.book, sound.framework, only=ON_DEFAULTS, cases=cases) for _ in range(2)
    )
    assert [p.result for p in cold.promises] == [p.result for p in warm.promises]
    assert sum(p.cost for p in cold.promises) > 10 * sum(p.cost for p in warm.promises)


@pytest.mark.parametrize("which", [0, *(pytest.param(n, marks=pytest.mark.slow) for n in range(1, 3))])
def test_a_case_that_shows_it_no_more_is_sought_anew(opened, kept, which):
    """Whatever the cases, what comes of a check is what comes of it without them."""
    sound = opened("sound")
    name, p = list(sound.book.parameters.items())[which]
    for by in {p.minimum - p.default, p.maximum - p.default}:
        changed = _at(sound.book, name, by)
        fresh = check_rulebook(changed, sound.framework, only=ON_DEFAULTS)
        again = [p for p in check_kept(changed, sound.framework).promises if p.id in ON_DEFAULTS]
        assert [(p.id, p.result) for p in fresh.promises] == [(p.id, p.result) for p in again]


# Rules that decide nothing --------------------------------------------------------------------------------


def _again(rule):
    """The same rule under another name: one of the two decides nothing."""
    return replace(rule, id=f"{rule.id}.again")


@pytest.fixture(scope="module")
def idle(opened):
    """A rule book with a rule about a characteristic and one about an area twice, and what a check found."""
    sound = opened("sound")
    chosen = [r for r in sound.book.rules if r.id in ("demonstrated.tested", "good.substantially-all")]
    book = replace(sound.book, rules=(*sound.book.rules, *map(_again, chosen)))
    dead = {}
    report = check_rulebook(book, sound.framework, only=("live",), dead=dead)
    return book, sound.framework, report, dead


def _told(report):
    return [(f.code, f.rules, f.witness and f.witness.words) for f in report.findings]


def test_a_rule_found_to_decide_nothing_is_told_again_and_not_asked_again(idle):
    book, framework, first, dead = idle
    names = ["demonstrated.tested", "good.substantially-all"]
    assert sorted([*names, *(f"{n}.again" for n in names)]) == sorted(f.rules[0] for f in first.findings)
    kept = json.loads(json.dumps(dead))
    again = check_rulebook(book, framework, only=("live",), dead=kept)
    assert (_told(first), dead) == (_told(again), kept)
    assert first.promises[0].cost > again.promises[0].cost


def test_a_rule_book_that_breaks_a_promise_is_told_the_same_from_what_was_kept(idle, monkeypatch, tmp_path):
    book, framework, *_ = idle
    monkeypatch.setenv("GRADER_CACHE", str(tmp_path))
    first, again = (check_kept(book, framework).to_dict() for _ in range(2))
    assert "refuted" in {p["result"] for p in first["promises"]}
    assert first == again


def test_a_rule_about_a_characteristic_is_not_asked_again_where_a_grade_asks_otherwise(idle):
    book, framework, _, dead = idle
    changed = _at(book, "some", 1)
    again = check_rulebook(changed, framework, only=("live",), dead=dict(dead))
    fresh = check_rulebook(changed, framework, only=("live",))
    assert _told(fresh) == _told(again)
    assert fresh.promises[0].cost > again.promises[0].cost


def test_a_rule_that_was_idle_and_is_so_no_more_is_not_told(idle, opened):
    _, framework, _, dead = idle
    again = check_rulebook(opened("sound").book, framework, only=("live",), dead=dict(dead))
    assert ("proved", ()) == (again.promises[0].result, again.findings)


def test_a_rule_that_is_idle_no_more_as_its_fact_counts_otherwise_is_not_told(opened, monkeypatch):
    monkeypatch.setattr(Trials, "states", ())  # which would show it first
    sound = opened("sound")
    good = next(r for r in sound.book.rules if r.id == "good.substantially-all")
    again = replace(_again(good), condition=replace(good.condition, fact="own"))
    told = []
    dead = {}
    for counted in ("demonstrated_share", "partly_share"):
        own = replace(sound.book.facts[counted], name="own")
        book = replace(sound.book, rules=(*sound.book.rules, again), facts={**sound.book.facts, "own": own})
        report = check_rulebook(book, sound.framework, only=("live",), dead=dead)
        told.append(again.id in {f.rules[0] for f in report.findings})
    assert [True, False] == told


@pytest.mark.parametrize("kept", [7, {"why": "old"}, {"why": "same", "case": [3]}])
def test_what_is_kept_of_a_rule_can_be_spoiled_without_harm(idle, kept):
    book, framework, first, dead = idle
    spoiled = dict.fromkeys(dead, kept)
    again = check_rulebook(book, framework, only=("live",), dead=spoiled)
    assert _told(first) == _told(again)
    assert dead == spoiled


# Spoiled files --------------------------------------------------------------------------------------------

SPOILED = ("{", "[]", "{}", "[3, null, {}]", '[{"area": "x", "edition": 1, "on": [], "declared": []}]')


def test_cases_can_be_spoiled_without_harm(opened, kept):
    sound = opened("sound")
    name = next(iter(sound.book.parameters))
    for by, text in enumerate(SPOILED, 1):
        for what in ("cases", "dead"):
            next(kept.glob("*.cases.json")).with_suffix("").with_suffix(f".{what}.json").write_text(text)
        again = check_kept(_at(sound.book, name, by), sound.framework)
        assert {"proved"} == {p.result for p in again.promises if p.made}


def test_cases_come_back_as_they_were(opened):
    subject = opened("PEEL_2021_22").subject()
    trials = Trials(subject, many=60)
    situations = [t.situation for t in trials.states]
    texts = json.loads(json.dumps(as_text(situations)))
    again = list(from_text(texts, subject.framework, trials))
    assert texts == as_text(again)
    assert len(set(map(repr, texts))) == len(again) > 20


def test_what_is_no_case_of_the_framework_is_passed_over(opened):
    subject = opened("PEEL_2021_22").subject()
    trials = Trials(subject, many=20)
    text = as_text(t.situation for t in trials.states if t.situation.on)[0]
    name, evidence, earlier = text["on"][0]
    spoiled = [
        {**text, "area": "nowhere"},
        {**text, "edition": "1066"},
        {**text, "on": [["nothing.1a", evidence, earlier]]},
        {**text, "on": [[name, [{"assessment": 99}], []]]},
        {**text, "on": [[name, evidence, earlier]] * 2},
        {**text, "declared": [{"kind": 0}]},
        {**text, "earlier": 7},
        text["on"],
    ]
    assert [] == list(from_text(spoiled, subject.framework, trials))
