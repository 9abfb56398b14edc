"""What was proved before, by the hash of what it rests on."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import z3

from grader._version import __version__
from grader.errors import InputError
from grader.io.written import write_whole
from grader.language.effort import CHECK_EFFORT
from grader.language.rulebook import RuleBook
from grader.model.framework import Framework
from grader.proofs.check import at_settings, check_rulebook
from grader.proofs.report import CheckReport, Promise
from grader.proofs.subject import Confirm
from grader.proofs.tag_combinations import Part

T = TypeVar("T", list[Any], dict[str, Any])

_TO_KEEP = ("proved", "refuted")

#: Promises proved of every value of the parameters, so that their defaults do not matter.
_OVER_RANGES = frozenset({*map(str, Part), "total", "local", "capped"})


def check_kept(
    book: RuleBook,
    framework: Framework,
    *,
    effort: int = CHECK_EFFORT,
    settings: Mapping[str, int] | None = None,
    confirm: Confirm | None = None,
) -> CheckReport:
    """As `check_rulebook`, with proofs reused and kept."""
    asked = at_settings(book, settings or {})
    folder = cache_folder()

    def file_of(promise: str) -> Path:
        return folder / f"{_key(promise, asked, framework, effort)}.json"

    answered: dict[str, Promise] = {}

    def known(promise: str) -> Promise | None:
        found = _read(file_of(promise), promise)
        if found is not None:
            answered[promise] = found
        return found if found is not None and found.result == "proved" else None

    of_cases, of_dead = (
        folder / f"{_key_of_cases(book, framework)}.{what}.json" for what in ("cases", "dead")
    )
    cases_before, dead_before = _kept(of_cases, []), _kept(of_dead, {})
    cases, dead = list(cases_before), dict(dead_before)
    report = check_rulebook(
        book,
        framework,
        effort=effort,
        settings=settings,
        confirm=confirm,
        known=known,
        cases=cases,
        dead=dead,
    )
    for path, before, now in ((of_cases, cases_before, cases), (of_dead, dead_before, dead)):
        if now != before:
            _write(path, now)
    for promise in report.promises:
        if promise.result in _TO_KEEP and promise.id not in answered:
            said = {"result": promise.result, "cost": promise.cost, "assumes": list(promise.assumes)}
            _write(file_of(promise.id), said)
    return replace(report, promises=tuple(_at_first_cost(p, answered) for p in report.promises))


def _at_first_cost(promise: Promise, answered: Mapping[str, Promise]) -> Promise:
    """A promise with what its answer cost when it was first given.

    What is refuted is asked anew, with the help of the cases kept: it costs less, and says the same.
    """
    first = answered.get(promise.id)
    if first is None or first.result != promise.result:
        return promise
    return replace(promise, cost=first.cost)


def cache_folder() -> Path:
    """The user's folder for kept proofs."""
    named = os.environ.get("GRADER_CACHE")
    if named:
        return Path(named)
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", Path.home()))
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "grader" / "proofs"


def _key(promise: str, book: RuleBook, framework: Framework, effort: int) -> str:
    """The hash of everything a proof rests on."""
    programs = (__version__, _program(), z3.get_version_string())
    rests_on = (promise, *programs, effort, _said(book, promise), repr(framework))
    return hashlib.sha256(repr(rests_on).encode()).hexdigest()


@cache
def _program() -> str:
    """The hash of the modules that make proofs."""
    digest = hashlib.sha256()
    for room in ("engines", "grading", "language", "proofs", "vocabulary"):
        for path in sorted(Path(__file__).parents[1].joinpath(room).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _said(book: RuleBook, promise: str) -> str:
    """The rule book without what no proof looks at: places, reasons and sources."""
    rules = sorted(
        (
            r.id,
            r.layer,
            r.level,
            r.effect,
            r.target,
            repr(r.condition),
            sorted(r.scope or ()),
            r.scope is None,
        )
        for r in book.rules
    )
    facts = [(n, f.layer, f.level, f.kind, repr(f.definition)) for n, f in sorted(book.facts.items())]
    parameters = [
        (p.name, p.kind, p.minimum, p.maximum, None if promise in _OVER_RANGES else p.default)
        for _, p in sorted(book.parameters.items())
    ]
    measures = sorted((m.name, m.characteristic, m.unit) for m in book.measures.values())
    about = (book.id, book.framework, book.grade_scale.names, book.grade_default, book.areas, book.promises)
    return repr((about, rules, facts, parameters, measures))


def _key_of_cases(book: RuleBook, framework: Framework) -> str:
    """The hash of what cases are of; they are replayed, so not of the rules."""
    about = (_program(), z3.get_version_string(), book.id, repr(framework))
    return hashlib.sha256(repr(about).encode()).hexdigest()


def _kept(path: Path, nothing: T) -> T:
    """What a file of cases or of dead rules holds, or nothing."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return nothing
    return found if isinstance(found, type(nothing)) else nothing


def _read(path: Path, promise: str) -> Promise | None:
    """A promise kept as proved or refuted, or None."""
    try:
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if data["result"] not in _TO_KEEP:
            return None
        return Promise(promise, data["result"], int(data["cost"]), 0.0, tuple(map(str, data["assumes"])))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write(path: Path, data: Any) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, json.dumps(data) + "\n")
    except (OSError, InputError):
        return
