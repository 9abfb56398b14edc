"""Which decisions are stale: outcome, grade, statuses or findings changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from grader.model.decisions import AreaRecorded, FindingRecorded, OutcomeRecorded, ProposalRecorded
from grader.model.proposal import AreaResult, Proposal


def area_recorded(result: AreaResult) -> AreaRecorded:
    """What an area's proposal rests on, as it is recorded with a decision."""
    return AreaRecorded(
        statuses={c.id: c.status for c in result.characteristics if c.evidence},
        findings=[
            FindingRecorded(kind=f.kind, origin=f.origin, rule=f.rule, characteristics=f.characteristics)
            for f in result.findings
        ],
    )


def stale_areas(recorded: ProposalRecorded, now: Proposal) -> dict[str, list[str]]:
    """Areas whose proposal changed, with what, in words."""
    results = {result.area: result for result in now.areas}
    found = {
        area: list(_changed(then, recorded.areas.get(area), results.get(area)))
        for area, then in recorded.proposed.items()
    }
    return {area: changed for area, changed in found.items() if changed}


def _changed(then: OutcomeRecorded, basis: AreaRecorded | None, now: AreaResult | None) -> Iterator[str]:
    if now is None:
        yield f"{_plain(then.grade or then.outcome)} was proposed, now there is no such area"
        return
    if (then.outcome, then.grade) != (now.outcome, now.grade):
        yield f"{_plain(then.grade or then.outcome)} was proposed, now {_plain(now.grade or now.outcome)}"
    if basis is not None:
        after = area_recorded(now)
        yield from _statuses(basis.statuses, after.statuses)
        yield from _findings(basis.findings, after.findings)


def _statuses(then: dict[str, str], now: dict[str, str]) -> Iterator[str]:
    for name in sorted({*then, *now}):
        before, after = then.get(name, "not assessed"), now.get(name, "not assessed")
        if before != after:
            yield f"{name} was {_plain(before)}, now {_plain(after)}"


def _findings(then: list[FindingRecorded], now: list[FindingRecorded]) -> Iterator[str]:
    before, after = Counter(map(_words, then)), Counter(map(_words, now))
    for said in sorted((before - after).elements()):
        yield f"{said} was there, and is not now"
    for said in sorted((after - before).elements()):
        yield f"{said} was not there, and is now"


def _words(finding: FindingRecorded) -> str:
    by = f" by {finding.rule}" if finding.rule is not None else ""
    on = f" on {', '.join(sorted(finding.characteristics))}" if finding.characteristics else ""
    return f"{_plain(finding.kind)} ({finding.origin}{by}){on}"


def _plain(name: str) -> str:
    return name.replace("_", " ")
