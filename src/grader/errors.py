"""Everything grader says when something is wrong.

Messages start without a capital and end without a stop, use the user's words, and carry the place the
trouble stands in and a `help:` line that says what to do about it. Faults of the input are collected and
raised once, so that a person mends a file in one sitting.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice

from grader.distribution import overlap


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something stands in a file; `line` and `column` count from 1, and are 0 where unknown."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        if not self.line:
            return self.file
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of an input: what is wrong, where, and what would put it right.

    `code` is a short stable name, used by warnings and by `check`.
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


#: A file with more faults than this is not mended by hand; the list stops there and says so.
FAULT_LIMIT = 100


def too_many(place: Place | None) -> Problem:
    """What ends a list of faults cut at the limit."""
    return Problem(f"more than {FAULT_LIMIT} faults; the rest is not looked at", place, "mend these first")


def cut(problems: Iterable[Problem]) -> list[Problem]:
    """The problems; of very many the first ones, and that there are more. The rest is not worked out."""
    found = list(islice(problems, FAULT_LIMIT + 1))
    if len(found) > FAULT_LIMIT:
        found[-1] = too_many(found[-1].place)
    return found


class Problems(list[Problem]):
    """Faults as they are found; adding one too many raises an `InputError` with those there are."""

    def append(self, problem: Problem) -> None:
        if len(self) == FAULT_LIMIT:
            raise InputError([*self, too_many(problem.place)])
        super().append(problem)

    def extend(self, problems: Iterable[Problem]) -> None:
        for problem in problems:
            self.append(problem)


class GraderError(Exception):
    """Root of every error grader raises on purpose.

    Attributes
    ----------
    message : str
        What is wrong, in the user's words.
    help : str or None
        What to do about it.
    place : Place or None
        Where it stands.
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
    """One or more faults in what a person wrote; `problems` holds them all, in file order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(sorted(set(problems), key=lambda p: p.sort_key))
        if not self.problems:
            raise ValueError("an InputError needs at least one problem")
        first = self.problems[0]
        super().__init__(first.message, help=first.help, place=first.place)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


class UnknownNameError(GraderError, LookupError):
    """A framework, rule book, area or grade that does not exist was asked for."""


class MissingExtraError(GraderError, ImportError):
    """An optional dependency is not installed; `help` says which extra brings it."""

    def __init__(self, message: str, *, help: str, place: Place | None = None) -> None:
        # Whoever followed an old hint has a stranger's package beside ours: the next hint must not hide it.
        if (found := overlap()) is not None:
            help = f"{help}; first mend this: {found[0]} ({found[1]})"
        super().__init__(message, help=help, place=place)


class EngineDisagreementError(GraderError, RuntimeError):
    """Two engines concluded differently: a fault of ours, and nothing is proposed (exit 3)."""

    exit_code = 3


class InternalError(GraderError, RuntimeError):
    """A fault of grader itself (exit 3)."""

    exit_code = 3


#: Comparing spellings takes the square of their length: among very many names only the alphabet's neighbours
#: are compared, and never long ones.
_NEAR_COUNT = 250
_NEAR_LENGTH = 60


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known spelling nearest to `name`, or None where none is near."""
    candidates = sorted(k for k in known if len(k) <= _NEAR_LENGTH)
    if len(candidates) > _NEAR_COUNT:
        middle = bisect(candidates, name)
        candidates = candidates[max(0, middle - _NEAR_COUNT // 2) : middle + _NEAR_COUNT // 2]
    found = get_close_matches(name[:_NEAR_LENGTH], candidates, n=1, cutoff=0.6)
    return found[0] if found else None


def suggest(name: str, known: Iterable[str], what: str) -> str:
    """A help line for an unknown name: the nearest spelling, or the list where it is short."""
    known = sorted(known)
    near = nearest(name, known)
    if near is not None:
        return f"did you mean {near!r}?"
    if len(known) <= 12:
        return f"known {what}: {', '.join(known) or 'none'}"
    return f"there are {len(known)} {what}, from {known[0]} to {known[-1]}"


def quoted(text: object, limit: int = 60) -> str:
    """Text of a user's in one short, printable, quoted line (control characters escaped)."""
    plain = str(text)
    if len(plain) > limit:
        plain = plain[: limit - 1] + "…"
    return repr(plain.encode("utf-8", "backslashreplace").decode("utf-8"))
