"""Where reports of `grader grade` go, checked before any work."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from grader.cli.output import check_output
from grader.errors import InputError, Place, Problem, quoted
from grader.io.written import write_whole
from grader.render.reports import INDEX, WORKBOOK

if TYPE_CHECKING:
    from grader.render.content.build import Content
    from grader.session import LoadedInspection

ENDINGS = (".html", ".pdf", ".docx", ".xlsx")
#: The files of a folder for several inspections.
OF_MANY = (INDEX, WORKBOOK)


def report_files(
    asked: Sequence[str], decisions: str | None, inspections: Sequence[str], *, brief: bool, force: bool
) -> list[Path]:
    """The files of reports on one inspection."""
    if not asked and not brief and decisions is not None:
        help = "add --report FILE.html or --brief, or lay them side by side with grader diff"
        message = "decisions are shown in a report or in brief alone"
        raise InputError([Problem(message, Place("--decisions"), help)])
    inputs = [*inspections, *([decisions] if decisions is not None else [])]
    found = [check_output(name, ENDINGS, force=force, inputs=inputs) for name in asked]
    twice = sorted({str(path) for path in found if found.count(path) > 1})
    if twice:
        message = f"{', '.join(map(quoted, twice))} would be written twice"
        raise InputError([Problem(message, Place("--report"), "name each file once")])
    return found


def report_folder(asked: Sequence[str], decisions: str | None, *, force: bool) -> Path | None:
    """The folder of reports on several inspections, made if need be."""
    if decisions is not None:
        help = "grade that inspection alone, or lay them side by side with grader diff"
        raise InputError([Problem("decisions are on one inspection", Place("--decisions"), help)])
    if not asked:
        return None
    folder = Path(asked[0])
    if len(asked) > 1 or folder.suffix.lower() in ENDINGS:
        help = f"name a folder: {INDEX}, {WORKBOOK} and a page of each are written to it; or grade one"
        raise InputError([Problem("the report on several inspections is a folder", Place("--report"), help)])
    try:
        folder.mkdir(exist_ok=True)
    except (OSError, ValueError) as error:
        said = (getattr(error, "strerror", None) or "no folder can have this name").lower()
        problem = Problem(f"the folder cannot be made: {said}", Place(asked[0]), "name another folder")
        raise InputError([problem]) from error
    for name in OF_MANY:
        check_output(str(folder / name), ENDINGS, force=force)
    return folder


def content_for(loaded: LoadedInspection, decisions: str | None) -> Content:
    """A report's content, with final grades from a file."""
    from grader.render.content.build import content_of
    from grader.render.content.decided import read_decided

    return content_of(loaded, read_decided(Path(decisions), loaded) if decisions is not None else None)


def write_reports(content: Content, files: Sequence[Path], *, brief: bool, force: bool) -> None:
    """Write a report in each format; all are made first."""
    from grader.render.reports import format_of, report_bytes

    made = [report_bytes(content, format_of(path.name), brief=brief) for path in files]
    for path, raw in zip(files, made, strict=True):
        write_whole(path, raw, new=not force)


def write_overview(contents: Sequence[Content], folder: Path, *, force: bool) -> list[Path]:
    """Write the pages and the workbook on several inspections; returns their names."""
    from grader.render.reports import overview

    made = {folder / name: raw for name, raw in overview(contents).items()}
    for path in made:
        check_output(str(path), ENDINGS, force=force)
    for path, raw in made.items():
        write_whole(path, raw, new=not force)
    return list(made)
