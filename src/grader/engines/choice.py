"""Which engine a pass runs on."""

from __future__ import annotations

from grader.engines import rete
from grader.engines.checked import CheckedEngine
from grader.engines.reference import ReferenceEngine
from grader.errors import InputError, Problem, quoted, suggest
from grader.language.engine import Engine
from grader.language.rulebook import RuleBook

NAMES = ("rete", "reference")


def engine_for(bound: RuleBook, name: str | None = None) -> Engine:
    """An engine over a bound rule book.

    Parameters
    ----------
    bound : RuleBook
        Constants for parameters.
    name : {"rete", "reference"}, optional
        By default durable-rules checked by the reference, or the reference alone.

    Raises
    ------
    InputError
        No such engine.
    MissingExtraError
        durable-rules cannot be imported.
    """
    chosen = name if name is not None else "rete" if rete.available() else "reference"
    if chosen not in NAMES:
        raise InputError(
            [Problem(f"unknown engine {quoted(chosen)}", None, suggest(chosen, NAMES, "engines"))]
        )
    reference = ReferenceEngine(bound)
    return reference if chosen == "reference" else CheckedEngine(rete.ReteEngine(bound), reference)
