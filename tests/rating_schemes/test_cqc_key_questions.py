"""The published principles from five ratings to one, on ratings published under them."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from grader.session import Session

HERE = Path(__file__).parent
QUESTIONS = ("safe", "effective", "caring", "responsive", "well_led")


@pytest.fixture(scope="module")
def session() -> Session:
    return Session.open(framework="CQC_KEY_QUESTIONS", engine="reference")


def inspection(ratings: dict[str, str]) -> dict[str, object]:
    """An inspection of one service, an item for each rating."""
    items = [
        {"id": name, "characteristics": [name], "assessment": rating, "statement": "as published"}
        | {"basis": "document", "source": "report"}
        for name, rating in ratings.items()
    ]
    head = {"id": "a-service", "body": "A service", "framework": "CQC_KEY_QUESTIONS", "edition": "2014"}
    return {"inspection": head, "sources": {"report": {"title": "Report"}}, "evidence": items}


def published() -> list[dict[str, str]]:
    lines = (HERE / "cqc_oldham.csv").read_text().splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


def test_the_published_ratings_follow_but_for_one_departure(session: Session) -> None:
    same: Counter[bool] = Counter()
    departures = []
    for row in published():
        (area,) = session.load(inspection({name: row[name] for name in QUESTIONS})).proposal.areas
        given = row["overall"].replace(" ", "_").lower()
        same[area.grade == given] += int(row["services"])
        if area.grade != given:
            departures.append((area.grade, given))
    assert ({True: 374, False: 1}, [("requires_improvement", "good")]) == (dict(same), departures)


def test_nothing_follows_from_four_ratings(session: Session) -> None:
    (area,) = session.load(inspection(dict.fromkeys(QUESTIONS[:4], "good"))).proposal.areas
    assert ("withheld", None) == (area.outcome, area.grade)


def test_a_rating_is_read_as_it_is_printed(session: Session) -> None:
    ratings = dict.fromkeys(QUESTIONS, "Requires Improvement")
    (area,) = session.load(inspection(ratings)).proposal.areas
    assert {"requires_improvement"} == {c.status for c in area.characteristics}
