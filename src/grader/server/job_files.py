"""Jobs that read what was uploaded, and write what is given out."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

from grader.errors import InputError, Place, Problem
from grader.io.act_log import against, read_log
from grader.io.decisions import decisions_of
from grader.io.kinds import NAMES, kind_of
from grader.io.yaml_source import parse_document
from grader.model.inspection import Inspection
from grader.server import archives
from grader.server.job_grading import loaded, session
from grader.server.jobs import Answer, problem_data
from grader.session import LoadedInspection, Sessions
from grader.sheets.yaml_text import inspection_text

Data = dict[str, Any]

_ORIGIN: Final = "the workbench"
_SHEETS: Final = (".xlsx", ".xlsm", ".xlsb", ".ods", ".xls", ".csv", ".tsv")


# Out ------------------------------------------------------------------------------------------------------


def yaml_of(inspection: Inspection) -> str:
    """The inspection's file, always the same; what cannot be read again is not written."""
    return inspection_text(inspection, _ORIGIN).replace("# Imported from", "# Exported from", 1)


def write_yaml(_: list[bytes], inspection: Data) -> Answer:
    """The file of an inspection as it is kept, whatever the rules there are now would say of it."""
    return {}, [yaml_of(Inspection.model_validate(inspection)).encode("utf-8")]


def write_zip(
    blobs: list[bytes],
    inspection: Data,
    decisions: str | None,
    log: str | None,
    attachments: list[dict[str, str]],
    graded: bool,
) -> Answer:
    """Everything as one file; the proposal is there to be read where it is graded, and never read back."""
    text = yaml_of(Inspection.model_validate(inspection))
    files = {archives.INSPECTION: text.encode("utf-8")}
    if decisions is not None:
        files[archives.DECISIONS] = decisions.encode("utf-8")
    if log is not None:
        files[archives.LOG] = log.encode("utf-8")
    if graded:
        proposal = session(inspection["inspection"]["framework"]).load(text).proposal
        files[archives.PROPOSAL] = proposal.to_json().encode("utf-8")
    archives.with_documents(files, attachments, blobs)
    return {}, [archives.packed(files)]


def report(
    _: list[bytes], inspection: Data, decisions: str | None, log: str | None, format: Literal["html", "pdf"]
) -> Answer:
    from grader.api.reports import report as make

    path = None
    if decisions is not None:
        path = Path("decisions.yaml")
        path.write_text(decisions, "utf-8")
    text = yaml_of(loaded(inspection).inspection)
    made = make(session(inspection["inspection"]["framework"]).load(text), format=format, decisions=path)
    return {}, [made.encode("utf-8") if isinstance(made, str) else made]


# In -------------------------------------------------------------------------------------------------------


def read_file(blobs: list[bytes], file_name: str) -> Answer:
    """The inspection in an uploaded file, YAML or a zip of ours, checked whole."""
    kind = kind_of(blobs[0])
    if kind == "zip":
        return _read_zip(blobs[0], file_name)
    if kind not in ("yaml", "text", "json"):
        what, _ = NAMES[kind]
        help = "import a workbook as a spreadsheet; an inspection is YAML, or a zip that was exported"
        raise InputError([Problem(f"this is {what}, and no inspection", Place(file_name), help)])
    return _inspection(blobs[0], file_name)[1], []


@cache
def _sessions() -> Sessions:
    return Sessions()


def _inspection(content: bytes, file_name: str) -> tuple[LoadedInspection, Data]:
    found = _sessions().load_document(parse_document(content, file_name))
    yaml_of(found.inspection)
    return found, {
        "inspection": found.inspection.model_dump(mode="json", exclude_defaults=True),
        "sha256": found.file.sha256,
        "warnings": [problem_data(p) for p in found.warnings],
    }


def _read_zip(content: bytes, file_name: str) -> Answer:
    files = archives.unpacked(content, file_name)
    if archives.INSPECTION not in files:
        help = "an exported zip holds one"
        raise InputError([Problem(f"the zip holds no {archives.INSPECTION}", Place(file_name), help)])
    found, data = _inspection(files[archives.INSPECTION], archives.INSPECTION)
    if archives.DECISIONS in files or archives.LOG in files:
        data |= _decisions(found, files.get(archives.DECISIONS), files.get(archives.LOG, b""))
    documents = archives.documents(files, found.inspection.sources)
    data["attachments"] = [named for named, _ in documents]
    return data, [content for _, content in documents]


def _decisions(found: LoadedInspection, raw: bytes | None, lines: bytes) -> Data:
    """Decisions and their log, held against each other and the inspection."""
    if raw is None:
        raise InputError([Problem("there is a log of decisions, and no decisions", Place(archives.LOG))])
    document = parse_document(raw, archives.DECISIONS)
    decisions = decisions_of(document, found.framework).decisions
    acts, problems = read_log(lines, archives.LOG)
    problems += against(acts, decisions.log, archives.LOG)
    if decisions.decisions.inspection != found.inspection.id:
        message = f"the decisions are on another inspection, {decisions.decisions.inspection}"
        problems.append(Problem(message, document.place(("decisions", "inspection"))))
    if problems:
        raise InputError(problems)
    return {"decisions": raw.decode("utf-8-sig"), "log": lines.decode("utf-8") or None, "acts": len(acts)}


def read_sheet(
    blobs: list[bytes],
    file_name: str,
    framework: str,
    edition: str | None,
    head: dict[str, str],
    mapping: str | None,
    over: Data | None,
) -> Answer:
    """What a spreadsheet holds: a mapping, and what is wrong, or the inspection.

    `mapping`: text of a mapping file a person agreed to; `over`: the inspection it adds to.
    """
    from grader import api
    from grader.io.catalogue import framework_at
    from grader.sheets.keeping import read_earlier
    from grader.sheets.proposing import propose_mapping

    path = _plain_name(file_name)
    path.write_bytes(blobs[0])
    proposed: Data | None = None
    mapping_text = mapping
    waiting: list[str] = []
    if mapping is None:
        try:
            found = propose_mapping(path, framework_at(framework).framework, edition)
        except InputError:
            found = None  # what reading it says is more
        if found is not None:
            proposed = found.model_dump(mode="json", by_alias=True)
            if found.foreign:
                mapping_text, waiting = found.text, [*found.open, *found.likely]
    agreed = None
    if mapping_text is not None:
        agreed = Path("mapping.yaml")
        agreed.write_text(mapping_text, "utf-8")
    if over is not None:
        Path("over.yaml").write_text(yaml_of(loaded(over).inspection), "utf-8")
        read_earlier(Path("over.yaml"))
    answer: Data = {"mapping": proposed, "mapping_text": mapping_text, "waiting": waiting, "problems": []}
    if waiting:
        return answer, []
    try:
        imported = api.import_sheet(
            path, mapping=agreed, head=head, over="over.yaml" if over is not None else None
        )
        yaml_of(imported.inspection)
    except InputError as error:
        answer["problems"] = [problem_data(p) for p in error.problems[:500]]
        return answer, _marked(path, error)
    answer["inspection"] = imported.inspection.model_dump(mode="json", exclude_defaults=True)
    answer["warnings"] = [problem_data(p) for p in imported.warnings[:500]]
    answer["replaced"] = list(imported.replaced)
    return answer, []


def _plain_name(file_name: str) -> Path:
    """A name in this folder by which whoever sent the file knows it in what is said of it."""
    given = Path(file_name.replace("\\", "/").rpartition("/")[2])
    stem = re.sub(r"[^\w ()-]", "_", given.stem)[:60].strip() or "sheet"
    ending = given.suffix.lower()
    return Path(stem + (ending if ending in _SHEETS else ".csv"))


def _marked(path: Path, error: InputError) -> list[bytes]:
    """The workbook with its faults marked, where it is one that can be."""
    from grader.sheets.marking import mark_workbook

    try:
        return [mark_workbook(path, error.problems)]
    except InputError:
        return []


JOBS: Final[dict[str, Any]] = {
    "read_file": read_file,
    "read_sheet": read_sheet,
    "report": report,
    "write_yaml": write_yaml,
    "write_zip": write_zip,
}
