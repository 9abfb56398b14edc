"""A workbook brought into an inspection: read by a worker, looked at, taken in whole or not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from grader.model.inspection import Inspection as InspectionModel
from grader.server.bench import Workbench
from grader.server.callers import Caller
from grader.server.checking import check_settled_in_file, to_grade
from grader.server.content import check_number, next_ids, put_in
from grader.server.refusals import Changed, NotNow
from grader.server.shapes import InspectionView
from grader.server.uploads import Upload

Data = dict[str, Any]
How = Literal["add", "replace"]


def read(bench: Workbench, caller: Caller, key: str, upload: Upload, how: How) -> tuple[Data, bytes | None]:
    """What a workbook holds, and a copy with its faults marked, if any; nothing is changed.

    The first is the answer of the job `read_sheet`: `mapping`, `mapping_text`, `waiting`, `problems` and,
    where nothing is wrong, `inspection` as it would be, with `added`, ids of its items.
    """
    with bench.reading(caller, key, "evidence") as work:
        now = to_grade(work)
        row = work.inspection
        head = {"id": row.name, "body": row.body, "framework": row.framework, "edition": row.edition}
    answer, files = bench.grading.run(
        "read_sheet",
        upload.content,
        file_name=upload.file_name,
        framework=head["framework"],
        edition=head["edition"],
        head=head,
        mapping=upload.mapping,
        over=now if how == "replace" else None,
    )
    if answer.get("inspection"):
        found = answer["inspection"]
        if how == "add":
            found, answer["added"] = added(now, found)
            answer["inspection"] = found
            bench.grading.run("check", inspection=found)
        else:
            answer["added"] = [item["id"] for item in found["evidence"]]
    return answer, files[0] if files else None


def take_in(
    bench: Workbench, caller: Caller, key: str, upload: Upload, how: How, *, expected_revision: int
) -> InspectionView:
    """Take in all of a workbook's evidence; raises NotNow where any of it is at fault."""
    from grader.server.inspections import view

    answer, _ = read(bench, caller, key, upload, how)
    if not answer.get("inspection"):
        raise NotNow("the workbook has faults: nothing is imported", help="mend them, and choose it again")
    model = InspectionModel.model_validate(answer["inspection"])
    check_number(bench.settings.limits, len(model.evidence))
    with bench.writing(caller, key, "evidence") as work:
        row = work.inspection
        if row.revision != expected_revision:
            raise Changed(
                "the inspection",
                version=f"r{row.revision}",
                current={"evidence": row.revision},
                by=row.changed_by,
                at=row.changed_at.isoformat(),
            )
        check_settled_in_file(work, model.evidence)
        put_in(work.session, row, model, caller.name, work.now)
        work.moved()
        work.did("imported_workbook", how=how, evidence=len(answer["added"]))
        return view(work)


def added(now: Data, new: Data) -> tuple[Data, list[str]]:
    """An inspection with what another holds added: taken ids become the next free ones."""
    sources, renamed_sources = _sources(now.get("sources", {}), new.get("sources", {}))
    items, renamed = _renamed(now["evidence"], new["evidence"], "E")
    items = [{**item, "source": renamed_sources.get(item["source"], item["source"])} for item in items]
    merged = {**now, "sources": sources, "evidence": [*now["evidence"], *items]}
    for block, letter in (("findings", "F"), ("previous", "P")):
        there = now.get(block, [])
        others = [f for b in ("findings", "previous") for f in now.get(b, [])]
        found, _ = _renamed(others, new.get(block, []), letter)
        for finding in found:
            if finding.get("evidence"):
                finding["evidence"] = [renamed.get(name, name) for name in finding["evidence"]]
            if finding.get("source") in renamed_sources:
                finding["source"] = renamed_sources[finding["source"]]
        if there or found:
            merged[block] = [*there, *found]
    return merged, [item["id"] for item in items]


def _renamed(there: list[Data], new: list[Data], letter: str) -> tuple[list[Data], dict[str, str]]:
    taken = {each["id"] for each in there}
    free = next_ids(letter, taken | {each["id"] for each in new})
    renamed: dict[str, str] = {}
    found = []
    for each in new:
        name = each["id"]
        if name in taken:
            renamed[name] = next(free)
        found.append({**each, "id": renamed.get(name, name)})
    return found, renamed


def _sources(there: Mapping[str, Data], new: Mapping[str, Data]) -> tuple[Data, dict[str, str]]:
    found, renamed = dict(there), {}
    for name, source in new.items():
        if name not in found:
            found[name] = source
        elif found[name] != source:
            number = 2
            while f"{name}-{number}" in found or f"{name}-{number}" in new:
                number += 1
            renamed[name] = f"{name}-{number}"
            found[renamed[name]] = source
    return found, renamed
