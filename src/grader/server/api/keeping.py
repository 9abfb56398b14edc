"""Members, files out, retention and the audit log of an inspection."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import File, Response, UploadFile
from pydantic import BaseModel, ConfigDict, Field

from grader.server import exports, inspections, members, retention
from grader.server.api.making import api_router
from grader.server.files_out import file_answer
from grader.server.refusals import NotThere
from grader.server.shapes import AuditView, Imported, InspectionView, MemberView, Page
from grader.server.web import (
    ApiCaller,
    Bench,
    IfMatchNumber,
    IfMatchRevision,
    PageNumber,
    PerPage,
    tag_answer,
    tag_revision,
)

router = api_router("keeping", "/inspections/{key}")


class NewMember(BaseModel):
    model_config = ConfigDict(extra="forbid")
    email: str = Field(max_length=254)
    role: str = Field(max_length=20)
    blind: bool = False
    """Whether they tag as a second person first, and see no tags until they hand theirs in."""


class OtherRole(BaseModel):
    model_config = ConfigDict(extra="forbid")
    role: str = Field(max_length=20)


class State(BaseModel):
    model_config = ConfigDict(extra="forbid")
    state: Literal["open", "closed"]


class Redaction(BaseModel):
    model_config = ConfigDict(extra="forbid")
    target: str = Field(max_length=200)
    """The id of an item of evidence, or of a finding."""
    reason: str = Field(max_length=2_000)


class Redacted(BaseModel):
    statement: str
    """What stands in its place."""


@router.get("/members")
def list_members(bench: Bench, caller: ApiCaller, key: str) -> list[MemberView]:
    return members.listed(bench, caller, key)


@router.post("/members", status_code=201)
def add_member(bench: Bench, caller: ApiCaller, key: str, new: NewMember, response: Response) -> MemberView:
    """Give somebody with an account a part."""
    made = members.add(bench, caller, key, new.email, new.role, blind=new.blind)
    tag_answer(response, made.version)
    return made


@router.put("/members/{account}")
def change_member(
    bench: Bench,
    caller: ApiCaller,
    key: str,
    account: int,
    new: OtherRole,
    version: IfMatchNumber,
    response: Response,
) -> MemberView:
    changed = members.change(bench, caller, key, account, new.role, expected_version=version)
    tag_answer(response, changed.version)
    return changed


@router.delete("/members/{account}", status_code=204)
def remove_member(bench: Bench, caller: ApiCaller, key: str, account: int, version: IfMatchNumber) -> None:
    members.remove(bench, caller, key, account, expected_version=version)


@router.get("/file", response_class=Response)
def yaml_file(bench: Bench, caller: ApiCaller, key: str) -> Response:
    """The inspection's file, in YAML."""
    return file_answer(exports.export_yaml(bench, caller, key), "inspection", "yaml")


@router.put("/file")
def replace_from_file(
    bench: Bench,
    caller: ApiCaller,
    key: str,
    file: Annotated[UploadFile, File()],
    revision: IfMatchRevision,
    response: Response,
) -> Imported:
    """Take what the inspection holds anew from a file; If-Match is its `revision`."""
    done = inspections.replace_from_file(
        bench, caller, key, file.filename or "file", file.file.read(), expected_revision=revision
    )
    tag_revision(response, done.inspection.revision)
    return done


@router.get("/decisions-file", response_class=Response)
def decisions_file(bench: Bench, caller: ApiCaller, key: str) -> Response:
    """The decisions file, in YAML."""
    content = exports.export_decisions(bench, caller, key)
    if content is None:
        raise NotThere("nothing is decided")
    return file_answer(content, "decisions", "yaml")


@router.get("/zip", response_class=Response)
def zip_file(bench: Bench, caller: ApiCaller, key: str, documents: bool = True) -> Response:
    """Everything as a zip of files, with the documents attached or without them."""
    content = exports.export_zip(bench, caller, key, documents=documents)
    return file_answer(content, "inspection", "zip")


@router.get("/report/{format}", response_class=Response)
def report(
    bench: Bench, caller: ApiCaller, key: str, format: Literal["html", "pdf", "docx", "xlsx"]
) -> Response:
    """The report."""
    return file_answer(exports.export_report(bench, caller, key, format), "report", format)


@router.put("/state")
def change_state(
    bench: Bench, caller: ApiCaller, key: str, said: State, version: IfMatchNumber, response: Response
) -> InspectionView:
    """Close an inspection, or open it again."""
    act = retention.close if said.state == "closed" else retention.reopen
    changed = act(bench, caller, key, expected_version=version)
    tag_answer(response, changed.version)
    return changed


@router.delete("", status_code=204)
def erase(bench: Bench, caller: ApiCaller, key: str, version: IfMatchNumber) -> None:
    """Erase a closed inspection once its period is over."""
    retention.erase(bench, caller, key, expected_version=version)


@router.post("/redactions")
def redact(bench: Bench, caller: ApiCaller, key: str, said: Redaction, version: IfMatchNumber) -> Redacted:
    """Take a statement's text away; If-Match is the version of the item or the finding."""
    instead = retention.redact(bench, caller, key, said.target, said.reason, expected_version=version)
    return Redacted(statement=instead)


@router.get("/audit")
def audit_log(
    bench: Bench, caller: ApiCaller, key: str, page: PageNumber, per_page: PerPage
) -> Page[AuditView]:
    """Who saw and changed what, the newest first."""
    return retention.audited(bench, caller, key, page=page, per_page=per_page)
