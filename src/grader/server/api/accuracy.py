"""Factual accuracy: drafts, invitations, challenges and their answers."""

from __future__ import annotations

from typing import Literal

from fastapi import Response
from pydantic import BaseModel, ConfigDict, Field

from grader.server import challenges, drafts, invitations
from grader.server.api.making import api_router
from grader.server.shapes import ChallengeView, DraftView, InvitationView, Page
from grader.server.web import (
    ApiCaller,
    Bench,
    IfMatchNumber,
    IfMatchRevision,
    PageNumber,
    PerPage,
    tag_answer,
)

router = api_router("factual accuracy", "/inspections/{key}")


class NewInvitation(BaseModel):
    model_config = ConfigDict(extra="forbid")
    email: str = Field(max_length=254)
    name: str = Field(max_length=200)
    days: int | None = Field(None, ge=1, le=180)


class NewChallenge(BaseModel):
    model_config = ConfigDict(extra="forbid")
    target: str = Field(max_length=200)
    """The id of an item of evidence, or of a finding."""
    statement: str = Field(max_length=20_000)
    source: str = Field(max_length=20_000)


class Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")
    outcome: Literal["accepted", "partly_accepted", "not_accepted"]
    reason: str = Field(max_length=20_000)


@router.get("/draft")
def draft(bench: Bench, caller: ApiCaller, key: str, response: Response) -> DraftView:
    """The draft released to the body, as it sees it."""
    found = drafts.draft(bench, caller, key)
    tag_answer(response, found.version)
    return found


@router.post("/draft", status_code=201)
def release(
    bench: Bench, caller: ApiCaller, key: str, revision: IfMatchRevision, response: Response
) -> DraftView:
    """Release the inspection as it stands; If-Match is its `revision`, the ETag of the proposal."""
    made = drafts.release(bench, caller, key, expected_revision=revision)
    tag_answer(response, made.version)
    return made


@router.delete("/drafts/{number}")
def withdraw(bench: Bench, caller: ApiCaller, key: str, number: int, version: IfMatchNumber) -> DraftView:
    """Take a draft back."""
    return drafts.withdraw(bench, caller, key, number, expected_version=version)


@router.get("/invitations")
def list_invitations(bench: Bench, caller: ApiCaller, key: str) -> list[InvitationView]:
    return invitations.invitations(bench, caller, key)


@router.post("/invitations", status_code=201)
def invite(bench: Bench, caller: ApiCaller, key: str, new: NewInvitation) -> InvitationView:
    """Invite somebody at the body; the link is in this answer alone."""
    return invitations.invite(bench, caller, key, new.email, new.name, days=new.days)


@router.delete("/invitations/{number}")
def uninvite(
    bench: Bench, caller: ApiCaller, key: str, number: int, version: IfMatchNumber
) -> InvitationView:
    """Withdraw an invitation."""
    return invitations.uninvite(bench, caller, key, number, expected_version=version)


@router.get("/challenges")
def list_challenges(
    bench: Bench, caller: ApiCaller, key: str, page: PageNumber, per_page: PerPage
) -> Page[ChallengeView]:
    return challenges.listed(bench, caller, key, page=page, per_page=per_page)


@router.post("/challenges", status_code=201)
def challenge(
    bench: Bench, caller: ApiCaller, key: str, new: NewChallenge, response: Response
) -> ChallengeView:
    """Challenge an item or a finding of the draft; the body alone does."""
    made = challenges.challenge(bench, caller, key, new.target, new.statement, new.source)
    tag_answer(response, made.version)
    return made


@router.get("/challenges/{number}")
def one_challenge(
    bench: Bench, caller: ApiCaller, key: str, number: int, response: Response
) -> ChallengeView:
    found = challenges.one(bench, caller, key, number)
    tag_answer(response, found.version)
    return found


@router.put("/challenges/{number}/answer")
def answer(
    bench: Bench,
    caller: ApiCaller,
    key: str,
    number: int,
    said: Answer,
    version: IfMatchNumber,
    response: Response,
) -> ChallengeView:
    """Answer a challenge with a reason; what moved because of it is worked out."""
    done = challenges.answer(bench, caller, key, number, said.outcome, said.reason, expected_version=version)
    tag_answer(response, done.version)
    return done


@router.delete("/challenges/{number}/answer")
def unanswer(
    bench: Bench, caller: ApiCaller, key: str, number: int, version: IfMatchNumber, response: Response
) -> ChallengeView:
    """Take the answer to a challenge back: it is open again."""
    done = challenges.unanswer(bench, caller, key, number, expected_version=version)
    tag_answer(response, done.version)
    return done
