"""A thing that facts count, as whole numbers under the names of its attributes."""

from __future__ import annotations

from collections.abc import Mapping


class Row(dict[str, int]):
    """An immutable item, characteristic or finding as numbers, hashed by content."""

    __slots__ = ("_hash",)

    def __init__(self, values: Mapping[str, int]) -> None:
        super().__init__(values)
        self._hash = hash(frozenset(self.items()))

    def __hash__(self) -> int:  # type: ignore[override]  # a dict has none, since it can change
        return self._hash
