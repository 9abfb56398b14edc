"""The framework made up for care homes: as it ships, and copied into a folder under an id of its own."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from grader.authoring.suites import Suite, load_suite
from grader.cli import main

if TYPE_CHECKING:
    from grader.proofs.report import CheckReport

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = "EXAMPLE_CARE_HOMES"


@pytest.fixture(scope="session")
def home() -> Path:
    """The example's folder."""
    return ROOT / "examples" / "example_care_homes_rowan_house"


@pytest.fixture(scope="session")
def suite() -> Suite:
    """The framework, its rule book and the rule book's cases."""
    return load_suite(SHIPPED)


@pytest.fixture(scope="module")
def my_homes(tmp_path_factory: pytest.TempPathFactory, home: Path) -> Path:
    """A folder laid out as the how-to says, with a framework that does not ship."""
    folder = tmp_path_factory.mktemp("my_homes")
    (folder / "frameworks").mkdir()
    shutil.copy(ROOT / "frameworks" / f"{SHIPPED}.yaml", folder / "frameworks" / "MY_HOMES.yaml")
    shutil.copytree(ROOT / "rules" / SHIPPED, folder / "rules" / "MY_HOMES")
    shutil.copytree(home, folder / "rowan_house")
    for path in folder.rglob("*.yaml"):
        path.write_text(path.read_text(encoding="utf-8").replace(SHIPPED, "MY_HOMES"), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def report(suite: Suite) -> CheckReport:
    """What is proved of the rule book; worked out once, since it takes seconds."""
    pytest.importorskip("z3")
    from grader.proofs.check import check_rulebook

    return check_rulebook(suite.book, suite.framework.framework)


@pytest.fixture
def grader_in(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[int, str, str]]:
    """`grader_in(folder, "grade", file)`: exit code and both streams of a command run from that folder."""

    def run(folder: Path, *arguments: str) -> tuple[int, str, str]:
        monkeypatch.chdir(folder)
        capfd.readouterr()
        code = main(list(arguments))
        return code, *capfd.readouterr()

    return run
