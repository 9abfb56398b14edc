"""The report: one HTML file that needs nothing beside it.

It carries its own style sheet and charts, no script, and a content security policy that admits the style
sheet alone. Whatever a user wrote enters as text: the templates escape it, and a link is made only of a
plain web address.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from grader.distribution import install
from grader.errors import MissingExtraError
from grader.explanations.why import explain
from grader.language.english import number
from grader.model.inspection import Evidence
from grader.model.proposal import NotCounted, Proposal
from grader.render.html import words
from grader.render.html.areas import Areas, AreaView
from grader.render.html.charts import GradeRow, grades_chart, needed_chart, status_chart
from grader.render.html.decided import Decided
from grader.session import LoadedInspection
from grader.text import plural

if TYPE_CHECKING:
    from jinja2 import Environment


@dataclass(frozen=True, slots=True)
class Left:
    """Something that did not count; the item itself where it is shown nowhere else."""

    entry: NotCounted
    item: Evidence | None
    anchor: str | None


@dataclass(frozen=True, slots=True)
class ParameterRow:
    """A parameter with its value in words."""

    name: str
    value: str
    default: str
    changed: bool
    basis: str
    source: str
    why: str


def report(loaded: LoadedInspection, decided: Decided | None = None) -> str:
    """A proposal as a page of HTML, the same bytes for the same conclusions.

    Parameters
    ----------
    loaded : LoadedInspection
        The inspection graded.
    decided : Decided, optional
        Final grades, shown beside the proposed ones.

    Returns
    -------
    str
        The file's text.

    Raises
    ------
    MissingExtraError
        Jinja or matplotlib is not installed.
    """
    environment, proposal = templates(), loaded.proposal
    areas, anchors, left = _areas(loaded, decided)
    ordered = sorted(areas, key=lambda a: -1 if a.proposed.place is None else a.proposed.place, reverse=True)
    style = environment.get_template("report.css").render(
        running=_markup(words.css_string(f"{proposal.body}: proposed grades, a person decides"))
    )
    digest = base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii")
    text: str = environment.get_template("report.html").render(
        style=_markup(style),
        style_hash=digest,
        proposal=proposal,
        framework=loaded.framework.framework,
        vocabulary=loaded.framework.framework.vocabulary,
        inspection=loaded.inspection,
        book=loaded.book,
        decided=decided,
        areas=areas,
        ordered=ordered,
        anchors=anchors,
        left=left,
        settled=[e for e in loaded.inspection.evidence if e.settled is not None],
        parameters=_parameters(loaded, proposal),
        warnings=_warnings(proposal, decided),
        charts=_charts(loaded, areas, ordered, decided),
    )
    return text


def _areas(
    loaded: LoadedInspection, decided: Decided | None
) -> tuple[list[AreaView], dict[str, str], list[Left]]:
    proposal, maker = loaded.proposal, Areas(loaded)
    views = [
        maker.view(
            at,
            result,
            explain(loaded, result.area),
            decided.decisions.grades.get(result.area) if decided else None,
            decided.areas.get(result.area) if decided else None,
        )
        for at, result in enumerate(proposal.areas, start=1)
    ]
    left = []
    for entry in proposal.not_counted:
        anchor = maker.anchor(entry.evidence)
        left.append(Left(entry, maker.evidence[entry.evidence] if anchor else None, anchor))
    return views, maker.anchors, left


def _parameters(loaded: LoadedInspection, proposal: Proposal) -> list[ParameterRow]:
    rows = []
    for used in proposal.parameters:
        known = loaded.book.parameters[used.name]
        rows.append(
            ParameterRow(
                name=used.name,
                value=number(used.value, None, known.kind),
                default=number(used.default, None, known.kind),
                changed=used.name in proposal.overrides,
                basis=used.basis,
                source=known.source,
                why=known.why,
            )
        )
    return rows


def _warnings(proposal: Proposal, decided: Decided | None) -> list[str]:
    found = [w.message for w in proposal.warnings]
    return [*found, *(w.message for w in decided.warnings)] if decided else found


def _charts(
    loaded: LoadedInspection, areas: Sequence[AreaView], ordered: Sequence[AreaView], decided: Decided | None
) -> dict[str, Any]:
    scale = [g.title for g in reversed(loaded.framework.framework.grade_scale.grades)]
    grades = [
        GradeRow(
            label=a.result.title,
            proposed=a.proposed.place,
            final=a.final.place if a.final else None,
            said=a.proposed.text,
        )
        for a in ordered
    ]
    looked_at = [(a.result.title, a.counts) for a in ordered if a.looked_at]
    charts = {
        "grades": grades_chart("chart-grades", grades, scale, with_final=decided is not None),
        "statuses": status_chart(
            "chart-statuses",
            looked_at,
            loaded.framework.framework.vocabulary.statuses,
            "Characteristics of each area by status",
        ),
    }
    for area in areas:
        if area.needed:
            title = f"{area.result.title}: shares found, and shares that grades ask for"
            charts[area.slug] = needed_chart(f"chart-{area.slug}", area.needed, title)
    return {name: _markup(svg) for name, svg in charts.items()}


@cache
def templates() -> Environment:
    """What renders templates: everything that is filled in is escaped."""
    try:
        from jinja2 import Environment, PackageLoader, StrictUndefined
    except ImportError as error:
        raise MissingExtraError("the report needs jinja2", help=install("report")) from error
    environment = Environment(
        loader=PackageLoader("grader.render.html"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=words.visible,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "words": words.words,
        "opened": words.opened,
        "web_address": words.web_address,
        "counted": plural,
    }
    environment.globals |= {
        "ORIGIN_WORDS": words.ORIGIN_WORDS,
        "said_words": words.said_words,
    }
    return environment


def _markup(text: str) -> Any:
    """Text of grader's own making that enters the page unescaped: the style sheet and the charts."""
    from markupsafe import Markup

    return Markup(text)
