"""What a check of a rule book found (`grader.check/1`)."""

from __future__ import annotations

from typing import Any, Final, Literal

from pydantic import Field

from grader.model.proposal import OutputModel, RuleBookUsed

SCHEMA: Final = "grader.check/1"


class PromiseChecked(OutputModel):
    """One promise: whether it holds for every inspection there can be."""

    id: str
    result: Literal["proved", "refuted", "unknown", "not_applicable"]
    cost: int
    """Units of the solver's own work, the same on every machine."""
    assumes: list[str]
    """What the proof assumes, or why it is open."""


class WitnessShown(OutputModel):
    """A smallest inspection that shows a finding, in words and as rule tests."""

    words: str
    cases: list[dict[str, Any]]


class FindingOfCheck(OutputModel):
    """Something wrong with a rule book; `code` has a page of its own in docs/findings."""

    code: str
    rules: list[str]
    file: str | None
    line: int | None
    witness: WitnessShown | None
    message: str
    help: str


class MutantTried(OutputModel):
    """One small change of the rules, and what noticed it."""

    mutant: str
    file: str | None
    line: int | None
    killed_by: Literal["load", "case", "proof", "same"] | None
    detail: str


class Mutation(OutputModel):
    """Every small change of the rules, and how many were noticed."""

    percent: float
    counts: dict[str, int]
    mutants: list[MutantTried]


class Check(OutputModel):
    """The outcome of a check."""

    schema_: Literal["grader.check/1"] = Field(SCHEMA, alias="schema")
    rulebook: RuleBookUsed
    promises: list[PromiseChecked]
    findings: list[FindingOfCheck]
    mutation: Mutation | None = None
    """None where it was not asked for (`--mutate`)."""
