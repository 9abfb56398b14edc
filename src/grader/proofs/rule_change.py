"""What a change of rules does to the proposals on every possible inspection.

Both rule books propose on drawn inspections first, in columns. Of what these do not show, the solver finds a
case or proves there is none, area by area. Cases are made small and replayed before they are told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, Protocol

from grader.bulk.backends import pl
from grader.bulk.conclude import raises
from grader.bulk.conclude_areas import OUTCOMES
from grader.engines.solver import afresh
from grader.engines.symbolic import Undecided
from grader.errors import InternalError
from grader.language.effort import IMPACT_EFFORT
from grader.language.figures import whole_range
from grader.language.nodes import Const, Level
from grader.language.row import Row
from grader.language.rulebook import Layer, RuleBook
from grader.language.typecheck import comparisons
from grader.model.framework import Area, Framework
from grader.model.inspection import Inspection
from grader.proofs.falsify import COUNT, Concluded, draw
from grader.proofs.joint import FigureItem, Reads
from grader.proofs.proposals import (
    FINDINGS,
    HELD,
    HIGHER,
    LET,
    LOWER,
    PROFILE,
    STATUSES,
    WAYS,
    WHY,
    Proposer,
    Way,
    difference,
    proposers,
    ways,
)
from grader.proofs.situations import AreaSituation, smaller
from grader.proofs.tag_combinations import WRITTEN_TAGS
from grader.proofs.unchanged_areas import OF_GRADED, Unmoved
from grader.proofs.unchanged_parts import Alike

Moved = Literal["moves", "never", "unknown"]
#: Inspections drawn that show a difference are looked at in turn, the smallest first: so many at most.
TRIED: Final = 4


class Told(Protocol):
    """A situation as somebody is told of it."""

    def words(self) -> str:
        """In words, to follow "where"."""

    def inspection(self, framework: Framework, units: Mapping[str, str] | None = None) -> Inspection:
        """The inspection that holds exactly this."""


@dataclass(frozen=True, slots=True)
class Different:
    """A small case on one area with two proposals, `old` and `new`."""

    area: str
    way: Way
    old: str
    new: str
    situation: Told


@dataclass(slots=True)
class Change:
    """What a change does.

    Attributes
    ----------
    reads : list of Reads
        Figures that assess otherwise.
    moves : mapping
        Whether each area's proposal moves in each way: yes, never or unknown.
    cases : list of Different
        One for each that moves.
    unknown : mapping
        Why a question is open.
    cost : int
        Solver units spent.
    """

    reads: list[Reads]
    moves: dict[tuple[str, Way], Moved] = field(default_factory=dict)
    cases: list[Different] = field(default_factory=list)
    unknown: dict[tuple[str, Way], str] = field(default_factory=dict)
    cost: int = 0


def figures(old: RuleBook, new: RuleBook) -> list[Reads]:
    """Where a figure reads otherwise, over its unit's range; None where a book has no rules.

    One figure of each stretch between compared values stands for all of it.
    """
    both = proposers(old, new)
    found: list[Reads] = []
    for measure in sorted({*old.measures, *new.measures}):
        own = [p.bound.measures.get(measure) for p in both]
        homes = [m.characteristic if m is not None else None for m in own]
        units = [m.unit for m in own if m is not None]
        same = homes[0] == homes[1] and len(set(units)) == 1
        ends = whole_range(next(m for m in own if m is not None))
        for lowest, highest in _stretches(measure, both, ends):
            said = [
                p.bound.vocabulary.assessments.name_of(p.evaluator.assessment(measure, lowest).rank)
                if m is not None
                else None
                for p, m in zip(both, own, strict=True)
            ]
            if said[0] == said[1] and same:
                continue
            last = found[-1] if found else None
            reads = Reads(measure, units[0], lowest, highest, *said)
            if last and (last.measure, last.highest, last.old, last.new) == (measure, lowest - 1, *said):
                found[-1] = Reads(measure, units[0], last.lowest, highest, *said)
            else:
                found.append(reads)
    return found


def _stretches(measure: str, both: Sequence[Proposer], ends: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """Stretches of figures, as rules read them, in which every comparison stays as it is."""
    low, high = ends
    values = {
        operand.value
        for p in both
        for rule in p.bound.table(Layer.MEASURE, Level.FIGURE).rules
        if rule.applies_to(measure)
        for comparison, _ in comparisons(rule.condition)
        for operand in comparison.operands
        if isinstance(operand, Const)
    }
    starts = sorted({low, *(at for v in values for at in (v, v + 1) if low < at <= high)})
    yield from zip(starts, [*(at - 1 for at in starts[1:]), high], strict=True)


@dataclass(slots=True)
class Comparison:
    """Two rule books for one framework.

    Attributes
    ----------
    count : int
        Inspections drawn of each edition.
    units : int
        Solver units for one question.
    seed : int
        Of the drawing.
    """

    old: RuleBook
    new: RuleBook
    framework: Framework
    count: int = COUNT
    units: int = IMPACT_EFFORT
    seed: int = 0
    both: tuple[Proposer, Proposer] = field(init=False)
    change: Change = field(init=False)

    def __post_init__(self) -> None:
        self.both = proposers(self.old, self.new)
        self.change = Change(figures(self.old, self.new))

    def compared(self) -> Change:
        """Each way a proposal on an area moves, with a case, and those it never does."""
        for edition in self.framework.editions if self.count else ():
            self._draw(edition)
        with afresh():
            for group in self._groups():
                self._prove(group)
        every = [(area.id, way) for area in self.framework.areas for way in WAYS]
        order = {key: n for n, key in enumerate(every)}
        self.change.moves = {key: self.change.moves[key] for key in order}
        self.change.cases.sort(key=lambda c: order[c.area, c.way])
        return self.change

    # Drawn --------------------------------------------------------------------------------------------------

    def _draw(self, edition: str) -> None:
        drawn = draw(self.framework, edition, [p.book for p in self.both], count=self.count, seed=self.seed)
        old, new = (drawn.concluded(p.book) for p in self.both)
        sizes = drawn.sizes()
        areas = self.framework.areas_in(edition)
        for way, rows in _differences(self.both, old, new).items():
            found = (
                rows.unique()
                .join(sizes, on=["number", "area"], how="left")
                .with_columns(pl.col("size").fill_null(0))
            )
            for (at,), several in found.sort("size", "number").group_by("area", maintain_order=True):
                area = areas[int(at)].id
                for number in several["number"].head(TRIED).to_list():
                    if (area, way) in self.change.moves or self._moved(drawn.case(number, area), way):
                        break

    def _moved(self, situation: AreaSituation, way: Way) -> bool:
        """Keep a situation, made small, if the proposals on it differ this way."""

        def still(one: AreaSituation) -> bool:
            return way in ways(*(p.on(one) for p in self.both))

        if not still(situation):
            return False
        small = smaller(situation, still)
        units = {m.name: m.unit for p in self.both for m in p.bound.measures.values()}
        old, new = (p.replayed(small, self.framework, units) for p in self.both)
        said = difference(way, old, new, self.old.grade_scale.names)
        self.change.cases.append(Different(small.area.id, way, *said, small))
        self.change.moves[small.area.id, way] = "moves"
        return True

    # Proved -------------------------------------------------------------------------------------------------

    def _groups(self) -> list[Alike]:
        """Areas in groups that both books treat alike, with the same figures read otherwise."""
        books = [p.bound for p in self.both]
        named = {f.definition.named for book in books for f in book.facts.values()}
        touched = self._touched()
        groups: dict[tuple[object, ...], list[Area]] = {}
        for area in self.framework.areas:
            rules = tuple(
                frozenset(r.id for r in book.rules if r.layer is not Layer.MEASURE and r.applies_to(area.id))
                for book in books
            )
            here = tuple(c.id for c in area.characteristics if c.id in named)
            figures = tuple(c.id for c in area.characteristics if c.id in touched)
            whole = all(c.counted for c in area.characteristics)
            groups.setdefault((rules, here, figures, whole), []).append(area)
        return [
            Alike(tuple(areas), key[1], {name: touched[name] for name in key[2]})  # type: ignore[arg-type,attr-defined]  # the names
            for key, areas in groups.items()
        ]

    def _touched(self) -> Mapping[str, tuple[FigureItem, ...]]:
        """Items that the rule books read differently, by each characteristic they may count on."""
        found: dict[str, list[FigureItem]] = {}
        for reads in self.change.reads:
            own = [p.bound.measures.get(reads.measure) for p in self.both]
            if reads.old is None or reads.new is None or reads.old == reads.new:
                continue
            homes = {(m.characteristic, m.unit) for m in own if m is not None}
            if len(homes) > 1:  # no inspection with such a figure is valid under both
                continue
            ((home, _),) = homes
            ranks = [self.both[0].bound.vocabulary.assessments.rank(name) for name in (reads.old, reads.new)]
            items = [
                FigureItem(reads, *(Row({**tags, "assessment": rank}) for rank in ranks))
                for tags in WRITTEN_TAGS
                if tags["assessment"] == 1
            ]
            for name in (home, *self._informed(home)):
                found.setdefault(name, []).extend(items)
        return {name: tuple(items) for name, items in found.items()}

    def _informed(self, name: str) -> Iterator[str]:
        """Characteristics that evidence on one counts on also, in some edition."""
        area = self.framework.area_of(name)
        loose = {edition for edition, how in area.editions.items() if not how.graded}
        for link in self.framework.characteristic(name).informs:
            if loose & self.framework.area_of(link.id).editions.keys():
                yield link.id

    def _prove(self, group: Alike) -> None:
        moves = self.change.moves
        open_: dict[str, frozenset[Way]] = {}
        for area in group.areas:
            graded = any(how.graded for how in area.editions.values())
            for way in WAYS if not graded else ():
                if way in OF_GRADED:
                    moves.setdefault((area.id, way), "never")
            open_[area.id] = frozenset(way for way in WAYS if (area.id, way) not in moves)
        if not any(open_.values()):
            return
        asked = Unmoved(self.both, self.framework, group, open_, self.units)
        for (name, way), answer in asked.answered().items():
            if answer is None:
                moves[name, way] = "never"
            elif isinstance(answer, str):
                moves[name, way] = "unknown"
                self.change.unknown[name, way] = answer
            elif not self._moved(answer, way):
                raise InternalError(
                    f"the solver finds that the {way.part} of {name} moves, the reference engine does not",
                    help=f"where {answer.words()}: a fault of grader, please report it with the rule books",
                )
        self.change.cost += asked.spent


# Columns --------------------------------------------------------------------------------------------------

Frame = Any
#: No id holds one.
_BETWEEN = "\n"


def _differences(both: tuple[Proposer, Proposer], old: Concluded, new: Concluded) -> dict[Way, pl.DataFrame]:
    """Areas of inspections drawn (`number`, `area`) on which the proposals differ, in each way."""
    one, other = (c.areas.sort("number", "area") for c in (old, new))
    below = [c.characteristics.sort("number", "place") for c in (old, new)]
    graded, withheld = (OUTCOMES.index(name) for name in ("graded", "withheld"))
    before, after = one["outcome"], other["outcome"]
    reasons = [_reasons(p, frame["deciding"]) for p, frame in zip(both, (one, other), strict=True)]
    ranks = (before == graded) & (after == graded)
    truths = {
        LET: (before == withheld) & (after == graded),
        HELD: (before == graded) & (after == withheld),
        WHY: (before == withheld) & (after == withheld) & (reasons[0] != reasons[1]),
        HIGHER: ranks & (other["rank"] > one["rank"]),
        LOWER: ranks & (other["rank"] < one["rank"]),
        PROFILE: _any_unlike(one, other, *(_profile(p, c) for p, c in zip(both, (old, new), strict=True))),
    }
    found = {way: one.filter(truth).select("number", "area") for way, truth in truths.items()}
    found[STATUSES] = below[0].filter(below[0]["status"] != below[1]["status"]).select("number", "area")
    of_area = _any_unlike(one, other, *(_raised(p, c, *Level) for p, c in zip(both, (old, new), strict=True)))
    on_one = [_raised(p, c, Level.CHARACTERISTIC) for p, c in zip(both, (old, new), strict=True)]
    found[FINDINGS] = pl.concat(
        [
            one.filter(of_area).select("number", "area"),
            below[0].filter(_any_unlike(below[0], below[1], on_one[0], on_one[1])).select("number", "area"),
        ]
    )
    return found


def _reasons(of: Proposer, deciding: pl.Series) -> pl.Series:
    """The rules that withheld, under their old names and in order."""
    texts = deciding.list.join(_BETWEEN)
    said = texts.unique().to_list()
    names = [
        _BETWEEN.join(sorted(of.rule_names.get(n, n) for n in text.split(_BETWEEN))) if text else ""
        for text in said
    ]
    return texts.replace_strict(said, names, return_dtype=pl.String)


def _profile(of: Proposer, concluded: Concluded) -> dict[str, str]:
    """The column of each fact, by its old name."""
    return {of.fact_names[name]: column for name, column in concluded.plan.area_columns.items()}


def _raised(of: Proposer, concluded: Concluded, *levels: Level) -> dict[Any, str]:
    """The column of each rule that raises findings, by its old name and the kind."""
    return {
        (of.rule_names[rule.id], rule.target): column
        for level in levels
        if level is not Level.FIGURE
        for column, rule in raises(concluded.plan, level).items()
    }


def _any_unlike(old: Frame, new: Frame, first: Mapping[Any, str], second: Mapping[Any, str]) -> pl.Series:
    """Where some column differs; one that only one side has is 0 in the other, but for facts."""
    truth = pl.repeat(False, old.height, eager=True)
    for name in {**first, **second}:
        if name in first and name in second:
            truth |= old[first[name]] != new[second[name]]
        elif isinstance(name, str):
            return pl.repeat(True, old.height, eager=True)
        else:
            truth |= (old[first[name]] if name in first else new[second[name]]) != 0
    return truth


__all__ = ["Change", "Comparison", "Different", "Reads", "Undecided", "figures"]
