"""Where each grade stands over each parameter's values, as a person reads it."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from grader.explanations.sensitivity import (
    AreaAtValues,
    Interval,
    ParameterSensitivity,
    ParameterWalked,
    Stands,
)
from grader.language.english import number
from grader.language.rulebook import RuleBook
from grader.model.framework import Framework
from grader.render.text.settings import settings_line
from grader.render.text.tables import Labelled, indented, text_of


def sensitivity_for_person(
    framework: Framework, book: RuleBook, found: ParameterSensitivity
) -> list[RenderableType]:
    """A block for each area, a line for each parameter."""
    parts: list[RenderableType] = [
        text_of(f"{found.body} ({found.inspection})", "bold"),
        text_of(f"{framework.framework.title}: proposed grades, a person decides"),
        *([text_of(settings, "bold")] if (settings := settings_line(book, found.overrides)) else []),
        text_of("where each grade stands, one parameter moved and the others as they are set"),
    ]
    titles = {g.id: g.title.lower() for g in framework.grade_scale.grades}
    areas = found.parameters[0].areas if found.parameters else []
    for at, area in enumerate(areas):
        lines = [
            (f"{p.name}:", _stands(book, p, p.areas[at], titles))
            for p in found.parameters
            if len(p.areas[at].stands) > 1
        ]
        said = titles.get(area.grade or "", area.outcome.replace("_", " "))
        parts += [Text(), text_of(f"{area.title} ({area.area}): {said}", "bold")]
        parts.append(indented(Labelled(lines or [("", "no value of any one parameter would change it")])))
    still = [p.name for p in found.parameters if all(len(a.stands) == 1 for a in p.areas)]
    if still and areas:
        parts += [Text(), text_of(f"no value changes any of these grades: {', '.join(still)}")]
    broken = [line for p in found.parameters for line in _broken(book, p)]
    if broken:
        parts += [
            Text(),
            text_of("Values that put parameters out of order", "bold"),
            indented(Labelled(broken)),
        ]
    return parts


def _stands(book: RuleBook, parameter: ParameterWalked, area: AreaAtValues, titles: dict[str, str]) -> str:
    """`good from 50 % (the least allowed) to 90 %; above, adequate`."""
    every = sorted(
        ((interval, stands) for stands in area.stands for interval in stands.intervals), key=lambda e: e[0]
    )
    said = []
    for at, (interval, stands) in enumerate(every):
        name = _name(stands, titles)
        if at == len(every) - 1:
            said.append(f"above, {name}")
        else:
            said.append(f"{name} {_from_to(book, parameter, interval)}")
    now = number(parameter.value, None, book.parameters[parameter.name].kind)
    return f"{'; '.join(said)} (now {now}, {parameter.basis})"


def _name(stands: Stands, titles: dict[str, str]) -> str:
    return titles.get(stands.grade or "", stands.outcome.replace("_", " "))


def _from_to(book: RuleBook, parameter: ParameterWalked, interval: Interval) -> str:
    kind = book.parameters[parameter.name].kind
    low, high = (number(end, None, kind) for end in interval)
    least = " (the least allowed)" if interval[0] == parameter.range[0] else ""
    most = " (the most allowed)" if interval[1] == parameter.range[1] else ""
    return f"at {low}{least}{most}" if low == high else f"from {low}{least} to {high}{most}"


def _broken(book: RuleBook, parameter: ParameterWalked) -> Iterator[tuple[str, str]]:
    for broken in parameter.breaks_order:
        for interval in broken.intervals:
            yield f"{parameter.name}:", f"{_from_to(book, parameter, interval)}: {broken.message}"
