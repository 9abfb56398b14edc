"""Rows that are the sum or mean of others.

In decimals as written; a likely coincidence is not taken for a total.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

#: As many rows make a sum that is no chance by itself; two do beside another total.
_ENOUGH: Final = 3
#: So many accidents a table are too many to call any one of them a total.
_CHANCE: Final = 0.05
_LONGEST: Final = 200

Numbers = Sequence[Decimal | None]


@dataclass(frozen=True, slots=True)
class _Match:
    """A row whose number is the sum or the mean of others."""

    row: int
    said: str
    members: int
    likely: bool
    """Whether it needs no second column or other total beside it."""


def totals_by_sum(
    names: Sequence[str],
    columns: Mapping[str, Numbers],
    score: str,
    known: frozenset[int],
    groups: Sequence[Sequence[str]],
) -> dict[int, str]:
    """Rows that are sums or means of others, and of which.

    Parameters
    ----------
    names : sequence of str
        Of the rows.
    columns : mapping of str to sequence of Decimal or None
        Of numbers, by heading.
    score : str
        The scores' heading; only there a mean counts.
    known : frozenset of int
        Known totals.
    groups : sequence of sequence of str
        Columns of groups.
    """
    found: dict[tuple[int, str], list[tuple[str, _Match]]] = {}
    for heading, numbers in columns.items():
        if any(number is not None and number < 0 for number in numbers):
            continue
        for match in _sums(numbers, known, groups):
            found.setdefault((match.row, match.said), []).append((heading, match))
    rows: dict[int, str] = {}
    weak: dict[int, str] = {}
    for (row, said), matches in found.items():
        likely = len(matches) > 1 or any(match.likely for _, match in matches)
        where = ", ".join(f"'{heading}'" for heading, _ in matches[:3])
        (rows if likely else weak).setdefault(row, f"its number in column {where} is {said}")
    if rows:  # a table with totals in it: sums of two beside them are some too
        rows = {**weak, **rows}
    means = _means(names, columns[score], known | rows.keys())
    return {**{row: f"its number in column '{score}' is {said}" for row, said in means}, **rows}


def _sums(numbers: Numbers, known: frozenset[int], groups: Sequence[Sequence[str]]) -> Iterator[_Match]:
    step, levels = _precision(numbers)
    yield from _of_all_others(numbers, known, step)
    yield from _blocks(numbers, known, downwards=True)
    yield from _blocks(numbers, known, downwards=False)
    yield from _loose_blocks(numbers, known, levels)
    for labels in groups:
        yield from _of_group(numbers, known, labels, levels)


def _precision(numbers: Numbers) -> tuple[Decimal, float]:
    """The least step of numbers as written, and their range in steps."""
    there = [number for number in numbers if number is not None]
    if not there:
        return Decimal(1), 1.0
    step = Decimal(1).scaleb(min(0, *(int(number.as_tuple().exponent) for number in there)))
    return step, max(1.0, float((max(there) - min(there)) / step))


def _of_all_others(numbers: Numbers, known: frozenset[int], step: Decimal) -> Iterator[_Match]:
    bodies = [row for row, number in enumerate(numbers) if number is not None and row not in known]
    whole = sum((numbers[row] or Decimal(0) for row in bodies), Decimal(0))
    # Decimals are rounded one by one before anybody adds them here.
    off = step * len(bodies) / 2 if step < 1 else Decimal(0)
    for row in bodies:
        number = numbers[row] or Decimal(0)
        many = sum(1 for other in bodies if other != row and numbers[other])
        if many >= _ENOUGH and number and abs(whole - 2 * number) <= off:
            yield _Match(row, "the sum of all others", many, True)


def _blocks(numbers: Numbers, known: frozenset[int], *, downwards: bool) -> Iterator[_Match]:
    """Sums from the start or last total to the row."""
    rows = range(len(numbers)) if downwards else range(len(numbers) - 1, -1, -1)
    side = "above" if downwards else "below"
    whole, many = Decimal(0), 0
    for row in rows:
        number = numbers[row]
        if row in known:
            whole, many = Decimal(0), 0
        elif number:
            if many >= 2 and number == whole:
                yield _Match(row, f"the sum of the {many} {side} it", many, many >= _ENOUGH)
                whole, many = Decimal(0), 0
            else:
                whole, many = whole + number, many + 1


def _loose_blocks(numbers: Numbers, known: frozenset[int], levels: float) -> Iterator[_Match]:
    """Sums of rows next to a row, where few are by chance."""
    tried = 0
    found = []
    for row, number in enumerate(numbers):
        if not number or row in known:
            continue
        for side, way in (("above", -1), ("below", 1)):
            whole, many, at = Decimal(0), 0, row + way
            while 0 <= at < len(numbers) and at not in known and whole < number and many < _LONGEST:
                other = numbers[at]
                if other:
                    whole, many = whole + other, many + 1
                    tried += many >= _ENOUGH and whole <= number
                at += way
            if many >= _ENOUGH and whole == number:
                found.append((row, f"the sum of the {many} {side} it", many))
    for row, said, many in found:
        yield _Match(row, said, many, tried / levels <= _CHANCE)


def _of_group(
    numbers: Numbers, known: frozenset[int], labels: Sequence[str], levels: float
) -> Iterator[_Match]:
    rows: dict[str, list[int]] = {}
    for row, label in enumerate(labels):
        if label and numbers[row] and row not in known:
            rows.setdefault(label, []).append(row)
    for label, members in rows.items():
        whole = sum((numbers[row] or Decimal(0) for row in members), Decimal(0))
        for row in members:
            if len(members) > 2 and 2 * (numbers[row] or Decimal(0)) == whole:
                likely = len(members) > _ENOUGH and len(labels) / levels <= _CHANCE
                yield _Match(row, f"the sum of the others of '{label}'", len(members) - 1, likely)


def _means(names: Sequence[str], numbers: Numbers, known: frozenset[int]) -> Iterator[tuple[int, str]]:
    """First or last rows that equal the mean of all others.

    Rounded means only where chance gives few, fewer still for rows in alphabetical place.
    """
    bodies = [row for row, number in enumerate(numbers) if number is not None and row not in known]
    if len(bodies) <= _ENOUGH:
        return
    for row in (bodies[0], bodies[-1]):
        others = [numbers[other] or Decimal(0) for other in bodies if other != row]
        apart = statistics.pstdev(others)
        number = numbers[row] or Decimal(0)
        mean = sum(others, Decimal(0)) / len(others)
        step = Decimal(1).scaleb(int(number.as_tuple().exponent))
        off = [names[at].casefold() for at in bodies if at != row]
        placed = off != sorted(off) or sorted([*off, names[row].casefold()]) == [
            names[at].casefold() for at in bodies
        ]
        seldom = float(step) <= (_CHANCE / 50 if placed else _CHANCE) * float(apart)
        near = mean == number or (seldom and abs(mean - number) <= step / 2)
        if apart and near:
            yield row, "the mean of all others"
