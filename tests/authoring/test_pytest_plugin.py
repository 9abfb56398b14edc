import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def run_pytest(tmp_path):
    def running(folder, *arguments, asked=("--grader",), settings=""):
        (tmp_path / "pytest.ini").write_text(f"[pytest]\n{settings}")
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-p",
            "grader.authoring.pytest_plugin",
            "-p",
            "no:cacheprovider",
        ]
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
        return subprocess.run(
            [*command, "--rootdir", str(tmp_path), "-c", "pytest.ini", *asked, *arguments, str(folder)],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    return running


def test_each_case_is_a_test(run_pytest, small_book):
    ran = run_pytest(small_book(), "-v")

    assert 0 == ran.returncode
    assert "cases0.yaml::half is good PASSED" in ran.stdout
    assert "2 passed" in ran.stdout


def test_a_failure_reads_as_grader_test_says_it_without_a_trace(run_pytest, small_book):
    text = "cases: [{name: one, area: prevention, evidence: {1a: meets}, expect: {grade: adequate}}]"
    ran = run_pytest(small_book(text))

    assert 1 == ran.returncode
    assert "grade of prevention:\n  expected adequate\n  actual   good\n" in ran.stdout
    assert "Traceback" not in ran.stdout
    assert "runtest" not in ran.stdout


def test_faults_of_a_file_are_an_error_of_collection_that_lists_them(run_pytest, small_book):
    text = "cases: [{name: one, area: preventing, expect: {grade: good}}]"
    ran = run_pytest(small_book(text))

    assert 2 == ran.returncode
    assert "unknown area 'preventing'" in ran.stdout
    assert "did you mean 'prevention'?" in ran.stdout


def test_yaml_elsewhere_is_let_be_and_imports_nothing(run_pytest, tmp_path):
    folder = tmp_path / "tests"
    folder.mkdir()
    (folder / "cases.yaml").write_text("cases: nonsense\n")
    heavy = "[m for m in sys.modules if m.startswith(('yaml', 'pydantic'))]"
    text = f"import sys\n\n\ndef test_light():\n    assert [] == {heavy}\n"
    (folder / "test_light.py").write_text(text)
    ran = run_pytest(folder)

    assert 0 == ran.returncode, ran.stdout
    assert "1 passed" in ran.stdout


STRANGE = "id: [a rule book of somebody else's\n"


def test_strangers_suite_is_let_be(run_pytest, small_book, tmp_path):
    """Found in use: a suite with a `rulebook.yaml` of another kind stopped at errors of collection."""
    (tmp_path / "rulebook.yaml").write_text(STRANGE)
    folder = tmp_path / "tests"
    folder.mkdir()
    (folder / "data.yaml").write_text("rules: nonsense\n")
    # A suite of somebody else's, which has to pass as it did without grader.
    (folder / "test_theirs.py").write_text("def test_theirs():\n    assert 2 == 1 + 1\n")
    ran = run_pytest(folder, asked=())
    assert (0, True) == (ran.returncode, "1 passed" in ran.stdout), ran.stdout
    assert 5 == run_pytest(small_book(), asked=()).returncode, "no tests are collected"


def test_setting_names_the_folders_whose_cases_are_run(run_pytest, small_book, tmp_path):
    book = small_book()
    named = book.relative_to(tmp_path)
    ran = run_pytest(book, asked=(), settings=f"grader_rulebooks = elsewhere {named}\n")
    assert (0, True) == (ran.returncode, "2 passed" in ran.stdout), ran.stdout
    other = run_pytest(book, asked=(), settings="grader_rulebooks = elsewhere\n")
    assert 5 == other.returncode
