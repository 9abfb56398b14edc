"""docs/results_of_0_1.md: the keys and commands it names are there."""

from __future__ import annotations

import json
import re
from pathlib import Path

import grader
from grader.cli.app import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "results_of_0_1.md").read_text("utf-8")
EXAMPLE = ROOT / "examples" / "leicestershire_2021_22" / "inspection.yaml"


def test_keys_that_are_asked_of_a_proposal_are_in_one():
    proposal = json.loads(grader.grade(EXAMPLE).to_json())
    assert {"area", "outcome", "grade"} <= set(proposal["areas"][0])
    asked = re.findall(
        r"`(?:jq )?\.([a-z_]+)(?:\.([a-z0-9_]+))?(?: then\.json)?[`,]", PAGE.partition("## If pip")[0]
    )
    assert [("rulebook", "sha256"), ("framework", "sha256"), ("overrides", "")] == asked
    assert all(key in proposal and (not inner or inner in proposal[key]) for key, inner in asked)


def test_commands_that_are_named_exist():
    named = set(re.findall(r"grader ([a-z]+) ?", PAGE)) & set(re.findall(r"[`\n]grader ([a-z]+)", PAGE))
    assert {"grade", "verify", "import", "validate"} <= named
    assert set() == named - set(COMMANDS)
