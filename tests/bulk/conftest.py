"""What the tests of grading at scale share: what the reference concludes, laid out as columns lay it."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from grader.cli import main
from grader.engines.reference import ReferenceEngine
from grader.grading.conclude import LayerEvaluator
from grader.grading.run import GradingTrace, run
from grader.io import catalogue
from grader.language.bind import bind
from grader.language.rulebook import RuleBook
from grader.model.framework import Framework
from grader.model.inspection import Declared, Evidence, Figure, Header, Inspection, Previous
from grader.vocabulary.peel import STATUSES

pl = pytest.importorskip("polars", reason="grading at scale needs the extra: inspection-grader[columnar]")


@pytest.fixture(scope="session")
def passes() -> Callable[[Framework, RuleBook, Sequence[Inspection]], list[GradingTrace]]:
    """The trace of each inspection on the reference engine."""

    def conclude(
        framework: Framework, book: RuleBook, inspections: Sequence[Inspection]
    ) -> list[GradingTrace]:
        bound = bind(book)
        evaluator = LayerEvaluator(bound, ReferenceEngine(bound))
        return [run(inspection, framework, evaluator) for inspection in inspections]

    return conclude


@pytest.fixture(scope="session")
def areas_by_reference() -> Callable[[Any, Sequence[GradingTrace]], list[tuple[Any, ...]]]:
    """Every area: outcome, grade, facts, the rules that decided and the findings proposed."""

    def lay(plan: Any, passed: Sequence[GradingTrace]) -> list[tuple[Any, ...]]:
        return [
            _area(plan, number, area.id, each) for number, each in enumerate(passed) for area in plan.areas
        ]

    return lay


def _area(plan: Any, number: int, area: str, passed: GradingTrace) -> tuple[Any, ...]:
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
    from grader.bulk.conclude import raises
    from grader.bulk.conclude_areas import OUTCOMES, with_deciding
    from grader.language.nodes import Level

    def lay(plan: Any, frame: Any) -> list[tuple[Any, ...]]:
        rules = {**raises(plan, Level.CHARACTERISTIC), **raises(plan, Level.AREA)}
        found = []
        for row in with_deciding(plan, frame).sort("number", "area").iter_rows(named=True):
            outcome, area = OUTCOMES[row["outcome"]], plan.areas[row["area"]].id
            absent = outcome == "not_inspected"
            rank = row["rank"] if outcome == "graded" else None
            facts = {name: row[column] for name, column in plan.area_columns.items()}
            deciding = tuple(row["deciding"])
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
    [Any, Sequence[GradingTrace]], dict[tuple[int, str], tuple[str, tuple[str, ...]]]
]:
    """Status of every characteristic assessed, and the rules that raised a finding on it."""

    def lay(plan: Any, passed: Sequence[GradingTrace]) -> dict[tuple[int, str], tuple[str, tuple[str, ...]]]:
        return {
            (number, case.id): (STATUSES.name_of(case.status.rank), tuple(r.rule.id for r in case.raised))
            for number, each in enumerate(passed)
            for cases in each.characteristics.values()
            for case in cases
        }

    return lay


@pytest.fixture(scope="session")
def example_path() -> Path:
    """The example inspection."""
    return Path(__file__).resolve().parents[2] / "examples" / "leicestershire_2021_22" / "inspection.yaml"


ASSESSMENTS = ("falls_short", "partly_meets", "meets", "exceeds")
BASES = ("case_file_review", "data", "observation", "other_inspection", "document", "interview", "survey")
KINDS = ("area_for_improvement", "cause_of_concern", "innovative_practice")


@pytest.fixture(scope="session")
def shipped() -> Any:
    """The shipped framework's file and rule book."""
    framework = catalogue.framework("PEEL_2021_22")
    return SimpleNamespace(
        framework=framework.framework, book=catalogue.rulebook("PEEL_2021_22", framework), file=framework
    )


@pytest.fixture(scope="session")
def random_inspections(shipped: Any) -> Callable[..., list[Inspection]]:
    """Inspections of the shipped framework with everything in them that rules can see."""

    def make(many: int, edition: str, seed: int, items: int = 30) -> list[Inspection]:
        draw = random.Random(seed)
        areas = shipped.framework.areas_in(edition)
        return [_inspection(draw, shipped, edition, areas, f"body-{seed}-{n}", items) for n in range(many)]

    return make


def _inspection(
    draw: random.Random, shipped: Any, edition: str, areas: Any, name: str, items: int
) -> Inspection:
    # Few areas at a time, so that those looked at are looked at closely and their grades differ.
    chosen = draw.sample(areas, draw.randint(1, 4))
    names = [c.id for a in chosen for c in a.characteristics]
    optional = [a.id for a in areas if a.editions[edition].optional]
    return Inspection.model_construct(
        inspection=Header.model_construct(
            id=name,
            body="A body",
            framework=shipped.framework.id,
            edition=edition,
            not_inspected=draw.sample(optional, draw.choice((0, 0, 1))),
        ),
        sources={},
        evidence=[_item(draw, shipped, names, n) for n in range(draw.randint(0, 2 * items))],
        findings=[_finding(draw, Declared, chosen, n) for n in range(draw.choice((0, 0, 0, 1)))],
        previous=[_finding(draw, Previous, chosen, n + 9) for n in range(draw.choice((0, 0, 1, 2)))],
    )


def _item(draw: random.Random, shipped: Any, names: list[str], n: int) -> Evidence:
    measured = draw.random() < 0.05
    name = draw.choice(sorted(shipped.book.measures))
    own = shipped.book.measures[name].characteristic
    measured = measured and own in names
    return Evidence.model_construct(
        id=f"E{n}",
        characteristics=[own] if measured else draw.sample(names, draw.choice((1, 1, 1, 2))),
        assessment=None if measured else draw.choices(ASSESSMENTS, (1, 3, 8, 2))[0],
        statement="found",
        basis=draw.choice(BASES),
        extent=draw.choice(("widespread", "some", "isolated")),
        harm=draw.choices(("none", "moderate", "serious"), (5, 2, 1))[0],
        remedied=draw.random() < 0.2,
        remedied_on=None,
        innovative=draw.random() < 0.1,
        measure=_figure(draw, name) if measured else None,
        source="report",
        locator=None,
    )


def _figure(draw: random.Random, name: str) -> Figure:
    value = draw.choice((round(draw.uniform(80, 100), draw.randint(0, 3)), 93.7, 88.1, 86.49999))
    return Figure.model_construct(name=name, value=value, interval=None, unit="percent")


def _finding(draw: random.Random, kind: Any, areas: Any, n: int) -> Any:
    area = draw.choice(areas)
    earlier = {"progress": draw.choice(("closed", "improving", "not_improving"))} if kind is Previous else {}
    names = [c.id for c in area.characteristics]
    return kind.model_construct(
        id=f"F{n}",
        kind=draw.choice(KINDS),
        area=area.id,
        statement="said",
        characteristics=draw.sample(names, draw.choice((0, 1, 2))),
        evidence=[],
        recommendations=[],
        source=None,
        issued=None,
        **earlier,
    )


@pytest.fixture(scope="session")
def rows_by_reference() -> Callable[..., list[dict[str, Any]]]:
    """The rows a batch writes, off the reference's passes."""

    def lay(
        plan: Any, inspections: Sequence[Inspection], passed: Sequence[GradingTrace]
    ) -> list[dict[str, Any]]:
        return [
            _row(plan, inspection, area.id, each)
            for inspection, each in zip(inspections, passed, strict=True)
            for area in plan.areas
        ]

    return lay


def _row(plan: Any, inspection: Inspection, area: str, passed: GradingTrace) -> dict[str, Any]:
    _, _, outcome, rank, facts, deciding, _ = _area(plan, 0, area, passed)
    raised = []
    if area in passed.areas:
        raised = [f"{r.rule.id}:{c.id}" for c in passed.characteristics[area] for r in c.raised]
        raised += [r.rule.id for r in passed.areas[area].raised]
    return {
        "inspection": inspection.id,
        "edition": plan.edition,
        "area": area,
        "outcome": outcome,
        "grade": None if rank is None else plan.book.grade_scale.name_of(rank),
        "deciding": list(deciding),
        "findings": sorted(raised),
        **{f"profile.{name}": None if facts is None else facts[name] for name in sorted(plan.area_columns)},
    }


@pytest.fixture
def ran(capsys):
    """Runs the command here; gives back its exit code and both streams."""

    def run(*arguments):
        code = main(["batch", *map(str, arguments)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


@pytest.fixture(scope="session")
def write_tables():
    """Writes inspections in the columnar layout."""

    def write(folder, inspections, ending=".parquet", turned=False):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        tables = {
            "inspections": [_head(i.inspection) for i in inspections],
            "evidence": [
                _tag(i.id, item, name)
                for i in inspections
                for item in i.evidence
                for name in item.characteristics
            ],
            "findings": [_said(i.id, f) for i in inspections for f in i.all_findings],
        }
        for name, rows in tables.items():
            frame = pl.DataFrame(
                rows[::-1] if turned and name != "inspections" else rows, schema=SCHEMAS[name]
            )
            if ending == ".csv":
                frame.write_csv(folder / f"{name}.csv")
            else:
                frame.write_parquet(folder / f"{name}.parquet")
        return folder

    return write


TEXT = pl.String()
WORDS = ("id", "assessment", "basis", "extent", "harm")
FLAGS = ("remedied", "innovative")
SCHEMAS = {
    "inspections": dict.fromkeys(("inspection", "edition", "framework", "not_inspected"), TEXT),
    "evidence": {
        **dict.fromkeys(("inspection", "characteristic", *WORDS, "measure"), TEXT),
        **dict.fromkeys(FLAGS, pl.Boolean()),
        "value": pl.Float64(),
    },
    "findings": dict.fromkeys(("inspection", "id", "area", "kind", "progress", "characteristics"), TEXT),
}


def _head(head):
    absent = " ".join(head.not_inspected)
    named = {"edition": head.edition, "framework": head.framework}
    return {"inspection": head.id, **named, "not_inspected": absent}


def _tag(inspection, item, characteristic):
    tags = {name: getattr(item, name) for name in (*WORDS, *FLAGS)}
    measure = item.measure
    figure = (
        {"measure": measure.name, "value": measure.value} if measure else {"measure": None, "value": None}
    )
    return {"inspection": inspection, "characteristic": characteristic, **tags, **figure}


def _said(inspection, finding):
    return {
        "inspection": inspection,
        "id": finding.id,
        "area": finding.area,
        "kind": finding.kind,
        "progress": getattr(finding, "progress", None),
        "characteristics": " ".join(finding.characteristics) or None,
    }


@pytest.fixture(scope="session")
def expected_rows(shipped, passes, rows_by_reference):
    """The rows of inspections of any edition, off the reference."""
    from grader.bulk.plan import Plan

    bound = bind(shipped.book)
    plans = {e: Plan(shipped.framework, e, bound) for e in shipped.framework.editions}

    def expect(inspections):
        found = []
        for each in inspections:
            plan = plans[each.inspection.edition]
            found += rows_by_reference(plan, [each], passes(shipped.framework, shipped.book, [each]))
        return found

    return expect


@pytest.fixture(scope="session")
def both_editions(random_inspections):
    first, second = (random_inspections(16, e, seed) for seed, e in enumerate(("2022-03", "2021-04")))
    # Editions by turns, so that rows of the one stand between those of the other.
    return [each for pair in zip(first, second, strict=True) for each in pair]


@pytest.fixture(scope="session")
def expected_of_both(expected_rows, both_editions):
    """The rows of these, off the reference, once."""
    return expected_rows(both_editions)
