"""What the properties share: the shipped rule book, small cuts of its framework, and one grading pass."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import strategies as st

from grader.engines.reference import ReferenceEngine
from grader.grading.conclude import LayerEvaluator
from grader.grading.run import GradingTrace, run
from grader.io import catalogue
from grader.io.frameworks import FrameworkFile
from grader.io.inspections import InspectionFile
from grader.language.bind import bind
from grader.language.rulebook import RuleBook
from grader.language.settings import Settings
from grader.model.framework import Framework
from grader.model.inspection import Inspection
from grader.model.proposal import Proposal
from grader.session import LoadedInspection, Session
from grader.testing.strategies import frameworks, inspections, rulebooks


@dataclass(frozen=True)
class Case:
    """An inspection with what it is graded by."""

    framework: Framework
    book: RuleBook
    inspection: Inspection
    values: Mapping[str, int]

    def __str__(self) -> str:
        book = ""
        if self.book.id == "RANDOM":
            book = f"facts={list(self.book.facts.values())}, rules={self.book.rules}, "
        said = self.inspection.model_dump(mode="json", exclude_defaults=True)
        return f"Case({book}values={dict(self.values)}, inspection={said})"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(str(self))


@dataclass(frozen=True)
class Shipped:
    """The shipped framework and rule book."""

    framework: Framework
    book: RuleBook

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(f"Shipped({self.book.id})")

    def only(self, *areas: str) -> Framework:
        """The framework cut down to some areas, so that a pass is quick."""

        data = self.framework.model_dump()
        data["areas"] = [a for a in data["areas"] if a["id"] in areas]
        for area in data["areas"]:
            for characteristic in (c for t in area["topics"] for c in t["characteristics"]):
                informs = characteristic["informs"]
                characteristic["informs"] = [i for i in informs if i["id"].split(".")[0] in areas]
        return Framework.model_validate(data)


@pytest.fixture(scope="session")
def shipped() -> Shipped:
    file = catalogue.framework("PEEL_2021_22")
    return Shipped(file.framework, catalogue.rulebook("PEEL_2021_22", file))


@pytest.fixture(scope="session")
def cuts(shipped: Shipped) -> dict[tuple[str, str], Framework]:
    """A cut of the shipped framework for each edition and area: the area, with victims, which informs."""
    return {
        (edition, area.id): shipped.only("victims", area.id)
        for edition in shipped.framework.editions
        for area in shipped.framework.areas_in(edition)
    }


@pytest.fixture(scope="session")
def shipped_cases(
    shipped: Shipped, cuts: Mapping[tuple[str, str], Framework]
) -> Callable[[], st.SearchStrategy[Case]]:
    """Inspections dense in one area of the shipped framework, at parameter values of the whole range."""
    ranges = {n: st.integers(p.minimum, p.maximum) for n, p in shipped.book.parameters.items()}
    values = st.one_of(st.just({}), st.fixed_dictionaries({}, optional=ranges))

    @st.composite
    def cases(draw: st.DrawFn) -> Case:
        edition, area = draw(st.sampled_from(sorted(cuts)))
        framework = cuts[edition, area]
        drawn = inspections(framework, edition, measures=shipped.book.measures, areas=[area], max_items=10)
        return Case(framework, shipped.book, draw(drawn), draw(values))

    return cases


@pytest.fixture(scope="session")
def random_cases() -> Callable[..., st.SearchStrategy[Case]]:
    """Inspections under frameworks and rule books drawn at random."""

    @st.composite
    def cases(draw: st.DrawFn, monotone: bool = False) -> Case:
        framework = draw(frameworks())
        book = draw(rulebooks(framework, monotone=monotone))
        return Case(framework, book, draw(inspections(framework, measures=book.measures)), {})

    return cases


@pytest.fixture(scope="session")
def concluded() -> Callable[[Case], GradingTrace]:
    """The trace of a pass on the reference engine."""

    def conclude(case: Case) -> GradingTrace:
        bound = bind(case.book, case.values)
        return run(case.inspection, case.framework, LayerEvaluator(bound, ReferenceEngine(bound)))

    return conclude


@pytest.fixture(scope="session")
def proposed() -> Callable[[Case], Proposal]:
    """The proposal of a pass on the reference engine."""

    def conclude(case: Case) -> Proposal:
        session = Session(FrameworkFile(case.framework), case.book, Settings(case.values), "reference")
        return LoadedInspection(session, InspectionFile(case.inspection)).proposal

    return conclude


@pytest.fixture(scope="session")
def empty_case(shipped: Shipped) -> Callable[[str], Case]:
    """An inspection of the whole shipped framework that found nothing."""

    def empty(edition: str) -> Case:
        head = {"id": "empty", "body": "Somewhere", "framework": shipped.framework.id, "edition": edition}
        inspection = Inspection.model_validate({"inspection": head, "evidence": []})
        return Case(shipped.framework, shipped.book, inspection, {})

    return empty
