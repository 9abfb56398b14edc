"""Factual accuracy: a draft released, the body invited, its challenges answered, what they moved."""

from __future__ import annotations

from grader.server.bench import Workbench
from grader.server.callers import Caller
from grader.server.sessions import Started
from grader.server.shapes import ChallengeView, DraftView, InvitationView


def release(bench: Workbench, caller: Caller, key: str, *, expected_revision: int) -> DraftView:
    """Release the inspection as it stands: the body sees this state, whatever is changed after."""
    raise NotImplementedError


def withdraw(bench: Workbench, caller: Caller, key: str, number: int, *, expected_version: int) -> DraftView:
    """Take a released draft back: the body sees it no more."""
    raise NotImplementedError


def draft(bench: Workbench, caller: Caller, key: str) -> DraftView:
    """The draft as the body sees it: no taggers' names, no notes, no moderation."""
    raise NotImplementedError


def invite(
    bench: Workbench, caller: Caller, key: str, email: str, name: str, *, days: int | None = None
) -> InvitationView:
    """Invite somebody at the body; the link is in what is returned, and nowhere after."""
    raise NotImplementedError


def invitations(bench: Workbench, caller: Caller, key: str) -> list[InvitationView]:
    raise NotImplementedError


def uninvite(
    bench: Workbench, caller: Caller, key: str, number: int, *, expected_version: int
) -> InvitationView:
    """Withdraw an invitation: its link and its sessions are good for nothing from then on."""
    raise NotImplementedError


def accept(bench: Workbench, secret: str, *, address: str) -> tuple[Started, str]:
    """Open an invitation's link: a session that reads its own inspection alone, and the inspection's key."""
    raise NotImplementedError


def challenge(
    bench: Workbench, caller: Caller, key: str, target: str, statement: str, source: str
) -> ChallengeView:
    """Challenge an item of evidence or a finding of the released draft."""
    raise NotImplementedError


def listed(bench: Workbench, caller: Caller, key: str) -> list[ChallengeView]:
    raise NotImplementedError


def one(bench: Workbench, caller: Caller, key: str, number: int) -> ChallengeView:
    raise NotImplementedError


def answer(
    bench: Workbench,
    caller: Caller,
    key: str,
    number: int,
    outcome: str,
    reason: str,
    *,
    expected_version: int,
) -> ChallengeView:
    """Answer a challenge: `accepted`, `partly_accepted` or `not_accepted`, with a reason.

    Change the evidence first where it is accepted: what moved because of it is worked out as the inspection
    then stands, beside the same with the challenged item as it was in the draft.
    """
    raise NotImplementedError
