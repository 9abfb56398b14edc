"""Published tables from scores to a rating, on all the ratings published under them, by every engine."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

import pytest

import grader
from grader.io import catalogue
from grader.model.inspection import Inspection

HERE = Path(__file__).parent
STARS = ("experience", "compliance", "staffing", "quality")
SCORES = ("hygiene", "structure", "confidence")


def published(name: str) -> list[dict[str, str]]:
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


def inspection(framework: str, edition: str, levels: Mapping[str, str]) -> Inspection:
    items = [
        {"id": name, "characteristics": [name], "assessment": level, "statement": "as published"}
        | {"basis": "data", "source": "data"}
        for name, level in levels.items()
    ]
    head = {"id": "one", "body": "One", "framework": framework, "edition": edition}
    return Inspection.model_validate(
        {"inspection": head, "sources": {"data": {"title": "Open data"}}, "evidence": items}
    )


def rated(every_engine, framework: str, edition: str, rows, names, backends):
    """The rating each row comes to on every engine."""
    file = catalogue.framework(framework)
    book = catalogue.rulebook(framework, file)
    laid = [inspection(framework, edition, {name: row[name] for name in names}) for row in rows]
    found = every_engine(file.framework, book, laid, backends, of=framework)
    return [grade for ((_, _, grade),) in found]


@pytest.mark.parametrize(
    "backends",
    [("polars",), pytest.param(("duckdb",), marks=pytest.mark.slow)],
    ids=lambda names: names[0],
)
def test_every_food_hygiene_rating_follows_from_its_scores(every_engine, backends):
    rows = published("fhrs.csv")
    found = rated(every_engine, "FHRS", "2022", rows, SCORES, backends)
    expected = [row["rating"] for row in rows]
    assert (146, 454_629) == (len(rows), sum(int(row["businesses"]) for row in rows))
    assert expected == found


def test_every_overall_star_rating_follows_from_its_components_but_three(every_engine):
    rows = published("aged_care_stars.csv")
    found = rated(every_engine, "AGED_CARE_STARS", "2023", rows, STARS, ())
    same = sum(int(r["homes"]) for r, grade in zip(rows, found, strict=True) if grade == r["overall"])
    other = {
        (*(int(r[name]) for name in STARS), r["overall"], grade)
        for r, grade in zip(rows, found, strict=True)
        if grade != r["overall"]
    }
    assert (26_825, 26_822) == (sum(int(row["homes"]) for row in rows), same)
    assert {(3, 3, 4, 2, "2", "3"), (3, 4, 2, 4, "4", "3"), (3, 4, 3, 3, "4", "3")} == other


@pytest.mark.slow
@pytest.mark.parametrize("framework", ["FHRS", "AGED_CARE_STARS"])
@pytest.mark.parametrize("backend", ["polars", "duckdb", "pyspark"])
def test_tables_come_out_the_same_in_columns(every_engine, framework, backend):
    pytest.importorskip(backend)
    name, edition, names = {
        "FHRS": ("fhrs.csv", "2022", SCORES),
        "AGED_CARE_STARS": ("aged_care_stars.csv", "2023", STARS),
    }[framework]
    assert rated(every_engine, framework, edition, published(name), names, (backend,))


@pytest.mark.parametrize(("framework", "missing"), [("FHRS", "confidence"), ("AGED_CARE_STARS", "quality")])
def test_a_rating_needs_every_component(every_engine, framework, missing):
    file = catalogue.framework(framework)
    (edition,) = file.framework.editions
    levels = {c.id: "5" for _, c in file.framework.characteristics() if c.id != missing}
    book = catalogue.rulebook(framework, file)
    ((area,),) = every_engine(
        file.framework, book, [inspection(framework, edition, levels)], (), of=framework
    )
    assert ("withheld", None) == area[1:]


@pytest.mark.parametrize(
    ("name", "grade"), [("food_hygiene.yaml", "3"), ("aged_care.yaml", "2")], ids=["FHRS", "AGED_CARE_STARS"]
)
def test_the_examples_come_to_what_their_page_says(name, grade):
    folder = HERE.parents[1] / "examples" / "rating_schemes"
    (area,) = grader.grade(folder / name, engine="reference").areas
    assert grade == area.grade
    if grade == "3":
        assert area.reasons[0].because in (folder / "README.md").read_text(encoding="utf-8")


def test_an_explanation_says_how_the_numbers_came_about():
    folder = HERE.parents[1] / "examples" / "rating_schemes"
    said = {w.fact: w.text for w in grader.explain(folder / "aged_care.yaml", "overall").workings}
    expected = {
        "weighted": "experience 5 times 33, compliance 2 times 30, staffing 4 times 22, quality 3 times 15:"
        " weighted components 358 hundredths of a star",
        "stars": "358 hundredths of a star, divided by 100 and rounded to the nearest: weighted components 4",
    }
    assert expected == said
    said = {w.fact: w.text for w in grader.explain(folder / "food_hygiene.yaml", "rating").workings}
    expected = {
        "total": "hygiene 10, structure 5, confidence in management 10: total 25",
        "worst": "hygiene 10, structure 5, confidence 10: highest single score 10",
    }
    assert expected == said
