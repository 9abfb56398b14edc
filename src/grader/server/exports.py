"""Inspections given out: as the files of the command line, and as reports."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import undefer

from grader.server.bench import Work, Workbench
from grader.server.callers import Caller
from grader.server.checking import has_its_rules, to_grade
from grader.server.content import inspection_data
from grader.server.tables import Attachment

Data = dict[str, Any]


def export_yaml(bench: Workbench, caller: Caller, key: str) -> bytes:
    """The inspection's file."""
    with bench.reading(caller, key, "export") as work:
        data = inspection_data(work.session, work.inspection)
    _, files = bench.grading.run("write_yaml", inspection=data)
    bench.took(caller, key, "export", format="yaml")
    return files[0]


def export_decisions(bench: Workbench, caller: Caller, key: str) -> bytes | None:
    """The decisions file as it stands; None where nothing is decided."""
    with bench.reading(caller, key, "export") as work:
        text = work.inspection.decisions
    bench.took(caller, key, "export", format="decisions")
    return text.encode("utf-8") if text is not None else None


def export_zip(bench: Workbench, caller: Caller, key: str, *, documents: bool = True) -> bytes:
    """Everything at one moment as a zip of the files of the command line.

    The proposal is in it where the inspection has the rules that it was begun on; `documents` says whether
    those attached are: with them it may be larger than a file that may come in again.
    """
    with bench.exporting:
        with bench.reading(caller, key, "export") as work:
            graded = has_its_rules(work)
            data: Data = {"inspection": inspection_data(work.session, work.inspection), **_decided(work)}
            wanted = select(Attachment).where(Attachment.inspection_id == work.inspection.id)
            whole = wanted.options(undefer(Attachment.content)).order_by(Attachment.id)
            attached = work.session.scalars(whole).all() if documents else []
        named = [{"source": each.source, "file_name": each.file_name} for each in attached]
        _, files = bench.grading.run(
            "write_zip", *(each.content for each in attached), attachments=named, graded=graded, **data
        )
    bench.took(caller, key, "export", format="zip")
    return files[0]


def export_report(bench: Workbench, caller: Caller, key: str, format: str) -> bytes:
    """The report, as `html`, `pdf`, `docx` or `xlsx`."""
    with bench.reading(caller, key, "export") as work:
        data: Data = {"inspection": to_grade(work), **_decided(work)}
    _, files = bench.grading.run("report", format=format, **data)
    bench.took(caller, key, "report", format=format)
    return files[0]


def _decided(work: Work) -> Data:
    return {"decisions": work.inspection.decisions, "log": work.inspection.decisions_log}
