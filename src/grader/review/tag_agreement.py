"""How far people's tags agree: Krippendorff's alpha with an interval.

The interval resamples whole areas.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, Final, Literal

from grader.distribution import install
from grader.model.inspection import Evidence
from grader.model.reconciliation import FieldAgreement
from grader.review.alpha import DIGITS, Sums, Value
from grader.vocabulary.words import Vocabulary

#: Below this many items a coefficient says next to nothing.
SMALL: Final = 30
RESAMPLES: Final = 1_000
MISSING: Final = f"alpha is left out: it needs the extra 'report' ({install('report')})"

Distance = Literal["masi", "nominal", "ordinal"]


def _no_scale(item: Evidence) -> str | None:
    return None


@dataclass(frozen=True, slots=True)
class Field:
    """A field of an item, its distance and ordered values."""

    name: str
    read: Callable[[Evidence], Value]
    distance: Distance
    scale: tuple[str, ...] = ()


def fields(words: Vocabulary, scale_of: Callable[[Evidence], str | None] = _no_scale) -> tuple[Field, ...]:
    """What people tag, in order.

    `scale_of`: the scale of an item's assessment.
    """

    def assessed(item: Evidence) -> str | None:
        # A level outside the order of its scale is no place in it.
        said = None if item.assessment is None else words.counted_as(scale_of(item), item.assessment)
        return said if said in words.assessments.levels else None

    return (
        Field("characteristics", lambda e: frozenset(e.characteristics), "masi"),
        Field("assessment", assessed, "ordinal", tuple(words.assessments.levels)),
        Field("basis", lambda e: e.basis, "nominal"),
        Field("extent", lambda e: e.extent, "ordinal", tuple(words.extents.names)),
        Field("harm", lambda e: e.harm, "ordinal", tuple(words.harms.names)),
        Field("remedied", lambda e: e.remedied, "nominal"),
        Field("innovative", lambda e: e.innovative, "nominal"),
    )


def agreement_on(
    field: Field, units: Sequence[tuple[str, Sequence[Evidence]]], *, resamples: int = RESAMPLES
) -> FieldAgreement:
    """Agreement on a field over items several people tagged.

    Parameters
    ----------
    units : sequence of (str, sequence of Evidence)
        Each item's area, and each person's version.
    """
    read = [(area, [field.read(item) for item in items]) for area, items in units]
    # What a figure assesses nobody tagged.
    read = [(area, values) for area, values in read if all(v is not None for v in values)]
    n = len(read)
    same = round(sum(len(set(values)) == 1 for _, values in read) / n, DIGITS) if n else None
    alpha, interval, notes = _coefficient(field, read, resamples)
    return FieldAgreement(
        field=field.name,
        n=n,
        same=same,
        alpha=alpha,
        interval=interval,
        distance=field.distance,
        notes=notes,
    )


Answer = tuple[float | None, tuple[float, float] | None, list[str]]


def _coefficient(field: Field, read: Sequence[tuple[str, list[Value]]], resamples: int) -> Answer:
    notes: list[str] = []
    if len(read) < SMALL:
        count = "1 item" if len(read) == 1 else f"{len(read)} items"
        notes.append(f"{count} tagged by several people: too few to mean anything (fewer than {SMALL})")
    values = {value for _, own in read for value in own}
    if len(values) < 2:
        if read:
            notes.append("alpha is undefined: everyone says the same of every item")
        return None, None, notes
    if find_spec("numpy") is None:
        return None, None, [*notes, MISSING]
    domain = domain_of(field, values)
    sums = Sums(domain, read, distances(field, domain))
    interval, said = sums.interval(resamples)
    return round(sums.whole(), DIGITS), interval, [*notes, *said]


def domain_of(field: Field, values: Iterable[Value]) -> list[Value]:
    """A field's values, in one order everywhere."""
    if field.distance == "ordinal":
        return list(field.scale)
    return sorted(values, key=lambda v: sorted(v) if isinstance(v, frozenset) else [str(v)])


def masi(one: frozenset[str], other: frozenset[str]) -> float:
    """The distance of two sets (Passonneau 2006): Jaccard's, sharper where neither holds the other."""
    both, either = len(one & other), len(one | other)
    if not either:
        return 0.0
    match = 1.0 if one == other else 2 / 3 if both in (len(one), len(other)) else 1 / 3 if both else 0.0
    return 1 - match * both / either


def distances(field: Field, domain: Sequence[Value]) -> Any:
    """Distances of values; None of ordered ones, where frequencies change them."""
    import numpy as np

    if field.distance == "ordinal":
        return None
    if field.distance == "masi":
        return np.array([[masi(a, b) for b in domain] for a in domain])  # type: ignore[arg-type]
    return 1.0 - np.eye(len(domain))


def by_field(
    words: Vocabulary,
    units: Sequence[tuple[str, Mapping[str, Evidence]]],
    scale_of: Callable[[Evidence], str | None] = _no_scale,
    *,
    resamples: int = RESAMPLES,
) -> list[FieldAgreement]:
    """Agreement on each field, over items by area and tagger."""
    plain = [(area, list(items.values())) for area, items in units]
    return [agreement_on(field, plain, resamples=resamples) for field in fields(words, scale_of)]
