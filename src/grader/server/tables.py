"""What the database holds."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, MetaData, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from grader.server.columns import Instant, Json


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: Instant, dict[str, Any]: Json, list[str]: Json}


def _numbered(table: str) -> Index:
    """What is told of by a number is counted within its inspection: the number tells nothing of others."""
    return Index(f"ix_{table}_number", "inspection_id", "number", unique=True)


# People ---------------------------------------------------------------------------------------------------


class Account(Base):
    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    """In lower case: the same address in any case is one account."""
    name: Mapped[str] = mapped_column(String(200))
    password: Mapped[str | None] = mapped_column(Text)
    """Its argon2 hash; none where the person signs in by other ways alone."""
    admin: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)


class Identity(Base):
    """An account at a provider of single sign-on."""

    __tablename__ = "identity"

    issuer: Mapped[str] = mapped_column(String(500), primary_key=True)
    subject: Mapped[str] = mapped_column(String(255), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)


class PendingSignOn(Base):
    """A single sign-on that was begun: what the provider's answer has to match."""

    __tablename__ = "pending_sign_on"

    state_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    data: Mapped[dict[str, Any]]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class SignedIn(Base):
    """A browser's session, of an account or of the body's invitation."""

    __tablename__ = "signed_in"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    invitation_id: Mapped[int | None] = mapped_column(
        ForeignKey("invitation.id", ondelete="CASCADE"), index=True
    )
    csrf: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    used_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class ApiToken(Base):
    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[list[str]]
    inspection_id: Mapped[int | None] = mapped_column(
        ForeignKey("inspection.id", ondelete="CASCADE"), index=True
    )
    """The one inspection it is good for, where it is not good for all of the person's."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]


class OneTimeLink(Base):
    __tablename__ = "one_time_link"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Member(Base):
    """A person's part in an inspection."""

    __tablename__ = "member"

    inspection_id: Mapped[int] = mapped_column(
        ForeignKey("inspection.id", ondelete="CASCADE"), primary_key=True
    )
    account_id: Mapped[int] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    role: Mapped[str] = mapped_column(String(20))
    version: Mapped[int] = mapped_column(default=1)


class Invitation(Base):
    """Of somebody at the body inspected: a link to the released draft of one inspection."""

    __tablename__ = "invitation"
    __table_args__ = (_numbered("invitation"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(server_default="0")
    inspection_id: Mapped[int] = mapped_column(ForeignKey("inspection.id", ondelete="CASCADE"), index=True)
    email: Mapped[str] = mapped_column(String(254))
    name: Mapped[str] = mapped_column(String(200))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_by: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)


# Inspections ----------------------------------------------------------------------------------------------


class Inspection(Base):
    """An inspection; lists of its file have tables of their own.

    `revision` counts every change a proposal could depend on, `version` those of the header.
    """

    __tablename__ = "inspection"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(32), unique=True)
    """What addresses call it: drawn at random, so that none can be guessed."""
    name: Mapped[str] = mapped_column(String(200))
    """Its id in the file."""
    body: Mapped[str] = mapped_column(Text)
    framework: Mapped[str] = mapped_column(String(100))
    framework_sha256: Mapped[str] = mapped_column(String(64))
    rulebook: Mapped[str] = mapped_column(String(100))
    rulebook_sha256: Mapped[str] = mapped_column(String(64))
    edition: Mapped[str] = mapped_column(Text)
    header: Mapped[dict[str, Any]]
    """The `inspection` block of the file, whole."""
    state: Mapped[str] = mapped_column(String(20), default="open")
    """`open`, `closed` or `erased`."""
    revision: Mapped[int] = mapped_column(default=1)
    version: Mapped[int] = mapped_column(default=1)
    decisions: Mapped[str | None] = mapped_column(Text)
    """The decisions file, as `grader decide` writes it."""
    decisions_log: Mapped[str | None] = mapped_column(Text)
    decisions_version: Mapped[int] = mapped_column(default=0)
    created_by: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(String(200))
    changed_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]


class Source(Base):
    __tablename__ = "source"
    __table_args__ = (UniqueConstraint("inspection_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    inspection_id: Mapped[int] = mapped_column(ForeignKey("inspection.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(200))
    position: Mapped[int]
    data: Mapped[dict[str, Any]]
    version: Mapped[int] = mapped_column(default=1)
    changed_by: Mapped[str] = mapped_column(String(200))
    changed_at: Mapped[datetime]


class Attachment(Base):
    """A document with a source: kept and handed out as it came, never read."""

    __tablename__ = "attachment"
    __table_args__ = (_numbered("attachment"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(server_default="0")
    inspection_id: Mapped[int] = mapped_column(ForeignKey("inspection.id", ondelete="CASCADE"), index=True)
    source: Mapped[str] = mapped_column(String(200))
    file_name: Mapped[str] = mapped_column(String(255))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    """Read where it is handed out alone, and by no list."""
    added_by: Mapped[str] = mapped_column(String(200))
    added_at: Mapped[datetime]


class Item(Base):
    """An item of evidence as it stands."""

    __tablename__ = "item"
    __table_args__ = (
        UniqueConstraint("inspection_id", "name"),
        Index("ix_item_order", "inspection_id", "position"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    inspection_id: Mapped[int] = mapped_column(ForeignKey("inspection.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(200))
    """Its id in the file."""
    position: Mapped[int]
    data: Mapped[dict[str, Any]]
    """As the file has it, whole; the columns below repeat what lists are filtered by."""
    statement: Mapped[str] = mapped_column(Text)
    assessment: Mapped[str | None] = mapped_column(String(200))
    basis: Mapped[str] = mapped_column(String(50))
    source: Mapped[str] = mapped_column(String(200))
    tagged_by: Mapped[str | None] = mapped_column(Text)
    version: Mapped[int] = mapped_column(default=1)
    changed_by: Mapped[str] = mapped_column(String(200))
    changed_at: Mapped[datetime]


class ItemTag(Base):
    __tablename__ = "item_tag"
    __table_args__ = (Index("ix_item_tag_characteristic", "inspection_id", "characteristic"),)

    item_id: Mapped[int] = mapped_column(ForeignKey("item.id", ondelete="CASCADE"), primary_key=True)
    characteristic: Mapped[str] = mapped_column(String(200), primary_key=True)
    inspection_id: Mapped[int] = mapped_column(ForeignKey("inspection.id", ondelete="CASCADE"))


class ItemVersion(Base):
    """What an item was at each of its versions, those of items removed as well."""

    __tablename__ = "item_version"
    __table_args__ = (Index("ix_item_version_name", "inspection_id", "name", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    inspection_id: Mapped[int] = mapped_column(ForeignKey("inspection.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(200))
    version: Mapped[int]
    act: Mapped[str] = mapped_column(String(30))
    """`added`, `edited`, `tagged`, `settled`, `removed`, `redacted`."""
    data: Mapped[dict[str, Any]]
    by: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]


class Finding(Base):
    """A finding that was issued, or one of an earlier inspection."""

    __tablename__ = "finding"
    __table_args__ = (UniqueConstraint("inspection_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    inspection_id: Mapped[int] = mapped_column(ForeignKey("inspection.id", ondelete="CASCADE"))
    block: Mapped[str] = mapped_column(String(20))
    """`findings` or `previous`, as in the file."""
    name: Mapped[str] = mapped_column(String(200))
    position: Mapped[int]
    data: Mapped[dict[str, Any]]
    version: Mapped[int] = mapped_column(default=1)
    changed_by: Mapped[str] = mapped_column(String(200))
    changed_at: Mapped[datetime]


class LeftOut(Base):
    """An item that it was settled to leave out."""

    __tablename__ = "left_out"

    inspection_id: Mapped[int] = mapped_column(
        ForeignKey("inspection.id", ondelete="CASCADE"), primary_key=True
    )
    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    data: Mapped[dict[str, Any]]


# Moderation and factual accuracy --------------------------------------------------------------------------


class Tagging(Base):
    """How a second person tags an item, who has not seen how the first did."""

    __tablename__ = "tagging"
    __table_args__ = (UniqueConstraint("inspection_id", "account_id", "item"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    inspection_id: Mapped[int] = mapped_column(ForeignKey("inspection.id", ondelete="CASCADE"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    item: Mapped[str] = mapped_column(String(200))
    data: Mapped[dict[str, Any]]
    version: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[datetime]


class BlindTagging(Base):
    """That somebody tags as a second person: while it is open they see nobody else's tags."""

    __tablename__ = "blind_tagging"

    inspection_id: Mapped[int] = mapped_column(
        ForeignKey("inspection.id", ondelete="CASCADE"), primary_key=True
    )
    account_id: Mapped[int] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    begun_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    saw_before: Mapped[bool]
    """Whether they had opened what shows tags before they began."""
    version: Mapped[int] = mapped_column(default=1)


class Choice(Base):
    """How a disagreement is to be settled; open to change until all are put into effect."""

    __tablename__ = "choice"
    __table_args__ = (UniqueConstraint("inspection_id", "item"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    inspection_id: Mapped[int] = mapped_column(ForeignKey("inspection.id", ondelete="CASCADE"))
    item: Mapped[str] = mapped_column(String(200))
    data: Mapped[dict[str, Any]]
    """`choice`, `reason`, `agreed`, `by`, `on`, as a settling file has them."""
    version: Mapped[int] = mapped_column(default=1)
    changed_by: Mapped[str] = mapped_column(String(200))
    changed_at: Mapped[datetime]


class Draft(Base):
    """A draft as it was released to the body inspected."""

    __tablename__ = "draft"
    __table_args__ = (UniqueConstraint("inspection_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    inspection_id: Mapped[int] = mapped_column(ForeignKey("inspection.id", ondelete="CASCADE"))
    number: Mapped[int]
    revision: Mapped[int]
    inspection: Mapped[dict[str, Any]]
    """Without who tagged it, and how that was settled."""
    proposal: Mapped[dict[str, Any]]
    released_by: Mapped[str] = mapped_column(String(200))
    released_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)


class Challenge(Base):
    """What the body says against an item or finding, and the answer."""

    __tablename__ = "challenge"
    __table_args__ = (_numbered("challenge"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(server_default="0")
    inspection_id: Mapped[int] = mapped_column(ForeignKey("inspection.id", ondelete="CASCADE"), index=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id", ondelete="CASCADE"), index=True)
    target: Mapped[str] = mapped_column(String(200))
    """The id of the item or the finding."""
    statement: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    made_by: Mapped[str] = mapped_column(String(200))
    made_at: Mapped[datetime]
    outcome: Mapped[str | None] = mapped_column(String(20))
    """`accepted`, `partly_accepted` or `not_accepted`; none while it is open."""
    reason: Mapped[str | None] = mapped_column(Text)
    moved: Mapped[dict[str, Any] | None]
    """What it moved, as it was when it was answered."""
    answered_by: Mapped[str | None] = mapped_column(String(200))
    answered_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)


# Audit ----------------------------------------------------------------------------------------------------


class Audited(Base):
    """One thing that somebody did or saw; each holds the hash of the one before."""

    __tablename__ = "audit"
    __table_args__ = (UniqueConstraint("previous"),)

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    who: Mapped[str] = mapped_column(String(600))
    act: Mapped[str] = mapped_column(String(60))
    inspection: Mapped[str | None] = mapped_column(String(32), index=True)
    """The inspection's key; no foreign key, for the act outlives what it was done to."""
    detail: Mapped[dict[str, Any]]
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class AuditHead(Base):
    """The end of the chain: one row, locked by whoever adds to it."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))
