"""Two engines, one answer: every conclusion of the first is compared with the second's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from grader.errors import EngineDisagreementError
from grader.language.engine import Engine
from grader.language.nodes import Level
from grader.language.rulebook import Layer

#: Agreed answers kept by one engine. An inspection asks the same question of many characteristics.
REMEMBERED: Final = 4096

Question = tuple[Layer, Level, str, frozenset[tuple[str, int]]]


class CheckedEngine:
    """An engine that answers only what a second engine answers too.

    Both are pure functions of layer, level, scope and facts, so an answer both gave is kept and given again
    for exactly the same question; at most `REMEMBERED` are. An answer they did not agree on is never kept.

    Parameters
    ----------
    engine : Engine
        The engine that answers, and whose name this one bears.
    witness : Engine
        The engine it is held against.
    """

    def __init__(self, engine: Engine, witness: Engine) -> None:
        self.name = engine.name
        self._engine = engine
        self._witness = witness
        self._agreed: dict[Question, frozenset[str]] = {}

    def held(self, layer: Layer, level: Level, scope: str, facts: Mapping[str, int]) -> frozenset[str]:
        """Ids of the rules that hold, agreed by both engines.

        Raises
        ------
        EngineDisagreementError
            The engines differ on a rule; names table, rules and facts.
        """
        question = (layer, level, scope, frozenset(facts.items()))
        known = self._agreed.get(question)
        if known is not None:
            return known
        answer = self._engine.held(layer, level, scope, facts)
        expected = self._witness.held(layer, level, scope, facts)
        if answer != expected:
            raise self._disagreement(f"{layer}.{level} of {scope}", answer, expected, facts)
        if len(self._agreed) < REMEMBERED:
            self._agreed[question] = answer
        return answer

    def _disagreement(
        self, table: str, answer: frozenset[str], expected: frozenset[str], facts: Mapping[str, int]
    ) -> EngineDisagreementError:
        differ = "; ".join(
            f"{rule} holds only on {(self._engine if rule in answer else self._witness).name}"
            for rule in sorted(answer ^ expected)
        )
        shown = ", ".join(f"{name}={value}" for name, value in sorted(facts.items()))
        return EngineDisagreementError(
            f"engines differ in table {table}: {differ} (facts: {shown})",
            help="nothing is proposed; this is a fault of grader: please report it with this line",
        )
