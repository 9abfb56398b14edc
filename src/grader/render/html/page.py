"""The report as one HTML file.

No script, and a policy that admits its own style alone; users' text is escaped.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from typing import TYPE_CHECKING, Any

from grader.distribution import install
from grader.errors import MissingExtraError
from grader.render.content import words
from grader.render.content.blocks import Document
from grader.render.content.build import Content, content_of
from grader.render.content.decided import Decided
from grader.render.html import charts
from grader.session import LoadedInspection
from grader.text import plural

if TYPE_CHECKING:
    from jinja2 import Environment

#: What of the content the templates read.
_SHOWN = (
    "proposal", "framework", "inspection", "decided", "areas", "ordered", "anchors", "left", "parameters",
    "warnings", "more",
)  # fmt: skip


def report(loaded: LoadedInspection, decided: Decided | None = None) -> str:
    """A proposal as HTML, the same bytes for the same conclusions.

    Parameters
    ----------
    decided : Decided, optional
        Final grades.

    Raises
    ------
    MissingExtraError
    """
    return page_of(content_of(loaded, decided))


def page_of(content: Content) -> str:
    """The page of a report's content."""
    environment, proposal = templates(), content.proposal
    style, digest = _style(environment, f"{proposal.body}: proposed grades, a person decides")
    drawn = charts.styles(content.framework.vocabulary.statuses)
    text: str = environment.get_template("report.html").render(
        {name: getattr(content, name) for name in _SHOWN},
        style=_markup(style),
        style_hash=digest,
        vocabulary=content.framework.vocabulary,
        scale=[grade.title for grade in reversed(content.framework.grade_scale.grades)],
        drawn=list(drawn.values()),
        bars=charts.bars((area for area in content.ordered if area.looked_at), drawn),
    )
    return text


def document_page(document: Document) -> str:
    """A document of sections, lists and tables as a page of HTML."""
    environment = templates()
    style, digest = _style(environment, document.running, landscape=document.one_page)
    text: str = environment.get_template("document.html").render(
        document=document, style=_markup(style), style_hash=digest
    )
    return text


def _style(environment: Environment, running: str, *, landscape: bool = False) -> tuple[str, str]:
    """The style sheet with the print header, and its hash."""
    style = environment.get_template("report.css").render(
        running=_markup(css_string(running)), landscape=landscape
    )
    return style, base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii")


def style(running: str) -> str:
    """The report's style sheet, for pages that look as it does."""
    return _style(templates(), running)[0]


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
        "rule_title": words.rule_title,
        "measure": words.measure_words,
        "steps": words.steps_words,
        "short": charts.short,
        "asked": charts.asked,
        "along": charts.along,
        "web_address": words.web_address,
        "counted": plural,
    }
    environment.globals |= {
        "ORIGIN_WORDS": words.ORIGIN_WORDS,
    }
    return environment


def _markup(text: str) -> Any:
    """Text of grader's own making that enters the page unescaped: the style sheet."""
    from markupsafe import Markup

    return Markup(text)


def css_string(text: str) -> str:
    """A CSS string with all but ASCII letters and digits escaped."""
    plain = "".join(c if c.isascii() and c.isalnum() else f"\\{ord(c):06x} " for c in text)
    return f'"{plain}"'
