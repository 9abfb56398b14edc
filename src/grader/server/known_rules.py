"""The server's frameworks and rule books, by id and hash; none is ever uploaded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from grader.cached import cached_property
from grader.io import catalogue
from grader.io.lookup import about_parameters, about_rule
from grader.server.refusals import NotNow, NotThere
from grader.session import Session


@dataclass(frozen=True, slots=True)
class RulesInfo:
    """A framework with its rule book."""

    framework: str
    title: str
    framework_sha256: str
    rulebook: str
    rulebook_version: str
    rulebook_sha256: str
    editions: tuple[str, ...]
    status: str


class KnownRules:
    """The list, read once; its sessions check single entries in this process."""

    @cached_property
    def _sessions(self) -> dict[str, Session]:
        return {name: Session.open(framework=name, engine="reference") for name in catalogue.framework_ids()}

    @cached_property
    def _infos(self) -> dict[str, RulesInfo]:
        return {name: _info(session) for name, session in self._sessions.items()}

    @cached_property
    def _told(self) -> dict[str, dict[str, Any]]:
        return {name: _in_english(session) for name, session in self._sessions.items()}

    def told(self, framework: str) -> dict[str, Any]:
        """The rule book of a framework in English, its parameters, what is proved; raises NotThere."""
        return self._told[self.of(framework).framework]

    def all(self) -> list[RulesInfo]:
        return list(self._infos.values())

    def of(self, framework: str) -> RulesInfo:
        """The framework with this id; raises NotThere."""
        found = self._infos.get(framework)
        if found is None:
            known = ", ".join(self._infos)
            raise NotThere(f"this server has no framework {framework[:60]!r}", help=f"it has {known}")
        return found

    def same(self, framework: str, framework_sha256: str, rulebook_sha256: str) -> bool:
        """Whether a framework and its rule book are those that an inspection was begun on."""
        found = self._infos.get(framework)
        return found is not None and (found.framework_sha256, found.rulebook_sha256) == (
            framework_sha256,
            rulebook_sha256,
        )

    def shown(self, framework: str) -> Session:
        """The session there is now, whose words an inspection is shown in: nothing is graded by it."""
        return self._sessions[self.of(framework).framework]

    def session(self, framework: str, framework_sha256: str, rulebook_sha256: str) -> Session:
        """The session for a framework and rule book as they were; raises NotNow if they changed."""
        if not self.same(framework, framework_sha256, rulebook_sha256):
            raise NotNow(
                f"the rules of {framework} are other ones now than those this inspection was begun on",
                help="a reviewer or its owner can take it over to the rules there are now, under Files",
            )
        return self._sessions[framework]


def _in_english(session: Session) -> dict[str, Any]:
    book = session.book
    return {
        "rulebook": book.id,
        "version": book.version,
        "sha256": book.sha256,
        "rules": [about_rule(book, rule.id).model_dump(mode="json", by_alias=True) for rule in book.rules],
        "parameters": about_parameters(book).model_dump(mode="json", by_alias=True),
        "proved": dict(book.proved.promises) if book.proved is not None else None,
    }


def _info(session: Session) -> RulesInfo:
    framework = session.framework.framework
    return RulesInfo(
        framework=framework.id,
        title=framework.framework.title,
        framework_sha256=str(session.framework.sha256),
        rulebook=session.book.id,
        rulebook_version=session.book.version,
        rulebook_sha256=str(session.book.sha256),
        editions=tuple(framework.editions),
        status=framework.framework.status,
    )
