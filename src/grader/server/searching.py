"""Which characteristics a finding may be about, and what is known of rules and parameters."""

from __future__ import annotations

from typing import Any

from grader.server.bench import Workbench
from grader.server.callers import Caller
from grader.server.decisions import ask

Data = dict[str, Any]


def characteristics(
    bench: Workbench, caller: Caller, key: str, words: str, *, area: str | None = None, limit: int = 10
) -> Data:
    """The characteristics that words may be about, the likeliest first: `grader.found/1`."""
    with bench.reading(caller, key, "see") as work:
        framework, edition = work.inspection.framework, work.inspection.edition
    found, _ = bench.grading.run(
        "find", words=words, framework=framework, edition=edition, area=area, limit=limit
    )
    return found


def rule_book(bench: Workbench, caller: Caller, key: str) -> Data:
    """An inspection's rules in English, and its parameters with basis, source and uses.

    Returns
    -------
    dict
        `{"rulebook", "version", "rules": [...], "parameters": [...], "proved": {...}}`.
    """
    with bench.reading(caller, key, "see") as work:
        return ask(work, "rule_book")
