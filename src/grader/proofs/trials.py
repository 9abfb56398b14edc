"""Areas tried before proving: random and at boundaries, always the same."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from grader.grading.conclude import AreaCase, CharacteristicCase, FindingRecord, Raised
from grader.grading.tally import Item
from grader.language.nodes import Level
from grader.language.row import Row
from grader.model.framework import Area
from grader.proofs.areas import AreaGroup
from grader.proofs.characteristics import Example
from grader.proofs.subject import Subject, any_edition
from grader.proofs.tag_combinations import (
    DECLARED_TAGS,
    EARLIER_TAGS,
    EVIDENCE_TAGS,
    Change,
    Groups,
    Part,
    changes,
    group_tags,
    recorded_changes,
)
from grader.proofs.witness import Situation, after

#: States drawn of the areas of all groups and at most of each area, changes tried of each, examples kept that
#: look the same.
STATES = 300
EACH = 60
CHANGES = 2
ALIKE = 4
#: Items alike on one characteristic, so that counts reach the numbers rules ask for.
MOST_ALIKE = (1, 2, 3, 5)

#: States of other areas fitted to one for each conclusion it lacks.
FITTED = 8

Wrong = Callable[["Trial", "Trial"], bool]


#: Tags of items a case can hold: those tagged to the characteristic itself.
_WRITTEN: Final = tuple(row for row in EVIDENCE_TAGS if row["direct"])


@dataclass(frozen=True, slots=True)
class Trial:
    """A situation and what the reference engine makes of it."""

    situation: Situation
    area: AreaCase
    cases: Mapping[str, CharacteristicCase]

    @property
    def raised(self) -> tuple[Raised, ...]:
        """Every finding the rules propose."""
        return (*(r for c in self.cases.values() for r in c.raised), *self.area.raised)


@dataclass(slots=True)
class Trials:
    """Situations of graded areas, and single changes of them.

    Attributes
    ----------
    met : list of Trial
        By the solver at an earlier check.
    found : list of Situation
        By the solver now, for the next check.
    dead_before, dead : mapping
        What an earlier check found of rules that decide nothing, and this one, as `dead_rules` writes it.
    """

    subject: Subject
    many: int = STATES
    _states: list[Trial] | None = None
    _pools: dict[str, list[Example]] = field(default_factory=dict)
    _empty: dict[str, Example] = field(default_factory=dict)
    _groups: dict[str, Groups] = field(default_factory=dict)
    _concluding: dict[str, dict[str, Situation]] = field(default_factory=dict)
    met: list[Trial] = field(default_factory=list)
    found: list[Situation] = field(default_factory=list)
    dead_before: Mapping[str, Any] = field(default_factory=dict)
    dead: dict[str, Any] = field(default_factory=dict)

    # Situations -------------------------------------------------------------------------------------------

    @property
    def states(self) -> list[Trial]:
        """Situations of every group of areas, concluded."""
        if self._states is None:
            groups = self.subject.graded
            many = min(self.many, EACH * sum(len(g.areas) for g in groups)) // max(1, len(groups))
            self._states = [t for g in groups for t in self._drawn(g, many)]
        return self._states

    def pool(self, group: AreaGroup) -> list[Example]:
        """A few examples of each kind that rules tell apart."""
        key = group.areas[0].id
        if key not in self._pools:
            self._pools[key] = self._pool(key)
        return self._pools[key]

    def _pool(self, area: str) -> list[Example]:
        draw = random.Random(f"pool {area}")
        evidence, earlier = self._tag_groups()
        rows = [row for row in evidence.rows if row["direct"]]
        drawn = [(row,) * n for n in MOST_ALIKE for row in rows]
        drawn += [tuple(draw.choice(rows) for _ in range(n)) for n in (2, 2, 3) for _ in range(len(rows))]
        # Beside the plainest of each group also others: a change may lead where groups part.
        drawn += [tuple(draw.choice(_WRITTEN) for _ in range(n)) for n in (1, 2) for _ in rows]
        kept: dict[object, int] = {}
        found = []
        for items in drawn:
            before = (draw.choice(earlier.rows),) if draw.random() < 0.15 else ()
            example = self.example(area, items, before)
            signature = self._signature(example)
            kept[signature] = kept.get(signature, 0) + 1
            if kept[signature] <= ALIKE:
                found.append(example)
        return found

    def _tag_groups(self) -> tuple[Groups, Groups]:
        definitions = [
            f.definition for f in self.subject.bound.facts.values() if f.level is Level.CHARACTERISTIC
        ]
        if not self._groups:
            self._groups["evidence"] = group_tags(EVIDENCE_TAGS, "evidence", definitions)
            self._groups["earlier"] = group_tags(EARLIER_TAGS, "earlier", definitions)
        return self._groups["evidence"], self._groups["earlier"]

    def _signature(self, example: Example) -> object:
        reader, case = self.subject.evaluator.area_facts, example.case
        seen = tuple(reader.satisfied(f, case.facts) for f in reader.facts if f.entity == "characteristics")
        return case.status.rank, tuple(r.rule.id for r in case.raised), seen

    def example(self, area: str, evidence: Iterable[Row], earlier: Iterable[Row]) -> Example:
        """Evidence and earlier findings on a characteristic that counts, concluded."""
        rows, before = tuple(evidence), tuple(earlier)
        items = tuple(Item(f"E{i:03}", row) for i, row in enumerate(rows))
        standing = [FindingRecord(f"P{i:03}", row, ("any",)) for i, row in enumerate(before)]
        return Example(
            rows, before, self.subject.evaluator.characteristic(area, "any", True, items, standing)
        )

    def _drawn(self, group: AreaGroup, many: int) -> Iterator[Trial]:
        pool = self.pool(group)
        draw = random.Random(f"states {group.areas[0].id}")
        by_size = sorted(group.areas, key=lambda a: len(a.counted))
        for number in range(many):
            area = by_size[0] if number % 4 == 0 else by_size[-1] if number % 4 == 1 else draw.choice(by_size)
            yield self.conclude(self._situation(draw, area, pool))

    def _situation(self, draw: random.Random, area: Area, pool: Sequence[Example]) -> Situation:
        """A few examples, each on so many characteristics: shares then stand anywhere."""
        names = [c.id for c in area.characteristics]
        draw.shuffle(names)
        assessed = draw.choice((len(names), draw.randint(0, len(names)), draw.randint(1, min(3, len(names)))))
        kinds = [draw.choice(pool) for _ in range(draw.randint(1, 3))]
        on = tuple((name, draw.choice(kinds)) for name in names[:assessed])
        declared = (draw.choice(DECLARED_TAGS),) if draw.random() < 0.1 else ()
        earlier = (draw.choice(EARLIER_TAGS),) if draw.random() < 0.1 else ()
        return Situation(area, any_edition(area), on, declared, earlier)

    def conclude(self, situation: Situation) -> Trial:
        """What the reference engine makes of a situation, of its own area alone."""
        evaluator, area = self.subject.evaluator, situation.area
        on = dict(situation.on)
        empty = self._empty.get(area.id)
        if empty is None:
            empty = self._empty[area.id] = self.example(area.id, (), ())
        cases = {}
        known = [FindingRecord("F", row, ()) for row in (*situation.declared, *situation.earlier)]
        for c in area.characteristics:
            example = on.get(c.id, empty)
            known += [FindingRecord("P", row, (c.id,)) for row in example.earlier]
            case = example.case
            cases[c.id] = evaluator.judge(area.id, c.id, c.counted, case.items, case.facts)
        return Trial(situation, evaluator.area(area, situation.edition, list(cases.values()), known), cases)

    def meet(self, situation: Situation) -> None:
        """Take a case that was found earlier."""
        self.met.append(self.conclude(situation))

    def concluding(self, area: Area) -> dict[str, Situation]:
        """A situation for each conclusion met in an area."""
        if area.id not in self._concluding:
            found: dict[str, Situation] = {}
            sought = len(self.subject.bound.grade_scale.names) + 1
            for trial in self._in(area):
                if len(found) == sought:
                    break
                found.setdefault(self._conclusion(trial), trial.situation)
            if len(found) < sought:
                for trial in self._fitted(area, set(found)):
                    found.setdefault(self._conclusion(trial), trial.situation)
            self._concluding[area.id] = found
        return self._concluding[area.id]

    def _conclusion(self, trial: Trial) -> str:
        """The grade of the area, or that it has none."""
        decided = trial.area.decision
        return self.subject.bound.grade_scale.name_of(decided.rank) if decided else trial.area.outcome

    def _fitted(self, area: Area, known: set[str]) -> Iterator[Trial]:
        """States of other areas of the group, fitted to this one."""
        group = next(g for g in self.subject.graded if area in g.areas)
        alike = {a.id for a in group.areas} - {area.id}
        kept: dict[str, int] = {}
        for trial in (*self.states, *self.met):
            name = self._conclusion(trial)
            if trial.situation.area.id not in alike or name in known or kept.get(name, 0) == FITTED:
                continue
            kept[name] = kept.get(name, 0) + 1
            yield self.conclude(_fit(trial.situation, area))

    def _in(self, area: Area) -> Iterator[Trial]:
        """The states drawn or met in an area."""
        yield from (t for t in (*self.states, *self.met) if t.situation.area.id == area.id)

    # Single changes ---------------------------------------------------------------------------------------

    def broken(self, part: Part, wrong: Wrong) -> Iterator[tuple[Trial, Trial]]:
        """Situations before and after a change that goes wrong."""
        draw = random.Random(f"changes {part}")
        added, moved = _by_row(c for c in changes(part) if c.entity != "evidence" or c.after["direct"])
        recorded = recorded_changes() if part in (Part.CONCERN, Part.CONCERNS_STAY) else []
        for trial in self.states:
            for _ in range(CHANGES):
                pair = self._changed(draw, trial.situation, added, moved, recorded)
                if pair is None:
                    continue
                # What is changed was there before, but for an earlier finding that is first put there.
                same = pair[0].earlier == trial.situation.earlier
                before = replace(trial, situation=pair[0]) if same else self.conclude(pair[0])
                then = self.conclude(pair[1])
                if wrong(before, then):
                    yield before, then

    def _changed(
        self,
        draw: random.Random,
        situation: Situation,
        added: Sequence[Change],
        moved: Mapping[Row, Sequence[Change]],
        recorded: Sequence[Change],
    ) -> tuple[Situation, Situation] | None:
        if recorded and draw.random() < 0.5:
            return _recorded(draw, situation, recorded)
        names = [c.id for c in situation.area.characteristics]
        named = [n for n in self._named if n in names]
        on = dict(situation.on)
        name = draw.choice(named if named and draw.random() < 0.3 else [*on, *on, *names])
        here = on.get(name) or self.example(situation.area.id, (), ())
        rows = [*here.evidence, *here.earlier]
        there = [row for row in rows if row in moved]
        if added and (not there or draw.random() < 0.5):
            change = draw.choice(added)
        elif there:
            change = draw.choice(moved[draw.choice(there)])
        else:
            return None
        return self.moving(situation, name, here, change)

    @property
    def _named(self) -> list[str]:
        facts = self.subject.bound.facts.values()
        return sorted({f.definition.named for f in facts if f.definition.named is not None})

    def moving(
        self, situation: Situation, name: str, here: Example, change: Change
    ) -> tuple[Situation, Situation]:
        """Both sides of a change on one characteristic: what is changed stands last."""
        area = situation.area.id
        kept = {"evidence": list(here.evidence), "earlier": list(here.earlier)}
        if change.before is not None:
            kept[change.entity].remove(change.before)
        sides = []
        for row in (change.before, change.after):
            rows = {**kept, change.entity: [*kept[change.entity], *([row] if row is not None else [])]}
            sides.append(self.example(area, rows["evidence"], rows["earlier"]))
        others = tuple((n, e) for n, e in situation.on if n != name)
        before = replace(situation, on=(*others, (name, sides[0])), moved=name, change=change)
        return before, after(before, sides[1])

    # Made smaller -----------------------------------------------------------------------------------------

    def smaller(self, before: Trial, then: Trial, wrong: Wrong) -> tuple[Trial, Trial]:
        """Both sides without what the wrong change does not need."""
        shrunk = True
        while shrunk:
            shrunk = False
            for pair in self._less(before.situation):
                one, other = (self.conclude(s) for s in pair)
                if wrong(one, other):
                    before, then, shrunk = one, other, True
                    break
        return self._plainer(before, then, wrong)

    def _plainer(self, before: Trial, then: Trial, wrong: Wrong) -> tuple[Trial, Trial]:
        """The same with the plainest thing added that still does it."""
        situation = before.situation
        change, name = situation.change, situation.moved
        if change is None or name is None or change.before is not None or change.entity != "evidence":
            return before, then
        for tags in EVIDENCE_TAGS:
            if all(tags[a] == change.after[a] for a in ("assessment", "strength", "harm")):
                made = Change("evidence", None, tags)
                pair = self.moving(situation, name, dict(situation.on)[name], made)
                one, other = (self.conclude(s) for s in pair)
                if wrong(one, other):
                    return one, other
        return before, then

    def _less(self, situation: Situation) -> Iterator[tuple[Situation, Situation]]:
        change = situation.change
        assert change is not None
        for at, (name, example) in enumerate(situation.on):
            others = situation.on[:at] + situation.on[at + 1 :]
            if name != situation.moved:
                yield self._both(replace(situation, on=others))
            for less in self._thinner(
                situation.area.id, example, change if name == situation.moved else None
            ):
                yield self._both(replace(situation, on=(*others, (name, less))))
        for at in range(len(situation.declared)):
            rest = situation.declared[:at] + situation.declared[at + 1 :]
            yield self._both(replace(situation, declared=rest))
        for at, row in enumerate(situation.earlier):
            if situation.moved is not None or change.before is None or row != change.before:
                rest = situation.earlier[:at] + situation.earlier[at + 1 :]
                yield self._both(replace(situation, earlier=rest))

    def _thinner(self, area: str, example: Example, change: Change | None) -> Iterator[Example]:
        """The example with one thing less, not its last."""
        kept = {"evidence": 0, "earlier": 0}
        if change is not None and change.before is not None:
            kept[change.entity] = 1
        for at in range(len(example.evidence) - kept["evidence"]):
            yield self.example(area, example.evidence[:at] + example.evidence[at + 1 :], example.earlier)
        for at in range(len(example.earlier) - kept["earlier"]):
            yield self.example(area, example.evidence, example.earlier[:at] + example.earlier[at + 1 :])

    def _both(self, before: Situation) -> tuple[Situation, Situation]:
        if before.moved is None:
            return before, after(before)
        assert before.change is not None
        return self.moving(before, before.moved, dict(before.on)[before.moved], before.change)


def _by_row(made: Iterable[Change]) -> tuple[list[Change], dict[Row, list[Change]]]:
    """Changes that add a thing, and those of one, by its tags."""
    added: list[Change] = []
    moved: dict[Row, list[Change]] = {}
    for change in made:
        if change.before is None:
            added.append(change)
        else:
            moved.setdefault(change.before, []).append(change)
    return added, moved


def _fit(situation: Situation, area: Area) -> Situation:
    """Another area's examples in about the same proportions."""
    on, names = dict(situation.on), [c.id for c in area.characteristics]
    there = [on.get(c.id) for c in situation.area.characteristics]
    here = [(name, there[i * len(there) // len(names)]) for i, name in enumerate(names)]
    given = tuple((name, example) for name, example in here if example is not None)
    return Situation(area, any_edition(area), given, situation.declared, situation.earlier)


def _recorded(
    draw: random.Random, situation: Situation, recorded: Sequence[Change]
) -> tuple[Situation, Situation]:
    change = draw.choice(recorded)
    earlier = situation.earlier
    if change.before is not None and change.before not in earlier:
        earlier = (*earlier, change.before)
    before = replace(situation, earlier=earlier, change=change)
    return before, after(before)
