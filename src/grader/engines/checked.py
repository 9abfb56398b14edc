"""Two engines, one answer: every conclusion of the first is compared with the second's."""

from __future__ import annotations

from collections.abc import Mapping

from grader.errors import EngineDisagreementError
from grader.language.engine import Engine
from grader.language.nodes import Level
from grader.language.rulebook import Layer


class CheckedEngine:
    """An engine whose every answer a second engine confirms.

    Parameters
    ----------
    engine : Engine
        It answers, and gives its name.
    """

    def __init__(self, engine: Engine, witness: Engine) -> None:
        self.name = engine.name
        self.engine = engine
        self.witness = witness

    def held(self, layer: Layer, level: Level, scope: str, facts: Mapping[str, int]) -> frozenset[str]:
        """Ids of the rules that hold, by both engines.

        Raises
        ------
        EngineDisagreementError
            They differ; names table, rules and facts.
        """
        answer = self.engine.held(layer, level, scope, facts)
        expected = self.witness.held(layer, level, scope, facts)
        if answer != expected:
            raise self._disagreement(f"{layer}.{level} of {scope}", answer, expected, facts)
        return answer

    def _disagreement(
        self, table: str, answer: frozenset[str], expected: frozenset[str], facts: Mapping[str, int]
    ) -> EngineDisagreementError:
        differ = "; ".join(
            f"{rule} holds only on {(self.engine if rule in answer else self.witness).name}"
            for rule in sorted(answer ^ expected)
        )
        shown = ", ".join(f"{name}={value}" for name, value in sorted(facts.items()))
        return EngineDisagreementError(
            f"engines differ in table {table}: {differ} (facts: {shown})",
            help="nothing is proposed; this is a fault of grader: please report it with this line",
        )
