"""What the tests of grading at scale share: what the reference concludes, laid out as columns lay it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from grader.engines.reference import ReferenceEngine
from grader.grading.conclude import Concluder
from grader.grading.run import Inputs, Pass, run
from grader.language.bind import bind
from grader.language.rulebook import RuleBook
from grader.language.vocabulary import STATUS
from grader.model.framework import Framework
from grader.model.inspection import Inspection

pytest.importorskip("polars", reason="grading at scale needs the extra: grader[columnar]")


@pytest.fixture(scope="session")
def passes() -> Callable[[Framework, RuleBook, Sequence[Inspection]], list[Pass]]:
    """The trace of each inspection on the reference engine."""

    def conclude(framework: Framework, book: RuleBook, inspections: Sequence[Inspection]) -> list[Pass]:
        bound = bind(book)
        concluder = Concluder(bound, ReferenceEngine(bound))
        return [run(Inputs(inspection, framework, book, {}), concluder) for inspection in inspections]

    return conclude


@pytest.fixture(scope="session")
def areas_by_reference() -> Callable[[Any, Sequence[Pass]], list[tuple[Any, ...]]]:
    """Every area: outcome, grade, facts, the rules that decided and the findings proposed."""

    def lay(plan: Any, passed: Sequence[Pass]) -> list[tuple[Any, ...]]:
        return [
            _area(plan, number, area.id, each) for number, each in enumerate(passed) for area in plan.areas
        ]

    return lay


def _area(plan: Any, number: int, area: str, passed: Pass) -> tuple[Any, ...]:
    if area not in passed.areas:
        return number, area, "not_inspected", None, None, (), None
    case = passed.areas[area]
    deciding = case.decision.deciding if case.decision else ()
    if case.outcome == "withheld":
        deciding = tuple(sorted(case.held))
    raised = [r.rule.id for c in passed.characteristics[area] for r in c.raised]
    raised += [r.rule.id for r in case.raised]
    return (
        number,
        area,
        case.outcome,
        case.decision.rank if case.decision else None,
        dict(case.facts),
        deciding,
        {rule: raised.count(rule) for rule in raised},
    )


@pytest.fixture(scope="session")
def areas_by_columns() -> Callable[[Any, Any], list[tuple[Any, ...]]]:
    """The same off a collected frame of areas."""
    from grader.bulk.conclude import OUTCOMES, raises
    from grader.language.nodes import Level

    def lay(plan: Any, frame: Any) -> list[tuple[Any, ...]]:
        rules = {**raises(plan, Level.CHARACTERISTIC), **raises(plan, Level.AREA)}
        found = []
        for row in frame.sort("number", "area").iter_rows(named=True):
            outcome, area = OUTCOMES[row["outcome"]], plan.areas[row["area"]].id
            absent = outcome == "not_inspected"
            rank = row["rank"] if outcome == "graded" else None
            facts = {name: row[column] for name, column in plan.above.items()}
            deciding = tuple(d for d in row["deciding"].split(",") if d)
            raised = {rule.id: row[column] for column, rule in rules.items() if row[column]}
            found.append(
                (
                    row["number"],
                    area,
                    outcome,
                    rank,
                    None if absent else facts,
                    deciding,
                    None if absent else raised,
                )
            )
        return found

    return lay


@pytest.fixture(scope="session")
def statuses_by_reference() -> Callable[
    [Any, Sequence[Pass]], dict[tuple[int, str], tuple[str, tuple[str, ...]]]
]:
    """Status of every characteristic assessed, and the rules that raised a finding on it."""

    def lay(plan: Any, passed: Sequence[Pass]) -> dict[tuple[int, str], tuple[str, tuple[str, ...]]]:
        return {
            (number, case.id): (STATUS.name_of(case.status.rank), tuple(r.rule.id for r in case.raised))
            for number, each in enumerate(passed)
            for cases in each.characteristics.values()
            for case in cases
        }

    return lay
