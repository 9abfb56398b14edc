"""Who saw what of late, so that the audit log says it once, not at each page turned."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

AGAIN: Final = timedelta(minutes=15)
_KEPT: Final = 10_000


class ViewsSeen:
    """The views noted in the last quarter of an hour; bounded."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._last: OrderedDict[Hashable, datetime] = OrderedDict()

    def is_new(self, view: Hashable, now: datetime) -> bool:
        """Whether a view is to be noted."""
        with self._lock:
            last = self._last.get(view)
        return last is None or now - last >= AGAIN

    def note(self, view: Hashable, now: datetime) -> None:
        """Count a view as noted: once it is, and not before, lest one that was not written is never told."""
        with self._lock:
            self._last[view] = now
            self._last.move_to_end(view)
            while len(self._last) > _KEPT:
                self._last.popitem(last=False)
