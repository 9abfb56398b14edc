"""Pydantic's faults in grader's words: where, what, and the nearest valid spelling."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Literal, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from grader.errors import COUNT_LIMIT, FAULT_LIMIT, Place, Problem, nearest, quoted
from grader.io.scalars import is_plain_number, read_as
from grader.io.wrong_kind import other_kind
from grader.io.yaml_source import Document

Model = TypeVar("Model", bound=BaseModel)
Path = tuple[str | int, ...]
#: What is wrong, and what to do about it.
Words = tuple[str, str | None]
#: Pieces in a file, and entries of each of its lists that are read alone first where there are more.
_LARGE = 20_000
_FIRST = 5_000


def validate(
    document: Document, model: type[Model], data: object | None = None
) -> tuple[Model | None, list[Problem]]:
    """The document as `model` (None where faulty), and its faults."""
    found, faults = validate_by_path(document, model, data)
    return found, [problem for _, problem in faults]


def unfilled(documents: Iterable[Document]) -> list[Problem]:
    """Everything still to be filled in, with its remark."""
    return [
        Problem(
            f"{quoted(_last_key(path))} is still to be filled in",
            document.place(path),
            remark or "write it in place of the three dots",
        )
        for document in documents
        for path, remark in document.unfilled.items()
    ]


def _last_key(path: Path) -> str:
    return next((step for step in reversed(path) if isinstance(step, str)), "this")


def validate_by_path(
    document: Document, model: type[Model], data: object | None = None
) -> tuple[Model | None, list[tuple[Path, Problem]]]:
    """As `validate`, each fault with the path of what is faulty in the document."""
    odd = _odd_numbers(document) if data is None else []
    data = document.data if data is None else data
    other = other_kind(data, next(iter(model.model_fields)))
    if other is not None:
        message, help = other
        return None, [((), Problem(message, Place(document.file), help))]
    # Every fault takes a kilobyte: of a large file the start is read first, to stop there if there are many.
    for part in (_start(data), data) if len(document.places) > _LARGE else (data,):
        try:
            found = model.model_validate(part)
        except ValidationError as error:
            if part is data:
                faults = _located(error, document, model)
                told = {path for path, _ in faults}
                return None, [*faults, *(each for each in odd if each[0] not in told)]
            if error.error_count() > FAULT_LIMIT:
                faults = _located(error, document, model)
                last = max((p.place for _, p in faults if p.place), default=None)
                message = f"beyond the first {_FIRST:,} entries of a list the file is not looked at"
                return None, [*faults, ((), Problem(message, last, "mend the first ones, and look again"))]
    return (None, odd) if odd else (found, [])


def _odd_numbers(document: Document) -> list[tuple[Path, Problem]]:
    """Numbers that YAML reads as others than they look: `1:30` is 90, `010` is 8, `1_0` is 10."""
    return [
        (path, Problem(
            f"{name_of(document, path)} is written {quoted(text)}, which YAML reads as {read_as(value)}",
            document.place(path),
            "write the number in plain digits, as in 95.5; quote it if it is text",
        ))
        for path, text in document.texts.items()
        if isinstance(value := document.data_at(path), int | float) and not isinstance(value, bool)
        and not is_plain_number(text)
    ]  # fmt: skip


def _start(data: Any) -> Any:
    """The data with every list cut to its first entries."""
    if isinstance(data, list):
        return [_start(entry) for entry in data[:_FIRST]]
    if isinstance(data, dict):
        return {key: _start(value) for key, value in data.items()}
    return data


def _located(
    error: ValidationError, document: Document, model: type[BaseModel]
) -> list[tuple[Path, Problem]]:
    """The faults of a validation, each with its path; as many as are counted."""
    faults = [_Fault(e, document, model) for e in error.errors(include_url=False)[:COUNT_LIMIT]]
    # A misspelt key is unknown, and the key it was meant to be is missing: one fault, said once.
    respelt = {(*f.path[:-1], f.near) for f in faults if f.kind == "extra_forbidden" and f.near}
    kept = (f for f in faults if not (f.kind == "missing" and f.path in respelt))
    return [(f.path, f.problem()) for f in kept]


class _Fault:
    """One fault of pydantic's, led back to the document."""

    def __init__(self, error: ErrorDetails, document: Document, model: type[BaseModel]) -> None:
        self.kind: str = error["type"]
        self.context: Mapping[str, Any] = error.get("ctx", {})
        self.value: Any = error["input"]
        self.document = document
        loc = error["loc"]
        #: Whether the key is at fault, and not its value.
        self.of_key = loc[-1:] == ("[key]",) or self.kind == "extra_forbidden"
        self.path = _path_in(document.data, loc[:-1] if loc[-1:] == ("[key]",) else loc)
        self.root = model
        self.known = list(self.around.model_fields) if self.around else []
        self.near = nearest(str(self.path[-1]), self.known) if self.kind == "extra_forbidden" else None

    @property
    def around(self) -> type[BaseModel] | None:
        """The model of the block with the fault."""
        return _model_at(self.root, self.path[:-1])

    @property
    def name(self) -> str:
        return name_of(self.document, self.path)

    @property
    def read(self) -> str:
        """The value as YAML reads it, with the file's own text where that differs."""
        raw = self.document.texts.get(self.path)
        reading = _noun(self.value)
        return f"{quoted(raw)}, which YAML reads as {reading}" if raw and raw not in reading else reading

    def problem(self) -> Problem:
        message, help = _WORDS.get(self.kind, _other)(self)
        return Problem(message, self.place(), help)

    def place(self) -> Place:
        if self.of_key and self.path in self.document.keys:
            return self.document.keys[self.path]
        if self.kind == "value_error" and isinstance(self.value, Mapping) and "value" in self.value:
            # A figure as a whole is refused for its value.
            return self.document.place((*self.path, "value"))
        return self.document.place(self.path)


def name_of(document: Document, path: Path) -> str:
    """What is at `path`, as a person would point at it: `'locator' of 'E001'`."""
    if not path:
        return "the file"
    last, around = path[-1], path[:-1]
    if isinstance(last, str):
        own = quoted(last)
        if last == "id" and around and isinstance(around[-1], int):
            # Not by the id that is at fault.
            return f"{own} of {_entry(document, around)}"
    else:
        block = _at(document.data, path)
        if isinstance(block, Mapping) and isinstance(block.get("id"), str):
            return quoted(block["id"])
        return _entry(document, path)
    return f"{own} of {name_of(document, around)}" if around else own


def _entry(document: Document, path: Path) -> str:
    return f"entry {int(path[-1]) + 1} of {name_of(document, path[:-1])}"


def _path_in(data: Any, loc: tuple[int | str, ...]) -> Path:
    """The document's path in pydantic's location, which has names of its own."""
    path: Path = ()
    for i, step in enumerate(loc):
        entry = isinstance(data, list) and isinstance(step, int) and step < len(data)
        if entry or (isinstance(data, Mapping) and step in data):
            data = data[step]
        elif isinstance(data, Mapping) and isinstance(step, str) and i == len(loc) - 1:
            return (*path, step)  # a key that is missing
        else:
            return path
        path = (*path, step)
    return path


def _at(data: Any, path: Path) -> Any:
    for step in path:
        data = data[step]
    return data


def _model_at(model: type[BaseModel], path: Path) -> type[BaseModel] | None:
    """The model of the block at `path`, followed through the model's own types."""
    current: Any = model
    for step in path:
        if isinstance(current, type) and issubclass(current, BaseModel):
            current = current.model_fields[str(step)].annotation
        else:
            current = _item_type(current)
        current = _block_type(current)
    return current if isinstance(current, type) and issubclass(current, BaseModel) else None


def _choices(model: type[BaseModel] | None, key: str) -> str:
    """The values a key may have, where they are few and named."""
    field = model.model_fields.get(key) if model is not None else None
    annotation = field.annotation if field is not None else None
    return ", ".join(get_args(annotation)) if get_origin(annotation) is Literal else ""


def _block_type(annotation: Any) -> Any:
    """The model inside an optional; other annotations as they are."""
    for part in get_args(annotation):
        if isinstance(part, type) and issubclass(part, BaseModel) and type(None) in get_args(annotation):
            return part
    return annotation


def _item_type(annotation: Any) -> Any:
    arguments = get_args(annotation)
    return arguments[-1] if arguments else annotation


def _noun(value: object) -> str:
    if isinstance(value, Mapping):
        return "a block of keys"
    return read_as(value)


# Wordings -------------------------------------------------------------------------------------------------


def _missing(fault: _Fault) -> Words:
    key = str(fault.path[-1])
    choices = _choices(fault.around, key)
    help = f"add {key}: one of {choices}" if choices else f"add {key}: ..."
    return f"{name_of(fault.document, fault.path[:-1])} lacks {quoted(key)}", help


def _extra(fault: _Fault) -> Words:
    help = f"did you mean {fault.near!r}?" if fault.near else f"keys here: {', '.join(sorted(fault.known))}"
    return f"unknown key {quoted(fault.path[-1])} in {name_of(fault.document, fault.path[:-1])}", help


def _text(fault: _Fault) -> Words:
    if fault.value is None:
        return f"{fault.name} is empty", "write its text"
    raw = fault.document.texts.get(fault.path)
    if raw is None:
        return f"{fault.name} must be text, not {_noun(fault.value)}", "write one text, in quotes"
    return (
        f"{fault.name} must be text, but YAML reads {quoted(raw)} as {_noun(fault.value)}",
        f"quote it: {quoted(raw, 200)}",
    )


def _list(fault: _Fault) -> Words:
    field = fault.around.model_fields.get(str(fault.path[-1])) if fault.around else None
    help = "write [] where there are none"
    if field is not None and not field.is_required():
        help += ", or leave the key out"
    if isinstance(fault.value, str):
        shown = len(fault.value) < 60 and fault.value.isprintable()
        help = f"write it in brackets: [{fault.value}]" if shown else "write it in brackets"
    elif isinstance(fault.value, Mapping):
        help = "start each entry with '- '"
    elif fault.value is not None:
        help = "write its entries in brackets"
    return f"{fault.name} must be a list, not {fault.read}", help


def _block(fault: _Fault) -> Words:
    if isinstance(fault.value, bool) and fault.path in fault.document.texts:
        return _text(fault)  # `yes` where a word was meant
    model = _model_at(fault.root, fault.path)
    fields = model.model_fields.items() if model is not None else ()
    required = [key for key, field in fields if field.is_required()]
    help = f"write its keys: {', '.join(required)}" if required else "write its keys below it, indented"
    return f"{fault.name} must be a block of keys, not {fault.read}", help


def _bool(fault: _Fault) -> Words:
    return f"{fault.name} must be true or false, not {fault.read}", "write true or false, without quotes"


def _is_figure(text: str, *, whole: bool) -> bool:
    """Whether a text is a number in plain digits."""
    digits = text.lstrip("+-")
    return is_plain_number(text) and (digits.isdigit() or not (whole or "e" in digits.lower()))


def _number(fault: _Fault) -> Words:
    whole = fault.kind == "int_type"
    help = "write a whole number" if whole else "write the number alone, with a point, as in 95.5"
    if isinstance(fault.value, str) and _is_figure(fault.value, whole=whole):
        help = f"take the quotes away: {fault.value}"
    return f"{fault.name} must be {'a whole number' if whole else 'a number'}, not {fault.read}", help


def _finite(fault: _Fault) -> Words:
    shown = quoted(fault.document.texts.get(fault.path) or fault.value)
    return f"{fault.name} must be a finite number, not {shown}", "write the figure as it was published"


def _literal(fault: _Fault) -> Words:
    choices = re.findall(r"'([^']*)'", fault.context["expected"])
    near = nearest(fault.value, choices) if isinstance(fault.value, str) else None
    help = f"did you mean {near!r}?" if near else f"one of {', '.join(choices)}"
    shown = quoted(fault.value) if isinstance(fault.value, str) else fault.read
    return f"{fault.name} cannot be {shown}", help


def _value(fault: _Fault) -> Words:
    """A fault our models found, as message and help."""
    reason, _, help = str(fault.context["error"]).partition(": ")
    if not reason.startswith("is "):
        return f"{fault.name}: {reason}", help or None
    if reason == "is blank":
        return f"{fault.name} is blank", "write its text"
    if found := re.fullmatch(r"is not a date written (.+)", reason):
        return f"{fault.name} is not a date: {_shown(fault)}", f"a date is written {found[1]}"
    if reason == "is not an id":
        if fault.of_key:
            return f"key {fault.name} is not an id", f"an id has {help}"
        return f"{fault.name} is not an id: {_shown(fault)}", f"an id has {help}"
    return f"{fault.name} {reason}", help or None


def _shown(fault: _Fault) -> str:
    return quoted(fault.document.texts.get(fault.path) or fault.value)


def _too_short(fault: _Fault) -> Words:
    least, there = fault.context["min_length"], fault.context["actual_length"]
    if not there:
        return f"{fault.name} is empty", f"write at least {'one entry' if least == 1 else f'{least} entries'}"
    return f"{fault.name} has {there} of at least {least} entries", "add what is missing"


def _too_long(fault: _Fault) -> Words:
    most = fault.context["max_length"]
    return f"{fault.name} has more than {most} entries", "take away what is too much"


def _bound(fault: _Fault) -> Words:
    least, most = fault.context.get("ge"), fault.context.get("le")
    help = f"it is at least {least}" if least is not None else f"it is at most {most}"
    return f"{fault.name} cannot be {fault.value}", help


def _other(fault: _Fault) -> Words:
    return f"{fault.name} cannot be {fault.read}", None


_WORDS: Mapping[str, Callable[[_Fault], Words]] = {
    "missing": _missing,
    "extra_forbidden": _extra,
    "string_type": _text,
    "bool_type": _bool,
    "int_type": _number,
    "float_type": _number,
    "list_type": _list,
    "dict_type": _block,
    "model_type": _block,
    "literal_error": _literal,
    "value_error": _value,
    "too_short": _too_short,
    "too_long": _too_long,
    "finite_number": _finite,
    "greater_than_equal": _bound,
    "less_than_equal": _bound,
}


def duplicate_ids(document: Document, what: str, named: Iterable[tuple[Path, str]]) -> Iterator[Problem]:
    """Ids that stand twice; `named` gives paths and ids, in file order."""
    first: dict[str, Path] = {}
    for path, name in named:
        if name in first:
            yield Problem(
                f"{what} {quoted(name)} stands twice",
                document.place(path),
                f"first at {document.place(first[name])}; give one of the two another id",
            )
        first.setdefault(name, path)
