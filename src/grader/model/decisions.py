"""Final grades, as a person decided them."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AliasChoices,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
)
from pydantic_core import PydanticCustomError

from grader.model.base import Date, FileId, Id, InputModel, LevelId, PartialDate, Text
from grader.model.proposal import Outcome
from grader.vocabulary.kinds import OriginName


def _sha256(text: str) -> str:
    if not re.fullmatch(r"[0-9a-f]{64}", text):
        raise ValueError("is not a SHA-256: 64 digits from 0 to 9 and a to f")
    return text


Sha256 = Annotated[
    str, AfterValidator(_sha256), WithJsonSchema({"type": "string", "pattern": "^[0-9a-f]{64}$"})
]
"""The SHA-256 of a file or of a rule book."""


Texts = Annotated[
    list[Text],
    BeforeValidator(lambda value: [value] if isinstance(value, str) else value),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": r"\S"},
                {"type": "array", "items": {"type": "string", "pattern": r"\S"}},
            ]
        }
    ),
]
"""Texts, or one alone."""


class DecisionsHeader(InputModel):
    """Whose decisions these are, on which inspection."""

    inspection: Id
    decided_by: Text
    framework: FileId | None = None
    edition: Text | None = None
    published: PartialDate | None = None
    stated_counts: dict[str, Annotated[int, Field(ge=0)]] = {}
    """How many areas the document itself says got each grade."""


_EARLIER_KEYS: dict[str, Any] = {
    "decided_by": {"type": "string", "description": "As `by`, in early files."},
    "decided_on": {"type": "string", "description": "As `on`, in early files."},
}


class DecidedGrade(InputModel):
    """One area's final grade; `rationale` says why it differs from the proposal, where it does."""

    grade: LevelId
    rationale: Text | None = None
    source: Text | None = None
    programme: Text | None = None
    """The programme that gave the grade, where it was not this inspection."""
    # As `decided_by` and `decided_on` in files of early copies of 0.1.
    by: Text | None = Field(None, validation_alias=AliasChoices("by", "decided_by"))
    on: Date | None = Field(None, validation_alias=AliasChoices("on", "decided_on"))
    present: Texts = []
    """Who was there."""
    considered: Texts = []
    """What else was considered."""
    confirmed_by: Text | None = None
    confirmed_on: Date | None = None
    """Who said, and when, that it stands after what it was decided on had changed."""

    model_config = ConfigDict(json_schema_extra=lambda schema: schema["properties"].update(_EARLIER_KEYS))

    @property
    def decided_by(self) -> str | None:
        """Who decided it."""
        return self.by

    @property
    def decided_on(self) -> str | None:
        """The day of the decision."""
        return self.on


class FrameworkRecorded(InputModel):
    """The framework a proposal was made under."""

    id: Id
    edition: Text
    sha256: Sha256 | None = None


class RuleBookRecorded(InputModel):
    """The rule book a proposal was made by."""

    id: Id
    version: Text
    sha256: Sha256 | None = None


class FindingRecorded(InputModel):
    """A finding on an area as it was proposed: what it is and on what, and none of its words."""

    kind: Id
    origin: OriginName
    rule: Id | None = None
    """The rule that proposes it."""
    characteristics: list[Id] = []


class OutcomeRecorded(InputModel):
    """What was proposed for an area."""

    outcome: Outcome
    grade: LevelId | None = None


class AreaRecorded(InputModel):
    """What an area's proposal rested on: enough to say later what of it changed."""

    statuses: dict[str, LevelId] = {}
    """The status of each characteristic assessed."""
    findings: list[FindingRecorded] = []
    inspection_sha256: Sha256 | None = None
    """The inspection it was proposed from, where that has changed since."""


class ProposalRecorded(InputModel):
    """The proposal decided on: enough to make it again and see whether it is the same."""

    framework: FrameworkRecorded
    rulebook: RuleBookRecorded
    inspection_sha256: Sha256 | None = None
    engine: Text
    grader_version: Text
    overrides: dict[str, int] = {}
    proposed: dict[str, OutcomeRecorded] = Field(min_length=1)
    """What was proposed for each area decided on it."""
    areas: dict[str, AreaRecorded] = {}
    """What each of these proposals rested on; files of the first version do not say."""


class LogHead(InputModel):
    """How many acts the log beside the file holds, and the hash of the last."""

    acts: Annotated[int, Field(ge=1)]
    head: Sha256


class Decisions(InputModel):
    """A decisions file."""

    decisions: DecisionsHeader
    log: LogHead | None = None
    """The log of the acts behind it, as `grader decide` keeps it."""
    grades: dict[str, DecidedGrade]
    proposal: ProposalRecorded | None = None
    """The proposal decided on, as `grader decide` records it."""

    @field_validator("grades")
    @classmethod
    def _some_grade(cls, grades: dict[str, DecidedGrade], info: ValidationInfo) -> dict[str, DecidedGrade]:
        # Where all that was decided is undone, the log still holds it.
        if not grades and info.data.get("log") is None:
            said = {"min_length": 1, "actual_length": 0}
            raise PydanticCustomError("too_short", "there is no grade", said)
        return grades
