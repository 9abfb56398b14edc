"""What the shell completes, asked as the shell asks; and the order and examples of the help."""

import os
import subprocess
import sys

import pytest

from grader.cli import app


def completed(words: str, folder) -> list[str]:
    environment = os.environ | {
        "_GRADER_COMPLETE": "complete_bash",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split(" ")) - 1),
    }
    ran = subprocess.run(
        [sys.executable, "-m", "grader"],
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return ran.stdout.split()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("grader area resp", ["responding"]),
        ("grader characteristic responding.2", [f"responding.2{letter}" for letter in "abcde"]),
        ("grader rule good.", ["good.substantially-all"]),
        ("grader find calls --area work", ["workforce"]),
    ],
)
def test_ids_are_completed(words, expected, tmp_path):
    assert expected == completed(words, tmp_path)


def test_files_of_the_right_kind_are_completed(tmp_path):
    for name in ("a.yaml", "a.xlsx", "a.png"):
        (tmp_path / name).touch()
    (tmp_path / "archive").mkdir()
    assert ["a.yaml", "archive/"] == completed("grader grade a", tmp_path)
    assert ["a.xlsx", "archive/"] == completed("grader import a", tmp_path)


def test_every_command_has_an_example_that_calls_it():
    assert app.COMMANDS.keys() == app.EXAMPLES.keys()
    assert all(
        example.startswith(f"grader {name} ") or name == "parameters"
        for name, example in app.EXAMPLES.items()
    )


def test_the_help_follows_a_days_work(capsys):
    assert 0 == app.run(["--help"])
    text = capsys.readouterr().out
    places = [text.index(f"\n  {name} ") for name in ("new", "import", "grade", "decide", "check")]
    assert sorted(places) == places
