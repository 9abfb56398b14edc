"""What grader concludes: `grader.proposal/1`. Every key is always present."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final, Literal

from pydantic import Field

from grader.errors import UnknownNameError, quoted, suggest
from grader.model.frames import Tabular, Value
from grader.model.output import OutputModel as OutputModel
from grader.model.output import counted as counted
from grader.model.output import to_json as to_json
from grader.model.printed import match_printed
from grader.vocabulary.kinds import OriginName

SCHEMA: Final = "grader.proposal/1"

Outcome = Literal["graded", "withheld", "ungraded", "not_inspected"]


class FrameworkUsed(OutputModel):
    """The framework graded against, with its status and where its wording comes from."""

    id: str
    edition: str
    sha256: str | None
    status: str
    provenance: dict[str, int]
    """How many characteristics each kind of provenance stands behind."""


class RuleBookUsed(OutputModel):
    """The rule book that concluded."""

    id: str
    version: str
    sha256: str | None


class ParameterUsed(OutputModel):
    """A parameter's value (whole per mille for a share), its default, and what it rests on."""

    name: str
    value: int
    default: int
    basis: str


class CharacteristicResult(OutputModel):
    """The conclusion on one characteristic, the evidence it rests on, and the rule that decided it."""

    id: str
    status: str
    evidence: list[str]
    rule: str | None
    old: list[str] = []
    """Those items that are old at the inspection's `as_of`."""


class FindingResult(OutputModel):
    """A finding on the area: declared, carried forward (`previous`) or proposed by a rule."""

    id: str
    origin: OriginName
    kind: str
    characteristics: list[str]
    evidence: list[str]
    statement: str
    recommendations: list[str]
    rule: str | None
    old: list[str] = []
    """Those items that are old."""


class Reason(OutputModel):
    """A rule that bore on the outcome: it held, or did not, on these facts."""

    rule: str | None
    effect: str
    target: str
    held: bool
    because: str
    facts: dict[str, int]
    evidence: list[str]
    old: list[str] = []
    """Those items that are old."""


class Hinge(OutputModel):
    """An item whose removal changes the grade or the outcome, and to what."""

    evidence: str
    grade: str | None
    outcome: Outcome
    old: bool = False


class WithoutOld(OutputModel):
    """What would stand without any of the old evidence that counts in an area."""

    evidence: list[str]
    """The old items."""
    outcome: Outcome
    grade: str | None


class Reachable(OutputModel):
    """A grade that one change of one item's assessment by one step would bring, and that change."""

    grade: str
    change: str


class EarlierGradeShown(OutputModel):
    """A grade an earlier inspection gave, shown without direction: cycles are not compared."""

    grade: str
    given_in: str


class AreaResult(OutputModel):
    """One area's outcome and everything it rests on."""

    area: str
    title: str
    outcome: Outcome
    grade: str | None
    profile: dict[str, int]
    characteristics: list[CharacteristicResult]
    findings: list[FindingResult]
    reasons: list[Reason]
    hinges: list[Hinge]
    reachable: list[Reachable]
    possible: tuple[str, str] | None
    """The lowest and the highest grade the area could take, by the grade rules, however its own unassessed
    characteristics turned out and no new concern raised; None where the edition gives no grade, or where what
    this rests on is not proved of the rule book."""
    meaning: str | None
    """What the proposed grade says of a body, in the framework's words; None where no grade is proposed."""
    earlier_grade: EarlierGradeShown | None
    without_old: WithoutOld | None = None
    """None where no evidence that counts in the area is old. Nothing is weighed down for its age."""


class NotCounted(OutputModel):
    """An item that did not count on a characteristic, and why."""

    evidence: str
    characteristic: str | None
    reason: str
    message: str


class Warning_(OutputModel):
    """Something about the record a person should look at."""

    code: str
    message: str
    file: str | None
    line: int | None


class Proposal(OutputModel, Tabular):
    """Proposed grades for one inspection. A person decides."""

    schema_: Literal["grader.proposal/1"] = Field(SCHEMA, alias="schema")
    inspection: str
    body: str
    framework: FrameworkUsed
    rulebook: RuleBookUsed
    inspection_sha256: str | None
    engine: str
    grader_version: str
    parameters: list[ParameterUsed]
    overrides: dict[str, int]
    areas: list[AreaResult]
    not_counted: list[NotCounted]
    warnings: list[Warning_]

    def __repr__(self) -> str:
        outcomes = Counter[str](area.outcome for area in self.areas)
        named = (o for o in ("graded", "withheld", "ungraded", "not_inspected") if outcomes[o])
        came_to = ", ".join(f"{outcomes[o]} {o.replace('_', ' ')}" for o in named)
        return f"<Proposal {self.inspection}: {came_to}>"

    __str__ = __repr__

    def area(self, area_id: str) -> AreaResult:
        """The result for one area, by id or printed name.

        Raises
        ------
        UnknownNameError
        """
        known = {result.area: (result.title,) for result in self.areas}
        found = match_printed(area_id, known) if isinstance(area_id, str) else None
        for result in self.areas:
            if result.area == found:
                return result
        raise UnknownNameError(
            f"the proposal has no area {quoted(area_id)}", help=suggest(str(area_id), known, "areas")
        )

    def rows(self) -> Iterator[dict[str, Value]]:
        """Each area with outcome, range and numbers."""
        for area in self.areas:
            lowest, highest = area.possible or (None, None)
            yield {
                "area": area.area,
                "title": area.title,
                "outcome": area.outcome,
                "grade": area.grade,
                "lowest": lowest,
                "highest": highest,
                "findings": len(area.findings),
                "hinges": len(area.hinges),
            }

    def to_json(self, *, indent: int | None = 2) -> str:
        """The proposal as JSON text, the same bytes for the same conclusions."""
        return to_json(self, indent=indent)
