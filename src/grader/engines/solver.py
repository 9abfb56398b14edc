"""The solver (z3): questions and what they may spend."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from threading import RLock
from typing import Protocol

from grader.distribution import install
from grader.errors import MissingExtraError

try:
    import z3 as z3
except ImportError as error:
    raise MissingExtraError("proofs need the solver z3", help=install("prove")) from error

QuestionWriter = Callable[[str, "z3.Solver", bool], None]
"""Told the logic, the solver as asked, and whether there was a model, of every question answered."""

WRITTEN: ContextVar[QuestionWriter | None] = ContextVar("written", default=None)


class Undecided(Exception):
    """The solver gave up or ran out of effort."""


class Allowance(Protocol):
    """What the solver may spend."""

    def grant(self, solver: z3.Solver) -> None:
        """Bound the next question; raises Undecided where nothing is left."""

    def charge(self, solver: z3.Solver) -> None:
        """Take off what a question has cost."""


@dataclass(slots=True)
class Effort:
    """Solver units left, the same on every machine."""

    units: int
    spent: int = 0
    _before: int = 0

    def grant(self, solver: z3.Solver) -> None:
        """Bound the next question by the units left."""
        left = self.units - self.spent
        if left <= 0:
            raise Undecided(f"more than {self.units:,} units of solver work")
        self._before = _units(solver)
        solver.set("rlimit", left)

    @contextmanager
    def part(self, units: int) -> Iterator[None]:
        """Spend no more than so many units meanwhile."""
        whole = self.units
        self.units = min(whole, self.spent + units)
        try:
            yield
        finally:
            self.units = whole

    def charge(self, solver: z3.Solver) -> None:
        """Add the units a question took."""
        self.spent += max(1, _units(solver) - self._before)


def _units(solver: z3.Solver) -> int:
    """The units of work counted so far by everything the solver's context holds."""
    statistics = solver.statistics()
    return int(statistics.get_key_value("rlimit count")) if "rlimit count" in statistics.keys() else 0  # noqa: SIM118  # no mapping


_TURN = RLock()


@contextmanager
def afresh() -> Iterator[None]:
    """Make terms in a new context, so that earlier questions change nothing."""
    with _TURN:
        kept = z3.z3._main_ctx
        z3.z3._main_ctx = None
        try:
            yield
        finally:
            z3.z3._main_ctx = kept


class Solver:
    """A solver that answers yes with a model, no with None, or raises `Undecided`."""

    def __init__(
        self, budget: Allowance, *formulas: z3.BoolRef, linear: bool = True, logic: str | None = None
    ) -> None:
        self._budget = budget
        self._logic = logic or ("QF_LIA" if linear else "QF_NIA")
        self._solver = z3.SolverFor(self._logic)
        self._solver.set("random_seed", 0)
        self._solver.add(*formulas)

    def add(self, *formulas: z3.BoolRef) -> None:
        """Ask for these as well from now on."""
        self._solver.add(*formulas)

    def model(self, *formulas: z3.BoolRef) -> z3.ModelRef | None:
        """A model of everything added and these formulas; None when there is none."""
        self._budget.grant(self._solver)
        with self._scope(formulas):
            answer = self._solver.check()
            self._budget.charge(self._solver)
            if answer == z3.unknown:
                raise Undecided(_why(self._solver.reason_unknown()))
            written = WRITTEN.get()
            if written is not None:
                written(self._logic, self._solver, answer == z3.sat)
            return self._solver.model() if answer == z3.sat else None

    def smallest(self, size: z3.ArithRef, *formulas: z3.BoolRef) -> z3.ModelRef | None:
        """A model of the least `size`, or the least found when effort runs out."""
        best = self.model(*formulas)
        if best is None:
            return None
        try:
            while (n := number(best, size)) > 0 and (less := self.model(*formulas, size < n)) is not None:
                best = less
        except Undecided:
            return best
        return best

    @contextmanager
    def _scope(self, formulas: Sequence[z3.BoolRef]) -> Iterator[None]:
        self._solver.push()
        try:
            self._solver.add(*formulas)
            yield
        finally:
            self._solver.pop()


def _why(reason: str) -> str:
    return "more solver work than allowed" if "resource" in reason or "canceled" in reason else reason


def number(model: z3.ModelRef, term: z3.ArithRef) -> int:
    """The whole number a term has in a model."""
    found = model.eval(term, model_completion=True)
    return int(found.as_long())


def truth(model: z3.ModelRef, formula: z3.BoolRef) -> bool:
    """Whether a formula holds in a model."""
    return bool(z3.is_true(model.eval(formula, model_completion=True)))
