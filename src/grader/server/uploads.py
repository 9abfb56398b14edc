"""Uploads that wait for a yes: in memory for an hour, for who brought them alone."""

from __future__ import annotations

import secrets
from collections import Counter, OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, Final

from grader.server.callers import Caller
from grader.server.refusals import NotThere

_LASTS: Final = timedelta(hours=1)
MOST: Final = 128 * 1024 * 1024


@dataclass(slots=True)
class Upload:
    """A file that was brought, and what a person said of it so far."""

    key: str
    """Of the inspection it is for."""
    who: str
    file_name: str
    content: bytes
    at: datetime
    proposed: dict[str, Any] | None = None
    """The mapping as it was proposed."""
    mapping: str | None = None
    """The mapping as the person said it."""


class Uploads:
    """What waits; where there is too much, the oldest goes of who has most, and all of it with the server."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._lock = Lock()
        self._kept: OrderedDict[str, Upload] = OrderedDict()

    def keep(self, caller: Caller, key: str, file_name: str, content: bytes) -> str:
        """Keep a file; returns the name that its own person finds it by."""
        name = secrets.token_urlsafe(12)
        with self._lock:
            self._kept[name] = Upload(key, caller.who, file_name[:200], content, self._now())
            while len(self._kept) > 1 and sum(self._held().values()) > MOST:
                held = self._held()
                most = max(held, key=lambda who: held[who])
                del self._kept[next(n for n, u in self._kept.items() if u.who == most)]
        return name

    def _held(self) -> Counter[str]:
        """Bytes by person, whose upload is the oldest first."""
        held: Counter[str] = Counter()
        for upload in self._kept.values():
            held[upload.who] += len(upload.content)
        return held

    def of(self, caller: Caller, key: str, name: str) -> Upload:
        """A file that waits; raises NotThere where there is none, or it is somebody else's."""
        with self._lock:
            old = [n for n, u in self._kept.items() if u.at + _LASTS <= self._now()]
            for each in old:
                del self._kept[each]
            found = self._kept.get(name)
        if found is None or found.who != caller.who or found.key != key:
            raise NotThere("this upload is not kept any more", help="choose the file again")
        return found

    def forget(self, key: str) -> None:
        """Keep nothing more that was brought for an inspection."""
        with self._lock:
            for name in [name for name, upload in self._kept.items() if upload.key == key]:
                del self._kept[name]

    def drop(self, name: str) -> None:
        with self._lock:
            self._kept.pop(name, None)
