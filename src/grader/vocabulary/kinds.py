"""Kinds of evidence and of finding, and words that are the same everywhere."""

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
        None where such evidence never counts.
    title, short : str
        As printed, and printed short.
    uncounted : str
        Why it never counts.
    made : bool
        Whether made-up items have it.
    looked_for : bool
        Whether items still to be found have it.
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
    """A kind of finding.

    Attributes
    ----------
    code : str
        In codes of warnings.
    counts_as : str
        Its standing; a closed one is `closed`.
    improving_as : str or None
        The standing of an improving one, where it differs.
    recommended : bool
        Whether it always carries recommendations.
    caps : bool
        Whether it holds the grade at the default or below.
    never_withheld : bool
        Whether its area always gets its grade.
    proposed : bool
        Whether rules may propose it.
    praise : bool
        Whether it speaks for the body.
    order : int
        Its place in a report.
    none : str
        What a report says where there is none.
    counted : pair of str
        One, and several, after a number.
    tally : str
        Its column's heading; "" for no column.
    legend : str
        What is said of the column.
    listed_as : str
        Its heading in a summary; "" for none.
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
        """What is said of one that lacks its recommendations."""
        return f"{self.with_article} always carries at least one recommendation"


#: Words that are grader's own, whatever the framework: what each means is written in the code.
STRENGTH: Final = Scale("strength", tuple(reversed(get_args(StrengthName))))
PROGRESS: Final = Scale("progress", get_args(ProgressName))
ORIGIN: Final = Scale("origin", get_args(OriginName), ordered=False)
FLAG: Final = Scale("flag", ("no", "yes"))
CLOSED, IMPROVING, NOT_IMPROVING = PROGRESS.names
