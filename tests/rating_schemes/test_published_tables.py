"""Published tables from scores to a rating, on all the ratings published under them, by every engine."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

import pytest

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


@pytest.mark.parametrize("backends", [("polars",), ("duckdb",)], ids=lambda names: names[0])
def test_every_food_hygiene_rating_follows_from_its_scores(every_engine, backends):
    rows = published("fhrs.csv")
    found = rated(every_engine, "FHRS", "2022", rows, SCORES, backends)
    expected = [row["rating"] for row in rows]
    assert (146, 454_629) == (len(rows), sum(int(row["businesses"]) for row in rows))
    assert expected == found


def test_every_overall_star_rating_follows_from_its_components_but_three(every_engine):
    rows = published("aged_care_stars.csv")
    found = rated(every_engine, "AGED_CARE_STARS", "2023", rows, STARS, ("polars",))
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
def test_tables_come_out_the_same_on_spark(every_engine, framework):
    pytest.importorskip("pyspark")
    name, edition, names = {
        "FHRS": ("fhrs.csv", "2022", SCORES),
        "AGED_CARE_STARS": ("aged_care_stars.csv", "2023", STARS),
    }[framework]
    assert rated(every_engine, framework, edition, published(name), names, ("pyspark",))


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
