"""Which rule keeps others from deciding, or a grade from being reached.

Each rule is taken out of the cases tried, to see what then appears.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from grader.grading.conclude import AreaCase, CharacteristicCase, Raised
from grader.language.nodes import Effect, Level
from grader.language.pipeline import GRADES, STATUSES, Stage
from grader.language.rulebook import TABLES, Layer, Rule, decide
from grader.proofs.live import VACUOUS
from grader.proofs.promises import WITHHELD
from grader.proofs.report import Finding
from grader.proofs.subject import Subject
from grader.proofs.trials import Trial, Trials

#: Codes of findings that another rule may be the cause of.
CODES = frozenset({"unreachable", "overridden", "shadowed", "redundant", "vacuous"})

#: Cases looked at again without each rule about a characteristic or a finding.
CASES = 100

#: Rules named after the others, where the removal of each mends one finding alone.
NAMED = 2


@dataclass(frozen=True, slots=True)
class Seen:
    """An area of a case tried, as concluded."""

    area: AreaCase
    on: Mapping[str, CharacteristicCase]


Without = Callable[[Rule, bool], Iterable[Seen]]
"""The cases tried in which a rule holds: as they were, or concluded anew without it, unless it grades."""


def told_by_cause(subject: Subject, findings: Sequence[Finding], without: Without) -> list[Finding]:
    """The findings: those that one rule causes as one, that rule first; others with their cause."""
    open_ = [f for f in findings if _may_have_cause(f)]
    if not open_:
        return list(findings)
    mends = _mended(subject, open_, without)
    told = [f for f in findings if f not in open_]
    while open_:
        most = max(mends, key=lambda r: sum(f in mends[r] for f in open_), default=None)
        mended = [f for f in open_ if most is not None and f in mends[most]]
        if most is None or len(mended) < 2:
            break
        told.append(_together(subject, most, mended))
        open_ = [f for f in open_ if f not in mended]
    for finding in open_:
        causes = [r for r in mends if finding in mends[r]]
        beside = [r for r in causes if r not in finding.rules][:NAMED]
        told.append(replace(finding, rules=(*finding.rules, *beside)))
    return told


def _may_have_cause(finding: Finding) -> bool:
    """Whether another rule may be to blame: of a rule that holds always none is."""
    if finding.code == "vacuous":
        return finding.message.endswith(VACUOUS["never"])
    return finding.code in CODES


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


def _mended(subject: Subject, findings: Sequence[Finding], without: Without) -> dict[str, list[Finding]]:
    """For each rule, findings that some case no longer shows without it.

    What holds in a table does not hang on its own rules, nor on those of later ones: a case is concluded anew
    only where the finding is about a later table than the rule's.
    """
    found: dict[str, list[Finding]] = {}
    about = [(f, _table(subject, f)) for f in findings]
    for rule in subject.bound.written:
        if rule.layer is Layer.MEASURE:
            continue
        here = TABLES.index((rule.layer, rule.level))
        others = [(f, at) for f, at in about if f.code == "unreachable" or f.rules[0] != rule.id]
        same = [f for f, at in others if at == here]
        later = [f for f, at in others if at > here]
        for left, anew in ((same, False), (later, True)):
            found.setdefault(rule.id, []).extend(_mended_by(subject, rule, left, without, anew))
    return {name: mended for name, mended in found.items() if mended}


def _mended_by(
    subject: Subject, rule: Rule, findings: Sequence[Finding], without: Without, anew: bool
) -> Iterator[Finding]:
    """Those of the findings that some case no longer shows without the rule."""
    left = list(findings)
    for seen in without(rule, anew) if left else ():
        mended = [f for f in left if _is_mended(subject, f, rule, seen)]
        yield from mended
        left = [f for f in left if f not in mended]
        if not left:
            return


def _table(subject: Subject, finding: Finding) -> int:
    """Where the table stands that a finding is about, in the order they conclude."""
    if finding.code == "unreachable":
        return TABLES.index((Layer.GRADE, Level.AREA))
    rule = next(r for r in subject.bound.rules if r.id == finding.rules[0])
    return TABLES.index((rule.layer, rule.level))


def grades(rule: Rule) -> bool:
    """Whether a rule has its say after all that is found."""
    return rule.level is Level.AREA and rule.layer is not Layer.FINDING


def without_in(trials: Trials) -> Without:
    """The cases tried in which a rule holds, concluded without it: in no other does its absence show."""
    tried: list[tuple[Trial, Collection[str]]] = []

    def without(rule: Rule, anew: bool) -> Iterator[Seen]:
        if not tried:
            tried.extend((t, _holding(trials.subject, t)) for t in (*trials.states, *trials.met))
        cases = [trial for trial, held in tried if rule.id in held]
        if grades(rule) or not anew:
            yield from (Seen(t.area, t.cases) for t in cases)
            return
        of = trials.subject
        less = replace(of.book, rules=tuple(r for r in of.book.rules if r.id != rule.id))
        again = Trials(Subject(less, of.framework, of.budget, of.values))
        for trial in cases[:: max(1, len(cases) // CASES)]:
            concluded = again.conclude(trial.situation)
            yield Seen(concluded.area, concluded.cases)

    return without


def _holding(subject: Subject, trial: Trial) -> set[str]:
    """Rules that hold somewhere in a case."""
    engine, area = subject.evaluator.engine, trial.situation.area.id
    held = {*trial.area.held, *(r.rule.id for r in trial.raised)}
    for case in trial.cases.values():
        if case.items:
            held |= engine.held(Layer.STATUS, Level.CHARACTERISTIC, area, case.facts)
    return held


def _is_mended(subject: Subject, finding: Finding, gone: Rule, seen: Seen) -> bool:
    area = seen.area.area
    if finding.areas and area not in finding.areas:
        return False
    if finding.code == "unreachable":
        if finding.conclusion == WITHHELD:
            return seen.area.outcome == WITHHELD
        if not _graded(subject, gone, seen):
            return False
        scale, default = GRADES.concludes(subject.bound)
        rules = _rules(subject, GRADES, area, gone)
        ranked = decide(rules, _grading(subject, seen) - {gone.id}, scale, default).rank
        return finding.conclusion == scale.name_of(ranked)
    dead = next((r for r in subject.bound.rules if r.id == finding.rules[0]), None)
    return dead is not None and dead.applies_to(area) and _decides(subject, dead, gone, seen)


def _decides(subject: Subject, dead: Rule, gone: Rule, seen: Seen) -> bool:
    """Whether a rule decides something in a case once another is gone."""
    if dead.layer is Layer.GRADE:
        if not _graded(subject, gone, seen):
            return False
        return _in_stage(subject, GRADES, dead, gone, _grading(subject, seen), seen)
    if dead.layer is Layer.SUFFICIENCY:
        thin = {r.id for r in subject.bound.rules if r.effect is Effect.WITHHOLDS}
        alone = (thin & seen.area.held) - {gone.id} == {dead.id}
        return alone and _found(seen) and seen.area.outcome == WITHHELD
    if dead.layer is Layer.FINDING:
        places = [seen.area.raised, *(c.raised for c in seen.on.values())]
        return any(_raises_alone(dead, gone, raised) for raised in places)
    engine = subject.evaluator.engine
    return any(
        _in_stage(
            subject,
            STATUSES,
            dead,
            gone,
            engine.held(Layer.STATUS, dead.level, seen.area.area, c.facts),
            seen,
        )
        for c in seen.on.values()
        if c.items and dead.layer is Layer.STATUS
    )


def _in_stage(
    subject: Subject, stage: Stage, dead: Rule, gone: Rule, held: Collection[str], seen: Seen
) -> bool:
    """Whether an ordered stage would conclude otherwise without a rule."""
    left = frozenset(held) - {gone.id}
    rules, (scale, default) = _rules(subject, stage, seen.area.area, gone), stage.concludes(subject.bound)
    whole = decide(rules, left, scale, default).rank
    return dead.id in left and decide(rules, left - {dead.id}, scale, default).rank != whole


def _rules(subject: Subject, stage: Stage, area: str, gone: Rule) -> list[Rule]:
    table = subject.bound.table(stage.layer, stage.level).rules
    return [r for r in table if r.applies_to(area) and r.id != gone.id]


def _raises_alone(dead: Rule, gone: Rule, raised: Iterable[Raised]) -> bool:
    ids = [r.rule.id for r in raised if r.rule.target == dead.target and r.rule.id != gone.id]
    return ids == [dead.id]


def _found(seen: Seen) -> bool:
    return any(c.counted and c.items for c in seen.on.values())


def _graded(subject: Subject, gone: Rule, seen: Seen) -> bool:
    """Whether the area is graded without a rule."""
    if seen.area.decision is not None:
        return True
    if seen.area.outcome != WITHHELD or not _found(seen):
        return False
    thin = {r.id for r in subject.bound.rules if r.effect is Effect.WITHHOLDS}
    return not (thin & seen.area.held) - {gone.id}


def _grading(subject: Subject, seen: Seen) -> frozenset[str]:
    """Grade rules that hold in an area, graded or not."""
    if seen.area.decision is not None:
        return seen.area.held
    return subject.evaluator.engine.held(Layer.GRADE, Level.AREA, seen.area.area, seen.area.facts)
