"""The log behind a decisions file: each line holds the hash of the one before.

A line is written in one way alone, so that any changed byte is found.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import ValidationError

from grader.errors import Place, Problem
from grader.io.folders import LOG_ENDING
from grader.model.acts import NOTHING, SCHEMA, Act
from grader.model.decisions import LogHead

_HASH = ',"hash":"'


def log_beside(decisions: Path) -> Path:
    """Where the log of a decisions file lies."""
    return decisions.with_name(decisions.stem + LOG_ENDING)


def line_of(act: Act) -> tuple[str, str]:
    """The line of an act, and its hash."""
    data = {"schema": SCHEMA, **act.model_dump(mode="json", exclude_none=True, exclude_defaults=True)}
    text = json.dumps(data, ensure_ascii=True, separators=(",", ":"))
    known = hashlib.sha256(text.encode("ascii")).hexdigest()
    return f'{text[:-1]}{_HASH}{known}"}}\n', known


def head_of(lines: Sequence[tuple[Act, str]]) -> tuple[int, str]:
    """How many acts there are, and the hash of the last."""
    return len(lines), lines[-1][1] if lines else NOTHING


def read_log(raw: bytes, shown: str) -> tuple[list[tuple[Act, str]], list[Problem]]:
    """A log's sound acts with their hashes, and what is wrong."""
    found: list[tuple[Act, str]] = []
    for number, line in enumerate(raw.splitlines(keepends=True), 1):
        act = _act(line)
        place = Place(shown, number, 1)
        if act is None:
            return found, [Problem("this line of the log is not as it was written", place, _HELP)]
        written, known = line_of(act)
        if written.encode("ascii") != line:
            return found, [Problem("this line of the log is not as it was written", place, _HELP)]
        count, head = head_of(found)
        if (act.n, act.previous) != (count + 1, head):
            message = f"act {act.n} does not follow act {count}: a line is missing, or stands elsewhere"
            return found, [Problem(message, place, _HELP)]
        found.append((act, known))
    return found, []


_HELP = "compare it with a copy, and put that back"


def _act(line: bytes) -> Act | None:
    try:
        data = json.loads(line)
        if not isinstance(data, dict) or data.pop("schema", None) != SCHEMA:
            return None
        data.pop("hash", None)  # which is written anew and compared
        return Act.model_validate(data)
    except (ValueError, RecursionError, ValidationError):
        return None


def against(lines: Sequence[tuple[Act, str]], head: LogHead | None, shown: str) -> Iterator[Problem]:
    """Where a sound log and its decisions file differ."""
    if head is None:
        if lines:
            message = f"the decisions file counts no acts, and the log beside it holds {len(lines)}"
            yield Problem(message, Place(shown), _HELP)
        return
    if len(lines) < head.acts:
        message = f"the log holds {len(lines)} acts, and the decisions file counts {head.acts}: it was cut"
        yield Problem(message, Place(shown), _HELP)
    elif lines[head.acts - 1][1] != head.head:
        message = f"act {head.acts} of the log is not the one that the decisions file ends with"
        yield Problem(message, Place(shown, head.acts, 1), _HELP)
    elif len(lines) > head.acts:
        more = len(lines) - head.acts
        message = (
            f"the log holds {more} act{'' if more == 1 else 's'} more than the decisions file counts:"
            " writing was broken off, or the file is an earlier one"
        )
        yield Problem(
            message, Place(shown, head.acts + 1, 1), "grader decide puts into the file what the log holds"
        )
