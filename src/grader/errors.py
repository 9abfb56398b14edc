"""The errors and problems grader reports.

Messages start without a capital, end without a stop, and carry a place and a `help:` line. Faults of an input
are collected and raised once.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect
from collections.abc import Iterable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from grader.distribution import overlap


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A place in a file; `line` and `column` count from 1, and are 0 where unknown."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        if not self.line:
            return self.file
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault: what is wrong, where, and what to do.

    `code` is a stable name for warnings and `check`.
    """

    message: str
    place: Place | None = None
    help: str | None = None
    code: str = "input"

    def __str__(self) -> str:
        head = f"{self.place}: {self.message}" if self.place else self.message
        return f"{head}\n  help: {self.help}" if self.help else head

    @property
    def sort_key(self) -> tuple[Place, str]:
        return (self.place or Place(""), self.message)


#: Of the faults of one run so many are shown one by one; the rest is counted by kind.
FAULT_LIMIT = 100
#: Nobody mends so many by hand: looking for more stops here.
COUNT_LIMIT = 10_000
#: Whether faults are only counted, so that help is not worked out.
_COUNTING: ContextVar[bool] = ContextVar("counting", default=False)
#: Kinds of the rest that are named.
_KINDS_SHOWN = 8
#: A quote that nobody closes reaches to the end, or many of them would each be followed there in vain.
_QUOTED = re.compile(r"'(?:[^'\\]|\\.?)*(?:'|\Z)|\"(?:[^\"\\]|\\.?)*(?:\"|\Z)|\d[\d,.]*", re.DOTALL)
_KEPT = re.compile(r"^'[a-z_]{1,40}' of |lacks '[a-z_]{1,40}'")


def shown(problems: Sequence[Problem]) -> list[Problem]:
    """The problems as printed: of very many, the first and a count of the rest."""
    if len(problems) <= FAULT_LIMIT:
        return list(problems)
    first, rest = problems[:FAULT_LIMIT], problems[FAULT_LIMIT:]
    most = by_kind(rest)
    counts = [f'{len(alike):,} like "{alike[0].message}"' for alike in most[:_KINDS_SHOWN]]
    if len(most) > _KINDS_SHOWN:
        counts.append(f"{sum(map(len, most[_KINDS_SHOWN:])):,} of {len(most) - _KINDS_SHOWN} other kinds")
    least = "at least " if len(problems) >= COUNT_LIMIT else ""
    more = f"and {least}{len(rest):,} more {'fault' if len(rest) == 1 else 'faults'}: {'; '.join(counts)}"
    return [*first, Problem(more, first[-1].place, "mend the first ones, and look again")]


def by_kind(problems: Iterable[Problem]) -> list[list[Problem]]:
    """Problems grouped by message, the commonest first."""
    kinds: dict[str, list[Problem]] = {}
    for problem in problems:
        kinds.setdefault(_kind(problem.message), []).append(problem)
    return sorted(kinds.values(), key=len, reverse=True)


def _kind(message: str) -> str:
    """What is the same in messages about different things."""
    kept = _KEPT.search(message)
    return f"{kept[0] if kept else ''} {_QUOTED.sub('', message)}"


def truncate(problems: Iterable[Problem]) -> list[Problem]:
    """The problems, up to the most that are worth working out.

    Beyond those shown, no near spelling is looked for.
    """
    rest = iter(problems)
    found = list(islice(rest, FAULT_LIMIT))
    counting = _COUNTING.set(True)
    try:
        return [*found, *islice(rest, COUNT_LIMIT - len(found))]
    finally:
        _COUNTING.reset(counting)


class Problems(list[Problem]):
    """Collects faults; far too many raise an `InputError` at once."""

    def append(self, problem: Problem) -> None:
        if len(self) == COUNT_LIMIT:
            raise InputError(self)
        super().append(problem)

    def extend(self, problems: Iterable[Problem]) -> None:
        for problem in problems:
            self.append(problem)


class GraderError(Exception):
    """Root of every error grader raises on purpose.

    Attributes
    ----------
    help : str or None
        What to do about it.
    """

    exit_code = 2

    def __init__(self, message: str, *, help: str | None = None, place: Place | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.help = help
        self.place = place

    def __str__(self) -> str:
        return str(Problem(self.message, self.place, self.help))


class InputError(GraderError, ValueError):
    """Faults in what a person wrote; `problems` holds all, in order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(sorted(set(problems), key=lambda p: p.sort_key))
        if not self.problems:
            raise ValueError("an InputError needs at least one problem")
        first = self.problems[0]
        super().__init__(first.message, help=first.help, place=first.place)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in shown(self.problems))


class UnknownNameError(GraderError, LookupError):
    """A name that does not exist was asked for."""


class MissingExtraError(GraderError, ImportError):
    """An optional dependency is missing; `help` names the extra."""

    def __init__(self, message: str, *, help: str, place: Place | None = None) -> None:
        # Whoever followed an old hint has a stranger's package beside ours: the next hint must not hide it.
        if (found := overlap()) is not None:
            help = f"{help}; first mend this: {found[0]} ({found[1]})"
        super().__init__(message, help=help, place=place)


class EngineDisagreementError(GraderError, RuntimeError):
    """Two engines concluded differently: nothing is proposed (exit 3)."""

    exit_code = 3


class InternalError(GraderError, RuntimeError):
    """A fault of grader itself (exit 3)."""

    exit_code = 3


#: Names longer than this are not compared, and among more than so many only the alphabet's neighbours are.
_NEAR_LENGTH = 60
_NEAR_COUNT = 250


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The one nearest known spelling of `name`, or None.

    A characteristic is looked for in its own area.
    """
    return _nearest(name, tuple(known))


@lru_cache(maxsize=4096)
def _nearest(name: str, known: tuple[str, ...]) -> str | None:
    if len(name) > _NEAR_LENGTH:
        return None
    candidates = sorted({k for k in known if len(k) <= _NEAR_LENGTH})
    typed = folded(name)
    area, dot, _ = typed.partition(".")
    if dot:
        areas = {folded(k.partition(".")[0]) for k in candidates if "." in k}
        meant = area if area in areas else _closest(area, areas)
        if areas and meant is None:
            return None
        candidates = [k for k in candidates if not areas or folded(k.partition(".")[0]) == meant]
    if len(candidates) > _NEAR_COUNT:
        middle = bisect(candidates, name)
        candidates = candidates[max(0, middle - _NEAR_COUNT // 2) : middle + _NEAR_COUNT // 2]
    return _closest(typed, candidates) or (None if dot else _shortened(typed, candidates))


def _shortened(typed: str, candidates: Iterable[str]) -> str | None:
    """The one candidate that starts with what was typed."""
    known = [(k, folded(k)) for k in candidates]
    found = [k for k, f in known if typed.startswith(f"{f} ") or (len(typed) > 2 and f.startswith(typed))]
    return found[0] if len(found) == 1 else None


def _closest(typed: str, candidates: Iterable[str]) -> str | None:
    """The one candidate at the smallest small distance."""
    least = min(3, (len(typed) + 1) // 3 if len(typed) > 2 else 0)
    found: list[str] = []
    for candidate in candidates:
        distance = edits(typed, folded(candidate), least)
        if distance < least:
            least, found = distance, []
        if distance == least:
            found.append(candidate)
    return found[0] if len(found) == 1 else None


def folded(name: str) -> str:
    """A name as compared: without case and extra spaces."""
    return " ".join(
        unicodedata.normalize("NFKC", name).casefold().replace("_", " ").replace("-", " ").split()
    )


def edits(one: str, other: str, most: int) -> int:
    """Letters dropped, added, changed or swapped; `most + 1` for more."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    far = most + 1
    before: list[int] = []
    last = [min(j, far) for j in range(len(other) + 1)]
    for i, a in enumerate(one, 1):
        # Cells further from the diagonal than `most` can only be further away than that.
        row = [min(i, far)] + [far] * len(other)
        for j in range(max(1, i - most), min(len(other), i + most) + 1):
            b = other[j - 1]
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            row[j] = cost
        if min(row) > most:
            return far
        before, last = last, row
    return min(last[-1], far)


def suggest(name: str, known: Iterable[str], what: str) -> str:
    """A help line: the nearest spelling, or a short list."""
    if _COUNTING.get():
        return ""
    known = sorted(known)
    near = nearest(name, known)
    if near is not None:
        return f"did you mean {near!r}?"
    area = folded(name.partition(".")[0])
    within = [k for k in known if "." in k and "." in name and folded(k.partition(".")[0]) == area]
    if 0 < len(within) <= 30:
        return f"{what} of {within[0].partition('.')[0]}: {', '.join(within)}"
    if len(known) <= 12:
        return f"known {what}: {', '.join(known) or 'none'}"
    return f"there are {len(known)} {what}, from {known[0]} to {known[-1]}"


def quoted(text: object, limit: int = 60) -> str:
    """A user's text on one short, printable, quoted line."""
    plain = str(text)
    if len(plain) > limit:
        plain = plain[: limit - 1] + "…"
    return repr(plain.encode("utf-8", "backslashreplace").decode("utf-8"))
