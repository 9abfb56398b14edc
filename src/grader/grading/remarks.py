"""Warnings about figures, contradictions and areas not inspected."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from grader.grading.conclude import LayerEvaluator
from grader.grading.tally import Item, Tally
from grader.language.english import number
from grader.language.figures import as_whole
from grader.language.order import orders
from grader.language.rulebook import RuleBook
from grader.model.inspection import Evidence, Figure, Inspection
from grader.text import figure_text, some_of
from grader.vocabulary.kinds import STRENGTH
from grader.vocabulary.words import Vocabulary

CONTRADICTION = "contradiction"

_TESTED = STRENGTH.rank("tested")


def remarks(
    inspection: Inspection, laid: Tally, inspected: Iterable[str], evaluator: LayerEvaluator
) -> Iterator[tuple[str, str]]:
    """Codes and messages, in no order.

    Parameters
    ----------
    inspected : iterable of str
        Characteristics of inspected areas.
    """
    for evidence in inspection.evidence:
        measure = evidence.measure
        if measure is not None and measure.name in evaluator.book.measures:
            yield from _of_figure(evidence, measure, evaluator)
    for characteristic in inspected:
        yield from _contradiction(evaluator.book.vocabulary, characteristic, laid.items[characteristic])


def remarks_on_settings(
    book: RuleBook, settings: Mapping[str, int], *, proved: bool
) -> Iterator[tuple[str, str]]:
    """Settings outside what is proved, or against an order of the defaults.

    Parameters
    ----------
    book : RuleBook
        Not bound.
    proved : bool
        Whether ranges are proved at these settings.
    """
    if not settings:
        return
    if not proved:
        names = ", ".join(sorted(settings))
        message = f"it is not recorded as proved that grades move with the evidence at {names} as set here"
        yield "settings_not_proved", message
    defaults = book.defaults()
    values = {**defaults, **settings}
    for order in orders(book):
        if order.broken(values) and not order.broken(defaults):
            names = " and ".join(
                f"{name} {number(values[name], None, book.parameters[name].kind)}"
                for name in sorted(order.names())
            )
            yield (
                "settings_out_of_order",
                f"{names} are out of order: {order.further} asks less of {order.fact} than {order.nearer}",
            )


def _of_figure(evidence: Evidence, measure: Figure, evaluator: LayerEvaluator) -> Iterator[tuple[str, str]]:
    """A figure that differs from the inspector, or lies near a line."""
    said = _said(measure, measure.value, evaluator)
    name = f"{evidence.id}: {measure.name} {figure_text(measure.value)}"
    if evidence.assessment is not None and said != evidence.assessment:
        yield (
            "measure_disagrees",
            f"{name} reads as {said}, the inspector says {evidence.assessment};"
            " the inspector's assessment stands",
        )
    if measure.interval is None:
        return
    ends = [measure.value - measure.interval, measure.value + measure.interval]
    if measure.unit == "percent":  # a published interval may pass either end
        ends = [min(max(end, 0.0), 100.0) for end in ends]
    low, high = (_said(measure, end, evaluator) for end in ends)
    if low != high:
        yield (
            "figure_near_a_line",
            f"{name} reads as {said}, and within its interval of {figure_text(measure.interval)} it cannot be"
            f" told from a line: {_read(measure, ends[0], evaluator)} reads as {low},"
            f" {_read(measure, ends[1], evaluator)} as {high}",
        )


def _read(measure: Figure, value: float, evaluator: LayerEvaluator) -> str:
    """A figure as rules read it, which is never on the other side of a line."""
    known = evaluator.book.measures[measure.name]
    decimals = 1 if known.decimals is None else known.decimals
    return f"{Decimal(as_whole(known, round(value, 9))).scaleb(-decimals):f}"


def _said(measure: Figure, value: float, evaluator: LayerEvaluator) -> str:
    figure = as_whole(evaluator.book.measures[measure.name], round(value, 9))
    rank = evaluator.assessment(measure.name, figure).rank
    return evaluator.book.vocabulary.assessments.said_of(rank)


def _contradiction(
    words: Vocabulary, characteristic: str, items: Iterable[Item]
) -> Iterator[tuple[str, str]]:
    """Tested evidence both for and against, neither isolated nor remedied."""
    done, not_done = words.assessments.rank(words.sound), words.assessments.rank(words.assessments.levels[0])
    isolated = words.extents.rank(words.extents.names[0])
    tested = [item for item in items if item.row["strength"] == _TESTED]
    sound = [i.id for i in tested if i.row["assessment"] >= done]
    failing = [
        i.id
        for i in tested
        if i.row["assessment"] == not_done and i.row["extent"] > isolated and not i.row["remedied"]
    ]
    if sound and failing:
        yield (
            CONTRADICTION,
            f"{characteristic}: tested both as done ({some_of(sound)})"
            f" and as not done ({some_of(failing)}); which to believe is for an inspector",
        )
