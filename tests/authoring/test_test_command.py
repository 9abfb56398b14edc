import json
from xml.etree import ElementTree

import pytest

from grader.cli import main

FAILING = """\
cases:
  - name: "half [bold]is[/bold] adequate"
    area: prevention
    evidence: {1a: meets, 1b: falls_short}
    expect: {grade: adequate}
"""


@pytest.fixture
def run(capfd):
    def running(*arguments):
        code = main([str(a) for a in arguments])
        out, err = capfd.readouterr()
        return code, out, err

    return running


def test_the_shipped_rule_book_passes_and_is_decided_whole(run):
    code, out, err = run("test", "--fail-under", "100")

    assert (0, "") == (code, err)
    assert out.splitlines()[1] == "decided: 35 of 35 rules, 47 of 47 conditions (100 %)"


def test_a_failing_case_shows_expected_actual_and_why_in_80_columns(run, small_book):
    code, out, _ = run("test", small_book(FAILING))

    assert 1 == code
    assert "half [bold]is[/bold] adequate" in out
    assert "    expected  adequate\n    actual    good\n" in out
    assert "1 of 2 done (50 %); good needs 50 %" in out
    assert max(map(len, out.splitlines())) <= 80


def test_less_decided_than_asked_for_fails(run, small_book):
    folder = small_book()

    assert 0 == run("test", folder)[0]
    assert 0 == run("test", folder, "--fail-under", "33")[0]
    code, out, _ = run("test", folder, "--fail-under", "34")
    assert (1, "that is less than the 34 % asked for") == (code, out.splitlines()[-1])


def test_no_cases_are_a_failure(run, small_book):
    folder = small_book()
    (folder / "tests" / "cases0.yaml").unlink()

    code, _, err = run("test", folder)

    assert 1 == code
    assert "the rule book has no cases" in err


def test_bad_input_is_exit_2(run, small_book):
    assert 2 == run("test", "no-such-book")[0]
    assert 2 == run("test", small_book("cases: []\n"))[0]
    assert 2 == run("test", "--fail-under", "101")[0]


def test_suggested_cases_are_yaml_ready_for_a_file(run, small_book):
    folder = small_book()
    out = run("test", folder, "--suggest")[1]
    (folder / "tests" / "more.yaml").write_text(out[out.index("# Suggested") :])

    assert 0 == run("test", folder, "--fail-under", "100")[0]


def test_json_alone_says_the_same_twice(run, small_book):
    folder = small_book(FAILING)

    code, out, _ = run("test", folder, "--json")
    report = json.loads(out)

    assert 1 == code
    assert "grader.test/1" == report["schema"]
    assert [False] == [case["passed"] for case in report["cases"]]
    assert (["adequate"], ["good"]) == tuple(
        report["cases"][0]["misses"][0][k] for k in ("expected", "actual")
    )
    assert out == run("test", folder, "--json")[1]


def test_junit_holds_one_test_case_each_and_an_existing_file_is_kept(run, small_book, tmp_path):
    folder, file = small_book(FAILING), tmp_path / "cases.xml"

    assert 1 == run("test", folder, "--junit", file)[0]
    suite = ElementTree.parse(file).getroot()

    assert ("1", "1") == (suite.get("tests"), suite.get("failures"))
    assert "actual   good" in suite.find("testcase/failure").text
    assert 2 == run("test", folder, "--junit", file)[0]
    assert 1 == run("test", folder, "--junit", file, "--force")[0]
