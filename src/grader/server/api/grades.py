"""Proposals, why they are so, what if, and decisions."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query, Response
from pydantic import BaseModel, ConfigDict, Field

from grader.server import decisions, rule_books, searching
from grader.server.api.making import api_router
from grader.server.shapes import AreaView, DecisionsView, ProposalView
from grader.server.web import ApiCaller, Bench, IfMatch, tag_answer, tag_revision

router = api_router("proposals and decisions", "/inspections/{key}")

Texts = Annotated[list[str], Field(max_length=50)]


class WhatIf(BaseModel):
    """What is to be otherwise; nothing is saved."""

    model_config = ConfigDict(extra="forbid")
    settings: dict[str, str] = {}
    without: Annotated[list[str], Field(max_length=5000)] = []
    items: Annotated[list[dict[str, Any]], Field(max_length=100)] = []


class Decision(BaseModel):
    model_config = ConfigDict(extra="forbid")
    grade: str = Field(max_length=200)
    rationale: str | None = Field(None, max_length=20_000)
    present: Texts = []
    considered: Texts = []
    on: str | None = Field(None, max_length=10)
    """The day, where it is not today."""


class Reason(BaseModel):
    model_config = ConfigDict(extra="forbid")
    rationale: str | None = Field(None, max_length=20_000)


@router.get("/proposal")
def proposal(bench: Bench, caller: ApiCaller, key: str, response: Response) -> ProposalView:
    """What is proposed of every area: `grader.proposal/1`, and what is decided on each."""
    found = decisions.proposal(bench, caller, key)
    tag_revision(response, found.revision)
    return found


@router.get("/areas/{area}")
def one_area(bench: Bench, caller: ApiCaller, key: str, area: str, response: Response) -> AreaView:
    """One area as proposed and decided; a decision on it gives its ETag."""
    found = decisions.area(bench, caller, key, area)
    tag_answer(response, found.version)
    return found


@router.get("/areas/{area}/explanation")
def explanation(bench: Bench, caller: ApiCaller, key: str, area: str) -> dict[str, Any]:
    """Why the area is graded as it is: `grader.explanation/1`."""
    return decisions.explain(bench, caller, key, area)


@router.get("/areas/{area}/why-not/{grade}")
def why_not(bench: Bench, caller: ApiCaller, key: str, area: str, grade: str) -> dict[str, Any]:
    """What stood in the way of a grade: `grader.why_not/1`."""
    return decisions.why_not(bench, caller, key, area, grade)


@router.get("/areas/{area}/smallest-change/{grade}")
def smallest_change(
    bench: Bench, caller: ApiCaller, key: str, area: str, grade: str, exactly: bool = False
) -> dict[str, Any]:
    """What would have had to be found for a grade: `grader.smallest_change/1`."""
    return decisions.smallest_change(bench, caller, key, area, grade, exactly=exactly)


@router.post("/what-if")
def what_if(bench: Bench, caller: ApiCaller, key: str, asked: WhatIf) -> dict[str, Any]:
    """What would be proposed if something were otherwise. Nothing is saved."""
    return decisions.what_if(
        bench, caller, key, settings=asked.settings, without=asked.without, items=asked.items
    )


@router.get("/search")
def search(
    bench: Bench,
    caller: ApiCaller,
    key: str,
    words: Annotated[str, Query(min_length=1, max_length=500)],
    area: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=50)] = 10,
) -> dict[str, Any]:
    """Which characteristics a finding in these words may be about: `grader.found/1`."""
    return searching.characteristics(bench, caller, key, words, area=area, limit=limit)


@router.get("/rulebook")
def rule_book(bench: Bench, caller: ApiCaller, key: str) -> dict[str, Any]:
    """The rules in English, and their parameters with basis and source."""
    return rule_books.of_inspection(bench, caller, key)


@router.get("/decisions")
def list_decisions(bench: Bench, caller: ApiCaller, key: str, response: Response) -> DecisionsView:
    """What is decided, what has gone stale, and every act."""
    found = decisions.decisions(bench, caller, key)
    tag_answer(response, found.version)
    return found


@router.put("/areas/{area}/decision")
def decide(
    bench: Bench,
    caller: ApiCaller,
    key: str,
    area: str,
    decision: Decision,
    version: IfMatch,
    response: Response,
) -> AreaView:
    """Decide an area, or decide it again; If-Match is the area's ETag."""
    done = decisions.decide(
        bench,
        caller,
        key,
        area,
        decision.grade,
        expected_version=version,
        rationale=decision.rationale,
        present=decision.present,
        considered=decision.considered,
        on=decision.on,
    )
    tag_answer(response, done.version)
    return done


@router.delete("/areas/{area}/decision")
def undo(
    bench: Bench, caller: ApiCaller, key: str, area: str, version: IfMatch, response: Response
) -> AreaView:
    """Undo the last act on an area; what stood before stands again, and the log keeps both."""
    done = decisions.undo(bench, caller, key, area, expected_version=version)
    tag_answer(response, done.version)
    return done


@router.post("/areas/{area}/confirmation")
def confirm(
    bench: Bench, caller: ApiCaller, key: str, area: str, reason: Reason, version: IfMatch, response: Response
) -> AreaView:
    """Say that a decision stands although what it was made on has changed."""
    done = decisions.confirm(bench, caller, key, area, expected_version=version, rationale=reason.rationale)
    tag_answer(response, done.version)
    return done
