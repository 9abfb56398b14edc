"""Oddities of a record of final grades, and grades that are not compared.

Grades of another framework, edition or cycle are refused, with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from grader.errors import Problem, folded, quoted
from grader.io.printed_names import PrintedNames
from grader.io.yaml_source import Document
from grader.model.decisions import Decisions
from grader.model.framework import Framework, GradeMeaning
from grader.model.proposal import AreaResult, Proposal

_DATE = re.compile(r"\d{4}(-\d{2}){0,2}", re.ASCII)


def incomparable(document: Document, proposal: Proposal, framework: Framework) -> Problem | None:
    """Why a document's grades may not be compared, or None.

    From its head alone.
    """
    head = document.data.get("decisions") if isinstance(document.data, dict) else None
    if not isinstance(head, dict):
        return None
    beside = f"a proposal under {framework.id}, edition {proposal.framework.edition}"
    help = f"name the grades given under {framework.id}, edition {proposal.framework.edition}"
    named, edition, published = head.get("framework"), head.get("edition"), head.get("published")
    if isinstance(named, str) and folded(named) != folded(framework.id):
        place = document.place(("decisions", "framework"))
        why = reason(framework, named)
        return Problem(f"grades under {quoted(named)} are not laid beside {beside}: {why}", place, help)
    if isinstance(edition, str):
        edition = PrintedNames(framework).matched("editions", edition)
    if isinstance(edition, str) and edition != proposal.framework.edition:
        place = document.place(("decisions", "edition"))
        why = "each edition grades areas of its own, by its own text"
        return Problem(
            f"grades of edition {quoted(edition)} are not laid beside {beside}: {why}", place, help
        )
    started = framework.editions[proposal.framework.edition].published
    if _DATE.fullmatch(str(published)) and str(published) < started[: len(str(published))]:
        place = document.place(("decisions", "published"))
        why = f"the edition came out in {started}, so they are of another edition or cycle"
        return Problem(f"grades published in {published} are not laid beside {beside}: {why}", place, help)
    return None


def reason(framework: Framework, other: str) -> str:
    """Why grades of another framework or cycle are not compared with this one's."""
    for known in framework.framework.not_comparable_with:
        if known.id == other:
            return f"{known.what}: {known.why}"
    return "another framework has criteria and grades of its own"


def foreign(decisions: Decisions, document: Document, proposal: Proposal) -> Iterator[Problem]:
    """Grades of areas that the proposal's edition does not grade: they are another edition's."""
    outcomes = {area.area: area.outcome for area in proposal.areas}
    edition = proposal.framework.edition
    for area in decisions.grades:
        if outcomes.get(area, "ungraded") == "ungraded":
            yield Problem(
                f"area {area} is not graded in edition {edition}, which the inspection names",
                document.keys.get(("grades", area)),
                "take the area out, or name the inspection the grade was given in",
            )


def oddities(
    decisions: Decisions, document: Document, proposal: Proposal, framework: Framework
) -> Iterator[Problem]:
    """Warnings about the record of one inspection."""
    meanings = {meaning.id: meaning for meaning in framework.grade_scale.grades}
    for result in proposal.areas:
        decided = decisions.grades.get(result.area)
        if decided is not None:
            place = document.place(("grades", result.area))
            for code, message in _odd(result, meanings[decided.grade], framework):
                yield Problem(f"{result.area}: {message}", place, None, code)
        for finding in result.findings:
            kind = framework.vocabulary.kind[finding.kind]
            if kind.recommended and finding.origin != "proposed" and not finding.recommendations:
                message = f"{proposal.inspection}: {finding.id}: {kind.lacks_recommendations}"
                yield Problem(message, None, None, f"{kind.code}_without_recommendations")


def _odd(result: AreaResult, grade: GradeMeaning, framework: Framework) -> Iterator[tuple[str, str]]:
    """The finding a grade's meaning speaks of, if missing."""
    recorded = {finding.kind for finding in result.findings if finding.origin != "proposed"}
    if grade.expects is None or result.area in grade.not_expected_in:
        return
    if grade.expects not in recorded:
        said, kind = grade.id.replace("_", " "), framework.vocabulary.kind[grade.expects]
        yield f"{grade.id}_without_{kind.code}", f"{said}, and the record holds no {kind.said} on it"
