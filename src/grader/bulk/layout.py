"""The columnar layout: tables of inspections, evidence and findings; evidence as whole numbers.

`docs/scale.md` has the columns. Texts become whole numbers, -1 for one that is not allowed: sound rows cost
only the looking.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from grader.bulk.backends import ROW, Backend, nw, pl
from grader.bulk.conclude import DAY
from grader.bulk.plan import TAGS, Plan
from grader.bulk.spellings import spelled
from grader.engines.columnar import any_of
from grader.language.figures import range_of
from grader.language.rulebook import PERCENT, Measure
from grader.model.base import LARGEST_FIGURE
from grader.vocabulary.kinds import STRENGTH
from grader.vocabulary.words import Vocabulary

Frame = Any


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the layout: columns that must be there, and those that may."""

    name: str
    required: tuple[str, ...]
    optional: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.required, *self.optional)


INSPECTIONS = Table("inspections", ("inspection", "edition"), ("framework", "not_inspected"))
EVIDENCE = Table(
    "evidence",
    ("inspection", "id", "characteristic", "basis"),
    ("assessment", "extent", "harm", "remedied", "innovative", "found_on", "measure", "value"),
)
FINDINGS = Table("findings", ("inspection", "id", "area", "kind"), ("progress", "characteristics"))
TABLES = (INSPECTIONS, EVIDENCE, FINDINGS)
FLAGS = ("remedied", "innovative")
NUMBERS = ("value",)
#: A value of a CSV file as it is written there, for messages.
AS_WRITTEN = "value_as_written"

#: The code of a level outside the order, as if there were no evidence.
FOR_NOTHING = 127
#: How far a figure times a power of ten may lie from a whole number, as floats go.
NEARLY = 1e-6
#: Codes of a value that is not given, and of one that is no number.
NO_FIGURE, BAD_FIGURE = -(2**60), -(2**61)
#: A basis that never counts, once it has been looked at.
_SURVEY = len(STRENGTH.names)
#: Columns of evidence with one word of a list.
_WORDS = ("assessment", "basis", "extent", "harm")


def words_of(vocabulary: Vocabulary) -> Mapping[str, tuple[Mapping[str, int], str | None]]:
    """Of each column with one word of a list: each word's number, and the word left out."""
    bases = {b.id: _SURVEY if b.strength is None else STRENGTH.rank(b.strength) for b in vocabulary.bases}
    extents, harms = vocabulary.extents, vocabulary.harms
    every = {word: code for codes in levels_of(vocabulary).values() for word, code in codes.items()}
    return {
        "assessment": (every, None),
        "basis": (bases, None),
        "extent": (extents.ranks, extents.default),
        "harm": (harms.ranks, harms.default),
    }


# Evidence -------------------------------------------------------------------------------------------------


def code_evidence(plan: Plan, backend: Backend, rows: Frame, numbers: pl.DataFrame) -> Frame:
    """Rows of evidence as whole numbers; -1 for a word that is not allowed.

    Parameters
    ----------
    rows : frame
        Of the layout, with their number in the file.
    numbers : DataFrame
        `inspection`, `number`.
    """
    there = dict(rows.collect_schema())
    texts = [name for name in EVIDENCE.columns if name not in (*FLAGS, *NUMBERS)]
    coarse = [name for name in texts if name in there and there[name] != nw.String]
    if coarse:
        rows = rows.with_columns(*[nw.col(name).cast(nw.String) for name in coarse])
    words = words_of(plan.book.vocabulary)
    index = {s: plan.characteristic_index[name] for s, name in plan.spelled_characteristics.items()}
    places = pl.DataFrame({"characteristic": list(index), "place": list(index.values())})
    rows = rows.join(backend.table(numbers), on="inspection", how="left")
    rows = rows.join(backend.table(places.cast({"place": pl.Int32})), on="characteristic", how="left")
    found = {
        "number": nw.col("number").fill_null(-1),
        "place": nw.col("place").fill_null(-1),
        "item": nw.col("id"),
        **{name: _word(name, *words[name], there).cast(nw.Int8) for name in _WORDS[1:]},
        "assessment": _assessment(plan, there).cast(nw.Int8),
        **({DAY: _day(there)} if by_day(plan) else {}),
        **{name: _flag(name, there).cast(nw.Int8) for name in FLAGS},
        "measure": _measure(plan, there).cast(nw.Int16),
        "figure": _figure(plan, there).cast(nw.Int64),
        "beyond": _beyond(plan, there).cast(nw.Int8),
    }
    return rows.select(ROW, **found)


def _word(name: str, ranks: Mapping[str, int], default: str | None, there: Mapping[str, Any]) -> nw.Expr:
    left_out = 0 if default is None else ranks[default]
    if name == "basis":
        left_out = -1
    if name not in there:
        return nw.lit(left_out)
    said = nw.lit(-1)
    for word, spellings in _spellings(dict.fromkeys(ranks, ())).items():
        said = nw.when(nw.col(name).is_in(spellings)).then(nw.lit(ranks[word])).otherwise(said)
    return nw.when(_empty(name)).then(nw.lit(left_out)).otherwise(said)


def _spellings(printed: Mapping[str, Iterable[str]]) -> dict[str, list[str]]:
    """Every spelling of each word."""
    found: dict[str, list[str]] = {word: [] for word in printed}
    for spelling, word in spelled(printed).items():
        found[word].append(spelling)
    return found


def _assessment(plan: Plan, there: Mapping[str, Any]) -> nw.Expr:
    """The level said, as a number of the scale of the row's characteristic."""
    if "assessment" not in there:
        return nw.lit(0)
    levels = levels_of(plan.book.vocabulary)
    said = nw.lit(-1)
    for scale, codes in levels.items():
        if len(levels) == 1:
            here = nw.lit(True)
        else:
            here = any_of([nw.col("place") == p for p in plan.places_by_scale.get(scale, ())])
        for word, spellings in _spellings(printed_of(plan.book.vocabulary)[scale]).items():
            meant = here & nw.col("assessment").is_in(spellings)
            said = nw.when(meant).then(nw.lit(codes[word])).otherwise(said)
    return nw.when(_empty("assessment")).then(nw.lit(0)).otherwise(said)


def levels_of(vocabulary: Vocabulary) -> Mapping[int, Mapping[str, int]]:
    """Each level's number on each scale; `FOR_NOTHING` for nothing."""
    scale = vocabulary.assessments
    found: dict[int, dict[str, int]] = {}
    for number, levels in enumerate(vocabulary.by_scale.values()):
        counted = {said: vocabulary.counted_as(levels.id, said) for said in levels.written}
        found[number] = {s: FOR_NOTHING if n is None else scale.rank(n) for s, n in counted.items()}
    return found


def printed_of(vocabulary: Vocabulary) -> Mapping[int, Mapping[str, Iterable[str]]]:
    """For each scale by its number, what each level written is printed as."""
    return {number: levels.printed for number, levels in enumerate(vocabulary.by_scale.values())}


def by_day(plan: Plan) -> bool:
    """Whether the day an item was found says whether it counts."""
    return plan.book.vocabulary.several == "latest"


def _day(there: Mapping[str, Any]) -> nw.Expr:
    return nw.col(DAY).fill_null("") if DAY in there else nw.lit("")


def _empty(name: str) -> nw.Expr:
    """Where a cell of text holds nothing."""
    return nw.col(name).is_null() | (nw.col(name) == "")


def _flag(name: str, there: Mapping[str, Any]) -> nw.Expr:
    if name not in there:
        return nw.lit(0)
    if there[name] != nw.String:
        return nw.when(nw.col(name).cast(nw.Boolean).fill_null(False)).then(nw.lit(1)).otherwise(nw.lit(0))
    said = nw.when(nw.col(name) == "true").then(nw.lit(1)).otherwise(nw.lit(-1))
    return nw.when(_empty(name) | (nw.col(name) == "false")).then(nw.lit(0)).otherwise(said)


def _measure(plan: Plan, there: Mapping[str, Any]) -> nw.Expr:
    """The measure's number if it has rules, else -1."""
    said = nw.lit(-1)
    for name, number in plan.measures.items() if "measure" in there else ():
        said = nw.when(nw.col("measure") == name).then(nw.lit(number)).otherwise(said)
    return said


def figure_in_per_mille(there: Mapping[str, Any]) -> nw.Expr:
    """Ten times the figure as written, rounded down: a per cent's whole per mille."""
    if "value" not in there:
        return nw.lit(NO_FIGURE)
    value = nw.col("value").cast(nw.Float64)
    # 10 times a number is rounded, so the candidates are held against the number itself. They are divided by
    # a column: dividing by one number, some backends multiply by its inverse, and 881 / 10 is not 88.1 then.
    tens = value * 0 + 10
    near = (value * 10).floor()
    near = nw.when(near / tens > value).then(near - 1).otherwise(near)
    near = nw.when((near + 1) / tens <= value).then(near + 1).otherwise(near)
    finite = ((value >= -LARGEST_FIGURE) & (value <= LARGEST_FIGURE)).fill_null(False)
    odd = nw.when(value.is_null()).then(nw.lit(NO_FIGURE)).otherwise(nw.lit(BAD_FIGURE))
    return nw.when(finite).then(near).otherwise(odd)


def _declared(plan: Plan, there: Mapping[str, Any]) -> list[Measure]:
    """Measures that the framework declares, where rows may hold their figures."""
    if not {"measure", "value"} <= there.keys():
        return []
    return [m for m in plan.book.measures.values() if m.decimals is not None]


def _figure(plan: Plan, there: Mapping[str, Any]) -> nw.Expr:
    """The figure as rules read it."""
    found = figure_in_per_mille(there)
    for measure in _declared(plan, there):
        whole = (nw.col("value").cast(nw.Float64) * 10 ** (measure.decimals or 0)).round()
        own = (nw.col("measure") == measure.name).fill_null(False) & (found > NO_FIGURE)
        found = nw.when(own).then(whole).otherwise(found)
    return found


def _beyond(plan: Plan, there: Mapping[str, Any]) -> nw.Expr:
    """1 where the value is no per cent, or no value of a declared measure; else 0."""
    if "value" not in there:
        return nw.lit(0)
    value = nw.col("value").cast(nw.Float64)
    beyond = ((value < 0) | (value > 100)).fill_null(False)
    for measure in _declared(plan, there):
        low, high = range_of(measure)
        whole = value * 10 ** (measure.decimals or 0)
        # What is written with so many decimals is a whole number of the last, but for the float's own error.
        odd = (value < low) | (value > high) | ((whole - whole.round()).abs() > NEARLY)
        own = (nw.col("measure") == measure.name).fill_null(False)
        beyond = (own & odd.fill_null(False)) | (~own & beyond)
    return nw.when(beyond).then(nw.lit(1)).otherwise(nw.lit(0))


def _tags(plan: Plan) -> nw.Expr:
    """All tags of a row in one number, equal where they are."""
    code = nw.col("assessment").cast(nw.Int64)
    # Beside the ranks of its words a column may hold -1.
    words = words_of(plan.book.vocabulary)
    several = {name: max(words[name][0].values()) + 2 for name in _WORDS[1:]}
    for name, many in ({**several, **dict.fromkeys(FLAGS, 4), "measure": len(plan.measures) + 1}).items():
        code = code * many + nw.col(name).cast(nw.Int64)
    return code


def unsound(plan: Plan) -> nw.Expr:
    """Rows of coded evidence with anything wrong."""
    number, place, measure, figure = (nw.col(n) for n in ("number", "place", "measure", "figure"))
    wrong = (number < 0) | (place < 0) | _empty("item") | (figure == BAD_FIGURE)
    for name in (*_WORDS, *FLAGS):
        wrong |= nw.col(name) < 0
    wrong |= (nw.col("assessment") == 0) & (measure < 0)
    if by_day(plan):
        wrong |= ~nw.col(DAY).str.len_chars().cast(nw.Int32).is_in([10])
    wrong |= (measure >= 0) & (figure == NO_FIGURE)
    for name, its in plan.measures.items():
        found = plan.book.measures[name]
        alone = plan.characteristic_index.get(found.characteristic, -2)
        wrong |= (measure == its) & (place != alone)
        if found.unit == PERCENT or found.decimals is not None:
            wrong |= (measure == its) & (nw.col("beyond") == 1)
    return wrong


def of_several_rows(plan: Plan, coded: Frame) -> Frame:
    """Items with several rows, and the least and greatest of their tags: equal where all is well."""
    tags = coded.select(ROW, "number", "item", tags=_tags(plan))
    found = tags.group_by("number", "item").agg(
        nw.len().alias("rows"),
        nw.col(ROW).min(),
        nw.col("tags").min().alias("least"),
        nw.col("tags").max().alias("most"),
    )
    return found.filter(nw.col("rows") > 1)


def repeated(coded: Frame, several: Frame) -> Frame:
    """Items that stand twice on one characteristic, with the first row."""
    keys = ["number", "item"]
    rows = coded.select(ROW, *keys, "place").join(several.select(*keys), on=keys, how="inner")
    found = rows.group_by(*keys, "place").agg(nw.len().alias("rows"), nw.col(ROW).min())
    return found.filter(nw.col("rows") > 1)


def sound(coded: Frame) -> Frame:
    """Coded evidence that counts, as `conclude` reads it."""
    # A figure speaks only where the inspector does not.
    own = nw.col("assessment") > 0
    return (
        coded.filter((nw.col("basis") != _SURVEY) & (nw.col("assessment") != FOR_NOTHING))
        .rename({"basis": "strength"})
        .select(
            "number",
            "item",
            "place",
            *TAGS,
            measure=nw.when(own).then(nw.lit(-1)).otherwise(nw.col("measure")).cast(nw.Int16),
            figure=nw.col("figure"),
            **({DAY: nw.col(DAY)} if DAY in coded.collect_schema().names() else {}),
        )
    )
