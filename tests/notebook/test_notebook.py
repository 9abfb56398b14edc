"""Answers show themselves in a notebook, escaped; they become frames; the example notebook runs."""

from __future__ import annotations

import builtins
import inspect
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import grader
from grader.cli.app import COMMANDS
from grader.model.frames import SHOWN, frame, table

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "leicestershire_2021_22" / "inspection.yaml"
DECISIONS = EXAMPLE.with_name("decisions.yaml")
NOTEBOOK = ROOT / "examples" / "notebook.ipynb"
HOSTILE = "<script>alert(1)</script>\u202e&lt;"
#: The functions that do what each command does.
FUNCTIONS = {
    "new": "starter framework_starter",
    "import": "import_sheet propose_mapping mark_workbook",
    "find": "find",
    "merge": "merge",
    "validate": "validate",
    "grade": "grade report brief overview",
    "explain": "explain why_not smallest_change",
    "simulate": "simulate",
    "blind": "blind",
    "reconcile": "reconcile settle settling_file settling_workbook",
    "changes": "changes",
    "decide": "decide decide_from confirm undo decision_log",
    "verify": "verify",
    "diff": "diff",
    "sensitivity": "sensitivity",
    "export": "export_workbook",
    "batch": "batch",
    "characteristic": "about_characteristic",
    "area": "about_area",
    "rule": "about_rule",
    "parameters": "about_parameters",
    "check": "check mutate record_proofs",
    "test": "run_cases",
    "impact": "impact",
    "calibrate": "calibrate",
    "outliers": "outliers",
    "schema": "schema schema_names",
    "upgrade": "upgrade",
    "serve": "",  # a program that runs, and not an answer
}
#: Functions that no command needs: they are how Python holds on to what a command reads anew each time.
OF_PYTHON = {"load", "load_table", "open_session"}


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.said = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        assert [] == attrs

    def handle_data(self, data: str) -> None:
        self.said += data


def _read(html: str) -> _Tags:
    found = _Tags()
    found.feed(html)
    return found


@pytest.fixture(scope="module")
def loaded() -> Any:
    return grader.load(EXAMPLE, engine="reference")


@pytest.fixture(scope="module")
def answers(loaded: Any) -> dict[str, Any]:
    """One of each answer that shows itself."""
    pytest.importorskip("numpy", reason="drawing needs the extra: inspection-grader[columnar]")
    pytest.importorskip("z3", reason="a check needs the extra: inspection-grader[prove]")
    return {
        "proposal": loaded.proposal,
        "explanation": grader.explain(loaded, "workforce"),
        "diff": grader.diff(EXAMPLE, DECISIONS, engine="reference"),
        "check": grader.check("FHRS"),
        "simulation": grader.simulate(loaded, draws=200),
    }


@pytest.mark.parametrize("name", ["proposal", "explanation", "diff", "check", "simulation"])
@pytest.mark.parametrize("backend", ["polars", "pandas"])
def test_an_answer_shows_itself_and_becomes_a_frame(name: str, backend: Any, answers: dict[str, Any]) -> None:
    library = pytest.importorskip(backend)
    answer = answers[name]
    rows = list(answer.rows())
    made = answer.to_frame(backend)
    assert isinstance(made, library.DataFrame)
    assert (list(rows[0]), len(rows)) == (list(made.columns), len(made))
    read = _read(answer._repr_html_())
    assert {"p", "table", "thead", "tbody", "tr", "th", "td"} == set(read.tags)
    assert min(len(rows), SHOWN) + 1 == read.tags.count("tr")
    assert repr(answer) in read.said
    assert len(answer._repr_html_()) < 60_000


def test_a_frame_of_the_proposal_has_the_grades(loaded: Any) -> None:
    polars = pytest.importorskip("polars")
    made = loaded.proposal.to_frame()
    assert isinstance(made, polars.DataFrame)
    assert [area.grade for area in loaded.proposal.areas] == made["grade"].to_list()


def test_what_a_user_wrote_is_escaped() -> None:
    read = _read(table(HOSTILE, [{HOSTILE: HOSTILE}]))
    assert ["p", "table", "thead", "tr", "th", "tbody", "tr", "td"] == read.tags
    assert 3 == read.said.count("<script>alert(1)</script>\\u202e&lt;")


def test_a_long_answer_is_cut_and_says_so() -> None:
    html = table("many", [{"n": n} for n in range(SHOWN + 5)])
    assert SHOWN + 1 == html.count("<tr>")
    assert "and 5 more rows: to_frame() has all" in html


def test_an_answer_without_rows_is_an_empty_table_and_an_empty_frame() -> None:
    pytest.importorskip("polars")
    assert "<table>" in table("none", [])
    assert 0 == len(frame([], None))


@pytest.mark.parametrize(
    ("missing", "backend", "said"),
    [
        (("narwhals",), None, "inspection-grader[columnar]"),
        (("polars", "pandas"), None, "inspection-grader[columnar]"),
        (("pandas",), "pandas", "pip install pandas"),
    ],
)
def test_a_missing_library_says_which_to_install(
    missing: tuple[str, ...], backend: Any, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in missing:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(grader.MissingExtraError) as error:
        frame([{"n": 1}], backend)
    assert said in str(error.value.help)


def test_a_frame_of_another_kind_is_refused(loaded: Any) -> None:
    with pytest.raises(grader.InputError, match="no frames of 'dask'"):
        loaded.proposal.to_frame("dask")


def test_nothing_is_imported_for_frames_until_one_is_asked_for() -> None:
    import subprocess

    code = (
        "import sys, grader; grader.starter(); import grader.model.frames;"
        " print([n for n in ('narwhals', 'polars', 'pandas') if n in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "[]" == ran.stdout.strip()


def test_whatever_a_command_does_a_function_does() -> None:
    assert set(COMMANDS) == set(FUNCTIONS)
    named = {name for names in FUNCTIONS.values() for name in names.split()}
    public = {name for name in grader.__all__ if inspect.isfunction(getattr(grader, name))}
    assert public == named | OF_PYTHON


def test_the_example_notebook_runs_without_a_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    # The cells one after another, as a kernel runs them: what is shown is the value of a cell's last line.
    nbformat = pytest.importorskip("nbformat")
    pytest.importorskip("polars")
    pytest.importorskip("numpy")
    monkeypatch.chdir(NOTEBOOK.parent)
    book = nbformat.read(NOTEBOOK, as_version=4)
    nbformat.validate(book)
    shown: list[Any] = []
    names: dict[str, Any] = {"__name__": "__main__"}
    monkeypatch.setattr(sys, "displayhook", shown.append)
    for at, cell in enumerate(cell for cell in book.cells if cell.cell_type == "code"):
        assert [] == cell.outputs, "the notebook is kept without its outputs"
        for statement in compile_each(cell.source, f"cell {at}"):
            exec(statement, names)
    assert 5 <= sum(hasattr(value, "_repr_html_") for value in shown)


def compile_each(source: str, name: str) -> list[Any]:
    """Each statement of a cell, its last expression as one that is shown."""
    import ast

    tree = ast.parse(source)
    found: list[Any] = []
    for at, node in enumerate(tree.body):
        last = at == len(tree.body) - 1 and isinstance(node, ast.Expr)
        module: Any = ast.Interactive([node]) if last else ast.Module([node], [])
        found.append(builtins.compile(module, name, "single" if last else "exec"))
    return found


@pytest.mark.slow
def test_the_example_notebook_runs_in_a_kernel() -> None:
    nbformat = pytest.importorskip("nbformat")
    nbclient = pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    book = nbformat.read(NOTEBOOK, as_version=4)
    folder = {"metadata": {"path": str(NOTEBOOK.parent)}}
    nbclient.NotebookClient(book, timeout=600, resources=folder).execute()
    outputs = [out for cell in book.cells if cell.cell_type == "code" for out in cell.outputs]
    assert any("text/html" in out.get("data", {}) for out in outputs)
