"""Very many inspections at once, and wide tables."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from grader.io.given import PathLike

if TYPE_CHECKING:
    from grader.bulk.outputs import Batch
    from grader.bulk.wide.headings import TableOptions
    from grader.bulk.wide.inspections import LoadedTable

from grader.api.given import SettingValues


def batch(
    inputs: PathLike | Iterable[PathLike],
    output: PathLike,
    *,
    on: Literal["polars", "duckdb", "pyspark"] = "polars",
    keep_going: bool = False,
    force: bool = False,
    progress: Callable[[int, int], None] | None = None,
    rules: PathLike | None = None,
    engine: str | None = None,
    framework: PathLike | None = None,
    edition: str | None = None,
    columns: Mapping[str, str] | None = None,
    body: str | Sequence[str] = (),
    compare: str | Mapping[str, str] | None = None,
    blank: str | Sequence[str] = (),
) -> Batch:
    """Grade very many inspections into one file, a row for each area.

    Parameters
    ----------
    inputs : path or iterable of path
        Inspections, folders, a folder of tables, or one wide table (`.csv`, `.csv.gz`, `.tsv`, `.parquet`).
    output : path
        `.parquet`, `.csv` or `.jsonl`.
    on : {"polars", "duckdb", "pyspark"}
        What runs the columns.
    keep_going : bool
        Whether to skip inspections with faults.
    force : bool
        Whether to replace an existing output.
    progress : callable, optional
        Told the number done and the total.
    rules
        As for `grade`.
    engine : {"rete", "reference"}, optional
        Pass each inspection on this engine, not in columns.
    framework, edition, columns, body, blank
        As for `load_table`.
    compare : str or mapping of str to str, optional
        A wide table's headings of the grades given.

    Raises
    ------
    InputError
        Faults of the inputs, or the output exists; nothing is written.

    Examples
    --------
    >>> grader.batch(example, folder / "grades.jsonl")
    <Batch: 1 inspection, 11 areas, 0 skipped>
    """
    from grader.bulk.batch import batch as grade_all

    given = [inputs] if isinstance(inputs, str | os.PathLike) else list(inputs)
    return grade_all(
        [Path(each) for each in given],
        Path(output),
        rules=rules,
        framework=framework,
        table=_table_options(edition, columns, body, compare, blank),
        on=on,
        engine=engine,
        keep_going=keep_going,
        new=not force,
        progress=progress or (lambda done, of: None),
    )


def load_table(
    table: PathLike,
    *,
    framework: PathLike | None = None,
    edition: str | None = None,
    columns: Mapping[str, str] | None = None,
    body: str | Sequence[str] = (),
    blank: str | Sequence[str] = (),
    rules: PathLike | None = None,
    settings: SettingValues | None = None,
    engine: str | None = None,
) -> LoadedTable:
    r"""A wide table, checked whole; each row loads as an inspection.

    Parameters
    ----------
    table : path
        A row a body, a column a component.
    framework : path or str, optional
        Its id or file; that of `rules` by default.
    edition : str, optional
        The latest by default.
    columns : mapping of str to str, optional
        Headings of components, where they differ.
    body : str or sequence of str
        Headings that name a body; looked for by default.
    blank : str or sequence of str
        What empty cells hold.
    rules, settings, engine
        As for `grade`.

    Returns
    -------
    LoadedTable
        Its `load(body)` gives an inspection.

    Raises
    ------
    InputError
        Every fault, with its row and column.

    Examples
    --------
    >>> table = folder / "shops.csv"
    >>> _ = table.write_text("name,hygiene,structure,confidence\nCorner Cafe,10,5,10\n")
    >>> grader.load_table(table, framework="FHRS").load("Corner Cafe").proposal.area("rating").grade
    '3'
    """
    from grader.bulk.wide.inspections import load_table as load_rows

    options = _table_options(edition, columns, body, None, blank)
    return load_rows(Path(table), rules, framework, options, settings, engine)


def _table_options(
    edition: str | None,
    columns: Mapping[str, str] | None,
    body: str | Sequence[str],
    compare: str | Mapping[str, str] | None,
    blank: str | Sequence[str],
) -> TableOptions:
    from grader.bulk.wide.headings import TableOptions

    return TableOptions(
        columns=dict(columns or {}),
        body=(body,) if isinstance(body, str) else tuple(body),
        compare={"": compare} if isinstance(compare, str) else dict(compare or {}),
        blank=(blank,) if isinstance(blank, str) else tuple(blank),
        edition=edition,
    )
