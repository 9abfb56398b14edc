"""YAML read safely, with the place of every key and value.

No tags, anchors, aliases or merge keys; depth, length and number are limited on the events, before anything
is built.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn, Protocol

import yaml

from grader.errors import COUNT_LIMIT, InputError, Place, Problem, quoted
from grader.io.reading import SIZE_LIMIT, check_size, read_bytes
from grader.io.scalars import (
    ScalarFault,
    decode,
    explain_syntax,
    is_plain_number,
    place_after,
    read_as,
    read_plain,
    shown_name,
    unfit_in_value,
)
from grader.io.wrong_kind import refuse_other_kinds, table_fault

DEPTH_LIMIT = 64
SCALAR_LIMIT = 20_000
#: An inspection of 5,000 items has 150,000, or 210,000 with every tag on every item. More would take longer
#: to read than anybody waits.
EVENT_LIMIT = 250_000

NodePath = tuple[str | int, ...]

#: What stands in a file to be filled in, where its author has not written anything yet.
UNFILLED = "..."

_START = 1 << 32 | 1
_EMPTY = ("the file is empty", "write a YAML document in it")


class SourceMap(Mapping[NodePath, Place]):
    """Places by path, each one integer to save memory."""

    __slots__ = ("_file", "_positions")

    def __init__(self, file: str, positions: dict[NodePath, int]) -> None:
        self._file = file
        self._positions = positions

    def __getitem__(self, path: NodePath) -> Place:
        return _place(self._file, self._positions[path])

    def __contains__(self, path: object) -> bool:
        return path in self._positions

    def __iter__(self) -> Iterator[NodePath]:
        return iter(self._positions)

    def __len__(self) -> int:
        return len(self._positions)


#: The block whose keys are grades: these may be whole numbers, quoted or not.
LEVELS_AS_KEYS = ("stated_counts",)


@dataclass(frozen=True, slots=True)
class Document:
    """A YAML file as plain data, with places.

    Attributes
    ----------
    data : object
        dict, list, str, int, float, bool, None and `date`.
    places, keys : Mapping
        By path; `()` is the root.
    texts : Mapping
        The written text of values that are not text: `12:30` for 750.
    unfilled : Mapping
        The remark beside each `...`.
    sha256 : str
        Of the text with LF ends and no byte order mark.
    file : str
        For messages.
    """

    data: object
    places: Mapping[NodePath, Place] = field(repr=False)
    keys: Mapping[NodePath, Place] = field(repr=False)
    texts: Mapping[NodePath, str] = field(repr=False)
    sha256: str
    file: str
    unfilled: Mapping[NodePath, str] = field(default_factory=dict, repr=False)

    def place(self, path: NodePath) -> Place:
        """The place at `path`, or of the nearest thing around it."""
        for end in range(len(path), -1, -1):
            for known in (self.places, self.keys):
                if path[:end] in known:
                    return known[path[:end]]
        return Place(self.file)

    def data_at(self, path: NodePath) -> object:
        """The value at a path that is in the file."""
        found: Any = self.data
        for step in path:
            found = found[step]
        return found

    def raw(self, path: NodePath) -> str | None:
        """The written text of a value that is not text, or None."""
        return self.texts.get(path)


def read_document(path: str | os.PathLike[str]) -> Document:
    """The YAML document in a file."""
    return parse_document(read_bytes(path), os.fspath(path))


def parse_document(raw: bytes, file: str, *, keys_as_text: bool = False) -> Document:
    """The YAML document in `raw`, named `file` in messages.

    With `keys_as_text`, `1` and `TRUE` are keys.
    """
    file = shown_name(file)
    check_size(len(raw), SIZE_LIMIT, file)
    refuse_other_kinds(raw, file)
    text = decode(raw, file)
    reader = _Reader(text, file)
    reader.keys_as_text = keys_as_text
    try:
        data = reader.document()
    except InputError as error:
        raise table_fault(text, file) or error from None
    if isinstance(data, str) and (table := table_fault(text, file)) is not None:
        raise table
    return Document(
        data=data,
        places=SourceMap(file, reader.places),
        keys=SourceMap(file, reader.keys),
        texts=reader.texts,
        sha256=text_sha256(text),
        file=file,
        unfilled={path: _remark(text, reader.places[path] >> 32) for path in reader.unfilled},
    )


def _remark(text: str, line: int) -> str:
    """What is said behind the value on a line."""
    return text.splitlines()[line - 1].partition(" # ")[2].strip()


def text_sha256(text: str) -> str:
    """SHA-256 of a text in UTF-8, whatever its line ends."""
    return hashlib.sha256(text.replace("\r\n", "\n").replace("\r", "\n").encode()).hexdigest()


# Events --------------------------------------------------------------------------------------------------


class _Parser(Protocol):
    def get_event(self) -> yaml.Event | None: ...


class _PythonParser(yaml.reader.Reader, yaml.scanner.Scanner, yaml.parser.Parser):
    """PyYAML without its composer, resolver and constructor, for where libyaml is not built in."""

    def __init__(self, text: str) -> None:
        yaml.reader.Reader.__init__(self, text)
        yaml.scanner.Scanner.__init__(self)
        yaml.parser.Parser.__init__(self)


def _parser(text: str) -> _Parser:
    if yaml.__with_libyaml__:
        from yaml._yaml import CParser

        return CParser(text)
    return _PythonParser(text)


#: Keys of our formats that YAML 1.1 would read as something else.
KEYS_OF_OURS: Final = frozenset({"on"})


class _Reader:
    """One walk over the events of a text: data, places and faults at once."""

    def __init__(self, text: str, file: str, parser: _Parser | None = None) -> None:
        self.text = text
        self.file = file
        self.places: dict[NodePath, int] = {}
        self.keys: dict[NodePath, int] = {}
        self.texts: dict[NodePath, str] = {}
        self.unfilled: list[NodePath] = []
        self.problems: list[Problem] = []
        self.count = 0
        self.at = _START
        self.keys_as_text = False
        self.parser = parser or _parser(text)

    def document(self) -> object:
        self.next()  # the start of the stream
        if isinstance(self.next(), yaml.StreamEndEvent):
            self.stop(_START, *_EMPTY)
        data = self.value(self.next(), ())
        self.next()  # the end of the document
        if not isinstance(self.next(), yaml.StreamEndEvent):
            self.stop(self.at, "a second document starts here", "a file holds one document")
        if data is None and self.texts.get(()) == "" and not self.problems:
            self.stop(_START, *_EMPTY)
        if self.problems:
            raise InputError(self.problems)
        return data

    def next(self) -> Any:
        """The next event."""
        try:
            event: Any = self.parser.get_event()
        except yaml.MarkedYAMLError as error:
            self.syntax(error)
        except (yaml.YAMLError, ValueError, OverflowError):
            # The parser in Python lets escapes beyond Unicode fail in `chr`.
            self.stop(self.at, "not valid YAML after this", "look for an escape that stands for no character")
        self.at = (event.start_mark.line + 1) << 32 | (event.start_mark.column + 1)
        self.count += 1
        if self.count > EVENT_LIMIT:
            self.stop(self.at, f"the file holds more than {EVENT_LIMIT:,} pieces", "split it")
        return event

    def value(self, event: Any, path: NodePath) -> object:
        at = self.places[path] = self.at
        if event.anchor is not None or getattr(event, "tag", None) is not None:
            self.refuse_extras(event, at)
        if isinstance(event, yaml.ScalarEvent):
            return self.scalar(event, path, at)
        if isinstance(event, yaml.AliasEvent):
            return None
        if len(path) >= DEPTH_LIMIT:
            self.stop(at, f"this is nested deeper than {DEPTH_LIMIT} levels", "write it flatter")
        return self.sequence(path) if isinstance(event, yaml.SequenceStartEvent) else self.mapping(path)

    def scalar(self, event: Any, path: NodePath, at: int) -> object:
        text: str = event.value
        if not self.fit(event, at):
            return None
        if event.style:  # quoted or block
            return text
        if text == UNFILLED:
            self.unfilled.append(path)
        try:
            value = read_plain(text)
        except ScalarFault as fault:
            self.fault(at, fault.message, fault.help)
            return None
        if not isinstance(value, str):
            self.texts[path] = text
        return value

    def sequence(self, path: NodePath) -> list[object]:
        items: list[object] = []
        while not isinstance(event := self.next(), yaml.SequenceEndEvent):
            items.append(self.value(event, (*path, len(items))))
        return items

    def mapping(self, path: NodePath) -> dict[str, object]:
        items: dict[str, object] = {}
        while not isinstance(event := self.next(), yaml.MappingEndEvent):
            at = self.at
            key = self.key(event, path)
            # What follows a key that is refused is still read, for its own faults, and then dropped.
            here = (*path, "" if key is None else key)
            if key in items:
                first = self.keys[here] >> 32
                help = "keep one of the two, or rename it"
                self.fault(at, f"key {quoted(key)} stands twice; first at line {first}", help)
            else:
                self.keys[here] = at
            value = self.value(self.next(), here)
            if key is not None:
                items[key] = value
        return items

    def key(self, event: Any, path: NodePath) -> str | None:
        """The text of a key, or None where it is refused."""
        at = self.at
        if not isinstance(event, yaml.ScalarEvent):
            if isinstance(event, yaml.CollectionStartEvent):
                self.fault(at, "a key is a list or a mapping", "a key is text, as in 'key: value'")
            self.value(event, (*path, ""))
            return None
        if event.anchor is not None or event.tag is not None:
            self.refuse_extras(event, at)
        if not self.fit(event, at):
            return None
        text: str = event.value
        if event.style or text in KEYS_OF_OURS or (self.keys_as_text and text):
            return text
        try:
            value = read_plain(text)
        except ScalarFault as fault:
            help = fault.help if text == "<<" else f"quote it: {quoted(text)}"
            self.fault(at, fault.message, help)
            return None
        if isinstance(value, str):
            return value
        if type(value) is int and path[-1:] == LEVELS_AS_KEYS and is_plain_number(text):
            return str(value)
        if not text:
            self.fault(at, "a key is missing before the colon", "a key is text, as in 'key: value'")
        else:
            message = f"key {quoted(text)} is read by YAML as {read_as(value)}"
            self.fault(at, message, f"quote it: {quoted(text)}")
        return None

    def fit(self, event: Any, at: int) -> bool:
        """Whether a scalar is of a length, and of characters, that are read."""
        if len(event.value) > SCALAR_LIMIT:
            self.fault(at, f"a text is longer than {SCALAR_LIMIT:,} characters", "shorten it")
            return False
        # Only an escape in double quotes can bring in what the file itself may not hold.
        unfit = unfit_in_value(event.value) if event.style == '"' else None
        if unfit:
            self.fault(at, f"the text holds character {unfit}, which is not read", "take the escape away")
        return not unfit

    def refuse_extras(self, event: Any, at: int) -> None:
        """Anchors, aliases and tags."""
        if event.anchor is not None:
            sign, name = ("*", "alias") if isinstance(event, yaml.AliasEvent) else ("&", "anchor")
            shown = quoted(f"{sign}{event.anchor}")
            self.fault(at, f"{name} {shown}: aliases and anchors are not read", "write the value out")
        tag = getattr(event, "tag", None)
        if tag is not None and tag != "!":
            shown = quoted(tag.replace("tag:yaml.org,2002:", "!!", 1))
            self.fault(at, f"tag {shown}: tags are not read", "take it away, and quote what is text")

    def syntax(self, error: yaml.MarkedYAMLError) -> NoReturn:
        """Raise a syntax fault, in plain words."""
        said = f"{error.context or ''} {error.problem or ''}".strip().lower()
        mark = error.problem_mark or error.context_mark
        opened = any(words in said for words in ("simple key", "an alias", "an anchor", "a tag"))
        opened = opened or "unexpected" in said.partition("quoted scalar")[2]
        if error.context_mark and opened:
            # Where a thing was opened says more than where the parser gave up on its end.
            mark = error.context_mark
        if mark is None:
            self.stop(self.at, *explain_syntax(said, ""))
        if "nesting depth" in said:
            # Newer libyamls read ahead, up to a limit beyond ours; the parser in Python stops where ours is.
            _Reader(self.text, self.file, _PythonParser(self.text)).document()
        message, help = explain_syntax(said, self.text[mark.index : mark.index + 1])
        if "flow" in said and error.context_mark and error.context_mark.index < len(self.text):
            help += f"; the bracket was opened at line {error.context_mark.line + 1}"
        place = Place(self.file, mark.line + 1, mark.column + 1)
        if mark.index >= len(self.text):  # libyaml puts the end on a line that is not there
            place = place_after(self.file, self.text.rstrip())
        raise InputError([*self.problems, Problem(message, place, help)])

    def fault(self, at: int, message: str, help: str) -> None:
        if len(self.problems) == COUNT_LIMIT:
            raise InputError(self.problems)
        self.problems.append(Problem(message, _place(self.file, at), help))

    def stop(self, at: int, message: str, help: str) -> NoReturn:
        raise InputError([*self.problems, Problem(message, _place(self.file, at), help)])


def _place(file: str, at: int) -> Place:
    return Place(file, at >> 32, at & 0xFFFFFFFF)
