"""The closed lists of words in what people write, as types made from the vocabulary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from grader.vocabulary.peel import PEEL

if TYPE_CHECKING:
    from typing import TypeAlias

    AssessmentName: TypeAlias = str
    BasisName: TypeAlias = str
    ExtentName: TypeAlias = str
    HarmName: TypeAlias = str
    StatusName: TypeAlias = str
    FindingKind: TypeAlias = str
    RaisedKind: TypeAlias = str
else:
    AssessmentName = Literal[PEEL.assessments.levels]
    BasisName = Literal[tuple(PEEL.basis)]
    ExtentName = Literal[PEEL.extents.names[::-1]]
    HarmName = Literal[PEEL.harms.names]
    StatusName = Literal[PEEL.statuses.names]
    FindingKind = Literal[PEEL.kinds.names]
    #: Kinds that rules may propose.
    RaisedKind = Literal[PEEL.proposed]
