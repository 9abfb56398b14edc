"""`proved.json` beside a rule book: what was proved of exactly these rules.

It is bound to hashes, so changed rules claim nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from grader.errors import InputError, Place, Problem
from grader.io.reading import read_bytes
from grader.io.rule_folder import PROVED
from grader.io.written import write_whole
from grader.language.rulebook import Proved

NAME: Final = PROVED
SCHEMA: Final = "grader.proved/1"


class ProvedFile(BaseModel):
    """What `grader check --record` wrote down."""

    model_config = ConfigDict(extra="forbid")

    schema_: Literal["grader.proved/1"] = Field(alias="schema")
    rulebook_sha256: str
    framework_sha256: str
    promises: dict[str, str]


def read_proved(folder: Path, sha256: str, shown: str) -> Proved | None:
    """What was proved of these rules, or None.

    Parameters
    ----------
    folder : Path
        The rule book's.
    shown : str
        For messages.

    Raises
    ------
    InputError
        Not what `check --record` writes.
    """
    path = folder / NAME
    if not path.is_file():
        return None
    try:
        data: Any = json.loads(read_bytes(path))
        found = ProvedFile.model_validate(data)
    except (ValueError, RecursionError, ValidationError):
        help = "take it away, and write it anew: grader check RULEBOOK --record"
        raise InputError([Problem("no record of proofs", Place(f"{shown}/{NAME}"), help)]) from None
    if found.rulebook_sha256 != sha256:
        return None
    return Proved(found.framework_sha256, found.promises)


def write_proved(folder: Path, rulebook: str, framework: str, promises: Mapping[str, str]) -> Path:
    """Write down what was proved; gives the file."""
    path = folder / NAME
    said = ProvedFile(
        schema=SCHEMA, rulebook_sha256=rulebook, framework_sha256=framework, promises=dict(promises)
    )
    write_whole(path, json.dumps(said.model_dump(by_alias=True), indent=2) + "\n")
    return path
