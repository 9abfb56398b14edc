"""What was proved is taken up again only where everything it rests on is the same."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.engines.solver import Undecided
from grader.language.nodes import Compare, Const, Count, Effect, Op
from grader.language.rulebook import Measure
from grader.proofs import cache, check
from grader.proofs.cache import cache_folder, check_kept
from grader.proofs.check import Question
from grader.proofs.report import Finding


@pytest.fixture(scope="module")
def sound(opened):
    return opened("sound")


@pytest.fixture(autouse=True)
def kept_here(tmp_path, monkeypatch):
    monkeypatch.setenv("GRADER_CACHE", str(tmp_path / "kept"))


@pytest.fixture
def asked(monkeypatch):
    """The promises asked about, of one proved at the defaults and one over all ranges."""
    found = []

    def asking(name):
        def answer(subject, trials):
            found.append(name)
            return 7

        return Question(name, ("an assumption",), answer)

    monkeypatch.setattr(check, "questions", lambda framework: [asking("total"), asking("monotone.a")])
    return found


BOTH = ["total", "monotone.a"]


def with_rule(**changed):
    return lambda book: replace(book, rules=(replace(book.rules[0], **changed), *book.rules[1:]))


def with_parameter(**changed):
    def change(book):
        name, found = next(iter(book.parameters.items()))
        return replace(book, parameters={**book.parameters, name: replace(found, **changed)})

    return change


def with_fact(**changed):
    def change(book):
        name, found = next(iter(book.facts.items()))
        return replace(book, facts={**book.facts, name: replace(found, **changed)})

    return change


MEASURE = Measure("waiting", "a.1a", "minutes", "waiting")


@pytest.mark.parametrize(
    ("change", "again"),
    [
        (lambda book: book, []),
        (with_rule(because="otherwise", source="elsewhere", place=None), []),
        (with_fact(english="otherwise", place=None), []),
        (lambda book: replace(book, rules=book.rules[::-1], version="9", title="otherwise"), []),
        (with_rule(target="not_demonstrated"), BOTH),
        (with_rule(effect=Effect.LIMITS), BOTH),
        (with_rule(condition=Compare("demonstrated", Op.AT_LEAST, (Const(1),))), BOTH),
        (with_rule(scope=frozenset({"somewhere"})), BOTH),
        (with_rule(scope=frozenset()), BOTH),
        (with_rule(id="another"), BOTH),
        (with_fact(definition=Count("evidence")), BOTH),
        (with_parameter(default=501), []),
        (with_parameter(minimum=1), BOTH),
        (with_parameter(maximum=999), BOTH),
        (lambda book: replace(book, measures={"waiting": MEASURE}), BOTH),
        (lambda book: replace(book, grade_default="adequate"), BOTH),
        (lambda book: replace(book, promises=("monotone.f",)), BOTH),
        (lambda book: replace(book, areas=book.areas[1:]), BOTH),
    ],
)
def test_a_proof_is_taken_up_where_what_it_rests_on_is_the_same(change, again, sound, asked):
    first = check_kept(sound.book, sound.framework, effort=5)
    assert BOTH == asked
    asked.clear()
    report = check_kept(change(sound.book), sound.framework, effort=5)
    assert again == asked
    told = [(p.id, p.result, p.cost, p.assumes) for p in first.promises]
    assert told == [(p.id, p.result, p.cost, p.assumes) for p in report.promises]
    assert "by construction, tested by 7 cases" in report.promises[0].assumes


def test_a_proof_with_two_measures_says_nothing_of_them_with_their_characteristics_changed_over(sound, asked):
    first, second = (c.id for c in sound.framework.areas[0].counted[:2])
    for names in (("waiting", "answering"), ("answering", "waiting")):
        measures = {
            name: Measure(name, on, "minutes", name) for name, on in zip(names, (first, second), strict=True)
        }
        check_kept(replace(sound.book, measures=measures), sound.framework, effort=5)
        assert BOTH == asked
        asked.clear()


def test_a_proof_about_a_rule_of_one_area_says_nothing_of_another(sound, asked):
    for area in sound.book.areas[:2]:
        check_kept(with_rule(scope=frozenset({area}))(sound.book), sound.framework, effort=5)
        assert BOTH == asked
        asked.clear()


def test_another_framework_effort_setting_or_program_is_asked_again(sound, asked, monkeypatch):
    check_kept(sound.book, sound.framework, effort=5)
    other = sound.framework.model_copy(update={"areas": sound.framework.areas[1:]})
    for framework, more in (
        (other, {"effort": 5}),
        (sound.framework, {"effort": 6}),
        (sound.framework, {"effort": 5, "settings": {"some": 450}}),
    ):
        asked.clear()
        check_kept(sound.book, framework, **more)
        assert BOTH == asked
    asked.clear()
    monkeypatch.setattr(cache.z3, "get_version_string", lambda: "another")
    check_kept(sound.book, sound.framework, effort=5)
    assert BOTH == asked


def test_what_is_refuted_or_open_is_never_kept(sound, monkeypatch):
    asked = []

    def refuted(subject, trials):
        asked.append("total")
        return [Finding("vacuous", ("r",), None, "says nothing", "look at it")]

    def opened(subject, trials):
        asked.append("capped")
        raise Undecided("too hard")

    monkeypatch.setattr(
        check, "questions", lambda framework: [Question("total", (), refuted), Question("capped", (), opened)]
    )
    for _ in range(2):
        report = check_kept(sound.book, sound.framework, effort=5)
        assert ["refuted", "unknown"] == [p.result for p in report.promises]
        assert "undecided: too hard" in report.promises[1].assumes
    assert ["total", "capped"] * 2 == asked


def test_proofs_are_kept_where_the_user_says_or_with_what_can_be_made_again(tmp_path, monkeypatch):
    assert tmp_path / "kept" == cache_folder()
    monkeypatch.delenv("GRADER_CACHE")
    monkeypatch.setattr(cache.sys, "platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert tmp_path / "cache" / "grader" / "proofs" == cache_folder()
