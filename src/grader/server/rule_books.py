"""The rule books of this server: told in English, and taken over to by an inspection begun on others."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlalchemy import select

from grader.server.bench import Workbench, check_scope
from grader.server.callers import Caller
from grader.server.checking import rules_of
from grader.server.content import inspection_data
from grader.server.inspections import view
from grader.server.refusals import Changed, NotNow, faulty
from grader.server.shapes import InspectionView, RuleBookView, RulesShape, UsedIn
from grader.server.tables import Inspection, Member

Data = dict[str, Any]


def of_inspection(bench: Workbench, caller: Caller, key: str) -> Data:
    """The rules of an inspection in English, its parameters with basis and source, where each is used.

    Returns
    -------
    dict
        `{"rulebook", "version", "rules": [...], "parameters": [...], "proved": {...}}`.
    """
    with bench.reading(caller, key, "see_outline") as work:
        rules_of(work)  # of other rules than it was begun on nothing is told
        return bench.rules.told(work.inspection.framework)


def listed(bench: Workbench, caller: Caller) -> list[RuleBookView]:
    """Every framework of this server with its rule book."""
    check_scope(caller, "read")
    return [_view(bench, caller, info.framework) for info in bench.rules.all()]


def one(bench: Workbench, caller: Caller, framework: str) -> RuleBookView:
    """One framework with its rule book; raises NotThere."""
    check_scope(caller, "read")
    return _view(bench, caller, bench.rules.of(framework).framework)


def _view(bench: Workbench, caller: Caller, name: str) -> RuleBookView:
    info, told = bench.rules.of(name), bench.rules.told(name)
    framework = bench.rules.session(name, info.framework_sha256, info.rulebook_sha256).framework.framework
    bases = (
        each["text"] for p in told["parameters"]["entries"] for each in p["said"] if each["label"] == "basis"
    )
    head = framework.framework
    return RuleBookView(
        framework=name,
        title=info.title,
        status=info.status,
        publisher=head.publisher,
        statement=head.statement,
        licence=head.licence,
        editions=list(info.editions),
        framework_sha256=info.framework_sha256,
        book=told,
        bases=dict(Counter(bases)),
        used_in=_used_in(bench, caller, name),
    )


def _used_in(bench: Workbench, caller: Caller, framework: str) -> list[UsedIn]:
    """The inspections the caller has a part in that are graded by it."""
    now = bench.rules.of(framework)
    wanted = (
        select(Inspection)
        .join(Member, Member.inspection_id == Inspection.id)
        .where(
            Member.account_id == caller.account_id,
            Member.role != "body",
            Inspection.framework == framework,
            Inspection.state != "erased",
        )
        .order_by(Inspection.body, Inspection.id)
    )
    if caller.account_id is None:
        return []
    if caller.only_inspection is not None:
        wanted = wanted.where(Inspection.id == caller.only_inspection)
    with bench.database.reading() as session:
        return [
            UsedIn(
                key=row.key,
                id=row.name,
                body=row.body,
                edition=row.edition,
                former_rules=(row.framework_sha256, row.rulebook_sha256)
                != (now.framework_sha256, now.rulebook_sha256),
            )
            for row in session.scalars(wanted)
        ]


def rules(bench: Workbench) -> list[RulesShape]:
    """The frameworks of this server, each with its rule book."""
    return [
        RulesShape(
            framework=info.framework,
            title=info.title,
            framework_sha256=info.framework_sha256,
            rulebook=info.rulebook,
            rulebook_version=info.rulebook_version,
            rulebook_sha256=info.rulebook_sha256,
            editions=list(info.editions),
            status=info.status,
        )
        for info in bench.rules.all()
    ]


def take_new_rules(
    bench: Workbench, caller: Caller, key: str, reason: str, *, expected_version: int
) -> InspectionView:
    """Go over to the rules this server has now, where they are others than the inspection was begun on.

    Raises
    ------
    InputError
        No reason is given, or what the inspection holds does not fit the new rules.
    NotNow
        It is on the rules there are now.
    """
    if not reason.strip():
        raise faulty("an inspection goes over to other rules with a reason", "say why", field="reason")
    with bench.reading(caller, key, "take_rules") as work:
        row, info = work.inspection, bench.rules.of(work.inspection.framework)
        if (row.framework_sha256, row.rulebook_sha256) == (info.framework_sha256, info.rulebook_sha256):
            raise NotNow("the inspection is on the rules there are now")
        before, data = work.inspection.revision, inspection_data(work.session, work.inspection)
    bench.grading.run("check", inspection=data)
    with bench.writing(caller, key, "take_rules") as work:
        row = work.inspection
        if row.version != expected_version or row.revision != before:
            raise Changed("the inspection", version=str(row.version), current=row.header, by=row.changed_by)
        left = {"framework": row.framework_sha256, "rulebook": row.rulebook_sha256}
        row.framework_sha256, row.rulebook_sha256 = info.framework_sha256, info.rulebook_sha256
        row.rulebook = info.rulebook
        row.version += 1
        work.moved()
        now = {"framework": info.framework_sha256, "rulebook": info.rulebook_sha256}
        work.did("took_new_rules", **now, before=left, reason=reason.strip())
        return view(work)
