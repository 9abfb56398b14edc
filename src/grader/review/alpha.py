"""Krippendorff's alpha (2011), from sums that are kept by area, so that areas can be drawn again."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any, Final

#: Below this many areas an interval says next to nothing.
FEW_AREAS: Final = 5
SEED: Final = 2_021
#: Beyond these the last bits of a sum differ from one machine to another.
DIGITS: Final = 6

Value = Hashable


class Sums:
    """What alpha is made of, by area: how often each value is said, and each two of one item together."""

    def __init__(
        self, domain: Sequence[Value], read: Sequence[tuple[str, Sequence[Value]]], apart: Any = None
    ) -> None:
        """Sum what was said.

        Parameters
        ----------
        domain : sequence
            The values there are; in their order, where `apart` is None.
        read : sequence of (str, sequence)
            The area of each item, and the values it was given; an item with one alone is left out.
        apart : array, optional
            The distance of every two values; None where they are ordered, and as far apart as so many are
            said between them.
        """
        import numpy as np

        read = [(area, values) for area, values in read if len(values) > 1]
        self.ordinal = apart is None
        self.areas = sorted({area for area, _ in read})
        self.apart = apart
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

    def whole(self) -> float:
        """Alpha over every area once; NaN where undefined."""
        import numpy as np

        return float(self.alpha(np.ones((1, len(self.areas))))[0])

    def alpha(self, drawn: Any) -> Any:
        """Alpha for each row of `drawn`, which says how often each area stands in it; NaN where undefined."""
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
        """A percentile bootstrap interval of 95 %, whole areas drawn again, with a fixed seed."""
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
