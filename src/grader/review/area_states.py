"""One area with some changes between two states made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from grader.grading.conclude import AreaCase, CharacteristicCase
from grader.grading.possible import Unassessed
from grader.grading.run import conclude_area, standing_of
from grader.grading.tally import Item, latest
from grader.model.changes import Change
from grader.model.framework import Area
from grader.model.inspection import Evidence, Inspection
from grader.review.area_mixes import RowsOf
from grader.session import Session


class Made(Protocol):
    """A change, and the things before and after it."""

    @property
    def told(self) -> Change: ...
    @property
    def old(self) -> Any: ...
    @property
    def new(self) -> Any: ...


@dataclass(slots=True)
class State:
    """What is concluded on an area."""

    outcome: str
    grade: str | None
    statuses: Mapping[str, str]
    """The status of each characteristic that is assessed."""
    findings: Mapping[str, str]
    """The kind of each finding that a rule proposes, by its id."""
    _range: Unassessed | None = None
    _scale: Any = None

    @property
    def range(self) -> str | None:
        """The possible grades, where they are proved of the rules."""
        found = self._range.possible() if self._range is not None else None
        return None if found is None else " to ".join(dict.fromkeys(map(self._scale.name_of, found)))


class AreaStates:
    """An area under every subset of the changes that bear on it."""

    def __init__(
        self,
        session: Session,
        old: Inspection,
        new: Inspection,
        area: Area,
        rows: RowsOf,
        made: Sequence[Made],
    ) -> None:
        self.session, self.area, self.rows, self.made = session, area, rows, made
        self.old, self.new = old, new
        self.all = frozenset(range(len(made)))
        self._own = {c.id for c in area.characteristics}
        changed = {id(c.old) for c in made if c.old is not None}
        self._still = [e for e in old.evidence if id(e) not in changed and self._bears(e)]
        self._states: dict[frozenset[int], State] = {}

    def _bears(self, item: Evidence) -> bool:
        return any(name in self._own for name in self.rows(item))

    def bearing_on(self, characteristic: str) -> frozenset[int]:
        """Changes that can move a characteristic's conclusions."""
        if characteristic not in self._own:
            return frozenset()
        return frozenset(
            at
            for at, change in enumerate(self.made)
            if change.told.kind != "evidence"
            or any(characteristic in self.rows(item) for item in (change.old, change.new) if item)
        )

    def state(self, made: frozenset[int]) -> State:
        """The area with these changes made."""
        found = self._states.get(made)
        if found is None:
            found = self._states[made] = self._state(made)
        return found

    def _state(self, made: frozenset[int]) -> State:
        if self.area.id in self._absent(made):
            return State("not_inspected", None, {}, {})
        evidence = [*self._still, *self._things("evidence", made)]
        items: dict[str, list[Item]] = {name: [] for name in self._own}
        for item in sorted(evidence, key=lambda e: e.id):
            for name, row in self.rows(item).items():
                if name in items:
                    items[name].append(Item(item.id, row, item.found_on or ""))
        on_record = self.old.model_copy(
            update={
                "findings": self._on_record("findings", "finding", made),
                "previous": self._on_record("previous", "previous", made),
            }
        )
        words = self.session.framework.framework.vocabulary
        laid = {name: tuple(own) for name, own in items.items()}
        if words.several == "latest":
            laid = {name: latest(own)[0] for name, own in laid.items()}
        cases, concluded = conclude_area(on_record, words, self.session.what_if, self.area, laid)
        return self._told(on_record, cases, concluded)

    def _told(self, on_record: Inspection, cases: Sequence[CharacteristicCase], concluded: AreaCase) -> State:
        words, scale = self.session.framework.framework.vocabulary, self.session.bound.grade_scale
        raised = [r for case in cases for r in case.raised] + list(concluded.raised)
        edition = on_record.inspection.edition
        known = [standing_of(words, f) for f in on_record.all_findings if f.area == self.area.id]
        ranged = self.area.editions[edition].graded and self.session.ranges_proved
        return State(
            outcome=concluded.outcome,
            grade=scale.name_of(concluded.decision.rank) if concluded.decision else None,
            statuses={c.id: words.statuses.name_of(c.status.rank) for c in cases if c.items},
            findings={
                (f"{r.rule.id}:{r.characteristic}" if r.characteristic else r.rule.id): r.rule.target
                for r in raised
            },
            _range=Unassessed(self.session.what_if, self.area, edition, cases, known) if ranged else None,
            _scale=scale,
        )

    def _things(self, kind: str, made: frozenset[int]) -> list[Any]:
        """Things of a kind that changed, as they stand with these changes made."""
        each = ((c.new if at in made else c.old) for at, c in enumerate(self.made) if c.told.kind == kind)
        return [thing for thing in each if thing is not None]

    def _on_record(self, block: str, kind: str, made: frozenset[int]) -> list[Any]:
        changed = {id(c.old) for c in self.made if c.old is not None}
        still = [f for f in getattr(self.old, block) if id(f) not in changed]
        return [f for f in (*still, *self._things(kind, made)) if f.area == self.area.id]

    def _absent(self, made: frozenset[int]) -> Sequence[str]:
        head = (i for i, c in enumerate(self.made) if c.told.kind == "inspection")
        at = next((i for i in head if self.made[i].told.id == "not_inspected"), None)
        own = self.new if at is not None and at in made else self.old
        return own.inspection.not_inspected
