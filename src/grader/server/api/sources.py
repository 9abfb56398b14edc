"""Sources with their documents, and findings."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import File, Header, Response, UploadFile
from pydantic import BaseModel, ConfigDict

from grader.server import findings, sources
from grader.server.api.bodies import Block
from grader.server.api.making import api_router
from grader.server.files_out import document_answer
from grader.server.shapes import AttachmentView, FindingView, SourceView
from grader.server.web import ApiCaller, Bench, IfMatch, IfMatchNumber, if_match, if_match_number, tag_answer

router = api_router("sources and findings", "/inspections/{key}")


@router.get("/sources")
def list_sources(bench: Bench, caller: ApiCaller, key: str) -> list[SourceView]:
    """Every source, with the documents attached to it."""
    return sources.listed(bench, caller, key)


@router.get("/sources/{source}")
def one_source(bench: Bench, caller: ApiCaller, key: str, source: str, response: Response) -> SourceView:
    found = sources.one(bench, caller, key, source)
    tag_answer(response, found.version)
    return found


@router.put("/sources/{source}")
def put_source(
    bench: Bench,
    caller: ApiCaller,
    key: str,
    source: str,
    given: Block,
    response: Response,
    match: Annotated[str | None, Header(alias="If-Match")] = None,
    none_match: Annotated[str | None, Header(alias="If-None-Match", description="`*` for a new one.")] = None,
) -> SourceView:
    """Put a source: a new one with `If-None-Match: *`, one that is there with If-Match."""
    version = None
    if (none_match or "").strip() != "*":
        version = if_match_number(if_match(match))
    put = sources.put(bench, caller, key, source, given, expected_version=version)
    tag_answer(response, put.version)
    return put


@router.delete("/sources/{source}", status_code=204)
def remove_source(bench: Bench, caller: ApiCaller, key: str, source: str, version: IfMatchNumber) -> None:
    """Take a source away that nothing names."""
    sources.remove(bench, caller, key, source, expected_version=version)


@router.post("/sources/{source}/documents", status_code=201)
def attach(
    bench: Bench, caller: ApiCaller, key: str, source: str, file: Annotated[UploadFile, File()]
) -> AttachmentView:
    """Keep a document with a source, to be handed out as it came and never read."""
    return sources.attach(bench, caller, key, source, file.filename or "", file.file.read())


@router.get("/sources/{source}/documents/{number}", response_class=Response)
def document(bench: Bench, caller: ApiCaller, key: str, source: str, number: int) -> Response:
    """A document, to be saved."""
    name, content, version = sources.attachment(bench, caller, key, source, number)
    answer = document_answer(content, name)
    tag_answer(answer, version)
    return answer


@router.delete("/sources/{source}/documents/{number}", status_code=204)
def detach(bench: Bench, caller: ApiCaller, key: str, source: str, number: int, version: IfMatch) -> None:
    """Take a document away; its ETag is its SHA-256."""
    sources.detach(bench, caller, key, source, number, expected_version=version)


class NewFinding(BaseModel):
    model_config = ConfigDict(extra="forbid")
    block: Literal["findings", "previous"]
    finding: Block


@router.get("/findings")
def list_findings(bench: Bench, caller: ApiCaller, key: str) -> list[FindingView]:
    """Findings issued, then those of earlier inspections."""
    return findings.listed(bench, caller, key)


@router.post("/findings", status_code=201)
def add_finding(
    bench: Bench, caller: ApiCaller, key: str, new: NewFinding, response: Response
) -> FindingView:
    """Add a finding issued, or one of an earlier inspection."""
    made = findings.add(bench, caller, key, new.block, new.finding)
    tag_answer(response, made.version)
    return made


@router.get("/findings/{finding}")
def one_finding(bench: Bench, caller: ApiCaller, key: str, finding: str, response: Response) -> FindingView:
    found = findings.one(bench, caller, key, finding)
    tag_answer(response, found.version)
    return found


@router.put("/findings/{finding}")
def edit_finding(
    bench: Bench,
    caller: ApiCaller,
    key: str,
    finding: str,
    given: Block,
    version: IfMatchNumber,
    response: Response,
) -> FindingView:
    """Change a finding; what is sent is the finding whole."""
    changed = findings.edit(bench, caller, key, finding, given, expected_version=version)
    tag_answer(response, changed.version)
    return changed


@router.delete("/findings/{finding}", status_code=204)
def remove_finding(bench: Bench, caller: ApiCaller, key: str, finding: str, version: IfMatchNumber) -> None:
    findings.remove(bench, caller, key, finding, expected_version=version)
