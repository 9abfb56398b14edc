"""The acts behind a decisions file (`grader.act/1`)."""

from __future__ import annotations

from typing import Any, Final, Literal

from pydantic import Field

from grader.model.base import Date, InputModel, Text
from grader.model.decisions import (
    AreaRecorded,
    DecidedGrade,
    FrameworkRecorded,
    OutcomeRecorded,
    RuleBookRecorded,
    Sha256,
)

SCHEMA: Final = "grader.act/1"
#: What the first act of a log follows.
NOTHING: Final = "0" * 64

ActName = Literal["taken_over", "decided", "undone", "confirmed"]


class Basis(InputModel):
    """What a proposal decided on was made by and from."""

    framework: FrameworkRecorded
    rulebook: RuleBookRecorded
    inspection_sha256: Sha256 | None = None
    engine: Text
    grader_version: Text
    overrides: dict[str, int] = {}


class Entry(InputModel):
    """A decision on an area as it then stands, and the proposal it stands on."""

    grade: DecidedGrade
    proposed: OutcomeRecorded | None = None
    rests_on: AreaRecorded | None = None
    basis: Basis | None = None


class Act(InputModel):
    """One thing done: what is decided on an area from then on, or that nothing is."""

    act: ActName
    n: int = Field(ge=1)
    by: Text
    on: Date
    at: Text | None = None
    """The time of day, where the caller gave one."""
    area: str | None = None
    rationale: Text | None = None
    entry: Entry | None = None
    """What then stands on the area; none where nothing does."""
    head: dict[str, Any] | None = None
    """Of the first act of a new file: what the file says of itself."""
    file: dict[str, Any] | None = None
    """Where a file is taken over: all that it held."""
    previous: Sha256
    """The hash of the act before; zeros before the first."""
