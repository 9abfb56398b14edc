"""Inspections: made, listed, changed at their head, and read from files."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import case, false, func, or_, select
from sqlalchemy.orm import Session

from grader.model.inspection import Inspection as InspectionModel
from grader.server import audit, roles
from grader.server.bench import Work, Workbench, check_scope
from grader.server.callers import Caller
from grader.server.checking import check_settled_in_file, has_its_rules, rules_of, to_grade
from grader.server.content import check_documents, check_number, new_attachment, put_in
from grader.server.jobs import problem_data
from grader.server.refusals import Changed, NotAllowed, NotNow, faulty
from grader.server.roles import Role
from grader.server.shapes import Imported, InspectionSummary, InspectionView, Page
from grader.server.tables import Attachment, Draft, Inspection, Item, Member

Data = dict[str, Any]


# Making and bringing in -----------------------------------------------------------------------------------


def create(bench: Workbench, caller: Caller, header: Mapping[str, Any]) -> InspectionView:
    """A new inspection without evidence, owned by who makes it.

    Parameters
    ----------
    header : mapping
        The `inspection` block of a file: `id`, `body`, `framework`, `edition`, ...

    Raises
    ------
    InputError
        Faults of the block.
    NotThere
        The server has no such framework.
    """
    return _new(bench, caller, {"inspection": dict(header), "evidence": []}).inspection


def import_file(bench: Workbench, caller: Caller, file_name: str, content: bytes) -> Imported:
    """An inspection from YAML or a zip of `export_zip`, whole or not at all.

    Raises
    ------
    InputError
        Every fault of the file, with its place.
    """
    check_may_make(caller)
    read, files = bench.grading.run("read_file", content, file_name=file_name)
    return _new(bench, caller, read["inspection"], read, files)


def replace_from_file(
    bench: Workbench, caller: Caller, key: str, file_name: str, content: bytes, *, expected_revision: int
) -> Imported:
    """An inspection's content anew from a file: every item that differs has a new version.

    `expected_revision` is the `revision` seen: later changes are not lost.
    """
    with bench.reading(caller, key, "evidence") as work:
        rules_of(work)  # a file is not read for somebody who may not put it in, nor by other rules
    read, _ = bench.grading.run("read_file", content, file_name=file_name)
    with bench.writing(caller, key, "evidence") as work:
        row = work.inspection
        if row.revision != expected_revision:
            raise Changed(
                "the inspection",
                version=f"r{row.revision}",
                current=summary(work).model_dump(mode="json"),
                by=row.changed_by,
                at=row.changed_at.isoformat(),
            )
        model = InspectionModel.model_validate(read["inspection"])
        if model.inspection.framework != row.framework or model.inspection.edition != row.edition:
            raise faulty(
                f"the file is of {model.inspection.framework}, edition {model.inspection.edition}",
                f"this inspection is of {row.framework}, edition {row.edition}: import it as another one",
            )
        check_number(bench.settings.limits, len(model.evidence))
        _check_decided(row, model.inspection.id, model.inspection.edition)
        check_settled_in_file(work, model.evidence)
        _keep_documents(work, model)
        _set_header(row, read["inspection"]["inspection"])
        put_in(work.session, row, model, caller.name, work.now)
        work.moved()
        row.version += 1
        work.did("imported", sha256=read["sha256"], evidence=len(model.evidence))
        return Imported(inspection=view(work), warnings=read["warnings"])


def _keep_documents(work: Work, model: InspectionModel) -> None:
    """Raise NotNow where a document would be left without its source."""
    wanted = select(Attachment.source).where(Attachment.inspection_id == work.inspection.id).distinct()
    lost = [source for source in work.session.scalars(wanted) if source not in model.sources]
    if lost:
        raise NotNow(
            f"documents are attached to {', '.join(lost)}, which the file does not have",
            help="take the documents away first, or keep the source",
        )


def _check_decided(row: Inspection, name: str, edition: str) -> None:
    """Raise NotNow where decisions would be on another inspection than they name."""
    if row.decisions is not None and (name, edition) != (row.name, row.edition):
        raise NotNow(
            f"decisions are recorded on {row.name}, edition {row.edition}: it keeps its id and its edition",
            help="import its file as another inspection, and decide there",
        )


def check_may_make(caller: Caller) -> None:
    """Raise NotAllowed for who makes no inspections: somebody invited to one, or a token of one."""
    if caller.account_id is None or caller.only_inspection is not None:
        raise NotAllowed("an inspection is made by somebody with an account", help="sign in")
    check_scope(caller, "write")


def _new(
    bench: Workbench, caller: Caller, data: Data, read: Data | None = None, files: Sequence[bytes] = ()
) -> Imported:
    check_may_make(caller)
    framework = data["inspection"].get("framework")
    info = bench.rules.of(str(framework))
    if read is None:
        loaded = bench.rules.session(info.framework, info.framework_sha256, info.rulebook_sha256).load(data)
        model, warnings = loaded.inspection, [problem_data(p) for p in loaded.warnings]
    else:
        model, warnings = InspectionModel.model_validate(data), read["warnings"]
    check_number(bench.settings.limits, len(model.evidence))
    with bench.database.writing() as session:
        now = bench.now()
        row = Inspection(
            key=secrets.token_urlsafe(12),
            framework_sha256=info.framework_sha256,
            rulebook=info.rulebook,
            rulebook_sha256=info.rulebook_sha256,
            state="open",
            revision=1,
            version=1,
            decisions=(read or {}).get("decisions"),
            decisions_log=(read or {}).get("log"),
            decisions_version=(read or {}).get("acts", 0),
            created_by=caller.name,
            created_at=now,
            changed_by=caller.name,
            changed_at=now,
        )
        _set_header(row, model.model_dump(mode="json", exclude_defaults=True)["inspection"])
        session.add(row)
        session.flush()
        session.add(
            Member(inspection_id=row.id, account_id=caller.account_id, role=Role.OWNER.value, version=1)
        )
        put_in(session, row, model, caller.name, now)
        check_documents(session, bench.settings.limits, row.id, sum(map(len, files)))
        attached = zip((read or {}).get("attachments", []), files, strict=True)
        for number, (named, content) in enumerate(attached, 1):
            session.add(
                new_attachment(row.id, number, named["source"], named["file_name"], content, caller.name, now)
            )
        sha256 = (read or {}).get("sha256")
        detail = {"evidence": len(model.evidence)} | ({"sha256": sha256} if sha256 else {})
        audit.append(session, now, caller.who, "imported" if read else "created", row.key, detail)
        return Imported(inspection=view(Work(bench, session, caller, row, Role.OWNER)), warnings=warnings)


def _set_header(row: Inspection, header: Data) -> None:
    row.header = header
    row.name = header["id"]
    row.body = header["body"]
    row.framework = header["framework"]
    row.edition = header["edition"]


# Looking --------------------------------------------------------------------------------------------------


def listed(
    bench: Workbench, caller: Caller, *, words: str = "", page: int = 1, per_page: int | None = None
) -> Page[InspectionSummary]:
    """The inspections the caller has a part in, the one changed last first."""
    check_scope(caller, "read")
    per = per_page or bench.settings.limits.page
    with bench.database.reading() as session:
        wanted = (
            select(Inspection, Member.role, _held(Inspection.id))
            .join(Member, Member.inspection_id == Inspection.id)
            .where(Member.account_id == caller.account_id, Inspection.state != "erased")
        )
        if caller.account_id is None:
            wanted = wanted.where(false())
        if caller.only_inspection is not None:
            wanted = wanted.where(Inspection.id == caller.only_inspection)
        if words.strip():
            said = contains(words.strip())
            wanted = wanted.where(
                or_(Inspection.body.ilike(said, escape="\\"), Inspection.name.ilike(said, escape="\\"))
            )
        total = session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
        # When the team changed something is not for the body to know.
        changed = case((Member.role == Role.BODY.value, Inspection.created_at), else_=Inspection.changed_at)
        found = session.execute(
            wanted.order_by(changed.desc(), Inspection.id).offset((page - 1) * per).limit(per)
        ).all()
        for_body = [row.id for row, role, _ in found if role == Role.BODY]
        drafts = _drafts_released(session, for_body) if for_body else {}
        items = [_in_list(row, Role(role), held, drafts.get(row.id)) for row, role, held in found]
    return Page(items=items, total=total, page=page, per_page=per)


def contains(words: str) -> str:
    """A pattern of LIKE for text that contains these words as they stand."""
    return (
        "%"
        + words[:200].replace("\0", "").replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        + "%"
    )


def one(bench: Workbench, caller: Caller, key: str) -> InspectionView:
    """One inspection; raises NotThere where the caller has no part in it."""
    with bench.reading(caller, key, "see_outline") as work:
        return view(work)


def change_header(
    bench: Workbench, caller: Caller, key: str, header: Mapping[str, Any], *, expected_version: int
) -> InspectionView:
    """Another `inspection` block; the framework stays, and all there is must fit.

    Raises
    ------
    Changed
        The head changed since it was read.
    InputError
        Faults of the block, or of what is under it.
    """
    with bench.reading(caller, key, "header") as work:
        before = work.inspection.revision
        data = to_grade(work) | {"inspection": dict(header)}
        if header.get("framework") != work.inspection.framework:
            raise faulty("an inspection keeps its framework", "make another inspection", field="framework")
    checked, _ = bench.grading.run("check", inspection=data)
    with bench.writing(caller, key, "header") as work:
        row = work.inspection
        if row.version != expected_version:
            raise Changed(
                "the head of the inspection",
                version=str(row.version),
                current=row.header,
                by=row.changed_by,
                at=row.changed_at.isoformat(),
            )
        if row.revision != before:
            raise NotNow("the inspection was changed at the same moment", help="send the same change again")
        _check_decided(row, checked["inspection"]["id"], checked["inspection"]["edition"])
        _set_header(row, checked["inspection"])
        row.version += 1
        work.moved()
        work.did("changed_header", version=row.version)
        return view(work)


# Views ----------------------------------------------------------------------------------------------------


def summary(work: Work) -> InspectionSummary:
    return InspectionSummary(**_summary(work))


def _held(inspection_id: Any) -> Any:
    """How many items of evidence an inspection holds."""
    count = select(func.count(Item.id)).where(Item.inspection_id == inspection_id)
    return count.correlate(Inspection).scalar_subquery()


def _in_list(row: Inspection, role: Role, held: int, draft: Draft | None) -> InspectionSummary:
    return InspectionSummary(**(_for_body(row, draft) if role is Role.BODY else _row(row, role, held)))


def _drafts_released(session: Session, ids: list[int]) -> dict[int, Draft]:
    wanted = select(Draft).where(Draft.inspection_id.in_(ids), Draft.withdrawn_at.is_(None))
    return {draft.inspection_id: draft for draft in session.scalars(wanted.order_by(Draft.number))}


def _for_body(row: Inspection, draft: Draft | None) -> Data:
    """What the body sees: nothing that moves while the team works, and no names."""
    found = _row(row, Role.BODY, len(draft.inspection["evidence"]) if draft is not None else 0)
    changed = draft.released_at if draft is not None else row.created_at
    revision = draft.revision if draft is not None else 0
    return {**found, "revision": revision, "changed_by": "", "changed_at": changed}


def view(work: Work) -> InspectionView:
    row = work.inspection
    return InspectionView(
        **_summary(work),
        header=row.header,
        version=row.version,
        framework_sha256=row.framework_sha256,
        rulebook=row.rulebook,
        rulebook_sha256=row.rulebook_sha256,
        released=_released(work.session, row),
        created_by=row.created_by,
        created_at=row.created_at,
        closed_at=row.closed_at,
        documents=_bytes_of_documents(work),
        other_rules=not has_its_rules(work),
        may=[
            what
            for what, who in roles.MAY.items()
            if work.role in who
            and (row.state == "open" or what in roles.WHEN_CLOSED)
            and (not work.blind or what in roles.WHEN_TAGGING_BLIND)
        ],
        tagging_blind=work.blind,
    )


def _bytes_of_documents(work: Work) -> int:
    size = func.coalesce(func.sum(Attachment.size), 0)
    return work.session.scalar(select(size).where(Attachment.inspection_id == work.inspection.id)) or 0


def _summary(work: Work) -> Data:
    held = work.session.scalar(select(_held(work.inspection.id))) or 0
    return _row(work.inspection, work.role, held)


def _row(row: Inspection, role: Role, held: int) -> Data:
    return {
        "key": row.key,
        "id": row.name,
        "body": row.body,
        "framework": row.framework,
        "edition": row.edition,
        "state": row.state,
        "role": role.value,
        "evidence": held,
        "revision": row.revision,
        "changed_by": row.changed_by,
        "changed_at": row.changed_at,
    }


def _released(session: Session, row: Inspection) -> int | None:
    wanted = select(func.max(Draft.number)).where(Draft.inspection_id == row.id, Draft.withdrawn_at.is_(None))
    return session.scalar(wanted)
