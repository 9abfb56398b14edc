"""Answers as rows, for notebooks and frames."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from typing import Any, Literal

from grader.distribution import install
from grader.errors import InputError, MissingExtraError, Problem, quoted
from grader.text import clean

Value = str | int | float | bool | None
#: A notebook shows so many rows; `to_frame` gives all.
SHOWN = 60
_BACKENDS: tuple[Literal["polars", "pandas"], ...] = ("polars", "pandas")


class Tabular(ABC):
    """An answer with rows, all with the same columns."""

    __slots__ = ()

    @abstractmethod
    def rows(self) -> Iterator[Mapping[str, Value]]:
        """The rows, as `to_frame` has them."""

    def _repr_html_(self) -> str:
        """A small table for a notebook: every text in it is escaped."""
        return table(repr(self), list(self.rows()))

    def to_frame(self, backend: Literal["polars", "pandas"] | None = None) -> Any:
        """The rows as a frame.

        Parameters
        ----------
        backend : {"polars", "pandas"}, optional
            Polars by default, else pandas.

        Raises
        ------
        InputError
            No such kind.
        MissingExtraError
            Narwhals or the library is missing.
        """
        return frame(list(self.rows()), backend)


def table(title: str, rows: Sequence[Mapping[str, Value]]) -> str:
    """Rows as a table of HTML, below their title."""
    heads = "".join(f"<th>{_said(name.replace('_', ' '))}</th>" for name in (rows[0] if rows else ()))
    body = "".join(
        f"<tr>{''.join(f'<td>{_said(value)}</td>' for value in row.values())}</tr>" for row in rows[:SHOWN]
    )
    more = f"<p>and {len(rows) - SHOWN:,} more rows: to_frame() has all</p>" if len(rows) > SHOWN else ""
    return f"<p>{_said(title)}</p><table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>{more}"


def _said(value: Value) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    from html import escape

    return escape(clean(f"{value:.4g}" if isinstance(value, float) else str(value)))


def frame(rows: Sequence[Mapping[str, Value]], backend: Literal["polars", "pandas"] | None) -> Any:
    """Rows as a frame, of any library installed by default."""
    if backend is not None and backend not in _BACKENDS:
        help = f"one of: {', '.join(_BACKENDS)}"
        raise InputError([Problem(f"there are no frames of {quoted(str(backend))}", None, help)])
    try:
        import narwhals as nw
    except ImportError as error:
        raise MissingExtraError("frames need narwhals", help=install("columnar")) from error
    wanted = [backend] if backend is not None else _BACKENDS
    chosen = next((name for name in wanted if _installed(name)), None)
    if chosen is None:
        help = f"pip install {wanted[0]}" if backend is not None else install("columnar")
        raise MissingExtraError(f"frames need {' or '.join(wanted)}", help=help)
    columns = {name: [row[name] for row in rows] for name in (rows[0] if rows else ())}
    return nw.from_dict(columns, backend=chosen).to_native()


def _installed(library: str) -> bool:
    try:
        return find_spec(library) is not None
    except ValueError:  # it is marked as missing
        return False
