"""What changed between two states of an inspection, and what it moved."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from pydantic import BaseModel

from grader.errors import InputError, Problem, folded, quoted
from grader.grading.tally import placements
from grader.model.changes import SCHEMA, AreaChanged, Change, Changes, FieldChanged, Moved
from grader.model.framework import Framework
from grader.model.inspection import Evidence, Inspection
from grader.review.area_mixes import RowsOf
from grader.review.area_states import AreaStates, State
from grader.session import LoadedInspection

#: Of an inspection's head what may be otherwise a week later.
_HEAD = ("id", "body", "as_of", "stale_after", "not_inspected", "earlier_grades", "sample")


def changes(old: LoadedInspection, new: LoadedInspection) -> Changes:
    """What changed from one state of an inspection to another.

    Raises
    ------
    InputError
        Different bodies, frameworks or editions.
    """
    _check(old.inspection, new.inspection)
    framework = new.framework.framework
    found = list(_changes(old.inspection, new.inspection, framework))
    return Changes(
        schema=SCHEMA,
        inspection=new.inspection.id,
        body=new.inspection.inspection.body,
        framework=framework.id,
        edition=new.inspection.inspection.edition,
        rulebook=f"{new.book.id} {new.book.version}",
        overrides=dict(sorted(new.session.settings.items())),
        old_sha256=old.file.sha256,
        new_sha256=new.file.sha256,
        changes=[each.told for each in found],
        areas=list(_areas(old, new, found)),
    )


def _check(old: Inspection, new: Inspection) -> None:
    problems = []
    for key in ("body", "framework", "edition"):
        one, other = getattr(old.inspection, key), getattr(new.inspection, key)
        if folded(one) != folded(other):
            message = f"{key} is {quoted(other)}, and was {quoted(one)}"
            help = "name two states of one inspection: grades of other bodies and cycles are not compared"
            problems.append(Problem(message, None, help))
    if problems:
        raise InputError(problems)


# What changed --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Changed:
    """A change, and the things themselves; None where there is none on that side."""

    told: Change
    old: Any
    new: Any

    @property
    def name(self) -> str:
        return self.told.id


def _changes(old: Inspection, new: Inspection, framework: Framework) -> Iterator[Changed]:
    edition = new.inspection.edition

    def areas(*items: Evidence | None) -> list[str]:
        on = {
            framework.area_of(counts).id
            for item in items
            if item is not None
            for _, counts in placements(item, framework, edition)
        }
        return [a.id for a in framework.areas_in(edition) if a.id in on]

    def of_finding(*findings: Any) -> list[str]:
        return list(dict.fromkeys(f.area for f in findings if f is not None))

    yield from _listed("evidence", _by_id(old.evidence), _by_id(new.evidence), areas)
    yield from _listed("finding", _by_id(old.findings), _by_id(new.findings), of_finding)
    yield from _listed("previous", _by_id(old.previous), _by_id(new.previous), of_finding)
    yield from _listed("source", old.sources, new.sources, lambda *_: [])
    yield from _head(old, new)


def _by_id(things: Iterable[Any]) -> dict[str, Any]:
    return {thing.id: thing for thing in things}


def _listed(
    kind: Any, old: Mapping[str, Any], new: Mapping[str, Any], areas: Callable[..., list[str]]
) -> Iterator[Changed]:
    renamed = dict(_renamed(old, new))
    for name, thing in new.items():
        before = old.get(renamed.get(name, name))
        if before == thing:
            continue
        what: Any = "added" if before is None else "renamed" if name in renamed else "changed"
        fields = [] if before is None or name in renamed else list(_fields(before, thing))
        yield Changed(
            Change(
                kind=kind,
                what=what,
                id=name,
                was=renamed.get(name),
                statement=getattr(thing, "statement", None),
                fields=fields,
                areas=areas(before, thing),
            ),
            before,
            thing,
        )
    gone = set(renamed.values())
    for name, thing in old.items():
        if name not in new and name not in gone:
            statement = getattr(thing, "statement", None)
            told = Change(
                kind=kind, what="withdrawn", id=name, was=None, statement=statement, fields=[],
                areas=areas(thing),
            )  # fmt: skip
            yield Changed(told, thing, None)


def _renamed(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """New ids of what is otherwise the same, with the old."""
    left: dict[str, list[str]] = {}
    for name, thing in old.items():
        if name not in new and hasattr(thing, "id"):
            left.setdefault(thing.model_dump_json(exclude={"id"}), []).append(name)
    for name, thing in new.items():
        if name not in old and hasattr(thing, "id"):
            same = left.get(thing.model_dump_json(exclude={"id"}))
            if same:
                yield name, same.pop(0)


def _fields(old: BaseModel, new: BaseModel) -> Iterator[FieldChanged]:
    for name in type(new).model_fields:
        one, other = getattr(old, name), getattr(new, name)
        if one != other:
            yield FieldChanged(field=name, old=_plain(one), new=_plain(other))


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", exclude_defaults=True)
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    return list(value) if isinstance(value, list) else value


def _head(old: Inspection, new: Inspection) -> Iterator[Changed]:
    heads = [(key, getattr(old.inspection, key), getattr(new.inspection, key)) for key in _HEAD]
    for key, one, other in (*heads, ("left_out", _by_id(old.left_out), _by_id(new.left_out))):
        if one == other:
            continue
        areas = sorted(set(one) ^ set(other)) if key == "not_inspected" else []
        told = Change(
            kind="inspection",
            what="changed",
            id=key,
            was=None,
            statement=None,
            fields=[FieldChanged(field=key, old=_plain(one), new=_plain(other))],
            areas=areas,
        )
        yield Changed(told, one, other)


# What it moved -------------------------------------------------------------------------------------------


def _areas(old: LoadedInspection, new: LoadedInspection, found: list[Changed]) -> Iterator[AreaChanged]:
    framework, edition = new.framework.framework, new.inspection.inspection.edition
    rows = RowsOf(new.session, edition)
    bearing = [c for c in found if c.told.kind != "source"]
    for area in framework.areas_in(edition):
        own = [c for c in bearing if area.id in c.told.areas]
        if not own:
            continue
        states = AreaStates(new.session, old.inspection, new.inspection, area, rows, own)
        moved = list(_moved(states, own))
        if moved:
            yield AreaChanged(area=area.id, title=area.title, moved=moved)


def _moved(states: AreaStates, own: list[Changed]) -> Iterator[Moved]:
    before, after = states.state(frozenset()), states.state(states.all)
    for what, name, read in _things(states, before, after):
        one, other = read(before), read(after)
        if one == other:
            continue
        by, together = _by(states, own, read, other, _bearing(states, what, name))
        yield Moved(what=what, id=name, old=one, new=other, by=by, together=together)


Read = Callable[[State], str | None]


def _things(states: AreaStates, before: State, after: State) -> Iterator[tuple[Any, str, Read]]:
    """Everything concluded on the area, and how to read it off a state."""
    area = states.area.id
    yield "outcome", area, lambda s: s.outcome
    yield "grade", area, lambda s: s.grade
    yield "range", area, lambda s: s.range
    for name in sorted({*before.statuses, *after.statuses}):
        yield "status", name, partial(_status, name)
    for name in sorted({*before.findings, *after.findings}):
        yield "finding", name, partial(_finding, name)


def _status(name: str, state: State) -> str | None:
    return state.statuses.get(name)


def _finding(name: str, state: State) -> str | None:
    return state.findings.get(name)


def _bearing(states: AreaStates, what: str, name: str) -> frozenset[int]:
    """The changes that can move a conclusion."""
    if what == "finding":
        _, _, name = name.rpartition(":")
    elif what != "status":
        return states.all
    bearing = states.bearing_on(name)
    return bearing if bearing else states.all


def _by(
    states: AreaStates, own: list[Changed], read: Read, wanted: str | None, every: frozenset[int]
) -> tuple[list[str], bool]:
    """Changes that each move it alone; else some that do together."""
    alone = [at for at in sorted(every) if read(states.state(frozenset({at}))) == wanted]
    if alone:
        return [own[at].name for at in alone], False
    needed = set(every)
    for at in sorted(every):
        if read(states.state(frozenset(needed - {at}))) == wanted:
            needed.discard(at)
    return [own[at].name for at in sorted(needed)], True
