"""What a person should look at in the record of an inspection."""

from __future__ import annotations

from collections.abc import Iterator

from grader.errors import Problem
from grader.io.inspection_entries import InspectionEntries
from grader.model.shares import percent


def warnings_about(entries: InspectionEntries) -> Iterator[Problem]:
    """Warnings about an inspection without faults."""
    words = entries.framework.vocabulary
    head = entries.inspection.inspection
    if head.stale_after is not None and head.as_of is None:
        message = "no evidence is shown as old: 'stale_after' is given, and no day as 'as_of'"
        yield entries.warning(("inspection", "stale_after"), "no_as_of", message)
    if head.sample is not None:
        message = (
            f"the evidence is a sample, {percent(head.sample.share)} of each area's, for a second person"
        )
        yield entries.warning(("inspection", "sample"), "sample", message)
    for i, name in enumerate(entries.inspection.inspection.not_inspected):
        if not entries.framework.area(name).editions[entries.edition].optional:
            yield entries.warning(
                ("inspection", "not_inspected", i),
                "not_optional",
                f"area {name} is not optional in edition {entries.edition}, and is said not to be inspected",
            )
    for at, item in entries.items():
        assessment = item.assessment
        harmless = words.shortfalls and assessment and assessment not in words.shortfalls
        if harmless and assessment and item.harm != words.harms.nothing:
            yield entries.warning(
                (*at, "harm"),
                "harm_without_shortfall",
                f"{item.id}: harm is what a shortfall puts at risk,"
                f" and the item {assessment.replace('_', ' ')}",
            )
    for at, finding in entries.findings():
        kind = words.kind[finding.kind]
        if kind.recommended and not finding.recommendations:
            yield entries.warning(
                at, f"{kind.code}_without_recommendations", f"{finding.id}: {kind.lacks_recommendations}"
            )
