"""One grading pass over one inspection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from grader._version import __version__
from grader.engines.reference import ReferenceEngine
from grader.errors import Problem
from grader.grading.aggregates import AreaAggregator
from grader.grading.conclude import AreaCase, CharacteristicCase, FindingRecord, LayerEvaluator, finding_row
from grader.grading.hinges import Sensitivity, sensitivity
from grader.grading.results import Written, absent_result, area_result
from grader.grading.tally import Tally, not_counted_finding, tally
from grader.language.bind import bind
from grader.language.engine import Engine
from grader.language.english import English
from grader.language.memo import IdentityCache
from grader.language.rulebook import RuleBook
from grader.language.vocabulary import ASSESSMENT
from grader.model.framework import Area, Framework
from grader.model.inspection import Declared, Evidence, Inspection, Previous
from grader.model.proposal import (
    SCHEMA,
    AreaResult,
    FrameworkUsed,
    NotCounted,
    ParameterUsed,
    Proposal,
    RuleBookUsed,
    Warning_,
)


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything a pass rests on. Hashes are None for what did not come from a file."""

    inspection: Inspection
    framework: Framework
    book: RuleBook
    overrides: Mapping[str, int]
    framework_sha256: str | None = None
    inspection_sha256: str | None = None
    warnings: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Pass:
    """The trace of a pass: what was concluded on every characteristic and area inspected."""

    assessments: Mapping[str, str]
    tally: Tally
    characteristics: Mapping[str, tuple[CharacteristicCase, ...]]
    areas: Mapping[str, AreaCase]


class Workings:
    """What a framework and a rule book come to on an engine, kept for one inspection after another.

    What if one item were otherwise is asked of the reference engine: the definition of meaning.
    """

    def __init__(self, inputs: Inputs, engine: Engine) -> None:
        self.framework = inputs.framework
        self.bound = bind(inputs.book, inputs.overrides)
        self.english = English(inputs.book, inputs.overrides)
        self.evaluator = LayerEvaluator(self.bound, engine)
        self._what_if = LayerEvaluator(self.bound, ReferenceEngine(self.bound))
        self._aggregators: dict[str, AreaAggregator] = {}

    def aggregator(self, area: Area) -> AreaAggregator:
        """What the rules of an area see."""
        if area.id not in self._aggregators:
            self._aggregators[area.id] = AreaAggregator(self._what_if, area)
        return self._aggregators[area.id]


_WORKINGS: IdentityCache[Workings] = IdentityCache(8)


def workings(inputs: Inputs, engine: Engine) -> Workings:
    """What this framework and this rule book come to on this engine; made once for many inspections."""
    objects = (inputs.framework, inputs.book, engine)
    return _WORKINGS.of(objects, tuple(sorted(inputs.overrides.items())), lambda: Workings(inputs, engine))


def run(inputs: Inputs, evaluator: LayerEvaluator) -> Pass:
    """Conclude on every inspected area of the edition, layer by layer."""
    inspection, framework = inputs.inspection, inputs.framework
    edition = inspection.inspection.edition
    assessments = {e.id: assess(e, evaluator) for e in inspection.evidence}
    laid = tally(inspection, framework, assessments)
    characteristics: dict[str, tuple[CharacteristicCase, ...]] = {}
    areas: dict[str, AreaCase] = {}
    for area in framework.areas_in(edition):
        if area.id in inspection.inspection.not_inspected:
            continue
        earlier = [standing_of(p) for p in inspection.previous if p.area == area.id]
        known = [*(standing_of(d) for d in inspection.findings if d.area == area.id), *earlier]
        cases = tuple(
            evaluator.characteristic(area.id, c.id, c.counted, laid.items[c.id], earlier)
            for c in area.characteristics
        )
        characteristics[area.id] = cases
        areas[area.id] = evaluator.area(area, edition, cases, known)
    return Pass(assessments, laid, characteristics, areas)


def assess(evidence: Evidence, evaluator: LayerEvaluator) -> str:
    """The inspector's assessment where there is one, else what the measure's rules say."""
    if evidence.assessment is not None:
        return evidence.assessment
    assert evidence.measure is not None, "an item without an assessment carries a measure with rules"
    decision = evaluator.assessment(evidence.measure.name, per_mille(evidence.measure.value))
    return ASSESSMENT.name_of(decision.rank)


def per_mille(percent: float) -> int:
    """A per cent as whole per mille, rounded down on the number as written (95.59 is 955)."""
    return int((Decimal(str(percent)) * 10).to_integral_value(ROUND_FLOOR))


def standing_of(finding: Declared | Previous) -> FindingRecord:
    """A recorded finding as the rules see it."""
    progress = finding.progress if isinstance(finding, Previous) else None
    origin = "previous" if isinstance(finding, Previous) else "declared"
    return FindingRecord(
        finding.id,
        finding_row(finding.kind, origin, progress),
        tuple(finding.characteristics),
        tuple(finding.evidence),
    )


def propose(inputs: Inputs, engine: Engine, *, firm: bool = True) -> Proposal:
    """Grade an inspection and put the proposal together.

    Parameters
    ----------
    inputs : Inputs
        The inspection, its framework and an unbound rule book, checked against one another.
    engine : Engine
        An engine over the same rule book, bound with the same overrides.
    firm : bool
        Whether to work out what each grade hinges on, which takes as long as the grading; without it
        `hinges` and `reachable` are empty.

    Returns
    -------
    Proposal
        One block for each area of the edition, in framework order.
    """
    work = workings(inputs, engine)
    passed = run(inputs, work.evaluator)
    evidence = {e.id: e for e in inputs.inspection.evidence}
    written = Written(inputs.framework, work.bound, work.english, evidence)
    edition = inputs.inspection.inspection.edition
    areas = inputs.framework.areas_in(edition)
    return Proposal(
        schema=SCHEMA,
        inspection=inputs.inspection.id,
        body=inputs.inspection.inspection.body,
        framework=FrameworkUsed(
            id=inputs.framework.id,
            edition=edition,
            sha256=inputs.framework_sha256,
            status=inputs.framework.framework.status,
            provenance=inputs.framework.provenance_counts,
        ),
        rulebook=RuleBookUsed(id=inputs.book.id, version=inputs.book.version, sha256=inputs.book.sha256),
        inspection_sha256=inputs.inspection_sha256,
        engine=engine.name,
        grader_version=__version__,
        parameters=_parameters(inputs),
        overrides={name: inputs.overrides[name] for name in sorted(inputs.overrides)},
        areas=[
            _area(written, work.aggregator(a) if firm else None, a, inputs.inspection, passed) for a in areas
        ],
        not_counted=_not_counted(inputs.inspection, passed.tally),
        warnings=_warnings(inputs, passed, work.evaluator),
    )


def _parameters(inputs: Inputs) -> list[ParameterUsed]:
    return [
        ParameterUsed(
            name=p.name, value=inputs.overrides.get(p.name, p.default), default=p.default, basis=p.basis
        )
        for p in (inputs.book.parameters[n] for n in sorted(inputs.book.parameters))
    ]


def _area(
    written: Written, aggregator: AreaAggregator | None, area: Area, inspection: Inspection, passed: Pass
) -> AreaResult:
    findings = [f for f in inspection.all_findings if f.area == area.id]
    if area.id not in passed.areas:
        return absent_result(written, area.id, findings)
    standing = [standing_of(f) for f in findings]
    cases, concluded = passed.characteristics[area.id], passed.areas[area.id]
    graded = area.editions[inspection.inspection.edition].graded
    firm = sensitivity(aggregator, graded, cases, standing, concluded) if aggregator else Sensitivity((), ())
    return area_result(written, concluded, cases, standing, findings, firm)


def _not_counted(inspection: Inspection, laid: Tally) -> list[NotCounted]:
    absent = set(inspection.inspection.not_inspected)
    findings = [f for f in inspection.all_findings if f.area in absent]
    entries = [*laid.not_counted, *(not_counted_finding(f) for f in findings)]
    return sorted(entries, key=lambda n: (n.evidence, n.characteristic or "", n.reason))


def _warnings(inputs: Inputs, passed: Pass, evaluator: LayerEvaluator) -> list[Warning_]:
    """Warnings in one order whatever the order of the files: so without lines, which shuffling moves."""
    found = {(w.code, w.message) for w in inputs.warnings}
    found |= {("measure_disagrees", m) for m in _disagreements(inputs.inspection, evaluator)}
    for entry in _not_counted(inputs.inspection, passed.tally):
        if entry.reason == "area_not_inspected":
            found.add(("not_inspected", f"{entry.evidence} is kept and not counted: {entry.message}"))
    return [Warning_(code=code, message=message, file=None, line=None) for code, message in sorted(found)]


def _disagreements(inspection: Inspection, evaluator: LayerEvaluator) -> list[str]:
    """Items whose figure says otherwise than the inspector, whose assessment stands."""
    found = []
    for e in inspection.evidence:
        if e.assessment is None or e.measure is None or e.measure.name not in evaluator.book.measures:
            continue
        said = ASSESSMENT.name_of(evaluator.assessment(e.measure.name, per_mille(e.measure.value)).rank)
        if said != e.assessment:
            found.append(
                f"{e.id}: {e.measure.name} {e.measure.value:g} reads as {said}, the inspector says"
                f" {e.assessment}; the inspector's assessment stands"
            )
    return found
