"""Final grades, as a person decided them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from grader.model.base import Date, Id, PartialDate, Text, Written


class DecisionsHeader(Written):
    """Whose decisions these are, on which inspection."""

    inspection: Id
    decided_by: Text
    framework: Id | None = None
    edition: Text | None = None
    published: PartialDate | None = None
    stated_counts: dict[str, Annotated[int, Field(ge=0)]] = {}
    """How many areas the document itself says got each grade."""


class DecidedGrade(Written):
    """One area's final grade; `rationale` says why it differs from the proposal, where it does."""

    grade: Id
    rationale: Text | None = None
    source: Text | None = None
    programme: Text | None = None
    """The programme that gave the grade, where it was not this inspection."""
    decided_by: Text | None = None
    decided_on: Date | None = None


class Decisions(Written):
    """A decisions file."""

    decisions: DecisionsHeader
    grades: dict[str, DecidedGrade] = Field(min_length=1)
    proposal: dict[str, Any] | None = None
    """Hashes and overrides of the proposal decided on, as recorded with the decision."""
