"""Polars queries put together once and run on one frame after another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from polars.io.plugins import register_io_source

from grader.bulk.backends import nw, pl

Frame = Any  # a Narwhals LazyFrame

#: Rows handed over together, so that several cores have work.
SLICE: Final = 100_000


class Prepared:
    """A query over frames of one schema; one run at a time.

    Parameters
    ----------
    build : callable
        Builds the query on a lazy frame.
    schema : Schema
        Of the frames it will run on.
    """

    def __init__(self, build: Callable[[Frame], Frame], schema: pl.Schema) -> None:
        self._frame: pl.DataFrame | None = None
        self._query: pl.LazyFrame = build(
            nw.from_native(register_io_source(self._read, schema=schema))
        ).to_native()

    def run(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The query's rows on a frame."""
        self._frame = frame
        try:
            return self._query.collect(engine="streaming")
        finally:
            self._frame = None

    def _read(
        self,
        columns: list[str] | None,
        predicate: pl.Expr | None,
        rows: int | None,
        batch: int | None,
    ) -> Iterator[pl.DataFrame]:
        assert self._frame is not None
        frame = self._frame if columns is None else self._frame.select(columns)
        frame = frame if predicate is None else frame.filter(predicate)
        frame = frame if rows is None else frame.head(rows)
        yield from frame.iter_slices(SLICE)


class PreparedQueries:
    """Queries kept for use again; each run has one to itself, for threads."""

    def __init__(self) -> None:
        self._idle: dict[Any, list[Prepared]] = {}

    def run(self, key: Any, build: Callable[[Frame], Frame], frame: pl.DataFrame) -> pl.DataFrame:
        """The rows of a query, known by `key` and the frame's columns."""
        idle = self._idle.setdefault((key, *frame.schema.items()), [])
        try:
            prepared = idle.pop()
        except IndexError:
            prepared = Prepared(build, frame.schema)
        found = prepared.run(frame)
        idle.append(prepared)
        return found
