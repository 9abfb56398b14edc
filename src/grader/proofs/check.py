"""Run a check: each promise by itself, within a limit of solver work; findings in one order."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from grader.engines.solver import Effort, Undecided, afresh
from grader.errors import Place
from grader.language.effort import CHECK_EFFORT
from grader.language.rulebook import RuleBook
from grader.model.framework import Framework
from grader.proofs.bands import check_bands
from grader.proofs.capped import check_capped
from grader.proofs.clauses import check_live_throughout
from grader.proofs.in_the_way import told_by_cause, without_in
from grader.proofs.kept_cases import MOST, as_text, from_text
from grader.proofs.monotone import check_part
from grader.proofs.order import check_marks, check_ranges, check_unused
from grader.proofs.promises import check_local, check_reachable, check_total
from grader.proofs.report import (
    NOT_PROMISED,
    OWN_KINDS,
    UNDECIDED,
    CheckReport,
    Finding,
    NotApplicable,
    Promise,
    Result,
    proves_nothing_of,
)
from grader.proofs.schemes import monotone as schemes
from grader.proofs.schemes import promises as scheme_promises
from grader.proofs.schemes.blame import without_in_scheme
from grader.proofs.schemes.subject import Scheme, Tried
from grader.proofs.schemes.unassessed import check_unassessed
from grader.proofs.subject import Confirm, Subject
from grader.proofs.tag_combinations import OPTIONAL, Part
from grader.proofs.trials import Trials

DEFAULTS = "every parameter at its default"
RANGES = "every parameter anywhere in its range"
_CONSTRUCTION = "by construction, tested by {} cases"
_LAW = "how outcomes are concluded from rules that hold, which no rule can change"
_INFORMS = "evidence reaches another area's characteristics through informs only, before any rule speaks"
_WITHIN = "figures enter as the assessments they give"


Known = Callable[[str], Promise | None]
Cases = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Question:
    """One promise, as asked of a subject.

    `check` gives findings, how many cases of what is true by construction were tried, or an assumption.
    """

    id: str
    assumes: tuple[str, ...]
    check: Callable[[Subject, Trials], Iterable[Finding] | int | str]


def check_rulebook(
    book: RuleBook,
    framework: Framework,
    *,
    effort: int = CHECK_EFFORT,
    settings: Mapping[str, int] | None = None,
    confirm: Confirm | None = None,
    known: Known | None = None,
    only: Collection[str] | None = None,
    cases: Cases | None = None,
    dead: dict[str, Any] | None = None,
) -> CheckReport:
    """Prove a rule book's promises, or find what breaks them.

    Parameters
    ----------
    book : RuleBook
        Not bound.
    framework : Framework
    effort : int
        Solver units for each promise; what is open by then is unknown.
    settings : mapping of str to int, optional
        Parameters held at these values.
    confirm : callable, optional
        Grades each witness on the other engines before it is told.
    known : callable, optional
        Gives a promise proved before of this very rule book, by id.
    only : collection of str, optional
        Ids of promises; all by default.
    cases : list, optional
        Of an earlier check (`kept_cases`): replayed first, sparing the solver what they still show. Those met
        now are put before them.
    dead : dict, optional
        Rules an earlier check found to decide nothing, by what that rests on: where it is the same, they are
        not asked about again. Those found now are put before them.

    Returns
    -------
    CheckReport

    Raises
    ------
    InternalError
        Another engine graded a witness otherwise: a fault of grader.
    """
    book = at_settings(book, settings or {})
    trials = Trials(Subject(book, framework, Effort(0), {}, confirm))
    trials.dead_before = dict(dead or {})
    for situation in from_text(cases, framework, trials):
        trials.meet(situation)
    promises: list[Promise] = []
    findings: list[Finding] = []
    fixed = tuple(f"{n} at {v}" for n, v in sorted((settings or {}).items()))
    for question in questions(framework):
        if only is not None and question.id not in only:
            continue
        question = replace(question, assumes=(*question.assumes, *fixed))
        before = known(question.id) if known is not None else None
        if before is not None:
            promises.append(before)
            continue
        promise, found = _ask(question, book, framework, effort, trials)
        unmade = promise.id in OPTIONAL and promise.id not in book.promises
        if unmade and promise.result != "not_applicable":
            promise = replace(promise, assumes=(*promise.assumes, NOT_PROMISED, *map(_told, found)))
        else:
            findings += found
        promises.append(promise)
    if cases is not None:
        cases[:] = as_text((*trials.found, *(t.situation for t in trials.met)))
    if dead is not None:
        every = [*trials.dead.items(), *(kept for kept in dead.items() if kept[0] not in trials.dead)]
        dead.clear()
        dead.update(every[:MOST])
    findings += check_unused(book)
    findings += check_ranges(book, framework)
    findings += check_bands(book)
    if framework.vocabulary.several is not None:
        findings += _unassessed(book, framework, effort, confirm)
    findings += check_marks(book, findings)
    told, without = _telling(findings), without_in(trials)
    if framework.vocabulary.several is not None:
        without = without_in_scheme(Scheme(trials.subject))
    told = told_by_cause(trials.subject, told, without)
    return CheckReport(book, tuple(promises), tuple(sorted(told, key=_order)))


def _unassessed(book: RuleBook, framework: Framework, effort: int, confirm: Confirm | None) -> list[Finding]:
    with afresh():
        return check_unassessed(Scheme(Subject(book, framework, Effort(effort), {}, confirm)))


def at_settings(book: RuleBook, settings: Mapping[str, int]) -> RuleBook:
    """The rule book with some parameters at one value each."""
    fixed = {n: replace(book.parameters[n], default=v, minimum=v, maximum=v) for n, v in settings.items()}
    return replace(book, parameters={**book.parameters, **fixed})


def questions(framework: Framework) -> list[Question]:
    """Every promise, in the order of the documentation; none depends on another's being asked."""
    if framework.vocabulary.several is not None:
        return _of_schemes(framework)
    if proves_nothing_of(framework):
        return [replace(q, check=_own_kinds) for q in _of_evidence()]
    return _of_evidence()


def _own_kinds(subject: Subject, trials: Trials) -> list[Finding]:
    """Proofs know only the finding kinds of frameworks that declare none."""
    raise Undecided(OWN_KINDS)


def _of_evidence() -> list[Question]:
    """Promises about statuses that are concluded from tested and described evidence."""
    parts = [Question(str(part), (RANGES, _WITHIN), _part(part)) for part in Part]
    return [
        Question("total", (RANGES, _LAW), check_total),
        *parts,
        Question("local", (RANGES, _INFORMS), check_local),
        Question("capped", (RANGES,), lambda subject, trials: check_capped(subject)),
        Question("reachable", (DEFAULTS,), check_reachable),
        Question("live", (DEFAULTS,), check_live_throughout),
    ]


def _part(part: Part) -> Callable[[Subject, Trials], list[Finding] | str]:
    return lambda subject, trials: check_part(subject, part, trials)


def _of_schemes(framework: Framework) -> list[Question]:
    """The promises of a framework whose statuses are as assessed: each component is a level."""
    words, tried = framework.vocabulary, Tried()

    def asked(check: Callable[[Scheme], Iterable[Finding] | int | str]) -> Callable[..., Any]:
        return lambda subject, trials: check(Scheme(subject, tried))

    def part(of: Part) -> Question:
        assumes = (RANGES, *schemes.meaning(words, of), _WITHIN)
        return Question(str(of), assumes, asked(lambda scheme: schemes.check_part(scheme, of)))

    return [
        Question("total", (RANGES, _LAW), asked(scheme_promises.check_total)),
        *map(part, Part),
        Question("local", (RANGES, _INFORMS), asked(scheme_promises.check_local)),
        Question("capped", (RANGES,), asked(scheme_promises.check_capped)),
        Question("reachable", (DEFAULTS,), asked(scheme_promises.check_reachable)),
        Question("live", (DEFAULTS,), asked(scheme_promises.check_live)),
    ]


def _ask(
    question: Question, book: RuleBook, framework: Framework, effort: int, trials: Trials
) -> tuple[Promise, list[Finding]]:
    started = time.monotonic()
    allowed, assumes = Effort(effort), question.assumes
    found: list[Finding] = []
    result: Result
    with afresh():
        subject = Subject(book, framework, allowed, {}, trials.subject.confirm)
        try:
            answer = question.check(subject, trials)
            if isinstance(answer, int | str):
                said = answer if isinstance(answer, str) else _CONSTRUCTION.format(answer)
                assumes, answer = (*assumes, said), ()
            # One by one: what was found before the solver gave up stands.
            for finding in answer:
                found.append(finding)
            result = "refuted" if found else "proved"
        except NotApplicable as why:
            result, assumes = "not_applicable", (str(why),)
        except Undecided as undecided:
            result = "refuted" if found else "unknown"
            assumes = (*assumes, f"{UNDECIDED}{undecided}")
    return Promise(question.id, result, allowed.spent, time.monotonic() - started, assumes), found


def _told(finding: Finding) -> str:
    """A finding on a promise the rule book does not make, in one line."""
    place = f"{finding.place.file}:{finding.place.line}: " if finding.place else ""
    words = f"; {finding.witness.words}" if finding.witness else ""
    return f"{place}{finding.message}, because of {', '.join(finding.rules)}{words}"


def _telling(findings: list[Finding]) -> list[Finding]:
    """Findings, each cause told once."""
    dead = {f.rules[0] for f in findings if f.code in ("vacuous", "redundant", "shadowed", "overridden")}
    dead |= {rule for f in findings if f.code == "parameter-order" for rule in f.rules}
    kept: list[Finding] = []
    causes: dict[str, int] = {}
    for finding in findings:
        if finding.code == "unreachable" and dead.intersection(finding.rules):
            continue
        # Parts of promise 3 broken by one rule have one cause: the first is shown, the others are named.
        if finding.code == "non-monotone" and finding.rules and finding.rules[0] in causes:
            at = causes[finding.rules[0]]
            kept[at] = replace(kept[at], message=f"{kept[at].message}; {finding.message}")
            continue
        if finding.code == "non-monotone" and finding.rules:
            causes[finding.rules[0]] = len(kept)
        kept.append(finding)
    return kept


def _order(finding: Finding) -> tuple[Place, str, tuple[str, ...]]:
    return (finding.place or Place(""), finding.code, finding.rules)
