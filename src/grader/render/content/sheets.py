"""The report as sheets of a workbook, one thing a row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from grader.render.content.areas import AreaView, EvidenceView
from grader.render.content.blocks import Cell, Mark, Section, tables_of
from grader.render.content.build import Content
from grader.render.content.outline import notices, official_words
from grader.render.content.outline_areas import (
    finding_standing,
    hinge_words,
    hinged,
    reason_words,
    step_lines,
)
from grader.render.content.words import measure_words, opened, steps_words, words

_BLANK = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: name, columns with widths, rows."""

    name: str
    heads: tuple[tuple[str, int], ...]
    rows: tuple[tuple[Cell | int, ...], ...]


def sheets_of(content: Content) -> list[Sheet]:
    """Grades, characteristics, evidence, findings, not counted, basis."""
    return [*(make(content) for make in _MAKERS), *sheets_of_sections(content.more), _about(content)]


def sheets_of_many(contents: Iterable[Content]) -> list[Sheet]:
    """The same of several, each row with its inspection.

    Frameworks with other columns get their own sheets.
    """
    held = list(contents)
    found: dict[tuple[str, tuple[tuple[str, int], ...]], list[tuple[Cell | int, ...]]] = {}
    for make in _MAKERS:
        for content in held:
            sheet = make(content)
            named = (content.proposal.inspection, content.proposal.body, _framework(content))
            rows = found.setdefault((sheet.name, sheet.heads), [])
            rows += [(*named, *row) for row in sheet.rows]
    first = (("Inspection", 24), ("Body", 24), ("Framework", 22))
    return [Sheet(name, (*first, *heads), tuple(rows)) for (name, heads), rows in found.items()]


def sheets_of_sections(sections: tuple[Section, ...]) -> list[Sheet]:
    """The tables of sections, one a sheet."""
    return [
        Sheet(table.caption, tuple(zip(table.heads, table.widths, strict=True)), table.rows)
        for table in tables_of(sections)
    ]


def _framework(content: Content) -> str:
    used = content.proposal.framework
    return f"{used.id} {used.edition}"


# Sheets ---------------------------------------------------------------------------------------------------


def _grades(content: Content) -> Sheet:
    kinds = [kind for kind in content.framework.vocabulary.shown if kind.counted[1]]
    final = content.decided is not None
    heads: list[tuple[str, int]] = [("Area", 40), ("Proposed", 22), ("Place on the scale", 12)]
    heads += [("Final", 22), ("Proposed against final", 16)] if final else []
    heads += [("Lowest it could be", 22), ("Highest it could be", 22), ("Assessed", 10), ("That count", 10)]
    heads += [(opened(kind.counted[1]), 14) for kind in kinds]
    heads += [("Hinges on one item", 12), ("Hinges on", 40), ("One step away", 40), ("Meaning", 60)]

    def rows() -> Iterator[tuple[Cell | int, ...]]:
        for area in content.areas:
            decided: tuple[Cell, ...] = ()
            if final:
                decided = (area.final or _BLANK, steps_words(area.diff.steps) if area.diff else _BLANK)
            yield (
                area.result.title, area.proposed, area.proposed.standing, *decided, *_range(content, area),
                area.assessed, sum(area.counts.values()),
                *(area.tallies.get(kind.id, 0) for kind in kinds),
                hinged(area), _hinges(area), _steps(area), area.result.meaning or _BLANK,
            )  # fmt: skip

    return Sheet("Grades", tuple(heads), tuple(rows()))


def _range(content: Content, area: AreaView) -> tuple[Cell, Cell]:
    if area.result.possible is None:
        return _BLANK, _BLANK
    order = content.framework.grades_worst_first
    titles = {grade.id: grade.title for grade in content.framework.grade_scale.grades}
    low, high = (Mark(titles.get(g, g), order.index(g), len(order)) for g in area.result.possible)
    return low, high


def _hinges(area: AreaView) -> str:
    return "\n".join(hinge_words(ids, without) for without, ids in area.hinges)


def _steps(area: AreaView) -> str:
    return "\n".join(step_lines(area))


def _characteristics(content: Content) -> Sheet:
    heads = (
        ("Characteristic", 22), ("Area", 34), ("Text", 70), ("Status", 22), ("Counts", 8), ("Why", 50),
        ("For", 24), ("Against", 24),
    )  # fmt: skip

    def rows() -> Iterator[tuple[Cell | int, ...]]:
        statuses = content.framework.vocabulary.statuses
        for area in content.areas:
            for status, found in area.statuses.items():
                mark = _mark(statuses.word(status).title, status, statuses.levels)
                for c in found:
                    held = ", ".join(e.cited.id for e in c.evidence if e.supports)
                    against = ", ".join(e.cited.id for e in c.evidence if not e.supports)
                    counts = "yes" if c.why.counted else "no"
                    why = opened("; ".join(c.why.because))
                    yield c.why.id, area.result.title, c.why.text, mark, counts, why, held, against

    return Sheet("Characteristics", heads, tuple(rows()))


def _mark(title: str, name: str, levels: tuple[str, ...]) -> Mark:
    return Mark(title, levels.index(name) if name in levels else None, len(levels))


def _evidence(content: Content) -> Sheet:
    heads = (
        ("Item", 10), ("Characteristic", 22), ("Area", 34), ("What was found", 80), ("Assessed as", 16),
        ("Side", 10), ("Basis", 22), ("Strength", 12), ("Extent", 12), ("Harm", 12), ("Remedied", 12),
        ("Innovative", 11), ("Measure", 28), ("Counts through", 22), ("Source", 34), ("Where", 16),
    )  # fmt: skip

    def rows() -> Iterator[tuple[Cell | int, ...]]:
        for area in content.areas:
            for found in area.statuses.values():
                for c in found:
                    for view in c.evidence:
                        yield _item(content, area, c.why.id, view)

    return Sheet("Evidence", heads, tuple(rows()))


def _item(content: Content, area: AreaView, characteristic: str, view: EvidenceView) -> tuple[Cell, ...]:
    cited, item, vocabulary = view.cited, view.item, content.framework.vocabulary
    levels = vocabulary.assessments.levels
    return (
        cited.id, characteristic, area.result.title, cited.statement,
        _mark(opened(words(cited.assessment)), cited.assessment, levels),
        "for" if view.supports else "against", vocabulary.basis[cited.basis].printed, cited.strength,
        words(cited.extent or _BLANK), words(cited.harm or _BLANK),
        (item.remedied_on or "yes") if cited.remedied else _BLANK, "yes" if item.innovative else _BLANK,
        measure_words(item.measure) if item.measure else _BLANK, ", ".join(cited.via),
        cited.source, cited.locator or _BLANK,
    )  # fmt: skip


def _findings(content: Content) -> Sheet:
    heads = (
        ("Finding", 34), ("Kind", 24), ("Area", 34), ("Standing", 34), ("What was found", 80),
        ("Recommendations", 60), ("Characteristics", 24), ("Rests on", 24), ("Source", 34),
    )  # fmt: skip

    def rows() -> Iterator[tuple[Cell | int, ...]]:
        for area in content.areas:
            for kind, found in area.findings.items():
                for f in found:
                    yield (
                        f.result.id, content.framework.vocabulary.kind[kind].title, area.result.title,
                        finding_standing(f), f.result.statement, "\n".join(f.result.recommendations),
                        ", ".join(f.result.characteristics), ", ".join(f.result.evidence), f.source or _BLANK,
                    )  # fmt: skip

    return Sheet("Findings", heads, tuple(rows()))


def _reasons(content: Content) -> Sheet:
    heads = (("Area", 34), ("Bears on", 24), ("Held", 8), ("Reason", 100), ("Evidence", 40))

    def rows() -> Iterator[tuple[Cell | int, ...]]:
        titles = {grade.id: grade.title for grade in content.framework.grade_scale.grades}
        for area in content.areas:
            for r in area.result.reasons:
                bears = titles.get(r.target, opened(words(r.target)))
                held = "yes" if r.held else "no"
                yield area.result.title, bears, held, reason_words(r), ", ".join(r.evidence)

    return Sheet("Reasons", heads, tuple(rows()))


def _not_counted(content: Content) -> Sheet:
    heads = (("Item", 20), ("Characteristic", 24), ("Why not", 60), ("What was found", 80))

    def rows() -> Iterator[tuple[Cell | int, ...]]:
        known = {item.id: item.statement for item in content.inspection.evidence}
        for row in content.left:
            entry = row.entry
            said = known.get(entry.evidence, _BLANK)
            yield entry.evidence, entry.characteristic or _BLANK, opened(entry.message), said

    return Sheet("Not counted", heads, tuple(rows()))


def _about(content: Content) -> Sheet:
    """What the workbook is, and everything the grades rest on."""
    proposal = content.proposal
    rows: list[tuple[Cell | int, ...]] = [
        ("Body", proposal.body),
        ("Inspection", proposal.inspection),
        ("Framework", f"{content.framework.framework.title}, edition {proposal.framework.edition}"),
        ("Rule book", f"{proposal.rulebook.id} {proposal.rulebook.version}"),
        ("Made by", f"grader {proposal.grader_version}, engine {proposal.engine}"),
    ]
    for notice in notices(content):
        rows += [(notice.title, text) for text in notice.paragraphs]
    rows.append(("Numbers in the rules", official_words(content)))
    rows += [
        (f"Parameter {p.name}", f"{p.value} ({p.basis}): {p.source}. {p.why}") for p in content.parameters
    ]
    rows += [("Warning about the record", text) for text in content.warnings]
    rows += [("Source", s.title) for s in content.inspection.sources.values()]
    rows += [
        (name, value)
        for name, value in (
            ("SHA-256 of the framework", proposal.framework.sha256),
            ("SHA-256 of the rule book", proposal.rulebook.sha256),
            ("SHA-256 of the inspection", proposal.inspection_sha256),
        )
        if value
    ]
    return Sheet("About", (("What", 34), ("Said", 120)), tuple(rows))


_MAKERS: tuple[Callable[[Content], Sheet], ...] = (
    _grades, _characteristics, _evidence, _findings, _reasons, _not_counted,
)  # fmt: skip
