"""JSON within YAML's limits; no repeated key, no NaN or Infinity."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any, NoReturn

from grader.errors import InputError, Place, Problem, quoted
from grader.io.reading import SIZE_LIMIT
from grader.io.scalars import NUMBER_LENGTH, decode
from grader.io.yaml_source import DEPTH_LIMIT

#: The proposal for the example of 309 items has 5,335.
PIECE_LIMIT = 1_000_000
#: A text that nobody closes reaches to the end, or many of them would each be followed there in vain.
_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)|[\[\]{}]|[^\s\[\]{},:"]+', re.DOTALL)
_HELP = "write it again with grader --json"


def read_json(raw: bytes, file: str) -> Any:
    """The data in a JSON text.

    Raises
    ------
    InputError
        No JSON, a repeated key, no number, or a limit passed.
    """
    if len(raw) > SIZE_LIMIT:
        _refuse(file, f"the file is larger than {SIZE_LIMIT / 2**20:g} MiB")
    text = decode(raw, file)
    _check_pieces(text, file)

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            counts = Counter(name for name, _ in pairs)
            twice = next(name for name, count in counts.items() if count > 1)
            _refuse(file, f"key {quoted(twice)} stands twice in one block")
        return found

    def whole(digits: str) -> int:
        if len(digits) > NUMBER_LENGTH or not -(2**63) <= int(digits) < 2**63:
            _refuse(file, f"the number {quoted(digits)} does not fit in 64 bits")
        return int(digits)

    def constant(name: str) -> NoReturn:
        _refuse(file, f"{name} is no number")

    try:
        return json.loads(text, object_pairs_hook=unique, parse_int=whole, parse_constant=constant)
    except json.JSONDecodeError as error:
        place = Place(file, error.lineno, error.colno)
        raise InputError([Problem(f"not valid JSON: {error.msg.lower()}", place, _HELP)]) from None


def _check_pieces(text: str, file: str) -> None:
    """Refuse too much depth or too many pieces before building any."""
    depth = 0
    for count, token in enumerate(_TOKEN.finditer(text)):
        sign = token[0]
        if count >= PIECE_LIMIT:
            _refuse(file, f"the file holds more than {PIECE_LIMIT:,} pieces")
        if sign in ("[", "{"):
            depth += 1
            if depth > DEPTH_LIMIT:
                _refuse(file, f"this is nested deeper than {DEPTH_LIMIT} levels")
        elif sign in ("]", "}"):
            depth -= 1


def _refuse(file: str, message: str) -> NoReturn:
    raise InputError([Problem(message, Place(file), _HELP)])
