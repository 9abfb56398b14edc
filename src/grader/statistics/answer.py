"""Outlier lines as they are written: `grader.outliers/1`. Every key is always present."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field

from grader.model.proposal import OutputModel, counted, to_json

SCHEMA: Final = "grader.outliers/1"

Position = Literal["well_above", "between", "well_below", "missing"]


class Choice(OutputModel):
    """A choice the published method leaves open."""

    name: str
    value: str
    default: str
    basis: Literal["assumed"] = "assumed"
    """None of these numbers and readings is official."""
    why: str


class ShapiroWilk(OutputModel):
    """A Shapiro-Wilk test of normality: the nearer W to 1, the nearer to normal."""

    w: float
    p: float


class BodyScore(OutputModel):
    """One body's score against the lines."""

    name: str
    score: float | None
    z: float | None
    """Standard deviations above the centre; None without a score, or where all scores are the same."""
    position: Position


class OutlierLines(OutputModel):
    """Lines one standard deviation about the unweighted mean, and each body's place."""

    schema_: Literal["grader.outliers/1"] = Field(SCHEMA, alias="schema")
    measure: str | None
    data_sha256: str | None
    n: int
    """Bodies with a score."""
    mean: float
    """Unweighted: each body counts once, whatever its size."""
    method: Literal["plain", "logged"]
    because: str
    """Why the standard deviation is that of the scores, or that of their logs."""
    scores_normality: ShapiroWilk | None
    logs_normality: ShapiroWilk | None
    """None where the test was not needed, or there are no logs."""
    centre: float
    """The mean, or where lines are logged what `logged_centre` says, as a score."""
    sd: float
    """The standard deviation of the scores; where lines are logged, of the logs."""
    lower: float
    upper: float
    well_above: int
    well_below: int
    missing: list[str]
    left_out: list[str]
    choices: list[Choice]
    notes: list[str]
    bodies: list[BodyScore]
    """The highest score first, bodies without a score last; of the same score in code point order."""

    def __repr__(self) -> str:
        beyond = self.well_above + self.well_below
        return f"<OutlierLines: {counted(len(self.bodies), 'body', 'bodies')}, {beyond} beyond the lines>"

    __str__ = __repr__

    def to_json(self, *, indent: int | None = 2) -> str:
        """The lines as JSON text: the same bytes for the same scores and choices."""
        return to_json(self, indent=indent)
