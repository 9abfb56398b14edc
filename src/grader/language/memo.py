"""Bounded caches."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Final, Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

#: Entries of a memo. An ordinary rule book needs a few thousand; past the bound it starts again.
MOST: Final = 50_000


class Memo(dict[K, V]):
    """Answers by question, emptied when full."""

    def __setitem__(self, key: K, value: V) -> None:
        if len(self) >= MOST:
            self.clear()
        super().__setitem__(key, value)


class Recent(Generic[V]):
    """The values asked for last; safe for many threads.

    Parameters
    ----------
    most : int
        The one longest unused is dropped.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, V] = OrderedDict()
        self._lock = Lock()

    def of(self, key: Hashable, make: Callable[[], V]) -> V:
        """The value kept for a key, or made now."""
        with self._lock:
            found = self._kept.pop(key) if key in self._kept else make()
            self._kept[key] = found
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
            return found
