"""How far people's tags agree: Krippendorff's alpha with an interval.

The interval resamples whole areas, from sums kept by area.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, Final, Literal

from grader.distribution import install
from grader.model.inspection import Evidence
from grader.model.reconciliation import FieldAgreement
from grader.review.agreement import DIGITS, SEED
from grader.vocabulary.words import Vocabulary

#: Below this many items a coefficient says next to nothing.
SMALL: Final = 30
#: Below this many areas an interval says next to nothing.
FEW_AREAS: Final = 5
RESAMPLES: Final = 1_000
MISSING: Final = f"alpha is left out: it needs the extra 'report' ({install('report')})"
#: The library holds a number for each item and each pair of values; beyond so many they are summed here.
LIBRARY_CELLS: Final = 5_000_000

Distance = Literal["masi", "nominal", "ordinal"]
Value = Hashable


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
    field : Field
    units : sequence of (str, sequence of Evidence)
        Each item's area, and each person's version.
    resamples : int
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
    if find_spec("krippendorff") is None:
        return None, None, [*notes, MISSING]
    domain = domain_of(field, values)
    sums = Sums(field, domain, read)
    alpha = _alpha(field, domain, read, sums)
    interval, said = sums.interval(resamples)
    return round(alpha, DIGITS), interval, [*notes, *said]


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


def _distances(field: Field, domain: Sequence[Value]) -> Any:
    """Distances of values that frequencies do not change."""
    import numpy as np

    if field.distance == "masi":
        return np.array([[masi(a, b) for b in domain] for a in domain])  # type: ignore[arg-type]
    return 1.0 - np.eye(len(domain))


def _alpha(
    field: Field, domain: Sequence[Value], read: Sequence[tuple[str, list[Value]]], sums: Sums
) -> float:
    import krippendorff
    import numpy as np

    if len(read) * len(domain) ** 2 > LIBRARY_CELLS:
        return float(sums.alpha(np.ones((1, len(sums.areas))))[0])
    level: Any = sums.apart_of if field.distance == "masi" else field.distance
    at = {value: i for i, value in enumerate(domain)}
    counts = np.zeros((len(read), len(domain)), dtype=np.int64)
    for row, (_, values) in enumerate(read):
        for value in values:
            counts[row, at[value]] += 1
    said = {"value_counts": counts, "value_domain": np.arange(len(domain), dtype=float)}
    return float(krippendorff.alpha(level_of_measurement=level, **said))


class Sums:
    """By area, how often each value and each pair is said."""

    def __init__(
        self, field: Field, domain: Sequence[Value], read: Sequence[tuple[str, list[Value]]]
    ) -> None:
        import numpy as np

        self.ordinal = field.distance == "ordinal"
        self.areas = sorted({area for area, _ in read})
        self.apart = _distances(field, domain)
        at = {value: i for i, value in enumerate(domain)}
        where = {area: i for i, area in enumerate(self.areas)}
        self.said = np.zeros((len(self.areas), len(domain)))
        together: dict[tuple[int, int, int], float] = {}
        for area, values in read:
            here = where[area]
            for i, one in enumerate(values):
                self.said[here, at[one]] += 1
                for j, other in enumerate(values):
                    if i != j:
                        key = here, at[one], at[other]
                        together[key] = together.get(key, 0.0) + 1 / (len(values) - 1)
        self.pairs = np.array([[*key] for key in together], dtype=np.int64).reshape(-1, 3)
        self.weights = np.array(list(together.values()))

    def apart_of(self, v1: Any, v2: Any, i1: Any, i2: Any, n_v: Any, dtype: Any = None) -> Any:
        """Distances as the library asks for them."""
        return self.apart[i1, i2]

    def alpha(self, drawn: Any) -> Any:
        """Alpha for each row of `drawn`, counts of areas; NaN where undefined."""
        import numpy as np

        found = np.empty(len(drawn))
        for start in range(0, len(drawn), 100):
            part = drawn[start : start + 100]
            many = part @ self.said
            weights = part[:, self.pairs[:, 0]] * self.weights
            if self.ordinal:
                observed, expected = self._ordinal(many, weights)
            else:
                observed = (weights * self.apart[self.pairs[:, 1], self.pairs[:, 2]]).sum(axis=1)
                expected = ((many @ self.apart) * many).sum(axis=1)
            whole = many.sum(axis=1)
            with np.errstate(divide="ignore", invalid="ignore"):
                found[start : start + 100] = 1 - (whole - 1) * observed / expected
        return np.where(np.isfinite(found), found, np.nan)

    def _ordinal(self, many: Any, weights: Any) -> tuple[Any, Any]:
        """Ordered values are as far apart as so many are said between them."""
        import numpy as np

        below = np.cumsum(many, axis=1) - many / 2  # those below a value, and half of its own
        apart = (below[:, :, None] - below[:, None, :]) ** 2
        observed = (weights * apart[:, self.pairs[:, 1], self.pairs[:, 2]]).sum(axis=1)
        return observed, np.einsum("dij,di,dj->d", apart, many, many)

    def interval(self, resamples: int) -> tuple[tuple[float, float] | None, list[str]]:
        """A 95 % percentile bootstrap interval over areas, with a fixed seed."""
        import numpy as np

        many = len(self.areas)
        if many < 2:
            return None, ["no interval: the items are all of one area"]
        draws = np.random.default_rng(SEED).multinomial(many, [1 / many] * many, size=resamples)
        found = self.alpha(draws.astype(float))
        found = found[~np.isnan(found)]
        if len(found) < 0.95 * resamples:
            return None, ["no interval: in too many draws everyone says the same"]
        low, high = (round(float(bound), DIGITS) for bound in np.percentile(found, [2.5, 97.5]))
        said = [f"the interval draws {many} areas {resamples:,} times, seed {SEED}"]
        if many < FEW_AREAS:
            said.append(f"{many} areas are too few for an interval to mean much (fewer than {FEW_AREAS})")
        return (low, high), said


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
