"""The form of one item of evidence, shown and read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from starlette.responses import Response

from grader.errors import InputError
from grader.io.scalars import is_plain_number
from grader.server import searching, sources
from grader.server.pages.refused import Refused, lacking, sides
from grader.server.pages.subject import BY_FIGURE, Choice, Subject, assessments, bases, extents, harms
from grader.server.shapes import ItemView
from grader.server.web import Posted

Data = Mapping[str, Any]

#: What the form calls fields of the file.
FIELDS: Final = {
    "measure": "measure_name",
    "measure.name": "measure_name",
    "measure.value": "measure_value",
    "measure.interval": "measure_interval",
    "measure.unit": "measure_unit",
}
NEEDED: Final = {
    "statement": "Write what was found",
    "characteristics": "Choose a characteristic",
    "assessment": "Choose how it stands against them",
    "basis": "Choose how it was found",
    "source": "Choose a source",
}
_TEXTS: Final = ("extent", "harm", "remedied_on", "found_on", "locator", "tagged_by")


def read(form: Posted) -> dict[str, Any]:
    """The item a form holds: what is needed, though it is empty, and what else is not."""
    given: dict[str, Any] = {
        "characteristics": characteristics(form),
        # The statement stands as it was typed.
        "statement": form.text("statement"),
        "basis": form.text("basis").strip(),
        "source": form.text("source").strip(),
    }
    given |= {name: value for name in _TEXTS if (value := form.maybe(name)) is not None}
    given |= {name: True for name in ("remedied", "innovative") if form.text(name)}
    measure = {
        name: value
        for name in ("name", "value", "interval", "unit")
        if (value := form.maybe(f"measure_{name}"))
    }
    assessment = form.text("assessment").strip()
    if assessment or not measure:
        given["assessment"] = assessment
    if measure:
        given["measure"] = {
            name: _number(value) if name in ("value", "interval") else value
            for name, value in measure.items()
        }
    return given


def blank(given: Data) -> dict[str, str]:
    """By field that the form asks for and that is empty, what to do."""
    return lacking(given, {name: say for name, say in NEEDED.items() if name in given})


def characteristics(form: Posted) -> list[str]:
    """Those ticked, and those written."""
    written = re.split(r"[\s,;]+", form.text("more"))
    return [name for name in dict.fromkeys([*form.many("characteristics"), *written]) if name]


def _number(text: str) -> float | int | str:
    """A number; anything else as written, to be faulted as in a file."""
    if not is_plain_number(text):
        return text
    value = float(text)
    return int(value) if value.is_integer() and abs(value) < 2**53 else value


def look_up(on: Subject, words: str) -> list[dict[str, Any]] | None:
    """Characteristics that words may be about, the nearest first; None where nothing is asked."""
    if not words.strip():
        return None
    try:
        found = searching.characteristics(on.bench, on.caller, on.key, words.strip()[:2000], limit=12)
    except InputError:
        return []  # words that say nothing to search by find nothing
    matches: list[dict[str, Any]] = found["matches"]
    return matches


def show(
    on: Subject,
    given: Data,
    *,
    item: ItemView | None = None,
    version: int | None = None,
    search: str = "",
    refused: Refused | None = None,
) -> Response:
    """The form, filled in; where somebody else was quicker, with both versions side by side."""
    words = on.framework.vocabulary
    changed = refused.changed if refused is not None else None
    pairs = sides(changed.current, _without_id(given)) if changed is not None and changed.current else []
    return on.page(
        "item_form.html",
        item=item,
        given=given,
        # Whoever has seen both versions changes the one there is now.
        version=int(changed.version) if changed is not None else version,
        refused=refused,
        pairs=[pair for pair in pairs if pair[0] not in ("id", "settled")],
        search=search,
        matches=look_up(on, search),
        assessments=assessments(words),
        by_figure=BY_FIGURE,
        bases=bases(words),
        extents=extents(words),
        harms=harms(words),
        default_extent=words.extents.default,
        default_harm=words.harms.default,
        sources=[
            Choice(s.id, f"{s.id}: {s.source['title']}") for s in sources.listed(on.bench, on.caller, on.key)
        ],
        areas=on.areas,
        texts=on.texts,
    )


def _without_id(given: Data) -> dict[str, Any]:
    return {name: value for name, value in given.items() if name != "id"}
