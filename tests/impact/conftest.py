"""Rule books changed from the shipped one, and the published inspection with its decisions."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.authoring.impact import Impact, impact

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "rules" / "PEEL_2021_22"


@pytest.fixture
def example() -> str:
    return str(ROOT / "examples" / "leicestershire_2021_22" / "inspection.yaml")


@pytest.fixture
def changed(tmp_path: Path) -> Callable[..., str]:
    """`changed("grades.yaml", (old, new), ...)`: a copy of the shipped rule book with texts replaced."""

    def change(file: str, *edits: tuple[str, str], name: str = "changed") -> str:
        folder = tmp_path / name
        if not folder.exists():
            shutil.copytree(SHIPPED, folder)
        path = folder / file
        text = path.read_text(encoding="utf-8")
        for old, new in edits:
            assert old in text
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")
        return str(folder)

    return change


@pytest.fixture(scope="session")
def stricter(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A rule book that reads "substantially all" as more."""
    folder = tmp_path_factory.mktemp("stricter") / "changed"
    shutil.copytree(SHIPPED, folder)
    path = folder / "rulebook.yaml"
    text = path.read_text(encoding="utf-8")
    edit = ("default: 800\n    range: [500, 1000]", "default: 850\n    range: [500, 1000]")
    assert edit[0] in text
    path.write_text(text.replace(*edit), encoding="utf-8")
    return str(folder)


@pytest.fixture(scope="session")
def made_stricter(stricter: str) -> Impact:
    """What that change moves, worked out once."""
    example = ROOT / "examples" / "leicestershire_2021_22" / "inspection.yaml"
    return impact("PEEL_2021_22", stricter, [str(example)])


@pytest.fixture
def care_changed(tmp_path: Path) -> str:
    """The small rule book with its first parameter moved."""
    folder = tmp_path / "care"
    shutil.copytree(ROOT / "rules" / "EXAMPLE_CARE_HOMES", folder)
    path = folder / "rulebook.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("default: 900", "default: 750", 1), encoding="utf-8")
    return str(folder)
