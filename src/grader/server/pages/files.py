"""Files out, and in again; and what becomes of an inspection."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from grader.server import exports, inspections, retention, rule_books
from grader.server.files_out import file_answer
from grader.server.pages.refused import Refused, Wrong, refused_for, sent
from grader.server.pages.subject import Subject, subject
from grader.server.refusals import NotThere
from grader.server.web import Bench, PageForm, PageNumber, SignedInCaller

router = APIRouter(prefix="/inspections/{key}")

Word = Annotated[str, Query(max_length=200)]
_REPORTS: Final = ("html", "pdf", "docx", "xlsx")


@router.get("/files")
def files_page(request: Request, bench: Bench, caller: SignedInCaller, key: str) -> Response:
    return _files(subject(request, bench, caller, key, "export"))


def _files(on: Subject, refused: Refused | None = None, typed: dict[str, str] | None = None) -> Response:
    now, begun = on.bench.rules.of(on.inspection.framework), on.inspection
    other = (now.framework_sha256, now.rulebook_sha256) != (begun.framework_sha256, begun.rulebook_sha256)
    return on.page(
        "files.html",
        refused=refused,
        typed=typed or {},
        upload=on.bench.settings.limits.upload,
        days=on.bench.settings.limits.retention,
        other_rules=other,
        rules_now=now,
    )


@router.get("/files/inspection.yaml")
def inspection_file(bench: Bench, caller: SignedInCaller, key: str) -> Response:
    return file_answer(exports.export_yaml(bench, caller, key), "inspection", "yaml")


@router.get("/files/decisions.yaml")
def decisions_file(bench: Bench, caller: SignedInCaller, key: str) -> Response:
    content = exports.export_decisions(bench, caller, key)
    if content is None:
        raise NotThere("nothing is decided yet", help="decide an area first")
    return file_answer(content, "decisions", "yaml")


@router.get("/files/inspection.zip")
def zip_file(bench: Bench, caller: SignedInCaller, key: str, documents: bool = True) -> Response:
    content = exports.export_zip(bench, caller, key, documents=documents)
    return file_answer(content, "inspection", "zip")


@router.get("/files/report.{format}")
def report_file(bench: Bench, caller: SignedInCaller, key: str, format: str) -> Response:
    if format not in _REPORTS:
        raise NotThere
    return file_answer(exports.export_report(bench, caller, key, format), "report", format)


@router.post("/files/replace")
def replace(request: Request, bench: Bench, caller: SignedInCaller, key: str, form: PageForm) -> Response:
    on = subject(request, bench, caller, key, "evidence")
    upload, revision = form.upload("file"), form.whole("revision")
    if upload is None:
        return _files(on, refused_for([Wrong("Choose a file", "file")]))
    name, content = upload.filename or "file", upload.file.read()
    return sent(
        lambda: inspections.replace_from_file(bench, caller, key, name, content, expected_revision=revision),
        again=lambda refused: _files(on, refused),
        then=lambda _: on.to("", "imported"),
    )


@router.post("/new-rules")
def take_new_rules(
    request: Request, bench: Bench, caller: SignedInCaller, key: str, form: PageForm
) -> Response:
    on = subject(request, bench, caller, key, "take_rules")
    reason, version = form.text("reason"), form.whole("version")
    return sent(
        lambda: rule_books.take_new_rules(bench, caller, key, reason, expected_version=version),
        again=lambda refused: _files(on, refused, {"reason": reason}),
        then=lambda _: on.to("", "new_rules"),
    )


# What becomes of it ---------------------------------------------------------------------------------------


@router.post("/close")
def close(request: Request, bench: Bench, caller: SignedInCaller, key: str, form: PageForm) -> Response:
    on = subject(request, bench, caller, key, "close")
    version = form.whole("version")
    return sent(
        lambda: retention.close(bench, caller, key, expected_version=version),
        again=lambda refused: _files(on, refused),
        then=lambda _: on.to("/files", "closed"),
    )


@router.post("/reopen")
def reopen(request: Request, bench: Bench, caller: SignedInCaller, key: str, form: PageForm) -> Response:
    on = subject(request, bench, caller, key, "close")
    version = form.whole("version")
    return sent(
        lambda: retention.reopen(bench, caller, key, expected_version=version),
        again=lambda refused: _files(on, refused),
        then=lambda _: on.to("/files", "reopened"),
    )


@router.post("/erase")
def erase(request: Request, bench: Bench, caller: SignedInCaller, key: str, form: PageForm) -> Response:
    on = subject(request, bench, caller, key, "erase")
    version = form.whole("version")
    if form.text("sure").strip() != on.inspection.id:
        wrong = Wrong("This is not its id", "sure", f"write {on.inspection.id} to erase it")
        return _files(on, refused_for([wrong]))
    return sent(
        lambda: retention.erase(bench, caller, key, expected_version=version),
        again=lambda refused: _files(on, refused),
        then=lambda _: RedirectResponse("/?done=erased", 303),
    )


@router.get("/redact")
def redact_page(request: Request, bench: Bench, caller: SignedInCaller, key: str, id: Word) -> Response:
    return _redact(subject(request, bench, caller, key, "redact"), id)


@router.post("/redact")
def redact(
    request: Request, bench: Bench, caller: SignedInCaller, key: str, id: Word, form: PageForm
) -> Response:
    on = subject(request, bench, caller, key, "redact")
    reason, version = form.text("reason"), form.whole("version")
    return sent(
        lambda: retention.redact(bench, caller, key, id, reason, expected_version=version),
        again=lambda refused: _redact(on, id, reason, refused),
        then=lambda _: on.to("/evidence", "redacted"),
    )


def _redact(on: Subject, id: str, reason: str = "", refused: Refused | None = None) -> Response:
    statement, version = retention.redactable(on.bench, on.caller, on.key, id)
    return on.page(
        "redact.html",
        id=id,
        statement=statement,
        version=version,
        reason=reason,
        refused=refused,
    )


@router.get("/log")
def log_page(
    request: Request, bench: Bench, caller: SignedInCaller, key: str, page_number: PageNumber
) -> Response:
    on = subject(request, bench, caller, key, "audit")
    found = retention.audited(bench, caller, key, page=page_number)
    return on.page("log.html", found=found)
