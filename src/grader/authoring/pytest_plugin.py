"""A pytest plugin: each case of a rule book is one test.

It collects YAML in `tests` beside a `rulebook.yaml`, under the folders of `grader_rulebooks` or with
`--grader`, and imports the rest only then.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from grader.authoring.cases import Case
    from grader.authoring.run_cases import Runner

_FOLDER = "tests"
_HEAD = "rulebook.yaml"
_SETTING = "grader_rulebooks"
_ENDINGS = (".yaml", ".yml")
_RUNNERS = pytest.StashKey[dict[Path, Any]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The setting and the option by which the plugin is asked to act."""
    parser.getgroup("grader").addoption(
        "--grader",
        action="store_true",
        help="run the cases of every rule book that pytest comes by: YAML in its folder `tests`",
    )
    parser.addini(_SETTING, "folders of rule books whose cases are run, from the root folder", "args", [])


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect a file of cases."""
    if file_path.suffix not in _ENDINGS or not _asked_for(file_path, parent.config):
        return None
    if _rulebook_of(file_path) is None:
        return None
    found: CaseFile = CaseFile.from_parent(parent, path=file_path)
    return found


def _asked_for(file: Path, config: pytest.Config) -> bool:
    if config.getoption("--grader"):
        return True
    return any(file.is_relative_to(config.rootpath / folder) for folder in config.getini(_SETTING))


def _rulebook_of(file: Path) -> Path | None:
    """The rule book whose `tests` folder holds a file, at any depth."""
    within = (p for p in file.parents if p.name == _FOLDER and (p.parent / _HEAD).is_file())
    return next((p.parent for p in within), None)


class CaseFailure(Exception):
    """A case that failed, in the words a rule author reads."""


class CaseFile(pytest.File):
    """One file of cases."""

    def collect(self) -> Iterator[pytest.Item]:
        """The file's cases; faults are listed as a collection error."""
        from grader.authoring.suites import read_cases
        from grader.errors import GraderError

        try:
            runner = self._runner()
            cases = read_cases({str(self.path): self.path}, runner.framework, runner.book)
        except GraderError as error:
            raise self.CollectError(str(error)) from error
        for case in cases:
            yield CaseItem.from_parent(self, name=case.name, case=case, runner=runner)

    def _runner(self) -> Runner:
        """The runner of the file's rule book, which its other files share."""
        from grader.authoring.run_cases import Runner
        from grader.engines.choice import engine_for
        from grader.io.catalogue import open_rulebook

        folder = _rulebook_of(self.path)
        assert folder is not None, "only files of a rule book's tests are collected"
        runners = self.config.stash.setdefault(_RUNNERS, {})
        if folder not in runners:
            _, framework, book = open_rulebook(str(folder))
            runners[folder] = Runner(book, framework.framework, engine_for)
        found: Runner = runners[folder]
        return found


class CaseItem(pytest.Item):
    """One case."""

    def __init__(self, *, case: Case, runner: Runner, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.case = case
        self.runner = runner

    def runtest(self) -> None:
        """Run the case as an inspection is run."""
        from grader.authoring.case_report import failure_text

        result = self.runner.run(self.case)
        if not result.passed:
            raise CaseFailure(failure_text(result))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *args: Any, **kwargs: Any) -> Any:
        """The failure without a trace of grader's own code."""
        if isinstance(excinfo.value, CaseFailure):
            return f"{self.case.place}: {self.name}\n{excinfo.value}"
        return super().repr_failure(excinfo, *args, **kwargs)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where the case stands; pytest counts lines from 0."""
        return self.path, self.case.place.line - 1, self.name
