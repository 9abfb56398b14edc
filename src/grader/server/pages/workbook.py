"""Importing a workbook: chosen, its columns confirmed, taken in whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import yaml
from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from grader.server import workbooks
from grader.server.files_out import document_answer
from grader.server.pages.refused import Refused, Wrong, refused_for, sent, tried
from grader.server.pages.subject import Choice, Subject, assessments, bases, extents, harms, subject
from grader.server.refusals import NotThere
from grader.server.uploads import Upload
from grader.server.web import Bench, PageForm, Posted, SignedInCaller
from grader.sheets.columns import EVIDENCE

router = APIRouter(prefix="/inspections/{key}")

Word = Annotated[str, Query(max_length=200)]
Data = Mapping[str, Any]


@router.get("/workbook")
def choose_page(request: Request, bench: Bench, caller: SignedInCaller, key: str) -> Response:
    on = subject(request, bench, caller, key, "evidence")
    return on.page("workbook.html")


@router.post("/workbook")
def choose(request: Request, bench: Bench, caller: SignedInCaller, key: str, form: PageForm) -> Response:
    on = subject(request, bench, caller, key, "evidence")
    upload = form.upload("workbook")
    how = _how(form.text("how"))
    if upload is None:
        return on.page("workbook.html", refused=refused_for([Wrong("Choose a workbook", "workbook")]))
    name = bench.uploads.keep(caller, key, upload.filename or "workbook", upload.file.read())
    kept = bench.uploads.of(caller, key, name)

    def again(refused: Refused) -> Response:
        bench.uploads.drop(name)
        return on.page("workbook.html", refused=_at_file(refused))

    def then(read: tuple[Data, bytes | None]) -> Response:
        kept.proposed = read[0]["mapping"]
        return on.to("/workbook/check", upload=name, how=how)

    return sent(
        lambda: workbooks.read(bench, caller, key, kept, how),
        {kept.file_name: "workbook"},
        again=again,
        then=then,
    )


def _at_file(refused: Refused) -> Refused:
    """Faults of the file as a whole stand at the field it was chosen in."""
    return refused_for([Wrong(w.message, "workbook", w.help) for w in refused.wrong], refused.status)


@router.get("/workbook/check")
def check_page(
    request: Request, bench: Bench, caller: SignedInCaller, key: str, upload: Word, how: Word = "add"
) -> Response:
    on = subject(request, bench, caller, key, "evidence")
    return _check(on, upload, _how(how))


@router.post("/workbook/check")
def say_mapping(
    request: Request,
    bench: Bench,
    caller: SignedInCaller,
    key: str,
    upload: Word,
    form: PageForm,
    how: Word = "add",
) -> Response:
    on = subject(request, bench, caller, key, "evidence")
    kept = bench.uploads.of(caller, key, upload)
    if kept.proposed is not None:
        kept.mapping = yaml.safe_dump(_mapping(kept.proposed, form), allow_unicode=True, sort_keys=False)
    return on.to("/workbook/check", upload=upload, how=_how(how))


@router.get("/workbook/marked")
def marked(
    request: Request, bench: Bench, caller: SignedInCaller, key: str, upload: Word, how: Word = "add"
) -> Response:
    subject(request, bench, caller, key, "evidence")
    kept = bench.uploads.of(caller, key, upload)
    _, found = workbooks.read(bench, caller, key, kept, _how(how))
    if found is None:
        raise NotThere("nothing in this workbook is marked")
    stem = kept.file_name.rpartition(".")[0] or kept.file_name
    return document_answer(found, f"{stem}-marked.xlsx")


@router.post("/workbook/import")
def take_in(
    request: Request,
    bench: Bench,
    caller: SignedInCaller,
    key: str,
    upload: Word,
    form: PageForm,
    how: Word = "add",
) -> Response:
    on = subject(request, bench, caller, key, "evidence")
    kept, revision = bench.uploads.of(caller, key, upload), form.whole("revision")

    def then(_: object) -> Response:
        bench.uploads.drop(upload)
        return on.to("/evidence", "imported")

    return sent(
        lambda: workbooks.take_in(bench, caller, key, kept, _how(how), expected_revision=revision),
        again=lambda refused: _check(on, upload, _how(how), refused),
        then=then,
    )


def _how(text: str) -> workbooks.How:
    return "replace" if text == "replace" else "add"


def _check(on: Subject, name: str, how: workbooks.How, refused: Refused | None = None) -> Response:
    kept = on.bench.uploads.of(on.caller, on.key, name)
    read = tried(lambda: workbooks.read(on.bench, on.caller, on.key, kept, how))
    answer: Data = {}
    if isinstance(read, Refused):
        refused = refused or read
    else:
        answer = read[0]
    found = answer.get("inspection")
    added = set(answer.get("added", ()))
    words = on.framework.vocabulary
    return on.page(
        "workbook_check.html",
        upload=name,
        how=how,
        kept=kept,
        answer=answer,
        refused=refused,
        marked=not isinstance(read, Refused) and read[1] is not None,
        items=[item for item in found["evidence"] if item["id"] in added] if found else [],
        columns=[Choice(c.name, c.name) for c in EVIDENCE.columns],
        said=_said(kept),
        meanings={
            "assessment": assessments(words),
            "basis": bases(words),
            "extent": extents(words),
            "harm": harms(words),
        },
    )


def _said(kept: Upload) -> Data:
    """The mapping as it stands: as the person said it, or as it was proposed."""
    if kept.proposed is None:
        return {}
    if kept.mapping is not None:
        block = yaml.safe_load(kept.mapping)["evidence"]
        called = {heading: name for name, heading in block.get("columns", {}).items()}
        return {
            "columns": {c["heading"]: called.get(c["heading"], "") for c in kept.proposed["columns"]},
            "words": block.get("values", {}),
            "defaults": block.get("defaults", {}),
        }
    words: dict[str, dict[str, str]] = {}
    for word in kept.proposed["words"]:
        words.setdefault(word["column"], {})[word["word"]] = word["meaning"] or ""
    return {
        "columns": {c["heading"]: c["column"] or "" for c in kept.proposed["columns"]},
        "words": words,
        "defaults": {d["column"]: d["value"] for d in kept.proposed["defaults"]},
    }


def _mapping(proposed: Data, form: Posted) -> dict[str, Any]:
    """A mapping file of what the form says of each heading, word and default."""
    columns: dict[str, str] = {}
    ignored = []
    for at, column in enumerate(proposed["columns"]):
        said = form.text(f"column_{at}")
        if said:
            columns[said] = column["heading"]
        else:
            ignored.append(column["heading"])
    values: dict[str, dict[str, str]] = {}
    for at, word in enumerate(proposed["words"]):
        if form.maybe(f"word_{at}"):
            values.setdefault(word["column"], {})[word["word"]] = form.text(f"word_{at}").strip()
    names = dict.fromkeys([*(d["column"] for d in proposed["defaults"]), *proposed["missing"]])
    defaults = {name: form.text(f"default_{name}").strip() for name in names if form.maybe(f"default_{name}")}
    block: dict[str, Any] = {}
    if len(proposed["sheets"]) == 1 and proposed["sheets"][0]:
        block["sheet"] = proposed["sheets"][0]
    elif len(proposed["sheets"]) > 1:
        block["sheets"] = proposed["sheets"]
    block |= {"columns": columns, "values": values, "defaults": defaults, "ignore": ignored}
    return {"evidence": {name: value for name, value in block.items() if value}}
