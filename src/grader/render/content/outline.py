"""The report as sections, lists and tables, for PDF and Word."""

from __future__ import annotations

from collections.abc import Iterator

from grader.render.content.areas import AreaView
from grader.render.content.blocks import (
    Block,
    Bullets,
    Cell,
    Document,
    Facts,
    Notice,
    Paragraph,
    Section,
    Table,
)
from grader.render.content.build import Content
from grader.render.content.outline_areas import NONE, area_section, hinged
from grader.render.content.words import opened, steps_words, web_address
from grader.text import plural


def whole(content: Content) -> Document:
    """The report as a document, with the content of the HTML page."""
    proposal = content.proposal
    final = " and final" if content.decided else ""
    return Document(
        title=f"{proposal.body}: proposed{final} grades",
        kicker=f"{content.framework.framework.title}, edition {proposal.framework.edition}",
        subtitle=f"Inspection {proposal.inspection}",
        notices=tuple(notices(content)),
        sections=(
            _glance(content),
            _characteristics(content),
            *(area_section(content, area) for area in content.areas),
            *content.more,
            *_end(content),
        ),
        running=f"{proposal.body}: proposed grades, a person decides",
    )


def notices(content: Content) -> Iterator[Notice]:
    """What stands first: that it is a proposal, of what, with what settings."""
    about, used = content.framework.framework, content.proposal.framework
    standing = {"reconstruction": ", from a reconstruction", "example": ", under an example framework"}
    numbers = "There is no overall grade, and no number in the rules is more certain than its basis."
    several = len(content.framework.areas) > 1 or content.parameters
    yield Notice(
        f"A proposal{standing.get(used.status, '')}",
        (
            "These grades are proposed by rules. They are not a decision: a person decides, with a reason.",
            " ".join(about.statement.split()),
            *([numbers] if several else []),
        ),
    )
    if content.proposal.overrides:
        yield Notice(
            "Not the rule book’s own values",
            tuple(
                f"{p.name} is {p.value}; the rule book’s own value is {p.default}"
                for p in content.parameters
                if p.changed
            ),
        )


# Overview -------------------------------------------------------------------------------------------------


def _glance(content: Content) -> Section:
    kinds = [kind for kind in content.framework.vocabulary.shown if kind.tally]
    final = ("Final", "Proposed against final") if content.decided else ()
    heads = (
        "Area",
        "Proposed",
        *final,
        "Assessed",
        *(opened(k.counted[1]) for k in kinds),
        "Hinges on one item",
    )
    rows = []
    for area in content.ordered:
        row: list[Cell] = [area.result.title, area.proposed]
        if content.decided:
            row += [area.final or NONE, _against(area)]
        row.append(area.coverage)
        row += [str(area.tallies.get(kind.id, 0)) for kind in kinds]
        row.append(hinged(area))
        rows.append(tuple(row))
    widths = (24, 17, *((17, 13) if final else ()), 12, *(17 for _ in kinds), 11)
    meanings = tuple((grade.title, grade.meaning) for grade in content.framework.grade_scale.grades)
    blocks: list[Block] = [
        Table("Each area, best proposed grade first", heads, tuple(rows), widths),
        Paragraph("Assessed: characteristics with evidence that counts, of those that count.", "quiet"),
    ]
    if content.decided:
        by = content.decided.decisions.decisions
        when = f", published {by.published}" if by.published else ""
        blocks.append(Paragraph(f"Decisions by {by.decided_by}{when}.", "quiet"))
    blocks.append(
        Table("What the grades mean, best first", ("Grade", "Meaning, in our words"), meanings, (25, 75))
    )
    return Section("Grades at a glance", tuple(blocks))


def _against(area: AreaView) -> str:
    if area.final and area.proposed.place is None:
        return "Nothing was proposed"
    return steps_words(area.diff.steps) if area.diff else NONE


def _characteristics(content: Content) -> Section:
    statuses = content.framework.vocabulary.statuses.words[::-1]
    rows = tuple(
        (area.result.title, *map(str, area.counts.values())) for area in content.ordered if area.looked_at
    )
    heads = ("Area", *(status.title for status in statuses))
    table = Table("Number of characteristics with each status", heads, rows, (25, *(15 for _ in statuses)))
    said = "A characteristic is one thing a good body does. Those that another programme grades are left out."
    return Section("Characteristics by area", (Paragraph(said), table))


# What stands last -----------------------------------------------------------------------------------------


def _end(content: Content) -> Iterator[Section]:
    yield Section("What was not counted", (_left(content),), new_page=True)
    warnings = Bullets(content.warnings) if content.warnings else Paragraph("None.")
    yield Section("Warnings about the record", (warnings,))
    if content.parameters:
        yield Section("Parameters", tuple(_parameters(content)))
    yield Section("Sources", (_sources(content),))
    yield Section("Where this comes from", tuple(_provenance(content)))


def _left(content: Content) -> Block:
    if not content.left:
        return Paragraph("Everything recorded was counted.")
    rows = []
    for row in content.left:
        item = row.item
        said = row.entry.evidence
        if item is not None:
            source = content.inspection.sources[item.source].title
            where = f", {item.locator}" if item.locator else ""
            said = f"{said}: {item.statement} ({source}{where})"
        rows.append((said, row.entry.characteristic or NONE, opened(row.entry.message)))
    heads = ("Item", "On", "Why not")
    return Table(
        "Evidence and findings that did not count, or not everywhere", heads, tuple(rows), (45, 18, 37)
    )


def _parameters(content: Content) -> Iterator[Block]:
    yield Paragraph(official_words(content))
    rows = tuple(
        (
            p.name,
            f"{p.value}, changed from {p.default}" if p.changed else p.value,
            p.basis,
            f"{opened(p.source)}. {p.why}",
        )
        for p in content.parameters
    )
    yield Table(
        "Every number the rules use",
        ("Parameter", "Value", "Basis", "Source and reason"),
        rows,
        (24, 14, 14, 48),
    )


def official_words(content: Content) -> str:
    """How many of the rules' numbers are official, and what the others rest on."""
    official = sum(p.basis == "official" for p in content.parameters)
    many = plural(len(content.parameters), "number")
    said = f"{official} of {many} in the rules {'is' if official == 1 else 'are'} official."
    if not official:
        said = f"None of the {many} in the rules is official."
    return (
        f"{said} A calibrated number rests on published pairs of figures and grades; an assumed one is a"
        " reading of words that have no published number."
    )


def _sources(content: Content) -> Block:
    def said(title: str, published: str | None, url: str | None) -> str:
        when = f", {published}" if published else ""
        where = f": {web_address(url) or url}" if url else ""
        return f"{title}{when}{where}"

    found = [said(s.title, s.published, s.url) for s in content.inspection.sources.values()]
    return Bullets(tuple(found)) if found else Paragraph("None is named.")


def _provenance(content: Content) -> Iterator[Block]:
    about, proposal = content.framework.framework, content.proposal
    used, book = proposal.framework, proposal.rulebook
    title = f"{about.title} ({used.id}), edition {used.edition}; {used.status}; by {about.publisher}"
    pairs: list[tuple[str, Cell | None]] = [
        ("Framework", title),
        ("SHA-256 of the framework", used.sha256),
        ("Rule book", f"{book.id} {book.version}"),
        ("SHA-256 of the rule book", book.sha256),
        ("SHA-256 of the inspection", proposal.inspection_sha256),
        ("Made by", f"grader {proposal.grader_version}, engine {proposal.engine}"),
        ("Licence of the framework", about.licence),
    ]
    yield Facts(tuple((label, said) for label, said in pairs if said))
    if used.provenance:
        known = content.framework.provenance
        rows = tuple(
            (
                known[kind].title if kind in known else kind,
                str(count),
                known[kind].trust if kind in known else NONE,
            )
            for kind, count in used.provenance.items()
        )
        caption = (
            f"Where the wording of the framework’s {sum(used.provenance.values())} characteristics comes from"
        )
        yield Table(caption, ("Provenance", "Characteristics", "How far to trust it"), rows, (28, 18, 54))
