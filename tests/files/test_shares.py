"""Shares as people write them: a per cent everywhere, whole per mille in files alone."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import grader
from grader.errors import InputError
from grader.io import catalogue
from grader.language.settings import Settings, read_settings
from grader.model.shares import per_mille

BUILT_IN = catalogue.rulebook_folder("PEEL_2021_22")
_, _, BOOK = catalogue.open_rulebook("PEEL_2021_22")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("35%", 350), ("35.5%", 355), ("35 %", 350), ("100%", 1000), ("0.1%", 1), ("35.50%", 355),
        ("35.55%", None), ("35,5%", None), ("35", None), ("%", None), ("-5%", None), ("1e2%", None),
        ("35%%", None), ("٣٥%", None),
    ],
)  # fmt: skip
def test_a_per_cent_is_read_as_whole_per_mille(written: str, expected: int | None) -> None:
    assert expected == per_mille(written)


@pytest.mark.parametrize("bare", ["35", 35, "350", 350, "35.0"])
def test_a_bare_number_for_a_share_is_refused_with_the_readings_there_are(bare: str | int) -> None:
    with pytest.raises(InputError) as caught:
        read_settings(BOOK, {"some": bare})
    said = str(caught.value)
    assert "it is a share, and a bare number may be per cent or per mille" in said
    if "350" in str(bare):
        assert "write 35% for 350 per mille; 350% is out of range" in said
    else:
        assert "write 35%, or 3.5% for 35 per mille" in said


@pytest.mark.parametrize(
    ("bare", "help"),
    [
        ("0.35", "write 35%; "),
        (0.351, "write 35.1%; "),
        ("0.5", "write 50%, or 0.5%; "),
        ("0.9", "write 0.9%; "),
    ],
)
def test_a_part_of_one_is_refused_with_shares_that_are_taken(bare: str | float, help: str) -> None:
    with pytest.raises(InputError, match=f"help: {help}a share from") as caught:
        read_settings(BOOK, {"some": bare})
    assert "may be per cent or per mille, or a part of one" in str(caught.value)


@pytest.mark.parametrize("value", [True, None, 0.35, ["35%"], "", "many", "35,5%", "35.55%", "2000%"])
def test_what_is_no_share_is_refused(value: object) -> None:
    with pytest.raises(InputError, match="parameter 'some' cannot be"):
        read_settings(BOOK, {"some": value})


def test_a_decimal_comma_is_refused_with_the_point() -> None:
    with pytest.raises(InputError, match=r"write the decimal with a point: 35\.5%"):
        read_settings(BOOK, {"some": "35,5%"})


def test_a_parameter_is_named_in_any_case_and_once() -> None:
    assert Settings(some=350) == read_settings(BOOK, {"SOME": "35%"})
    with pytest.raises(InputError, match="parameter 'some' is set twice"):
        read_settings(BOOK, {"some": "35%", "Some": "36%"})
    with pytest.raises(InputError, match="did you mean 'minimum_coverage'"):
        read_settings(BOOK, {"minimum_coverge": "35%"})


def test_overrides_in_python_are_written_as_on_the_command_line(tmp_path: Path) -> None:
    file = tmp_path / "i.yaml"
    file.write_text(
        'inspection: {id: a, body: A, framework: PEEL_2021_22, edition: "2022-03"}\nevidence: []\n'
    )
    assert {"some": 350} == grader.grade(file, settings={"some": "35%"}).overrides
    with pytest.raises(InputError, match="may be per cent or per mille"):
        grader.grade(file, settings={"some": 350})


def changed(tmp_path: Path, file: str, old: str, new: str) -> Path:
    folder = tmp_path / "book"
    shutil.copytree(BUILT_IN, folder)
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1))
    return folder


def test_a_rule_book_may_write_its_shares_as_per_cent(tmp_path: Path) -> None:
    folder = changed(
        tmp_path,
        "rulebook.yaml",
        "default: 800\n    range: [500, 1000]",
        "default: 80%\n    range: [50 %, 100%]",
    )
    parameter = catalogue.open_rulebook(folder)[2].parameters["substantially_all"]
    assert (800, 500, 1000) == (parameter.default, parameter.minimum, parameter.maximum)


@pytest.mark.parametrize("wrong", ["80.55%", '"80,5%"', "eighty%"])
def test_a_share_of_a_rule_book_that_is_none_is_an_error_with_its_place(tmp_path: Path, wrong: str) -> None:
    folder = changed(tmp_path, "rulebook.yaml", "default: 800", f"default: {wrong}")
    with pytest.raises(InputError, match=r"rulebook.yaml:\d+:\d+: 'default' of .* is no share"):
        catalogue.open_rulebook(folder)
