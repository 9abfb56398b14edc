"""Why an area is graded so, down to the evidence, for and against.

It comes from the proposal's own pass.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final, Literal

from pydantic import Field

from grader.explanations.asked import area_asked
from grader.explanations.look_next import LookNext, look_next
from grader.explanations.range_words import withheld_words
from grader.grading.conclude import CharacteristicCase
from grader.grading.tally import Item, placements
from grader.grading.workings import Workings
from grader.model.frames import Tabular, Value
from grader.model.framework import Framework
from grader.model.inspection import Evidence
from grader.model.proposal import (
    FindingResult,
    Hinge,
    NotCounted,
    OutputModel,
    Proposal,
    Reachable,
    Reason,
    WithoutOld,
)
from grader.session import LoadedInspection
from grader.vocabulary.kinds import STRENGTH, StrengthName
from grader.vocabulary.scales import Levels

SCHEMA: Final = "grader.explanation/1"


class Cited(OutputModel):
    """An item of evidence as it bears on a characteristic."""

    id: str
    assessment: str
    statement: str
    basis: str
    strength: StrengthName
    extent: str | None
    """Only for shortfalls."""
    harm: str | None
    """Only for shortfalls."""
    remedied: bool
    found_on: str | None
    old: bool
    """Whether it is old at the inspection's `as_of`; it counts no less for that."""
    source: str
    locator: str | None
    tagged: list[str]
    """Characteristics the item was tagged to."""
    via: list[str]
    """Those of them it counts here through, where it is not tagged to what it bears on but informs it."""


class CharacteristicWhy(OutputModel):
    """Why a characteristic has its status."""

    id: str
    text: str
    status: str
    counted: bool
    because: list[str]
    evidence_for: list[Cited]
    evidence_against: list[Cited]


class Working(OutputModel):
    """How one number of an area came about."""

    fact: str
    value: int
    text: str


class Explanation(OutputModel, Tabular):
    """Everything behind one area's outcome."""

    schema_: Literal["grader.explanation/1"] = Field(SCHEMA, alias="schema")
    inspection: str
    body: str
    area: str
    title: str
    outcome: str
    grade: str | None
    overrides: dict[str, int]
    """Parameters that were set otherwise than their defaults."""
    summary: str
    reasons_for: list[Reason]
    reasons_against: list[Reason]
    workings: list[Working]
    """How the numbers of points behind the reasons came about, those on which others rest first."""
    characteristics: list[CharacteristicWhy]
    missing: list[str]
    """Ids of counted characteristics with no evidence."""
    findings: list[FindingResult]
    not_counted: list[NotCounted]
    hinges: list[Hinge]
    reachable: list[Reachable]
    possible: tuple[str, str] | None
    """The lowest and the highest grade it could take, as in the proposal."""
    without_old: WithoutOld | None
    """What would stand without its old evidence, as in the proposal."""
    look_next: list[LookNext]
    """Unassessed characteristics that could move the grade or narrow the range, most first."""

    def __repr__(self) -> str:
        return f"<Explanation {self.inspection}, {self.area}: {self.grade or self.outcome}>"

    __str__ = __repr__

    def rows(self) -> Iterator[dict[str, Value]]:
        """Each characteristic with its status, why, and the evidence for and against."""
        for c in self.characteristics:
            yield {
                "characteristic": c.id,
                "text": c.text,
                "status": c.status,
                "counted": c.counted,
                "because": "; ".join(c.because),
                "evidence_for": ", ".join(e.id for e in c.evidence_for),
                "evidence_against": ", ".join(e.id for e in c.evidence_against),
            }


def explain(loaded: LoadedInspection, area: str) -> Explanation:
    """The explanation of one area.

    Raises
    ------
    UnknownNameError
        No such area.
    """
    framework, proposal = loaded.framework.framework, loaded.proposal
    area = area_asked(framework, proposal.framework.edition, area)
    result = proposal.area(area)
    cases = loaded.trace.characteristics.get(area, ())
    evidence = {e.id: e for e in loaded.inspection.evidence}
    characteristics = [_characteristic(loaded, evidence, case) for case in cases]
    ids = {c.id for c in framework.area(area).characteristics}
    unassessed = framework.vocabulary.statuses.nothing
    return Explanation(
        schema=SCHEMA,
        inspection=proposal.inspection,
        body=proposal.body,
        area=area,
        title=result.title,
        outcome=result.outcome,
        grade=result.grade,
        overrides=proposal.overrides,
        summary=_summary(framework, proposal, area),
        reasons_for=[r for r in result.reasons if r.held],
        reasons_against=[r for r in result.reasons if not r.held],
        workings=_workings(loaded, area, [name for r in result.reasons for name in r.facts]),
        characteristics=characteristics,
        missing=[c.id for c in characteristics if c.counted and c.status == unassessed],
        findings=result.findings,
        not_counted=[n for n in proposal.not_counted if n.characteristic in ids],
        hinges=result.hinges,
        reachable=result.reachable,
        possible=result.possible,
        without_old=result.without_old,
        look_next=look_next(loaded, area),
    )


def _summary(framework: Framework, proposal: Proposal, area: str) -> str:
    result = proposal.area(area)
    if result.outcome == "graded":
        return f"{result.title}: proposed {(result.grade or '').replace('_', ' ')}"
    if result.outcome == "withheld" and result.possible is not None:
        why = "; ".join(reason.because for reason in result.reasons if reason.held)
        return f"{result.title}: {withheld_words(why, result.possible)}"
    return f"{result.title}: {no_grade(framework, proposal, area)}"


def _workings(loaded: LoadedInspection, area: str, names: Iterable[str]) -> list[Working]:
    """How the numbers among an area's facts came about."""
    case = loaded.trace.areas.get(area)
    if case is None:
        return []
    session, cases = loaded.session, loaded.trace.characteristics[area]
    found = Workings(session.bound, session.english, case.facts, cases)
    return [Working(fact=n, value=case.facts[n], text=text) for n, text in found.of(names)]


def no_grade(framework: Framework, proposal: Proposal, area: str) -> str:
    """Why an area has no grade, in plain words."""
    match proposal.area(area).outcome:
        case "withheld":
            return "no grade is proposed, since there is too little to go on"
        case "ungraded":
            edition = proposal.framework.edition
            informs = any(c.informs for c in framework.area(area).characteristics)
            more = "; what was found on it counts in the areas it informs" if informs else ""
            return f"edition {edition} of the framework gives this area no grade{more}"
        case _:
            return "not inspected, as the inspection says, so no grade is proposed"


def _characteristic(
    loaded: LoadedInspection, evidence: Mapping[str, Evidence], case: CharacteristicCase
) -> CharacteristicWhy:
    session = loaded.session
    rules = session.evaluator.rules
    because = [
        session.english.because(rules[name].because, case.facts, rules[name].condition)
        for name in case.status.deciding
    ]
    if case.items and not because:
        because = ["no finding of fact reaches even a part of it"]
    cited = [cite(loaded, evidence[i.id], i, (case.id,)) for i in case.items]
    words = loaded.framework.framework.vocabulary
    levels = words.scale_of(loaded.framework.framework.scale_of(case.id))
    against = [c for c in cited if c.assessment in words.shortfalls]
    return CharacteristicWhy(
        id=case.id,
        text=loaded.framework.framework.characteristic(case.id).text,
        status=words.statuses.said_of(case.status.rank),
        counted=case.counted,
        because=because,
        evidence_for=_strongest_first(levels, [c for c in cited if c.assessment not in words.shortfalls]),
        evidence_against=_strongest_first(levels, against),
    )


def _strongest_first(scale: Levels, cited: Iterable[Cited]) -> list[Cited]:
    """Tested before described; then the assessments furthest from the middle; then by id."""
    return sorted(
        cited,
        key=lambda c: (-STRENGTH.rank(c.strength), -scale.off_middle(c.assessment), c.id),
    )


def cite(loaded: LoadedInspection, evidence: Evidence, item: Item, on: Collection[str]) -> Cited:
    """An item of evidence as it bears on characteristics."""
    inspection, assessment = loaded.inspection, loaded.trace.assessments[item.id]
    shortfall = assessment in loaded.framework.framework.vocabulary.shortfalls
    ways = list(placements(evidence, loaded.framework.framework, inspection.inspection.edition))
    direct = any(tagged in on for tagged in evidence.characteristics)
    return Cited(
        id=item.id,
        assessment=assessment,
        statement=evidence.statement,
        basis=evidence.basis,
        strength=STRENGTH.name_of(item.row["strength"]),  # type: ignore[arg-type]  # one of the two names
        extent=evidence.extent if shortfall else None,
        harm=evidence.harm if shortfall else None,
        remedied=evidence.remedied,
        found_on=evidence.found_on,
        old=item.id in loaded.old,
        source=inspection.sources[evidence.source].title,
        locator=evidence.locator,
        tagged=sorted(evidence.characteristics),
        via=[] if direct else sorted({tagged for tagged, counts in ways if counts in on}),
    )
