"""What is proposed and why, and what people decide on it, as `grader decide` does."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from grader.model.decisions import ProposalRecorded
from grader.model.proposal import Proposal
from grader.review.stale import stale_areas
from grader.server.bench import Work, Workbench
from grader.server.callers import Caller
from grader.server.columns import json_text
from grader.server.content import inspection_data
from grader.server.refusals import NotThere
from grader.server.shapes import AreaView, DecisionsView, ProposalView

Data = dict[str, Any]
#: The file is one that we wrote.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


# What is proposed, and why --------------------------------------------------------------------------------


def proposal(bench: Workbench, caller: Caller, key: str) -> ProposalView:
    """What is proposed of every area, with what is decided on each."""
    with bench.reading(caller, key, "see") as work:
        found = proposed(work)
        revision, areas = work.inspection.revision, area_views(work, found)
    bench.saw(caller, key, "proposal")
    return ProposalView(proposal=found, revision=revision, areas=areas)


def proposed(work: Work) -> Data:
    """The proposal of the inspection as it stands: kept, or worked out by a worker."""
    row = work.inspection
    work.bench.rules.check(row.framework, row.framework_sha256, row.rulebook_sha256)
    return work.bench.grading.answer(
        "propose", row.key, row.revision, lambda: inspection_data(work.session, row)
    )


def area_views(work: Work, proposal: Data) -> list[AreaView]:
    """Each area of a proposal with what is decided on it."""
    file = decisions_file(work)
    grades = file.get("grades", {})
    stale = stale_in(file, proposal)
    return [
        _area_view(result, grades.get(result["area"]), stale.get(result["area"], []))
        for result in proposal["areas"]
    ]


def decisions_file(work: Work) -> Data:
    """What is decided, as the decisions file has it; empty where nothing is."""
    text = work.inspection.decisions
    found: Data = yaml.load(text, Loader=_Loader) if text else {}
    return found


def stale_in(file: Data, proposal: Data) -> dict[str, list[str]]:
    """By area, what a decision was made on that has changed since."""
    if not file.get("proposal"):
        return {}
    recorded = ProposalRecorded.model_validate(file["proposal"])
    return dict(stale_areas(recorded, Proposal.model_validate(proposal)))


def _area_view(result: Data, decision: Data | None, stale: list[str]) -> AreaView:
    known = hashlib.sha256(json_text([result, decision]).encode("ascii")).hexdigest()[:16]
    return AreaView(area=result["area"], version=known, result=result, decision=decision, stale=stale)


def area(bench: Workbench, caller: Caller, key: str, area: str) -> AreaView:
    """One area as proposed and decided; raises NotThere."""
    with bench.reading(caller, key, "see") as work:
        found = one_area(work, area)
    bench.saw(caller, key, "area", area=found.area)
    return found


def one_area(work: Work, area: str) -> AreaView:
    for found in area_views(work, proposed(work)):
        if found.area == area:
            return found
    raise NotThere(f"there is no area {area[:60]!r}")


def explain(bench: Workbench, caller: Caller, key: str, area: str) -> Data:
    """Why an area is graded as it is: `grader.explanation/1`."""
    raise NotImplementedError


def why_not(bench: Workbench, caller: Caller, key: str, area: str, grade: str) -> Data:
    """What stood in the way of a grade: `grader.why_not/1`."""
    raise NotImplementedError


def smallest_change(
    bench: Workbench, caller: Caller, key: str, area: str, grade: str, *, exactly: bool = False
) -> Data:
    """What would have had to be found for a grade: `grader.smallest_change/1`."""
    raise NotImplementedError


def what_if(
    bench: Workbench,
    caller: Caller,
    key: str,
    *,
    settings: Mapping[str, str] | None = None,
    without: Sequence[str] = (),
    items: Sequence[Mapping[str, Any]] = (),
) -> Data:
    """What would be proposed if something were otherwise; nothing is saved.

    Parameters
    ----------
    settings : mapping of str to str
        Parameters at other values: `{"some": "35%"}`.
    without : sequence of str
        Items left out.
    items : sequence of mapping
        Items as they would be: one with an id there is takes its place, any other is added.

    Returns
    -------
    dict
        `{"proposal": ..., "changes": ..., "saved": False}`: the second is `grader.changes/1`, None where
        parameters alone are otherwise.
    """
    raise NotImplementedError


# What is decided ------------------------------------------------------------------------------------------


def decisions(bench: Workbench, caller: Caller, key: str) -> DecisionsView:
    """What is decided, what has gone stale, and the log of the acts."""
    raise NotImplementedError


def decide(
    bench: Workbench,
    caller: Caller,
    key: str,
    area: str,
    grade: str,
    *,
    expected_version: str,
    rationale: str | None = None,
    present: Sequence[str] = (),
    considered: Sequence[str] = (),
    on: str | None = None,
) -> AreaView:
    """Decide an area, or decide it again; `expected_version` is the area's, as it was seen."""
    raise NotImplementedError


def undo(
    bench: Workbench,
    caller: Caller,
    key: str,
    area: str,
    *,
    expected_version: str,
    rationale: str | None = None,
) -> AreaView:
    """Take the last act on an area back: what stood before stands again, and the log keeps both."""
    raise NotImplementedError


def confirm(
    bench: Workbench,
    caller: Caller,
    key: str,
    area: str,
    *,
    expected_version: str,
    rationale: str | None = None,
) -> AreaView:
    """Say that a decision stands although what it was made on has changed."""
    raise NotImplementedError
