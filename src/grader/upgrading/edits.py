"""Changes of single keys in a YAML text; everything else in it, comments too, stays as it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from grader.io.yaml_source import NodePath


@dataclass(frozen=True, slots=True)
class Rename:
    """A key gets another name."""

    path: NodePath
    name: str


@dataclass(frozen=True, slots=True)
class Removal:
    """A key goes, with its value."""

    path: NodePath


Edit = Rename | Removal


@dataclass(frozen=True, slots=True)
class _Pair:
    """Where a key and its value stand in the text."""

    key: tuple[int, int]
    end: int
    in_braces: bool
    before: int | None
    """Where the pair before it ends, in the same mapping."""
    after: int | None
    """Where the next key starts."""


def edited(text: str, edits: Iterable[Edit]) -> str:
    """The text after the edits; each names a key that is in it."""
    pairs = _pairs(text)
    # From the end, so that places before an edit stay right. Several keys of one mapping are rare enough for
    # each to be looked up anew.
    for edit in sorted(edits, key=lambda edit: pairs[edit.path].key, reverse=True):
        pair = _pairs(text)[edit.path]
        if isinstance(edit, Rename):
            start, end = pair.key
            text = text[:start] + edit.name + text[end:]
        else:
            text = _without(text, pair)
    return text


def _without(text: str, pair: _Pair) -> str:
    start, end = pair.key[0], pair.end
    if pair.before is None and pair.after is None:
        return f"{text[:start]}{{}}{text[end:]}"
    if pair.in_braces:
        if pair.after is None:
            return text[: pair.before] + text[end:]
        rest = text[end:]
        if (after := rest.lstrip()).startswith(","):
            rest = after[1:].lstrip(" \t")
        return text[:start] + rest
    line_start = text.rfind("\n", 0, start) + 1
    if not text[line_start:start].strip():
        line_end = text.find("\n", end)
        return text[:line_start] + (text[line_end + 1 :] if line_end >= 0 else "")
    # The first key of an item, behind its dash: the next takes its place, and remarks between go above it.
    assert pair.after is not None
    between = text[end : pair.after].splitlines(keepends=True)[1:]
    remarks = "".join(line for line in between if line.lstrip().startswith("#"))
    return text[:line_start] + remarks + text[line_start:start] + text[pair.after :]


def _pairs(text: str) -> dict[NodePath, _Pair]:
    """Every key of the text by its path, and where it stands."""
    events: Iterator[Any] = iter(yaml.parse(text, Loader=yaml.SafeLoader))
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            break
    found: dict[NodePath, _Pair] = {}
    _walk(next(events), events, (), text, found)
    return found


def _walk(event: Any, events: Iterator[Any], path: NodePath, text: str, found: dict[NodePath, _Pair]) -> int:
    """Where the node that starts with this event ends in the text, blanks and remarks behind it left out."""
    end = _end(event)
    if isinstance(event, yaml.ScalarEvent):
        return len(text[:end].rstrip()) if event.style in ("|", ">") else end
    in_braces = bool(event.flow_style)
    if isinstance(event, yaml.SequenceStartEvent):
        count = 0
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            end = _walk(event, events, (*path, count), text, found)
            count += 1
        return _end(event) if in_braces else end
    spans: list[tuple[NodePath, int, int, int]] = []
    while not isinstance(event := next(events), yaml.MappingEndEvent):
        here, start, key_end = (*path, event.value), event.start_mark.index, event.end_mark.index
        end = max(_walk(next(events), events, here, text, found), key_end)
        if text[end : end + 1] == ":":  # nothing behind the colon
            end += 1
        spans.append((here, start, key_end, end))
    for i, (here, start, key_end, ending) in enumerate(spans):
        before = spans[i - 1][3] if i else None
        after = spans[i + 1][1] if i + 1 < len(spans) else None
        found[here] = _Pair((start, key_end), ending, in_braces, before, after)
    return _end(event) if in_braces else end


def _end(event: Any) -> int:
    found: int = event.end_mark.index
    return found
