"""At most so many requests of one person at a time, so that nobody keeps the server from all others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass(slots=True)
class _Person:
    turn: asyncio.Semaphore
    asking: int = field(default=0)


class Turns:
    """Who has more requests than `most` under way waits with the rest of theirs, and holds no thread."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._people: dict[bytes, _Person] = {}

    @asynccontextmanager
    async def one(self, who: bytes) -> AsyncIterator[None]:
        """A turn of somebody's; of those who are not signed in (`who` is empty) none is kept waiting."""
        if not who:
            yield
            return
        person = self._people.setdefault(who, _Person(asyncio.Semaphore(self._most)))
        person.asking += 1
        try:
            async with person.turn:
                yield
        finally:
            person.asking -= 1
            if not person.asking:
                del self._people[who]
