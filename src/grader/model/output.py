"""What is common to everything grader writes."""

from __future__ import annotations

import json

from pydantic import BaseModel, ConfigDict


class OutputModel(BaseModel):
    """A block grader writes."""

    model_config = ConfigDict(
        extra="forbid",
        defer_build=True,
        frozen=True,
        # What has a default is always written: earlier versions did not write it.
        json_schema_serialization_defaults_required=True,
    )


def counted(number: int, one: str, many: str | None = None) -> str:
    """A number with the word for it."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def to_json(answer: OutputModel, *, indent: int | None = 2) -> str:
    """An answer as JSON, the same bytes for the same conclusions."""
    return json.dumps(answer.model_dump(mode="json", by_alias=True), ensure_ascii=False, indent=indent)
