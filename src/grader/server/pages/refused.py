"""What a page does where a service refuses: the form again, with what was typed and the reason."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from starlette.responses import Response

from grader.errors import InputError, Problem
from grader.render.content.words import opened
from grader.server.refusals import Changed, NotNow, WorkerFailed

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Wrong:
    """One thing that is wrong, with the field of the form it is at."""

    message: str
    field: str | None = None
    help: str | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a form was not taken.

    Attributes
    ----------
    wrong : sequence of Wrong
        Empty where somebody else was quicker.
    changed : Changed or None
        What changed since it was read.
    """

    status: int
    wrong: Sequence[Wrong] = ()
    changed: Changed | None = None
    by_field: Mapping[str, str] = field(default_factory=dict)


def tried(
    act: Callable[[], T], fields: Mapping[str, str] | None = None, blank: Mapping[str, str] | None = None
) -> T | Refused:
    """What a service gives, or why it refuses; what the form cannot mend is raised.

    Parameters
    ----------
    fields : mapping of str to str
        The form's names of fields: `measure.value` is `measure_value`.
    blank : mapping of str to str, optional
        By field that is empty, what to do. The service refuses those too; its words for them are left out,
        and what else is wrong is told with them.
    """
    blank = blank or {}
    try:
        return act()
    except InputError as error:
        others = [_wrong(problem, fields or {}) for problem in error.problems]
        empty = [Wrong(say, name) for name, say in blank.items()]
        return refused_for([*empty, *(wrong for wrong in others if wrong.field not in blank)])
    except Changed as change:
        return Refused(change.status, changed=change)
    except (NotNow, WorkerFailed) as refusal:
        return refused_for([Wrong(opened(refusal.message), None, refusal.help)], refusal.status)


def sent(
    act: Callable[[], T],
    fields: Mapping[str, str] | None = None,
    blank: Mapping[str, str] | None = None,
    *,
    again: Callable[[Refused], Response],
    then: Callable[[T], Response],
) -> Response:
    """Do what a form asks: `then` goes on from what the service gives, `again` shows the form with why not.

    `act`, `fields` and `blank` are those of `tried`.
    """
    done = tried(act, fields, blank)
    return again(done) if isinstance(done, Refused) else then(done)


def refused_for(wrong: Sequence[Wrong], status: int = 422) -> Refused:
    """A form that was not taken for these reasons."""
    return Refused(status, wrong, None, {w.field: w.message for w in reversed(wrong) if w.field})


def taken_away(name: str) -> Refused:
    """That somebody removed a thing while it was being changed: what was typed can be added anew."""
    wrong = Wrong(
        f"{name} was taken away while you were writing", None, "what you typed can be added as a new one"
    )
    return refused_for([wrong], 412)


def lacking(given: Mapping[str, Any], needed: Mapping[str, str]) -> dict[str, str]:
    """By field that is needed and empty, what to do.

    Parameters
    ----------
    needed : mapping of str to str
        By field, what to do.
    """
    return {name: say for name, say in needed.items() if not given.get(name) or not str(given[name]).strip()}


def _wrong(problem: Problem, fields: Mapping[str, str]) -> Wrong:
    said = problem.place.file if problem.place is not None else None
    at = None
    if said:
        plain = re.sub(r"\[\d+\]", "", said)
        first = plain.partition(".")[0]
        at = fields.get(plain) or fields.get(first) or first
    return Wrong(opened(problem.message), at, problem.help)


def sides(theirs: Mapping[str, Any] | None, yours: Mapping[str, Any]) -> list[tuple[str, Any, Any]]:
    """Fields in which two versions differ: the name, what somebody else wrote, what you wrote."""
    there = theirs or {}
    names = [*yours, *(name for name in there if name not in yours)]
    return [(name, there.get(name), yours.get(name)) for name in names if there.get(name) != yours.get(name)]
