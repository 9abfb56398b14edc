"""Which characteristics a finding may be about."""

from __future__ import annotations

from typing import Any

from grader.server.bench import Workbench
from grader.server.callers import Caller

Data = dict[str, Any]


def characteristics(
    bench: Workbench, caller: Caller, key: str, words: str, *, area: str | None = None, limit: int = 10
) -> Data:
    """The characteristics that words may be about, the likeliest first: `grader.found/1`."""
    with bench.reading(caller, key, "see_outline") as work:
        framework, edition = work.inspection.framework, work.inspection.edition
    found, _ = bench.grading.run(
        "find", words=words, framework=framework, edition=edition, area=area, limit=limit
    )
    return found
