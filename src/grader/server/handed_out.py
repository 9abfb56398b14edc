"""What is drawn at random: secrets that are handed out once and kept as hashes, and first versions."""

from __future__ import annotations

import hashlib
import hmac
import secrets


def new_secret() -> str:
    """A secret of 256 random bits, fit for an address and a cookie."""
    return secrets.token_urlsafe(32)


def first_version() -> int:
    """The version of something new that may have been there before and taken away.

    It is drawn, so that what was read of the earlier one is not taken for this one.
    """
    return secrets.randbelow(2**30) + 1


def hash_of(secret: str) -> str:
    """What is kept of a secret: so long a random text needs no slow hash."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def same(one: str, other: str) -> bool:
    """Whether two secrets are the same, in time that tells nothing."""
    return hmac.compare_digest(one.encode("utf-8", "surrogatepass"), other.encode("utf-8", "surrogatepass"))
