"""A proposal as text: a table of areas, then what each grade turns on.

Users' words enter as `Text`, never as markup.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rich.console import Group, RenderableType
from rich.text import Text

from grader.explanations.range_words import range_words, withheld_words, without_old_words
from grader.grading.remarks import CONTRADICTION
from grader.model.framework import Framework
from grader.model.proposal import AreaResult, FindingResult, Hinge, Proposal, Reason
from grader.render.text.settings import settings_line
from grader.render.text.tables import Column, Fitting, Labelled, indented, text_of
from grader.session import LoadedInspection, Session
from grader.vocabulary.words import Vocabulary

_LEGEND = (
    "assessed: characteristics with evidence that counts",
    "hinges on: evidence without which the grade would be another; one step away: grades that one item"
    " assessed one step otherwise would give",
)
NOT_COMPARED = "grades of different cycles are not compared"
_HINGES = 8
_ASSESSED = 16
_STEPS = 2
_COLUMNS = (
    Column("area", "\narea"),
    Column("proposed grade", "proposed\ngrade"),
    Column("assessed", "\nassessed", right=True),
)


@dataclass(frozen=True, slots=True)
class _Row:
    """An area's counts of characteristics and findings.

    `reached`: characteristics at each success or better; `told`: findings listed, with headings.
    """

    result: AreaResult
    listed: int
    assessed: int
    reached: Sequence[int]
    tallies: Sequence[int]
    told: Sequence[tuple[str, FindingResult]]
    contradictions: Sequence[str]
    through: Sequence[str]
    """Characteristics that rest on evidence tagged to other areas alone."""


def summary(loaded: LoadedInspection, *, brief: bool = False) -> list[RenderableType]:
    """The parts of the summary, from top to bottom.

    Parameters
    ----------
    brief : bool
        Whether the basis was already said in this run.
    """
    framework, proposal = loaded.framework.framework, loaded.proposal
    progress = {p.id: p.progress for p in loaded.inspection.previous}
    tagged = {e.id: frozenset(e.characteristics) for e in loaded.inspection.evidence}
    rows = [_row(framework, proposal, area, progress, tagged) for area in proposal.areas]
    parts: list[RenderableType] = [
        *_head(loaded, brief),
        Text(),
        Fitting(_columns(framework.vocabulary), [_cells(framework, row) for row in rows], bold=(1,)),
        *([] if brief else [text_of(line, "dim") for line in _legend(framework.vocabulary)]),
    ]
    for row in rows:
        if row.result.outcome in ("graded", "withheld") or row.told:
            parts += [Text(), _block(framework, row)]
    return [*parts, *_foot(framework, proposal), *_no_ranges(loaded)]


def _row(
    framework: Framework,
    proposal: Proposal,
    area: AreaResult,
    progress: Mapping[str, str],
    tagged: Mapping[str, frozenset[str]],
) -> _Row:
    counted = {c.id for c in framework.area(area.area).counted}
    words = framework.vocabulary
    statuses = [c.status for c in area.characteristics if c.id in counted]
    standing = [
        (f, words.counts_as(f.kind, progress.get(f.id) if f.origin == "previous" else None))
        for f in area.findings
    ]
    return _Row(
        result=area,
        listed=len(counted),
        assessed=sum(status != words.statuses.nothing for status in statuses),
        reached=[
            sum(words.statuses.rank(status) >= words.statuses.rank(success.id) for status in statuses)
            for success in words.successes
        ],
        tallies=[sum(s == kind.counts_as for _, s in standing) for kind in words.shown if kind.tally],
        told=[
            (kind.listed_as, f)
            for kind in words.shown
            if kind.listed_as
            for f, s in standing
            if s == kind.counts_as
        ],
        contradictions=contradictions(proposal, area),
        through=[
            c.id
            for c in area.characteristics
            if c.id in counted and c.evidence and not any(c.id in tagged[e] for e in c.evidence)
        ],
    )


def contradictions(proposal: Proposal, area: AreaResult) -> list[str]:
    """What was tested both as done and as not done, with both sides."""
    own = tuple(f"{c.id}: " for c in area.characteristics)
    return [w.message for w in proposal.warnings if w.code == CONTRADICTION and w.message.startswith(own)]


# Head ----------------------------------------------------------------------------------------------------


def _head(loaded: LoadedInspection, brief: bool) -> Iterator[Text]:
    framework, proposal = loaded.framework.framework, loaded.proposal
    own = own_rules(loaded.session)
    yield text_of(f"{proposal.body} ({proposal.inspection})", "bold")
    title = f"{framework.framework.title}, edition {proposal.framework.edition}"
    then = " (the framework as it then stood)"
    standing = f"{standing_of(proposal.framework.status)}: proposed grades, a person decides"
    if brief:
        yield text_of(f"{title}; {standing} (as above; --verbose says it whole)")
    else:
        yield text_of(title + then)
        yield text_of(standing)
        if proposal.framework.provenance:
            yield text_of(_provenance(framework, proposal))
    if not brief or own:
        yield text_of(
            f"rule book {proposal.rulebook.id} {proposal.rulebook.version}{own},"
            f" engine {proposal.engine}, grader {proposal.grader_version}"
        )
    settings = settings_line(loaded.book, proposal.overrides)
    if settings is not None:
        yield text_of(settings, "bold")


def own_rules(session: Session) -> str:
    """The rule book's hash, where it is not the built-in one's."""
    sha256 = session.book.sha256
    if sha256 is None or session.rules_built_in:
        return ""
    return f" ({sha256[:8]}, not built in)"


def standing_of(status: str) -> str:
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


def _columns(words: Vocabulary) -> list[Column]:
    headed = [
        (success.title.lower(), success.heading or f"\n{success.title.lower()}")
        for success in words.successes
    ]
    headed += [(kind.tally.replace("\n", " ").strip(), kind.tally) for kind in words.shown if kind.tally]
    return [*_COLUMNS, *(Column(name, heading, right=True) for name, heading in headed)]


def _legend(words: Vocabulary) -> tuple[str, ...]:
    """What the columns count, then what is said of grades."""
    titles = [success.title.lower() for success in words.successes]
    included = [f"{worse} includes {better}" for worse, better in pairwise(titles)]
    legends = [kind.legend for kind in words.shown if kind.tally and kind.legend]
    return ("; ".join([_LEGEND[0], *included, *legends]), *_LEGEND[1:])


def _cells(framework: Framework, row: _Row) -> list[str]:
    area = row.result
    looked_at = area.outcome != "not_inspected"
    return [
        area.area,
        _outcome(framework, area),
        f"{row.assessed} of {row.listed}" if looked_at else "-",
        *(str(number) if looked_at else "-" for number in row.reached),
        *map(str, row.tallies),
    ]


def _outcome(framework: Framework, area: AreaResult) -> str:
    if area.grade is not None:
        return _grade(framework, area.grade)
    return "not graded" if area.outcome == "ungraded" else area.outcome.replace("_", " ")


def _grade(framework: Framework, grade: str) -> str:
    return next((g.title for g in framework.grade_scale.grades if g.id == grade), grade)


# Blocks --------------------------------------------------------------------------------------------------


def _block(framework: Framework, row: _Row) -> RenderableType:
    area = row.result
    said = _outcome(framework, area)
    if area.outcome == "withheld" and area.possible is not None:
        why = "; ".join(r.because for r in area.reasons if r.held)
        said = withheld_words(why, area.possible, lambda g: _lower(_grade(framework, g)))
    heading = text_of(f"{area.title} ({area.area}): {said}", "bold")
    return Group(heading, indented(Labelled(_lines(framework, row))))


def _lines(framework: Framework, row: _Row) -> Iterator[tuple[str, str]]:
    yield from _about_grade(framework, row)
    yield from _about_evidence(framework, row)


def _about_grade(framework: Framework, row: _Row) -> Iterator[tuple[str, str]]:
    """What the grade means, why it is this one, and what else it could be."""
    area = row.result
    if area.meaning is not None:
        yield "means:", area.meaning
    if area.earlier_grade is not None:
        earlier = area.earlier_grade
        yield "earlier:", f"{earlier.grade} in {earlier.given_in}; {NOT_COMPARED}"
    if framework.vocabulary.several is not None and (found := as_assessed(framework, area)):
        yield "assessed:", _some(found, _ASSESSED, ", ")
    held = [r for r in area.reasons if r.held]
    # A limit decides alone: a better grade whose rule holds is what the area would have had without it.
    deciding = [r for r in held if r.target == area.grade or area.outcome == "withheld"]
    for reason in deciding if area.possible is None or area.outcome != "withheld" else ():
        yield "because:", reason.because
    capped = _best(framework, [r for r in held if r not in deciding])
    if capped is not None:
        yield "otherwise:", f"{_lower(_grade(framework, capped.target))}: {capped.because}"
    if area.without_old is not None:
        named = without_old_words(
            area.without_old, area.outcome, area.grade, lambda g: _lower(_grade(framework, g))
        )
        yield "old evidence:", named
    could = range_words(
        area,
        row.listed - row.assessed,
        lambda g: _lower(_grade(framework, g)),
        concerns=bool(framework.vocabulary.capping),
    )
    if could is not None:
        yield "could be:", could
    missed = next((r for r in area.reasons if not r.held and r.effect == "reaches"), None)
    if missed is not None:
        yield "held back:", missed.because


def _about_evidence(framework: Framework, row: _Row) -> Iterator[tuple[str, str]]:
    """What the grade rests on: contradictions, findings, and items it turns on."""
    area = row.result
    for text in row.contradictions:
        yield "contradicted:", text
    if row.through:
        yield "through others:", f"{', '.join(row.through)}: nothing was found on them directly"
    for heading, finding in row.told:
        origin = {"declared": "", "previous": "earlier, ", "proposed": "proposed, "}[finding.origin]
        yield heading, f"{finding.statement} ({origin}{finding.id})"
    for grade, ids in grouped((_without(framework, h), h.evidence) for h in area.hinges):
        yield (
            "hinges on:",
            f"{_some(ids, _HINGES, ', ')} (without {'it' if len(ids) == 1 else 'one'}: {grade})",
        )
    steps = ((_lower(_grade(framework, r.grade)), r.change.replace("_", " ")) for r in area.reachable)
    for grade, changes in grouped(steps):
        yield "one step away:", f"{grade} ({_some(changes, _STEPS, '; ')})"


def as_assessed(framework: Framework, area: AreaResult) -> list[str]:
    """What was assessed of each characteristic, in a framework whose statuses are as assessed."""
    nothing = framework.vocabulary.statuses.nothing
    return [
        f"{c.id} {_lower(framework.status_word(c.id, c.status).title)}"
        for c in area.characteristics
        if c.status != nothing
    ]


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


def _foot(framework: Framework, proposal: Proposal) -> Iterator[RenderableType]:
    lines = [*_without_grade(framework, proposal)]
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


def _no_ranges(loaded: LoadedInspection) -> Iterator[RenderableType]:
    if not loaded.session.ranges_proved:
        yield text_of(
            "no range of grades is given: what it rests on is not recorded as proved of these rules"
            + (" at these settings" if loaded.session.settings and loaded.book.proved else "")
        )


def _without_grade(framework: Framework, proposal: Proposal) -> Iterator[str]:
    """Why areas have no grade; one that is withheld says so among its reasons."""
    edition = proposal.framework.edition
    ungraded = [a.area for a in proposal.areas if a.outcome == "ungraded"]
    if ungraded:
        informs = any(c.informs for a in ungraded for c in framework.area(a).characteristics)
        more = "; what was found there counts in the areas it informs" if informs else ""
        yield f"not graded: edition {edition} of the framework gives no grade to {', '.join(ungraded)}{more}"
    absent = [a.area for a in proposal.areas if a.outcome == "not_inspected"]
    if absent:
        yield f"not inspected, as the inspection says: {', '.join(absent)}"


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
