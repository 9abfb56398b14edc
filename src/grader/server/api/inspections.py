"""Inspections: listed, made, imported, given out."""

from __future__ import annotations

from typing import Annotated

from fastapi import File, Query, Response, UploadFile
from pydantic import BaseModel, ConfigDict, Field

from grader.server import inspections, rule_books
from grader.server.api.bodies import Block
from grader.server.api.making import api_router
from grader.server.shapes import (
    Imported,
    InspectionSummary,
    InspectionView,
    Page,
    RuleBookView,
    RulesShape,
)
from grader.server.web import ApiCaller, Bench, IfMatchNumber, PageNumber, PerPage, tag_answer

router = api_router("inspections")


@router.get("/rules")
def list_rules(bench: Bench, caller: ApiCaller) -> list[RulesShape]:
    """The frameworks of this server, each with its rule book, by id and hash."""
    return rule_books.rules(bench)


@router.get("/rules/{framework}")
def one_rule_book(bench: Bench, caller: ApiCaller, framework: str) -> RuleBookView:
    """A framework and its rule book in English, with the inspections of yours that are graded by it."""
    return rule_books.one(bench, caller, framework)


@router.get("/inspections")
def list_inspections(
    bench: Bench,
    caller: ApiCaller,
    page: PageNumber,
    per_page: PerPage,
    words: Annotated[str, Query(max_length=200, description="In the body's name, or the id.")] = "",
) -> Page[InspectionSummary]:
    """Inspections that you have a part in, the one changed last first."""
    return inspections.listed(bench, caller, words=words, page=page, per_page=per_page)


@router.post("/inspections", status_code=201)
def create_inspection(bench: Bench, caller: ApiCaller, header: Block, response: Response) -> InspectionView:
    """Make an inspection; you own it. The body is the `inspection` block of a file."""
    made = inspections.create(bench, caller, header)
    tag_answer(response, made.version)
    return made


@router.post("/inspections/import", status_code=201)
def import_inspection(bench: Bench, caller: ApiCaller, file: Annotated[UploadFile, File()]) -> Imported:
    """Make an inspection of a YAML file or an exported zip, whole or not at all."""
    return inspections.import_file(bench, caller, file.filename or "file", file.file.read())


@router.get("/inspections/{key}")
def one_inspection(bench: Bench, caller: ApiCaller, key: str, response: Response) -> InspectionView:
    """One inspection; its ETag is that of its head."""
    found = inspections.one(bench, caller, key)
    tag_answer(response, found.version)
    return found


class NewRules(BaseModel):
    model_config = ConfigDict(extra="forbid")
    reason: str = Field(max_length=2_000)


@router.post("/inspections/{key}/rules")
def take_new_rules(
    bench: Bench, caller: ApiCaller, key: str, said: NewRules, version: IfMatchNumber, response: Response
) -> InspectionView:
    """Go over to the rules this server has now, where the inspection was begun on others, and say why."""
    changed = rule_books.take_new_rules(bench, caller, key, said.reason, expected_version=version)
    tag_answer(response, changed.version)
    return changed


@router.put("/inspections/{key}")
def change_inspection(
    bench: Bench, caller: ApiCaller, key: str, header: Block, version: IfMatchNumber, response: Response
) -> InspectionView:
    """Another `inspection` block."""
    changed = inspections.change_header(bench, caller, key, header, expected_version=version)
    tag_answer(response, changed.version)
    return changed
