"""One grading pass over one inspection."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from grader._version import __version__
from grader.grading.aggregates import AreaAggregator
from grader.grading.conclude import AreaCase, CharacteristicCase, FindingRecord, LayerEvaluator, finding_row
from grader.grading.hinges import Sensitivity, sensitivity
from grader.grading.possible import Unassessed
from grader.grading.remarks import remarks, remarks_on_settings
from grader.grading.results import ProposalContext, absent_result, area_result
from grader.grading.tally import Item, Tally, not_counted_finding, tally
from grader.io.inspections import InspectionFile
from grader.language.figures import as_whole
from grader.model.framework import Area, Framework
from grader.model.inspection import Declared, Evidence, Inspection, Previous
from grader.model.proposal import (
    SCHEMA,
    AreaResult,
    EarlierGradeShown,
    FrameworkUsed,
    NotCounted,
    ParameterUsed,
    Proposal,
    RuleBookUsed,
    Warning_,
    WithoutOld,
)
from grader.vocabulary.words import Vocabulary


@dataclass(frozen=True, slots=True)
class GradingTrace:
    """What was concluded on every characteristic and area inspected."""

    assessments: Mapping[str, str]
    tally: Tally
    characteristics: Mapping[str, tuple[CharacteristicCase, ...]]
    areas: Mapping[str, AreaCase]


def run(inspection: Inspection, framework: Framework, evaluator: LayerEvaluator) -> GradingTrace:
    """Conclude on every inspected area of the edition, layer by layer."""
    edition = inspection.inspection.edition
    assessments = {e.id: assess(e, evaluator) for e in inspection.evidence}
    laid = tally(inspection, framework, assessments)
    characteristics: dict[str, tuple[CharacteristicCase, ...]] = {}
    areas: dict[str, AreaCase] = {}
    for area in framework.areas_in(edition):
        if area.id in inspection.inspection.not_inspected:
            continue
        found = conclude_area(inspection, framework.vocabulary, evaluator, area, laid.items)
        characteristics[area.id], areas[area.id] = found
    return GradingTrace(assessments, laid, characteristics, areas)


def conclude_area(
    inspection: Inspection,
    words: Vocabulary,
    evaluator: LayerEvaluator,
    area: Area,
    items: Mapping[str, tuple[Item, ...]],
) -> tuple[tuple[CharacteristicCase, ...], AreaCase]:
    """Conclude on one area from its items and recorded findings."""
    earlier = [standing_of(words, p) for p in inspection.previous if p.area == area.id]
    known = [*(standing_of(words, d) for d in inspection.findings if d.area == area.id), *earlier]
    cases = tuple(
        evaluator.characteristic(area.id, c.id, c.counted, items[c.id], earlier) for c in area.characteristics
    )
    return cases, evaluator.area(area, inspection.inspection.edition, cases, known)


def assess(evidence: Evidence, evaluator: LayerEvaluator) -> str:
    """The inspector's assessment where there is one, else what the measure's rules say."""
    if evidence.assessment is not None:
        return evidence.assessment
    assert evidence.measure is not None, "an item without an assessment carries a measure with rules"
    name = evidence.measure.name
    decision = evaluator.assessment(name, as_whole(evaluator.book.measures[name], evidence.measure.value))
    return evaluator.book.vocabulary.assessments.said_of(decision.rank)


def standing_of(vocabulary: Vocabulary, finding: Declared | Previous) -> FindingRecord:
    """A recorded finding as the rules see it."""
    progress = finding.progress if isinstance(finding, Previous) else None
    origin = "previous" if isinstance(finding, Previous) else "declared"
    return FindingRecord(
        finding.id,
        finding_row(vocabulary, finding.kind, origin, progress),
        tuple(finding.characteristics),
        tuple(finding.evidence),
    )


def propose(
    context: ProposalContext,
    file: InspectionFile,
    trace: GradingTrace,
    evaluator: LayerEvaluator,
    aggregates: Callable[[Area], AreaAggregator] | None = None,
) -> Proposal:
    """The proposal for an inspection, from its trace.

    Parameters
    ----------
    file : InspectionFile
        Already checked.
    aggregates : callable, optional
        For hinges and one-step grades, which take as long as grading; empty without.
    """
    framework, book, inspection = context.framework.framework, context.book, file.inspection
    edition = inspection.inspection.edition
    return Proposal(
        schema=SCHEMA,
        inspection=inspection.id,
        body=inspection.inspection.body,
        framework=FrameworkUsed(
            id=framework.id,
            edition=edition,
            sha256=context.framework.sha256,
            status=framework.framework.status,
            provenance=framework.provenance_counts,
        ),
        rulebook=RuleBookUsed(id=book.id, version=book.version, sha256=book.sha256),
        inspection_sha256=file.sha256,
        engine=context.engine,
        grader_version=__version__,
        parameters=_parameters(context),
        overrides={name: context.settings[name] for name in sorted(context.settings)},
        areas=[
            _area(context, evaluator, aggregates, a, inspection, trace) for a in framework.areas_in(edition)
        ],
        not_counted=_not_counted(inspection, trace.tally),
        warnings=_warnings(context, file, trace, evaluator),
    )


def _parameters(context: ProposalContext) -> list[ParameterUsed]:
    parameters = context.book.parameters
    return [
        ParameterUsed(
            name=p.name, value=context.settings.get(p.name, p.default), default=p.default, basis=p.basis
        )
        for p in (parameters[n] for n in sorted(parameters))
    ]


def _area(
    context: ProposalContext,
    evaluator: LayerEvaluator,
    aggregates: Callable[[Area], AreaAggregator] | None,
    area: Area,
    inspection: Inspection,
    trace: GradingTrace,
) -> AreaResult:
    findings = [f for f in inspection.all_findings if f.area == area.id]
    if area.id not in trace.areas:
        return absent_result(context, area.id, findings, earlier_grade(inspection, area.id))
    standing = [standing_of(context.book.vocabulary, f) for f in findings]
    cases, concluded = trace.characteristics[area.id], trace.areas[area.id]
    graded = area.editions[inspection.inspection.edition].graded
    firm = Sensitivity((), ())
    if aggregates is not None:
        following = trace.tally.next_latest
        firm = sensitivity(aggregates(area), graded, cases, standing, concluded, following)
    possible = None
    if graded and context.ranges is not None:
        edition = inspection.inspection.edition
        possible = Unassessed(context.ranges, area, edition, cases, standing).possible()
    result = area_result(context, concluded, cases, standing, findings, firm, possible)
    without_old = _without_old(context, evaluator, area, inspection, trace)
    return result.model_copy(
        update={"earlier_grade": earlier_grade(inspection, area.id), "without_old": without_old}
    )


def _without_old(
    context: ProposalContext,
    evaluator: LayerEvaluator,
    area: Area,
    inspection: Inspection,
    trace: GradingTrace,
) -> WithoutOld | None:
    """What would stand in an area without its old evidence, where it has any."""
    items = trace.tally.items
    found = {i.id for c in area.characteristics for i in items[c.id]} & context.old
    if not found:
        return None
    rest = {c.id: tuple(i for i in items[c.id] if i.id not in found) for c in area.characteristics}
    _, concluded = conclude_area(inspection, context.book.vocabulary, evaluator, area, rest)
    scale = context.bound.grade_scale
    grade = scale.name_of(concluded.decision.rank) if concluded.decision else None
    return WithoutOld(evidence=sorted(found), outcome=concluded.outcome, grade=grade)  # type: ignore[arg-type]  # one of the four names


def earlier_grade(inspection: Inspection, area: str) -> EarlierGradeShown | None:
    """The grade an earlier inspection gave the area, where the inspection gives one."""
    given = inspection.inspection.earlier_grades.get(area)
    return None if given is None else EarlierGradeShown(grade=given.grade, given_in=given.given_in)


def _not_counted(inspection: Inspection, laid: Tally) -> list[NotCounted]:
    absent = set(inspection.inspection.not_inspected)
    findings = [f for f in inspection.all_findings if f.area in absent]
    entries = [*laid.not_counted, *(not_counted_finding(f) for f in findings)]
    entries += [
        NotCounted(
            evidence=e.id, characteristic=None, reason="left_out", message=f"left out: {e.settled.why}"
        )
        for e in inspection.left_out
    ]
    return sorted(entries, key=lambda n: (n.evidence, n.characteristic or "", n.reason))


def _warnings(
    context: ProposalContext, file: InspectionFile, trace: GradingTrace, evaluator: LayerEvaluator
) -> list[Warning_]:
    """Warnings in an order that shuffling the files does not move."""
    found = {(w.code, w.message) for w in file.warnings}
    inspected = [case.id for cases in trace.characteristics.values() for case in cases]
    found |= set(remarks(file.inspection, trace.tally, inspected, evaluator))
    found |= set(remarks_on_settings(context.book, context.settings, proved=context.ranges is not None))
    for entry in _not_counted(file.inspection, trace.tally):
        if entry.reason == "area_not_inspected":
            found.add(("not_inspected", f"{entry.evidence} is kept and not counted: {entry.message}"))
    return [Warning_(code=code, message=message, file=None, line=None) for code, message in sorted(found)]
