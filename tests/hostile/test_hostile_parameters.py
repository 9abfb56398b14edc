"""Arguments that are no parameters, rule books, engines or areas."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Grader = Callable[..., Any]

ITEM = "id: E1, characteristics: [responding.1a], assessment: meets, statement: S, basis: data, source: s"
LONG = "x" * 100_000

SETTINGS = {
    "": "'' is not NAME=VALUE",
    "=": "'=' is not NAME=VALUE",
    "minimum_coverage": "'minimum_coverage' is not NAME=VALUE",
    "minimum_coverage=": "'minimum_coverage=' is not NAME=VALUE",
    "minimum_covrage=300": "unknown parameter 'minimum_covrage'",
    "MINIMUM_COVERAGE=300": "parameter 'minimum_coverage' cannot be '300': it is a share",
    "minimum_coverage=-1": "parameter 'minimum_coverage' cannot be '-1'",
    "minimum_coverage=1001": "parameter 'minimum_coverage' cannot be '1001'",
    "minimum_coverage=99999999999999999999": "parameter 'minimum_coverage' cannot be '99999999999999999999'",
    "minimum_coverage=" + "9" * 100_000: "parameter 'minimum_coverage' cannot be '9999",
    "minimum_coverage=1e2": "parameter 'minimum_coverage' cannot be '1e2'",
    "minimum_coverage=0x10": "parameter 'minimum_coverage' cannot be '0x10'",
    "minimum_coverage=1_0": "parameter 'minimum_coverage' cannot be '1_0'",
    "minimum_coverage=30.5": "parameter 'minimum_coverage' cannot be '30.5'",
    "minimum_coverage=٣٠٠": "parameter 'minimum_coverage' cannot be '٣٠٠'",
    "minimum_coverage=３００": "parameter 'minimum_coverage' cannot be '３００'",
    "minimum_coverage=³00": "parameter 'minimum_coverage' cannot be '³00'",
    "minimum_coverage=nan": "parameter 'minimum_coverage' cannot be 'nan'",
    "minimum_coverage=inf%": "parameter 'minimum_coverage' cannot be 'inf%'",
    "minimum_coverage=30.55%": "parameter 'minimum_coverage' cannot be '30.55%'",
    "minimum_coverage=true": "parameter 'minimum_coverage' cannot be 'true'",
    "minimum_coverage=[bold]": "parameter 'minimum_coverage' cannot be '[bold]'",
    "minimum_coverage=3\x1b[31m": r"parameter 'minimum_coverage' cannot be '3\x1b[31m'",
    "\u202eminimum_coverage=300": "unknown parameter",
    LONG + "=1": "unknown parameter 'xxxx",
    "[bold]=1": "unknown parameter '[bold]'",
}


def test_settings_that_are_none(here: Grader, inspection: Callable[..., Path]) -> None:
    path = inspection(ITEM)
    for setting, said in SETTINGS.items():
        ran = here("grade", path, "--set", setting)
        assert (2, "") == (ran.code, ran.out), setting[:80]
        assert said in ran.messages[0], setting[:80]


def test_a_setting_twice(grader: Grader, inspection: Callable[..., Path]) -> None:
    ran = grader(
        "grade", inspection(ITEM), "--set", "minimum_coverage=300", "--set", "minimum_coverage = 301"
    )
    assert ["error: --set: parameter 'minimum_coverage' is set twice"] == ran.messages


@pytest.mark.parametrize(
    ("written", "value"), [("30%", 300), (" 30% ", 300), ("30.5%", 305), ("0.7 %", 7), ("030.0%", 300)]
)
def test_settings_that_are_some(
    written: str, value: int, grader: Grader, inspection: Callable[..., Path]
) -> None:
    ran = grader("grade", inspection(ITEM), "--json", "--set", f"minimum_coverage={written}")
    assert {"minimum_coverage": value} == json.loads(ran.out)["overrides"]


def test_names_that_are_none(here: Grader, inspection: Callable[..., Path], tmp_path: Path) -> None:
    path = inspection(ITEM)
    names = (
        "",
        "x" * 300,
        "../PEEL_2021_22",
        "/etc",
        "🚓",
        "\x1b[31m",
        "[bold]",
        "PEEL_2021_22\n",
        "/dev/zero",
        LONG,
    )
    for name in names:
        assert 2 == here("grade", path, "--rules", name).code, name[:80]
    for name in names[:6]:
        assert 2 == here("explain", path, name).code, name[:80]
        assert 2 == here("grade", path, "--engine", name).code, name[:80]
        assert 2 == here("schema", name).code, name[:80]
        assert 2 == here(name, path).code, name[:80]
