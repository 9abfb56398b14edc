"""Options that would not be heeded beside others are refused, not passed over."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
SMALL = (
    'inspection: {id: i, body: B, framework: PEEL_2021_22, edition: "2022-03"}\n'
    "sources: {s: {title: T}}\n"
    "evidence:\n- {id: E1, characteristics: [responding.1a], assessment: meets, statement: a, basis: data,"
    " source: s}\n"
)
WIDE = "name,hygiene,structure,confidence,Rating,Other\nCafe,10,5,10,3,4\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "i.yaml").write_text(SMALL)
    (tmp_path / "t.csv").write_text(WIDE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("grade i.yaml --brief --json", "--brief: --json prints whole proposals, and no page"),
        ("grade i.yaml --row=", "--row: --row speaks of a wide table"),
        ("grade i.yaml --framework=", "--framework: --framework speaks of a wide table"),
        ("diff i.yaml --json --format csv", "--format: --json is another format"),
        ("schema --rules PEEL_2021_22", "--rules: which format is meant is not said"),
        ("schema --framework FHRS", "--framework: which format is meant is not said"),
        ("schema layer --rules PEEL_2021_22 --framework FHRS", "--rules: --framework is for other formats"),
        ("new mine --framework --edition 2022-03", "--edition: a framework of one's own has no editions yet"),
        ("import t.csv --start-mapping m.yaml -o i2.yaml", "--output: it is not asked for with"),
        ("import t.csv --start-mapping m.yaml --yes --body B", "--body: it is not asked for with"),
        ("check --set some=40% --mutate", "--mutate: it speaks of the rules at their own values"),
        ("check --set some=40% --record", "--record: it speaks of the rules at their own values"),
        ("characteristic RESP-2c --edition 1999", "unknown edition '1999'"),
        ("area responding --edition=", "unknown edition ''"),
        ("simulate i.yaml --step 101%", "--step: '101%' is out of range\n  help: from 0% to 100%"),
        ("blind i.yaml --share ²", "--share: '²' is no share"),
        (
            "diff t.csv --framework FHRS --compare Rating=Rating --compare rating=Other",
            "--compare: area 'rating' is given two columns",
        ),
        ("calibrate . --parameter some -o missing/calibrated.yaml", "there is no such folder to write to"),
    ],
)
def test_what_would_not_be_heeded_is_refused(
    run: Callable[..., Any], folder: Path, command: str, said: str
) -> None:
    ran = run(*command.split(" "))
    assert (2, "") == (ran.code, ran.out)
    assert said in ran.err
    assert ["i.yaml", "t.csv"] == sorted(p.name for p in folder.iterdir())


def test_one_page_may_be_written_beside_the_json(run: Callable[..., Any], folder: Path) -> None:
    ran = run("grade", "i.yaml", "--brief", "--json", "--report", "r.html")
    assert (0, True) == (ran.code, (folder / "r.html").exists())
