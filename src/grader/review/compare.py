"""Lay one inspection's proposal beside the grades a person gave."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from grader.model.decisions import DecidedGrade, Decisions
from grader.model.diff import NO_REASON, SCHEMA, AreaDiff, Diff
from grader.model.proposal import AreaResult, Proposal
from grader.review.agreement import agreement
from grader.vocabulary.words import Vocabulary

#: Given the proposal, an area and its final grade: the smallest change of the evidence that brings it.
SmallestChange = Callable[[Proposal, str, str], dict[str, Any] | None]


def compare(
    proposal: Proposal,
    decisions: Decisions,
    grades: Sequence[str],
    vocabulary: Vocabulary,
    smallest_change: SmallestChange | None = None,
) -> list[AreaDiff]:
    """Every area of the edition, proposed beside final.

    Parameters
    ----------
    decisions : Decisions
        On the same inspection.
    grades : sequence of str
        Worst first.
    smallest_change : callable, optional
        For areas that differ.
    """
    ranks = {grade: rank for rank, grade in enumerate(grades)}
    return [
        _area(proposal, result, decisions.grades.get(result.area), ranks, vocabulary, smallest_change)
        for result in proposal.areas
    ]


def _area(
    proposal: Proposal,
    result: AreaResult,
    decided: DecidedGrade | None,
    ranks: dict[str, int],
    vocabulary: Vocabulary,
    smallest_change: SmallestChange | None,
) -> AreaDiff:
    final = decided.grade if decided is not None else None
    differs = final is not None and final != result.grade
    change = smallest_change(proposal, result.area, final) if smallest_change and differs and final else None
    known = result.grade is not None and final is not None
    return AreaDiff(
        inspection=proposal.inspection,
        area=result.area,
        outcome=result.outcome,
        proposed=result.grade,
        final=final,
        steps=ranks[str(result.grade)] - ranks[str(final)] if known else None,
        rationale=(decided.rationale if decided else None) or (NO_REASON if differs else None),
        smallest_change=change,
        hinges=result.hinges,
        declared_concern=any(f.origin == "declared" and f.kind in vocabulary.capping for f in result.findings)
        if vocabulary.capping
        else None,
    )


def together(
    inspections: Iterable[Sequence[AreaDiff]],
    grades: Sequence[str],
    ignored: Iterable[str] = (),
    overrides: Mapping[str, Mapping[str, int]] | None = None,
) -> Diff:
    """The comparison of all inspections, in id order, and their agreement."""
    ordered = sorted((rows for rows in inspections if rows), key=lambda rows: rows[0].inspection)
    areas = [row for rows in ordered for row in rows]
    return Diff(
        schema=SCHEMA,
        inspections=[rows[0].inspection for rows in ordered],
        areas=areas,
        agreement=agreement(areas, grades),
        overrides={name: dict(sorted(values.items())) for name, values in sorted((overrides or {}).items())},
        ignored=sorted(ignored),
    )
