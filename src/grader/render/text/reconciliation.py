"""Compared taggings as text, what matters to a grade first.

Users' words enter as `Text`, never as markup.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from grader.model.reconciliation import (
    AreaReconciled,
    Disagreement,
    DoubtfulPair,
    FieldAgreement,
    OutcomeAndGrade,
    Reconciliation,
    SmallestSets,
)
from grader.render.text.tables import Column, Fitting, Labelled, indented, text_of
from grader.text import plural

#: Of disagreements that matter, of sets and of pairs in doubt so many are shown; --json has all of them.
SHOWN, _SETS, _DOUBTS, _IDS, _ITEMS = 40, 3, 20, 30, 8


def reconciliation_for_person(answer: Reconciliation) -> list[RenderableType]:
    """The parts of a reconciliation, from top to bottom."""
    parts: list[RenderableType] = [text_of(_title(answer), "bold"), text_of(_pairing(answer))]
    parts += [text_of(f"note: {note}", "dim") for note in answer.notes]
    if answer.pairs.doubtful:
        parts += [Text(), _doubts(answer.pairs.doubtful)]
    parts += [Text(), _areas(answer)]
    moved = [area for area in answer.areas if area.moves]
    for area in moved:
        parts += [Text(), _area(area)]
    mattering = answer.mattering
    if mattering:
        parts += [Text(), text_of("Settle first: a grade can turn on these", "bold")]
        parts += [_disagreement(each) for each in mattering[:SHOWN]]
        if len(mattering) > SHOWN:
            parts.append(text_of(f"and {len(mattering) - SHOWN} more: --json or --workbook has all of them"))
    rest = [d.item for d in answer.disagreements if not d.matters]
    if rest:
        more = f" and {len(rest) - _IDS} more" if len(rest) > _IDS else ""
        parts += [Text(), text_of("Settle these if there is time: no grade turns on them", "bold")]
        parts.append(text_of(f"{', '.join(rest[:_IDS])}{more}"))
    return [*parts, Text(), _agreement(answer.agreement)]


def _title(answer: Reconciliation) -> str:
    many = plural(len(answer.disagreements), "disagreement", "disagreements")
    matter = len(answer.mattering)
    said = "none of them matters" if not matter else f"{matter} of them can matter"
    names = ", ".join(f"{t.name} ({t.items})" for t in answer.taggers)
    return f"{answer.body} ({answer.inspection}), tagged by {names}: {many}, {said} to a grade"


def _pairing(answer: Reconciliation) -> str:
    pairs = answer.pairs
    said = [f"{pairs.by_id} by id", f"{pairs.by_text} by locator and statement (from {pairs.threshold})"]
    if pairs.by_hand:
        said.append(f"{pairs.by_hand} by hand")
    said.append(f"{len(pairs.doubtful)} in doubt")
    alone = [f"{len(ids)} by {name} alone" for name, ids in pairs.alone.items() if ids]
    if pairs.not_asked:
        alone.append(f"{pairs.not_asked} outside a sample")
    return f"pairs of findings: {', '.join(said)}" + (f"; {', '.join(alone)}" if alone else "")


def _doubts(doubts: Sequence[DoubtfulPair]) -> RenderableType:
    lines = [
        (
            " / ".join(pair.items.values()),
            f"{' / '.join(pair.statements.values())} [{pair.score}: {pair.why}]",
        )
        for pair in doubts[:_DOUBTS]
    ]
    head = text_of("One finding or two? Pairs in doubt, for a person to say", "bold")
    more = [text_of(f"and {len(doubts) - _DOUBTS} more")] if len(doubts) > _DOUBTS else []
    return Group(head, indented(Labelled(lines)), *more)


def _areas(answer: Reconciliation) -> Fitting:
    names = [tagger.name for tagger in answer.taggers]
    columns = [
        Column("area"),
        *(Column(name, words=True) for name in names),
        Column("can be", words=True),
        Column("differ", right=True),
        Column("matter", right=True),
    ]
    rows = [
        [
            area.area,
            *(stands(area.under[name]) for name in names),
            ", ".join(stands(r) for r in area.reachable),
            str(area.disagreements),
            str(len(area.matter)),
        ]
        for area in answer.areas
    ]
    return Fitting(columns, rows)


def stands(standing: OutcomeAndGrade) -> str:
    """A grade, or the outcome where there is none, in words."""
    return (standing.grade or standing.outcome).replace("_", " ")


def _area(area: AreaReconciled) -> RenderableType:
    how = (
        f"all {area.mixes:,} mixes graded"
        if area.method == "every_mix"
        else f"{area.mixes:,} mixes drawn: what they do not show may still be there"
    )
    can_be = ", ".join(f"{stands(r)} in {100 * r.share:.0f} %" for r in area.reachable)
    lines = [("can be:", f"{can_be} ({how})"), *(_smallest(each) for each in area.smallest)]
    return Group(text_of(f"{area.title} ({area.area})", "bold"), indented(Labelled(lines)))


def _smallest(each: SmallestSets) -> tuple[str, str]:
    said = "; or ".join(" with ".join(_by_tagger(one)) for one in each.sets[:_SETS])
    others = len(each.sets) - _SETS + each.more
    more = f"; or {others} other ways" if others > 1 else "; or 1 other way" if others == 1 else ""
    return f"from {each.tagger}:", f"{stands(each.to)} by {said}{more}"


def _by_tagger(one: Mapping[str, str]) -> Iterator[str]:
    """Items settled as one person tagged them, and as the next."""
    for name in dict.fromkeys(one.values()):
        items = [item for item, whose in one.items() if whose == name]
        more = f" and {len(items) - _ITEMS} more" if len(items) > _ITEMS else ""
        yield f"{', '.join(items[:_ITEMS])}{more} as {name}"


def _disagreement(each: Disagreement) -> RenderableType:
    head = text_of(f"{each.item} ({', '.join(each.matters)}): {each.statement}")
    return indented(Group(head, indented(Labelled(_said(each)))))


def _said(each: Disagreement) -> Iterator[tuple[str, str]]:
    for name, said in each.said.items():
        label = f"{name}:"
        if said is None:
            yield label, "has no such item"
        else:
            yield label, "; ".join(f"{key} {_value(value)}" for key, value in said.items())


def _value(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "not said" if value is None else str(value).replace("_", " ")


def _agreement(found: Sequence[FieldAgreement]) -> RenderableType:
    columns = [
        Column("Agreement"),
        Column("items", right=True),
        Column("same", right=True),
        Column("alpha", right=True),
        Column("95 %", right=True),
    ]
    rows = [
        [
            each.field,
            str(each.n),
            "-" if each.same is None else f"{100 * each.same:.1f} %",
            "-" if each.alpha is None else f"{each.alpha:.2f}",
            "-" if each.interval is None else f"{each.interval[0]:.2f} to {each.interval[1]:.2f}",
        ]
        for each in found
    ]
    notes = dict.fromkeys(note for each in found for note in each.notes)
    return Group(Fitting(columns, rows, ruled=False), *(text_of(note, "dim") for note in notes))
