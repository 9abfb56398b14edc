"""docs/statistics.md: its table of choices, its example and its numbers are worked out again."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from grader.statistics import Choices, change_of_estimates, proportion_interval
from grader.statistics.choices import VALUES, WHY

DOC = Path(__file__).resolve().parents[2] / "docs" / "statistics.md"


@pytest.fixture(scope="module")
def text() -> str:
    return DOC.read_text(encoding="utf-8")


def test_every_choice_stands_in_the_table_with_its_values_its_default_and_its_reason(text: str) -> None:
    rows = [
        f"| `{f.name}` | {', '.join(f'`{v}`' for v in VALUES.get(f.name, ())) or 'above 0, below 1'}"
        f" | `{f.default}` | {WHY[f.name]} |"
        for f in fields(Choices)
    ]
    assert rows == re.findall(r"^\| `.*$", text, re.M)


def test_the_example_prints_what_is_shown(
    text: str, run: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, shown = re.findall(r"```(?:csv)?\n(force,rate\n.*?|\$ grader.*?)```", text, re.S)
    monkeypatch.chdir(tmp_path)
    Path("rates.csv").write_text(data, encoding="utf-8")
    assert f"$ grader outliers rates.csv\n{run('outliers', 'rates.csv').out}" == shown


def test_populations_that_fit_the_published_interval_are_the_ones_listed(text: str) -> None:
    rows = re.findall(r"^\| (Wald|Wilson) \| ([\d,]+) \| ([\d,]+) \|$", text, re.M)
    assert ["Wald", "Wilson"] == [row[0] for row in rows]
    for name, *bounds in rows:
        low, high = (int(bound.replace(",", "")) for bound in bounds)
        method: Any = name.lower()
        found = [
            proportion_interval(200, 218, population=population, method=method).half_width
            for population in (low - 1, low, high, high + 1)
        ]
        assert ["3.5", "3.6", "3.6", "3.7"] == [f"{100 * width:.1f}" for width in found]


def test_the_published_change_is_as_it_is_told(text: str) -> None:
    found = change_of_estimates(93.6, 3.6, 91.7, 3.6)
    assert f"z is {found.z:.2f} and p {found.p:.2f}" in text
