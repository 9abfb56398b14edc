"""The same decision four ways: which rules of every table hold, over the facts of one inspection.

The facts are worked out beforehand, so that only the engines differ. All four must give the same answer
before anything is timed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import singledispatch
from typing import Any

from grader.api import load
from grader.engines.checked import CheckedEngine
from grader.engines.reference import ReferenceEngine
from grader.grading.conclude import LayerEvaluator
from grader.grading.run import run
from grader.language.bind import bind
from grader.language.nodes import All, Any_, Compare, Condition, Level, Not, Op
from grader.language.rulebook import Layer, RuleBook

Question = tuple[Layer, Level, str, Mapping[str, int]]
Answers = list[frozenset[str]]


class Recorder:
    """Notes every question a pass asks of its engine."""

    name = "recorder"

    def __init__(self, book: RuleBook) -> None:
        self.engine = ReferenceEngine(book)
        self.questions: list[Question] = []

    def held(self, layer: Layer, level: Level, scope: str, facts: Mapping[str, int]) -> frozenset[str]:
        self.questions.append((layer, level, scope, dict(facts)))
        return self.engine.held(layer, level, scope, facts)


def questions(path: str) -> tuple[RuleBook, list[Question]]:
    """The bound rule book, and every question one pass over an inspection asks."""
    loaded = load(path)
    book = bind(loaded.book)
    recorder = Recorder(book)
    run(loaded.inspection, loaded.framework.framework, LayerEvaluator(book, recorder))
    return book, recorder.questions


def ways(book: RuleBook) -> dict[str, Callable[[list[Question]], Answers]]:
    """Each way to answer the questions, by name; durable-rules and zen-engine where they are installed."""
    found: dict[str, Callable[[list[Question]], Answers]] = {}
    found["plain Python (reference)"] = lambda asked: _ask(ReferenceEngine(book), asked)
    try:
        from grader.engines.rete import ReteEngine

        bare = ReteEngine(book)
    except ImportError:
        pass
    else:
        found["durable-rules, bare"] = lambda asked: _ask(bare, asked)
        # A new one each time: what it remembers from the last run is not this run's work.
        found["durable-rules, checked"] = lambda asked: _ask(
            CheckedEngine(bare, ReferenceEngine(book)), asked
        )
    try:
        import zen
    except ImportError:
        pass
    else:
        found["zen-engine, compiled"] = Zen(book, zen)
    return found


def _ask(engine: Any, asked: list[Question]) -> Answers:
    return [engine.held(*question) for question in asked]


class Zen:
    """Every table as one expression node of a compiled zen decision: rule by rule, true or false."""

    name = "zen"

    def __init__(self, book: RuleBook, zen: Any) -> None:
        engine = zen.ZenEngine()
        self._tables = {}
        for table in book.tables():
            names = {f"r{i}": rule for i, rule in enumerate(table.rules)}
            content = zen.ZenDecisionContent(json.dumps(_model(names)))
            self._tables[table.layer, table.level] = (engine.create_decision(content), names)

    def __call__(self, asked: list[Question]) -> Answers:
        return [self.held(*question) for question in asked]

    def held(self, layer: Layer, level: Level, scope: str, facts: Mapping[str, int]) -> frozenset[str]:
        """Ids of the rules of a table that speak of `scope` and hold on these facts."""
        decision, names = self._tables[layer, level]
        result = decision.evaluate(dict(facts))["result"]
        return frozenset(r.id for n, r in names.items() if result.get(n) and r.applies_to(scope))


def _model(names: Mapping[str, Any]) -> dict[str, Any]:
    expressions = [
        {"id": name, "key": name, "value": expression(rule.condition)} for name, rule in names.items()
    ]
    return {
        "nodes": [
            {"id": "in", "name": "in", "type": "inputNode"},
            {
                "id": "rules",
                "name": "rules",
                "type": "expressionNode",
                "content": {"expressions": expressions},
            },
            {"id": "out", "name": "out", "type": "outputNode"},
        ],
        "edges": [
            {"id": "a", "sourceId": "in", "targetId": "rules"},
            {"id": "b", "sourceId": "rules", "targetId": "out"},
        ],
    }


_SIGNS = {Op.AT_LEAST: ">=", Op.AT_MOST: "<=", Op.MORE_THAN: ">", Op.FEWER_THAN: "<"}


@singledispatch
def expression(condition: Condition) -> str:
    """A condition in zen's own expression language."""
    raise TypeError(f"no zen expression for {type(condition).__name__}")


@expression.register
def _(condition: Compare) -> str:
    values = [str(o.value) for o in condition.operands]  # type: ignore[union-attr]  # bound: constants only
    if condition.op in _SIGNS:
        return f"({condition.fact} {_SIGNS[condition.op]} {values[0]})"
    return "(" + " or ".join(f"{condition.fact} == {v}" for v in values) + ")"


@expression.register
def _(condition: All) -> str:
    return "(" + " and ".join(expression(p) for p in condition.parts) + ")"


@expression.register
def _(condition: Any_) -> str:
    return "(" + " or ".join(expression(p) for p in condition.parts) + ")"


@expression.register
def _(condition: Not) -> str:
    return f"(not {expression(condition.part)})"
