"""Second taggings, disagreements, and how they are settled."""

from __future__ import annotations

from typing import Any

from fastapi import Response
from pydantic import BaseModel, ConfigDict, Field

from grader.server import blind_tagging, moderation, second_tagging
from grader.server.api.bodies import Block
from grader.server.api.making import api_router
from grader.server.shapes import (
    BlindTaggingView,
    DisagreementView,
    InspectionView,
    ModerationView,
    Page,
    TaggingView,
)
from grader.server.web import ApiCaller, Bench, IfMatch, IfMatchNumber, PageNumber, PerPage, tag_answer

router = api_router("moderation", "/inspections/{key}")


class Settlement(BaseModel):
    model_config = ConfigDict(extra="forbid")
    choice: str = Field(max_length=300)
    """A tagger's name, `left out`, or `other` with what holds instead under `agreed`."""
    reason: str = Field(max_length=20_000)
    agreed: dict[str, Any] | None = None


class Finish(BaseModel):
    model_config = ConfigDict(extra="forbid")
    rest: str | None = None
    """By whose tagging disagreements stand that are not settled and matter to no grade."""


class Blind(BaseModel):
    model_config = ConfigDict(extra="forbid")
    open: bool
    """True to begin, false to hand in."""


@router.get("/blind")
def blind_state(bench: Bench, caller: ApiCaller, key: str, response: Response) -> BlindTaggingView:
    """How far your own second tagging is."""
    found = blind_tagging.state(bench, caller, key)
    tag_answer(response, found.version)
    return found


@router.put("/blind")
def begin_or_hand_in(
    bench: Bench, caller: ApiCaller, key: str, said: Blind, version: IfMatchNumber, response: Response
) -> BlindTaggingView:
    """Begin your second tagging, or hand it in; in between you see nobody else's tags.

    If-Match "0" where you never began.
    """
    act = blind_tagging.begin if said.open else blind_tagging.hand_in
    done = act(bench, caller, key, expected_version=version)
    tag_answer(response, done.version)
    return done


@router.get("/tagging")
def to_tag(
    bench: Bench,
    caller: ApiCaller,
    key: str,
    page: PageNumber,
    per_page: PerPage,
    untagged: bool = False,
) -> Page[TaggingView]:
    """What was found, without how others tagged it, and your own tags."""
    return second_tagging.to_tag(bench, caller, key, untagged=untagged, page=page, per_page=per_page)


@router.get("/tagging/{item}")
def one_to_tag(bench: Bench, caller: ApiCaller, key: str, item: str, response: Response) -> TaggingView:
    found = second_tagging.one_to_tag(bench, caller, key, item)
    tag_answer(response, found.version)
    return found


@router.put("/tagging/{item}")
def tag(
    bench: Bench,
    caller: ApiCaller,
    key: str,
    item: str,
    tags: Block,
    version: IfMatchNumber,
    response: Response,
) -> TaggingView:
    """Tag an item as a second person; If-Match "0" where you have not tagged it."""
    done = second_tagging.tag(bench, caller, key, item, tags, expected_version=version)
    tag_answer(response, done.version)
    return done


@router.delete("/tagging/{item}")
def untag(bench: Bench, caller: ApiCaller, key: str, item: str, version: IfMatchNumber) -> TaggingView:
    """Take your own tags of an item away."""
    return second_tagging.untag(bench, caller, key, item, expected_version=version)


@router.get("/disagreements")
def disagreements(bench: Bench, caller: ApiCaller, key: str, response: Response) -> ModerationView:
    """Where taggings differ, those that matter to a grade first."""
    found = moderation.disagreements(bench, caller, key)
    tag_answer(response, found.version)
    return found


@router.put("/disagreements/{item}")
def settle(
    bench: Bench,
    caller: ApiCaller,
    key: str,
    item: str,
    said: Settlement,
    version: IfMatch,
    response: Response,
) -> DisagreementView:
    """Say how a disagreement is settled, and why; If-Match is its `version` among the disagreements."""
    done = moderation.settle(
        bench, caller, key, item, said.choice, said.reason, expected_version=version, agreed=said.agreed
    )
    tag_answer(response, done.version)
    return done


@router.delete("/disagreements/{item}")
def unsettle(bench: Bench, caller: ApiCaller, key: str, item: str, version: IfMatch) -> DisagreementView:
    """Take back how a disagreement is settled."""
    return moderation.unsettle(bench, caller, key, item, expected_version=version)


@router.post("/disagreements")
def finish(
    bench: Bench, caller: ApiCaller, key: str, said: Finish, version: IfMatch, response: Response
) -> InspectionView:
    """Put what was settled into the evidence; If-Match is the ETag of the disagreements."""
    done = moderation.finish(bench, caller, key, expected_version=version, rest=said.rest)
    tag_answer(response, done.version)
    return done
