"""Published ratings, graded as wide tables: each follows from its components, but for four that are named."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

import grader
from grader.cli import main

pl = pytest.importorskip("polars", reason="wide tables need the extra: inspection-grader[columnar]")

HERE = Path(__file__).parent
EXAMPLES = HERE.parents[1] / "examples"


def test_every_published_food_hygiene_rating_follows(tmp_path):
    lines = (line for line in (HERE / "fhrs.csv").read_text("utf-8").splitlines() if line[0] != "#")
    counts = pl.DataFrame(list(csv.DictReader(lines)))
    many = pl.exclude("businesses").repeat_by(pl.col("businesses").cast(pl.Int64)).explode()
    counts.select(many).sample(fraction=1, shuffle=True, seed=1).write_csv(tmp_path / "t.csv")
    done = grader.batch(tmp_path / "t.csv", tmp_path / "out.parquet", framework="FHRS", compare="rating")
    compared = done.compared
    assert (454_629, 454_629, 454_629, 0) == (done.inspections, compared.both, compared.same, compared.alone)


def test_every_published_star_rating_follows_but_three(tmp_path):
    done = grader.batch(
        EXAMPLES / "aged_care" / "homes.csv.gz",
        tmp_path / "out.parquet",
        framework="AGED_CARE_STARS",
        columns={"experience": "residents_experience", "quality": "quality_measures"},
        compare="overall",
    )
    assert (26_825, 26_822) == (done.compared.both, done.compared.same)
    assert [("row 717", "3", "4"), ("row 1736", "3", "4"), ("row 6494", "3", "2")] == [
        (each["body"], each["grade"], each["final"]) for each in done.compared.departures
    ]


CQC = ["--framework", "CQC_KEY_QUESTIONS", "--body", "location", "--body", "date"]
SERVICES = str(EXAMPLES / "cqc" / "services.csv")
DEPARTURE = {
    "inspection": "1-139948467 2021-11-20",
    "area": "overall",
    "outcome": "graded",
    "proposed": "requires_improvement",
    "final": "good",
    "steps": -1,
    "rationale": "no reason given",
}


def test_a_departure_of_a_person_shows_in_diff(capsys):
    assert 1 == main(["diff", SERVICES, *CQC, "--compare", "overall", "--json"])
    found = json.loads(capsys.readouterr().out)
    differ = [area for area in found["areas"] if area["final"] != area["proposed"]]
    assert (375, 374 / 375) == (found["agreement"]["n"], found["agreement"]["exact"])
    assert [DEPARTURE | {"smallest_change": None}] == differ


def test_a_departure_shows_with_its_reason_where_it_is_recorded(tmp_path, capsys):
    table = grader.load_table(SERVICES, framework="CQC_KEY_QUESTIONS", body=("location", "date"))
    row = table.load("1-139948467 2021-11-20")
    (tmp_path / "inspection.yaml").write_text(row.inspection.model_dump_json(exclude_none=True))
    (tmp_path / "decisions.yaml").write_text(
        "decisions: {inspection: 1-139948467 2021-11-20, decided_by: the inspector}\n"
        "grades: {overall: {grade: good, rationale: both had improved since}}\n"
    )
    assert 1 == main(["diff", str(tmp_path / "inspection.yaml"), "--json"])
    (area,) = json.loads(capsys.readouterr().out)["areas"]
    assert DEPARTURE | {"rationale": "both had improved since"} == {name: area[name] for name in DEPARTURE}
    assert "smallest_change" in area


def test_every_row_has_a_proposal_as_an_inspection_has(capsys):
    shops = str(EXAMPLES / "fhrs" / "shops.csv")
    assert 0 == main(["grade", shops, "--framework", "FHRS", "--json"])
    proposals = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [("Corner Cafe", "3"), ("The Grill", "5"), ("Harbour Hotel", "2"), ("Village Hall", None)] == [
        (each["body"], each["areas"][0]["grade"]) for each in proposals
    ]
    assert 0 == main(["grade", shops, "--framework", "FHRS", "--row", "Corner Cafe", "--json"])
    assert proposals[0] == json.loads(capsys.readouterr().out)
