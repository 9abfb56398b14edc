"""What services hand out: the same to pages and to the API."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict

T = TypeVar("T")


class Shape(BaseModel):
    model_config = ConfigDict(frozen=True)


class Page(Shape, Generic[T]):
    """A part of a list."""

    items: list[T]
    total: int
    page: int
    """Counted from 1."""
    per_page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.per_page))


class RulesShape(Shape):
    """A framework of this server with its rule book."""

    framework: str
    title: str
    framework_sha256: str
    rulebook: str
    rulebook_version: str
    rulebook_sha256: str
    editions: list[str]
    status: str


class UsedIn(Shape):
    """An inspection that is graded by a rule book."""

    key: str
    id: str
    body: str
    edition: str
    former_rules: bool
    """Whether it was begun on rules that are others now."""


class RuleBookView(Shape):
    """A framework and its rule book, in English."""

    framework: str
    title: str
    status: str
    publisher: str
    statement: str | None
    licence: str
    editions: list[str]
    framework_sha256: str
    book: dict[str, Any]
    """`rulebook`, `version`, `sha256`, `rules`, `parameters`, and `proved`: the promises that hold."""
    bases: dict[str, int]
    """How many parameters rest on what."""
    used_in: list[UsedIn]
    """Of the inspections the caller has a part in."""


class InspectionSummary(Shape):
    key: str
    id: str
    body: str
    framework: str
    edition: str
    state: str
    role: str
    """The caller's part in it."""
    evidence: int
    revision: int
    changed_by: str
    changed_at: datetime


class InspectionView(InspectionSummary):
    header: dict[str, Any]
    """The `inspection` block of its file."""
    version: int
    """Of the header; its ETag."""
    framework_sha256: str
    rulebook: str
    rulebook_sha256: str
    released: int | None
    """The number of the draft that stands released to the body."""
    created_by: str
    created_at: datetime
    closed_at: datetime | None
    documents: int
    """Bytes of the documents attached to its sources."""
    other_rules: bool
    """Whether the server's rules are others than it was begun on: nothing is proposed until it goes over."""
    may: list[str]
    """What the caller may do with it, as it stands."""
    tagging_blind: bool
    """Whether the caller tags as a second person just now: they see nobody else's tags meanwhile."""


class ItemView(Shape):
    """An item of evidence."""

    id: str
    evidence: dict[str, Any]
    """As the file has it."""
    version: int
    changed_by: str
    changed_at: datetime


class ItemVersionView(Shape):
    version: int
    act: str
    evidence: dict[str, Any]
    by: str
    at: datetime


class RemovedView(ItemVersionView):
    """An item that was taken away, as it was then."""

    id: str


class SourceView(Shape):
    id: str
    source: dict[str, Any]
    version: int
    used: int
    """Items and findings that name it."""
    attachments: list[AttachmentView]


class AttachmentView(Shape):
    number: int
    file_name: str
    size: int
    sha256: str
    added_by: str
    added_at: datetime


class FindingView(Shape):
    id: str
    block: Literal["findings", "previous"]
    finding: dict[str, Any]
    version: int
    changed_by: str
    changed_at: datetime


class AreaView(Shape):
    """An area as proposed and as decided."""

    area: str
    version: str
    """Of what is proposed and decided on it: its ETag. A change elsewhere leaves it as it is."""
    result: dict[str, Any]
    """The area's block of the proposal."""
    decision: dict[str, Any] | None
    """As the decisions file has it."""
    stale: list[str]
    """What changed since it was decided; empty where nothing did."""


class ProposalView(Shape):
    proposal: dict[str, Any]
    revision: int
    areas: list[AreaView]


class DecisionsView(Shape):
    version: int
    """Acts so far."""
    areas: list[AreaView]
    acts: list[dict[str, Any]]
    """The log, oldest first."""


class MemberView(Shape):
    account: int
    name: str
    email: str
    role: str
    version: int


class InvitationView(Shape):
    number: int
    name: str
    email: str
    created_by: str
    created_at: datetime
    expires_at: datetime
    opened_at: datetime | None
    withdrawn_at: datetime | None
    version: int
    link: str | None = None
    """Shown once, to whoever invites."""


class TaggingView(Shape):
    """One item for a second person: what was found, and their tags so far."""

    item: str
    evidence: dict[str, Any]
    """Without how it is tagged."""
    tags: dict[str, Any] | None
    version: int
    """0 where they have not tagged it."""


class BlindTaggingView(Shape):
    """How far somebody is who tags as a second person."""

    open: bool
    """Whether they are at it: they see nobody else's tags meanwhile."""
    begun_at: datetime | None
    ended_at: datetime | None
    saw_before: bool
    """Whether they had opened what shows tags before they began."""
    tagged: int
    items: int
    version: int
    """0 where they never began."""


class TaggerView(Shape):
    """Somebody who tags, or tagged, as a second person."""

    name: str
    tagged: int
    open: bool
    saw_before: bool


class DisagreementView(Shape):
    disagreement: dict[str, Any]
    """As `grader reconcile` tells it."""
    choice: dict[str, Any] | None
    version: str
    """Of the item, of how each has tagged it, and of the choice: who settles it has seen these."""


class ModerationView(Shape):
    taggers: list[str]
    second: list[TaggerView]
    """Who tags as a second person, and how blind to the first."""
    reconciliation: dict[str, Any] | None
    """None where one person alone has tagged."""
    disagreements: list[DisagreementView]
    open: int
    """How many that matter to a grade are not settled."""
    version: str


class DraftView(Shape):
    number: int
    revision: int
    inspection: dict[str, Any]
    proposal: dict[str, Any]
    released_by: str | None
    """Not told to the body."""
    released_at: datetime
    withdrawn_at: datetime | None
    version: int


class ChallengeView(Shape):
    number: int
    draft: int
    target: str
    statement: str
    source: str
    made_by: str
    made_at: datetime
    outcome: str | None
    reason: str | None
    moved: dict[str, Any] | None
    answered_by: str | None
    answered_at: datetime | None
    version: int


class AccountView(Shape):
    number: int
    email: str
    name: str
    admin: bool
    disabled: bool
    created_at: datetime
    version: int


class TokenView(Shape):
    number: int
    name: str
    scopes: list[str]
    inspection: str | None
    created_at: datetime
    expires_at: datetime | None
    used_at: datetime | None
    withdrawn_at: datetime | None
    token: str | None = None
    """Shown once, when it is made."""


class AuditView(Shape):
    number: int
    at: datetime
    who: str
    act: str
    detail: dict[str, Any]
    hash: str


class SiteAuditView(Shape):
    """An entry as a site admin sees it."""

    number: int
    at: datetime
    who: str
    act: str
    in_inspection: bool
    detail: dict[str, Any] | None
    """None of what was done in an inspection: that is in the inspection's own log."""
    hash: str


class Imported(Shape):
    """An inspection that was read from a file."""

    inspection: InspectionView
    warnings: list[dict[str, Any]]


SourceView.model_rebuild()
