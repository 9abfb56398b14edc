"""A witness: a real inspection, graded, in words and as a case.

It is believed once the grading pass concludes the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from grader.errors import InternalError
from grader.grading.conclude import AreaCase, CharacteristicCase, LayerEvaluator
from grader.grading.run import run
from grader.language.row import Row
from grader.language.rulebook import RuleBook
from grader.model.framework import Area, Framework
from grader.model.inspection import Inspection
from grader.proofs.characteristics import Example
from grader.proofs.tag_combinations import Change
from grader.vocabulary.kinds import PROGRESS, STRENGTH
from grader.vocabulary.peel import PEEL

CHANGED = "changed"
ASSESSMENT, EXTENT, HARM, FINDING_KIND = PEEL.assessments, PEEL.extents, PEEL.harms, PEEL.kinds


@dataclass(frozen=True, slots=True)
class Situation:
    """One area in one edition: characteristics and findings.

    `moved`: the characteristic whose last thing changes.
    """

    area: Area
    edition: str
    on: tuple[tuple[str, Example], ...]
    declared: tuple[Row, ...] = ()
    earlier: tuple[Row, ...] = ()
    moved: str | None = None
    change: Change | None = None


@dataclass(frozen=True, slots=True)
class Replay:
    """What the grading pass makes of a situation."""

    inspection: Inspection
    area: AreaCase
    characteristics: Mapping[str, CharacteristicCase]
    grade: str | None
    outcomes: Mapping[str, str]

    @property
    def said(self) -> str:
        return (self.grade or self.area.outcome).replace("_", " ")


@dataclass(frozen=True, slots=True)
class Witness:
    """What happens, in words, and as ready cases."""

    words: str
    cases: tuple[dict[str, Any], ...]


def place(
    area: Area, drawn: Sequence[tuple[str | None, bool, Example]], last: str | None = None
) -> tuple[tuple[str, Example], ...]:
    """Examples on an area's characteristics, named ones first.

    `last`: the characteristic whose thing moves.
    """
    own = {name for name, _, _ in drawn if name is not None} | ({last} if last else set())
    free = iter(c.id for c in area.counted if c.id not in own)
    ordered = sorted(drawn, key=lambda d: -d[2].size)
    return tuple((name if name is not None else next(free), example) for name, _, example in ordered)


def inspection_of(situation: Situation, framework: Framework) -> Inspection:
    """The inspection that holds exactly this situation."""
    earlier: list[dict[str, Any]] = []
    for name, example in situation.on:
        earlier += [_earlier(row, situation.area.id, len(earlier) + i, [name])
                    for i, row in enumerate(example.earlier)]  # fmt: skip
    earlier += [_earlier(r, situation.area.id, len(earlier) + i, []) for i, r in enumerate(situation.earlier)]
    return Inspection.model_validate(
        {
            "inspection": {
                "id": "witness",
                "body": "any body",
                "framework": framework.id,
                "edition": situation.edition,
            },
            "sources": {"witness": {"title": "a witness of grader check"}},
            "evidence": _evidence(situation),
            "findings": [
                {
                    "id": f"F{i:03}",
                    "kind": FINDING_KIND.name_of(row["kind"]),
                    "area": situation.area.id,
                    "statement": "a finding inspectors issued",
                    "recommendations": ["put it right"],
                }
                for i, row in enumerate(situation.declared, 1)
            ],
            "previous": earlier,
        }
    )


def _evidence(situation: Situation) -> list[dict[str, Any]]:
    """Items, shared between characteristics where tagged alike."""
    shared: dict[tuple[Row, int], list[str]] = {}
    changed: list[dict[str, Any]] = []
    for name, example in situation.on:
        kept = list(example.evidence)
        change = situation.change if name == situation.moved else None
        if change is not None and kept and kept[-1] in (change.before, change.after):
            changed = [_item(CHANGED, kept.pop(), [name])]
        seen: dict[Row, int] = {}
        for row in kept:
            seen[row] = seen.get(row, 0) + 1
            shared.setdefault((row, seen[row]), []).append(name)
    items = enumerate(shared.items(), 1)
    return [_item(f"E{i:03}", row, sorted(names)) for i, ((row, _), names) in items] + changed


def _item(name: str, row: Row, characteristics: list[str]) -> dict[str, Any]:
    """An item as written, defaults left out."""
    item: dict[str, Any] = {
        "id": name,
        "characteristics": characteristics,
        "assessment": ASSESSMENT.name_of(row["assessment"]),
        "statement": "a finding of fact",
        "basis": PEEL.made_basis[STRENGTH.name_of(row["strength"])],
        "source": "witness",
    }
    if row["extent"] != EXTENT.rank(EXTENT.default):
        item["extent"] = EXTENT.name_of(row["extent"])
    if row["harm"]:
        item["harm"] = HARM.name_of(row["harm"])
    return item | {flag: True for flag in ("remedied", "innovative") if row[flag]}


def _earlier(row: Row, area: str, number: int, characteristics: list[str]) -> dict[str, Any]:
    return {
        "id": f"P{number + 1:03}",
        "kind": FINDING_KIND.name_of(row["kind"]),
        "area": area,
        "statement": "a finding of an earlier inspection",
        "progress": PROGRESS.name_of(row["progress"]),
        "characteristics": characteristics,
        "recommendations": ["put it right"],
    }


def conclude(situation: Situation, framework: Framework, book: RuleBook, evaluator: LayerEvaluator) -> Replay:
    """Grade a situation with the grading pass."""
    inspection = inspection_of(situation, framework)
    passed = run(inspection, framework, evaluator)
    area = passed.areas[situation.area.id]
    cases = {c.id: c for c in passed.characteristics[situation.area.id]}
    grade = book.grade_scale.name_of(area.decision.rank) if area.decision is not None else None
    outcomes = {name: case.outcome for name, case in passed.areas.items()}
    return Replay(inspection, area, cases, grade, outcomes)


def conclude_together(
    situations: Sequence[Situation],
    edition: str,
    framework: Framework,
    book: RuleBook,
    evaluator: LayerEvaluator,
) -> dict[str, str | None]:
    """The grade of each area, all situations in one inspection."""
    parts = [inspection_of(replace(s, edition=edition), framework) for s in situations]
    empty = inspection_of(Situation(framework.areas_in(edition)[0], edition, ()), framework)
    whole = empty.model_copy(
        update={
            block: [
                thing.model_copy(update={"id": f"{s.area.id} {thing.id}"})
                for s, part in zip(situations, parts, strict=True)
                for thing in getattr(part, block)
            ]
            for block in ("evidence", "findings", "previous")
        }
    )
    passed = run(whole, framework, evaluator)
    return {
        area: book.grade_scale.name_of(case.decision.rank) if case.decision is not None else None
        for area, case in passed.areas.items()
    }


def agree(expected: object, actual: object, what: str) -> None:
    """Raise InternalError unless the replay concluded what the solver said."""
    if expected != actual:
        raise InternalError(
            f"{what}: the solver says {expected!r}, the reference engine {actual!r}",
            help="a fault of grader: please report it with the rule book",
        )


def case_of(
    name: str, situation: Situation, concluded: Replay, values: Mapping[str, int] | None = None
) -> dict[str, Any]:
    """A rule test: the evidence, and what is concluded."""
    area = situation.area.id
    found: dict[str, Any] = {
        "name": name,
        "edition": situation.edition,
        "area": area,
        "evidence": _case_evidence(situation),
    }
    if situation.declared:
        found["findings"] = [{"kind": FINDING_KIND.name_of(row["kind"])} for row in situation.declared]
    earlier = [(row, [name]) for name, example in situation.on for row in example.earlier]
    earlier += [(row, []) for row in situation.earlier]
    if earlier:
        found["previous"] = [_case_earlier(row, on) for row, on in earlier]
    if values:
        found["set"] = dict(values)
    graded = concluded.grade is not None
    found["expect"] = {"grade": concluded.grade} if graded else {"outcome": concluded.area.outcome}
    return found


def _case_evidence(situation: Situation) -> dict[str, Any]:
    """Items by characteristic; characteristics with the same items share a key."""
    alike: dict[tuple[Row, ...], list[str]] = {}
    for name, example in situation.on:
        if example.evidence:
            own = name.removeprefix(f"{situation.area.id}.")
            alike.setdefault(example.evidence, []).append(own)
    return {", ".join(names): [_case_item(row) for row in rows] for rows, names in alike.items()}


def _case_item(row: Row) -> Any:
    """An item, or its bare assessment where that says all."""
    item = _item("", row, [])
    said = {k: v for k, v in item.items() if k not in ("id", "characteristics", "statement", "source")}
    if said["basis"] == PEEL.made_basis["tested"]:
        del said["basis"]
    return said["assessment"] if len(said) == 1 else said


def _case_earlier(row: Row, on: list[str]) -> dict[str, Any]:
    said = {"kind": FINDING_KIND.name_of(row["kind"]), "progress": PROGRESS.name_of(row["progress"])}
    return {**said, "characteristics": on} if on else said


# Words ----------------------------------------------------------------------------------------------------


def told(situation: Situation) -> str:
    """A situation in words, to follow "where"."""
    by_example: dict[tuple[tuple[Row, ...], tuple[Row, ...]], list[str]] = {}
    for name, example in situation.on:
        if name != situation.moved and example.size:
            by_example.setdefault((example.evidence, example.earlier), []).append(name)
    parts = [
        f"{having(names)} {_things(evidence, earlier)}" for (evidence, earlier), names in by_example.items()
    ]
    moved = next((e for n, e in situation.on if n == situation.moved), None)
    if moved is not None:
        parts.append(f"{situation.moved} has {_things(moved.evidence, moved.earlier)}")
    parts += [f"{situation.area.id} has an issued {_kind(row)}" for row in situation.declared]
    parts += [f"{situation.area.id} has {_earlier_words(row)}" for row in situation.earlier]
    return "; ".join(parts) or f"nothing is found on {situation.area.id}"


def having(names: Sequence[str]) -> str:
    """`A has`, `A and B each have`."""
    if len(names) == 1:
        return f"{names[0]} has"
    if len(names) <= 3:
        return f"{' and '.join(names)} each have"
    return f"{names[0]} and {len(names) - 1} others each have"


def _things(evidence: Sequence[Row], earlier: Sequence[Row]) -> str:
    words = [item_words(r) for r in evidence] + [_earlier_words(r) for r in earlier]
    return counted(words) or "nothing"


def counted(words: Iterable[str]) -> str:
    """Words once each: `2 times (tested meets), (described exceeds)`."""
    return ", ".join(f"{n} times {word}" if n > 1 else word for word, n in Counter(words).items())


def item_words(row: Row) -> str:
    """An item in words."""
    said = [
        STRENGTH.name_of(row["strength"]),
        ASSESSMENT.name_of(row["assessment"]).replace("_", " "),
    ]
    if row["extent"] != EXTENT.rank(EXTENT.default):
        said.append(EXTENT.name_of(row["extent"]))
    if row["harm"]:
        said.append(f"harm {HARM.name_of(row['harm'])}")
    said += [flag for flag in ("remedied", "innovative") if row[flag]]
    return f"({' '.join(said)})"


def _kind(row: Row) -> str:
    return FINDING_KIND.name_of(row["kind"]).replace("_", " ")


def _earlier_words(row: Row) -> str:
    return f"an earlier {_kind(row)}, {PROGRESS.name_of(row['progress']).replace('_', ' ')}"


def change_words(change: Change, on: str | None) -> str:
    """A change in words."""
    where = f" on {on}" if on is not None else ""
    if change.entity == "evidence":
        if change.before is None:
            return f"adding {item_words(change.after)}{where}"
        return f"{item_words(change.before)}{where} becoming {item_words(change.after)}"
    name = _earlier_words if change.entity == "earlier" else (lambda row: f"an issued {_kind(row)}")
    if change.before is None:
        return f"adding {name(change.after)}{where}"
    progress = PROGRESS.name_of(change.after["progress"]).replace("_", " ")
    return f"{name(change.before)}{where} becoming {progress}"


def after(situation: Situation, example: Example | None = None) -> Situation:
    """The situation after its change."""
    change = situation.change
    assert change is not None
    if example is not None:
        on = tuple((n, example if n == situation.moved else e) for n, e in situation.on)
        return replace(situation, on=on)
    if change.entity == "declared":
        return replace(situation, declared=(*situation.declared, change.after))
    rows = list(situation.earlier)
    if change.before is not None:
        rows.remove(change.before)
    return replace(situation, earlier=(*rows, change.after))
