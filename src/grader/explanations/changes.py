"""Single changes of an inspection, and the inspection after them.

An assessment one step (cost 1), an item added (3), a finding declared or withdrawn (5).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, combinations_with_replacement, product
from typing import Final

from grader.explanations.search import Choice, Option
from grader.grading.aggregates import AreaAggregator
from grader.grading.run import GradingTrace
from grader.grading.tally import placements, row_of
from grader.model.framework import Framework
from grader.model.inspection import Declared, Evidence, Inspection
from grader.vocabulary.words import Vocabulary

STEP: Final = 1
ADDED: Final = 3
FINDING: Final = 5
#: At least so many items may be added on one characteristic, and findings of a kind on the area; more where
#: some rule counts further.
MOST_ADDED: Final = 2
COUNTED_TO: Final = 4


@dataclass(frozen=True, slots=True, order=True)
class Reassessed:
    """An item of evidence assessed otherwise, so many steps of the scale away."""

    evidence: str
    before: str
    after: str
    steps: int

    @property
    def cost(self) -> int:
        return STEP * self.steps


@dataclass(frozen=True, slots=True, order=True)
class Found:
    """One more item, widespread and without harm: tested, or described where that is enough."""

    characteristic: str
    assessment: str
    tested: bool = True

    @property
    def cost(self) -> int:
        return ADDED

    def basis(self, vocabulary: Vocabulary) -> str:
        """How it would have to be found."""
        return vocabulary.looked_for_basis["tested" if self.tested else "described"]

    def item(self, vocabulary: Vocabulary, name: str, source: str) -> Evidence:
        """The item, as an inspection would hold it."""
        return Evidence(
            id=name,
            characteristics=[self.characteristic],
            assessment=self.assessment,
            statement="a finding of fact that was not made",
            basis=self.basis(vocabulary),
            source=source,
        )


@dataclass(frozen=True, slots=True, order=True)
class Issued:
    """A finding declared on the area; or, where it has an id, one not declared."""

    area: str
    kind: str
    withdrawn: str | None = None

    @property
    def cost(self) -> int:
        return FINDING


Change = Reassessed | Found | Issued


def choices(
    inspection: Inspection, framework: Framework, trace: GradingTrace, aggregator: AreaAggregator
) -> Iterator[Choice[Change]]:
    """Everything about the evidence that could differ to the area's rules."""
    edition, words = inspection.inspection.edition, framework.vocabulary
    mine = {c.id for c in trace.characteristics[aggregator.area.id] if aggregator.matters(c.id)}
    counts: dict[str, set[str]] = {}
    for name in sorted(mine):
        for item in trace.tally.items[name]:
            counts.setdefault(item.id, set()).add(name)
    written = {e.id: e for e in inspection.evidence}
    for name in sorted(counts):
        scale = framework.scale_of(next(iter(counts[name])))
        yield _reassessing(words, written[name], trace.assessments[name], scale, frozenset(counts[name]))
    met: set[tuple[frozenset[str], bool]] = set()
    most = _most(aggregator.counted_to)
    own = [c.id for c in aggregator.area.characteristics]
    others = [c.id for a in framework.areas_in(edition) for c in a.characteristics if c.id not in own]
    for name in (*own, *others):
        scale = framework.scale_of(name)
        added = Found(name, words.scale_of(scale).levels[0]).item(words, "added", "added")
        on = frozenset(c for _, c in placements(added, framework, edition) if c in mine)
        if words.several == "latest" and len({_day(trace, c) for c in on}) > 1:
            continue  # an added item is found on the day of those there are, and here these are of several
        if on and (on, name in on) not in met:
            met.add((on, name in on))
            yield _adding(words, name, scale, on, most)


def _day(trace: GradingTrace, characteristic: str) -> str:
    """The day on which what counts on a characteristic was found."""
    return max((item.found_on for item in trace.tally.items[characteristic]), default="")


def _reassessing(
    words: Vocabulary, evidence: Evidence, assessment: str, scale: str | None, on: frozenset[str]
) -> Choice[Change]:
    rows = {
        level: row_of(words, evidence, level, scale) for level in (*words.scale_of(scale).levels, assessment)
    }
    ranks = {level: row["assessment"] for level, row in rows.items() if row is not None}
    first = words.scale_of(scale).first
    # What withholds lies below the worst level, one step from it.
    at = max(ranks[assessment], first - 1)
    steps = {level: abs(rank - at) if level != assessment else 0 for level, rank in ranks.items()}
    options: list[Option[Change]] = []
    for after in sorted(steps, key=lambda name: steps[name]):
        row = rows[after]
        assert row is not None, "an item that counts has a row"
        change = Reassessed(evidence.id, assessment, after, steps[after])
        options.append(Option(change.cost, (change,) if after != assessment else (), (row,)))
    return Choice(on, tuple(options), on.difference(evidence.characteristics))


def _adding(
    words: Vocabulary, characteristic: str, scale: str | None, on: frozenset[str], most: int
) -> Choice[Change]:
    """Items added; among equals, assessed nearest the middle."""
    options: list[Option[Change]] = []
    for many in range(most + 1):
        for added in combinations_with_replacement(words.scale_of(scale).from_middle(), many):
            found = tuple(Found(characteristic, a) for a in added)
            rows = [row_of(words, f.item(words, "added", "added"), f.assessment, scale) for f in found]
            options.append(Option(ADDED * many, found, tuple(r for r in rows if r is not None)))
    return Choice(on, tuple(options), on - {characteristic})


def _most(counted_to: int) -> int:
    return min(max(MOST_ADDED, counted_to), COUNTED_TO)


def declared(inspection: Inspection, area: str, kind: str) -> list[Declared]:
    """Findings of a kind declared on an area, in id order."""
    found = (f for f in inspection.findings if f.area == area and f.kind == kind)
    return sorted(found, key=lambda f: f.id)


def issuing(inspection: Inspection, area: str, aggregator: AreaAggregator) -> list[tuple[Change, ...]]:
    """Every number of each kind of finding that rules tell apart."""
    by_kind: list[list[tuple[Change, ...]]] = []
    for kind in aggregator.kinds_told_apart:
        there = declared(inspection, area, kind)
        ways: list[tuple[Change, ...]] = [()]
        for many in range(1, len(there) + 1):
            ways.append(tuple(Issued(area, kind, f.id) for f in there[:many]))
        for many in range(1, _most(aggregator.findings_counted_to) + 1):
            ways.append((Issued(area, kind),) * many)
        by_kind.append(ways)
    return [tuple(chain.from_iterable(chosen)) for chosen in product(*by_kind)]


def apply(vocabulary: Vocabulary, inspection: Inspection, changes: Iterable[Change]) -> Inspection:
    """The inspection as it would have been."""
    evidence = {e.id: e for e in inspection.evidence}
    findings = {f.id: f for f in inspection.findings}
    sources = dict(inspection.sources)
    taken = {*evidence, *(f.id for f in inspection.all_findings)}
    for change in changes:
        name = next(n for i in range(len(taken) + 1) if (n := f"added-{i}") not in taken)
        match change:
            case Reassessed(item, _, after, _):
                evidence[item] = evidence[item].model_copy(update={"assessment": after})
            case Found():
                taken.add(name)
                found = change.item(vocabulary, name, next(iter(sources), "added"))
                if vocabulary.several == "latest":
                    beside = (e for e in evidence.values() if change.characteristic in e.characteristics)
                    days = [e.found_on for e in beside if e.found_on is not None]
                    found = found.model_copy(update={"found_on": max(days, default=None)})
                evidence[name] = found
            case Issued(area, kind, None):
                taken.add(name)
                findings[name] = Declared(
                    id=name,
                    kind=kind,
                    area=area,
                    statement=f"{kind.replace('_', ' ')} that was not issued",
                    recommendations=["put it right"] if vocabulary.kind[kind].recommended else [],
                )
            case Issued(_, _, withdrawn):
                del findings[str(withdrawn)]
    return inspection.model_copy(
        update={"evidence": list(evidence.values()), "findings": list(findings.values())}
    )
