"""The public surface: its names, signatures and types are pinned, and every example in it runs.

After a change that is meant: python tests/api/test_public_api.py > tests/api/public_api.txt
"""

from __future__ import annotations

import doctest
import inspect
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import grader

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "leicestershire_2021_22" / "inspection.yaml"
PINNED = Path(__file__).with_name("public_api.txt")
#: What `import grader` may not bring: each costs more than the rest together.
HEAVY = {
    "pydantic",
    "rich",
    "polars",
    "z3",
    "yaml",
    "typer",
    "numpy",
    "grader.api",
    "grader.model.inspection",
}
#: Examples that take the solver minutes.
LONG = {"mutate"}
FUNCTIONS = [n for n in grader.__all__ if inspect.isfunction(getattr(grader, n))]


def described() -> Iterator[str]:
    """A line for each public name, and one for each public attribute of a class that is not data."""
    for name in sorted(grader.__all__):
        found = getattr(grader, name)
        if inspect.isfunction(found):
            yield f"{name}{inspect.signature(found)}"
        elif inspect.isclass(found):
            yield f"class {name}"
            yield from (f"  {line}" for line in members(found))
        else:
            yield name


def members(found: type) -> Iterator[str]:
    own = [c for c in found.__mro__ if c.__module__.startswith("grader.")]
    names = {n for c in own for n in (*vars(c), *getattr(c, "__annotations__", ())) if not n.startswith("_")}
    for name in sorted(names - {"model_config"}):
        value = inspect.getattr_static(found, name, None)
        if isinstance(value, classmethod):
            value = value.__func__
        yield f"{name}{inspect.signature(value)}" if inspect.isfunction(value) else name


def test_the_public_surface_is_the_one_that_is_pinned() -> None:
    renew = "python tests/api/test_public_api.py > tests/api/public_api.txt"
    assert PINNED.read_text("utf-8").splitlines() == list(described()), f"if this is meant: {renew}"


def test_every_public_name_is_where_the_types_say_it_is() -> None:
    assert sorted(grader.__all__) == dir(grader)
    assert all(getattr(grader, name) is not None for name in grader.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        grader.nothing  # noqa: B018


def test_no_module_takes_the_name_of_a_function() -> None:
    """`import grader.report` would put the module in place of the function."""
    modules = {p.stem for p in (ROOT / "src" / "grader").iterdir() if p.suffix == ".py" or p.is_dir()}
    assert set() == modules & set(grader.__all__)


def test_importing_grader_brings_nothing_heavy() -> None:
    code = f"import sys, grader; print(sorted({HEAVY!r} & set(sys.modules)))"
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=600
    )
    assert "[]\n" == ran.stdout


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_is_documented_with_an_example(name: str) -> None:
    said = inspect.getdoc(getattr(grader, name)) or ""
    assert "\nExamples\n--------\n>>> " in said
    parameters = inspect.signature(getattr(grader, name)).parameters
    assert not parameters or "\nParameters\n----------\n" in said


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for the examples, of which `verify` reads what `decide` wrote."""
    return tmp_path_factory.mktemp("examples")


@pytest.mark.parametrize("name", [n for n in FUNCTIONS if n not in LONG])
def test_every_example_runs(name: str, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("polars", reason="the examples need every extra: inspection-grader[all]")
    pytest.importorskip("z3", reason="the examples need every extra: inspection-grader[all]")
    pytest.importorskip("jinja2", reason="the examples need every extra: inspection-grader[all]")
    pytest.importorskip("openpyxl", reason="the examples need every extra: inspection-grader[all]")
    monkeypatch.chdir(ROOT)
    if name == "verify" and not (place / "decisions.yaml").exists():
        run_example("decide", place)
    run_example(name, place)


def run_example(name: str, folder: Path) -> None:
    function = getattr(grader, name)
    known = {"grader": grader, "example": EXAMPLE, "folder": folder}
    (test,) = doctest.DocTestFinder(recurse=False).find(function, name, globs=known)
    runner = doctest.DocTestRunner(verbose=False)
    said: list[str] = []
    runner.run(test, out=said.append)
    assert (0, True) == (runner.failures, runner.tries > 0), "".join(said)


if __name__ == "__main__":
    print("\n".join(described()))
