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
        A file, or a rule book's folder.
    rules
        As for `load`.

    Returns
    -------
    Validated
        What it is and holds, with warnings.

    Raises
    ------
    InputError
        Everything wrong with it.

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
    """The JSON Schema (draft 2020-12) of a format.

    Parameters
    ----------
    name : str
        One of `schema_names()`.
    rules : path or str, optional
        With `layer`: use this rule book's names alone.
    framework : path or str, optional
        With `inspection` or `cases`: use this framework's levels and findings.

    Raises
    ------
    UnknownNameError
        No such format or rule book.

    Examples
    --------
    >>> grader.schema("proposal")["properties"]["schema"]["const"]
    'grader.proposal/1'
    """
    from grader.schemas import schema_of

    return schema_of(name, rules=rules, framework=framework)


def schema_names() -> dict[str, str]:
    """Every format with a schema, and what it is.

    Examples
    --------
    >>> "inspection" in grader.schema_names()
    True
    """
    from grader.schemas import schema_names as names

    return names()


def starter(framework: PathLike = DEFAULT, *, edition: str | None = None) -> str:
    """An inspection to start from, as text, listing every characteristic.

    Parameters
    ----------
    framework : path or str
        A framework's id or file.
    edition : str, optional
        The latest by default.

    Raises
    ------
    UnknownNameError
        No such framework or edition.

    Examples
    --------
    >>> grader.load(grader.starter())
    <LoadedInspection my-inspection: 0 items of evidence>
    """
    from grader.io.starter import starter_for

    return starter_for(framework, edition)


def framework_starter(name: str) -> dict[str, str]:
    """A framework, its rules and cases to start from, with `...` to fill in.

    Parameters
    ----------
    name : str
        Its id.

    Returns
    -------
    dict of str to str
        Each file's text by its path.

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
    """The inspection in a spreadsheet, checked whole, with its YAML as `text`.

    Parameters
    ----------
    sheet : path or sequence of path
        Workbooks (.xlsx, .ods) or CSV files; several are merged.
    mapping : path, ProposedMapping or sequence of ProposedMapping, optional
        What the columns are called: a YAML file or what `propose_mapping` gave, for all sheets or one each.
    named : str, optional
        The sheet with the evidence.
    hidden : {"warn", "skip", "read"}
        What to do with hidden and struck-through rows.
    head : mapping of str to str, optional
        `id`, `body`, `framework`, `edition`, before those of the workbook.
    over : path, optional
        The inspection it replaces: what the sheet does not hold is kept.
    rules
        As for `load`.

    Raises
    ------
    InputError
        Every fault, with its cell.

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
    r"""What a spreadsheet seems to call things, and how sure each guess is.

    Parameters
    ----------
    sheet : path
        A workbook or a CSV file.
    framework, edition : str, optional
        Of its characteristics; the latest edition by default.

    Returns
    -------
    ProposedMapping
        A mapping file as `text`; `open` needs a person's answer, `likely` a yes.

    Raises
    ------
    InputError
        Not readable, or no list of findings.
    MissingExtraError
        rapidfuzz is missing.

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
    """The workbook with each fault coloured, noted and listed.

    Parameters
    ----------
    sheet : path
        The .xlsx imported.
    errors, warnings : iterable of Problem
        Those of the import.
    output : path, optional
        A file to write as well.
    force : bool
        Whether to replace an existing file.

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
    """Several files of one inspection as one, with its YAML as `text`.

    Clashing ids get their file's name in front; equal items are kept once; near duplicates are `warnings`.

    Parameters
    ----------
    inspections : sequence
        Two or more, as for `load`.
    inspection_id : str, optional
        Where theirs differ.
    rules
        As for `load`.

    Raises
    ------
    InputError
        Faults of a file, or different bodies, frameworks or editions.

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
    merged = joined(parts, inspection_id)
    loaded[0].session.load(merged.inspection)  # or what is too much for one file would only be told of later
    return merged


def export_workbook(
    inspection: Gradable,
    output: PathLike | None = None,
    *,
    force: bool = False,
    rules: PathLike | None = None,
) -> bytes:
    """An inspection as a workbook (.xlsx) with drop-downs.

    Parameters
    ----------
    inspection, rules
        As for `load`.
    output : path, optional
        A file to write as well.
    force : bool
        Whether to replace an existing file.

    Raises
    ------
    InputError
        Faults of the inspection.
    MissingExtraError
        openpyxl is missing.

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
