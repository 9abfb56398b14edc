"""What can run the columns: Polars, DuckDB, or Spark where one machine is outgrown."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Protocol

from grader.distribution import install
from grader.errors import InputError, MissingExtraError, Place, Problem, quoted, suggest

try:
    import narwhals as nw
    import polars as pl
except ImportError as error:
    raise MissingExtraError("grading at scale needs narwhals and polars", help=install("columnar")) from error

__all__ = ["NAMES", "ROW", "Backend", "OnDuckDB", "OnPolars", "OnSpark", "backend", "nw", "pl"]

Frame = Any  # a Narwhals LazyFrame over the backend's own
NAMES = ("polars", "duckdb", "pyspark")

#: The number of a row in its file, from 0; faults are located by it.
ROW = "row_of_file"


class Backend(Protocol):
    """One way to run lazy frames; small frames that go in or come out are Polars's."""

    name: str
    whole: bool
    """Whether everything is handed over at once, since the backend itself goes beyond memory."""
    errors: tuple[type[Exception], ...]
    """What it raises where a file is not what its ending says."""

    def rows(self, path: Path, start: int, stop: int) -> Frame:
        """Rows of a Parquet file, numbered within it; -1 where the backend cannot tell."""
        ...

    def table(self, frame: pl.DataFrame) -> Frame:
        """A small table."""
        ...

    def kept(self, frame: Frame) -> AbstractContextManager[Frame]:
        """The frame, worked out once to be read several times; freed at the end."""
        ...

    def collect(self, frame: Frame) -> pl.DataFrame:
        """The frame worked out and brought here."""
        ...

    @property
    def put_together(self) -> Callable[[Frame, str, Sequence[str]], Frame] | None:
        """Gives every bit that any row of a key has; None where arrays of this process do it (`dense`)."""
        ...

    def close(self) -> None:
        """Let go of what the backend holds."""
        ...


def backend(name: str) -> Backend:
    """The backend of this name.

    Raises
    ------
    InputError
        No such backend.
    MissingExtraError
        Not installed, or it does not start.
    """
    if name not in NAMES:
        help = suggest(name, NAMES, "backends")
        raise InputError([Problem(f"unknown backend {quoted(name)}", Place("--on"), help)])
    made: dict[str, type[Any]] = {"polars": OnPolars, "duckdb": OnDuckDB, "pyspark": OnSpark}
    found: Backend = made[name]()
    return found


class OnPolars:
    """Polars, with its streaming engine: the default."""

    name = "polars"
    whole = False
    put_together = None
    errors: tuple[type[Exception], ...] = (pl.exceptions.PolarsError,)

    def rows(self, path: Path, start: int, stop: int) -> Frame:
        scanned = pl.scan_parquet(path, glob=False)
        if ROW not in scanned.collect_schema():
            scanned = pl.scan_parquet(path, glob=False, row_index_name=ROW)
        return nw.from_native(scanned.slice(start, stop - start))

    def table(self, frame: pl.DataFrame) -> Frame:
        return nw.from_native(frame.lazy())

    @contextmanager
    def kept(self, frame: Frame) -> Iterator[Frame]:
        yield self.table(self.collect(frame))

    def collect(self, frame: Frame) -> pl.DataFrame:
        found: pl.DataFrame = frame.to_native().collect(engine="streaming")
        return found

    def close(self) -> None:
        """Nothing is held."""


class OnDuckDB:
    """DuckDB, in this process and in memory."""

    name = "duckdb"
    whole = False

    def __init__(self) -> None:
        try:
            import duckdb
            import pyarrow  # noqa: F401  # goes between DuckDB and Polars
        except ImportError as error:
            raise MissingExtraError(
                "--on duckdb needs duckdb and pyarrow", help="pip install duckdb pyarrow"
            ) from error
        self.errors: tuple[type[Exception], ...] = (duckdb.Error,)
        self._connection = duckdb.connect()
        self._connection.execute("SET enable_progress_bar = false")

    def rows(self, path: Path, start: int, stop: int) -> Frame:
        frame = nw.from_native(self._connection.read_parquet(_literal(path), file_row_number=True))
        at = nw.col("file_row_number")
        frame = frame.filter(at >= start, at < stop)
        if ROW in frame.collect_schema().names():
            return frame.drop("file_row_number")
        return frame.rename({"file_row_number": ROW})

    def table(self, frame: pl.DataFrame) -> Frame:
        return nw.from_native(self._connection.from_arrow(frame.to_arrow()))

    @contextmanager
    def kept(self, frame: Frame) -> Iterator[Frame]:
        yield self.table(self.collect(frame))

    def collect(self, frame: Frame) -> pl.DataFrame:
        found: pl.DataFrame = frame.to_native().pl()
        return found

    def put_together(self, frame: Frame, key: str, bits: Sequence[str]) -> Frame:
        every = ", ".join(f"bit_or({name}) AS {name}" for name in bits)
        return nw.from_native(frame.to_native().aggregate(f"{key}, {every}", key))

    def close(self) -> None:
        self._connection.close()

    def __reduce__(self) -> tuple[Any, ...]:
        return backend, (self.name,)  # a connection of its own in every process


def _literal(path: Path) -> str:
    """A file's name as DuckDB reads names: as a pattern."""
    return re.sub(r"([*?\[])", r"[\1]", str(path))


class OnSpark:
    """Spark: the session there is, or a local one over every core."""

    name = "pyspark"
    whole = True

    def __init__(self) -> None:
        try:
            from pyspark.errors import PySparkException
            from pyspark.sql import SparkSession
        except ImportError as error:
            raise MissingExtraError("--on pyspark needs pyspark", help=install("spark")) from error
        # What a person set in the environment or in spark-defaults.conf stands.
        builder = SparkSession.builder.appName("grader").config("spark.ui.enabled", "false")
        builder = builder.config("spark.ui.showConsoleProgress", "false")
        builder = builder.config("spark.sql.execution.arrow.pyspark.enabled", "true")
        if "SPARK_REMOTE" not in os.environ and "MASTER" not in os.environ:
            builder = builder.master("local[*]").config("spark.driver.bindAddress", "127.0.0.1")
            builder = builder.config("spark.driver.host", "127.0.0.1")
            builder = builder.config("spark.driver.memory", "4g")  # Spark's own 1g is soon full
            builder = builder.config("spark.sql.shuffle.partitions", str(2 * (os.cpu_count() or 2)))
        try:
            self.session = builder.getOrCreate()
        except Exception as error:  # whatever stops Java from starting
            said = " ".join(str(error).split())[:200]
            raise MissingExtraError(
                f"Spark does not start here: {said}", help="Spark needs Java 17 or later: set JAVA_HOME"
            ) from error
        self.session.sparkContext.setLogLevel("ERROR")
        self.errors: tuple[type[Exception], ...] = (PySparkException,)

    def rows(self, path: Path, start: int, stop: int) -> Frame:
        # Spark reads names as patterns, with a backslash before what is none.
        name = re.sub(r"([\\\[\]{}*?])", r"\\\1", str(path.resolve()))
        frame = nw.from_native(self.session.read.parquet(name))
        if ROW in frame.collect_schema().names():
            return frame
        return frame.with_columns(nw.lit(-1, nw.Int64).alias(ROW))

    def table(self, frame: pl.DataFrame) -> Frame:
        return nw.from_native(self.session.createDataFrame(frame.to_arrow()))

    @contextmanager
    def kept(self, frame: Frame) -> Iterator[Frame]:
        kept = frame.to_native().persist()
        try:
            yield nw.from_native(kept)
        finally:
            kept.unpersist()

    def collect(self, frame: Frame) -> pl.DataFrame:
        found = pl.from_arrow(frame.to_native().toArrow())
        assert isinstance(found, pl.DataFrame)
        return found

    def put_together(self, frame: Frame, key: str, bits: Sequence[str]) -> Frame:
        from pyspark.sql import functions

        every = [functions.bit_or(name).alias(name) for name in bits]
        return nw.from_native(frame.to_native().groupBy(key).agg(*every))

    def close(self) -> None:
        """The session stays: it may be another's too."""
