"""Kinds of evidence and of finding, and the words that are the same in every framework."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

from grader.vocabulary.scales import (
    Scale,
)

OriginName = Literal["declared", "previous", "proposed"]
ProgressName = Literal["closed", "improving", "not_improving"]
StrengthName = Literal["tested", "described"]


@dataclass(frozen=True, slots=True)
class Basis:
    """How an item of evidence was found.

    Attributes
    ----------
    strength : {"tested", "described"} or None
        What it lends the item; None where such evidence never counts.
    title, short : str
        As it is printed, and as it is printed where there is little room.
    uncounted : str
        Where it never counts: why, to follow the basis and "evidence".
    made : bool
        Whether an item made up to show something has it.
    looked_for : bool
        Whether an item that would have to be found is said to have it.
    """

    id: str
    strength: StrengthName | None
    title: str = ""
    short: str = ""
    uncounted: str = ""
    made: bool = False
    looked_for: bool = False

    @property
    def printed(self) -> str:
        """As it is printed."""
        return self.title or self.id.replace("_", " ")


@dataclass(frozen=True, slots=True)
class KindOfFinding:
    """A row of the table of finding kinds.

    Attributes
    ----------
    title, plural : str
        As it is printed.
    code : str
        How the codes of warnings name it.
    counts_as : str
        Its standing while it stands; an earlier one that is closed is `closed`.
    improving_as : str or None
        The standing of an earlier one that is improving, where it is another.
    recommended : bool
        Whether it always carries recommendations.
    caps : bool
        Whether no grade is above the framework's default while one stands.
    never_withheld : bool
        Whether an area with one that stands always gets its grade.
    proposed : bool
        Whether rules may propose it; if not, it is declared or earlier only.
    praise : bool
        Whether it speaks for the body, not against it.
    order : int
        Its place among the findings of an area in a report.
    none : str
        What a report says where there is none; "" to say nothing.
    counted : pair of str
        One that stands, and several, after a number.
    tally : str
        The heading of its column among the areas' numbers, in two lines; "" for no column.
    legend : str
        What is to be said of that column below.
    listed_as : str
        How a summary heads one that stands; "" to leave it to the explanation.
    """

    id: str
    title: str
    plural: str
    code: str
    counts_as: str
    improving_as: str | None = None
    recommended: bool = False
    caps: bool = False
    never_withheld: bool = False
    proposed: bool = True
    praise: bool = False
    order: int = 0
    none: str = ""
    counted: tuple[str, str] = ("", "")
    tally: str = ""
    legend: str = ""
    listed_as: str = ""

    @property
    def said(self) -> str:
        """Its title inside a sentence."""
        return self.title[:1].lower() + self.title[1:]

    @property
    def with_article(self) -> str:
        """Its title inside a sentence, with its article."""
        return f"{'an' if self.said[0] in 'aeiou' else 'a'} {self.said}"

    @property
    def lacks_recommendations(self) -> str:
        """What is said of one without recommendations, where it always carries some."""
        return f"{self.with_article} always carries at least one recommendation"


#: Words that are grader's own, whatever the framework: what each means is written in the code.
STRENGTH: Final = Scale("strength", tuple(reversed(get_args(StrengthName))))
PROGRESS: Final = Scale("progress", get_args(ProgressName))
ORIGIN: Final = Scale("origin", get_args(OriginName), ordered=False)
FLAG: Final = Scale("flag", ("no", "yes"))
CLOSED, IMPROVING, NOT_IMPROVING = PROGRESS.names
