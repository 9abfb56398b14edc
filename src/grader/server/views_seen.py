"""Who saw what of late, so that the audit log says it once and not at each page turned."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

AGAIN: Final = timedelta(minutes=15)
_KEPT: Final = 10_000


class ViewsSeen:
    """The views noted in the last quarter of an hour; bounded."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._last: OrderedDict[tuple[str, str, str], datetime] = OrderedDict()

    def is_new(self, who: str, key: str, what: str, now: datetime) -> bool:
        """Whether a view is to be noted; it counts as noted from then on."""
        view = (who, key, what)
        with self._lock:
            last = self._last.get(view)
            if last is not None and now - last < AGAIN:
                return False
            self._last[view] = now
            self._last.move_to_end(view)
            while len(self._last) > _KEPT:
                self._last.popitem(last=False)
            return True
