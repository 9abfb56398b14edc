"""Parameters fitted to past decisions: `grader.calibration/1`. Every key is always present."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field

from grader.model.proposal import OutputModel, RuleBookUsed, counted

SCHEMA: Final = "grader.calibration/1"


class Agreed(OutputModel):
    """How well proposed grades agree with final ones."""

    weighted_kappa: float | None
    """Quadratic; None where all are of one grade."""
    exact: float
    """Share of areas with the same grade."""
    areas: int
    """Areas with both a proposed and a final grade."""


class HeldOut(OutputModel):
    """Agreement on inspections that had no part in choosing the values."""

    exact: float
    interval: tuple[float, float]
    """Of 95 %, drawing whole inspections anew."""


class Box(OutputModel):
    """Values that agree equally well: for each parameter the first and the last, both in it."""

    ranges: dict[str, tuple[int, int]]


class Calibration(OutputModel):
    """The values of some parameters that agree best with past decisions, and whether the data can tell."""

    schema_: Literal["grader.calibration/1"] = Field(SCHEMA, alias="schema")
    rulebook: RuleBookUsed
    data_sha256: str
    inspections: int
    areas: int
    parameters: list[str]
    at_defaults: Agreed
    best: Agreed
    boxes: list[Box]
    """Every setting, inside the parameters' ranges, that agrees best; no setting is in two of them."""
    left_out: HeldOut | None
    """Each inspection graded at the values that agree best on the others."""
    left_out_defaults: HeldOut | None
    left_out_naive: HeldOut | None
    """Each inspection given the commonest final grade of the others."""
    recommended: dict[str, int] | None
    """None where the data cannot tell, or where the promises are not proved at the values."""
    why_not: str | None
    """Why nothing is recommended."""

    def __repr__(self) -> str:
        said = "no recommendation" if self.recommended is None else "recommended"
        return f"<Calibration: {counted(self.inspections, 'inspection')}, {self.areas} areas, {said}>"

    __str__ = __repr__
