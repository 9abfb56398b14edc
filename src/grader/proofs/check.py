"""Run a whole check: every promise within one budget of time, and findings in one order."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from grader.engines.symbolic import Budget, Undecided
from grader.errors import Place
from grader.language.rulebook import RuleBook
from grader.model.framework import Framework
from grader.proofs.capped import check_capped
from grader.proofs.live import check_live
from grader.proofs.monotone import check_part
from grader.proofs.order import check_marks, check_unused
from grader.proofs.promises import check_local, check_reachable, check_total
from grader.proofs.report import UNDECIDED, CheckReport, Finding, Promise, Result
from grader.proofs.subject import Subject
from grader.proofs.tag_combinations import Part

#: Seconds the solver may take over a whole check.
TIMEOUT = 60.0

DEFAULTS = "every parameter at its default"
_LAW = "how outcomes are concluded from rules that hold, which no rule can change"
_INFORMS = "evidence reaches another area's characteristics through informs only, before any rule speaks"
_RANGES = "every parameter anywhere in its range"

Check = Callable[[Subject], Iterable[Finding]]


def check_rulebook(book: RuleBook, framework: Framework, *, timeout: float = TIMEOUT) -> CheckReport:
    """Prove a rule book's promises, or find what breaks them.

    Parameters
    ----------
    book : RuleBook
        The rule book, its parameters not yet bound.
    framework : Framework
        What it grades against.
    timeout : float
        Seconds the solver may take in all; what is open by then is unknown, never proved.

    Returns
    -------
    CheckReport
        Every promise's result, and the findings.

    Raises
    ------
    InternalError
        A witness was graded otherwise by the reference engine: a fault of grader.
    """
    subject = Subject(book, framework, Budget(timeout))
    promises: list[Promise] = []
    findings: list[Finding] = []
    for name, check, assumes in _checks():
        promise, found = _run(subject, name, check, assumes)
        promises.append(promise)
        findings += found
    findings += check_unused(book)
    findings += check_marks(book, findings)
    return CheckReport(book, tuple(promises), tuple(sorted(_telling(book, findings), key=_order)))


def _checks() -> list[tuple[str, Check, tuple[str, ...]]]:
    return [
        ("total", check_total, (DEFAULTS, _LAW)),
        *((str(part), _part(part), (DEFAULTS,)) for part in Part if part is not Part.ADD_MEETS),
        ("local", check_local, (_INFORMS,)),
        ("capped", check_capped, (_RANGES,)),
        ("reachable", check_reachable, (DEFAULTS,)),
        ("live", check_live, (DEFAULTS,)),
    ]


def _part(part: Part) -> Check:
    return lambda subject: check_part(subject, part)


def _run(
    subject: Subject, name: str, check: Check, assumes: tuple[str, ...]
) -> tuple[Promise, list[Finding]]:
    started = time.monotonic()
    found: list[Finding] = []
    result: Result
    try:
        # One by one: what was found before time ran out stands.
        for finding in check(subject):
            found.append(finding)
        result = "refuted" if found else "proved"
    except Undecided as undecided:
        result = "refuted" if found else "unknown"
        assumes = (*assumes, f"{UNDECIDED}{undecided}")
    return Promise(name, result, time.monotonic() - started, assumes), found


def _telling(book: RuleBook, findings: list[Finding]) -> list[Finding]:
    """Findings, without grades out of reach because of a rule already found to decide nothing."""
    dead = {f.rules[0] for f in findings if f.code in ("vacuous", "redundant", "shadowed", "overridden")}
    dead |= {rule for f in findings if f.code == "parameter-order" for rule in f.rules}
    kept = []
    for finding in findings:
        if finding.code == "unreachable" and dead.intersection(finding.rules):
            continue
        kept.append(finding)
    return kept


def _order(finding: Finding) -> tuple[Place, str, tuple[str, ...]]:
    return (finding.place or Place(""), finding.code, finding.rules)
