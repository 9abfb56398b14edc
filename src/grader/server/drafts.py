"""Drafts released to the body inspected, and what it sees of them."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import select

from grader.server.bench import Work, Workbench
from grader.server.callers import Caller
from grader.server.checking import to_grade
from grader.server.refusals import Changed, NotThere
from grader.server.roles import Role
from grader.server.shapes import DraftView
from grader.server.tables import Draft

Data = dict[str, Any]

#: What the body does not see of an item, and of the head.
_NOT_FOR_BODY: Final = ("tagged_by", "settled")


def release(bench: Workbench, caller: Caller, key: str, *, expected_revision: int) -> DraftView:
    """Release the inspection as it stands: the body sees this state, whatever is changed after."""
    with bench.reading(caller, key, "release") as work:
        _check_revision(work, expected_revision)
        data = for_body(to_grade(work))
    proposal, _ = bench.grading.run("propose", inspection=data)
    with bench.writing(caller, key, "release") as work:
        _check_revision(work, expected_revision)
        drafts = _drafts(work)
        for earlier in drafts:
            if earlier.withdrawn_at is None:
                earlier.withdrawn_at = work.now
                earlier.version += 1
        row = Draft(
            inspection_id=work.inspection.id,
            number=len(drafts) + 1,
            revision=work.inspection.revision,
            inspection=data,
            proposal=proposal,
            released_by=caller.name,
            released_at=work.now,
            version=1,
        )
        work.session.add(row)
        work.did("released_draft", draft=row.number)
        return _draft_view(row)


def withdraw(bench: Workbench, caller: Caller, key: str, number: int, *, expected_version: int) -> DraftView:
    """Take a released draft back: the body sees it no more."""
    with bench.writing(caller, key, "withdraw") as work:
        row = next((each for each in _drafts(work) if each.number == number), None)
        if row is None:
            raise NotThere("there is no such draft")
        if row.version != expected_version or row.withdrawn_at is not None:
            raise Changed(
                "the draft", version=str(row.version), current={"withdrawn": row.withdrawn_at is not None}
            )
        row.withdrawn_at = work.now
        row.version += 1
        work.did("withdrew_draft", draft=number)
        return _draft_view(row)


def draft(bench: Workbench, caller: Caller, key: str) -> DraftView:
    """The draft as the body sees it: no taggers' names, no notes, no moderation."""
    with bench.reading(caller, key, "see_draft") as work:
        found = _draft_view(released(work))
        if work.role is Role.BODY:  # which of the team it was is not for the body to know
            found = found.model_copy(update={"released_by": None})
    bench.saw(caller, key, "draft", draft=found.number)
    return found


def for_body(data: Data) -> Data:
    """An inspection without who tagged what, and how that was settled."""
    header = {name: value for name, value in data["inspection"].items() if name != "sample"}
    evidence = [{k: v for k, v in item.items() if k not in _NOT_FOR_BODY} for item in data["evidence"]]
    found = {**data, "inspection": header, "evidence": evidence}
    found.pop("left_out", None)
    return found


def _check_revision(work: Work, expected: int) -> None:
    row = work.inspection
    if row.revision != expected:
        raise Changed(
            "the inspection",
            version=f"r{row.revision}",
            current={"revision": row.revision},
            by=row.changed_by,
            at=row.changed_at.isoformat(),
        )


def _drafts(work: Work) -> list[Draft]:
    wanted = select(Draft).where(Draft.inspection_id == work.inspection.id).order_by(Draft.number)
    return list(work.session.scalars(wanted))


def released(work: Work) -> Draft:
    """The draft that is released; raises NotThere."""
    found = next((each for each in reversed(_drafts(work)) if each.withdrawn_at is None), None)
    if found is None:
        raise NotThere("no draft is released")
    return found


def _draft_view(row: Draft) -> DraftView:
    return DraftView(
        number=row.number,
        revision=row.revision,
        inspection=row.inspection,
        proposal=row.proposal,
        released_by=row.released_by,
        released_at=row.released_at,
        withdrawn_at=row.withdrawn_at,
        version=row.version,
    )
