"""Inspections to ask about: the published one, small ones drawn at random, and one grading pass."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

from grader import api
from grader.io import catalogue
from grader.io.frameworks import FrameworkFile
from grader.io.inspections import InspectionFile
from grader.language.rulebook import RuleBook
from grader.model.framework import Framework
from grader.model.inspection import Inspection
from grader.model.proposal import Proposal
from grader.session import LoadedInspection, Session
from grader.testing.strategies import frameworks, inspections, rulebooks

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "leicestershire_2021_22" / "inspection.yaml"


@dataclass(frozen=True)
class Case:
    framework: Framework
    book: RuleBook
    inspection: Inspection

    @property
    def loaded(self) -> LoadedInspection:
        session = Session(FrameworkFile(self.framework), self.book, None, "reference")
        return LoadedInspection(session, InspectionFile(self.inspection))

    @property
    def proposal(self) -> Proposal:
        return self.loaded.proposal

    def __str__(self) -> str:
        said = self.inspection.model_dump(mode="json", exclude_defaults=True)
        book = (
            f"facts={list(self.book.facts.values())}, rules={self.book.rules}, framework={self.framework}, "
        )
        return f"Case({book if self.book.id == 'RANDOM' else ''}inspection={said})"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(str(self))


@pytest.fixture(scope="session")
def example_path() -> Path:
    return EXAMPLE


@pytest.fixture(scope="session")
def example() -> LoadedInspection:
    return api.load(EXAMPLE)


@pytest.fixture(scope="session")
def random_cases() -> Callable[..., st.SearchStrategy[Case]]:
    """Inspections under frameworks and rule books drawn at random."""

    @st.composite
    def cases(draw: st.DrawFn, max_items: int = 6) -> Case:
        framework = draw(frameworks(max_areas=2))
        book = draw(rulebooks(framework))
        found = draw(inspections(framework, measures=book.measures, max_items=max_items))
        return Case(framework, book, found)

    return cases


@pytest.fixture(scope="session")
def shipped_cases() -> Callable[..., st.SearchStrategy[Case]]:
    """Inspections dense in one area of the shipped framework, cut to few characteristics."""
    file = catalogue.framework("PEEL_2021_22")
    book = catalogue.rulebook("PEEL_2021_22", file)

    def cut(areas: Mapping[str, int]) -> Framework:
        data = file.framework.model_dump()
        data["areas"] = [a for a in data["areas"] if a["id"] in areas]
        for area in data["areas"]:
            area["topics"] = area["topics"][: areas[area["id"]]]
        kept = {c["id"] for a in data["areas"] for t in a["topics"] for c in t["characteristics"]}
        for c in (c for a in data["areas"] for t in a["topics"] for c in t["characteristics"]):
            c["informs"] = [i for i in c["informs"] if i["id"] in kept]
        return Framework.model_validate(data)

    chosen = ("recording", "responding", "investigating")
    frameworks_ = {area: cut({"victims": 3, area: 3}) for area in chosen}

    @st.composite
    def cases(draw: st.DrawFn, max_items: int = 6) -> Case:
        area = draw(st.sampled_from(chosen))
        framework = frameworks_[area]
        drawn = inspections(
            framework, "2022-03", measures=book.measures, areas=[area, "victims"], max_items=max_items
        )
        return Case(framework, book, draw(drawn))

    return cases
