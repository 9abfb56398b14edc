"""One area: what is proposed and why, why not, what would change it, and what if."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import shorten
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from grader.language.english import number
from grader.server import decisions, evidence
from grader.server.pages.refused import Refused, tried
from grader.server.pages.subject import Choice, Subject, assessments, bases, subject
from grader.server.web import Bench, SignedInCaller

router = APIRouter(prefix="/inspections/{key}")

Data = Mapping[str, Any]
Word = Annotated[str, Query(max_length=200)]


@router.get("/area")
def area_page(
    request: Request,
    bench: Bench,
    caller: SignedInCaller,
    key: str,
    id: Word,
    why_not: Word = "",
    to: Word = "",
    exactly: Word = "",
) -> Response:
    on = subject(request, bench, caller, key)
    seen = decisions.area(bench, caller, key, id)
    said = decisions.explain(bench, caller, key, id)
    refused: Refused | None = None
    against = change = None
    if why_not:
        against = tried(lambda: decisions.why_not(bench, caller, key, id, why_not))
    if to:
        change = tried(lambda: decisions.smallest_change(bench, caller, key, id, to, exactly=bool(exactly)))
    for answer in (against, change):
        if isinstance(answer, Refused):
            refused = answer
    return on.page(
        "area.html",
        refused=refused,
        seen=seen,
        said=said,
        grades=grades(on),
        asked={"why_not": why_not, "to": to, "exactly": bool(exactly)},
        against=None if isinstance(against, Refused) else against,
        change=None if isinstance(change, Refused) else change,
        names={a.id: a.title for a in on.areas},
        texts=on.texts,
        drafts=[f for f in seen.result["findings"] if f["origin"] == "proposed"],
        standing=[f for f in seen.result["findings"] if f["origin"] != "proposed"],
        cited=_statements(said),
    )


def grades(on: Subject) -> list[Choice]:
    """The grades, best first."""
    return [Choice(g.id, g.title, g.meaning) for g in on.framework.grade_scale.grades]


def _statements(said: Data) -> dict[str, str]:
    """What each item cited says, by its id."""
    return {
        cited["id"]: cited["statement"]
        for c in said["characteristics"]
        for side in ("evidence_for", "evidence_against")
        for cited in c[side]
    }


# What if --------------------------------------------------------------------------------------------------


@router.get("/what-if")
def what_if_page(
    request: Request,
    bench: Bench,
    caller: SignedInCaller,
    key: str,
    area: Word = "",
    parameter: Word = "",
    value: Word = "",
    item: Word = "",
    how: Word = "",
    characteristic: Word = "",
    assessment: Word = "",
    basis: Word = "",
) -> Response:
    """What would be proposed if something were otherwise; an address asks, and nothing is saved."""
    on = subject(request, bench, caller, key)
    now = decisions.proposal(bench, caller, key)
    asked = {
        "area": area,
        "parameter": parameter,
        "value": value,
        "item": item,
        "how": how,
        "characteristic": characteristic,
        "assessment": assessment,
        "basis": basis,
    }
    answer: Data | Refused | None = None
    if parameter or item or characteristic:
        answer = tried(lambda: _what_if(on, asked), {parameter: "value"})
    book = on.session.book
    return on.page(
        "what_if.html",
        refused=answer if isinstance(answer, Refused) else None,
        asked=asked,
        answer=None if isinstance(answer, Refused) else answer,
        moved=_moved(now.proposal, answer["proposal"]) if isinstance(answer, dict) else [],
        parameters=[
            Choice(name, f"{name} (now {number(p.default, None, p.kind)})")
            for name, p in book.parameters.items()
        ],
        items=_items(on),
        hows=[Choice("without", "Left out"), *assessments(on.framework.vocabulary)],
        assessments=assessments(on.framework.vocabulary),
        bases=bases(on.framework.vocabulary),
        characteristics=[Choice(id, f"{id}: {text}") for id, text in on.texts.items()],
        areas=on.areas,
        names={a.id: a.title for a in on.areas},
    )


def _what_if(on: Subject, asked: Mapping[str, str]) -> Data:
    settings = {asked["parameter"]: asked["value"]} if asked["parameter"] else {}
    without: list[str] = []
    items: list[Data] = []
    if asked["item"]:
        if asked["how"] in ("", "without"):
            without.append(asked["item"])
        else:
            there = evidence.one(on.bench, on.caller, on.key, asked["item"]).evidence
            items.append({**there, "assessment": asked["how"]})
    if asked["characteristic"]:
        items.append(_made_up(on, asked))
    return decisions.what_if(on.bench, on.caller, on.key, settings=settings, without=without, items=items)


def _made_up(on: Subject, asked: Mapping[str, str]) -> dict[str, Any]:
    """An item there is not, on a source there is."""
    first = evidence.listed(on.bench, on.caller, on.key, per_page=1).items
    words = on.framework.vocabulary
    return {
        "id": "what if",
        "characteristics": [asked["characteristic"]],
        "assessment": asked["assessment"] or words.sound,
        "basis": asked["basis"] or words.bases[0].id,
        "statement": "Made up to ask what if",
        "source": first[0].evidence["source"] if first else "",
    }


def _items(on: Subject) -> list[Choice]:
    limit = on.bench.settings.limits.page_most
    found = evidence.listed(on.bench, on.caller, on.key, order="file", per_page=max(limit, 1000)).items
    return [Choice(i.id, f"{i.id}: {shorten(i.evidence['statement'], 90, placeholder='…')}") for i in found]


def _moved(now: Data, then: Data) -> list[tuple[Data, Data, bool]]:
    """Each area as it is and would be, and whether it differs."""
    return [
        (a, b, (a["outcome"], a["grade"], a["possible"]) != (b["outcome"], b["grade"], b["possible"]))
        for a, b in zip(now["areas"], then["areas"], strict=True)
    ]
