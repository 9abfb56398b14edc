"""Schemas as a validator sees them, and files as JSON has them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from grader.io.yaml_source import read_document
from grader.schemas import schema_of


def as_json(data: Any) -> Any:
    """What the loader read, as JSON has it: dates as text."""
    if isinstance(data, dict):
        return {key: as_json(value) for key, value in data.items()}
    if isinstance(data, list):
        return [as_json(value) for value in data]
    return data.isoformat() if isinstance(data, date) else data


@pytest.fixture(scope="session")
def faults() -> Callable[..., list[str]]:
    """`faults("layer", data or path, rules=...)`: what the schema says is wrong, with where."""
    made: dict[tuple[str, str | None, str | None], Draft202012Validator] = {}

    def look(name: str, data: Any, rules: str | None = None, framework: str | None = None) -> list[str]:
        if (name, rules, framework) not in made:
            schema = schema_of(name, rules=rules, framework=framework)
            made[name, rules, framework] = Draft202012Validator(schema)
        held = as_json(read_document(data).data) if isinstance(data, Path) else data
        return [f"{e.json_path}: {e.message}" for e in made[name, rules, framework].iter_errors(held)]

    return look
