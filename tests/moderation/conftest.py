"""Small taggings of one inspection, as data."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

HEAD = {"id": "small", "body": "A Force", "framework": "PEEL_2021_22", "edition": "2022-03"}


@pytest.fixture(scope="session")
def item() -> Callable[..., dict[str, Any]]:
    """An item of evidence: its id, where it is tagged, its assessment, and any other tag."""

    def make(name: str, tagged: str, assessment: str | None, **tags: Any) -> dict[str, Any]:
        fields = {"statement": f"what {name} found", "basis": "data", "source": "report", **tags}
        return {"id": name, "characteristics": tagged.split(), "assessment": assessment, **fields}

    return make


@pytest.fixture(scope="session")
def tagging() -> Callable[..., dict[str, Any]]:
    """An inspection of such items."""

    def make(*evidence: dict[str, Any], **blocks: Any) -> dict[str, Any]:
        head = {**HEAD, **blocks.pop("head", {})}
        sources = {"report": {"title": "A report"}}
        return {"inspection": head, "sources": sources, "evidence": list(evidence), **blocks}

    return make


@pytest.fixture(scope="session")
def made_pair() -> Callable[..., tuple[dict[str, Any], dict[str, Any], dict[str, str]]]:
    """`made_pair(500)`: two taggings with planted disagreements, and the true pairs of what has other ids."""
    spec = importlib.util.spec_from_file_location("made_taggings", Path(__file__).with_name("made.py"))
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made.made_pair
