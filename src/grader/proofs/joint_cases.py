"""What a solver found under two rule books, as situations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grader.engines.symbolic import Undecided, number, z3
from grader.language.row import Row
from grader.model.framework import Area, Framework
from grader.proofs.joint import LARGEST, Example, FigureItem
from grader.proofs.joint_areas import JointArea
from grader.proofs.proposals import Proposer
from grader.proofs.situations import AreaFigure, AreaSituation
from grader.proofs.tag_combinations import DECLARED_TAGS, EARLIER_TAGS


@dataclass(frozen=True, slots=True)
class Cases:
    """Situations for two rule books, in a graded edition if `graded`.

    Methods raise Undecided where none can be written down.
    """

    both: tuple[Proposer, Proposer]
    framework: Framework

    def of_model(self, area: Area, joint: JointArea, model: z3.ModelRef, *, graded: bool) -> AreaSituation:
        """The situation a model describes."""
        own = {m.name for m in joint.members}
        informed = self.informed(area, graded=graded)
        free = [c.id for c in area.counted if c.id not in own]
        # Characteristics that others inform are few: they are given last, or where they are needed.
        free.sort(key=informed.__contains__)
        on = []
        for m in joint.members:
            for example, count in zip(m.examples, m.counts, strict=True):
                for _ in range(number(model, count)):
                    name = m.name or free.pop(0 if example.direct else -1)
                    on.append((name, example))
        declared, earlier = (
            tuple(row for row, n in zip(rows, counts, strict=True) for _ in range(_few(number(model, n))))
            for rows, counts in ((DECLARED_TAGS, joint.declared), (EARLIER_TAGS, joint.earlier))
        )
        return self.of_examples(area, on, declared, earlier, graded=graded)

    def of_examples(
        self,
        area: Area,
        on: Sequence[tuple[str, Example]],
        declared: tuple[Row, ...] = (),
        earlier: tuple[Row, ...] = (),
        *,
        graded: bool,
    ) -> AreaSituation:
        """Examples on an area's characteristics, with earlier findings."""
        items = tuple((name, row) for name, e in on for row in e.items)
        used = {name for name, row in items if not row["direct"]}
        figures = tuple(
            AreaFigure(name, self._home(f), f.old, f.reads.measure, f.reads.lowest)
            for name, e in on
            for f in e.figures
        )
        given = Counter(earlier)
        for _, example in on:
            for row, many in Counter(example.earlier).items():
                given[row] = max(given[row], many)
        named = tuple(
            (row, tuple(name for name, e in on if e.earlier.count(row) > n))
            for row, many in given.items()
            for n in range(many)
        )
        edition, homes = self._edition(area, graded, figures, used)
        return AreaSituation(area, edition, items, declared, named, figures, tuple(sorted(homes.items())))

    def informed(self, area: Area, *, graded: bool) -> frozenset[str]:
        """Characteristics that others inform in some edition."""
        editions = [e for e, how in area.editions.items() if how.graded or not graded]
        return frozenset(link for e in editions for _, links in self._informing(area, e) for link in links)

    def _informing(self, area: Area, edition: str) -> Iterator[tuple[str, list[str]]]:
        """Characteristics that inform an area in an edition, and where."""
        here = {c.id for c in area.characteristics}
        for other in self.framework.areas_in(edition):
            for c in other.characteristics if not other.editions[edition].graded else ():
                links = [link.id for link in c.informs if link.id in here]
                if links:
                    yield c.id, [*links, *({c.id} & here)]

    def _home(self, figure: FigureItem) -> str:
        return next(
            p.bound.measures[figure.reads.measure].characteristic
            for p in self.both
            if figure.reads.measure in p.bound.measures
        )

    def _edition(
        self, area: Area, graded: bool, figures: Sequence[AreaFigure], used: set[str]
    ) -> tuple[str, dict[str, str]]:
        """A fitting edition, and where informing evidence is tagged."""
        for edition, how in area.editions.items():
            homes = [self.framework.area_of(f.tagged) for f in figures if f.tagged != f.on]
            there = all(edition in h.editions and not h.editions[edition].graded for h in homes)
            # What informs two characteristics of the area would count on both.
            alone = {links[0]: name for name, links in self._informing(area, edition) if len(links) == 1}
            if there and (how.graded or not graded) and used <= alone.keys():
                return edition, {name: alone[name] for name in used}
        raise Undecided("no edition in which it could be written down")


def _few(many: int) -> int:
    if many > LARGEST:
        raise Undecided(f"a case would need {many:,} findings")
    return many
