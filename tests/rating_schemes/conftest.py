"""A framework of two scales with levels outside the order, where the latest item counts, and inspections."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.io.frameworks import FrameworkFile, framework_of
from grader.io.rulebooks import read_rulebook
from grader.io.yaml_source import parse_document
from grader.session import Session

HERE = Path(__file__).parent / "two_scales"

Opened = Callable[..., Session]


def _framework(changed: Callable[[str], str]) -> FrameworkFile:
    text = changed((HERE / "framework.yaml").read_text())
    return framework_of(parse_document(text.encode(), "TWO.yaml"))


@pytest.fixture(scope="session")
def two_scales() -> Opened:
    """A session over the framework, its text changed and its rules added to, on the reference engine."""

    def opened(
        change: tuple[str, str] = ("", ""), rules: Path = HERE / "rules", engine: str = "reference"
    ) -> Session:
        file = _framework(lambda text: text.replace(*change))
        return Session(file, read_rulebook(rules, file.framework, "rules"), engine=engine)

    return opened


@pytest.fixture(scope="session")
def said() -> Callable[..., dict[str, Any]]:
    """An inspection of these assessments: `hygiene=10`, or several each with its day."""

    def made(**assessed: Any) -> dict[str, Any]:
        items = []
        for name, levels in assessed.items():
            for level in levels if isinstance(levels, list) else [levels]:
                value, day = level if isinstance(level, tuple) else (level, "2024-02-01")
                items.append(
                    {"id": f"E{len(items) + 1}", "characteristics": [name], "assessment": value}
                    | {"statement": "said", "basis": "document", "source": "report"}
                    | ({"found_on": day} if day else {})
                )
        head = {"id": "a-body", "body": "A body", "framework": "TWO", "edition": "2024"}
        return {"inspection": head, "sources": {"report": {"title": "Report"}}, "evidence": items}

    return made


@pytest.fixture
def only_head(tmp_path: Path) -> Path:
    """A rule book without rules."""
    (tmp_path / "rulebook.yaml").write_text((HERE / "rules" / "rulebook.yaml").read_text())
    return tmp_path
