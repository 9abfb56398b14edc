"""Bounded caches."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Final, Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

#: Entries of a memo. Those of an ordinary rule book come to a few thousand; past the bound it starts again.
MOST: Final = 50_000


class Memo(dict[K, V]):
    """Answers by question. It is emptied when it is full: what is kept is never needed, only quicker."""

    def __setitem__(self, key: K, value: V) -> None:
        if len(self) >= MOST:
            self.clear()
        super().__setitem__(key, value)


class IdentityCache(Generic[V]):
    """The few values made last, each for the very objects it was made of.

    Parameters
    ----------
    most : int
        How many are kept; the one longest out of use gives way.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._made: OrderedDict[Hashable, tuple[tuple[object, ...], V]] = OrderedDict()

    def of(self, objects: tuple[object, ...], also: Hashable, make: Callable[[], V]) -> V:
        """The value made of these objects (told apart by identity) and of `also` (by what it holds)."""
        key = (*map(id, objects), also)
        known = self._made.pop(key, None)
        # The objects are kept with the value, so that no other can come to have the identity of one.
        found = (objects, make()) if known is None else known
        self._made[key] = found
        while len(self._made) > self._most:
            self._made.popitem(last=False)
        return found[1]
