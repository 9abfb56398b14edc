"""Which rule keeps others from deciding, or a grade from being reached.

Each rule is taken out of the cases tried, to see what then appears.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from grader.engines.reference import ReferenceEngine
from grader.language.nodes import Effect, Level
from grader.language.pipeline import GRADES
from grader.language.rulebook import Layer, Rule, decide
from grader.proofs.report import Finding
from grader.proofs.subject import Subject
from grader.proofs.trials import Trial, Trials

#: Codes of findings that another rule may be the cause of.
CODES = frozenset({"unreachable", "overridden", "shadowed"})

#: Cases looked at again without each rule about a characteristic or a finding.
CASES = 100

#: Rules named after the others, where the removal of each mends one finding alone.
NAMED = 2


def told_by_cause(trials: Trials, findings: Sequence[Finding]) -> list[Finding]:
    """The findings: those that one rule causes as one, that rule first; others with their cause."""
    open_ = [f for f in findings if f.code in CODES and f.rules]
    if not open_:
        return list(findings)
    mends = _mended(trials, open_)
    told = [f for f in findings if f not in open_]
    while open_:
        most = max(mends, key=lambda r: sum(f in mends[r] for f in open_), default=None)
        mended = [f for f in open_ if most is not None and f in mends[most]]
        if most is None or len(mended) < 2:
            break
        told.append(_together(trials.subject, most, mended))
        open_ = [f for f in open_ if f not in mended]
    for finding in open_:
        causes = [r for r in mends if finding in mends[r]]
        beside = causes[:NAMED] if not set(causes) & set(finding.rules) else []
        told.append(replace(finding, rules=(*finding.rules, *beside)))
    return told


def _together(subject: Subject, cause: str, mended: Sequence[Finding]) -> Finding:
    first = mended[0]
    place = next(r.place for r in subject.book.rules if r.id == cause)
    rules = dict.fromkeys([cause, *(name for f in mended for name in f.rules)])
    return replace(
        first,
        rules=tuple(rules),
        place=place or first.place,
        message="; ".join(f.message for f in mended),
        help=f"look at rule {cause} first: without it these are mended",
    )


def _mended(trials: Trials, findings: Sequence[Finding]) -> dict[str, list[Finding]]:
    """For each rule, findings that some case no longer shows without it."""
    found: dict[str, list[Finding]] = {}
    for rule in trials.subject.bound.rules:
        left = [f for f in findings if f.rules[0] != rule.id or f.code == "unreachable"]
        if rule.layer is Layer.MEASURE:
            continue
        for trial in _without(trials, rule):
            mended = [f for f in left if _is_mended(trials.subject, f, rule, trial)]
            found.setdefault(rule.id, []).extend(mended)
            left = [f for f in left if f not in mended]
            if not left:
                break
    return {name: mended for name, mended in found.items() if mended}


def _without(trials: Trials, rule: Rule) -> Iterator[Trial]:
    """The cases tried in which a rule has a part, concluded without it."""
    cases = [t for t in (*trials.states, *trials.met) if rule.applies_to(t.situation.area.id)]
    if rule.level is Level.AREA and rule.layer is not Layer.FINDING:
        yield from cases
        return
    book = trials.subject.book
    less = replace(book, rules=tuple(r for r in book.rules if r.id != rule.id))
    again = Trials(Subject(less, trials.subject.framework, trials.subject.budget, trials.subject.values))
    yield from (again.conclude(t.situation) for t in cases[:: max(1, len(cases) // CASES)])


def _is_mended(subject: Subject, finding: Finding, gone: Rule, trial: Trial) -> bool:
    area = trial.situation.area.id
    if finding.areas and area not in finding.areas:
        return False
    rules = [
        r for r in subject.bound.table(Layer.GRADE, Level.AREA).rules if r.applies_to(area) and r is not gone
    ]
    held = _held(subject, Layer.GRADE, trial) - {gone.id}
    if not _graded(subject, gone, trial):
        return False
    scale, default = GRADES.concludes(subject.bound)
    whole = decide(rules, held, scale, default)
    if finding.code == "unreachable":
        return finding.conclusion == scale.name_of(whole.rank)
    dead = finding.rules[0]
    return dead in held and decide(rules, held - {dead}, scale, default).rank != whole.rank


def _graded(subject: Subject, gone: Rule, trial: Trial) -> bool:
    """Whether the area is graded without a rule."""
    if trial.area.decision is not None:
        return True
    found = any(c.counted and c.items for c in trial.cases.values())
    thin = {r.id for r in subject.bound.rules if r.effect is Effect.WITHHOLDS}
    return found and not (thin & _held(subject, Layer.SUFFICIENCY, trial)) - {gone.id}


def _held(subject: Subject, layer: Layer, trial: Trial) -> frozenset[str]:
    engine = ReferenceEngine(subject.bound)
    return engine.held(layer, Level.AREA, trial.situation.area.id, trial.area.facts)
