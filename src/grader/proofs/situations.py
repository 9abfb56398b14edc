"""One area as rows: written, made smaller, told."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

from grader.language.row import Row
from grader.model.framework import Area, Framework
from grader.model.inspection import Inspection
from grader.proofs.witness import counted, having, item_words
from grader.vocabulary.kinds import PROGRESS, STRENGTH
from grader.vocabulary.peel import PEEL

_BASIS: Final = PEEL.made_basis


@dataclass(frozen=True, slots=True)
class AreaFigure:
    """An item that a figure assesses.

    Attributes
    ----------
    on : str
        The characteristic it counts on.
    tagged : str
        The one it is tagged to.
    figure : int
        Ten times it, rounded down.
    """

    on: str
    tagged: str
    tags: Row
    measure: str
    figure: int


@dataclass(frozen=True, slots=True)
class AreaSituation:
    """Everything found on one area of an inspection.

    Attributes
    ----------
    items : tuple
        Each with its characteristic.
    declared : tuple of Row
        Issued findings.
    earlier : tuple
        With the characteristics named.
    informing : tuple
        Characteristics reached through `informs`, and where tagged.
    """

    area: Area
    edition: str
    items: tuple[tuple[str, Row], ...] = ()
    declared: tuple[Row, ...] = ()
    earlier: tuple[tuple[Row, tuple[str, ...]], ...] = ()
    figures: tuple[AreaFigure, ...] = ()
    informing: tuple[tuple[str, str], ...] = ()

    def tagged(self, on: str, tags: Row) -> str:
        """The characteristic that an item counted on one is tagged to."""
        return on if tags["direct"] else dict(self.informing)[on]

    @property
    def size(self) -> int:
        """How many things a person has to read."""
        return len(self.items) + len(self.declared) + len(self.earlier) + len(self.figures)

    def inspection(self, framework: Framework, units: Mapping[str, str] | None = None) -> Inspection:
        """The inspection that holds exactly this; `units` are of measures, per cent by default."""
        evidence = [
            _item(f"E{n:03}", self.tagged(on, tags), tags) for n, (on, tags) in enumerate(self.items, 1)
        ]
        for n, figure in enumerate(self.figures, len(evidence) + 1):
            unit = (units or {}).get(figure.measure, "percent")
            measure = {"name": figure.measure, "value": float(Decimal(figure.figure) / 10), "unit": unit}
            item = _item(f"E{n:03}", figure.tagged, figure.tags) | {"measure": measure}
            evidence.append({k: v for k, v in item.items() if k != "assessment"})
        return Inspection.model_validate(
            {
                "inspection": {
                    "id": "witness",
                    "body": "any body",
                    "framework": framework.id,
                    "edition": self.edition,
                },
                "sources": {"witness": {"title": "an inspection made up to show a difference"}},
                "evidence": evidence,
                "findings": [self._finding(f"F{n:03}", row) for n, row in enumerate(self.declared, 1)],
                "previous": [
                    self._finding(f"P{n:03}", row)
                    | {"progress": PROGRESS.name_of(row["progress"]), "characteristics": list(on)}
                    for n, (row, on) in enumerate(self.earlier, 1)
                ],
            }
        )

    def _finding(self, name: str, row: Row) -> dict[str, Any]:
        return {
            "id": name,
            "kind": PEEL.kinds.name_of(row["kind"]),
            "area": self.area.id,
            "statement": "a finding",
            "recommendations": ["put it right"],
        }

    def words(self) -> str:
        """The situation in words, to follow "where"."""
        by_characteristic: dict[str, list[str]] = {}
        for on, tags in self.items:
            by_characteristic.setdefault(self.tagged(on, tags), []).append(item_words(tags))
        for figure in self.figures:
            said = f"({figure.measure} {Decimal(figure.figure) / 10:f})"
            by_characteristic.setdefault(figure.tagged, []).append(said)
        alike: dict[str, list[str]] = {}
        for on, found in by_characteristic.items():
            alike.setdefault(counted(found), []).append(on)
        parts = [f"{having(names)} {things}" for things, names in alike.items()]
        issued = [f"an issued {_kind(row)}" for row in self.declared]
        before = [
            f"an earlier {_kind(row)}, {PROGRESS.name_of(row['progress']).replace('_', ' ')}"
            + (f", on {' and '.join(on)}" if on else "")
            for row, on in self.earlier
        ]
        if issued or before:
            parts.append(f"{self.area.id} has {counted([*issued, *before])}")
        return "; ".join(parts) or f"nothing is found on {self.area.id}"


def smaller(situation: AreaSituation, still: Callable[[AreaSituation], bool]) -> AreaSituation:
    """The situation without what a condition does not need."""
    for without in (_without_characteristic, _without_thing):
        again = True
        while again:
            found = next((s for s in without(situation) if still(s)), None)
            again = found is not None
            situation = found or situation
    return situation


def _without_characteristic(situation: AreaSituation) -> Iterator[AreaSituation]:
    """The situation without what is on one characteristic."""
    for name in dict.fromkeys(on for on, _ in situation.items):
        yield replace(situation, items=tuple(item for item in situation.items if item[0] != name))
    if situation.earlier:
        yield replace(situation, earlier=())
    if situation.declared:
        yield replace(situation, declared=())
    if situation.figures:
        yield replace(situation, figures=())


def _without_thing(situation: AreaSituation) -> Iterator[AreaSituation]:
    """The situation without one thing."""
    for name in ("items", "declared", "earlier", "figures"):
        things = getattr(situation, name)
        for at in range(len(things)):
            if at and things[at] == things[at - 1]:
                continue
            yield replace(situation, **{name: things[:at] + things[at + 1 :]})


def _item(name: str, on: str, row: Row) -> dict[str, Any]:
    """An item as written, defaults left out."""
    item: dict[str, Any] = {
        "id": name,
        "characteristics": [on],
        "assessment": PEEL.assessments.name_of(row["assessment"]),
        "statement": "a finding of fact",
        "basis": _BASIS[STRENGTH.name_of(row["strength"])],
        "source": "witness",
    }
    if row["extent"] != PEEL.extents.rank(PEEL.extents.default):
        item["extent"] = PEEL.extents.name_of(row["extent"])
    if row["harm"]:
        item["harm"] = PEEL.harms.name_of(row["harm"])
    return item | {flag: True for flag in ("remedied", "innovative") if row[flag]}


def _kind(row: Row) -> str:
    return PEEL.kinds.name_of(row["kind"]).replace("_", " ")
