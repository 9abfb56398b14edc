"""What the layers above ask of an engine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from grader.language.nodes import Level
from grader.language.rulebook import Layer


class Engine(Protocol):
    """A way to read one bound rule book: which rules of a table hold."""

    @property
    def name(self) -> str:
        """What a proposal calls the engine."""
        ...

    def held(self, layer: Layer, level: Level, scope: str, facts: Mapping[str, int]) -> frozenset[str]:
        """Ids of a table's rules that hold on these facts, for `scope`."""
        ...
