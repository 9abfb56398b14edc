"""`grader grade` on several inspections: by several processes, in order, with memory that stays bounded."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import pytest

import grader
from grader.bulk.processes import AHEAD, in_processes
from grader.cli import main
from grader.errors import EngineDisagreementError

ROOT = Path(__file__).resolve().parents[2]

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "sussex_2021_22" / "inspection.yaml"


@dataclass(frozen=True)
class Squares:
    """Marks each piece it is given, the later ones sooner."""

    folder: Path

    def grade(self, piece):
        time.sleep(0.02 * (5 - piece % 5))
        (self.folder / str(piece)).touch()
        return piece**2


class Differs:
    """Finds that its engines differ."""

    def grade(self, piece):
        raise EngineDisagreementError("engines differ in table grade.area", help="please report it")


@pytest.fixture
def files(tmp_path):
    """Inspections with ids of their own, as many as are graded by several processes."""
    text = EXAMPLE.read_text("utf-8")
    paths = [tmp_path / f"i{n}.yaml" for n in range(8)]
    for n, path in enumerate(paths):
        path.write_text(text.replace("sussex-2021-22", f"body-{n}"))
    return [str(path) for path in paths]


def test_what_comes_back_is_in_order(tmp_path):
    assert [n**2 for n in range(23)] == list(in_processes(Squares(tmp_path), range(23), 2))


def test_few_pieces_are_under_way_at_a_time(tmp_path):
    found = in_processes(Squares(tmp_path), range(100), 2)
    assert 0 == next(found)
    time.sleep(1)
    assert 2 * AHEAD >= len(list(tmp_path.iterdir()))
    found.close()


def test_an_error_of_ours_comes_through_whole():
    with pytest.raises(EngineDisagreementError) as caught:
        list(in_processes(Differs(), range(3), 2))
    assert ("engines differ in table grade.area", "please report it") == (
        caught.value.message,
        caught.value.help,
    )


def test_each_proposal_is_that_of_grading_it_alone_with_what_was_set(files, tmp_path, capsys):
    out = tmp_path / "all.jsonl"
    assert 0 == main(["grade", *files, "--json", "-o", str(out), "--set", "some=50%"])
    lines = capsys.readouterr().out.splitlines()
    alone = [grader.grade(path, settings={"some": "50%"}) for path in files]
    assert [{"some": 500}] * len(files) == [proposal.overrides for proposal in alone]
    assert [proposal.to_json(indent=None) for proposal in alone] == lines
    assert out.read_text("utf-8").splitlines() == lines


def _alone(files, capsys):
    for path in files:
        assert 0 == main(["grade", path])
        yield capsys.readouterr().out


def test_summaries_are_those_of_grading_each_alone(files, capsys):
    alone = list(_alone(files, capsys))
    assert 0 == main(["grade", *files, "--verbose"])
    assert "\n\n".join(alone) == capsys.readouterr().out


@pytest.mark.slow
def test_what_grades_rest_on_is_said_whole_once_in_a_run(files, capsys):
    first, *others = list(_alone(files, capsys))
    assert 0 == main(["grade", *files])
    said = capsys.readouterr().out
    assert said.startswith(first)
    assert 1 == said.count("rule book PEEL_2021_22")
    assert 1 == said.count("its 161 characteristics")
    assert len(others) == " ".join(said.split()).count("(as above; --verbose says it whole)")
    tables = [text[text.index("area  ") : text.index("assessed: ")] for text in others]
    assert [] == [table for table in tables if table not in said]


def test_another_framework_in_the_same_run_is_said_whole_too(files, capsys):
    homes = ROOT / "examples" / "example_care_homes_rowan_house" / "inspection.yaml"
    assert 0 == main(["grade", files[0], str(homes), files[1]])
    said = capsys.readouterr().out
    assert [1, 1] == [said.count(f"rule book {name}") for name in ("PEEL_2021_22", "EXAMPLE_CARE_HOMES")]


def test_faults_of_all_are_said_and_nothing_is_graded(files, tmp_path, capsys):
    for n in (2, 7):
        path = Path(files[n])
        path.write_text(path.read_text("utf-8").replace("assessment: meets", "assessment: meet", 1))
    assert 2 == main(["grade", *files, "-o", str(tmp_path / "all.jsonl")])
    said = capsys.readouterr()
    assert "" == said.out
    assert [files[2], files[7]] == [
        line[7:].split(":")[0] for line in said.err.splitlines() if "error" in line
    ]
    assert not (tmp_path / "all.jsonl").exists()
