"""What a change of rules moves of a scheme scored once, against every combination of levels."""

from __future__ import annotations

import itertools
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from grader.authoring.impact import impact, prove
from grader.authoring.mutants import mutants
from grader.io.catalogue import open_rulebook
from grader.language.rulebook import RuleBook
from grader.model.framework import Framework
from grader.proofs.proposals import Proposed, Proposer, proposers, ways
from grader.proofs.schemes.components import components
from grader.proofs.schemes.rule_change import Comparison
from grader.proofs.schemes.situations import Grading, Situation
from grader.proofs.subject import any_edition

ROOT = Path(__file__).resolve().parents[2]


def opened(name: str) -> tuple[RuleBook, Framework]:
    _, framework, book = open_rulebook(name)
    return book, framework.framework


def every(framework: Framework) -> list[Situation]:
    found = []
    for area in framework.areas:
        parts = components(area, framework.vocabulary)
        for ranks in itertools.product(*(c.ranks for c in parts)):
            on = {c.id: r for c, r in zip(parts, ranks, strict=True) if r}
            found.append(Situation(area, any_edition(area), on))
    return found


def by_brute_force(old: RuleBook, new: RuleBook, situations: list[Situation]) -> set[object]:
    both = proposers(old, new)
    grading = [Grading(p.evaluator) for p in both]

    def proposed(of: Proposer, by: Grading, situation: Situation) -> Proposed:
        graded = by.of(situation)
        return of.proposed(graded.area, tuple(graded.cases.values()))

    return {
        (s.area.id, way)
        for s in situations
        for way in ways(*(proposed(p, g, s) for p, g in zip(both, grading, strict=True)))
    }


def compare(name: str, of: slice) -> None:
    book, framework = opened(name)
    situations = every(framework)
    for mutant in list(mutants(book, framework))[of]:
        change = Comparison(book, mutant.book, framework).compared()
        moving = {key for key, moved in change.moves.items() if moved == "moves"}
        assert by_brute_force(book, mutant.book, situations) == moving, mutant.change
        assert not change.unknown


def test_what_a_change_moves_is_what_moves_somewhere() -> None:
    compare("FHRS", slice(0, None, 30))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["FHRS", "AGED_CARE_STARS"])
def test_what_any_small_change_moves_is_what_moves_somewhere(name: str) -> None:
    compare(name, slice(None))


@pytest.fixture
def changed(tmp_path: Path) -> object:
    def change(name: str, old: str, new: str) -> str:
        folder = tmp_path / name
        shutil.copytree(ROOT / "rules" / name, folder, ignore=shutil.ignore_patterns("proved.json"))
        path = folder / "grades.yaml"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")
        return str(folder)

    return change


def test_a_threshold_changed_shows_a_smallest_business(changed):
    found = impact("FHRS", changed("FHRS", "{total: {at_most: 20}}", "{total: {at_most: 25}}"))
    (case,) = found.proof.cases
    assert ("higher", "3", "4") == (case["direction"], case["old"], case["new"])
    assert 25 == sum(int(item["assessment"]) for item in case["inspection"]["evidence"])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("experience: 33, compliance: 30", "experience: 32, compliance: 31"),
        ("how: nearest", "how: down"),
        ("to: 100", "to: 99"),
    ],
)
def test_a_weight_and_a_rounding_are_part_of_the_rules(changed, old, new):
    found = impact("AGED_CARE_STARS", changed("AGED_CARE_STARS", old, new))
    assert "something" == found.proof.result


def test_texts_move_nothing(changed):
    found = impact("AGED_CARE_STARS", changed("AGED_CARE_STARS", "overall star rating", "overall rating"))
    assert "nothing" == found.proof.result


def test_the_same_said_otherwise_is_proved_to_move_nothing():
    book, framework = opened("FHRS")
    (rule,) = (r for r in book.rules if r.id == "rating.5")
    # Of three scores none of which is above 5 the total is at most 15.
    worst = replace(rule, condition=rule.condition.parts[1])
    new = replace(book, rules=tuple(worst if r is rule else r for r in book.rules))
    assert "nothing" == prove(book, new, framework).result


def test_without_means_it_is_unknown():
    book, framework = opened("FHRS")
    new = replace(book, rules=book.rules[1:])
    assert "unknown" == prove(book, new, framework, effort=0).result


def test_a_framework_of_which_each_rule_book_has_a_copy_is_one_framework(tmp_path: Path) -> None:
    folders = []
    for side in ("old", "new"):
        shutil.copytree(ROOT / "rules" / "FHRS", tmp_path / side / "rules")
        text = (
            (ROOT / "frameworks" / "FHRS.yaml").read_text(encoding="utf-8").replace("id: FHRS", "id: OWN", 1)
        )
        (tmp_path / side / "frameworks").mkdir()
        (tmp_path / side / "frameworks" / "OWN.yaml").write_text(text, encoding="utf-8")
        head = tmp_path / side / "rules" / "rulebook.yaml"
        head.write_text(
            head.read_text(encoding="utf-8").replace("framework: FHRS", "framework: OWN"), "utf-8"
        )
        folders.append(str(tmp_path / side / "rules"))
    assert "nothing" == impact(*folders).proof.result
