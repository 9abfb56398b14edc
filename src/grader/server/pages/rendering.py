"""Templates: what is filled in is escaped, and so is what would hide or reorder text."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from fastapi import Request
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse

from grader.render.content import words
from grader.server.pages.refused import Refused
from grader.server.problems import ProblemDetails
from grader.text import plural


class _Environment(Environment):
    """Templates in which what a file's block leaves out is None.

    All else stays strict: a slip in a template is a fault.
    """

    def getattr(self, obj: Any, attribute: str) -> Any:
        if type(obj) is dict:
            return obj[attribute] if attribute in obj else getattr(obj, attribute, None)
        return super().getattr(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        if type(obj) is dict and type(argument) is str:
            return obj.get(argument)
        return super().getitem(obj, argument)


@cache
def templates() -> Environment:
    environment = _Environment(
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
        "opened": words.opened,
        "sentence": words.sentence,
        "rule_title": words.rule_title,
        "moment": lambda moment: moment.strftime("%-d %B %Y at %H:%M UTC"),
    }
    return environment


#: What a page says once after something was done: the address names it, and holds no text of it.
DONE: Final = {
    "added": "It is added.",
    "saved": "It is saved.",
    "removed": "It is taken away. Its history stays.",
    "removed_member": "They have no part in it any more.",
    "tagged": "They are all tagged.",
    "imported": "It is imported.",
    "decided": "The decision is recorded.",
    "undone": "The last act on this area is taken back. The log keeps both.",
    "confirmed": "It is recorded that the decision stands.",
    "settled": "It is settled. The choice can be changed until moderation is finished.",
    "unsettled": "The choice is taken back.",
    "finished": "What was settled is in the evidence now.",
    "untagged": "Your tagging is taken back.",
    "began": "You have begun. Until you hand it in you see nobody else's tags.",
    "handed_in": "Your tagging is handed in.",
    "released": "The draft is released.",
    "withdrawn": "It is withdrawn.",
    "challenged": "Your challenge is sent.",
    "answered": "The challenge is answered.",
    "unanswered": "The answer is taken back. The challenge is open again.",
    "attached": "The document is attached.",
    "detached": "The document is taken away.",
    "new_rules": "The inspection is on the rules there are now.",
    "closed": "The inspection is closed.",
    "reopened": "The inspection is open again.",
    "erased": "The inspection is erased.",
    "redacted": "The text is taken away. Its hash stays.",
    "password": "Your password is changed. Everywhere else you are signed out.",
}


def page(
    request: Request, template: str, status: int = 200, *, refused: Refused | None = None, **context: Any
) -> HTMLResponse:
    """A page; `caller` is whoever is signed in, and `csrf` what its forms send with them.

    `refused` is why a form was not taken: the page has that status.
    """
    caller = getattr(request.state, "caller", None)
    said = DONE.get(request.query_params.get("done", "")) if request.method == "GET" else None
    context = {"refused": refused, "done": said, "here": request.url.path} | context
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
    return HTMLResponse(text, refused.status if refused is not None else status)


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
