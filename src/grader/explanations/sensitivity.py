"""At which values of each parameter an area keeps its grade, exactly.

Between two compared values nothing changes: one pass speaks for all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Literal

from pydantic import Field

from grader.explanations.asked import area_asked
from grader.grading.run import GradingTrace
from grader.language.compared import Compared, compared_with, turns
from grader.language.figures import as_whole
from grader.language.nodes import Level
from grader.language.order import Order, orders, value_of
from grader.language.rulebook import Parameter
from grader.language.settings import Settings
from grader.language.vocabulary import entities
from grader.model.proposal import OutputModel
from grader.session import LoadedInspection

SCHEMA: Final = "grader.sensitivity/1"

Interval = tuple[int, int]
"""The first and the last value, both in it."""


class Stands(OutputModel):
    """An outcome, and the parameter's values at which it stands."""

    outcome: str
    grade: str | None
    intervals: list[Interval]


class AreaAtValues(OutputModel):
    """One area over the whole range of one parameter."""

    area: str
    title: str
    outcome: str
    grade: str | None
    stands: list[Stands]
    """In the order of the values at which each first stands; together they are the parameter's range."""


class OrderBroken(OutputModel):
    """Values at which a further rule would ask for less."""

    intervals: list[Interval]
    message: str


class ParameterWalked(OutputModel):
    """One parameter, the others as they are set; shares are in whole per mille."""

    name: str
    kind: Literal["share", "count", "points"]
    value: int
    default: int
    basis: str
    range: Interval
    breaks_order: list[OrderBroken]
    areas: list[AreaAtValues]


class ParameterSensitivity(OutputModel):
    """For each parameter, where each outcome and grade stands."""

    schema_: Literal["grader.sensitivity/1"] = Field(SCHEMA, alias="schema")
    inspection: str
    body: str
    overrides: dict[str, int]
    parameters: list[ParameterWalked]

    def __repr__(self) -> str:
        return f"<ParameterSensitivity {self.inspection}: {len(self.parameters)} parameters>"

    __str__ = __repr__


def sensitivity(loaded: LoadedInspection, area: str | None = None) -> ParameterSensitivity:
    """The values of each parameter alone at which each grade stands.

    Parameters
    ----------
    area : str, optional
        Every graded area by default.

    Raises
    ------
    UnknownNameError
        No such area.
    """
    framework, inspection = loaded.framework.framework, loaded.inspection
    edition = inspection.inspection.edition
    if area is not None:
        asked = [area_asked(framework, edition, area)]
    else:
        graded = [a.id for a in framework.areas_in(edition) if a.editions[edition].graded]
        asked = [a for a in graded if a in loaded.trace.areas]
    book = loaded.book
    ordered = orders(book)
    return ParameterSensitivity(
        schema=SCHEMA,
        inspection=inspection.id,
        body=inspection.inspection.body,
        overrides=dict(sorted(loaded.session.settings.items())),
        parameters=[_walked(loaded, book.parameters[n], asked, ordered) for n in sorted(book.parameters)],
    )


def _walked(
    loaded: LoadedInspection, parameter: Parameter, asked: Sequence[str], ordered: Iterable[Order]
) -> ParameterWalked:
    settings = loaded.session.settings
    stands: dict[str, dict[tuple[str, str | None], list[Interval]]] = {area: {} for area in asked}
    inspected = [a for a in asked if a in loaded.trace.areas]
    for (first, last), trace in walk(loaded, parameter, inspected):
        for area in asked:
            _add(stands[area].setdefault(_said(loaded, trace, area), []), (first, last))
    areas = []
    for area in asked:
        outcome, grade = _said(loaded, loaded.trace, area)
        found = [Stands(outcome=o, grade=g, intervals=i) for (o, g), i in stands[area].items()]
        title = loaded.framework.framework.area(area).title
        areas.append(AreaAtValues(area=area, title=title, outcome=outcome, grade=grade, stands=found))
    return ParameterWalked(
        name=parameter.name,
        kind=str(parameter.kind),  # type: ignore[arg-type]  # one of the three
        value=settings.get(parameter.name, parameter.default),
        default=parameter.default,
        basis=parameter.basis,
        range=(parameter.minimum, parameter.maximum),
        breaks_order=list(_broken(loaded, parameter, ordered)),
        areas=areas,
    )


def _add(intervals: list[Interval], more: Interval) -> None:
    """Put an interval at the end, joined to the last where the two touch."""
    if intervals and intervals[-1][1] + 1 == more[0]:
        intervals[-1] = (intervals[-1][0], more[1])
    else:
        intervals.append(more)


def _said(loaded: LoadedInspection, trace: GradingTrace, area: str) -> tuple[str, str | None]:
    case = trace.areas.get(area)
    if case is None:
        return "not_inspected", None
    scale = loaded.session.bound.grade_scale
    return case.outcome, scale.name_of(case.decision.rank) if case.decision is not None else None


# Walking ---------------------------------------------------------------------------------------------------


def walk(
    loaded: LoadedInspection, parameter: Parameter, areas: Sequence[str]
) -> Iterator[tuple[Interval, GradingTrace]]:
    """Intervals of a parameter with the same conclusions, with these."""
    compared = compared_with(loaded.book, parameter.name)
    session = loaded.session
    first = parameter.minimum
    while first <= parameter.maximum:
        values = Settings({**session.settings, parameter.name: first})
        trace = session.at(values, "reference").run(loaded.inspection)
        seen = [t for c in compared for t in turns(c.op, _values(loaded, trace, areas, c))]
        seen += [first + 1 for c in compared if c.everywhere]
        following = min((t for t in seen if t > first), default=parameter.maximum + 1)
        following = min(following, parameter.maximum + 1)
        yield (first, following - 1), trace
        first = following


def _values(
    loaded: LoadedInspection, trace: GradingTrace, areas: Sequence[str], compared: Compared
) -> Iterator[int]:
    """Every value compared with the parameter in one pass."""
    name = compared.name
    if compared.level is Level.FIGURE:
        for item in loaded.inspection.evidence:
            if item.measure is not None and item.assessment is None:
                yield as_whole(loaded.book.measures[item.measure.name], item.measure.value)
    elif compared.level is Level.AREA:
        yield from (trace.areas[area].facts[name] for area in areas)
    elif compared.level is Level.CHARACTERISTIC or compared.entity == "characteristics":
        yield from (case.facts[name] for area in areas for case in trace.characteristics[area])
    elif compared.entity is not None:
        yield from range(len(entities(loaded.book.vocabulary)[compared.entity].attributes[name].names))


def _broken(
    loaded: LoadedInspection, parameter: Parameter, ordered: Iterable[Order]
) -> Iterator[OrderBroken]:
    """Settings that break an order between the parameter and others as they are set."""
    values = loaded.book.defaults() | loaded.session.settings
    for order in ordered:
        if parameter.name not in order.names():
            continue
        ends = _broken_at(order, parameter, values)
        if ends is not None:
            message = f"{order.further} would ask less of {order.fact} than {order.nearer}"
            yield OrderBroken(intervals=[ends], message=message)


def _broken_at(order: Order, parameter: Parameter, values: dict[str, int]) -> Interval | None:
    low, high = parameter.minimum, parameter.maximum
    if getattr(order.high, "name", None) == parameter.name:
        high = min(high, value_of(order.low, values) - 1)
    else:
        low = max(low, value_of(order.high, values) + 1)
    return (low, high) if low <= high else None
