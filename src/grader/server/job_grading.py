"""Jobs that grade an inspection and ask why."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any, Final

from grader.server.jobs import Answer, problem_data
from grader.session import LoadedInspection, Session

_SESSIONS: dict[str, Session] = {}
_LOADED: OrderedDict[str, LoadedInspection] = OrderedDict()
_KEPT: Final = 4


def session(framework: str) -> Session:
    """The session of a framework and its rule book, read once a worker."""
    found = _SESSIONS.get(framework)
    if found is None:
        found = _SESSIONS[framework] = Session.open(framework=framework)
    return found


def loaded(given: dict[str, Any], known_as: str | None = None) -> LoadedInspection:
    """An inspection given as data; the last few are kept by name."""
    if known_as is not None and known_as in _LOADED:
        _LOADED.move_to_end(known_as)
        return _LOADED[known_as]
    found = session(given["inspection"]["framework"]).load(given)
    if known_as is not None:
        _LOADED[known_as] = found
        while len(_LOADED) > _KEPT:
            _LOADED.popitem(last=False)
    return found


def propose(
    _: list[bytes],
    inspection: dict[str, Any],
    known_as: str | None = None,
    settings: dict[str, Any] | None = None,
) -> Answer:
    """The proposal, and warnings about the record."""
    found = loaded(inspection, known_as).at(settings)
    return found.proposal.model_dump(mode="json", by_alias=True), []


def check(_: list[bytes], inspection: dict[str, Any]) -> Answer:
    """A sound inspection, its names as ids, and warnings about it."""
    found = loaded(inspection)
    data = found.inspection.model_dump(mode="json", exclude_defaults=True)
    return {"inspection": data["inspection"], "warnings": [problem_data(p) for p in found.warnings]}, []


def explain(_: list[bytes], inspection: dict[str, Any], area: str, known_as: str | None = None) -> Answer:
    from grader.explanations.why import explain as why

    return why(loaded(inspection, known_as), area).model_dump(mode="json", by_alias=True), []


def why_not(
    _: list[bytes], inspection: dict[str, Any], area: str, grade: str, known_as: str | None = None
) -> Answer:
    from grader.explanations.why_not import why_not as ask

    return ask(loaded(inspection, known_as), area, grade).model_dump(mode="json", by_alias=True), []


def smallest_change(
    _: list[bytes],
    inspection: dict[str, Any],
    area: str,
    grade: str,
    exactly: bool = False,
    known_as: str | None = None,
) -> Answer:
    from grader.explanations.smallest_change import smallest_change as search

    found = search(loaded(inspection, known_as), area, grade, exactly=exactly)
    return found.model_dump(mode="json", by_alias=True), []


def changes(_: list[bytes], old: dict[str, Any], new: dict[str, Any]) -> Answer:
    """What changed between two states of an inspection, and what it moved."""
    from grader.review.changes import changes as compare

    return compare(loaded(old), loaded(new)).model_dump(mode="json", by_alias=True), []


def what_if(_: list[bytes], old: dict[str, Any], new: dict[str, Any], settings: dict[str, Any]) -> Answer:
    """What would be proposed, and what it moves beside what is."""
    from grader.review.changes import changes as compare

    found = loaded(new).at(settings)
    moved = None if old == new else compare(loaded(old).at(settings), found)
    return {
        "proposal": found.proposal.model_dump(mode="json", by_alias=True),
        "changes": moved.model_dump(mode="json", by_alias=True) if moved is not None else None,
    }, []


def find(
    _: list[bytes],
    words: str,
    framework: str,
    edition: str | None = None,
    area: str | None = None,
    limit: int = 10,
) -> Answer:
    from grader.api.lookups import find as look

    found = look(words, framework=framework, edition=edition, area=area, limit=limit)
    return found.model_dump(mode="json", by_alias=True), []


JOBS: Final = {
    "propose": propose,
    "check": check,
    "explain": explain,
    "why_not": why_not,
    "smallest_change": smallest_change,
    "changes": changes,
    "find": find,
    "what_if": what_if,
}
