"""Final grades, as a person decided them."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field, WithJsonSchema

from grader.model.base import Date, FileId, Id, InputModel, LevelId, PartialDate, Text
from grader.model.proposal import Outcome
from grader.vocabulary.words import OriginName


def _sha256(text: str) -> str:
    if not re.fullmatch(r"[0-9a-f]{64}", text):
        raise ValueError("is not a SHA-256: 64 digits from 0 to 9 and a to f")
    return text


Sha256 = Annotated[
    str, AfterValidator(_sha256), WithJsonSchema({"type": "string", "pattern": "^[0-9a-f]{64}$"})
]
"""The SHA-256 of a file or of a rule book."""


class DecisionsHeader(InputModel):
    """Whose decisions these are, on which inspection."""

    inspection: Id
    decided_by: Text
    framework: FileId | None = None
    edition: Text | None = None
    published: PartialDate | None = None
    stated_counts: dict[str, Annotated[int, Field(ge=0)]] = {}
    """How many areas the document itself says got each grade."""


class DecidedGrade(InputModel):
    """One area's final grade; `rationale` says why it differs from the proposal, where it does."""

    grade: LevelId
    rationale: Text | None = None
    source: Text | None = None
    programme: Text | None = None
    """The programme that gave the grade, where it was not this inspection."""
    decided_by: Text | None = None
    decided_on: Date | None = None


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


class Decisions(InputModel):
    """A decisions file."""

    decisions: DecisionsHeader
    grades: dict[str, DecidedGrade] = Field(min_length=1)
    proposal: ProposalRecorded | None = None
    """The proposal decided on, as `grader decide` records it."""
