"""Which parameter values agree best with past decisions, and whether the data can tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from grader.bulk.cells import AreaCells, Cells, Leaf
from grader.errors import InputError, Place, Problem, quoted, suggest
from grader.language.english import number
from grader.language.order import orders
from grader.language.rulebook import RuleBook
from grader.model.calibration import SCHEMA, Agreed, Box, Calibration, HeldOut
from grader.model.printed import match_printed
from grader.model.proposal import RuleBookUsed
from grader.review.past_inspections import PastInspections

MOST_PARAMETERS: Final = 4
FEWEST_AREAS: Final = 30
MOST_CELLS: Final = 2_000_000
DRAWS: Final = 2_000

Promises = Callable[[Mapping[str, int]], bool]
"""Whether every promise is proved with parameters at these values."""


def parameters_asked(book: RuleBook, names: Sequence[str]) -> list[str]:
    """The parameters as the rule book spells them; raises InputError."""
    known = dict.fromkeys(book.parameters, ())
    found, problems = [], []
    for name in names:
        match = match_printed(name, known)
        if match is None:
            help = suggest(name, book.parameters, "parameters")
            problems.append(Problem(f"unknown parameter {quoted(name)}", Place("--parameter"), help))
        elif match in found:
            problems.append(
                Problem(f"parameter {quoted(match)} is named twice", Place("--parameter"), "name it once")
            )
        else:
            found.append(match)
    if not 1 <= len(names) <= MOST_PARAMETERS:
        help = "each more makes it easier to agree with the past, and harder to tell why"
        problems.append(Problem(f"from one to {MOST_PARAMETERS} parameters", Place("--parameter"), help))
    if problems:
        raise InputError(problems)
    return found


def calibrate(past: PastInspections, names: Sequence[str], promises: Promises) -> Calibration:
    """Fit parameters to past decisions, where the data can tell.

    Parameters
    ----------
    names : sequence of str
        One to four.
    promises : callable
        Whether every promise is proved at a setting.
    """
    return _Fit(past, parameters_asked(past.session.book, names)).answer(promises)


@dataclass(slots=True)
class _Scores:
    """Sums over areas for each cell of a grid."""

    sums: Any
    """n, exact, squared distance, and of proposed and of final ranks the sum and the sum of squares."""

    def kappa(self) -> Any:
        n, _, off, i, ii, j, jj = self.sums
        with np.errstate(divide="ignore", invalid="ignore"):
            expected = ii + jj - 2 * i * j / n
            kappa = np.where(expected > 0, 1 - off / expected, 0.0)
        return np.where(n > 0, kappa, -2.0)

    def exact(self) -> Any:
        n, same, *_ = self.sums
        return np.where(n > 0, same / np.maximum(n, 1), -1.0)


@dataclass(slots=True)
class _Grid:
    """One leaf with the intervals of all its areas laid over each other."""

    leaf: Leaf
    starts: list[Any]
    shape: tuple[int, ...]

    def of(self, cells: AreaCells) -> Any:
        """Ranks of an area's grade over the grid."""
        at = [
            np.searchsorted(own, whole, side="right") - 1
            for own, whole in zip(cells.starts, self.starts, strict=True)
        ]
        thin = [a if len(own) > 1 else a[:1] for a, own in zip(at, cells.starts, strict=True)]
        return cells.ranks[np.ix_(*thin)] if thin else cells.ranks


def _grid(leaf: Leaf, inner: int) -> _Grid:
    starts = [np.unique(np.concatenate([c.starts[k] for c in leaf.cells])) for k in range(inner)]
    shape = tuple(len(s) for s in starts)
    if np.prod(shape, dtype=np.int64) > MOST_CELLS:
        help = "name fewer parameters"
        raise InputError([Problem("too many settings to tell apart", Place("--parameter"), help)])
    return _Grid(leaf, starts, shape)


class _Fit:
    """Agreement over all settings, with all inspections or with one left out."""

    def __init__(self, past: PastInspections, names: Sequence[str]) -> None:
        self.past, self.names = past, list(names)
        self.book = past.session.book
        asked = [(n, a) for n, final in enumerate(past.finals) for a in final]
        framework = past.session.framework.framework
        inspections = [each.inspection for each in past.loaded]
        self.cells = Cells(framework, self.book, inspections, asked, self.names)
        self.inner = self.cells.inner
        self.grids = [_grid(leaf, len(self.inner)) for leaf in self.cells.leaves()] if asked else []
        self.parts = [self._parts(grid) for grid in self.grids]
        self.defaults = {n: self.book.parameters[n].default for n in self.names}

    def _parts(self, grid: _Grid) -> list[Any]:
        """For each inspection, its share of the sums."""
        found = [np.zeros((7, *grid.shape), np.float64) for _ in self.past.loaded]
        for cells in grid.leaf.cells:
            rank, final = grid.of(cells).astype(np.float64), self.past.finals[cells.inspection][cells.area]
            there = rank >= 0
            sums = (1, rank == final, (rank - final) ** 2, rank, rank**2, final, final**2)
            for at, value in enumerate(sums):
                found[cells.inspection][at] += np.where(there, value, 0)
        return found

    def _scores(self, at: int, without: int | None = None) -> _Scores:
        return _Scores(sum(p for n, p in enumerate(self.parts[at]) if n != without))

    def _where(self, values: Mapping[str, int]) -> tuple[int, tuple[int, ...]]:
        """The grid and the cell a setting lies in."""
        for at, grid in enumerate(self.grids):
            if all(low <= values[n] <= high for n, (low, high) in grid.leaf.outer.items()):
                cell = [
                    int(np.searchsorted(s, values[n], side="right")) - 1
                    for n, s in zip(self.inner, grid.starts, strict=True)
                ]
                return at, tuple(cell)
        raise AssertionError("the leaves cover every setting")

    # Best -------------------------------------------------------------------------------------------------

    def best(self, without: int | None = None) -> list[Any]:
        """For each grid its best cells: by kappa, then exact, no more withheld."""
        scores = [self._scores(at, without) for at in range(len(self.grids))]
        at, cell = self._where(self.defaults)
        enough = scores[at].sums[0][cell]
        masks = [s.sums[0] >= enough for s in scores]
        for score in (_Scores.kappa, _Scores.exact):
            found = [np.where(m, np.round(score(s), 9), -9.0) for s, m in zip(scores, masks, strict=True)]
            top = max(float(f.max()) for f in found)
            masks = [m & (f == top) for m, f in zip(masks, found, strict=True)]
        return masks

    def boxes(self, masks: Sequence[Any]) -> list[dict[str, tuple[int, int]]]:
        """The settings as disjoint boxes, the largest first."""
        found = []
        for grid, mask in zip(self.grids, masks, strict=True):
            ends = [
                np.append(starts[1:], self.book.parameters[n].maximum + 1) - 1
                for n, starts in zip(self.inner, grid.starts, strict=True)
            ]
            for low, high in _split(mask):
                inner = {
                    n: (int(grid.starts[k][low[k]]), int(ends[k][high[k]])) for k, n in enumerate(self.inner)
                }
                whole = {**grid.leaf.outer, **inner}
                found.append({n: whole[n] for n in self.names})
        return sorted(_joined(found, self.names), key=lambda b: (-_size(b), sorted(b.items())))

    def pick(self, boxes: Sequence[Mapping[str, tuple[int, int]]]) -> dict[str, int]:
        """One best setting: the defaults, or the middle of the largest ordered box."""
        if any(all(low <= self.defaults[n] <= high for n, (low, high) in box.items()) for box in boxes):
            return dict(self.defaults)
        middles = [{n: (low + high) // 2 for n, (low, high) in box.items()} for box in boxes]
        others, ordered = self.book.defaults(), orders(self.book)
        sound = (
            m for m in middles if not any(o.broken({**others, **m}) for o in ordered if o.names() & m.keys())
        )
        return next(sound, middles[0])

    # Agreement --------------------------------------------------------------------------------------------

    def agreed(self, values: Mapping[str, int]) -> Agreed:
        at, cell = self._where(values)
        scores = self._scores(at)
        n, exact, kappa = (float(x[cell]) for x in (scores.sums[0], scores.exact(), scores.kappa()))
        return Agreed(weighted_kappa=kappa if n else None, exact=max(exact, 0.0), areas=int(n))

    def _hits(self, number: int, values: Mapping[str, int]) -> tuple[int, int]:
        at, cell = self._where(values)
        n, same = (self.parts[at][number][k][cell] for k in (0, 1))
        return int(same), int(n)

    def naive(self, number: int) -> tuple[int, int]:
        """The others' commonest final grade, given to every area here."""
        others = Counter(g for n, final in enumerate(self.past.finals) if n != number for g in final.values())
        common = min(others, key=lambda g: (-others[g], g))
        mine = list(self.past.finals[number].values())
        return sum(g == common for g in mine), len(mine)

    def answer(self, promises: Promises) -> Calibration:
        many, areas = len(self.past.loaded), sum(len(f) for f in self.past.finals)
        masks = self.best() if self.grids else []
        boxes = self.boxes(masks)
        picked = self.pick(boxes) if boxes else dict(self.defaults)
        left = fixed = naive = None
        if many > 1 and boxes:
            chosen = [self.pick(self.boxes(self.best(n))) for n in range(many)]
            left = _held_out([self._hits(n, chosen[n]) for n in range(many)])
            fixed = _held_out([self._hits(n, self.defaults) for n in range(many)])
            naive = _held_out([self.naive(n) for n in range(many)])
        why = self._why_not(areas, left, fixed, naive)
        if why is None and not promises(picked):
            why = "the promises are not all proved at the values that agree best"
        nothing = Agreed(weighted_kappa=None, exact=0.0, areas=0)
        return Calibration(
            schema=SCHEMA,
            rulebook=RuleBookUsed(id=self.book.id, version=self.book.version, sha256=self.book.sha256),
            data_sha256=self.past.sha256,
            inspections=many,
            areas=areas,
            parameters=self.names,
            at_defaults=self.agreed(self.defaults) if self.grids else nothing,
            best=self.agreed(picked) if self.grids else nothing,
            boxes=[Box(ranges=box) for box in boxes],
            left_out=left,
            left_out_defaults=fixed,
            left_out_naive=naive,
            recommended=picked if why is None else None,
            why_not=why,
        )

    def _why_not(
        self, areas: int, left: HeldOut | None, fixed: HeldOut | None, naive: HeldOut | None
    ) -> str | None:
        if areas < FEWEST_AREAS:
            return f"{areas} areas have a final grade; fewer than {FEWEST_AREAS} cannot tell"
        if left is None or fixed is None or naive is None:
            return "there is one inspection alone: none can be left out"
        for other, what in (
            (naive, "a rule that gives every area the commonest grade"),
            (fixed, "the defaults"),
        ):
            if left.interval[0] <= other.interval[1]:
                return f"on inspections left out, the fitted values cannot be told from {what}"
        return None


def _held_out(pairs: Sequence[tuple[int, int]]) -> HeldOut:
    """The share of hits, with a percentile interval over inspections, fixed seed."""
    hits, of = np.array([p[0] for p in pairs]), np.array([p[1] for p in pairs])
    drawn = np.random.default_rng(1).integers(len(pairs), size=(DRAWS, len(pairs)))
    shares = hits[drawn].sum(1) / np.maximum(of[drawn].sum(1), 1)
    low, high = (float(x) for x in np.percentile(shares, [2.5, 97.5]))
    return HeldOut(exact=float(hits.sum() / max(of.sum(), 1)), interval=(round(low, 6), round(high, 6)))


def _split(mask: Any) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    """A mask's true cells as disjoint boxes, grown axis by axis."""
    left, found = mask.copy(), []
    while left.any():
        low = tuple(int(x) for x in np.unravel_index(int(np.argmax(left)), left.shape)) if left.ndim else ()
        high = list(low)
        for axis in range(left.ndim):
            while high[axis] + 1 < left.shape[axis]:
                face = tuple(
                    slice(high[k] + 1, high[k] + 2) if k == axis else slice(low[k], high[k] + 1)
                    for k in range(left.ndim)
                )
                if not left[face].all():
                    break
                high[axis] += 1
        left[tuple(slice(a, b + 1) for a, b in zip(low, high, strict=True))] = False
        found.append((low, tuple(high)))
    return found


Ranges = dict[str, tuple[int, int]]


def _joined(boxes: Iterable[Ranges], names: Sequence[str]) -> list[Ranges]:
    """Boxes that touch along one parameter and are alike in the others, joined."""
    found = list(boxes)
    for name in names:
        alike: dict[tuple[Any, ...], list[Ranges]] = {}
        for box in found:
            alike.setdefault(tuple(box[n] for n in names if n != name), []).append(box)
        found = []
        for group in alike.values():
            group.sort(key=lambda b: b[name])
            for box in group:
                if found and _touch(found[-1], box, name, names):
                    found[-1] = {**found[-1], name: (found[-1][name][0], box[name][1])}
                else:
                    found.append(box)
    return found


def _touch(one: Ranges, other: Ranges, name: str, names: Sequence[str]) -> bool:
    return one[name][1] + 1 == other[name][0] and all(one[n] == other[n] for n in names if n != name)


def _size(box: Ranges) -> int:
    size = 1
    for low, high in box.values():
        size *= high - low + 1
    return size


def parameter_file(found: Calibration, book: RuleBook) -> str:
    """`calibrated.yaml` for the rule book's own folder, of values that are recommended."""
    assert found.recommended is not None, "asked for what is recommended"
    assert found.left_out is not None, "what is recommended was tried on inspections left out"
    low, high = found.left_out.interval
    why = (
        f"agrees best with the final grades of {found.areas} areas of {found.inspections} inspections; on"
        f" inspections left out {100 * found.left_out.exact:.0f} % are the same"
        f" ({100 * low:.0f} to {100 * high:.0f} %)"
    )
    lines = ["# Written by grader calibrate: these values take the place of the defaults.", "calibrated:"]
    for name, value in found.recommended.items():
        said = number(value, None, book.parameters[name].kind).replace(" ", "")
        lines += [
            f"  {name}:",
            f"    value: {said}",
            f"    source: past decisions, sha256 {found.data_sha256}",
        ]
        lines += [f"    why: {why}"]
    return "\n".join(lines) + "\n"
