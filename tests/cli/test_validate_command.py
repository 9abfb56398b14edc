"""`grader validate`: which kind a file is, and all that is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
Small = Callable[..., Path]


def test_each_kind_is_recognised_by_its_top_key(
    run: Run, leicestershire: Path, example_decisions: Path, rulebook_folder: Path, framework_file: Path
) -> None:
    head = rulebook_folder / "rulebook.yaml"
    ran = run("validate", leicestershire, example_decisions, rulebook_folder, head, framework_file)

    lines = ran.out.splitlines()
    assert 0 == ran.code
    assert f"{leicestershire}: a valid inspection (306 items of evidence, " in lines[0]
    assert f"{example_decisions}: valid decisions (10 grades on leicestershire-2021-22" in lines[1]
    assert f"{rulebook_folder}: a valid rule book (" in lines[2]
    assert f"{head}: a valid rule book (" in lines[3]
    assert f"{framework_file}: a valid framework (13 areas, 161 characteristics, 2 editions)" == lines[4]


def test_counts_that_do_not_add_up_are_a_warning(run: Run, example_decisions: Path) -> None:
    ran = run("validate", example_decisions)

    assert 0 == ran.code
    assert f"warning: {example_decisions}:17:32: the record states 3 outstanding" in ran.err


def test_all_problems_of_all_files_are_reported_and_good_files_said(
    run: Run, small: Small, tmp_path: Path
) -> None:
    one = small(
        "one.yaml", add="  - {id: P1, kind: concern, area: strategy, statement: '', progress: closed}\n"
    )
    two = tmp_path / "two.yaml"
    two.write_text("decisions: {inspection: x, decided_by: y}\ngrades: {strategy: {grade: superb}}\n")
    good = small("good.yaml")
    ran = run("validate", one, good, two)

    assert 2 == ran.code
    assert [f"{good}: a valid inspection (4 items of evidence, 1 finding issued, 1 earlier finding,"] == [
        line.split(" edition")[0] for line in ran.out.splitlines()
    ]
    assert 3 <= ran.err.count("error: ")
    assert f"error: {two}:2:" in ran.err


@pytest.mark.parametrize(
    ("text", "said", "help"),
    [
        ("inspektion: {}\n", "no key says what this file is", "did you mean 'inspection'?"),
        ("[]\n", "no key says what this file is", "a file starts with the block"),
        ("layer: grade\n", "a layer is not checked by itself", "validate the rule book's folder"),
        ("rulebook: {id: x}\n", "the head of a rule book is a file rulebook.yaml", "name it rulebook.yaml"),
        ("inspection: [\n", "", "help: "),
    ],
)
def test_a_file_that_is_nothing_known_says_why(
    run: Run, tmp_path: Path, text: str, said: str, help: str
) -> None:
    path = tmp_path / "file.yaml"
    path.write_text(text)
    ran = run("validate", path)

    assert (2, "") == (ran.code, ran.out)
    assert said in ran.err
    assert help in ran.err
    assert str(path) in ran.err


def test_a_folder_without_a_head_is_no_rule_book(run: Run, tmp_path: Path) -> None:
    ran = run("validate", tmp_path)

    assert 2 == ran.code
    assert "no rulebook.yaml in the folder" in ran.err


HEAD = "decisions: {{inspection: i, decided_by: me{more}}}\ngrades:\n  {grades}\n"


@pytest.mark.parametrize(
    ("more", "grades", "place", "said", "help"),
    [
        ("", "strategyy: {grade: good}", "3:3", "unknown area 'strategyy'", "did you mean 'strategy'?"),
        ("", "strategy: {grade: goood}", "3:21", "unknown grade 'goood'", "did you mean 'good'?"),
        (
            ", stated_counts: {outstandin: 1}", "strategy: {grade: good}",
            "1:60", "unknown grade 'outstandin'", "did you mean 'outstanding'?",
        ),
        (
            ', edition: "2022-03"', "victims: {grade: good}",
            "3:3", "area victims is not graded in edition 2022-03", "name the edition",
        ),
        (', edition: "2022-04"', "strategy: {grade: good}", "1:53", "unknown edition '2022-04'", "2022-03"),
        (", framework: PEEL", "strategy: {grade: good}", "1:55", "unknown framework 'PEEL'", "PEEL_2021_22"),
        (", framework: PEEL_2021_2", "strategy: {grade: good}", "1:55", "unknown framework", "did you mean"),
        ("", "{}", "3:3", "'grades'", ""),
    ],
)  # fmt: skip
def test_decisions_that_do_not_resolve_are_located(
    run: Run, tmp_path: Path, more: str, grades: str, place: str, said: str, help: str
) -> None:
    path = tmp_path / "decisions.yaml"
    path.write_text(HEAD.format(more=more, grades=grades))
    ran = run("validate", path)

    assert (2, "") == (ran.code, ran.out)
    assert f"error: {path}:{place}: " in ran.err
    assert said in ran.err
    assert help in ran.err


def test_decisions_that_name_no_framework_resolve_in_a_built_in_one(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "decisions.yaml"
    path.write_text(HEAD.format(more="", grades="victims: {grade: good}"))
    ran = run("validate", path)

    assert 0 == ran.code
    assert f"{path}: valid decisions (1 grade on i, framework PEEL_2021_22)\n" == ran.out
