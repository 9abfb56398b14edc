"""The workbook in which a meeting settles what matters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from grader.distribution import install
from grader.errors import InputError, MissingExtraError, Place, Problem, quoted
from grader.model.inspection import Said
from grader.model.reconciliation import Disagreement, Reconciliation
from grader.model.settling import LEFT_OUT, OTHER, Choice
from grader.review.agreed import Placed
from grader.review.taggings import TAGS, ToldPair
from grader.sheets.columns import EVIDENCE, Column
from grader.sheets.places import letters
from grader.sheets.plain_tables import Entry, read_entries
from grader.sheets.saving import put, saved, without_clock
from grader.sheets.workbook import headed

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

SETTLE: Final = "Settle"
REST: Final = "If there is time"
PAIRS: Final = "Pairs"
_AREAS: Final = "Areas"
_STAMP = datetime(2000, 1, 1)
_AGREED = tuple(f"agreed {name}" for name in TAGS)
_KINDS = {c.name: c for c in EVIDENCE.columns}
_READ = (
    Column("item", "id", "the finding's id", required=True),
    Column("choice", "text", "a tagger's name, other, or left out"),
    Column("reason", "text", "why"),
    Column("by", "text", "who settled it"),
    Column("on", "day", "when: YYYY-MM-DD"),
    *(Column(f"agreed {n}", _KINDS[n].kind, "with 'other'", choices=_KINDS[n].choices) for n in TAGS),
)


def settling_workbook(answer: Reconciliation) -> bytes:
    """The workbook: what matters, the rest, pairs in doubt, areas.

    Raises
    ------
    MissingExtraError
        openpyxl is missing.
    """
    try:
        from openpyxl import Workbook
    except ImportError as error:
        raise MissingExtraError("workbooks need the extra 'sheets'", help=install("sheets")) from error
    book = Workbook()
    book.properties.created = _STAMP
    first: Any = book.active
    first.title = SETTLE
    names = [tagger.name for tagger in answer.taggers]
    _disagreements(first, [d for d in answer.disagreements if d.matters], names)
    _disagreements(book.create_sheet(REST), [d for d in answer.disagreements if not d.matters], names)
    _pairs(book.create_sheet(PAIRS), answer, names)
    _areas(book.create_sheet(_AREAS), answer, names)
    return without_clock(saved(book))


def _disagreements(page: Worksheet, found: Sequence[Disagreement], names: Sequence[str]) -> None:
    columns = [
        ("item", "", 10),
        ("matters to", "areas whose grade can turn on it", 18),
        ("statement", "", 60),
        ("locator", "", 14),
        *((f"{name} says", "", 28) for name in names),
        ("choice", f"one of: {', '.join([*names, OTHER, LEFT_OUT])}", 14),
        ("reason", "why; needed with a choice", 40),
        ("by", "who settled it, where it is not the same for all", 12),
        ("on", "when, YYYY-MM-DD, where it is not the same for all", 12),
        *((name, "with the choice 'other': what holds instead", 16) for name in _AGREED),
    ]
    headed(page, columns)
    at = {name: number for number, (name, _, _) in enumerate(columns, 1)}
    for row, each in enumerate(found, 2):
        texts = {
            "item": each.item,
            "matters to": ", ".join(each.matters),
            "statement": each.statement,
            "locator": each.locator or "",
            **{f"{name} says": said_text(each, name) for name in names},
        }
        for name, text in texts.items():
            if text:
                put(page, row, at[name], text)
    last = max(len(found) + 1, 2)
    _choose(page, at["choice"], last, [*names, OTHER, LEFT_OUT])
    for name in TAGS:
        if _KINDS[name].choices and name != "assessment":  # which is of the scale of its characteristics
            _choose(page, at[f"agreed {name}"], last, _KINDS[name].choices)


def said_text(disagreement: Disagreement, name: str) -> str:
    """How one person tagged an item, in a cell."""
    if name not in disagreement.said:
        return "not asked"
    said = disagreement.said[name]
    if said is None:
        return "has no such item"
    return "; ".join(f"{key}: {_shown(value)}" for key, value in said.items())


def _shown(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return " ".join(str(v) for v in value.values() if v is not None)
    return "not said" if value is None else str(value)


def _choose(page: Worksheet, column: int, last: int, choices: Iterable[str]) -> None:
    from openpyxl.worksheet.datavalidation import DataValidation

    listed = ",".join(choices)
    # A list longer than a cell of it may be, or with a comma in a name, is not offered.
    if len(listed) > 250 or any('"' in c or "," in c for c in choices):
        return
    rule = DataValidation(type="list", formula1=f'"{listed}"', allow_blank=True, showErrorMessage=True)
    rule.error = f"one of: {listed}"[:250]
    rule.add(f"{letters(column)}2:{letters(column)}{last}")
    page.add_data_validation(rule)


def _pairs(page: Worksheet, answer: Reconciliation, names: Sequence[str]) -> None:
    shown = ("first", "its id", "its statement", "second", "other id", "other statement", "score", "why")
    columns = (*shown, "same")
    widths = (10, 10, 60, 10, 10, 60, 8, 28, 8)
    notes = [*("" for _ in columns[:-1]), "yes where they are one finding, no where they are two"]
    headed(page, zip(columns, notes, widths, strict=True))
    for row, pair in enumerate(answer.pairs.doubtful, 2):
        (one, a), (two, b) = pair.items.items()
        cells = (one, a, pair.statements[one], two, b, pair.statements[two], str(pair.score), pair.why)
        for column, text in enumerate(cells, 1):
            put(page, row, column, text)
    _choose(page, len(columns), max(len(answer.pairs.doubtful) + 1, 2), ("yes", "no"))


def _areas(page: Worksheet, answer: Reconciliation, names: Sequence[str]) -> None:
    headed(
        page,
        [
            ("area", "", 24),
            *((f"by {name}", "", 20) for name in names),
            ("can be", "", 40),
            ("disagreements", "", 14),
            ("that matter", "", 14),
            ("how it is known", "", 18),
        ],
    )
    for row, area in enumerate(answer.areas, 2):
        cells = (
            area.area,
            *(area.under[name].grade or area.under[name].outcome for name in names),
            ", ".join(r.grade or r.outcome for r in area.reachable),
            str(area.disagreements),
            str(len(area.matter)),
            area.method.replace("_", " "),
        )
        for column, text in enumerate(cells, 1):
            put(page, row, column, text.replace("_", " ") if column != 1 else text)


# Read back -----------------------------------------------------------------------------------------------


def read_settling_book(path: Path, answer: Reconciliation) -> list[Placed]:
    """The choices of both sheets; raises InputError where taggings changed."""
    names = [t.name for t in answer.taggers]
    known = {d.item: d for d in answer.disagreements}
    says = tuple(Column(f"{name} says", "text", "how it was tagged") for name in names)
    found: list[Placed] = []
    problems: list[Problem] = []
    seen: dict[str, Place] = {}
    for sheet in (SETTLE, REST):
        for entry in read_entries(path, (*_READ, *says), sheet=sheet):
            item = str(entry.values["item"])
            if item in seen:
                message = f"item {quoted(item)} stands twice"
                problems.append(Problem(message, entry.place, f"first at {seen[item]}; keep one of the two"))
                continue
            seen[item] = entry.place
            problems += _otherwise(entry, known.get(item), names)
            found.append(_placed(entry))
    if problems:
        raise InputError(problems)
    return found


def _otherwise(entry: Entry, known: Disagreement | None, names: Sequence[str]) -> Iterable[Problem]:
    if known is None or entry.values.get("choice") is None:
        return
    for name in names:
        column = f"{name} says"
        if column in entry.values and entry.values[column] != said_text(known, name):
            message = f"{known.item}: {name} says otherwise now than when the workbook was written"
            help = "write the workbook anew, and settle what they say now"
            yield Problem(message, entry.at(column), help)


def _placed(entry: Entry) -> Placed:
    values = entry.values
    agreed = {n: values[f"agreed {n}"] for n in TAGS if f"agreed {n}" in values}
    try:
        choice = Choice(
            item=values["item"],
            choice=values.get("choice"),
            reason=values.get("reason"),
            by=values.get("by"),
            on=values.get("on"),
            agreed=Said(**agreed) if agreed else None,
        )
    except ValueError as error:  # the words of tags, and days
        raise InputError([_told(entry, error)]) from error
    places = {**entry.places, "item": entry.at("item"), "agreed": entry.place}
    return Placed(choice, places)


def _told(entry: Entry, error: ValueError) -> Problem:
    from pydantic import ValidationError

    name = "item"
    if isinstance(error, ValidationError):
        name = str(error.errors(include_url=False)[0]["loc"][0])
    column = name if name in entry.places else f"agreed {name}"
    choices = next((c.choices for c in _READ if c.name == column), ())
    help = f"one of {', '.join(choices)}" if choices else "a date is written YYYY-MM-DD"
    message = f"{quoted(column)} cannot be {quoted(str(entry.values.get(column, '')))}"
    return Problem(message, entry.at(column), help)


def read_told_pairs(path: Path) -> list[ToldPair]:
    """What the workbook says of pairs in doubt; raises InputError."""
    columns = (
        Column("first", "text", "a tagger", required=True),
        Column("its id", "id", "the item's id", required=True),
        Column("second", "text", "a tagger", required=True),
        Column("other id", "id", "the item's id", required=True),
        Column("same", "flag", "yes or no"),
    )
    told = []
    for entry in read_entries(path, columns, sheet=PAIRS):
        values = entry.values
        if "same" in values:
            items = {values["first"]: values["its id"], values["second"]: values["other id"]}
            told.append(ToldPair(items, values["same"], entry.place))
    return told
