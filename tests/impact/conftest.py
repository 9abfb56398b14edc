"""Rule books changed from the shipped one, and the published inspection with its decisions."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

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


@pytest.fixture
def stricter(changed: Callable[..., str]) -> str:
    """A rule book that reads "substantially all" as more."""
    edit = ("default: 800\n    range: [500, 1000]", "default: 850\n    range: [500, 1000]")
    return changed("rulebook.yaml", edit)
