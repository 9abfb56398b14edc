"""What the page on adding a framework shows of a copied one is what its commands print there."""

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
SHOWN = re.findall(r"<!-- homes: (.*?) -->\n```\n\$ grader \1\n(.*?)```", PAGE, re.DOTALL)
SECONDS = re.compile(r" +\d+\.\d s$", re.MULTILINE)


#: Proving takes seconds, and is done once for the whole folder of tests.
RUN = [(command, output) for command, output in SHOWN if not command.startswith("check ")]


@pytest.mark.parametrize(("command", "output"), RUN, ids=[command for command, _ in RUN])
def test_output_shown_is_what_the_command_prints(
    command: str, output: str, my_homes: Path, grader_in: Callable[..., tuple[int, str, str]]
):
    code, out, err = grader_in(my_homes, *command.split())

    assert (0, []) == (code, [line for line in err.splitlines() if "tested both as done" not in line])
    parts = [part.strip("\n") for part in f"\n{output}".split("\n...\n")]
    if len(parts) == 1:
        assert output == out
    assert [] == [part for part in parts if part and part not in out]


def test_proofs_shown_are_those_made(report: CheckReport):
    from grader.proofs.report import for_person

    (shown,) = [output for command, output in SHOWN if command == "check rules/MY_HOMES"]
    proved = for_person(report).replace("EXAMPLE_CARE_HOMES", "MY_HOMES")
    whole = " ".join(SECONDS.sub("", proved).split())  # lines are filled anew round the shorter name
    parts = [" ".join(SECONDS.sub("", part).split()) for part in f"\n{shown}".split("\n...\n")]
    assert [] == [part for part in parts if part not in whole]


def test_every_kind_of_command_is_shown():
    expected = {"validate", "test", "check", "new", "grade", "explain"}
    assert expected == set(re.findall(r"^\$ grader (\w+)", PAGE, re.MULTILINE))


def test_folder_is_made_as_the_first_step_says(my_homes: Path):
    step = PAGE.split("## Evidence that is tagged")[1]
    targets = re.findall(r"^cp .* my_homes/(\S+)$", step, re.MULTILINE)
    assert ["frameworks/MY_HOMES.yaml", "rules/MY_HOMES", "rowan_house"] == targets
    assert [] == [t for t in targets if not (my_homes / t).exists()]
