"""Types that every written format shares."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Any, ClassVar, Literal, Self, get_args, get_origin

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    model_validator,
)

from grader.cached import cached_property
from grader.model.printed import match_printed
from grader.text import figure_text


class InputModel(BaseModel):
    """A block a person writes: unknown keys are faults, and types are taken as they stand.

    A word of a closed list may be written as printed (`Partly meets`); nothing else changes.
    """

    model_config = ConfigDict(
        extra="forbid",
        defer_build=True,
        strict=True,
        frozen=True,
        ignored_types=(cached_property,),  # no fields
    )
    _words: ClassVar[Mapping[str, Mapping[str, Iterable[str]]]] = {}

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        fields = ((name, _words_of(field.annotation)) for name, field in cls.model_fields.items())
        cls._words = {name: dict.fromkeys(words, ()) for name, words in fields if words}

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy; of one that says otherwise, what was worked out of this one is worked out anew."""
        copied = super().model_copy(update=update, deep=deep)
        for name in copied.__dict__.keys() - type(self).model_fields.keys():
            del copied.__dict__[name]
        return copied

    @model_validator(mode="before")
    @classmethod
    def _as_printed(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        changed = {}
        for name, words in cls._words.items():
            value = data.get(name)
            if isinstance(value, str) and value not in words and (found := match_printed(value, words)):
                changed[name] = found
        return {**data, **changed} if changed else data


def _words_of(annotation: Any) -> tuple[str, ...]:
    """The words of a closed list, or none."""
    if get_origin(annotation) is Literal:
        return tuple(word for word in get_args(annotation) if isinstance(word, str))
    parts = [part for part in get_args(annotation) if part is not type(None)]
    optional = type(None) in get_args(annotation) and len(parts) == 1
    return _words_of(parts[0]) if optional else ()


def not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("is blank")
    return text


_IDENTIFIER = re.compile(r"[^\s/\\](?:[^\r\n\t]{0,198}[^\s])?")


def is_identifier(text: str) -> bool:
    """Whether a text can be an id."""
    return _IDENTIFIER.fullmatch(text) is not None


def _identifier(text: str) -> str:
    if not is_identifier(text):
        raise ValueError("is not an id: up to 200 characters, no line breaks, no space at either end")
    return text


FILE_ID = r"^[A-Za-z0-9][A-Za-z0-9_.\-]{0,99}$"


def file_id(text: str) -> str:
    """The text as a framework's or rule book's id; raises ValueError."""
    if not re.fullmatch(FILE_ID[1:-1], text) or text.endswith((".yaml", ".yml", ".")):
        raise ValueError("is not an id: letters, digits, '_', '-' and '.' only, and is no file name")
    return text


_FULL = "is not a date written YYYY-MM-DD"
_PARTIAL = "is not a date written YYYY, YYYY-MM or YYYY-MM-DD"


def _iso(value: Any) -> Any:
    """A date that YAML has read as its text again."""
    if isinstance(value, date):
        return value.isoformat()
    if not isinstance(value, str):
        raise ValueError(_FULL)
    return value


def _iso_or_year(value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool) and 1000 <= value <= 9999:
        return str(value)
    if not isinstance(value, str | date):
        raise ValueError(_PARTIAL)
    return _iso(value)


def _full_date(text: str) -> str:
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            return date.fromisoformat(text).isoformat()
    except ValueError:
        pass
    raise ValueError(_FULL)


def _partial_date(text: str) -> str:
    try:
        if re.fullmatch(r"\d{4}(-\d{2}){0,2}", text):
            date.fromisoformat((text + "-01-01")[:10])
            return text
    except ValueError:
        pass
    raise ValueError(_PARTIAL)


Text = Annotated[str, AfterValidator(not_blank), WithJsonSchema({"type": "string", "pattern": r"\S"})]
"""Text with something in it."""

Id = Annotated[str, AfterValidator(_identifier)]
"""An id: the user's own, shown and compared, never parsed."""


def whole_as_text(value: Any) -> Any:
    """A whole number is a level's id as well as its text is."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


LevelId = Annotated[
    str,
    BeforeValidator(whole_as_text),
    AfterValidator(_identifier),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "integer"}]}),
]
"""The id of a level or a grade: text or a whole number, quoted or not; held as text."""

FileId = Annotated[str, AfterValidator(file_id), WithJsonSchema({"type": "string", "pattern": FILE_ID})]
"""The id of a framework or a rule book, which names its file: never a path."""

Date = Annotated[
    str,
    BeforeValidator(_iso),
    AfterValidator(_full_date),
    WithJsonSchema({"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}),
]
"""A day, YYYY-MM-DD, quoted or not."""

PartialDate = Annotated[
    str,
    BeforeValidator(_iso_or_year),
    AfterValidator(_partial_date),
    WithJsonSchema({"anyOf": [{"type": "string", "pattern": r"^\d{4}(-\d{2}){0,2}$"}, {"type": "integer"}]}),
]
"""A year, a month or a day: YYYY, YYYY-MM or YYYY-MM-DD, quoted or not."""

#: Figures beyond this, in the measure's unit, are slips: engines count in whole per mille of 64 bits.
LARGEST_FIGURE = 10**9


def _in_range(value: float) -> float:
    if abs(value) > LARGEST_FIGURE:
        shown = figure_text(value)
        raise ValueError(f"is {shown}: a figure lies between -{LARGEST_FIGURE:,} and {LARGEST_FIGURE:,}")
    return value


Finite = Annotated[float, Field(allow_inf_nan=False), AfterValidator(_in_range)]
"""A number that is one: not infinite, not NaN, and of a size that every engine counts with."""
