"""Drafts of proposed findings, for an inspector to word."""

from __future__ import annotations

from collections.abc import Sequence

from grader.vocabulary.kinds import KindOfFinding

SHOWN = 3
NO_EVIDENCE = "no evidence is counted on this area"


def statement(kind: KindOfFinding, characteristics: Sequence[str], evidence: Sequence[str]) -> str:
    """What good looks like, then what was found."""
    good = "; ".join(t.rstrip(".") for t in characteristics)
    found = "; ".join(t.rstrip(".") for t in evidence[:SHOWN])
    more = f"; and {len(evidence) - SHOWN} more" if len(evidence) > SHOWN else ""
    opening = f"Draft {kind.said}"
    seen = f"Found: {found or 'see the reasons'}{more}."
    if not good:
        return f"{opening}, for an inspector to word. {seen}"
    return f"{opening}, for an inspector to word. What good looks like: {good}. {seen}"


def recommendations(kind: KindOfFinding, characteristics: Sequence[str]) -> list[str]:
    """Drafts of recommendations, where a finding always carries some: one for each characteristic."""
    if not kind.recommended:
        return []
    return [
        f"Draft, for an inspector to word and date: make sure that this holds: {text.rstrip('.')}."
        for text in characteristics
    ]


def nothing_better(grade: str) -> str:
    """Why an area has the grade that no rule reaches."""
    return f"no rule reaches better than {grade.replace('_', ' ')}"
