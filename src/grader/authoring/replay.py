"""A witness graded on every engine there is here, before anybody is told of it."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec

from grader.engines import rete
from grader.errors import InternalError
from grader.io.frameworks import FrameworkFile
from grader.language.rulebook import RuleBook
from grader.model.inspection import Inspection
from grader.session import LoadedInspection, Session

Confirm = Callable[[Inspection, RuleBook], None]


def every_engine(framework: FrameworkFile) -> Confirm:
    """Grades an inspection on rete and in columns, where installed.

    What it returns raises InternalError where an engine differs from the reference.
    """

    def confirm(inspection: Inspection, bound: RuleBook) -> None:
        loaded = Session(framework, bound, None, "reference").load(inspection)
        if rete.available():
            # This engine compares itself with the reference, conclusion by conclusion, and refuses to differ.
            Session(framework, bound, None, "rete").load(inspection).trace  # noqa: B018  # graded when asked for
        if find_spec("polars") is not None and find_spec("narwhals") is not None:
            _in_columns(loaded, bound)

    return confirm


def _in_columns(loaded: LoadedInspection, bound: RuleBook) -> None:
    from grader.bulk.backends import backend, pl
    from grader.bulk.coding import rows_of
    from grader.bulk.plan import Plan
    from grader.bulk.rows import in_columns, of_proposal

    inspection = loaded.inspection
    plan = Plan(loaded.framework.framework, inspection.inspection.edition, bound)
    expected = of_proposal(loaded.propose(hinges=False), plan.area_columns)
    polars = backend("polars")
    try:
        laid = rows_of(plan, [inspection])
        ids = pl.DataFrame({"number": range(1), "inspection": laid.ids})
        actual = in_columns(plan, polars, laid.coded(polars), ids).drop("number").to_dicts()
    finally:
        polars.close()
    if list(expected) != actual:
        raise InternalError(
            "columns and the reference engine differ on a witness",
            help="a fault of grader: please report it with the rule book",
        )
