"""Every engine there is, each behind the same few words: which rules of a table hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack

import pytest

from grader.engines import rete
from grader.engines.reference import ReferenceEngine
from grader.errors import MissingExtraError
from grader.language.engine import Engine
from grader.language.nodes import Level, Share
from grader.language.rulebook import Layer, RuleBook


class Symbolic:
    """The formulas of the symbolic engine, asked about one case at a time: every fact a known number."""

    name = "symbolic"

    def __init__(self, book: RuleBook) -> None:
        from grader.engines import symbolic

        self._engine = symbolic
        self._tables = {(t.layer, t.level): t.rules for t in book.tables()}
        self._shares = {n: f.definition for n, f in book.facts.items() if isinstance(f.definition, Share)}

    def held(self, layer: Layer, level: Level, scope: str, facts: Mapping[str, int]) -> frozenset[str]:
        import z3

        terms = {name: z3.IntVal(number) for name, number in facts.items()}
        for name, share in self._shares.items():
            if name in facts:
                terms[name] = self._engine.Ratio(z3.IntVal(facts[share.part]), z3.IntVal(facts[share.whole]))
        return frozenset(
            rule.id
            for rule in self._tables[layer, level]
            if rule.applies_to(scope) and z3.is_true(z3.simplify(self._engine.holds(rule.condition, terms)))
        )


MAKERS: dict[str, Callable[[RuleBook], Engine]] = {
    "reference": ReferenceEngine,
    "rete": rete.ReteEngine,
    "symbolic": Symbolic,
}


def why_missing(name: str) -> str | None:
    """Why an engine cannot be had here; None where it can."""
    if name == "rete" and not rete.available():
        return "durable-rules cannot be imported here"
    if name == "symbolic":
        try:
            import grader.engines.symbolic  # noqa: F401  # only to see whether it can be had
        except MissingExtraError as error:
            return error.message
    return None


@pytest.fixture(params=sorted(MAKERS))
def make(request: pytest.FixtureRequest) -> Iterator[Callable[[RuleBook], Engine]]:
    """Makes one kind of engine; what it holds is freed at the end."""
    missing = why_missing(request.param)
    if missing is not None:
        pytest.skip(missing)
    with ExitStack() as stack:

        def made(book: RuleBook) -> Engine:
            engine = MAKERS[request.param](book)
            if hasattr(engine, "__exit__"):
                stack.enter_context(engine)
            return engine

        yield made


@pytest.fixture(scope="session")
def others() -> dict[str, Callable[[RuleBook], Engine]]:
    """Every engine that can be had but the reference, which they are held against."""
    return {n: m for n, m in MAKERS.items() if n != "reference" and why_missing(n) is None}
