"""Drafts of proposed findings, from the framework's words and the evidence's.

They are drafts and say so: an inspector words a finding. A proposed cause of concern drafts recommendations,
since a cause of concern always carries at least one.
"""

from __future__ import annotations

from collections.abc import Sequence

SHOWN = 3

_OPENINGS = {
    "area_for_improvement": "Draft area for improvement",
    "cause_of_concern": "Draft cause of concern",
    "innovative_practice": "Draft innovative practice",
}


def statement(kind: str, characteristics: Sequence[str], evidence: Sequence[str]) -> str:
    """The draft's text: what good looks like, then what was found instead (or that goes beyond it)."""
    good = "; ".join(t.rstrip(".") for t in characteristics)
    found = "; ".join(t.rstrip(".") for t in evidence[:SHOWN])
    more = f"; and {len(evidence) - SHOWN} more" if len(evidence) > SHOWN else ""
    opening = _OPENINGS[kind]
    seen = f"Found: {found or 'see the reasons'}{more}."
    if not good:
        return f"{opening}, for an inspector to word. {seen}"
    return f"{opening}, for an inspector to word. What good looks like: {good}. {seen}"


def recommendations(kind: str, characteristics: Sequence[str]) -> list[str]:
    """Drafts of recommendations: one for each characteristic a proposed cause of concern rests on."""
    if kind != "cause_of_concern":
        return []
    return [
        f"Draft, for an inspector to word and date: make sure that this holds: {text.rstrip('.')}."
        for text in characteristics
    ]
