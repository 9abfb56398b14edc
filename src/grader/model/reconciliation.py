"""Several people's taggings of one inspection laid together: `grader.reconciliation/1`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Literal

from pydantic import Field

from grader.model.frames import Tabular, Value
from grader.model.proposal import Outcome, OutputModel, counted, to_json

SCHEMA: Final = "grader.reconciliation/1"

Method = Literal["every_mix", "simulation"]


class Tagger(OutputModel):
    """One person's tagging: who, the file, and how many items of evidence it has."""

    name: str
    file: str
    sha256: str | None
    items: int
    sample: bool
    """Whether they were given a sample: what is not in it is no disagreement."""


class DoubtfulPair(OutputModel):
    """Two items that may be one finding: a person says whether they are."""

    items: dict[str, str]
    """The item's id, by tagger."""
    statements: dict[str, str]
    score: int
    """How alike they are, by statement and locator; from `threshold` on they would have been paired."""
    why: str


class Pairs(OutputModel):
    """How the taggings' items were found to be the same findings."""

    by_id: int
    by_text: int
    by_hand: int
    threshold: int
    """Score from which a statement and a locator make a pair."""
    doubtful: list[DoubtfulPair]
    alone: dict[str, list[str]]
    """By tagger, items that nobody else has."""
    not_asked: int
    """Items outside the sample that somebody was given."""


class FieldAgreement(OutputModel):
    """Agreement on one field over the items that several people tagged."""

    field: str
    n: int
    same: float | None
    """Share of items on which all say the same."""
    alpha: float | None
    """Krippendorff's alpha; None where it is undefined, or the extra is missing."""
    interval: tuple[float, float] | None
    """A bootstrap interval of 95 %, areas drawn again."""
    distance: Literal["masi", "nominal", "ordinal"]
    notes: list[str]


class OutcomeAndGrade(OutputModel):
    """An area's outcome and grade."""

    outcome: Outcome
    grade: str | None


class Reached(OutcomeAndGrade):
    """An outcome that some mix of the taggings reaches, and the share of the mixes tried that do."""

    share: float


class SmallestSets(OutputModel):
    """The fewest disagreements that, settled otherwise than one person tagged, move an area's grade."""

    tagger: str
    """From whose tagging."""
    to: OutcomeAndGrade
    size: int
    sets: list[dict[str, str]]
    """In each set, by item: whose tagging would have to hold instead."""
    more: int
    """Sets of the same size that are not listed."""


class AreaReconciled(OutputModel):
    """What the disagreements do to one area."""

    area: str
    title: str
    disagreements: int
    """Disagreements that the area's rules can see."""
    mixes: int
    """Mixes graded."""
    method: Method
    """`every_mix`: all there can be; `simulation`: a sample, and what it does not show may still be there."""
    under: dict[str, OutcomeAndGrade]
    """By tagger, as they tagged it."""
    reachable: list[Reached]
    """Best grade first."""
    matter: list[str]
    """Items whose settling can move the outcome or the grade, however the others are settled."""
    smallest: list[SmallestSets]

    @property
    def moves(self) -> bool:
        """Whether the disagreements can move the area at all."""
        return len(self.reachable) > 1


class Disagreement(OutputModel):
    """A finding that people tagged differently, or that not all of them have."""

    item: str
    """Its id in the agreed inspection."""
    ids: dict[str, str]
    """Its id, by tagger."""
    statement: str
    locator: str | None
    fields: list[str]
    """What they differ in; empty where the only difference is who has it."""
    said: dict[str, dict[str, Any] | None]
    """How each tagged it; None where they have no such item."""
    areas: list[str]
    """Areas that it counts in, by one tagging or another."""
    matters: list[str]
    """Areas whose outcome or grade can turn on it."""
    alone: bool
    """Whether it is among the smallest sets of some area by itself."""


class Reconciliation(OutputModel, Tabular):
    """Several people's taggings of one inspection, and which of their differences matter."""

    schema_: Literal["grader.reconciliation/1"] = Field(SCHEMA, alias="schema")
    inspection: str
    body: str
    framework: str
    edition: str
    rulebook: str
    overrides: dict[str, int]
    taggers: list[Tagger]
    pairs: Pairs
    agreement: list[FieldAgreement]
    areas: list[AreaReconciled]
    disagreements: list[Disagreement]
    """Those that matter to a grade first."""
    draws: int
    """Mixes drawn of an area that has too many for all of them."""
    seed: int
    notes: list[str]

    def __repr__(self) -> str:
        differ = counted(len(self.disagreements), "disagreement")
        return (
            f"<Reconciliation {self.inspection}: {differ}, {len(self.mattering)} of them matter to a grade>"
        )

    __str__ = __repr__

    @property
    def mattering(self) -> list[Disagreement]:
        """Disagreements that can move a grade."""
        return [d for d in self.disagreements if d.matters]

    @property
    def differs(self) -> bool:
        """Whether there is anything to settle."""
        return bool(self.disagreements or self.pairs.doubtful)

    def rows(self) -> Iterator[dict[str, Value]]:
        """Each disagreement, with the areas whose grade turns on it."""
        for each in self.disagreements:
            yield {
                "item": each.item,
                "statement": each.statement,
                "fields": ", ".join(each.fields),
                "whose": ", ".join(each.ids),
                "matters": ", ".join(each.matters),
                "alone": each.alone,
            }

    def to_json(self, *, indent: int | None = 2) -> str:
        """The reconciliation as JSON text, the same bytes for the same taggings."""
        return to_json(self, indent=indent)
