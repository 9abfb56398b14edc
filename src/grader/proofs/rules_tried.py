"""Which rules decide some case tried, and need no proof."""

from __future__ import annotations

from collections.abc import Iterator

from grader.language.engine import Engine
from grader.language.nodes import Effect, Level
from grader.language.pipeline import GRADES, STATUSES, Stage
from grader.language.rulebook import Layer, decide
from grader.proofs.characteristics import Example
from grader.proofs.subject import Subject
from grader.proofs.trials import Trial, Trials


def decided_by_trial(trials: Trials) -> set[str]:
    """Rules that decide a case tried, and do not hold in another."""
    subject = trials.subject
    deciding: set[str] = set()
    idle: set[str] = set()
    engine = subject.evaluator.engine
    for group in subject.graded:
        area = group.areas[0].id
        met = [e for t in trials.met if t.situation.area in group.areas for _, e in t.situation.on]
        for example in (*trials.pool(group), *met):
            deciding |= set(_on_characteristic(subject, engine, area, example))
            for layer in (Layer.STATUS, Layer.FINDING):
                held = engine.held(layer, Level.CHARACTERISTIC, area, example.case.facts)
                idle |= _not_held(subject, layer, Level.CHARACTERISTIC, area, held)
    for trial in (*trials.states, *trials.met):
        deciding |= set(_in_area(subject, trial))
        area = trial.situation.area.id
        for layer in (Layer.FINDING, Layer.SUFFICIENCY, Layer.GRADE):
            held = engine.held(layer, Level.AREA, area, trial.area.facts)
            idle |= _not_held(subject, layer, Level.AREA, area, held)
    return deciding & idle


def _not_held(subject: Subject, layer: Layer, level: Level, area: str, held: frozenset[str]) -> set[str]:
    return {r.id for r in subject.bound.table(layer, level).rules if r.applies_to(area)} - held


def _on_characteristic(subject: Subject, engine: Engine, area: str, example: Example) -> Iterator[str]:
    if example.case.items:
        held = engine.held(Layer.STATUS, Level.CHARACTERISTIC, area, example.case.facts)
        yield from _without_it(subject, STATUSES, held)
    targets = [r.rule.target for r in example.case.raised]
    yield from (r.rule.id for r in example.case.raised if targets.count(r.rule.target) == 1)


def _without_it(subject: Subject, stage: Stage, held: frozenset[str]) -> Iterator[str]:
    """Rules of an ordered stage without which it would conclude otherwise."""
    rules = [r for r in subject.bound.table(stage.layer, stage.level).rules if r.id in held]
    scale, default = stage.concludes(subject.bound)
    whole = decide(rules, held, scale, default)
    for name in whole.deciding:
        if decide(rules, held - {name}, scale, default).rank != whole.rank:
            yield name


def _in_area(subject: Subject, trial: Trial) -> Iterator[str]:
    area = trial.area
    targets = [r.rule.target for r in area.raised]
    yield from (r.rule.id for r in area.raised if targets.count(r.rule.target) == 1)
    if area.decision is not None:
        yield from _without_it(subject, GRADES, area.held)
    thin = [r.id for r in subject.bound.rules if r.effect is Effect.WITHHOLDS and r.id in area.held]
    counted = any(c.counted and c.items for c in trial.cases.values())
    if area.outcome == "withheld" and counted and len(thin) == 1:
        yield thin[0]
