"""Templates: everything filled in is escaped, and what would hide or reorder text is shown as an escape."""

from __future__ import annotations

from functools import cache
from typing import Any

from fastapi import Request
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse

from grader.render.content import words
from grader.server.problems import ProblemDetails
from grader.text import plural


@cache
def templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("grader.server"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=words.visible,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "words": words.words,
        "web_address": words.web_address,
        "counted": plural,
        "moment": lambda moment: moment.strftime("%-d %B %Y at %H:%M UTC"),
    }
    return environment


def page(request: Request, template: str, status: int = 200, **context: Any) -> HTMLResponse:
    """A page; `caller` is whoever is signed in, and `csrf` what its forms send with them."""
    caller = getattr(request.state, "caller", None)
    text = (
        templates()
        .get_template(template)
        .render(
            request_id=request.state.request_id,
            caller=caller,
            csrf=caller.csrf if caller is not None else "",
            **context,
        )
    )
    return HTMLResponse(text, status)


def error_page(request: Request, details: ProblemDetails, headers: dict[str, str]) -> HTMLResponse:
    """What went wrong, as a page."""
    answer = page(request, "error.html", details.status, details=details)
    answer.headers.update(headers)
    return answer


@cache
def style_sheet() -> str:
    """The one style sheet: the report's, and what a workbench needs besides."""
    from importlib.resources import files

    from grader.render.html.page import style

    return style("grader") + files("grader.server").joinpath("static/workbench.css").read_text("utf-8")
