"""Framework words in what people write, checked once the framework is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema

from grader.model.base import Id, not_blank, whole_as_text
from grader.vocabulary.peel import PEEL

if TYPE_CHECKING:
    from typing import TypeAlias

    BasisName: TypeAlias = str
    ExtentName: TypeAlias = str
    HarmName: TypeAlias = str
else:
    BasisName = Literal[tuple(PEEL.basis)]
    ExtentName = Literal[PEEL.extents.names[::-1]]
    HarmName = Literal[PEEL.harms.names]


def _enum(*words: str) -> WithJsonSchema:
    return WithJsonSchema({"enum": list(words), "type": "string"})


AssessmentName = Annotated[
    str, BeforeValidator(whole_as_text), AfterValidator(not_blank), _enum(*PEEL.assessments.levels)
]
StatusName = Annotated[
    str, BeforeValidator(whole_as_text), AfterValidator(not_blank), _enum(*PEEL.statuses.names)
]
FindingKind = Annotated[Id, _enum(*PEEL.kinds.names)]
#: Kinds that rules may propose.
RaisedKind = Annotated[Id, _enum(*PEEL.proposed)]
