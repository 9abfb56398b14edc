"""Single changes that a monotone rule book answers in one direction.

Each makes the record better and never lowers a grade, or worse and never raises one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise, product
from typing import Any, Final, Literal

from grader.model.framework import Framework
from grader.model.inspection import Declared, Evidence, Inspection, Source
from grader.vocabulary.kinds import PROGRESS
from grader.vocabulary.scales import Levels
from grader.vocabulary.words import Vocabulary

Never = Literal["lowers", "raises"]

_ADDED: Final = "added"


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one inspection.

    Attributes
    ----------
    step : str
        A key of `STEPS`.
    never : {"lowers", "raises"}
        What it never does to a grade.
    what : str
        In words.
    """

    step: str
    never: Never
    what: str
    make: Callable[[], Inspection]

    def apply(self) -> Inspection:
        """The inspection after the change."""
        return self.make()


Made = Iterator[tuple[str, Callable[[], Inspection]]]
Maker = Callable[[Inspection, Framework], Made]


def raise_assessment(inspection: Inspection, framework: Framework) -> Made:
    """One item's assessment one step up."""
    for at, item in enumerate(inspection.evidence):
        better = _above(_levels(framework, item.characteristics[0]).levels)
        if item.assessment in better:
            yield _set(inspection, "evidence", at, {"assessment": better[item.assessment]})


def add_exceeds(inspection: Inspection, framework: Framework) -> Made:
    """An item that exceeds, without harm or measure."""
    for characteristic in _characteristics(inspection, framework):
        best = _levels(framework, characteristic).levels[-1]
        for basis in _bases(framework.vocabulary):
            yield _add_item(inspection, characteristic, {"assessment": best, "basis": basis})


def add_falls_short(inspection: Inspection, framework: Framework) -> Made:
    """An item that falls short, light or heavy."""
    words = framework.vocabulary
    # Where adding a shortfall could do good, it would be the lightest.
    lightest = {"extent": words.extents.names[0], "remedied": True}
    heaviest = {"extent": words.extents.best, "harm": words.harms.best}
    for characteristic in _characteristics(inspection, framework):
        worst = _levels(framework, characteristic).levels[0]
        for basis in _bases(framework.vocabulary):
            for weight in (lightest, heaviest):
                fields = {"assessment": worst, "basis": basis, **weight}
                yield _add_item(inspection, characteristic, fields)


def add_concern(inspection: Inspection, framework: Framework) -> Made:
    """A declared finding that caps the grade, on an area inspected."""
    areas = [a.id for a in framework.areas_in(inspection.inspection.edition)]
    inspected = [name for name in areas if name not in inspection.inspection.not_inspected]
    for area, kind in product(inspected, framework.vocabulary.capping):
        concern = Declared(
            id=_free({f.id for f in inspection.all_findings}),
            kind=kind,
            area=area,
            statement=_ADDED,
            recommendations=[_ADDED],
        )
        findings = [*inspection.findings, concern]
        yield f"{concern.id} on {area}", partial(_with, inspection, findings=findings)


def worsen_progress(inspection: Inspection, framework: Framework) -> Made:
    """An earlier finding that caps the grade, one step further from closed."""
    worse = _above(PROGRESS.names)
    for at, finding in enumerate(inspection.previous):
        if finding.kind in framework.vocabulary.capping and finding.progress in worse:
            yield _set(inspection, "previous", at, {"progress": worse[finding.progress]})


def widen_extent(inspection: Inspection, framework: Framework) -> Made:
    """A shortfall one step more widespread."""
    wider = _above(framework.vocabulary.extents.names)
    for at, item in _shortfalls(inspection, framework):
        if item.extent in wider:
            yield _set(inspection, "evidence", at, {"extent": wider[item.extent]})


def worsen_harm(inspection: Inspection, framework: Framework) -> Made:
    """A shortfall one step more harmful."""
    graver = _above(framework.vocabulary.harms.names)
    for at, item in _shortfalls(inspection, framework):
        if item.harm in graver:
            yield _set(inspection, "evidence", at, {"harm": graver[item.harm]})


def unset_remedied(inspection: Inspection, framework: Framework) -> Made:
    """A shortfall put right since, no longer so."""
    for at, item in _shortfalls(inspection, framework):
        if item.remedied:
            yield _set(inspection, "evidence", at, {"remedied": False, "remedied_on": None})


#: Every kind of step, with what it never does to a grade.
STEPS: Final[Mapping[str, tuple[Never, Maker]]] = {
    "raise_assessment": ("lowers", raise_assessment),
    "add_exceeds": ("lowers", add_exceeds),
    "add_falls_short": ("raises", add_falls_short),
    "add_concern": ("raises", add_concern),
    "worsen_progress": ("raises", worsen_progress),
    "widen_extent": ("raises", widen_extent),
    "worsen_harm": ("raises", worsen_harm),
    "unset_remedied": ("raises", unset_remedied),
}


def changes(inspection: Inspection, framework: Framework, *steps: str) -> Iterator[Change]:
    """Every single change of some kinds, or of all.

    Parameters
    ----------
    inspection : Inspection
        Valid.
    framework : Framework
    *steps : str
        Keys of `STEPS`.

    Raises
    ------
    ValueError
        An unknown step.
    """
    unknown = sorted(set(steps) - set(STEPS))
    if unknown:
        raise ValueError(f"unknown step {unknown[0]!r}; steps: {', '.join(STEPS)}")
    for step in steps or tuple(STEPS):
        never, maker = STEPS[step]
        for what, make in maker(inspection, framework):
            yield Change(step, never, what, make)


def _characteristics(inspection: Inspection, framework: Framework) -> Iterator[str]:
    absent = inspection.inspection.not_inspected
    for area in framework.areas_in(inspection.inspection.edition):
        if area.id not in absent:
            yield from (c.id for c in area.characteristics)


def _levels(framework: Framework, characteristic: str) -> Levels:
    """The levels a characteristic is assessed at."""
    return framework.vocabulary.scale_of(framework.scale_of(characteristic))


def _above(names: Sequence[str]) -> dict[str, str]:
    """For each name but the last of a scale, the next."""
    return dict(pairwise(names))


def _bases(words: Vocabulary) -> tuple[str, str]:
    """A tested and a described basis."""
    return words.bases_of("tested")[1], words.looked_for_basis["described"]


def _shortfalls(inspection: Inspection, framework: Framework) -> Iterator[tuple[int, Evidence]]:
    short = framework.vocabulary.shortfalls
    return ((i, e) for i, e in enumerate(inspection.evidence) if e.assessment in short)


def _free(taken: set[str]) -> str:
    """An id that is not taken."""
    return next(name for name in (f"{_ADDED}-{n}" for n in range(len(taken) + 1)) if name not in taken)


def _with(inspection: Inspection, **fields: Any) -> Inspection:
    return inspection.model_copy(update=fields)


def _set(
    inspection: Inspection, block: str, at: int, fields: Mapping[str, Any]
) -> tuple[str, Callable[[], Inspection]]:
    """The change of some fields of one thing of a block."""

    def make() -> Inspection:
        things = list(getattr(inspection, block))
        things[at] = things[at].model_copy(update=fields)
        return _with(inspection, **{block: things})

    said = ", ".join(f"{name}: {value}" for name, value in fields.items())
    return f"{getattr(inspection, block)[at].id} {said}", make


def _add_item(
    inspection: Inspection, characteristic: str, fields: Mapping[str, Any]
) -> tuple[str, Callable[[], Inspection]]:
    def make() -> Inspection:
        name = _free({e.id for e in inspection.evidence})
        item = Evidence(id=name, characteristics=[characteristic], statement=_ADDED, source=_ADDED, **fields)
        sources = {**inspection.sources, _ADDED: Source(title=_ADDED)}
        return _with(inspection, evidence=[*inspection.evidence, item], sources=sources)

    said = ", ".join(f"{name}: {value}" for name, value in fields.items())
    return f"an item on {characteristic}: {said}", make
