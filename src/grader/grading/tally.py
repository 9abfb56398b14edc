"""Which evidence counts where, and what is left out and why.

Whether an item counts never depends on its assessment.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from grader.language.row import Row
from grader.model.framework import Framework
from grader.model.inspection import Evidence, Inspection
from grader.model.proposal import NotCounted
from grader.vocabulary.kinds import STRENGTH
from grader.vocabulary.words import Vocabulary


@dataclass(frozen=True, slots=True)
class Item:
    """An evidence item as rules see it: an id and whole numbers."""

    id: str
    row: Row
    found_on: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Tally:
    """What counts on each characteristic of the edition, and what does not count."""

    items: Mapping[str, tuple[Item, ...]]
    not_counted: tuple[NotCounted, ...]
    #: Where the latest items count: those that would, were the only one of a characteristic not there.
    next_latest: Mapping[str, tuple[Item, ...]] = field(default_factory=dict)


def tally(inspection: Inspection, framework: Framework, assessments: Mapping[str, str]) -> Tally:
    """Lay every item on the characteristics it counts on.

    Parameters
    ----------
    framework : Framework
        With what informs what.
    assessments : mapping of str to str
        By item, inspectors' or rules'.

    Returns
    -------
    Tally
        Items in id order, once on each characteristic.
    """
    edition = inspection.inspection.edition
    absent = frozenset(inspection.inspection.not_inspected)
    items: dict[str, dict[str, Item]] = {
        c.id: {} for a in framework.areas_in(edition) for c in a.characteristics
    }
    left_out: dict[tuple[str, str | None, str], NotCounted] = {}
    for evidence in inspection.evidence:
        for _, counts_on in placements(evidence, framework, edition):
            direct = counts_on in evidence.characteristics
            said, scale = assessments[evidence.id], framework.characteristic(counts_on).scale
            row = row_of(framework.vocabulary, evidence, said, scale, direct=direct)
            reason = _left_out(evidence, counts_on, framework, absent)
            if reason is None and row is None:
                reason = _for_nothing(framework.vocabulary, scale, said)
            if reason is not None:
                code, message = reason
                left_out[evidence.id, counts_on, code] = NotCounted(
                    evidence=evidence.id, characteristic=counts_on, reason=code, message=message
                )
            if row is not None and (reason is None or reason[0] == "graded_elsewhere"):
                items[counts_on][evidence.id] = Item(evidence.id, row, evidence.found_on or "")
    laid = {c: tuple(found[i] for i in sorted(found)) for c, found in items.items()}
    following: dict[str, tuple[Item, ...]] = {}
    if framework.vocabulary.several == "latest":
        for name, found in laid.items():
            laid[name], rest = latest(found)
            if len(laid[name]) == 1 and rest:
                following[name] = latest(rest)[0]
            for item in rest:
                left_out[item.id, name, "superseded"] = _superseded(item, name, laid[name][0].found_on)
    return Tally(laid, tuple(left_out.values()), following)


def latest(items: Sequence[Item]) -> tuple[tuple[Item, ...], tuple[Item, ...]]:
    """The items found last, and the rest."""
    last = max((item.found_on for item in items), default="")
    return tuple(i for i in items if i.found_on == last), tuple(i for i in items if i.found_on != last)


def _superseded(item: Item, characteristic: str, day: str) -> NotCounted:
    return NotCounted(
        evidence=item.id,
        characteristic=characteristic,
        reason="superseded",
        message=f"found on {item.found_on}, and what was found on {day} takes its place",
    )


def placements(evidence: Evidence, framework: Framework, edition: str) -> Iterator[tuple[str, str]]:
    """Each tagged characteristic with itself and those it informs.

    Only an ungraded area informs, areas of the edition alone, and never onwards.
    """
    for tagged in evidence.characteristics:
        yield tagged, tagged
        if not framework.area_of(tagged).editions[edition].graded:
            for link in framework.characteristic(tagged).informs:
                if edition in framework.area_of(link.id).editions:
                    yield tagged, link.id


def row_of(
    vocabulary: Vocabulary,
    evidence: Evidence,
    assessment: str,
    scale: str | None = None,
    *,
    direct: bool = True,
) -> Row | None:
    """The item's tags as ranks; None if it never counts.

    `direct`: tagged to the characteristic, not through `informs`.
    """
    strength = vocabulary.basis[evidence.basis].strength
    counted = vocabulary.counted_as(scale, assessment)
    if strength is None or counted is None:
        return None
    return _row(
        vocabulary.assessments.rank(counted),
        STRENGTH.rank(strength),
        vocabulary.extents.rank(evidence.extent),
        vocabulary.harms.rank(evidence.harm),
        int(evidence.remedied),
        int(evidence.innovative),
        int(direct),
    )


def tested_row(assessment: int, *, extent: int, harm: int) -> Row:
    """The tags of a tested, direct item, from ranks."""
    return _row(assessment, len(STRENGTH.names) - 1, extent, harm, 0, 0, 1)


@cache
def indirect(row: Row) -> Row:
    """The same tags on a characteristic the item counts on through `informs` alone."""
    return Row({**row, "direct": 0})


@cache
def _row(
    assessment: int, strength: int, extent: int, harm: int, remedied: int, innovative: int, direct: int
) -> Row:
    """One shared row for each set of tags."""
    return Row(
        {
            "assessment": assessment,
            "strength": strength,
            "extent": extent,
            "harm": harm,
            "remedied": remedied,
            "innovative": innovative,
            "direct": direct,
        }
    )


def _left_out(
    evidence: Evidence, counts_on: str, framework: Framework, absent: frozenset[str]
) -> tuple[str, str] | None:
    basis = framework.vocabulary.basis[evidence.basis]
    area, characteristic = framework.area_of(counts_on), framework.characteristic(counts_on)
    if basis.strength is None:
        return basis.id, f"{basis.id.replace('_', ' ')} evidence {basis.uncounted}"
    if area.id in absent:
        return "area_not_inspected", f"area {area.id} was not inspected"
    if not characteristic.counted:
        return (
            "graded_elsewhere",
            f"another programme grades {characteristic.id}: shown with its status, without weight"
            f" in {area.id}",
        )
    return None


def _for_nothing(vocabulary: Vocabulary, scale: str | None, assessment: str) -> tuple[str, str]:
    """Why a level outside the order does not count."""
    level = vocabulary.scale_of(scale).by_name[assessment].word
    return "outside_the_order", f"{level.title}: as if there were no evidence"


def not_counted_finding(finding: Any) -> NotCounted:
    """The entry for a finding on an area that was not inspected."""
    return NotCounted(
        evidence=finding.id,
        characteristic=None,
        reason="area_not_inspected",
        message=f"finding {finding.id}: area {finding.area} was not inspected",
    )
