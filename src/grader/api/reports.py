"""Reports, the page for a meeting, several inspections at once."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, overload

from grader.api.given import Gradable, SettingValues
from grader.api.inspections import load
from grader.errors import InputError, Problem, quoted
from grader.io.given import PathLike

if TYPE_CHECKING:
    from grader.render.content.build import Content


@overload
def report(
    inspection: Gradable,
    *,
    format: Literal["html"] = "html",
    brief: bool = False,
    decisions: PathLike | None = None,
    rules: PathLike | None = None,
    settings: SettingValues | None = None,
    engine: str | None = None,
) -> str: ...


@overload
def report(
    inspection: Gradable,
    *,
    format: Literal["pdf", "docx", "xlsx"],
    brief: bool = False,
    decisions: PathLike | None = None,
    rules: PathLike | None = None,
    settings: SettingValues | None = None,
    engine: str | None = None,
) -> bytes: ...


def report(
    inspection: Gradable,
    *,
    format: Literal["html", "pdf", "docx", "xlsx"] = "html",
    brief: bool = False,
    decisions: PathLike | None = None,
    rules: PathLike | None = None,
    settings: SettingValues | None = None,
    engine: str | None = None,
) -> str | bytes:
    """A proposal as one report that needs no other file.

    Parameters
    ----------
    inspection, rules, settings, engine
        As for `grade`.
    format : {"html", "pdf", "docx", "xlsx"}
        A page (str), a tagged PDF, a Word document or a workbook (bytes).
    brief : bool
        Whether to give the one page for a meeting.
    decisions : path, optional
        Final grades to show beside.

    Raises
    ------
    InputError
        As for `grade`, faults of the decisions, or no such format.
    MissingExtraError
        The format's library is missing.

    Examples
    --------
    >>> grader.report(example)[:15]
    '<!DOCTYPE html>'
    >>> grader.report(example, format="docx", brief=True)[:2]
    b'PK'
    """
    from grader.render.reports import FORMATS, report_bytes

    if format not in FORMATS:
        help = f"one of: {', '.join(FORMATS)}"
        raise InputError([Problem(f"there is no format {quoted(str(format))}", None, help)])
    content = _content(inspection, decisions, rules, settings, engine)
    made = report_bytes(content, format, brief=brief)
    return made.decode("utf-8") if format == "html" else made


def brief(
    inspection: Gradable,
    *,
    decisions: PathLike | None = None,
    rules: PathLike | None = None,
    settings: SettingValues | None = None,
    engine: str | None = None,
) -> str:
    """One page for a meeting: grades, ranges, firmness, gaps.

    Parameters
    ----------
    inspection, rules, settings, engine
        As for `grade`.
    decisions
        As for `report`.

    Raises
    ------
    InputError
        As for `report`.

    Examples
    --------
    >>> grader.brief(example).splitlines()[0]
    'Leicestershire Police: proposed grades in brief'
    """
    from grader.render.content.brief import brief as page
    from grader.render.text.brief import brief_text

    return brief_text(page(_content(inspection, decisions, rules, settings, engine)))


def overview(
    inspections: PathLike | Sequence[Gradable],
    output: PathLike | None = None,
    *,
    force: bool = False,
    rules: PathLike | None = None,
    settings: SettingValues | None = None,
    engine: str | None = None,
) -> dict[str, bytes]:
    """Several inspections as an index, a page of each and one workbook.

    Parameters
    ----------
    inspections : path, or sequence of path, str, mapping, Inspection or LoadedInspection
        A folder, or inspections as for `load`.
    output : path, optional
        A folder to write them to as well.
    force : bool
        Whether to replace existing files.
    rules, settings, engine
        As for `grade`.

    Raises
    ------
    InputError
        Faults of an inspection, or none found.
    MissingExtraError
        Jinja or openpyxl is missing.

    Examples
    --------
    >>> sorted(grader.overview([example], folder / "all"))
    ['index.html', 'inspections.xlsx', 'leicestershire-2021-22.html']
    """
    from grader.io.folders import inspections_in
    from grader.io.written import write_whole
    from grader.render.reports import overview as files_of

    given: Sequence[Gradable]
    if isinstance(inspections, str | os.PathLike):
        given, _ = inspections_in(Path(inspections))
    else:
        given = inspections
    if not given:
        raise InputError([Problem("there is no inspection to lay out", None, "name a folder of inspections")])
    found = files_of(_content(each, None, rules, settings, engine) for each in given)
    if output is not None:
        Path(output).mkdir(exist_ok=True)
        for name, raw in found.items():
            write_whole(Path(output) / name, raw, new=not force)
    return found


def _content(
    inspection: Gradable,
    decisions: PathLike | None,
    rules: PathLike | None,
    settings: SettingValues | None,
    engine: str | None,
) -> Content:
    """What a report says of an inspection."""
    from grader.render.content.build import content_of
    from grader.render.content.decided import read_decided

    loaded = load(inspection, rules=rules, settings=settings, engine=engine)
    return content_of(loaded, read_decided(Path(decisions), loaded) if decisions is not None else None)
