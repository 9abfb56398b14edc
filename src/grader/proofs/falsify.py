"""Many inspections in columns, drawn to tell rules apart: look for a counterexample here before any proof.

How to use it::

    drawn = draw(framework, "2022-03", [book], count=3000, seed=0)   # rule books bound or not
    found = drawn.concluded(book)      # Polars frames: `found.characteristics` and `found.areas`
    rows = found.areas.filter(pl.col("outcome") == OUTCOMES.index("graded"))
    case = drawn.case(number, area)    # one area of one inspection, as rows
    case.inspection(framework)         # the same as a file a person could have written

What is found is a candidate, to be replayed on the engines before it is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from grader.bulk.backends import OnPolars, pl
from grader.bulk.coding import informs, numbered
from grader.bulk.conclude import Coded, characteristics
from grader.bulk.conclude_areas import areas, with_deciding
from grader.bulk.plan import FINDING, ITEM, Plan
from grader.distribution import install
from grader.engines.reference import satisfies
from grader.errors import MissingExtraError
from grader.language.bind import bind
from grader.language.figures import figure_range
from grader.language.nodes import Const, Level
from grader.language.row import Row
from grader.language.rulebook import Layer, RuleBook
from grader.language.typecheck import comparisons
from grader.model.framework import Framework
from grader.proofs.situations import AreaFigure, AreaSituation
from grader.proofs.tag_combinations import DECLARED_TAGS, EARLIER_TAGS, WRITTEN_TAGS
from grader.vocabulary.kinds import ORIGIN

try:
    import numpy as np
except ImportError as error:
    raise MissingExtraError("drawing inspections needs numpy", help=install("prove")) from error

COUNT: Final = 1_000
#: Bundles of things that a characteristic may have; an area draws a few of them for all of its own.
BUNDLES: Final = 600
IN_AREA: Final = 3
#: As often as a rule asks for a thing it is drawn, but no oftener: nobody reads more.
MOST: Final = 40

Codes = Any  # an array of whole numbers


@dataclass(frozen=True, slots=True)
class Concluded:
    """What one rule book makes of inspections drawn."""

    plan: Plan
    characteristics: pl.DataFrame
    areas: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Drawn:
    """Inspections of one edition, in columns; `measures` names those with figures, in order."""

    framework: Framework
    edition: str
    count: int
    measures: tuple[str, ...]
    evidence: pl.DataFrame
    findings: pl.DataFrame
    earlier: pl.DataFrame

    def concluded(self, book: RuleBook) -> Concluded:
        """What a rule book, bound or with its parameters at their defaults, makes of them."""
        plan, backend = Plan(self.framework, self.edition, bind(book)), OnPolars()
        coded = Coded(
            backend.table(numbered({"number": list(range(self.count))})),
            backend.table(self._numbered_for(plan)),
            backend.table(self.findings.select("number", "area", *FINDING)),
            backend.table(self.earlier.select("number", "place", "kind", "progress")),
            None,
            informs(plan, backend),
        )
        below = backend.collect(characteristics(plan, coded))
        found = backend.collect(areas(plan, coded, backend.table(below)))
        return Concluded(plan, below, with_deciding(plan, found))

    def sizes(self) -> pl.DataFrame:
        """How many items and findings were drawn on each `area` of each inspection (`number`)."""
        width = max((len(a.characteristics) for a in self.framework.areas_in(self.edition)), default=1)
        several = (
            self.evidence.select("number", area=pl.col("place") // width),
            self.findings.select("number", "area"),
        )
        return pl.concat(several).group_by("number", "area").agg(size=pl.len())

    def _numbered_for(self, plan: Plan) -> pl.DataFrame:
        """The evidence, its measures numbered as a rule book numbers its own."""
        own = {-1: -1, **{at: plan.measures[name] for at, name in enumerate(self.measures)}}
        column = pl.col("measure").replace_strict(list(own), list(own.values()), return_dtype=pl.Int16)
        return self.evidence.with_columns(measure=column)

    def case(self, number: int, area: str) -> AreaSituation:
        """What was drawn on one area of one inspection."""
        found = self.framework.area(area)
        at = [a.id for a in self.framework.areas_in(self.edition)].index(area)
        width = max(len(a.characteristics) for a in self.framework.areas_in(self.edition))
        names = [c.id for c in found.characteristics]
        here = (pl.col("number") == number, pl.col("place") // width == at)
        items, figures = [], []
        for on, tagged, row in self._counting(number, area, width):
            tags = Row({name: row[name] for name in ITEM})
            if row["measure"] < 0:
                items.append((on, tags))
            else:
                figures.append(AreaFigure(on, tagged, tags, self.measures[row["measure"]], row["figure"]))
        named = self.earlier.filter(*here)
        declared, earlier = [], []
        of_area = self.findings.filter(pl.col("number") == number, pl.col("area") == at)
        for row in of_area.iter_rows(named=True):
            tags = Row({name: row[name] for name in FINDING})
            if tags["origin"] == ORIGIN.rank("declared"):
                declared.append(tags)
            else:
                places = named.filter(pl.col("finding") == row["finding"])["place"].to_list()
                earlier.append((tags, tuple(names[place % width] for place in places)))
        return AreaSituation(
            found, self.edition, tuple(items), tuple(declared), tuple(earlier), tuple(figures)
        )

    def _counting(self, number: int, area: str, width: int) -> Iterator[tuple[str, str, dict[str, int]]]:
        """Evidence that counts in an area of an inspection: on what, tagged to what, and its row."""
        places = {
            at * width + n: c
            for at, found in enumerate(self.framework.areas_in(self.edition))
            for n, c in enumerate(found.characteristics)
        }
        for row in self.evidence.filter(pl.col("number") == number).iter_rows(named=True):
            tagged = places[row["place"]]
            home = self.framework.area_of(tagged.id)
            informed = [] if home.editions[self.edition].graded else [link.id for link in tagged.informs]
            for on in (tagged.id, *informed):
                if self.framework.area_of(on).id == area:
                    yield on, tagged.id, row


def draw(
    framework: Framework,
    edition: str,
    books: Sequence[RuleBook],
    *,
    count: int = COUNT,
    seed: int = 0,
) -> Drawn:
    """Draw inspections on which rule books may conclude something remarkable.

    Items are tagged at random and as facts look for them, as often as rules ask for and one more or less;
    figures lie at random and beside every value compared. Areas are drawn apart.

    Parameters
    ----------
    framework : Framework
    edition : str
    books : sequence of RuleBook
        One, or those to be compared.
    count : int
        How many.
    seed : int
    """
    return _Drawing(framework, edition, [bind(book) for book in books], count, seed).drawn()


class _Drawing:
    def __init__(
        self, framework: Framework, edition: str, books: Sequence[RuleBook], count: int, seed: int
    ) -> None:
        self.framework, self.edition, self.books, self.count = framework, edition, books, count
        self.random = np.random.default_rng(seed)
        self.areas = framework.areas_in(edition)
        self.width = max((len(a.characteristics) for a in self.areas), default=1)
        self.often = _numbers_of_times(books)
        self.wheres = [f.definition.where for b in books for f in b.facts.values() if f.entity == "evidence"]

    def drawn(self) -> Drawn:
        bundles = [self._bundle(n) for n in range(BUNDLES)]
        number, place, bundle = self._cells()
        items = self._spread(bundles, 0, number, place, bundle)
        named = self._spread(bundles, 1, number, place, bundle)
        measures, figures = self._figures()
        evidence = pl.DataFrame(
            {
                **{name: np.concatenate([items[name], figures[name]]) for name in ("number", "place")},
                **{
                    name: np.concatenate(
                        [_column(WRITTEN_TAGS, name)[part["tags"]] for part in (items, figures)]
                    )
                    for name in ITEM
                },
                "measure": np.concatenate([np.full(len(items["tags"]), -1), figures["measure"]]),
                "figure": np.concatenate([np.zeros(len(items["tags"])), figures["figure"]]),
            }
        ).with_columns(
            assessment=pl.when(pl.col("measure") >= 0).then(0).otherwise(pl.col("assessment")),
            item=pl.int_range(pl.len()),
        )
        return Drawn(
            self.framework,
            self.edition,
            self.count,
            tuple(measures),
            _typed(evidence),
            *self._on_record(named),
        )

    # Characteristics ----------------------------------------------------------------------------------------

    def _bundle(self, n: int) -> tuple[Codes, Codes]:
        """Items and earlier findings that one characteristic may have."""
        if n < len(WRITTEN_TAGS):
            return np.array([n]), np.array([], int)
        items = [tag for _ in range(self.random.integers(0, 4)) for tag in self._repeated(self._tag())]
        earlier: list[int] = []
        if self.random.random() < 0.4:
            earlier = self._repeated(int(self.random.integers(len(EARLIER_TAGS))))
        return np.array(items, int), np.array(earlier, int)

    def _tag(self) -> int:
        """A way to tag an item: any, or one that some fact looks for."""
        if self.wheres and self.random.random() < 0.6:
            where = self.wheres[self.random.integers(len(self.wheres))]
            found = [n for n, tags in enumerate(WRITTEN_TAGS) if satisfies(tags, where)]
            if found:
                return int(found[self.random.integers(len(found))])
        return int(self.random.integers(len(WRITTEN_TAGS)))

    def _repeated(self, tag: int) -> list[int]:
        often = 1 if self.random.random() < 0.6 else int(self.random.choice(self.often))
        return [tag] * often

    def _cells(self) -> tuple[Codes, Codes, Codes]:
        """A bundle for each characteristic that has one, as numbers of inspection, place and bundle."""
        sizes = [len(area.characteristics) for area in self.areas]
        shape = (self.count, len(self.areas))
        weights = self.random.exponential(1.0, (*shape, IN_AREA + 1)) ** 2.0
        weights[..., 0] *= self.random.choice([0.0, 0.2, 1.0, 4.0], shape)  # of having nothing
        upto = np.cumsum(weights / weights.sum(axis=-1, keepdims=True), axis=-1)
        chosen = self.random.integers(0, BUNDLES, (*shape, IN_AREA))
        which = (self.random.random((*shape, self.width, 1)) > upto[:, :, None, :]).sum(axis=-1)
        which = np.minimum(which, IN_AREA)
        inside = np.arange(self.width)[None, None, :] < np.array(sizes)[None, :, None]
        number, area, at = np.nonzero((which > 0) & inside)
        return number, area * self.width + at, chosen[number, area, which[number, area, at] - 1]

    def _spread(
        self, bundles: Sequence[tuple[Codes, Codes]], part: int, number: Codes, place: Codes, bundle: Codes
    ) -> dict[str, Codes]:
        """A row for each thing of one part of the bundles."""
        sizes = np.array([len(b[part]) for b in bundles])
        starts, flat = np.cumsum(sizes) - sizes, np.concatenate([b[part] for b in bundles])
        many = sizes[bundle]
        within = np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many)
        return {
            "number": np.repeat(number, many),
            "place": np.repeat(place, many),
            "tags": flat[np.repeat(starts[bundle], many) + within],
        }

    # Figures ------------------------------------------------------------------------------------------------

    def _figures(self) -> tuple[list[str], dict[str, Codes]]:
        """Figures of measures that every rule book has on the same characteristic."""
        places = {
            c.id: at * self.width + n
            for at, area in enumerate(self.areas)
            for n, c in enumerate(area.characteristics)
        }
        first = self.books[0].measures
        measures = [
            name
            for name, m in sorted(first.items())
            if m.characteristic in places
            and all(
                name in b.measures
                and (b.measures[name].characteristic, b.measures[name].unit) == (m.characteristic, m.unit)
                for b in self.books
            )
        ]
        parts: dict[str, list[Codes]] = {n: [] for n in ("number", "place", "tags", "measure", "figure")}
        for at, name in enumerate(measures):
            number = np.nonzero(self.random.random(self.count) < 0.5)[0]
            values = {
                "number": number,
                "place": np.full(len(number), places[first[name].characteristic]),
                "tags": self.random.integers(0, len(WRITTEN_TAGS), len(number)),
                "measure": np.full(len(number), at),
                "figure": self.random.choice(figures_to_try(name, self.books), len(number)),
            }
            for column, found in values.items():
                parts[column].append(found)
        empty = np.array([], int)
        return measures, {name: np.concatenate([empty, *found]) for name, found in parts.items()}

    # Findings -----------------------------------------------------------------------------------------------

    def _on_record(self, named: dict[str, Codes]) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Findings on record, and the characteristics that earlier ones name."""
        at = np.arange(len(named["number"]))
        earlier = pl.DataFrame(
            {
                "number": named["number"],
                "place": named["place"],
                "kind": _column(EARLIER_TAGS, "kind")[named["tags"]],
                "progress": _column(EARLIER_TAGS, "progress")[named["tags"]],
                "finding": at,
            }
        )
        rows = [(named["number"], named["place"] // self.width, EARLIER_TAGS, named["tags"])]
        for tags, chance in ((DECLARED_TAGS, 0.15), (EARLIER_TAGS, 0.1)):
            number, area = np.nonzero(self.random.random((self.count, len(self.areas))) < chance)
            many = np.where(
                self.random.random(len(number)) < 0.6, 1, self.random.choice(self.often, len(number))
            )
            chosen = self.random.integers(0, len(tags), len(number))
            rows.append((np.repeat(number, many), np.repeat(area, many), tags, np.repeat(chosen, many)))
        findings = pl.DataFrame(
            {
                "number": np.concatenate([r[0] for r in rows]),
                "area": np.concatenate([r[1] for r in rows]),
                **{name: np.concatenate([_column(r[2], name)[r[3]] for r in rows]) for name in FINDING},
            }
        ).with_columns(finding=pl.int_range(pl.len()))
        return _typed(findings), _typed(earlier)


def figures_to_try(measure: str, books: Iterable[RuleBook]) -> list[int]:
    """Ten times the figures on either side of every value compared, within the range."""
    own = list(books)
    low, high = (10 * end for end in figure_range(own[0].measures[measure].unit))
    values = {
        operand.value
        for book in own
        for rule in book.table(Layer.MEASURE, Level.FIGURE).rules
        if rule.applies_to(measure)
        for comparison, _ in comparisons(rule.condition)
        for operand in comparison.operands
        if isinstance(operand, Const)
    }
    near = {low, high, *(value + step for value in values for step in (-1, 0, 1))}
    return sorted(value for value in near if low <= value <= high)


def _numbers_of_times(books: Iterable[RuleBook]) -> list[int]:
    """How often a thing may have to be there: what counts are compared with, and one more or less."""
    found = {1, 2, 3}
    for book in books:
        tests = [t.operands for f in book.facts.values() for t in f.definition.where]
        compared = [c.operands for r in book.rules for c, _ in comparisons(r.condition)]
        for operands in (*tests, *compared):
            for operand in operands:
                if isinstance(operand, Const):
                    found |= {operand.value + step for step in (-1, 0, 1)}
    return sorted(n for n in found if 1 <= n <= MOST)


_WIDTHS: Final = {
    **dict.fromkeys(("number", "item", "figure", "finding"), pl.Int64),
    **dict.fromkeys(("place", "area"), pl.Int32),
    "measure": pl.Int16,
}


def _typed(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.cast({name: _WIDTHS.get(name, pl.Int8) for name in frame.columns})


def _column(tags: Sequence[Row], name: str) -> Codes:
    return np.array([row[name] for row in tags])


__all__ = ["COUNT", "Concluded", "Drawn", "draw", "figures_to_try"]
