"""What could have been found otherwise: single changes of an inspection, and the inspection after them.

The space is small on purpose, and the same for every area: an assessment one step up or down (1 a step), one
more item of evidence (3), a cause of concern issued or withdrawn (5). Costs say how far a change is from what
was found, nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import Final

from grader.explain.search import Choice, Option
from grader.grading.aggregates import AreaAggregator
from grader.grading.run import Inputs, Pass
from grader.grading.tally import placements, row_of
from grader.language.vocabulary import ASSESSMENT
from grader.model.inspection import Declared, Evidence, Inspection

STEP: Final = 1
ADDED: Final = 3
FINDING: Final = 5
#: At most so many items are added on one characteristic, and so many findings on the area.
MOST_ADDED: Final = 2
ASSESSMENTS: Final = ASSESSMENT.names[1:]


@dataclass(frozen=True, slots=True, order=True)
class Reassessed:
    """An item of evidence assessed otherwise."""

    evidence: str
    before: str
    after: str

    @property
    def cost(self) -> int:
        return STEP * abs(ASSESSMENT.rank(self.after) - ASSESSMENT.rank(self.before))


@dataclass(frozen=True, slots=True, order=True)
class Found:
    """One more item: tested, widespread, without harm."""

    characteristic: str
    assessment: str

    @property
    def cost(self) -> int:
        return ADDED

    def item(self, name: str, source: str) -> Evidence:
        """The item, as an inspection would hold it."""
        return Evidence(
            id=name,
            characteristics=[self.characteristic],
            assessment=self.assessment,  # type: ignore[arg-type]  # a name of the scale
            statement="a finding of fact that was not made",
            basis="observation",
            source=source,
        )


@dataclass(frozen=True, slots=True, order=True)
class Concern:
    """A cause of concern issued on the area; or, where it has an id, one not issued."""

    area: str
    withdrawn: str | None = None

    @property
    def cost(self) -> int:
        return FINDING


Change = Reassessed | Found | Concern


def choices(inputs: Inputs, passed: Pass, aggregator: AreaAggregator) -> Iterator[Choice[Change]]:
    """Everything about the evidence that could have been otherwise and that the area's rules can tell."""
    inspection, framework = inputs.inspection, inputs.framework
    edition = inspection.inspection.edition
    mine = {c.id for c in passed.characteristics[aggregator.area.id] if aggregator.matters(c.id)}
    counts: dict[str, set[str]] = {}
    for name in sorted(mine):
        for item in passed.tally.items[name]:
            counts.setdefault(item.id, set()).add(name)
    written = {e.id: e for e in inspection.evidence}
    for name in sorted(counts):
        yield _reassessing(written[name], passed.assessments[name], frozenset(counts[name]))
    met: set[frozenset[str]] = set()
    own = [c.id for c in aggregator.area.characteristics]
    others = [c.id for a in framework.areas_in(edition) for c in a.characteristics if c.id not in own]
    for name in (*own, *others):
        added = Found(name, "meets").item("added", "added")
        on = frozenset(c for _, c in placements(added, framework, edition) if c in mine)
        if on and on not in met:
            met.add(on)
            yield _adding(name, on)


def _reassessing(evidence: Evidence, assessment: str, on: frozenset[str]) -> Choice[Change]:
    options: list[Option[Change]] = []
    for after in sorted(ASSESSMENTS, key=lambda a: abs(ASSESSMENT.rank(a) - ASSESSMENT.rank(assessment))):
        row = row_of(evidence, after)
        assert row is not None, "an item that counts has a row"
        change = Reassessed(evidence.id, assessment, after)
        options.append(Option(change.cost, (change,) if after != assessment else (), (row,)))
    return Choice(on, tuple(options))


def _adding(characteristic: str, on: frozenset[str]) -> Choice[Change]:
    options: list[Option[Change]] = []
    for many in range(MOST_ADDED + 1):
        for added in combinations_with_replacement(reversed(ASSESSMENTS), many):
            found = tuple(Found(characteristic, a) for a in added)
            rows = [row_of(f.item("added", "added"), f.assessment) for f in found]
            options.append(Option(ADDED * many, found, tuple(r for r in rows if r is not None)))
    return Choice(on, tuple(options))


def issued(inspection: Inspection, area: str) -> list[Declared]:
    """Causes of concern issued on an area, in id order."""
    found = (f for f in inspection.findings if f.area == area and f.kind == "cause_of_concern")
    return sorted(found, key=lambda f: f.id)


def concerns(inspection: Inspection, area: str) -> Mapping[int, tuple[Change, ...]]:
    """Changes of how many causes of concern are issued, by that difference."""
    there = issued(inspection, area)
    found: dict[int, tuple[Change, ...]] = {0: ()}
    for many in range(1, len(there) + 1):
        found[-many] = tuple(Concern(area, f.id) for f in there[:many])
    for many in range(1, MOST_ADDED + 1):
        found[many] = (Concern(area),) * many
    return found


def apply(inspection: Inspection, changes: Iterable[Change]) -> Inspection:
    """The inspection as it would have been."""
    evidence = {e.id: e for e in inspection.evidence}
    findings = {f.id: f for f in inspection.findings}
    sources = dict(inspection.sources)
    taken = {*evidence, *(f.id for f in inspection.all_findings)}
    for change in changes:
        name = next(n for i in range(len(taken) + 1) if (n := f"added-{i}") not in taken)
        match change:
            case Reassessed(item, _, after):
                evidence[item] = evidence[item].model_copy(update={"assessment": after})
            case Found():
                taken.add(name)
                evidence[name] = change.item(name, next(iter(sources), "added"))
            case Concern(area, None):
                taken.add(name)
                findings[name] = Declared(
                    id=name,
                    kind="cause_of_concern",
                    area=area,
                    statement="a cause of concern that was not issued",
                    recommendations=["put it right"],
                )
            case Concern(_, withdrawn):
                del findings[str(withdrawn)]
    return inspection.model_copy(
        update={"evidence": list(evidence.values()), "findings": list(findings.values())}
    )
