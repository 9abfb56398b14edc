"""People's parts in an inspection and what each may do: data, read by services and tests."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """A person's part in one inspection."""

    BODY = "body"
    """The body inspected: sees the draft released to it, and may challenge it."""
    READER = "reader"
    INSPECTOR = "inspector"
    REVIEWER = "reviewer"
    """Moderates and decides."""
    OWNER = "owner"


_TEAM = frozenset({Role.READER, Role.INSPECTOR, Role.REVIEWER, Role.OWNER})
_TAG = frozenset({Role.INSPECTOR, Role.REVIEWER, Role.OWNER})
_GATHER = frozenset({Role.INSPECTOR, Role.OWNER})
_DECIDE = frozenset({Role.REVIEWER, Role.OWNER})
_OWN = frozenset({Role.OWNER})
_BODY = frozenset({Role.BODY})

#: Each thing that can be done with an inspection, and who may. Everything else there is needs an account, or
#: a site admin.
MAY: Final[dict[str, frozenset[Role]]] = {
    # Its head, sources, rules and people: nothing that says how anything was tagged.
    "see_outline": _TEAM,
    "see": _TEAM,
    "see_draft": _TEAM | _BODY,
    "export": _TEAM,
    "evidence": _GATHER,
    "findings": _GATHER,
    "header": _OWN | _GATHER,
    "take_rules": _DECIDE,
    "tag": _TAG,
    "see_moderation": _TEAM,
    "moderate": _DECIDE,
    "decide": _DECIDE,
    "release": _DECIDE,
    "withdraw": _DECIDE,
    "challenge": _BODY,
    "see_challenges": _TEAM | _BODY,
    "answer": _DECIDE,
    "members": _OWN,
    "audit": _OWN,
    "redact": _OWN,
    "close": _OWN,
    "erase": _OWN,
}

#: What may still be done with an inspection that is closed.
WHEN_CLOSED: Final = frozenset(
    {
        "see_outline",
        "see",
        "see_draft",
        "see_moderation",
        "see_challenges",
        "withdraw",
        "export",
        "audit",
        "members",
        "redact",
        "close",
        "erase",
    }
)

#: What somebody may do while they tag as a second person: nothing that shows how others tagged.
WHEN_TAGGING_BLIND: Final = frozenset({"see_outline", "tag", "members"})

#: What a token may be good for, and in words.
SCOPES: Final[dict[str, str]] = {
    "read": "read inspections",
    "write": "change evidence, findings and sources",
    "decide": "moderate, decide, answer challenges",
    "manage": "members, retention, tokens and accounts",
}

#: The scope a token needs for each thing.
SCOPE_OF: Final[dict[str, str]] = {
    "see_outline": "read",
    "see": "read",
    "see_draft": "read",
    "see_moderation": "read",
    "see_challenges": "read",
    "export": "read",
    "audit": "manage",
    "evidence": "write",
    "findings": "write",
    "header": "write",
    "take_rules": "decide",
    "tag": "write",
    "challenge": "write",
    "moderate": "decide",
    "decide": "decide",
    "release": "decide",
    "withdraw": "decide",
    "answer": "decide",
    "members": "manage",
    "redact": "manage",
    "close": "manage",
    "erase": "manage",
}


def may(role: Role, what: str) -> bool:
    """Whether a part in an inspection allows a thing."""
    return role in MAY[what]
