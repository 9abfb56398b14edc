"""Evidence: listed, added, changed, taken away, tagged several at once."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Query, Response
from pydantic import BaseModel, ConfigDict, Field

from grader.server import evidence
from grader.server.api.bodies import Block
from grader.server.api.making import api_router
from grader.server.shapes import ItemVersionView, ItemView, Page
from grader.server.web import ApiCaller, Bench, IfMatchNumber, PageNumber, PerPage, tag_answer

router = api_router("evidence", "/inspections/{key}/evidence")

Word = Annotated[str | None, Query(max_length=200)]


class Tags(BaseModel):
    """The same tags for several items."""

    model_config = ConfigDict(extra="forbid")
    expected: dict[str, int] = Field(min_length=1, max_length=1000)
    """The version each item was read at, by its id: the If-Match of each."""
    tags: dict[str, Any]
    """Those that change, as a file has them; null takes one away."""


@router.get("")
def list_evidence(
    bench: Bench,
    caller: ApiCaller,
    key: str,
    page: PageNumber,
    per_page: PerPage,
    words: Annotated[str, Query(max_length=200, description="In the statement, or the id.")] = "",
    area: Word = None,
    characteristic: Word = None,
    assessment: Word = None,
    basis: Word = None,
    source: Word = None,
    tagged_by: Word = None,
    order: Literal["file", "id", "changed"] = "file",
) -> Page[ItemView]:
    """Items that match all that is asked for."""
    return evidence.listed(
        bench,
        caller,
        key,
        words=words,
        area=area,
        characteristic=characteristic,
        assessment=assessment,
        basis=basis,
        source=source,
        tagged_by=tagged_by,
        order=order,
        page=page,
        per_page=per_page,
    )


@router.post("", status_code=201)
def add_item(bench: Bench, caller: ApiCaller, key: str, item: Block, response: Response) -> ItemView:
    """Add an item; without an `id` it is given the next free one."""
    made = evidence.add(bench, caller, key, item)
    tag_answer(response, made.version)
    return made


@router.patch("")
def tag_items(bench: Bench, caller: ApiCaller, key: str, change: Tags) -> list[ItemView]:
    """Tag several items in one act: all, or none."""
    return evidence.tag(bench, caller, key, change.expected, change.tags)


@router.get("/{item}")
def one_item(bench: Bench, caller: ApiCaller, key: str, item: str, response: Response) -> ItemView:
    """One item."""
    found = evidence.one(bench, caller, key, item)
    tag_answer(response, found.version)
    return found


@router.put("/{item}")
def edit_item(
    bench: Bench,
    caller: ApiCaller,
    key: str,
    item: str,
    given: Block,
    version: IfMatchNumber,
    response: Response,
) -> ItemView:
    """Change an item; what is sent is the item whole."""
    changed = evidence.edit(bench, caller, key, item, given, expected_version=version)
    tag_answer(response, changed.version)
    return changed


@router.delete("/{item}", status_code=204)
def remove_item(bench: Bench, caller: ApiCaller, key: str, item: str, version: IfMatchNumber) -> None:
    """Take an item away; its history stays."""
    evidence.remove(bench, caller, key, item, expected_version=version)


@router.get("/{item}/history")
def item_history(bench: Bench, caller: ApiCaller, key: str, item: str) -> list[ItemVersionView]:
    """What an item was at each version, the oldest first."""
    return evidence.history(bench, caller, key, item)
