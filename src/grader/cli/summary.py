"""A proposal as a person reads it: a table of the areas, then what each grade turns on.

Every name and statement here is somebody's own words: they enter as `Text`, cleaned, never as markup.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rich.box import Box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from grader.api import Loaded
from grader.cli.terminal import GLUE, clean
from grader.files.catalogue import built_in_sha256
from grader.grading.conclude import counts_as
from grader.language.english import number
from grader.language.vocabulary import STATUS
from grader.model.framework import Framework
from grader.model.proposal import AreaResult, FindingResult, Hinge, Proposal, Reason

#: A line under the head and nothing else, in characters every terminal has.
RULED = Box("    \n    \n -- \n    \n    \n    \n    \n    \n", ascii=True)
_LEGEND = "demonstrated includes exceeded; AFIs are areas for improvement, issued or proposed"
_HINGES = 8
_STEPS = 2
_UNIT = re.compile(r"(?<=\d) %")


@dataclass(frozen=True, slots=True)
class _Row:
    """An area's numbers: characteristics that count, and findings by what they count as."""

    result: AreaResult
    listed: int
    assessed: int
    demonstrated: int
    exceeded: int
    concerns: Sequence[FindingResult]
    improvements: Sequence[FindingResult]


def summary(loaded: Loaded, proposal: Proposal) -> list[RenderableType]:
    """The parts of the summary, from top to bottom.

    Parameters
    ----------
    loaded : Loaded
        The inspection graded, with its framework and rule book.
    proposal : Proposal
        What was concluded.
    """
    framework = loaded.framework.framework
    progress = {p.id: p.progress for p in loaded.inspection.previous}
    rows = [_row(framework, area, progress) for area in proposal.areas]
    parts: list[RenderableType] = [
        *_head(loaded, proposal),
        Text(),
        _table(framework, rows),
        text_of(_LEGEND, "dim"),
    ]
    for row in rows:
        if row.result.outcome in ("graded", "withheld") or row.concerns:
            parts += [Text(), _block(framework, row)]
    return [*parts, *_foot(proposal)]


def _row(framework: Framework, area: AreaResult, progress: Mapping[str, str]) -> _Row:
    counted = {c.id for c in framework.area(area.area).counted}
    ranks = [STATUS.rank(c.status) for c in area.characteristics if c.id in counted]
    standing = [
        (f, counts_as(f.kind, progress.get(f.id) if f.origin == "previous" else None)) for f in area.findings
    ]
    return _Row(
        result=area,
        listed=len(counted),
        assessed=sum(r > STATUS.rank("not_assessed") for r in ranks),
        demonstrated=sum(r >= STATUS.rank("demonstrated") for r in ranks),
        exceeded=sum(r >= STATUS.rank("exceeded") for r in ranks),
        concerns=[f for f, counts in standing if counts == "open_concern"],
        improvements=[f for f, counts in standing if counts == "area_for_improvement"],
    )


# Head ----------------------------------------------------------------------------------------------------


def _head(loaded: Loaded, proposal: Proposal) -> Iterator[Text]:
    framework = loaded.framework.framework
    yield text_of(f"{proposal.body} ({proposal.inspection})", "bold")
    yield text_of(f"{framework.framework.title}, edition {proposal.framework.edition}")
    yield text_of(f"{_standing_of(proposal.framework.status)}: proposed grades, a person decides")
    if proposal.framework.provenance:
        yield text_of(_provenance(framework, proposal))
    yield text_of(
        f"rule book {proposal.rulebook.id} {proposal.rulebook.version}{_own_rules(proposal)},"
        f" engine {proposal.engine},"
        f" grader {proposal.grader_version}"
    )
    if proposal.overrides:
        book = loaded.book.parameters
        changed = "; ".join(
            f"{p.name} {number(p.value, None, book[p.name].kind)}"
            f" (default {number(p.default, None, book[p.name].kind)})"
            for p in proposal.parameters
            if p.name in proposal.overrides
        )
        yield text_of(f"overrides: {changed}", "bold")


def _own_rules(proposal: Proposal) -> str:
    """The start of the rule book's hash, where its rules are not the built-in one's."""
    sha256 = proposal.rulebook.sha256
    if sha256 is None or sha256 == built_in_sha256(proposal.rulebook.id):
        return ""
    return f" ({sha256[:8]}, not built in)"


def _standing_of(status: str) -> str:
    return {"reconstruction": "a reconstruction", "example": "an example"}.get(status, status)


def _provenance(framework: Framework, proposal: Proposal) -> str:
    """How many characteristics each kind of provenance stands behind, most first."""
    counts = Counter(proposal.framework.provenance)
    kinds = (
        f"{count} {_lower(framework.provenance[kind].title if kind in framework.provenance else kind)}"
        for kind, count in counts.most_common()
        if count
    )
    return f"its {counts.total()} characteristics: {', '.join(kinds)}"


# Table ---------------------------------------------------------------------------------------------------


def _table(framework: Framework, rows: Iterable[_Row]) -> Table:
    table = Table(
        box=RULED, show_edge=False, pad_edge=False, padding=0, header_style="bold",
    )  # fmt: skip
    table.add_column("\narea", overflow="fold")
    table.add_column("proposed\ngrade", overflow="fold")
    table.add_column("\nassessed", justify="right", no_wrap=True)
    table.add_column("demon-\nstrated", justify="right", no_wrap=True)
    table.add_column("\nexceeded", justify="right", no_wrap=True)
    table.add_column("open\nconcerns", justify="right", no_wrap=True)
    table.add_column("\nAFIs", justify="right", no_wrap=True)
    for row in rows:
        area = row.result
        looked_at = area.outcome != "not_inspected"
        table.add_row(
            text_of(area.area),
            text_of(_outcome(framework, area), "bold" if area.outcome == "graded" else ""),
            f"{row.assessed} of {row.listed}" if looked_at else "-",
            str(row.demonstrated) if looked_at else "-",
            str(row.exceeded) if looked_at else "-",
            str(len(row.concerns)),
            str(len(row.improvements)),
        )
    return table


def _outcome(framework: Framework, area: AreaResult) -> str:
    if area.grade is not None:
        return _grade(framework, area.grade)
    return "not graded" if area.outcome == "ungraded" else area.outcome.replace("_", " ")


def _grade(framework: Framework, grade: str) -> str:
    return next((g.title for g in framework.grade_scale.grades if g.id == grade), grade)


# Blocks --------------------------------------------------------------------------------------------------


def _block(framework: Framework, row: _Row) -> RenderableType:
    area = row.result
    lines = Table.grid(padding=(0, 1, 0, 0))
    lines.add_column(no_wrap=True)
    lines.add_column(overflow="fold")
    for label, said in _lines(framework, row):
        lines.add_row(text_of(label), text_of(said))
    heading = text_of(f"{area.title} ({area.area}): {_outcome(framework, area)}", "bold")
    return Group(heading, Padding(lines, (0, 0, 0, 2)))


def _lines(framework: Framework, row: _Row) -> Iterator[tuple[str, str]]:
    area = row.result
    held = [r for r in area.reasons if r.held]
    # A limit decides alone: a better grade whose rule holds is what the area would have had without it.
    deciding = [r for r in held if r.target == area.grade or area.outcome == "withheld"]
    for reason in deciding:
        yield "because:", reason.because
    capped = _best(framework, [r for r in held if r not in deciding])
    if capped is not None:
        yield "otherwise:", f"{_lower(_grade(framework, capped.target))}: {capped.because}"
    missed = next((r for r in area.reasons if not r.held and r.effect == "reaches"), None)
    if missed is not None:
        yield "held back:", missed.because
    for finding in row.concerns:
        origin = {"declared": "", "previous": "earlier, ", "proposed": "proposed, "}[finding.origin]
        yield "concern:", f"{finding.statement} ({origin}{finding.id})"
    for grade, ids in grouped((_without(framework, h), h.evidence) for h in area.hinges):
        yield (
            "hinges on:",
            f"{_some(ids, _HINGES, ', ')} (without {'it' if len(ids) == 1 else 'one'}: {grade})",
        )
    steps = ((_lower(_grade(framework, r.grade)), r.change.replace("_", " ")) for r in area.reachable)
    for grade, changes in grouped(steps):
        yield "one step away:", f"{grade} ({_some(changes, _STEPS, '; ')})"


def _best(framework: Framework, reasons: Sequence[Reason]) -> Reason | None:
    ranks = {grade: rank for rank, grade in enumerate(framework.grades_worst_first)}
    return max((r for r in reasons if r.target in ranks), key=lambda r: ranks[r.target], default=None)


def _without(framework: Framework, hinge: Hinge) -> str:
    return _lower(_grade(framework, hinge.grade)) if hinge.grade else hinge.outcome.replace("_", " ")


def grouped(pairs: Iterable[tuple[str, str]]) -> Iterable[tuple[str, list[str]]]:
    groups: dict[str, list[str]] = {}
    for key, value in pairs:
        groups.setdefault(key, []).append(value)
    return groups.items()


def _some(entries: Sequence[str], limit: int, between: str) -> str:
    more = len(entries) - limit
    return between.join(entries[:limit]) + (f"{between}or {more} more" if more > 0 else "")


# Foot ----------------------------------------------------------------------------------------------------


def _foot(proposal: Proposal) -> Iterator[RenderableType]:
    lines = []
    if proposal.not_counted:
        items = {(n.reason, n.evidence) for n in proposal.not_counted}
        reasons = Counter(reason for reason, _ in items)
        counts = ", ".join(f"{n} {r.replace('_', ' ')}" for r, n in sorted(reasons.items()))
        lines.append(f"not counted, or not everywhere: {counts}")
    if proposal.warnings:
        lines.append(f"warnings about the record: {len(proposal.warnings)}, on standard error")
    if lines:
        yield Text()
        yield from (text_of(line) for line in lines)


def text_of(text: str, style: str = "") -> Text:
    return Text(_UNIT.sub(f"{GLUE}%", clean(text)), style=style, overflow="fold")


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
