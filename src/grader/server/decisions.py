"""What is proposed and why, and what people decide on it, as `grader decide` does."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

import yaml

from grader.model.decisions import ProposalRecorded
from grader.model.proposal import Proposal
from grader.review.stale import stale_areas
from grader.server.bench import Work, Workbench
from grader.server.callers import Caller
from grader.server.checking import has_its_rules, rules_of, to_grade
from grader.server.columns import json_text
from grader.server.refusals import Changed, NotNow, NotThere
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
    return ask(work, "propose")


def ask(work: Work, job: str, **arguments: Any) -> Data:
    """What a job says of the inspection as it stands."""
    row = work.inspection
    rules_of(work)  # what is kept of it is no more handed out by other rules than worked out
    return work.bench.grading.answer(job, row.key, row.revision, partial(to_grade, work), **arguments)


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
    return _asked(bench, caller, key, "explain", area=area)


def why_not(bench: Workbench, caller: Caller, key: str, area: str, grade: str) -> Data:
    """What stood in the way of a grade: `grader.why_not/1`."""
    return _asked(bench, caller, key, "why_not", area=area, grade=grade)


def smallest_change(
    bench: Workbench, caller: Caller, key: str, area: str, grade: str, *, exactly: bool = False
) -> Data:
    """What would have had to be found for a grade: `grader.smallest_change/1`."""
    return _asked(bench, caller, key, "smallest_change", area=area, grade=grade, exactly=exactly)


def _asked(bench: Workbench, caller: Caller, key: str, job: str, *, area: str, **arguments: Any) -> Data:
    with bench.reading(caller, key, "see") as work:
        found = ask(work, job, area=area[:200], **arguments)
    bench.saw(caller, key, "area", area=area[:200])
    return found


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
        Other values of parameters: `{"some": "35%"}`.
    without : sequence of str
        Items left out.
    items : sequence of mapping
        Items that replace those of the same id, or are added.

    Returns
    -------
    dict
        `{"proposal": ..., "changes": ..., "saved": False}`: `changes` is `grader.changes/1`, or None where
        parameters alone differ.
    """
    with bench.reading(caller, key, "see") as work:
        old = to_grade(work)
    new = {**old, "evidence": with_items(old["evidence"], without, items)}
    found, _ = bench.grading.run("what_if", old=old, new=new, settings=dict(settings or {}))
    bench.saw(caller, key, "what_if")
    return {**found, "saved": False}


def with_items(
    evidence: Sequence[Data], without: Sequence[str], items: Sequence[Mapping[str, Any]]
) -> list[Data]:
    """Evidence with items left out, put in the place of others, or added."""
    others = {str(item.get("id")): dict(item) for item in items}
    found = [others.pop(item["id"], item) for item in evidence if item["id"] not in without]
    return [*found, *others.values()]


# What is decided ------------------------------------------------------------------------------------------


def decisions(bench: Workbench, caller: Caller, key: str) -> DecisionsView:
    """What is decided, what has gone stale, and the log of the acts.

    On an inspection that was begun on other rules, which nothing is proposed of, the log alone.
    """
    with bench.reading(caller, key, "see") as work:
        areas = area_views(work, proposed(work)) if has_its_rules(work) else []
        version, log = work.inspection.decisions_version, work.inspection.decisions_log or ""
    bench.saw(caller, key, "decisions")
    return DecisionsView(version=version, areas=areas, acts=[json.loads(line) for line in log.splitlines()])


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
    more = {"grade": grade, "present": list(present), "considered": list(considered), "on": on}
    return _act(bench, caller, key, "decide", area, expected_version, rationale, more)


def undo(
    bench: Workbench,
    caller: Caller,
    key: str,
    area: str,
    *,
    expected_version: str,
    rationale: str | None = None,
) -> AreaView:
    """Take back the last act on an area; what stood before stands again, and the log keeps both."""
    return _act(bench, caller, key, "undo", area, expected_version, rationale, {})


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
    return _act(bench, caller, key, "confirm", area, expected_version, rationale, {})


#: How often an act is tried again because somebody changed another part of the inspection meanwhile.
_TRIES: Final = 5


def _act(
    bench: Workbench,
    caller: Caller,
    key: str,
    act: str,
    area: str,
    expected_version: str,
    rationale: str | None,
    more: Data,
) -> AreaView:
    for _ in range(_TRIES):
        with bench.reading(caller, key, "decide") as work:
            row = work.inspection
            before = (row.revision, row.decisions_version)
            seen = _unchanged(work, area, expected_version)
            now = work.now
            arguments = {
                "inspection": to_grade(work),
                "decisions": row.decisions,
                "log": row.decisions_log,
                "area": area,
                "by": caller.name,
                "at": now.strftime("%H:%M:%SZ"),
                "rationale": rationale,
                **more,
                "on": more.get("on") or now.date().isoformat(),
            }
        if act == "decide":
            arguments["again"] = seen.decision is not None
        done, _ = bench.grading.run(act, **arguments)
        with bench.writing(caller, key, "decide") as work:
            row = work.inspection
            if (row.revision, row.decisions_version) != before:
                continue  # somebody changed something: look again whether it bears on this area
            row.decisions, row.decisions_log = done["decisions"], done["log"]
            row.decisions_version = len(done["log"].splitlines())
            work.touched()
            work.did(done["act"], area=area, grade=done["grade"], acts=row.decisions_version)
            return one_area(work, area)
    raise NotNow("the inspection is changed by others all the time", help="send the same again in a moment")


def _unchanged(work: Work, area: str, expected_version: str) -> AreaView:
    found = one_area(work, area)
    if found.version != expected_version:
        row = work.inspection
        raise Changed(
            f"area {area}",
            version=found.version,
            current=found.model_dump(mode="json"),
            by=row.changed_by,
            at=row.changed_at.isoformat(),
        )
    return found
