"""A simulation as text: an area a row, with shares and a bar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import RenderableType
from rich.text import Text

from grader.bulk.simulate import CHARACTERISTICS, STEP, AreaSimulated, Simulation
from grader.language.english import per_cent
from grader.language.rulebook import RuleBook
from grader.model.framework import Framework
from grader.render.text.settings import settings_line
from grader.render.text.tables import Column, Fitting, text_of

#: Characters of a bar: each is so many of a hundred draws.
BAR = 16


def simulation_for_person(framework: Framework, book: RuleBook, found: Simulation) -> list[RenderableType]:
    """The parts of the answer, from top to bottom."""
    titles = {grade.id: grade.title for grade in framework.grade_scale.grades}
    letters = _letters([*titles.values(), "Withheld"])
    marks = dict(zip([*titles, "withheld"], letters, strict=True))
    versions = "version" if found.draws == 1 else "versions"
    measured = (found.step, found.characteristics) == (STEP, CHARACTERISTICS)
    exchanged = (
        "a second characteristic added, dropped or exchanged within the topic with probability"
        f" {100 * found.characteristics:g} %, "
    )
    if framework.vocabulary.several is not None:
        exchanged, measured = "", found.step == STEP
    said = (
        f"{found.draws:,} {versions} drawn (seed {found.seed}): each assessment a step better or worse with"
        f" probability {100 * found.step:g} %, {exchanged}each figure within its interval. "
        + (
            "The probabilities are those measured on one report by two taggers."
            if measured
            else "The probabilities are assumed; on one report two taggers differed in"
            f" {100 * STEP:g} % of assessments and in the characteristics of {100 * CHARACTERISTICS:g} % of"
            " items."
        )
    )
    named = {**titles, "withheld": "withheld"}
    legend = ", ".join(f"{marks[name]} {title.lower()}" for name, title in named.items())
    return [
        text_of(f"{found.body} ({found.inspection})", "bold"),
        text_of(f"{framework.framework.title}: proposed grades, a person decides"),
        *([text_of(settings, "bold")] if (settings := settings_line(book, found.overrides)) else []),
        text_of(said),
        Text(),
        _table(found, marks),
        text_of(f"per cent of versions; {legend}", "dim"),
    ]


def _letters(names: Sequence[str]) -> list[str]:
    """A letter for each name, or numbers where letters clash."""
    first = [name[:1].upper() for name in names]
    return first if len(set(first)) == len(first) else [str(n) for n in range(1, len(names) + 1)]


def _table(found: Simulation, marks: Mapping[str, str]) -> Fitting:
    shares = [Column(mark, right=True) for mark in marks.values()]
    columns = [Column("area"), Column("proposed"), *shares, Column("")]
    return Fitting(columns, [[area.area, *_cells(area, marks, found.draws)] for area in found.areas])


def _cells(area: AreaSimulated, marks: Mapping[str, str], draws: int) -> list[str]:
    if not area.shares:
        said = {"ungraded": "not graded", "not_inspected": "not inspected"}
        return [said.get(area.outcome, area.outcome), *[""] * len(marks), ""]
    proposed = marks[area.proposed] if area.proposed is not None else marks["withheld"]
    shares = [_share(round(area.shares[name] * draws), draws) for name in marks]
    return [proposed, *shares, bar([area.shares[n] for n in marks], list(marks.values()))]


def _share(part: int, draws: int) -> str:
    """A share in per cent without its sign, or a point."""
    if part == 0:
        return "."
    said = per_cent(part, draws).removesuffix(" %").replace("less than ", "<")
    return said if "." in said or part == draws else f"{said}.0"


def bar(shares: Sequence[float], marks: Sequence[str], width: int = BAR) -> str:
    """Shares as a run of marks, by largest remainder."""
    exact = [share * width for share in shares]
    many = [int(part) for part in exact]
    by_rest = sorted(range(len(exact)), key=lambda i: (many[i] - exact[i], i))
    for i in by_rest[: width - sum(many)]:
        many[i] += 1
    return "".join(mark * n for mark, n in zip(marks, many, strict=True))
