"""Everything a report says of an inspection, put together once for whichever writer asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from grader.explanations.why import explain
from grader.language.english import number
from grader.model.framework import Framework
from grader.model.inspection import Evidence, Inspection
from grader.model.proposal import NotCounted, Proposal
from grader.render.content.areas import Areas, AreaView
from grader.render.content.blocks import Section
from grader.render.content.decided import Decided
from grader.render.content.moderation import moderation
from grader.session import LoadedInspection


@dataclass(frozen=True, slots=True)
class Left:
    """Something that did not count; the item itself where it is shown nowhere else."""

    entry: NotCounted
    item: Evidence | None
    anchor: str | None


@dataclass(frozen=True, slots=True)
class ParameterRow:
    """A parameter with its value in words."""

    name: str
    value: str
    default: str
    changed: bool
    basis: str
    source: str
    why: str


@dataclass(frozen=True, slots=True)
class Content:
    """What a report says, in reading order.

    `anchors`: evidence in the page; `more`: sections after the areas.
    """

    proposal: Proposal
    framework: Framework
    inspection: Inspection
    decided: Decided | None
    areas: tuple[AreaView, ...]
    left: tuple[Left, ...]
    parameters: tuple[ParameterRow, ...]
    warnings: tuple[str, ...]
    anchors: Mapping[str, str]
    more: tuple[Section, ...] = ()

    @property
    def ordered(self) -> tuple[AreaView, ...]:
        """The areas, best proposed grade first, those without one last."""
        places = [-1 if area.proposed.place is None else area.proposed.place for area in self.areas]
        return tuple(
            self.areas[at] for at in sorted(range(len(places)), key=lambda at: places[at], reverse=True)
        )


def content_of(
    loaded: LoadedInspection, decided: Decided | None = None, more: tuple[Section, ...] = ()
) -> Content:
    """The content of the report on an inspection.

    Parameters
    ----------
    decided : Decided, optional
        Final grades.
    more : tuple of Section
        To add after the areas.
    """
    proposal, maker = loaded.proposal, Areas(loaded)
    areas = tuple(
        maker.view(
            at,
            result,
            explain(loaded, result.area),
            decided.decisions.grades.get(result.area) if decided else None,
            decided.areas.get(result.area) if decided else None,
        )
        for at, result in enumerate(proposal.areas, start=1)
    )
    left = []
    for entry in proposal.not_counted:
        anchor = maker.anchor(entry.evidence)
        left.append(Left(entry, maker.evidence[entry.evidence] if anchor else None, anchor))
    return Content(
        proposal=proposal,
        framework=loaded.framework.framework,
        inspection=loaded.inspection,
        decided=decided,
        areas=areas,
        left=tuple(left),
        parameters=tuple(_parameters(loaded, proposal)),
        warnings=tuple(_warnings(proposal, decided)),
        anchors=maker.anchors,
        more=(*moderation(areas, decided, loaded.inspection), *more),
    )


def _parameters(loaded: LoadedInspection, proposal: Proposal) -> list[ParameterRow]:
    rows = []
    for used in proposal.parameters:
        known = loaded.book.parameters[used.name]
        rows.append(
            ParameterRow(
                name=used.name,
                value=number(used.value, None, known.kind),
                default=number(used.default, None, known.kind),
                changed=used.name in proposal.overrides,
                basis=used.basis,
                source=known.source,
                why=known.why,
            )
        )
    return rows


def _warnings(proposal: Proposal, decided: Decided | None) -> list[str]:
    found = [w.message for w in proposal.warnings]
    return [*found, *(w.message for w in decided.warnings)] if decided else found
