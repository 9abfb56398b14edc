"""`grader batch` over files: the same rows whatever grades them, and all of them or none."""

from __future__ import annotations

import json
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import polars as pl
import pytest

import grader
from grader.bulk.batch import batch
from grader.bulk.rows import of_proposal
from grader.errors import InputError

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
#: Longer than anything here takes on a busy machine.
HANGS = 1200
NAMED = [EXAMPLES / n for n in ("leicestershire_2021_22", "sussex_2021_22", "wiltshire_2021_22")]


def rows_in(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def one_by_one(paths):
    """The rows of each file's proposal, as they stand in JSON lines."""
    found = []
    for path in paths:
        proposal = grader.grade(path)
        facts = sorted({name for area in proposal.areas for name in area.profile})
        for row in of_proposal(proposal, facts):
            head = {k: v for k, v in row.items() if not k.startswith("profile.")}
            profile = {k.removeprefix("profile."): v for k, v in row.items() if k.startswith("profile.")}
            found.append({**head, "profile": None if row["outcome"] == "not_inspected" else profile})
    return found


# Files ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "how",
    [(), ("--on", "duckdb"), ("--engine", "reference"), ("--engine", "rete")],
    ids=["polars", "duckdb", "reference", "rete"],
)
def test_a_row_for_each_area_of_each_inspection_however_graded(how, ran, tmp_path):
    if "duckdb" in how:
        pytest.importorskip("duckdb")
    if "rete" in how:
        pytest.importorskip("durable_rules_engine", exc_type=ImportError)
    out = tmp_path / "out.jsonl"
    code, said, messages = ran(*NAMED, "-o", out, *how)
    assert 0 == code, messages
    expected = one_by_one(folder / "inspection.yaml" for folder in NAMED)
    assert [sorted(row.items(), key=lambda i: i[0]) for row in expected] == [
        sorted(row.items(), key=lambda i: i[0]) for row in rows_in(out)
    ]
    assert said.startswith("3 inspections, 33 areas: PEEL Assessment Framework 2021/22 (reconstruction)\n")
    assert [out] == list(tmp_path.iterdir())


def test_the_ending_decides_the_format_and_the_rows_are_the_same(ran, tmp_path):
    for ending in (".jsonl", ".csv", ".parquet"):
        assert 0 == ran(*NAMED, "-o", tmp_path / f"out{ending}")[0]
    parquet = pl.read_parquet(tmp_path / "out.parquet")
    lines = rows_in(tmp_path / "out.jsonl")
    table = pl.read_csv(tmp_path / "out.csv", infer_schema=False)
    assert [row["findings"] for row in lines] == parquet["findings"].to_list()
    assert [";".join(row["deciding"]) for row in lines] == table["deciding"].fill_null("").to_list()
    assert parquet.columns == table.columns
    facts = [name for name in parquet.columns if name.startswith("profile.")]
    for number, row in enumerate(parquet.iter_rows(named=True)):
        profile = {name.removeprefix("profile."): row[name] for name in facts}
        inspected = row["outcome"] != "not_inspected"
        assert lines[number]["profile"] == (profile if inspected else None)
        assert table.row(number, named=True) == {
            name: None
            if row[name] in (None, [])
            else ";".join(row[name])
            if isinstance(row[name], list)
            else str(row[name])
            for name in parquet.columns
        } | {name: ";".join(row[name]) for name in ("deciding", "findings")}


def test_two_runs_give_the_same_bytes(ran, tmp_path):
    for ending in (".jsonl", ".csv", ".parquet"):
        for name in "ab":
            assert 0 == ran(*NAMED, "-o", tmp_path / f"{name}{ending}")[0]
        assert (tmp_path / f"a{ending}").read_bytes() == (tmp_path / f"b{ending}").read_bytes()


def test_files_of_a_folder_that_are_no_inspections_are_passed_over(ran, tmp_path):
    shutil.copytree(NAMED[0], tmp_path / "folder")
    (tmp_path / "folder" / "notes.yaml").write_text("to: do\n")
    code, said, _ = ran(tmp_path / "folder", "-o", tmp_path / "out.jsonl")
    assert (0, "1 inspection, 11 areas") == (code, said.partition(":")[0])


BROKEN = "inspection: {id: broken, body: B, framework: PEEL_2021_22, edition: '2022-30'}\nevidence: []\n"


@pytest.fixture
def mixed(tmp_path):
    """A folder with one sound inspection and one with a fault."""
    folder = tmp_path / "mixed"
    folder.mkdir()
    shutil.copy(NAMED[1] / "inspection.yaml", folder / "sound.yaml")
    (folder / "broken.yaml").write_text(BROKEN)
    return folder


def test_a_bad_inspection_is_an_error_with_its_place(mixed, ran, tmp_path):
    code, said, messages = ran(mixed, "-o", tmp_path / "out.csv")
    assert (2, "") == (code, said)
    assert f"error: {mixed}/broken.yaml:1:69: unknown edition '2022-30'" in messages
    assert not (tmp_path / "out.csv").exists()


def test_keep_going_skips_counts_and_lists_it(mixed, ran, tmp_path):
    code, said, messages = ran(mixed, "-o", tmp_path / "out.jsonl", "--keep-going")
    assert (1, "1 inspection, 11 areas") == (code, said.partition(":")[0])
    assert f"skipped: {mixed}/broken.yaml\n" in messages
    assert "unknown edition '2022-30'" in messages
    assert "1 inspection skipped\n" in messages
    assert {"sussex-2021-22"} == {row["inspection"] for row in rows_in(tmp_path / "out.jsonl")}


@pytest.mark.slow
def test_a_mended_file_is_all_that_is_graded_again(mixed, ran, tmp_path):
    for n in range(90):
        text = (mixed / "sound.yaml").read_text("utf-8").replace("sussex-2021-22", f"copy-{n}")
        (mixed / f"copy_{n:02}.yaml").write_text(text)
    assert 2 == ran(mixed, "-o", tmp_path / "out.jsonl")[0]
    (mixed / "broken.yaml").unlink()
    (mixed / "zz.yaml").write_text(BROKEN.replace("2022-30", "2022-03"))
    code, said, messages = ran(mixed, "-o", tmp_path / "out.jsonl")
    assert (0, "92 inspections") == (code, said[:14])
    taken_up = re.search(r"^(\d+) of them had been graded by an earlier run$", messages, re.MULTILINE)
    assert 40 < int(taken_up[1]) < 92
    assert [mixed, tmp_path / "out.jsonl"] == sorted(tmp_path.iterdir())


def test_an_inspection_that_stands_twice_is_refused(ran, tmp_path, mixed):
    shutil.copy(mixed / "sound.yaml", mixed / "again.yaml")
    (mixed / "broken.yaml").unlink()
    code, _, messages = ran(mixed, "-o", tmp_path / "out.jsonl")
    assert 2 == code
    assert "inspection 'sussex-2021-22' stands in two files" in messages


def test_an_inspection_on_another_framework_is_refused(ran, tmp_path):
    code, _, messages = ran(NAMED[0], EXAMPLES / "example_care_homes_rowan_house", "-o", tmp_path / "o.csv")
    assert 2 == code
    assert "the inspection is on framework 'EXAMPLE_CARE_HOMES', not on PEEL_2021_22" in messages


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nowhere", "-o", "out.csv"), "nowhere: there is no such file or folder"),
        ((".", "-o", "out.csv"), "there is no inspection in this folder"),
        ((str(NAMED[0]), "-o", "out.txt"), "an output file ends in .parquet or .csv or .jsonl"),
        (
            (str(NAMED[0]), "-o", "out.csv", "--on", "pollars"),
            "unknown backend 'pollars'\n  help: did you mean 'polars'?",
        ),
        ((str(NAMED[0]), "-o", "out.csv", "--engine", "ret"), "unknown engine 'ret'"),
        ((str(NAMED[0]), "-o", "out.csv", "--engine", "reference", "--on", "duckdb"), "not in columns"),
        ((str(NAMED[0]), "-o", "out.csv", "--rules", "PEEL"), "unknown rule book 'PEEL'"),
    ],
)
def test_what_cannot_be_done_is_exit_2(arguments, said, ran, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, _, messages = ran(*arguments)
    assert 2 == code
    assert said in messages
    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "how",
    [
        pytest.param(("--on", "duckdb"), id="duckdb", marks=pytest.mark.slow),
        pytest.param(("--engine", "reference"), id="reference", marks=pytest.mark.slow),
    ],
)
def test_several_processes_write_the_same(how, many, ran, tmp_path):
    if "duckdb" in how:
        pytest.importorskip("duckdb")
    assert 0 == ran(many, "-o", tmp_path / "columns.jsonl")[0]
    code, _, messages = ran(many, "-o", tmp_path / "other.jsonl", *how)
    assert 0 == code, messages
    assert (tmp_path / "columns.jsonl").read_bytes() == (tmp_path / "other.jsonl").read_bytes()


def test_a_file_indented_as_a_whole_or_in_utf_16_is_an_inspection_all_the_same(mixed, ran, tmp_path):
    text = (mixed / "sound.yaml").read_text("utf-8")
    (mixed / "broken.yaml").unlink()
    indented = "".join(f"  {line}" for line in text.replace("sussex-2021-22", "indented").splitlines(True))
    (mixed / "indented.yaml").write_text(f"# a comment\n---\n{indented}")
    (mixed / "wide.yaml").write_bytes(text.replace("sussex-2021-22", "wide").encode("utf-16"))
    (mixed / "empty.yaml").write_text("")
    (mixed / "notes.txt").write_text("inspection: on Monday\n")
    code, said, messages = ran(mixed, "-o", tmp_path / "out.jsonl", "--keep-going")
    assert f"passed over, no inspections: {mixed}/empty.yaml\n" in messages
    assert "2 inspections, 22 areas" == said.partition(":")[0]
    assert (1, True) == (
        code,
        f"skipped: {mixed}/wide.yaml\n" in messages,
    )  # read, and refused for its encoding


def test_keep_going_goes_on_after_a_first_file_that_cannot_be_read(mixed, ran, tmp_path):
    (mixed / "a.yaml").write_text("inspection: [\n")
    shutil.copy(mixed / "sound.yaml", mixed / "twice.yaml")
    code, said, messages = ran(mixed, "-o", tmp_path / "out.jsonl", "--keep-going")
    assert (1, "1 inspection, 11 areas") == (code, said.partition(":")[0])
    assert {f"skipped: {mixed}/{n}.yaml" for n in ("a", "broken", "twice")} <= set(messages.splitlines())
    assert 11 == len(rows_in(tmp_path / "out.jsonl"))


def test_a_work_folder_that_cannot_be_made_is_exit_2(ran, tmp_path):
    (tmp_path / ".out.csv.parts").write_text("")
    code, _, messages = ran(NAMED[0], "-o", tmp_path / "out.csv")
    assert 2 == code
    assert "no folder can be made to work in" in messages


@pytest.mark.slow
def test_two_batches_on_one_output_do_not_meet(many, ran, tmp_path):
    out = tmp_path / "out.csv"
    holding = (
        "import sys; from pathlib import Path; from grader.bulk.work import working\n"
        "with working(Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
    )
    first = subprocess.Popen(
        [sys.executable, "-c", holding, str(out)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert "held\n" == first.stdout.readline()
    code, _, messages = ran(many, "-o", out)
    assert 2 == code
    assert "another batch is writing this" in messages
    first.kill()  # and what held it back goes with its process
    first.communicate(timeout=HANGS)
    assert 0 == ran(many, "-o", out)[0]
    assert [many, out] == sorted(tmp_path.iterdir())


def test_output_made_while_a_batch_ran_is_not_written_over(tmp_path):
    out = tmp_path / "out.csv"

    def theirs(done, of):
        out.write_text("theirs")

    with pytest.raises(InputError, match="the file exists"):
        batch([NAMED[0]], out, new=True, progress=theirs)
    assert "theirs" == out.read_text()


@pytest.mark.slow
def test_interrupted_it_says_how_to_go_on_and_leaves_no_trace_or_process(many, tmp_path):
    out = tmp_path / "out.csv"
    process = subprocess.Popen(
        [sys.executable, "-c", stopping("SIGINT", 1), "batch", str(many), "-o", str(out)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    said, messages = process.communicate(timeout=HANGS)
    assert (130, "", "stopped; the same command takes it up where it was\n") == (
        process.returncode,
        said,
        messages,
    )
    assert not out.exists()


def test_an_output_that_exists_needs_force(ran, tmp_path):
    (tmp_path / "out.csv").write_text("mine")
    code, _, messages = ran(NAMED[0], "-o", tmp_path / "out.csv")
    assert (2, "mine") == (code, (tmp_path / "out.csv").read_text())
    assert "add --force to replace it" in messages
    assert 0 == ran(NAMED[0], "-o", tmp_path / "out.csv", "--force")[0]


def test_an_id_that_is_a_formula_stays_text_in_a_spreadsheet(ran, tmp_path):
    text = (NAMED[1] / "inspection.yaml").read_text("utf-8").replace("sussex-2021-22", '"=1+1"')
    (tmp_path / "odd.yaml").write_text(text)
    assert 0 == ran(tmp_path / "odd.yaml", "-o", tmp_path / "out.csv")[0]
    assert "\n'=1+1,2022-03," in (tmp_path / "out.csv").read_text("utf-8")


# Cut short ------------------------------------------------------------------------------------------------


@pytest.fixture
def many(tmp_path):
    """A folder of many inspections: enough for several pieces."""
    folder = tmp_path / "many"
    folder.mkdir()
    text = (NAMED[1] / "inspection.yaml").read_text("utf-8")
    for n in range(96):
        (folder / f"i{n:03}.yaml").write_text(text.replace("sussex-2021-22", f"body-{n:03}", 1))
    return folder


def stopping(name, pieces, before="keep"):
    """A program that is `grader`, and sends all its processes a signal once so many pieces are done.

    With `before` the signal comes as another step of writing is about to be done.
    """
    return f"""
import os, signal, sys
from pathlib import Path
from grader.bulk.work import Work
from grader.cli import main
keep, done = Work.keep, []
def keep_and_count(self, *given):
    if {before!r} == "keep":
        keep(self, *given)
    done.append(given)
    if len(done) == {pieces}:
        if {before!r} == "keep":
            os.killpg(0, signal.{name})
        else:
            setattr(Path, {before!r}, lambda *_, **__: os.killpg(0, signal.{name}))
    if {before!r} != "keep":
        keep(self, *given)
if __name__ == "__main__":
    Work.keep = keep_and_count
    sys.exit(main(sys.argv[1:]))
"""


def killed_half_way(folder, out, pieces=2, before="keep"):
    """Runs a batch in a process of its own that kills all of itself once some of it is done."""
    process = subprocess.run(
        [
            sys.executable,
            "-c",
            stopping("SIGKILL", pieces, before),
            "batch",
            str(folder),
            "-o",
            str(out),
            "--force",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        timeout=HANGS,
        check=False,
    )
    assert -signal.SIGKILL == process.returncode
    return len(list((out.parent / f".{out.name}.parts").glob("*.json")))


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 30))])
def test_killed_at_any_step_the_next_batch_sweeps_and_gives_the_same(many, ran, tmp_path, seed):
    chance = random.Random(seed)
    out = tmp_path / "out.jsonl"
    out.write_text("old")
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    step = chance.choice(["keep", "write_bytes", "replace"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(temporary))
        killed_half_way(many, out, chance.randint(1, 5), step)
        assert "old" == out.read_text()
        patch.setattr(tempfile, "tempdir", None)
        assert 0 == ran(many, "-o", out, "--force")[0]
    assert [many, out, temporary] == sorted(tmp_path.iterdir())
    assert [] == [path for path in temporary.iterdir() if "grader" in path.name]
    assert 96 * 13 >= len(rows_in(out)) > 96


@pytest.mark.slow
def test_killed_half_way_and_run_again_gives_the_output_of_an_uninterrupted_run(many, ran, tmp_path):
    out = tmp_path / "out.jsonl"
    done = killed_half_way(many, out)
    assert not out.exists()
    assert 2 <= done
    code, _, messages = ran(many, "-o", out)
    assert 0 == code
    taken_up = re.search(r"^(\d+) of them had been graded by an earlier run$", messages, re.MULTILINE)
    assert done <= int(taken_up[1]) < 96
    assert 0 == ran(many, "-o", tmp_path / "whole.jsonl")[0]
    assert (tmp_path / "whole.jsonl").read_bytes() == out.read_bytes()
    assert [many, out, tmp_path / "whole.jsonl"] == sorted(tmp_path.iterdir())


@pytest.mark.slow
def test_what_is_left_by_other_rules_is_not_taken_up(many, ran, tmp_path):
    out = tmp_path / "out.jsonl"
    killed_half_way(many, out)
    rules = shutil.copytree(ROOT / "rules" / "PEEL_2021_22", tmp_path / "rules")
    head = rules / "rulebook.yaml"
    head.write_text(head.read_text("utf-8").replace("default: 400", "default: 700"))
    code, _, messages = ran(many, "-o", out, "--rules", rules)
    assert 0 == code
    assert "earlier run" not in messages


@pytest.mark.slow
def test_progress_goes_up_to_all_there_are(many, tmp_path):
    said = []
    batch([many], tmp_path / "out.csv", progress=lambda done, of: said.append((done, of)))
    assert [(0, 96), (96, 96)] == [said[0], said[-1]]
    assert sorted(said) == said
