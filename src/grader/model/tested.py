"""What came of a rule book's cases: `grader.test/1`. Every key is always present."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field

from grader.model.proposal import OutputModel

SCHEMA: Final = "grader.test/1"


class RuleBookTested(OutputModel):
    """The rule book the cases are about."""

    id: str
    version: str


class Missed(OutputModel):
    """An expectation that was not met."""

    subject: str
    expected: list[str]
    actual: list[str]
    why: list[str]
    line: int


class CaseRun(OutputModel):
    """One case, run."""

    name: str
    file: str
    line: int
    passed: bool
    misses: list[Missed]


class Decided(OutputModel):
    """How many of so many the cases decide."""

    decided: int
    of: int
    percent: float


class Undecided(OutputModel):
    """A rule or a condition that no case decides."""

    rule: str
    condition: str | None
    file: str | None
    line: int | None
    message: str


class CoverageOfCases(OutputModel):
    """What the cases decide of the rules."""

    percent: float
    rules: Decided
    conditions: Decided
    undecided: list[Undecided]


class Suggested(OutputModel):
    """A case that closes a gap, as YAML; None where none was found."""

    rule: str
    condition: str | None
    case: str | None


class Tested(OutputModel):
    """The cases of a rule book, run, and what they decide of it."""

    schema_: Literal["grader.test/1"] = Field(SCHEMA, alias="schema")
    rulebook: RuleBookTested
    cases: list[CaseRun]
    coverage: CoverageOfCases
    suggested: list[Suggested]
