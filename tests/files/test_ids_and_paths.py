"""Ids are looked up as ids and paths are written as paths; nothing but what was named is read."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import grader
from grader.errors import GraderError, InputError, UnknownNameError
from grader.io import catalogue

BUILT_IN = catalogue.rulebook_folder("PEEL_2021_22")
FRAMEWORK = BUILT_IN.parent.parent / "frameworks" / "PEEL_2021_22.yaml"
SECRET = "password: hunter2\ntoken: abc\n"
HEAD = 'inspection: {id: a, body: A, framework: FRAMEWORK, edition: "2022-03"}\nevidence: []\n'


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "work" / "here"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    (folder / "inspection.yaml").write_text(HEAD.replace("FRAMEWORK", "PEEL_2021_22"))
    return folder


def own_rules(folder: Path) -> Path:
    """A copy of the built-in rule book, with other numbers."""
    shutil.copytree(BUILT_IN, folder)
    file = folder / "rulebook.yaml"
    file.write_text(file.read_text().replace("default: 400", "default: 300"))
    return folder


# Names and paths -----------------------------------------------------------------------------------------


def test_a_folder_named_as_the_built_in_rule_book_does_not_take_its_place(here: Path) -> None:
    own_rules(here / "PEEL_2021_22")
    expected = catalogue.built_in_sha256("PEEL_2021_22")
    assert expected == grader.grade("inspection.yaml").rulebook.sha256


def test_a_name_that_means_a_built_in_and_a_folder_is_an_error_with_both(here: Path) -> None:
    own_rules(here / "PEEL_2021_22")
    for ask in (
        lambda: grader.grade("inspection.yaml", rules="PEEL_2021_22"),
        lambda: catalogue.open_rulebook("PEEL_2021_22"),
    ):
        with pytest.raises(InputError) as caught:
            ask()
        said = str(caught.value)
        assert "the built-in rules/PEEL_2021_22 or ./PEEL_2021_22" in said
        assert "write its path, as in ./X" in said


@pytest.mark.parametrize("given", ["./PEEL_2021_22", "PEEL_2021_22/", Path("PEEL_2021_22")], ids=str)
def test_a_path_is_written_as_one(here: Path, given: str | Path) -> None:
    own_rules(here / "PEEL_2021_22")
    found = grader.grade("inspection.yaml", rules=given).rulebook.sha256
    assert found not in (None, catalogue.built_in_sha256("PEEL_2021_22"))


def test_a_folder_named_without_a_separator_is_pointed_at(here: Path) -> None:
    own_rules(here / "mine")
    with pytest.raises(UnknownNameError, match=r"there is a folder of that name here: write \./mine"):
        grader.grade("inspection.yaml", rules="mine")


def test_a_rule_book_in_rules_here_with_a_built_in_id_is_an_error(here: Path) -> None:
    own_rules(here / "rules" / "PEEL_2021_22")
    with pytest.raises(InputError, match=r"the built-in rules/PEEL_2021_22 or \./rules/PEEL_2021_22"):
        grader.grade("inspection.yaml")


def test_an_id_is_matched_in_any_case() -> None:
    assert BUILT_IN.samefile(catalogue.rulebook_folder("peel_2021_22"))
    assert "PEEL_2021_22" == catalogue.framework("Peel_2021_22").framework.id


@pytest.mark.parametrize("place", ["frameworks/PEEL_2021_22.yaml", "frameworks/mine.yaml"])
def test_two_frameworks_with_one_id_are_an_error_naming_both(here: Path, place: str) -> None:
    own_rules(here / "book")
    for base in (here, here / "book"):
        file = base / place
        file.parent.mkdir(exist_ok=True)
        file.write_text(FRAMEWORK.read_text().replace("title: Outstanding", "title: Excellent"))
        with pytest.raises(InputError) as caught:
            grader.grade("inspection.yaml", rules="./book")
        assert "framework 'PEEL_2021_22' may mean two things" in str(caught.value)
        assert "the built-in frameworks/PEEL_2021_22.yaml" in str(caught.value)
        assert place in str(caught.value)
        shutil.rmtree(file.parent)


def test_two_frameworks_whose_ids_differ_by_case_alone_are_an_error_naming_both(here: Path) -> None:
    own_rules(here / "book")
    file = here / "book" / "frameworks" / "x.yaml"
    file.parent.mkdir()
    file.write_text(FRAMEWORK.read_text().replace("id: PEEL_2021_22", "id: peel_2021_22", 1))
    for said in ("PEEL_2021_22", "Peel_2021_22", "peel_2021_22"):
        (here / "inspection.yaml").write_text(HEAD.replace("FRAMEWORK", said))
        with pytest.raises(InputError, match="may mean two things") as caught:
            grader.grade("inspection.yaml", rules="./book")
        assert "frameworks/x.yaml" in str(caught.value)


# What is read --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "../secret.yaml", "../secret", "secret.yaml", "./secret", "/etc/passwd", "C:\\secret", "..", ".",
        "a/b", '"a\\nb"', '"a\\0b"', "~/secret", "PEEL_2021_22/", "x" * 101, "''", '" "', "-x", "é",
        "\\\\host\\share",
    ],
)  # fmt: skip
def test_what_is_no_id_opens_no_file(here: Path, name: str) -> None:
    (here.parent / "secret.yaml").write_text(SECRET)
    (here / "secret.yaml").write_text(SECRET)
    own_rules(here / "book")
    (here / "inspection.yaml").write_text(HEAD.replace("FRAMEWORK", name))
    for rules in (None, "./book"):
        with pytest.raises(GraderError) as caught:
            grader.load("inspection.yaml", rules=rules)
        said = str(caught.value)
        assert not [word for word in ("hunter2", "password", "token", "root:") if word in said]


def test_a_file_beside_a_rule_book_is_no_framework(here: Path) -> None:
    own_rules(here / "book")
    (here / "secret.yaml").write_text(SECRET)
    (here / "inspection.yaml").write_text(HEAD.replace("FRAMEWORK", "secret"))
    with pytest.raises(InputError, match="unknown framework 'secret'"):
        grader.load("inspection.yaml", rules="./book")


@pytest.mark.parametrize("place", ["book/extra.yaml", "book/rulebook.yaml", "book/sub/x.yaml"])
def test_a_link_that_leads_out_of_a_rule_book_is_not_read(here: Path, place: str) -> None:
    (here / "secret.txt").write_text(SECRET)
    own_rules(here / "book")
    link = here / place
    link.parent.mkdir(exist_ok=True)
    link.unlink(missing_ok=True)
    link.symlink_to(here / "secret.txt")
    with pytest.raises(InputError) as caught:
        catalogue.open_rulebook("./book")
    assert "a link that leads out of the folder" in str(caught.value)
    assert "password" not in str(caught.value)


def test_a_link_within_a_rule_book_is_read_and_one_to_a_folder_is_not(here: Path) -> None:
    book = own_rules(here / "book")
    (book / "grades.yaml").rename(book / "kept.txt")
    (book / "grades.yaml").symlink_to("kept.txt")
    assert "PEEL_2021_22" == catalogue.open_rulebook("./book")[2].id
    (book / "more").symlink_to(here, target_is_directory=True)
    with pytest.raises(InputError, match="a link to a folder, which is not followed"):
        catalogue.open_rulebook("./book")


@pytest.mark.parametrize("whole_folder", [False, True])
def test_a_framework_behind_a_link_that_leads_out_is_not_read(here: Path, whole_folder: bool) -> None:
    book = own_rules(here / "book")
    outside = here.parent / "outside"
    outside.mkdir()
    (outside / "SECRET.yaml").write_text(SECRET)
    folder = book / "frameworks"
    if whole_folder:
        folder.symlink_to(outside, target_is_directory=True)
    else:
        folder.mkdir()
        (folder / "SECRET.yaml").symlink_to(outside / "SECRET.yaml")
    (here / "inspection.yaml").write_text(HEAD.replace("FRAMEWORK", "SECRET"))
    with pytest.raises(InputError) as caught:
        grader.load("inspection.yaml", rules="./book")
    assert "a link that leads out of the folder" in str(caught.value)
    assert "password" not in str(caught.value)
