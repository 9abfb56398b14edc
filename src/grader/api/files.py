"""Files: checked, started, described by a schema, read from spreadsheets and merged."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from grader.errors import Problem
from grader.io.catalogue import DEFAULT
from grader.io.given import PathLike

if TYPE_CHECKING:
    from grader.sheets.importing import Imported
    from grader.sheets.joined import MergedInspections
    from grader.sheets.proposing import ProposedMapping
    from grader.upgrading.files import Upgraded
    from grader.validation import Validated

from grader.api.given import Gradable
from grader.api.inspections import load


def validate(path: PathLike, *, rules: PathLike | None = None) -> Validated:
    """Check an inspection, decisions, a framework or a rule book (a folder) whole.

    Parameters
    ----------
    path : path
        The file, or the rule book's folder.
    rules
        As for `load`, for an inspection or decisions.

    Returns
    -------
    Validated
        What it is, what is in it, and warnings.

    Raises
    ------
    InputError
        All that is wrong with it.

    Examples
    --------
    >>> grader.validate("frameworks/PEEL_2021_22.yaml")
    <Validated framework: 13 areas, 161 characteristics, 2 editions>
    """
    from grader.validation import validate as check_file

    return check_file(path, rules=rules)


def upgrade(path: PathLike) -> Upgraded:
    """A file in the form of this version: what it says, its order and its remarks stay as they are.

    Parameters
    ----------
    path : path
        A file people write, or a proposal kept as JSON.

    Returns
    -------
    Upgraded
        Its `text` is the file to keep; `changes` says what is written otherwise in it.

    Raises
    ------
    InputError
        It cannot be read, or told what it is, or says one thing in both forms.

    Examples
    --------
    >>> grader.upgrade("examples/leicestershire_2021_22/decisions.yaml")
    <Upgraded decisions: 0 changes>
    """
    from grader.upgrading.files import upgrade as upgrade_file

    return upgrade_file(path)


def schema(name: str, *, rules: PathLike | None = None, framework: PathLike | None = None) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a format that grader reads or writes.

    Parameters
    ----------
    name : str
        One of `schema_names()`.
    rules : path or str, optional
        With `layer`: a rule book whose facts, parameters, areas and grades are then the only ones.
    framework : path or str, optional
        With `inspection` or `cases`: a framework whose levels and kinds of finding are then the only ones.

    Raises
    ------
    UnknownNameError
        There is no such format or rule book.

    Examples
    --------
    >>> grader.schema("proposal")["properties"]["schema"]["const"]
    'grader.proposal/1'
    """
    from grader.schemas import schema_of

    return schema_of(name, rules=rules, framework=framework)


def schema_names() -> dict[str, str]:
    """The formats that have a schema, each with what it is the schema of.

    Examples
    --------
    >>> "inspection" in grader.schema_names()
    True
    """
    from grader.schemas import schema_names as names

    return names()


def starter(framework: PathLike = DEFAULT, *, edition: str | None = None) -> str:
    """The text of an inspection to start from: it loads as it is, and lists every characteristic.

    Parameters
    ----------
    framework : path or str
        A framework's id, or its file.
    edition : str, optional
        One of its editions; the latest by default.

    Raises
    ------
    UnknownNameError
        There is no such framework or edition.

    Examples
    --------
    >>> grader.load(grader.starter())
    <LoadedInspection my-inspection: 0 items of evidence>
    """
    from grader.io.starter import starter_for

    return starter_for(framework, edition)


def framework_starter(name: str) -> dict[str, str]:
    """A framework, its rules and their cases to start from: what is to be filled in is three dots.

    Parameters
    ----------
    name : str
        The new framework's id.

    Returns
    -------
    dict of str to str
        The text of each file by its path below one folder.

    Raises
    ------
    InputError
        The name cannot be an id.

    Examples
    --------
    >>> list(grader.framework_starter("MY_SCHEME"))[:2]
    ['frameworks/MY_SCHEME.yaml', 'rules/MY_SCHEME/rulebook.yaml']
    """
    from grader.io.starter_framework import framework_starter as texts

    return texts(name)


def import_sheet(
    sheet: PathLike | Sequence[PathLike],
    *,
    mapping: PathLike | ProposedMapping | Sequence[ProposedMapping] | None = None,
    named: str | None = None,
    hidden: Literal["warn", "skip", "read"] = "warn",
    head: Mapping[str, str] | None = None,
    over: PathLike | None = None,
    rules: PathLike | None = None,
) -> Imported:
    """The inspection in a spreadsheet, checked whole; its `text` is the YAML to keep.

    Parameters
    ----------
    sheet : path or sequence of path
        A workbook (.xlsx, .ods) or a CSV file; several are merged as `merge` does it.
    mapping : path, ProposedMapping or sequence of ProposedMapping, optional
        What the spreadsheet calls its columns: a YAML file, or what `propose_mapping` gave once you agree
        with it; one for all, or one a spreadsheet.
    named : str, optional
        The sheet that holds the evidence.
    hidden : {"warn", "skip", "read"}
        Rows that are hidden or struck through: read them and say so, leave them out, or read them.
    head : mapping of str to str, optional
        `id`, `body`, `framework` and `edition`, where the workbook does not say them, or others.
    over : path, optional
        The inspection it is to replace: what the sheet does not hold is kept of it.
    rules
        As for `load`.

    Raises
    ------
    InputError
        Every fault found, each with its sheet and cell.

    Examples
    --------
    >>> workbook = folder / "inspection.xlsx"
    >>> _ = grader.export_workbook(example, workbook)
    >>> grader.import_sheet(workbook)
    <Imported leicestershire-2021-22: 306 items of evidence>
    """
    from grader.sheets.books import import_books
    from grader.sheets.keeping import read_earlier
    from grader.sheets.mapping import Mapping as SheetsMapping
    from grader.sheets.mapping import mapping_of, read_mapping

    paths = [Path(sheet)] if isinstance(sheet, str | os.PathLike) else [Path(each) for each in sheet]
    mappings: list[SheetsMapping | None]
    if mapping is None:
        mappings = [None] * len(paths)
    elif isinstance(mapping, str | os.PathLike):
        mappings = [read_mapping(Path(mapping))] * len(paths)
    else:
        proposed: list[ProposedMapping] = (
            [*mapping] if isinstance(mapping, Sequence) else [mapping] * len(paths)
        )
        mappings = [mapping_of(each.text, each.file) for each in proposed]
    return import_books(
        paths,
        head=head,
        mappings=mappings,
        sheet=named,
        rules=rules,
        hidden=hidden,
        over=read_earlier(Path(over)) if over is not None else None,
    )


def propose_mapping(
    sheet: PathLike, *, framework: PathLike = DEFAULT, edition: str | None = None
) -> ProposedMapping:
    r"""What a spreadsheet in other words seems to call things, and how sure each is.

    Parameters
    ----------
    sheet : path
        A workbook or a CSV file.
    framework, edition : str, optional
        What its characteristics are of; the latest edition by default.

    Returns
    -------
    ProposedMapping
        Its `text` is a mapping file to edit; `open` lists what only a person can say, `likely` what a yes is
        enough for.

    Raises
    ------
    InputError
        The file cannot be read, or no sheet of it looks like a list of findings.
    MissingExtraError
        rapidfuzz is not installed.

    Examples
    --------
    >>> sheet = folder / "team.csv"
    >>> _ = sheet.write_text("Ref,Comments,Links to,View\nA1,Calls are late,responding.2a,Weak\n")
    >>> grader.propose_mapping(sheet).open
    ["'Weak' in assessment", 'basis where nothing says it']
    """
    from grader.io.catalogue import framework_at
    from grader.sheets.proposing import propose_mapping as propose

    return propose(Path(sheet), framework_at(framework).framework, edition)


def mark_workbook(
    sheet: PathLike,
    errors: Iterable[Problem],
    warnings: Iterable[Problem] = (),
    *,
    output: PathLike | None = None,
    force: bool = False,
) -> bytes:
    """A workbook with what is wrong marked in it: each cell coloured and noted, and a sheet that lists all.

    Parameters
    ----------
    sheet : path
        The workbook (.xlsx) that was imported.
    errors, warnings : iterable of Problem
        `InputError.problems` of its import, and the `warnings` of what was imported.
    output : path, optional
        The file to write it to as well.
    force : bool
        Whether a file that exists is replaced.

    Raises
    ------
    InputError
        It is no .xlsx, is damaged, or is signed.

    Examples
    --------
    >>> workbook = folder / "to_mark.xlsx"
    >>> _ = grader.export_workbook(example, workbook)
    >>> grader.mark_workbook(workbook, grader.import_sheet(workbook).warnings)[:2]
    b'PK'
    """
    from grader.io.written import write_whole
    from grader.sheets.marking import mark_workbook as mark

    content = mark(Path(sheet), errors, warnings)
    if output is not None:
        write_whole(Path(output), content, new=not force)
    return content


def merge(
    inspections: Sequence[Gradable], *, inspection_id: str | None = None, rules: PathLike | None = None
) -> MergedInspections:
    """Several inspectors' files of one inspection as one; its `text` is the YAML to keep.

    An id that stands for different things gets the name of its file before it. What is the same but for its
    id stands once. Findings in one wording that are tagged differently, and near duplicates, are `warnings`.

    Parameters
    ----------
    inspections : sequence
        As for `load`, two or more.
    inspection_id : str, optional
        The id of the whole, where theirs differ.
    rules
        As for `load`.

    Raises
    ------
    InputError
        Faults of a file, or inspections of different bodies, frameworks or editions.

    Examples
    --------
    >>> grader.merge([example, grader.load(example).inspection])
    <MergedInspections leicestershire-2021-22: 306 items of evidence>
    """
    from grader.sheets.joined import joined

    loaded = [load(each, rules=rules) for each in inspections]
    names = [os.fspath(g) if isinstance(g, str | os.PathLike) else "" for g in inspections]
    parts = [
        (name if "\n" not in name else "", each.inspection) for name, each in zip(names, loaded, strict=True)
    ]
    return joined(parts, inspection_id)


def export_workbook(
    inspection: Gradable,
    output: PathLike | None = None,
    *,
    force: bool = False,
    rules: PathLike | None = None,
) -> bytes:
    """An inspection as a workbook (.xlsx) with drop-downs, to fill in and to import again.

    Parameters
    ----------
    inspection, rules
        As for `load`.
    output : path, optional
        The file to write it to as well.
    force : bool
        Whether a file that exists is replaced.

    Raises
    ------
    InputError
        Faults of the inspection.
    MissingExtraError
        openpyxl is not installed.

    Examples
    --------
    >>> grader.export_workbook(example)[:2]
    b'PK'
    """
    from grader.io.written import write_whole
    from grader.sheets.workbook import workbook_bytes

    loaded = load(inspection, rules=rules)
    content = workbook_bytes(loaded.inspection, loaded.framework.framework)
    if output is not None:
        write_whole(Path(output), content, new=not force)
    return content
