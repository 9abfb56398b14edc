"""Pydantic's faults in grader's words: where, what, and the nearest valid spelling."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from grader.errors import Place, Problem, nearest, quoted
from grader.files.marked import Document

Model = TypeVar("Model", bound=BaseModel)
Path = tuple[str | int, ...]


def validate(
    document: Document, model: type[Model], data: object | None = None
) -> tuple[Model | None, list[Problem]]:
    """The document as `model`, and every fault in it; the model is None where there are faults."""
    try:
        return model.model_validate(document.data if data is None else data), []
    except ValidationError as error:
        return None, [_problem(e, document, model) for e in error.errors(include_url=False)]


def _problem(error: ErrorDetails, document: Document, model: type[BaseModel]) -> Problem:
    path = _path_in(document.data, error["loc"])
    kind = error["type"]
    worded = _WORDS.get(kind, _other)
    message, help = worded(error, document, path, model)
    place = document.keys.get(path) if kind == "extra_forbidden" else None
    return Problem(message, place or document.place(path), help)


def _path_in(data: object, loc: tuple[int | str, ...]) -> Path:
    """The part of pydantic's location that is a path in the document (it adds names of its own)."""
    path: Path = ()
    for step in loc:
        if (isinstance(data, Mapping) and step in data) or (
            isinstance(data, list) and isinstance(step, int) and step < len(data)
        ):
            data = data[step]
        else:
            # A missing or unknown key is the last step; anything else is pydantic's own name for a variant.
            return (
                (*path, step)
                if step == loc[-1] and isinstance(step, str) and isinstance(data, Mapping)
                else path
            )
        path = (*path, step)
    return path


Words = tuple[str, str | None]
Wording = Callable[[ErrorDetails, Document, Path, type[BaseModel]], Words]


def _name(path: Path) -> str:
    keys = [p for p in path if isinstance(p, str)]
    return quoted(keys[-1]) if keys else "the file"


def _missing(error: ErrorDetails, document: Document, path: Path, model: type[BaseModel]) -> Words:
    owner = path[:-1]
    return f"{_owner(document, owner)} lacks {_name(path)}", f"add {path[-1] if path else 'it'}: ..."


def _owner(document: Document, path: Path) -> str:
    """The block a fault stands in, by its id where it has one."""
    block = _at(document.data, path)
    if isinstance(block, Mapping) and isinstance(block.get("id"), str):
        return quoted(block["id"])
    return _name(path)


def _at(data: Any, path: Path) -> Any:
    for step in path:
        data = data[step]
    return data


def _extra(error: ErrorDetails, document: Document, path: Path, model: type[BaseModel]) -> Words:
    known = _keys_at(model, path[:-1])
    key = str(path[-1])
    near = nearest(key, known)
    return (
        f"unknown key {quoted(key)} in {_owner(document, path[:-1])}",
        f"did you mean {near!r}?" if near else f"keys here: {', '.join(sorted(known))}",
    )


def _keys_at(model: type[BaseModel], path: Path) -> list[str]:
    """Keys of the block at `path`, followed through the model's own types."""
    current: Any = model
    for step in path:
        if isinstance(current, type) and issubclass(current, BaseModel):
            current = current.model_fields[str(step)].annotation
        else:
            current = _item_type(current)
        current = _block_type(current)
    return list(current.model_fields) if isinstance(current, type) and issubclass(current, BaseModel) else []


def _block_type(annotation: Any) -> Any:
    """The model inside an optional; other annotations as they are."""
    for part in get_args(annotation):
        if isinstance(part, type) and issubclass(part, BaseModel) and type(None) in get_args(annotation):
            return part
    return annotation


def _item_type(annotation: Any) -> Any:
    arguments = get_args(annotation)
    return arguments[-1] if arguments else annotation


def _text(error: ErrorDetails, document: Document, path: Path, model: type[BaseModel]) -> Words:
    value = error["input"]
    written = document.texts.get(path)
    if written is not None and value is not None:
        return (
            f"{_name(path)} must be text, but YAML reads {quoted(written)} as {_noun(value)}",
            f"quote it: {quoted(written)[:1]}{written}{quoted(written)[:1]}",
        )
    if value is None:
        return (
            f"{_name(path)} is empty",
            f"write its text, or leave the key {_name(path)} out where it is optional",
        )
    return f"{_name(path)} must be text, not {_noun(value)}", None


def _noun(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return f"the number {value}"
        case Mapping():
            return "a block"
        case list():
            return "a list"
        case None:
            return "nothing"
        case str():
            return f"the text {quoted(value)}"
        case _:
            return f"the date {value}"


def _expected(what: str) -> Wording:
    def words(error: ErrorDetails, document: Document, path: Path, model: type[BaseModel]) -> Words:
        return f"{_name(path)} must be {what}, not {_noun(error['input'])}", None

    return words


def _literal(error: ErrorDetails, document: Document, path: Path, model: type[BaseModel]) -> Words:
    value = error["input"]
    choices = [c.strip(" '") for c in error["ctx"]["expected"].replace(" or ", ",").split(",")]
    if not isinstance(value, str):
        return f"{_name(path)} must be one of {', '.join(choices)}, not {_noun(value)}", None
    near = nearest(value, choices)
    help = f"did you mean {near!r}?" if near else f"one of {', '.join(choices)}"
    return f"{quoted(value)} is not a value of {_name(path)}", help


def _value(error: ErrorDetails, document: Document, path: Path, model: type[BaseModel]) -> Words:
    reason = str(error["ctx"]["error"])
    if reason.startswith("is "):
        shown = (
            f" ({quoted(error['input'])})"
            if isinstance(error["input"], str) and error["input"].strip()
            else ""
        )
        return f"{_name(path)} {reason}{shown}", None
    return f"{_name(path)}: {reason}", None


def _too_short(error: ErrorDetails, document: Document, path: Path, model: type[BaseModel]) -> Words:
    least = error["ctx"].get("min_length", 1)
    return (
        f"{_name(path)} of {_owner(document, path[:-1])} needs at least {least} entr{'y' if least == 1 else 'ies'}",
        None,
    )


def _bound(error: ErrorDetails, document: Document, path: Path, model: type[BaseModel]) -> Words:
    return f"{_name(path)} cannot be {_noun(error['input'])}", error["msg"].lower()


def _finite(error: ErrorDetails, document: Document, path: Path, model: type[BaseModel]) -> Words:
    return f"{_name(path)} must be a finite number", None


def _other(error: ErrorDetails, document: Document, path: Path, model: type[BaseModel]) -> Words:
    return f"{_name(path)}: {error['msg'][:1].lower()}{error['msg'][1:]}", None


_WORDS: Mapping[str, Wording] = {
    "missing": _missing,
    "extra_forbidden": _extra,
    "string_type": _text,
    "bool_type": _expected("true or false"),
    "int_type": _expected("a whole number"),
    "float_type": _expected("a number"),
    "list_type": _expected("a list"),
    "dict_type": _expected("a block of keys"),
    "model_type": _expected("a block of keys"),
    "literal_error": _literal,
    "value_error": _value,
    "too_short": _too_short,
    "finite_number": _finite,
    "greater_than_equal": _bound,
    "less_than_equal": _bound,
}


def unresolved(place: Place, what: str, name: str, known: list[str], help: str | None = None) -> Problem:
    """A reference to something that does not exist, with the nearest spelling."""
    near = nearest(name, known)
    return Problem(f"unknown {what} {quoted(name)}", place, f"did you mean {near!r}?" if near else help)
