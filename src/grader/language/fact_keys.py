"""The keys a fact is declared with, and what goes with what."""

from __future__ import annotations

from collections.abc import Mapping

from grader.language.nodes import AGGREGATES, Kind
from grader.language.rulebook import Layer

DEFINERS = (*AGGREGATES, "share", "status_of", "score_of", "fact_of", "round", "points")
#: Definers of facts made of other facts, in their order or rounded.
RECKONED_ALONE = ("round", "points")
#: What takes its value from one named characteristic.
OF_NAMED: Mapping[str, str] = {
    "status_of": "a named characteristic's status",
    "score_of": "a named characteristic's score",
    "fact_of": "a fact about a named characteristic",
}
FACT_KEYS = frozenset(
    {*DEFINERS, "of", "where", "per", "to", "how", "unit", "not_monotone", "better", "english"}
)
#: Definers whose value is an attribute of the things that `of` names.
OF_THINGS = tuple(name for name, make in AGGREGATES.items() if make.kind in (Kind.SCALE, Kind.SCORE))
#: Definers of whole numbers that are reckoned: these alone have a unit, and can be marked as not monotone.
RECKONED = ("sum", "highest", "lowest", "score_of", "round", "points")
#: What each key that says more goes with.
GOES_WITH: Mapping[str, tuple[str, ...]] = {
    "of": OF_THINGS,
    "where": tuple(AGGREGATES),
    "per": tuple(name for name, make in AGGREGATES.items() if make.kind is not Kind.SCORE),
    "to": ("round",),
    "how": ("round",),
    "unit": RECKONED,
    "not_monotone": RECKONED,
}

#: Things each layer's facts may count. A status rests on evidence alone; findings exist once the finding
#: layer has spoken.
COUNTABLE: Mapping[Layer, frozenset[str]] = {
    Layer.MEASURE: frozenset(),
    Layer.STATUS: frozenset({"evidence"}),
    Layer.FINDING: frozenset({"evidence", "earlier", "characteristics"}),
    Layer.SUFFICIENCY: frozenset({"characteristics", "earlier", "findings"}),
    Layer.GRADE: frozenset({"characteristics", "earlier", "findings"}),
}
