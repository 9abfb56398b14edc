"""What the how-to prints is what its commands print, in the folder its first step makes."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from grader.proofs.report import CheckReport

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "how_to_add_a_framework.md").read_text(encoding="utf-8")
SHOWN = re.findall(r"<!-- output: (.*?) -->\n```\n(.*?)```", PAGE, re.DOTALL)
SECONDS = re.compile(r" +\d+\.\d s$", re.MULTILINE)
EXITS = {"diff": 1}


#: Proving takes seconds, and is done once for the whole folder of tests.
RUN = [(command, output) for command, output in SHOWN if not command.startswith("check ")]


@pytest.mark.parametrize(("command", "output"), RUN, ids=[command for command, _ in RUN])
def test_output_shown_is_what_the_command_prints(
    command: str, output: str, my_homes: Path, grader_in: Callable[..., tuple[int, str, str]]
):
    arguments = command.split()
    if "trial/inspection.yaml" in arguments:
        grader_in(my_homes, "new", "trial", "--framework", "MY_HOMES", "--edition", "2024-04", "--force")
    if arguments[0] == "new":
        arguments.append("--force")

    code, out, err = grader_in(my_homes, *arguments)

    assert EXITS.get(arguments[0], 0) == code
    assert [] == [line for line in err.splitlines() if "tested both as done" not in line]
    if "\n...\n" not in output:
        assert output == out
    parts = [part.strip("\n") for part in output.split("\n...\n")]
    assert [] == [part for part in parts if part and part not in out]


def test_proofs_shown_are_those_made(report: CheckReport):
    from grader.proofs.report import for_person

    (shown,) = [output for command, output in SHOWN if command == "check rules/MY_HOMES"]
    proved = for_person(report).replace("EXAMPLE_CARE_HOMES", "MY_HOMES")
    # Lines are filled anew round the shorter name.
    assert SECONDS.sub("", shown).split() == SECONDS.sub("", proved).split()


def test_every_kind_of_command_is_shown():
    expected = {"validate", "test", "check", "new", "grade", "explain", "diff"}
    assert expected == {command.split()[0] for command, _ in SHOWN}


def test_folder_is_made_as_the_first_step_says(my_homes: Path):
    step = PAGE.split("## 1.")[1].split("## 2.")[0]
    targets = re.findall(r"^cp .* my_homes/(\S+)$", step, re.MULTILINE)
    assert ["frameworks/MY_HOMES.yaml", "rules/MY_HOMES", "rowan_house"] == targets
    assert [] == [t for t in targets if not (my_homes / t).exists()]
