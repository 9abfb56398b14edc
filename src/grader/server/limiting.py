"""How often somebody may try to sign in."""

from __future__ import annotations

import contextlib
import ipaddress
import math
import time

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from grader.server.handed_out import hash_of
from grader.server.refusals import TooMany
from grader.server.settings import Limits


class SignInLimits:
    """Counts attempts by account and by address, whether there is such an account or not."""

    def __init__(self, limits: Limits) -> None:
        self.person: RateLimitItem = parse(limits.sign_in_person)
        self.address: RateLimitItem = parse(limits.sign_in_address)
        self.people: RateLimitItem = parse(limits.unknown_people)
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def attempt(self, email: str, address: str) -> None:
        """Count an attempt; raises TooMany.

        By a link (no `email`) it counts for its address alone: else one person could keep all others out.
        """
        counted = [(self.address, _counted_as(address))]
        if email:
            # Hashed, so that what somebody typed takes a bounded place.
            counted.append((self.person, hash_of(email)))
        for item, name in counted:
            if not self._limiter.hit(item, name):
                reset, _ = self._limiter.get_window_stats(item, name)
                after = max(1, math.ceil(reset - time.time()))
                minutes = math.ceil(after / 60)
                raise TooMany(
                    "there were too many attempts to sign in",
                    help=f"try again in {minutes} minute{'' if minutes == 1 else 's'}",
                    after=after,
                )

    def unknown(self, who: str) -> None:
        """Count an address without an account that somebody asked for; raises TooMany.

        Else who has an account here could be asked for one address after the other.
        """
        if not self._limiter.hit(self.people, hash_of(who)):
            raise TooMany(
                "you named too many people who have no account here",
                help="ask a site admin who has one, and try again in an hour",
                after=3600,
            )

    def succeeded(self, email: str) -> None:
        """Forget the attempts on an account whose person has signed in."""
        self._limiter.clear(self.person, hash_of(email))


def _counted_as(address: str) -> str:
    """An address as it is counted: of IPv6 the first 64 bits, of which one house has all that follow."""
    with contextlib.suppress(ValueError):
        found = ipaddress.ip_address(address.partition("%")[0])
        if isinstance(found, ipaddress.IPv6Address):
            mapped = found.ipv4_mapped
            return str(mapped or ipaddress.ip_network((found, 64), strict=False))
    return address
