"""What a search found, as it is handed on: JSON and Python."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Final, Literal

from pydantic import Field

from grader.model.output import OutputModel, to_json
from grader.search.finding import search

if TYPE_CHECKING:
    from grader.io.given import PathLike

SCHEMA: Final = "grader.found/1"


class Match(OutputModel):
    """A characteristic that a text may be about."""

    characteristic: str
    area: str
    topic: str
    text: str
    score: float
    """How well it answers: 0 to 1, to be compared within one answer alone."""
    words: list[str]
    """Words of the text that stand in the characteristic, its topic or the names of its area, as written or
    nearly."""
    related: list[str]
    """Words of the text that speak of what the characteristic speaks of."""
    like: list[str]
    """Statements of other inspections that were tagged to it and share words: inspection and id."""


class Found(OutputModel):
    """What a search found, the best first."""

    schema_: Literal["grader.found/1"] = Field(SCHEMA, alias="schema")
    framework: str
    edition: str
    area: str | None
    searched: str
    learned: int
    """Statements of other inspections that were learned from."""
    matches: list[Match]

    def __repr__(self) -> str:
        return f"<Found {', '.join(m.characteristic for m in self.matches[:5]) or 'nothing'}>"

    __str__ = __repr__

    def to_json(self, *, indent: int | None = 2) -> str:
        """The answer as JSON text."""
        return to_json(self, indent=indent)


def find(
    words: str,
    *,
    framework: PathLike,
    edition: str | None = None,
    area: str | None = None,
    learn: PathLike | None = None,
    limit: int = 10,
) -> Found:
    """The characteristics of an edition that a text may be about; parameters as for `grader.find`."""
    found = search(words, framework=framework, edition=edition, area=area, learn=learn, limit=limit)
    return Found(schema=SCHEMA, **asdict(found))
