"""A wide table as text: a line for each body, then counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import RenderableType
from rich.text import Text

from grader._version import __version__
from grader.model.proposal import counted
from grader.render.text.settings import settings_line
from grader.render.text.summary import own_rules, standing_of
from grader.render.text.tables import Column, Fitting, text_of

if TYPE_CHECKING:
    import polars as pl

    from grader.bulk.wide.inspections import LoadedTable


def rows_of_table(loaded: LoadedTable, found: pl.DataFrame, most: int) -> list[RenderableType]:
    """The parts, from top to bottom.

    Parameters
    ----------
    found : DataFrame
        Its results.
    most : int
        Rows shown.
    """
    framework, session = loaded.table.framework.framework, loaded.session
    edition = f"edition {loaded.table.edition} (the framework as it then stood)"
    parts: list[RenderableType] = [
        text_of(f"{loaded.table.where.file}: {counted(len(loaded), 'body', 'bodies')}", "bold"),
        text_of(f"{framework.framework.title}, {edition}"),
        text_of(f"{standing_of(framework.framework.status)}: proposed grades, a person decides"),
        text_of(
            f"rule book {session.book.id} {session.book.version}{own_rules(session)}, in columns,"
            f" grader {__version__}"
        ),
    ]
    settings = settings_line(session.book, session.settings)
    if settings is not None:
        parts.append(text_of(settings, "bold"))
    names = ["body", *(["area"] if len(loaded.table.components.areas) > 1 else []), "grade"]
    columns = [*(Column(name, words=name == "body") for name in names), Column("why", words=True)]
    shown = [[_cell(row, name) for name in (*names, "why")] for row in found.head(most).iter_rows(named=True)]
    parts += [Text(), Fitting(columns, shown, bold=(len(names) - 1,))]
    if found.height > most:
        parts.append(text_of(f"and {found.height - most:,} more: grader batch writes them all to a file"))
    return [*parts, Text(), text_of(_counts(loaded, found))]


def _cell(row: dict[str, object], name: str) -> str:
    if name == "grade":
        return str(row["grade"] or row["outcome"]).replace("_", " ")
    return str(row[name] or "")


def _counts(loaded: LoadedTable, found: pl.DataFrame) -> str:
    """How many areas got each grade, or none."""
    came_to = found["grade"].fill_null(found["outcome"]).value_counts()
    many: dict[str, int] = dict(came_to.iter_rows())
    order = [*reversed(loaded.table.framework.framework.grades_worst_first), *sorted(many)]
    names = [name for name in dict.fromkeys(order) if name in many]
    return "; ".join(f"{name.replace('_', ' ')}: {many[name]:,}" for name in names)
