"""The columnar layout: tables of inspections, evidence and findings, and what can be wrong with their rows.

`docs/scale.md` says what the columns hold. Texts become whole numbers here; a text that is none of
those allowed becomes -1, so that sound rows cost nothing but the looking.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import isfinite
from pathlib import Path
from typing import Any

from grader.bulk.backends import ROW, Backend, nw, pl
from grader.bulk.conclude import DAY
from grader.bulk.plan import TAGS, Plan
from grader.bulk.spellings import spelled
from grader.engines.columnar import any_of
from grader.errors import Place, Problem, quoted, suggest
from grader.language.figures import as_whole, range_of
from grader.language.rulebook import PERCENT, Measure
from grader.model.base import LARGEST_FIGURE
from grader.text import figure_text
from grader.vocabulary.kinds import STRENGTH
from grader.vocabulary.scales import DEFAULT_SCALE
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
    """For each column with one word of a list, what each word is as a number, and the word left out."""
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
    """Rows of evidence as whole numbers; -1 for what is none of the words allowed.

    Parameters
    ----------
    rows : frame
        Rows of the layout, with their number in the file.
    numbers : DataFrame
        `inspection` and its `number`.
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
    """The level said, as a number of the scale that the characteristic at the row's place has."""
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
    """For each scale by its number, what each level written is as a number; `FOR_NOTHING` for nothing."""
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
    """The measure's number where it has rules, else -1: any other is kept and says nothing."""
    said = nw.lit(-1)
    for name, number in plan.measures.items() if "measure" in there else ():
        said = nw.when(nw.col("measure") == name).then(nw.lit(number)).otherwise(said)
    return said


def figure_in_per_mille(there: Mapping[str, Any]) -> nw.Expr:
    """The figure times ten, rounded down on the number as written: of a per cent its whole per mille."""
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
    """1 where the value is no per cent, or of a declared measure none that it can be; else 0."""
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
    """Items with more than one row, and the least and greatest of their tags: the same, where all is well."""
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


def evidence_faults(plan: Plan, file: str, row: Mapping[str, Any]) -> Iterator[Problem]:
    """What is wrong with one row of evidence, which `unsound` found."""
    row = _in_ids(plan, row)
    at = (
        row_of(file, row[ROW])
        if row[ROW] >= 0
        else Place(f"{file}: {named(row['inspection'])}, {named(row['id'])}")
    )
    if not row["id"]:
        yield Problem("the row has no 'id'", at, "every item has an id: what its rows have in common")
    if row["characteristic"] not in plan.characteristic_index:
        yield unknown("characteristic", row["characteristic"], plan.characteristic_index, at)
    for name, (ranks, default) in words_of(plan.book.vocabulary).items():
        word = row.get(name) or None
        if name == "assessment" and row["characteristic"] in plan.characteristic_index:
            scale = plan.book.scale_of.get(row["characteristic"])
            ranks = dict.fromkeys(plan.book.vocabulary.scale_of(scale).written, 0)
        if word is None and (default is not None or name == "assessment"):
            continue
        if word not in ranks:
            message = f"{quoted(word)} is not a value of {name!r}" if word is not None else f"no {name!r}"
            yield Problem(message, at, suggest(str(word), ranks, "values"))
    for name in FLAGS:
        if (row.get(name) or None) not in (None, True, "true", "false"):
            yield Problem(f"{quoted(row[name])} is not a value of {name!r}", at, "write true or false")
    if by_day(plan) and not _is_day(row.get(DAY)):
        message = f"{quoted(row[DAY])} is not a date" if row.get(DAY) else f"no {DAY!r}"
        help = "write YYYY-MM-DD: what was found last is what counts"
        yield Problem(message, at, help)
    yield from _figure_faults(plan, row, at)


def _in_ids(plan: Plan, row: Mapping[str, Any]) -> Mapping[str, Any]:
    """A row of evidence with ids for what is printed otherwise."""
    name = plan.spelled_characteristics.get(row["characteristic"], row["characteristic"])
    words: dict[str, Mapping[str, Iterable[str]]]
    words = {n: dict.fromkeys(ranks, ()) for n, (ranks, _) in words_of(plan.book.vocabulary).items()}
    if name in plan.characteristic_index:
        words["assessment"] = plan.book.vocabulary.scale_of(plan.book.scale_of.get(name)).printed
    said = {n: spelled(printed).get(row.get(n) or "", row.get(n)) for n, printed in words.items()}
    return {**row, **said, "characteristic": name}


def _is_day(said: Any) -> bool:
    try:
        return date.fromisoformat(str(said)).isoformat() == str(said)
    except ValueError:
        return False


def _figure_faults(plan: Plan, row: Mapping[str, Any], at: Place) -> Iterator[Problem]:
    measure, value = row.get("measure") or None, row.get("value")
    written = row.get(AS_WRITTEN) or value
    if value is not None and not -LARGEST_FIGURE <= value <= LARGEST_FIGURE:
        if isfinite(value):
            message = f"'value' {quoted(written)} is beyond {LARGEST_FIGURE:,}, the largest figure"
            yield Problem(message, at, "write it in a larger unit")
        else:
            message = f"'value' {quoted(written)} is no number"
            yield Problem(message, at, "write it with digits and a point, as 95.5")
        return
    if measure is None or measure not in plan.measures:
        if not row.get("assessment"):
            scale = plan.book.vocabulary.by_scale.get(
                plan.book.scale_of.get(row["characteristic"]) or DEFAULT_SCALE
            )
            levels = scale or next(iter(plan.book.vocabulary.by_scale.values()))
            help = f"add one of {', '.join([*levels.levels[::-1], *levels.by_name])}"
            if measure is not None:
                help = f"{suggest(measure, plan.measures, 'measures with rules')} (or {help})"
            yield Problem("no 'assessment', and no measure with rules supplies one", at, help)
        return
    found = plan.book.measures[measure]
    if row["characteristic"] in plan.characteristic_index and row["characteristic"] != found.characteristic:
        alone, on = found.characteristic, row["characteristic"]
        message = f"measure {measure!r} assesses {alone} alone, and the row is on {on}"
        yield Problem(message, at, "give the other characteristics an item of their own")
    if value is None:
        yield Problem(f"no 'value', which measure {measure!r} needs", at, f"write it, in {found.unit}")
    elif found.decimals is not None:
        yield from _declared_fault(found, value, written, at)
    elif found.unit == PERCENT and not 0 <= value <= 100:
        yield Problem(f"'value' {quoted(written)} is no per cent", at, "a per cent lies in 0 to 100")


def _declared_fault(measure: Measure, value: float, written: Any, at: Place) -> Iterator[Problem]:
    low, high = range_of(measure)
    if not low <= value <= high:
        span = f"{figure_text(low)} to {figure_text(high)}"
        message = f"'value' {quoted(written)} is outside {span}, the range of {measure.name!r}"
        yield Problem(message, at, f"write the figure as it was measured, in {measure.unit}")
    elif as_whole(measure, value) != Decimal(str(value)).scaleb(measure.decimals or 0):
        message = (
            f"'value' {quoted(written)} has more decimals than the {measure.decimals} of {measure.name!r}"
        )
        yield Problem(message, at, "write it with so many, rounded as the scheme says")


def unknown(what: str, name: Any, known: Any, at: Place) -> Problem:
    """That a row names nothing known, or nothing at all."""
    message = f"no {what!r}" if not name else f"unknown {what} {quoted(name)}"
    return Problem(message, at, suggest(str(name), known, f"{what}s" if what != "progress" else "values"))


def row_of(file: str, row: int) -> Place:
    """Where a row stands; rows count from 1, without a line of headings."""
    return Place(f"{file}: row {row + 1}")


def named(name: Any) -> str:
    """An id in a message: short, and on one line."""
    return quoted(name, 200)[1:-1]


def shown(path: Path) -> str:
    """A file's name in messages."""
    return quoted(str(path), 300)[1:-1]
