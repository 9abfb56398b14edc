"""The schema of the rule language takes what the loader takes, and refuses much of what it refuses."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from grader.language.fact_keys import COUNTABLE, DEFINERS
from grader.language.nodes import Better, Op
from grader.language.rulebook import Layer

ROOT = Path(__file__).resolve().parents[2]
BROKEN = ROOT / "tests" / "broken"
BASE = BROKEN / "base"
#: What a schema cannot see without the rule book's own names.
NEEDS_NAMES = {
    "area_fact_in_a_characteristic_rule",
    "count_against_a_share",
    "fact_of_the_sufficiency_layer",
    "measure_rule_of_unknown_measure",
    "missing_parameter",
    "share_above_1000",
    "share_against_a_count",
    "share_of_a_share",
    "share_of_the_unknown",
    "status_of_a_grade_rule",
    "unknown_area",
    "unknown_area_excepted",
    "unknown_attribute",
    "unknown_characteristic",
    "unknown_fact",
    "unknown_grade",
    "unknown_value",
}
#: What no schema sees: two numbers held together, placeholders in texts, directions, other files.
NEEDS_THE_LOADER = {
    "at_least_under_not",
    "at_most_on_what_is_better",
    "both_ends_of_a_band",
    "default_below_its_range",
    "default_in_octal",
    "default_outside_its_range",
    "duplicate_fact",
    "duplicate_measure",
    "duplicate_rule",
    "equals_on_what_is_better",
    "every_area_excepted",
    "framework_mismatch",
    "limits_on_what_is_better",
    "no_rulebook",
    "not_monotone_where_no_direction_is_asked",
    "one_use_of_two_against_the_direction",
    "range_upside_down",
    "share_across_levels",
    "unknown_characteristic_of_a_measure",
    "unknown_fact_in_because",
    "unknown_parameter_in_because",
    "unseen_fact_in_because",
}
BOOKS = sorted(p.name for p in (BROKEN / "rulebook").iterdir() if p.is_dir())

Faults = Callable[..., list[str]]


def rule_files(folder: Path) -> list[tuple[str, Path]]:
    """Files of a rule book, each with the format it is of."""
    found = []
    for path in sorted(folder.glob("*.yaml")):
        keys = yaml.safe_load(path.read_text("utf-8"))
        if "cases" not in keys:
            found.append(("rulebook" if path.name == "rulebook.yaml" else "layer", path))
    return found


def shipped() -> list[Path]:
    heads = [*(ROOT / "rules").rglob("rulebook.yaml"), *(ROOT / "examples").rglob("rulebook.yaml")]
    return sorted(head.parent for head in [*heads, BASE / "rulebook" / "rulebook.yaml"])


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The sound rule book under the broken ones, beside its framework."""
    folder = tmp_path_factory.mktemp("base")
    shutil.copytree(BASE / "rulebook", folder / "rules")
    (folder / "frameworks").mkdir()
    shutil.copy(BASE / "framework.yaml", folder / "frameworks" / "TINY.yaml")
    return str(folder / "rules")


@pytest.mark.parametrize("folder", shipped(), ids=lambda p: str(p.relative_to(ROOT)))
def test_rule_books_that_load_are_what_the_schema_says(faults: Faults, folder: Path):
    files = rule_files(folder)
    assert files
    assert [] == [f"{path.name} {fault}" for name, path in files for fault in faults(name, path)]


@pytest.mark.parametrize("book", ["PEEL_2021_22", "EXAMPLE_CARE_HOMES", "FHRS", "AGED_CARE_STARS"])
def test_a_rule_book_is_what_the_schema_with_its_own_names_says(faults: Faults, book: str):
    layers = [path for name, path in rule_files(ROOT / "rules" / book) if name == "layer"]
    assert [] == [f"{path.name} {fault}" for path in layers for fault in faults("layer", path, book)]


@pytest.mark.parametrize("book", BOOKS)
def test_broken_rule_files_are_refused_where_a_schema_can_see_it(faults: Faults, book: str):
    refused = any(faults(name, path) for name, path in rule_files(BROKEN / "rulebook" / book))
    assert (book not in NEEDS_NAMES | NEEDS_THE_LOADER) == refused


@pytest.mark.parametrize("book", sorted(NEEDS_NAMES))
def test_the_rule_books_own_names_let_the_schema_see_more(faults: Faults, base: str, book: str):
    (path,) = (BROKEN / "rulebook" / book).glob("*.yaml")
    assert faults("layer", path, base)


def test_more_than_forty_broken_rule_files_are_refused():
    assert len(BOOKS) - len(NEEDS_NAMES | NEEDS_THE_LOADER) >= 40
    assert set() == (NEEDS_NAMES | NEEDS_THE_LOADER) - set(BOOKS)


def layer(name: str, *, facts: Any = None, **rule: Any) -> dict[str, Any]:
    made: dict[str, Any] = {"layer": name}
    if facts is not None:
        made["facts"] = facts
    if rule:
        made["rules"] = [{"id": "r", "because": "b", "source": "s", **rule}]
    return made


SAID = {"better": "more", "english": "e"}


def steps(*written: dict[str, Any]) -> dict[str, Any]:
    return layer("grade", facts={"f": {"points": {"start": 1, "steps": list(written)}, **SAID}})


MORE: list[tuple[str, dict[str, Any]]] = [
    ("a fact that is a text", layer("grade", facts={"f": "count"})),
    (
        "a where that is a list",
        layer("grade", facts={"f": {"count": "findings", "where": []}}),
    ),
    ("best without of", layer("grade", facts={"f": {"best": "status", "better": "more", "english": "e"}})),
    (
        "a named characteristic in the status layer",
        layer("status", facts={"f": {"status_of": "a.1", "better": "more", "english": "e"}}),
    ),
    (
        "an order of kinds",
        layer(
            "grade",
            facts={
                "f": {
                    "count": "findings",
                    "where": {"kind": {"at_least": "cause_of_concern"}},
                    "better": "fewer",
                    "english": "e",
                }
            },
        ),
    ),
    (
        "a flag that is a text",
        layer(
            "status",
            facts={
                "f": {"count": "evidence", "where": {"remedied": "yes"}, "better": "fewer", "english": "e"}
            },
        ),
    ),
    (
        "a characteristic's fact in the grade layer",
        layer(
            "grade",
            facts={"f": {"count": "earlier", "per": "characteristic", "better": "fewer", "english": "e"}},
        ),
    ),
    ("facts of the measure layer", layer("measure", facts={"f": {"count": "evidence"}})),
    ("a grade withheld by a status rule", layer("status", withholds="grade", when={"a": {"at_least": 1}})),
    ("status in an area's rule", layer("grade", reaches="good", when={"status": {"equals": "exceeded"}})),
    ("a rule of two effects", layer("grade", reaches="a", limits="b", when={"a": {"at_least": 1}})),
    ("an empty one_of", layer("grade", reaches="good", when={"a": {"one_of": []}})),
    ("a number beyond all", layer("grade", reaches="good", when={"a": {"at_least": 2**31}})),
    ("a step that does two things", steps({"add": 1, "take": 1})),
    ("a step that does nothing", steps({"when": {"a": {"at_least": 1}}})),
    ("a step with an unknown key", steps({"add": 1, "unless": {"a": {"at_least": 1}}})),
    ("bounds of three", steps({"add": 1, "within": [1, 2, 3]})),
    ("a weight that is a fraction", layer("grade", facts={"f": {"sum": {"a": 0.33}, **SAID}})),
    (
        "a sum of weights of characteristics",
        layer("grade", facts={"f": {"sum": {"a": 1}, "of": "findings", **SAID}}),
    ),
    ("rounding without how", layer("grade", facts={"f": {"round": "a", "to": 100, **SAID}})),
    ("rounding to nothing", layer("grade", facts={"f": {"round": "a", "to": 0, "how": "up", **SAID}})),
    ("points in the status layer", layer("status", facts={"f": {"points": {"start": 1}, **SAID}})),
    ("a highest of nothing", layer("grade", facts={"f": {"highest": "score", **SAID}})),
    ("a not with a list", layer("grade", reaches="good", when={"not": [{"a": {"at_least": 1}}]})),
    ("nested below all", layer("grade", reaches="good", when={"all": [{"a": {"atleast": 1}}]})),
    (
        "a figure above 100 %",
        layer("measure", measure="m", reaches="meets", when={"figure": {"at_least": 1001}}),
    ),
]


@pytest.mark.parametrize(("what", "data"), MORE, ids=[what for what, _ in MORE])
def test_what_else_a_schema_sees(faults: Faults, what: str, data: dict[str, Any]):
    assert faults("layer", data), what


def test_the_schema_offers_every_word_of_the_language():
    from grader.schemas import schema_of

    defs = schema_of("layer")["$defs"]
    assert {str(op) for op in Op} == set(defs["comparison"]["properties"])
    for name in Layer:
        if COUNTABLE[name]:
            fact = defs[f"fact.{name}"]["properties"]
            of_areas = {"status_of", "fact_of", "score_of", "sum", "highest", "round", "points"}
            assert set(DEFINERS) - of_areas <= set(fact)
            assert (of_areas <= set(fact)) == (name in (Layer.SUFFICIENCY, Layer.GRADE))
            assert {str(b) for b in Better} == set(fact["better"]["enum"])
            assert set(COUNTABLE[name]) == set(fact["count"]["enum"])
            assert all(held["description"] for held in fact.values())


def test_names_of_a_rule_book_are_offered_where_they_may_stand():
    from grader.schemas import schema_of

    condition = schema_of("layer", rules="PEEL_2021_22")["$defs"]["condition.grade.area"]["properties"]
    assert "demonstrated_share" in condition
    assert "coverage" not in condition  # a fact of the sufficiency layer
    assert condition["demonstrated_share"]["description"]
