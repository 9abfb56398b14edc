"""Small inspections of the shipped framework, written as data, and what is proposed on them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from grader.io import catalogue
from grader.io.frameworks import FrameworkFile
from grader.io.inspections import InspectionFile
from grader.language.rulebook import RuleBook
from grader.language.settings import Settings
from grader.model.framework import Framework
from grader.model.inspection import Inspection
from grader.model.proposal import Proposal
from grader.session import LoadedInspection, Session


@pytest.fixture(scope="session")
def framework() -> Framework:
    return catalogue.framework("PEEL_2021_22").framework


@pytest.fixture(scope="session")
def book() -> RuleBook:
    return catalogue.rulebook("PEEL_2021_22", catalogue.framework("PEEL_2021_22"))


@pytest.fixture(scope="session")
def item() -> Callable[..., dict[str, Any]]:
    """An item of evidence: its id, where it is tagged, its assessment, and any other tag."""

    def make(name: str, tagged: str, assessment: str | None, **tags: Any) -> dict[str, Any]:
        fields = {"statement": f"what {name} found", "basis": "data", "source": "report", **tags}
        return {"id": name, "characteristics": tagged.split(), "assessment": assessment, **fields}

    return make


@pytest.fixture(scope="session")
def grade(framework: Framework, book: RuleBook) -> Callable[..., Proposal]:
    """The proposal on some evidence and findings."""

    def propose_on(
        *evidence: Mapping[str, Any],
        edition: str = "2022-03",
        not_inspected: tuple[str, ...] = (),
        findings: tuple[Mapping[str, Any], ...] = (),
        previous: tuple[Mapping[str, Any], ...] = (),
        values: Mapping[str, int] | None = None,
    ) -> Proposal:
        inspection = Inspection.model_validate(
            {
                "inspection": {
                    "id": "small",
                    "body": "Somewhere",
                    "framework": framework.id,
                    "edition": edition,
                    "not_inspected": list(not_inspected),
                },
                "sources": {"report": {"title": "Report"}},
                "evidence": list(evidence),
                "findings": list(findings),
                "previous": list(previous),
            }
        )
        session = Session(FrameworkFile(framework), book, Settings(values or {}), "reference")
        return LoadedInspection(session, InspectionFile(inspection)).proposal

    return propose_on


@pytest.fixture(scope="session")
def statuses() -> Callable[[Proposal, str], dict[str, str]]:
    """Status of each characteristic assessed in an area."""

    def read(proposal: Proposal, area: str) -> dict[str, str]:
        found = proposal.area(area).characteristics
        return {c.id: c.status for c in found if c.status != "not_assessed"}

    return read


@pytest.fixture(scope="session")
def reasons_left_out() -> Callable[[Proposal], list[tuple[str, str | None, str]]]:
    """What was not counted: the item, the characteristic and the reason."""

    def read(proposal: Proposal) -> list[tuple[str, str | None, str]]:
        return [(n.evidence, n.characteristic, n.reason) for n in proposal.not_counted]

    return read
