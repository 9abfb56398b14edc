"""What every service works with: database, workers, the server's rules, a clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import BoundedSemaphore
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from grader.server import audit, roles
from grader.server.callers import Caller
from grader.server.database import Database
from grader.server.grading import Grading
from grader.server.known_rules import KnownRules
from grader.server.limiting import SignInLimits
from grader.server.passwords import PasswordCheck
from grader.server.refusals import NotAllowed, NotNow, NotThere, TagsHidden
from grader.server.roles import Role
from grader.server.settings import Settings
from grader.server.tables import BlindTagging, Inspection, Member
from grader.server.uploads import Uploads
from grader.server.views_seen import ViewsSeen


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class Workbench:
    """One server's means."""

    settings: Settings
    database: Database
    rules: KnownRules
    grading: Grading
    passwords: PasswordCheck
    sign_in_limits: SignInLimits
    now: Callable[[], datetime] = _now
    seen: ViewsSeen = field(default_factory=ViewsSeen)
    exporting: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(2))
    """Held while all documents of an inspection are in memory."""
    uploads: Uploads = field(default_factory=lambda: Uploads(_now))

    # On one inspection ------------------------------------------------------------------------------------

    @contextmanager
    def reading(self, caller: Caller, key: str, may: str) -> Iterator[Work]:
        """A transaction that reads an inspection; raises NotThere for who has no part in it."""
        with self.database.reading() as session:
            yield self._work(session, caller, key, may)

    @contextmanager
    def writing(self, caller: Caller, key: str, may: str) -> Iterator[Work]:
        """A transaction that changes an inspection, and audits what `did` notes; or does nothing."""
        with self.database.writing() as session:
            work = self._work(session, caller, key, may, lock=True)
            yield work
            work.write_audit()

    def saw(self, caller: Caller, key: str, what: str, **detail: Any) -> None:
        """Note in the audit log that somebody saw part of an inspection.

        Noted once a quarter of an hour, so that turning pages writes nothing.
        """
        view = (caller.who, key, what, *sorted(detail.items()))
        if self.seen.is_new(view, self.now()):
            self.took(caller, key, what, **detail)
            self.seen.note(view, self.now())

    def took(self, caller: Caller, key: str, what: str, **detail: Any) -> None:
        """Note in the audit log that somebody was given a file, however often they are."""
        with self.database.writing() as session:
            audit.append(session, self.now(), caller.who, f"saw_{what}", key, detail)

    # On the site ------------------------------------------------------------------------------------------

    @contextmanager
    def on_site(self, caller: Caller | None = None) -> Iterator[SiteWork]:
        """A transaction on accounts, sessions, tokens: on what belongs to no inspection."""
        with self.database.writing() as session:
            work = SiteWork(self, session, caller)
            yield work
            work.write_audit()

    def _work(self, session: Session, caller: Caller, key: str, may: str, *, lock: bool = False) -> Work:
        # A lock on the inspection's row puts those who change it one behind the other; SQLite does anyway.
        wanted = select(Inspection).where(Inspection.key == key)
        found = session.scalar(wanted.with_for_update() if lock else wanted)
        if found is None or found.state == "erased":
            raise NotThere("there is no such inspection")
        role, blind = _part_in(session, caller, found)
        if role is None:
            raise NotThere("there is no such inspection")
        check_may(caller, role, may)
        check_state(found.state, may, blind=blind)
        return Work(self, session, caller, found, role, blind)


def role_in(session: Session, caller: Caller, inspection: Inspection) -> Role | None:
    """The caller's part in an inspection; None where they have none."""
    return _part_in(session, caller, inspection)[0]


def _part_in(session: Session, caller: Caller, inspection: Inspection) -> tuple[Role | None, bool]:
    """The caller's part in an inspection, and whether they are tagging it as a second person just now."""
    if caller.only_inspection is not None and caller.only_inspection != inspection.id:
        return None, False
    if caller.kind == "invitation":
        return Role.BODY, False
    if caller.kind == "command":
        return Role.OWNER, False
    open_one = (
        exists()
        .where(BlindTagging.inspection_id == Member.inspection_id)
        .where(BlindTagging.account_id == Member.account_id, BlindTagging.ended_at.is_(None))
    )
    wanted = select(Member.role, open_one).where(
        Member.inspection_id == inspection.id, Member.account_id == caller.account_id
    )
    found = session.execute(wanted).first()
    return (None, False) if found is None else (Role(found[0]), bool(found[1]))


def check_state(state: str, what: str, *, blind: bool) -> None:
    """Raise NotNow where a thing is not done as the inspection, or who asks, stands just now."""
    if blind and what not in roles.WHEN_TAGGING_BLIND:
        raise TagsHidden
    if state == "closed" and what not in roles.WHEN_CLOSED:
        raise NotNow("the inspection is closed", help="its owner can open it again")


def check_may(caller: Caller, role: Role, what: str) -> None:
    """Raise NotAllowed where a part in an inspection, or a token, does not allow a thing."""
    if not roles.may(role, what):
        raise NotAllowed(
            f"as {role.value} of this inspection you may not do this",
            help=f"ask its owner: {', '.join(sorted(roles.MAY[what]))} may",
        )
    check_scope(caller, roles.SCOPE_OF[what])


def check_scope(caller: Caller, scope: str) -> None:
    """Raise NotAllowed where a token is not good for a thing."""
    if caller.scopes is not None and scope not in caller.scopes:
        raise NotAllowed(f"this token has no scope {scope!r}", help=f"make one to {roles.SCOPES[scope]}")


@dataclass(slots=True)
class SiteWork:
    """One transaction."""

    bench: Workbench
    session: Session
    caller: Caller | None
    _did: list[tuple[str, str | None, str | None, dict[str, Any]]] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        return self.bench.now()

    def did(self, act: str, *, who: str | None = None, inspection: str | None = None, **detail: Any) -> None:
        """Note for the audit log what is done in this transaction."""
        self._did.append((act, who, inspection, detail))

    def write_audit(self) -> None:
        """Write what was noted last, so that the chain's end is locked for a moment only."""
        self.session.flush()
        for act, who, inspection, detail in self._did:
            said = who or (self.caller.who if self.caller is not None else "nobody signed in")
            audit.append(self.session, self.now, said, act, inspection, detail)
        self._did.clear()


@dataclass(slots=True)
class Work:
    """One transaction on one inspection, by somebody who may."""

    bench: Workbench
    session: Session
    caller: Caller
    inspection: Inspection
    role: Role
    blind: bool = False
    """Whether the caller tags as a second person just now, and sees nobody else's tags."""
    _did: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        return self.bench.now()

    @property
    def today(self) -> str:
        return self.now.date().isoformat()

    def did(self, act: str, **detail: Any) -> None:
        """Note for the audit log what is done in this transaction."""
        self._did.append((act, detail))

    def moved(self) -> None:
        """Count a change that a proposal could depend on."""
        self.inspection.revision += 1
        self.touched()

    def touched(self) -> None:
        """Say who changed the inspection last."""
        self.inspection.changed_by = self.caller.name
        self.inspection.changed_at = self.now

    def write_audit(self) -> None:
        self.session.flush()
        for act, detail in self._did:
            audit.append(self.session, self.now, self.caller.who, act, self.inspection.key, detail)
        self._did.clear()
