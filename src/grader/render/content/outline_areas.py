"""An area as sections, lists and tables."""

from __future__ import annotations

from collections.abc import Iterator

from grader.model.proposal import Reason
from grader.render.content.areas import AreaView, EvidenceView, FindingView
from grader.render.content.blocks import Block, Bullets, Cell, Facts, Paragraph, Section, Table
from grader.render.content.build import Content
from grader.render.content.words import ORIGIN_WORDS, measure_words, opened, rule_title, steps_words, words
from grader.text import plural
from grader.vocabulary.words import Vocabulary

#: Where there is nothing to say.
NONE = "–"


def area_section(content: Content, area: AreaView) -> Section:
    """Everything there is to say of an area."""
    vocabulary = content.framework.vocabulary
    sections = [*_why(content, area), *_findings(vocabulary, area)]
    if area.result.outcome in ("graded", "withheld"):
        sections += [*_look_next(area), _firm(area)]
    if area.looked_at:
        sections += _evidence(vocabulary, area)
    question = (Paragraph(area.question, "quiet"),) if area.question else ()
    blocks: tuple[Block, ...] = (*question, Facts(tuple(_facts(content, area))), *_ungraded(content, area))
    return Section(area.result.title, blocks, tuple(sections), new_page=True)


def _facts(content: Content, area: AreaView) -> Iterator[tuple[str, Cell]]:
    result, decided = area.result, area.decided
    yield "Proposed grade", area.proposed
    if result.meaning:
        yield "What it says", result.meaning
    if area.could_be:
        yield "Could be", area.could_be
    if result.earlier_grade:
        earlier = result.earlier_grade
        yield (
            "Earlier grade",
            (f"{earlier.grade} in {earlier.given_in}; grades of different cycles are not compared"),
        )
    if area.final and decided and area.diff and content.decided:
        yield "Final grade", area.final
        why = f". {_reason_given(decided.rationale)}" if area.diff.differs else ""
        yield "Proposed against final", f"{steps_words(area.diff.steps)}{why}"
        yield "Decided by", "; ".join(_decided_by(content, area))
    elif content.decided and result.outcome != "ungraded":
        yield "Final grade", "No decision is recorded"
    if area.looked_at:
        yield "Characteristics assessed", f"{area.coverage} that count"
    kinds = content.framework.vocabulary.kind
    if area.tallies:
        yield "Findings", "; ".join(plural(n, *kinds[kind].counted) for kind, n in area.tallies.items())


def _reason_given(rationale: str | None) -> str:
    return f"Reason given: {rationale}" if rationale else "No reason is given"


def _decided_by(content: Content, area: AreaView) -> Iterator[str]:
    decided = area.decided
    assert decided is not None
    assert content.decided is not None
    when = f", {decided.decided_on}" if decided.decided_on else ""
    yield f"{decided.decided_by or content.decided.decisions.decisions.decided_by}{when}"
    if decided.programme:
        yield f"graded by another programme: {decided.programme}"
    if decided.source:
        yield f"source: {decided.source}"


def _ungraded(content: Content, area: AreaView) -> Iterator[Block]:
    if area.result.outcome == "ungraded":
        edition = content.proposal.framework.edition
        yield Paragraph(
            f"Edition {edition} gives this area no grade. What was found here is shown, and counts on the"
            " characteristics of other areas that it informs."
        )
    elif not area.looked_at:
        yield Paragraph("This inspection did not look at the area.")


def _why(content: Content, area: AreaView) -> Iterator[Section]:
    if area.because:
        title = (
            f"Why {area.proposed.text}" if area.result.outcome != "withheld" else "Why no grade is proposed"
        )
        blocks: list[Block] = [Bullets(tuple(map(reason_words, area.because)))]
        if area.limits:
            blocks += [
                Paragraph("What could hold it lower, and does not:"),
                Bullets(tuple(map(reason_words, area.limits))),
            ]
        yield Section(title, tuple(blocks))
    if area.result.outcome == "graded":
        yield Section("Why not higher", tuple(_higher(content, area)))


def _higher(content: Content, area: AreaView) -> Iterator[Block]:
    if area.capped:
        titles = {g.id: g.title for g in content.framework.grade_scale.grades}
        would = titles.get(area.capped.target, area.capped.target).lower()
        yield Paragraph(f"Without that limit it would have been {would}: {area.capped.because}.")
    if area.higher:
        yield Bullets(tuple(map(reason_words, area.higher)))
    elif not area.capped:
        more = area.proposed.place is not None and area.proposed.place + 1 < area.proposed.of
        yield Paragraph(f"There is no higher grade{' that a rule reaches' if more else ''}.")
    if area.tests:
        rows = tuple((t.grade, opened(t.asked), t.found, "Yes" if t.met else "No") for t in area.tests)
        yield Table(
            "What each grade asks, and what was found",
            ("Grade", "Asks", "Found", "Met"),
            rows,
            (16, 50, 24, 10),
        )


def reason_words(reason: Reason) -> str:
    """A reason with the rule it comes from, by its title."""
    rule = f" Rule “{rule_title(reason.rule)}”." if reason.rule else ""
    return f"{opened(reason.because)}.{rule}"


def _findings(vocabulary: Vocabulary, area: AreaView) -> Iterator[Section]:
    for kind in vocabulary.shown:
        found = area.findings[kind.id]
        if found:
            rows = tuple((f.result.id, finding_standing(f), _finding_words(f)) for f in found)
            table = Table(kind.plural, ("Finding", "Standing", "What was found"), rows, (14, 20, 66))
            yield Section(kind.plural, (table,))
        elif kind.none:
            yield Section(kind.plural, (Paragraph(kind.none),))


def finding_standing(finding: FindingView) -> str:
    """Where a finding comes from, and how it stands."""
    parts = [ORIGIN_WORDS[finding.result.origin]]
    parts += ["open"] if finding.is_open else []
    parts += [finding.progress] if finding.progress else []
    parts += ["accelerated"] if finding.accelerated else []
    parts += [f"issued {finding.issued}"] if finding.issued else []
    return "; ".join(parts)


def _finding_words(finding: FindingView) -> str:
    result = finding.result
    lines = [result.statement]
    lines += [f"Recommendation: {text}" for text in result.recommendations]
    lines += [f"Rests on {', '.join(result.evidence)}"] if result.evidence else []
    lines += [f"Source: {finding.source}"] if finding.source else []
    return "\n".join(lines)


def _look_next(area: AreaView) -> Iterator[Section]:
    if area.look_next:
        said = (
            "Characteristics on which nothing was found, the one that could move the grade or narrow the"
            " range most first."
        )
        items = tuple(f"{id}, {text}: {could}." for id, text, could in area.look_next)
        yield Section("What to look at next", (Paragraph(said), Bullets(items)))


def _firm(area: AreaView) -> Section:
    blocks: list[Block] = []
    if area.hinges:
        blocks.append(Bullets(tuple(hinge_words(ids, without) for without, ids in area.hinges)))
    else:
        said = "It hinges on no single item: whichever one is taken away, the outcome stays."
        blocks.append(Paragraph(said))
    if area.steps:
        blocks.append(Paragraph("One step of one item’s assessment would bring another grade:"))
        blocks.append(Bullets(tuple(step_lines(area))))
    elif area.result.outcome == "graded":
        blocks.append(Paragraph("No step of one item’s assessment would bring another grade."))
    return Section("How firm", tuple(blocks))


def step_lines(area: AreaView) -> Iterator[str]:
    """What one step of one item would bring."""
    for grade, changes in area.steps:
        items: dict[str, list[str]] = {}
        for item, step in changes:
            items.setdefault(step, []).append(item)
        for step, ids in items.items():
            yield f"{grade}, by {step}: {', '.join(ids)}"


def hinge_words(ids: tuple[str, ...], without: str) -> str:
    """What an outcome hinges on, and what it would be without."""
    which = "it" if len(ids) == 1 else "any one of them"
    return f"Hinges on {', '.join(ids)}: without {which}, {without}."


def hinged(area: AreaView) -> str:
    """Whether the outcome hinges on any single item."""
    if area.result.outcome not in ("graded", "withheld"):
        return NONE
    return "Yes" if area.hinges else "No"


# Evidence -------------------------------------------------------------------------------------------------


def _evidence(vocabulary: Vocabulary, area: AreaView) -> Iterator[Section]:
    characteristics: list[tuple[str, ...]] = []
    items: dict[str, EvidenceView] = {}
    for status, found in area.statuses.items():
        title = vocabulary.statuses.word(status).title
        for c in found:
            sides = [(e.cited.id, e.supports) for e in c.evidence]
            held = ", ".join(id for id, supports in sides if supports) or NONE
            against = ", ".join(id for id, supports in sides if not supports) or NONE
            why = "; ".join(c.why.because) if c.why.counted else "another programme grades it: without weight"
            characteristics.append((f"{c.why.id}: {c.why.text}", title, opened(why), held, against))
            items.update({e.cited.id: e for e in c.evidence})
    if characteristics:
        heads = ("Characteristic", "Status", "Why", "For", "Against")
        yield Section(
            "Characteristics",
            (Table("Characteristics", heads, tuple(characteristics), (36, 15, 25, 12, 12)),),
        )
    if items:
        rows = tuple(_item_row(vocabulary, items[id]) for id in sorted(items))
        columns = ("Item", "What was found", "Assessed as", "Source")
        yield Section("Evidence", (Table("Evidence", columns, rows, (10, 46, 24, 20)),))


def _item_row(vocabulary: Vocabulary, view: EvidenceView) -> tuple[str, ...]:
    cited = view.cited
    return cited.id, cited.statement, "; ".join(item_words(vocabulary, view)), source_words(view)


def source_words(view: EvidenceView) -> str:
    """Where an item is from."""
    return f"{view.cited.source}, {view.cited.locator}" if view.cited.locator else view.cited.source


def item_words(vocabulary: Vocabulary, view: EvidenceView) -> Iterator[str]:
    """How an item is assessed, and all that bears on its weight."""
    cited, item = view.cited, view.item
    yield opened(words(cited.assessment))
    yield f"{vocabulary.basis[cited.basis].printed} ({cited.strength})"
    if cited.extent:
        yield words(cited.extent)
    if cited.harm and cited.harm != vocabulary.harms.nothing:
        yield f"{words(cited.harm)} harm"
    if cited.remedied:
        yield f"remedied since{f', {item.remedied_on}' if item.remedied_on else ''}"
    if item.innovative:
        yield "innovative"
    if item.measure:
        yield measure_words(item.measure)
    if cited.via:
        yield f"counts here because {', '.join(cited.via)} informs this"
