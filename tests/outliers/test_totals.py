"""Rows that are no bodies: totals, means, countries, regions and groups, told by names and by sums."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.statistics import read_scores
from grader.statistics.totals import kind_of_name, named_totals

Write = Callable[[str | bytes], Path]
Run = Callable[..., Any]

#: The territorial police forces of England and Wales.
FORCES = (
    "Avon and Somerset", "Bedfordshire", "Cambridgeshire", "Cheshire", "City of London", "Cleveland",
    "Cumbria", "Derbyshire", "Devon and Cornwall", "Dorset", "Durham", "Dyfed-Powys", "Essex",
    "Gloucestershire", "Greater Manchester", "Gwent", "Hampshire", "Hertfordshire", "Humberside", "Kent",
    "Lancashire", "Leicestershire", "Lincolnshire", "Merseyside", "Metropolitan Police", "Norfolk",
    "North Wales", "North Yorkshire", "Northamptonshire", "Northumbria", "Nottinghamshire", "South Wales",
    "South Yorkshire", "Staffordshire", "Suffolk", "Surrey", "Sussex", "Thames Valley", "Warwickshire",
    "West Mercia", "West Midlands", "West Yorkshire", "Wiltshire",
)  # fmt: skip
OTHER_BODIES = (
    "Metropolitan Police Service", "City of London Police", "West Midlands Police", "Police Scotland",
    "Police Service of Northern Ireland", "British Transport Police", "Hampshire and Isle of Wight",
    "Avon & Somerset", "Devon & Cornwall", "Metropolitan", "National Crime Agency",
    "Civil Nuclear Constabulary", "London Fire Brigade", "North East Ambulance Service",
    "All Saints School", "Total Care Homes Ltd", "Kent [1]", "Sussex*", "Force A", "Group 4", "Region 5",
    "Rowan House", "The Meadows", "Meanwood", "Somerset and Overall Farm", "Summer Court", "Average Joe's",
    "Maxwell House",
)  # fmt: skip
TOTALS = (
    "Total", "TOTAL", "Totals:", "Grand total", "Sub-total", "Subtotal", "Sub total (1)", "All",
    "All forces", "All 43 forces", "43 forces", "Sum", "Σ", "Average", "Avg.", "Force average",
    "National average", "National", "Mean", "Mean of forces", "Weighted mean", "Median", "Overall",
    "England and Wales", "England & Wales", "ENGLAND AND WALES", "E&W", "E & W", "Eng. and Wales",
    "England and Wales¹", "England and Wales [2]", "England and Wales (excluding London)",
    "England excluding London", "England", "England*", "Total England", "England total", "England average",
    "England 2021/22", "Great Britain", "GB", "UK", "U.K.", "United Kingdom", "UK total", "Wales",
    "Welsh forces", "English forces", "All English forces", "Forces in England and Wales",
    "Metropolitan forces", "Non-metropolitan forces", "Most similar forces", "Most similar group",
    "MSG average", "Sector", "Sector average", "Sector total", "Group", "Group total", "Peer group",
    "Rest of England", "Other forces", "of which: rural", "Of which urban", "North East", "North West",
    "Yorkshire and the Humber", "Yorkshire & Humberside", "East Midlands", "East of England", "Eastern",
    "Eastern region", "London", "Greater London", "South East", "South West", "North-East",
    "North East region", "West Midlands region", "West Midlands total", "Total (all forces)",
    "Standard deviation", "Minimum", "Maximum", "Lower quartile", "Cleveland total", "Total for Kent",
    "Average of the above",
)  # fmt: skip


@pytest.mark.parametrize("name", TOTALS)
def test_name_of_a_total_is_told_from_a_bodys(name: str) -> None:
    assert {name} == set(named_totals([*FORCES, name]))


@pytest.mark.parametrize("name", [*FORCES, *OTHER_BODIES])
def test_name_of_a_body_is_no_totals(name: str) -> None:
    assert name not in named_totals([*FORCES, name])


def test_table_of_regions_has_regions_for_bodies() -> None:
    regions = ["North East", "North West", "East Midlands", "London", "Wales"]
    assert {} == named_totals(regions)
    assert {"England": "country", "England and Wales": "union"} == named_totals(
        [*regions, "England", "England and Wales"]
    )


def test_table_of_countries_has_countries_for_bodies() -> None:
    nations = ["England", "Wales", "Scotland", "Northern Ireland"]
    assert {"UK": "union"} == named_totals([*nations, "UK"])


def test_kind_says_why() -> None:
    assert ["total", "region", "union", None] == [
        kind_of_name(name) for name in ("Total", "North East", "England and Wales", "West Midlands")
    ]


# Sums -----------------------------------------------------------------------------------------------------


def totals_of(table: Write, text: str, **options: object) -> dict[str, str]:
    read = read_scores(table(text), **options)  # type: ignore[arg-type]
    return {w.message.split("'")[1]: w.message.partition("as a body: ")[2] for w in read.totals}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("f,n\nAvon,10\nBede,12.5\nCam,14\nDon,16\nBoth,52.5\n", {"Both": "'n' is the sum of all others"}),
        ("f,n\nBoth,52.5\nAvon,10\nBede,12.5\nCam,14\nDon,16\n", {"Both": "'n' is the sum of all others"}),
        (
            "f,n\nAvon,10\nBede,12\nCam,14\nX,36\nDon,11\nEsk,9\nY,20\n",
            {"X": "3 above it", "Y": "2 above it"},
        ),
        (
            "f,n\nX,36\nAvon,10\nBede,12\nCam,14\nY,20\nDon,11\nEsk,9\n",
            {"X": "3 below it", "Y": "2 below it"},
        ),
        (
            "f,n\nZed,900\nAvon,1017\nBede,1212\nCam,1418\nX,3647\nDon,877\n",
            {"X": "3 above it"},
        ),
        (
            "f,n\nAvon,10.13\nBede,12.57\nCam,14.29\nDon,16.01\nUsual,13.25\n",
            {"Usual": "the mean of all others"},
        ),
        ("f,n\nUsual,13\nAvon,10\nBede,12\nCam,14\nDon,16\n", {"Usual": "the mean of all others"}),
        (
            "f,n\nUsual,13.26\nAvon,10.11\nBede,12.57\nCam,14.29\nDon,16.08\n",
            {"Usual": "the mean of all others"},
        ),
        (
            "region,f,n\nN,Avon,1017\nS,Bede,1212\nN,Cam,1418\nS,Don,877\nN,X,2435\nN,Esk,0\nS,Fal,33\n",
            {},
        ),
        (
            "r,f,n\nN,Avon,1017\nS,Bede,1212\nN,Cam,1418\nN,Esk,901\nS,Don,877\nN,X,3336\nS,Fal,33\n",
            {"X": "the sum of the others of 'N'"},
        ),
        ("r,f,n\nN,Avon,1\nN,Bede,5\nS,Cam,7\nS,Don,2\nN,N,3\n", {"N": "a group has its name"}),
    ],
)
def test_row_that_is_a_sum_or_a_mean_is_named_with_what_it_is_of(
    table: Write, text: str, expected: dict[str, str]
) -> None:
    name = "f" if text.startswith("r") else None
    found = totals_of(table, text, value="n", name=name)
    assert expected.keys() == found.keys()
    assert all(said in found[row] for row, said in expected.items())


def test_numerators_and_denominators_tell_a_total_whose_rate_does_not(table: Write) -> None:
    text = (
        "f,crimes,people,rate\nAvon,10,100,10\nBede,30,200,15\nBoth,40,300,13.3\nCam,9,90,10\nDon,7,50,14\n"
    )
    found = totals_of(table, text, value="rate")
    assert {"Both": "its number in column 'crimes', 'people' is the sum of the 2 above it"} == found


def test_west_midlands_is_a_body_unless_its_number_is_a_sum(table: Write) -> None:
    rows = "Staffordshire,1017\nWarwickshire,1212\nWest Mercia,1418\n"
    assert {} == totals_of(table, f"f,n\n{rows}West Midlands,2890\nKent,7\n")
    assert {"West Midlands"} == totals_of(table, f"f,n\n{rows}West Midlands,3647\nKent,7\n").keys()


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("made", ["rates", "counts", "percents", "steps", "skewed"])
def test_ordinary_tables_of_forces_raise_no_false_alarm(table: Write, made: str, seed: int) -> None:
    chance = random.Random(seed)
    draw: dict[str, Callable[[int], object]] = {
        "rates": lambda at: round(chance.gauss(12, 3), 2),
        "counts": lambda at: chance.randint(200, 90_000),
        "percents": lambda at: round(chance.uniform(40, 99), 1),
        "steps": lambda at: 10 + at * (seed + 1) / 2,
        "skewed": lambda at: round(chance.lognormvariate(5, 1), 1),
    }
    rows = "".join(f"{force},{draw[made](at)}\n" for at, force in enumerate(FORCES))
    assert {} == totals_of(table, f"force,rate\n{rows}")


# The command ----------------------------------------------------------------------------------------------

ROWS = "area,rate\nAvon,10\nBede,12\nCam,13\nDon,17\nEngland,13\nNorth East,11\n"


def test_run_with_a_total_among_bodies_is_exit_1_and_the_file_says_so(
    run: Run, table: Write, tmp_path: Path
) -> None:
    out = tmp_path / "out.json"
    ran = run("outliers", table(ROWS), "-o", out)
    assert 1 == ran.code
    assert "data.csv:6:1: 'England' looks like a total, and counts here as a body" in ran.err
    assert "'North East' looks like a total" in ran.err
    assert "'England' looks like a total" in out.read_text("utf-8")


def test_left_out_or_kept_it_is_exit_0(run: Run, table: Write) -> None:
    ran = run("outliers", table(ROWS), "--leave-out", "england", "--keep", "North East")
    assert (0, "") == (ran.code, ran.err)
    assert "left out: England" in ran.out


def test_name_to_keep_that_is_not_there_or_left_out_too_is_a_fault(run: Run, table: Write) -> None:
    ran = run("outliers", table(ROWS), "--keep", "Englund", "--keep", "Avon", "--leave-out", "Avon")
    assert 2 == ran.code
    assert "--keep: there is no body 'Englund'" in ran.err
    assert "--keep: 'Avon' is left out as well" in ran.err
