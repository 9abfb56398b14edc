"""What all pages of one inspection share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from grader.model.framework import Area, Framework
from grader.render.content.words import opened
from grader.server import inspections
from grader.server.bench import Workbench, check_may, check_state
from grader.server.callers import Caller
from grader.server.pages.rendering import page
from grader.server.roles import Role
from grader.server.shapes import InspectionView
from grader.session import Session
from grader.vocabulary.scales import Word
from grader.vocabulary.words import Vocabulary


@dataclass(frozen=True, slots=True)
class Subject:
    """One inspection, and who looks at it."""

    request: Request
    bench: Workbench
    caller: Caller
    key: str
    inspection: InspectionView

    @property
    def session(self) -> Session:
        """The framework and the rule book whose words the pages are in."""
        return self.bench.rules.shown(self.inspection.framework)

    @property
    def framework(self) -> Framework:
        return self.session.framework.framework

    @property
    def areas(self) -> tuple[Area, ...]:
        return self.framework.areas_in(self.inspection.edition)

    @property
    def texts(self) -> dict[str, str]:
        """What each characteristic says, by its id."""
        return {c.id: c.text for a in self.areas for c in a.characteristics}

    def page(self, template: str, status: int = 200, **context: Any) -> Response:
        return page(
            self.request,
            template,
            status,
            inspection=self.inspection,
            may=frozenset(self.inspection.may),
            at=f"/inspections/{self.key}",
            **context,
        )

    def to(self, where: str, done: str = "", **query: str) -> Response:
        """To another page of it, which says what was done."""
        asked = query | ({"done": done} if done else {})
        return RedirectResponse(f"/inspections/{self.key}{where}{query_text(asked)}", 303)


def subject(request: Request, bench: Workbench, caller: Caller, key: str, needs: str = "see") -> Subject:
    """An inspection of the caller's team, to do a thing with it.

    Raises
    ------
    NotThere
        The caller has no part in it.
    NotAllowed, NotNow
        Their part does not allow it, the inspection is closed, or it would show how others tagged to
        somebody who tags as a second person: the form is not even shown.
    """
    found = inspections.one(bench, caller, key)
    check_may(caller, Role(found.role), needs)
    check_state(found.state, needs, blind=found.tagging_blind)
    return Subject(request, bench, caller, key, found)


def query_text(asked: dict[str, str]) -> str:
    """A question as the end of an address; nothing where nothing is asked."""
    said = "&".join(f"{name}={quote(value, safe='')}" for name, value in asked.items() if value)
    return f"?{said}" if said else ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose."""

    value: str
    title: str
    hint: str = ""


#: Of an item that has a figure, that no word is given besides.
BY_FIGURE: Final = Choice("", "By its figure", "No word is chosen: it has a figure, and that says it.")


def _choice(word: Word) -> Choice:
    return Choice(word.said, word.title, word.meaning)


def assessments(words: Vocabulary) -> list[Choice]:
    """How an item may stand, the best first."""
    if words.declared:
        found = {w.said: _choice(w) for levels in words.declared for w in reversed(levels.words)}
        found |= {o.word.said: _choice(o.word) for levels in words.declared for o in levels.outside}
        return list(found.values())
    return [_choice(words.assessments.word(name)) for name in reversed(words.assessments.levels)]


def bases(words: Vocabulary) -> list[Choice]:
    return [Choice(b.id, opened(b.printed), b.uncounted or b.strength or "") for b in words.bases]


def extents(words: Vocabulary) -> list[Choice]:
    return [_choice(w) for w in reversed(words.extents.words)]


def harms(words: Vocabulary) -> list[Choice]:
    return [_choice(w) for w in words.harms.words]
