"""A commented inspection to start from, for one framework and edition."""

from __future__ import annotations

import json
from collections.abc import Iterator
from textwrap import wrap

from grader.errors import quoted
from grader.io import catalogue
from grader.io.printed_names import PrintedNames, required
from grader.model.framework import Area, Framework
from grader.vocabulary.scales import Role
from grader.vocabulary.words import Vocabulary

WIDTH = 100

_HEAD = """\
# An inspection, to be filled in. Lines that start with # are notes and examples; take the # away to use them.
# Check it at any time:  grader validate inspection.yaml
# Grade it:              grader grade inspection.yaml
inspection:
  id: my-inspection            # yours to choose; decisions refer to it
  body: Name of the body       # quote it if it holds a colon
  framework: {framework}
  edition: {edition}
  not_inspected: []            # areas left out: {optional}

sources:
  fieldwork: {{title: Fieldwork notes}}      # url and published (YYYY, YYYY-MM or YYYY-MM-DD) may be added

"""

_EVIDENCE = """\
# One item for each finding of fact. Needed: id, characteristics, assessment, statement, basis, source.
{choices}
#   remedied    true once it has been put right since; innovative: true where it is
#
#  - id: E001
#    characteristics: [{example}]
#    assessment: {shortfall}
#    statement: What was found, in one sentence
#    basis: {basis}
#    extent: {extent}
#    harm: {harm}
#    source: fieldwork
#    locator: "file 12, page 3"     # quote anything with a colon, and numbers
evidence: []
"""

#: The same where a framework declares scales: each characteristic is assessed at a level of its own scale.
_ASSESSED = """\
# One item for each characteristic assessed. Needed: id, characteristics, assessment, statement,
# basis, source.
{choices}
#   found_on    the day it was found{day}
#
{items}
evidence: []
"""

_FINDINGS = """
# Findings inspectors have already issued.
#  - {{id: F001, kind: {recommended}, area: {area}, statement: ..., recommendations: [...]}}
findings: []

# Findings of earlier inspections, and how far they have been put right: closed, improving, not_improving.
#  - {{id: P001, kind: {plain}, area: {area}, statement: ..., progress: improving}}
previous: []
"""


def starter_for(given: catalogue.NameOrPath, edition: str | None = None) -> str:
    """`starter` by names; the latest edition by default.

    Raises
    ------
    UnknownNameError
        No such framework or edition.
    """
    chosen = catalogue.framework_at(given).framework
    if edition is None:
        edition = max(chosen.editions, key=lambda e: chosen.editions[e].published)
    unknown = f"framework {chosen.id} has no edition {quoted(edition)}"
    return starter(chosen, required(edition, PrintedNames(chosen).editions, "edition", unknown))


def starter(framework: Framework, edition: str) -> str:
    """A valid starter inspection, listing every characteristic.

    Parameters
    ----------
    edition : str
        Raises KeyError if unknown.
    """
    if edition not in framework.editions:
        raise KeyError(edition)
    areas = framework.areas_in(edition)
    words = framework.vocabulary
    optional = [a.id for a in areas if a.editions[edition].optional]
    head = _HEAD.format(
        framework=json.dumps(framework.id),
        edition=json.dumps(edition),
        optional=f"optional are {', '.join(optional)}" if optional else "none is optional in this edition",
    )
    head += _assessed(framework, areas) if words.declared else _evidence(words, areas)
    if words.findings:
        plain = words.findings[0].id
        head += _FINDINGS.format(
            area=areas[0].id,
            recommended=next((k.id for k in words.findings if k.recommended), plain),
            plain=plain,
        )
    return head + "\n".join(["", *_glossary(framework, areas, edition)]) + "\n"


def _evidence(words: Vocabulary, areas: tuple[Area, ...]) -> str:
    return _EVIDENCE.format(
        example=areas[0].characteristics[0].id,
        choices="\n".join(_choices(words)),
        shortfall=words.assessments.having(Role.SHORTFALL)[-1],
        basis=words.bases[0].id,
        extent=words.extents.names[1],
        harm=words.harms.levels[0],
    )


def _assessed(framework: Framework, areas: tuple[Area, ...]) -> str:
    """An item for each characteristic, and the levels it may be assessed at."""
    words, items = framework.vocabulary, []
    day = ", found_on: YYYY-MM-DD" if words.several == "latest" else ""
    for n, characteristic in enumerate((c for a in areas for c in a.characteristics), 1):
        items.append(
            f"#  - {{id: E{n:03}, characteristics: [{_line(characteristic.id)}], assessment: ...,"
            f" statement: ..., basis: document, source: fieldwork{day}}}"
        )
    needed = "; needed here, since the latest item counts" if day else ""
    return _ASSESSED.format(choices="\n".join(_levels(words)), day=needed, items="\n".join(items))


def _levels(words: Vocabulary) -> Iterator[str]:
    """Each scale's levels, best first, and the bases."""
    for levels in words.declared:
        every = (*reversed(levels.words), *(o.word for o in levels.outside))
        for n, word in enumerate(every):
            said = _line("; ".join(part for part in (word.title, word.meaning) if part != word.said and part))
            head = f"{_line(levels.id)}:" if n == 0 else ""
            yield f"#   {head:12} {word.said:15} {said}".rstrip()
    tested, described = (", ".join(words.bases_of(s)) for s in ("tested", "described"))
    yield f"#   basis        {tested}, {described}"


def _choices(words: Vocabulary) -> Iterator[str]:
    """What each tag of an item may be."""
    for n, name in enumerate(reversed(words.assessments.levels)):
        yield f"#   {'' if n else 'assessment':10}  {name:15}{words.assessments.word(name).meaning}"
    tested, described, never = (", ".join(words.bases_of(s)) for s in ("tested", "described", None))
    yield f"#   basis       tested: {tested}; described: {described};"
    yield f"#               never counted: {never}"
    extents = words.extents.names[::-1]
    said = (f"{name} (or nothing said)" if name == words.extents.default else name for name in extents)
    yield f"#   extent      {', '.join(said)}: read on shortfalls only"
    harms = (words.harms.word(name) for name in words.harms.names)
    yield f"#   harm        {', '.join(f'{h.id} ({h.meaning})' if h.meaning else h.id for h in harms)}"


def _glossary(framework: Framework, areas: tuple[Area, ...], edition: str) -> Iterator[str]:
    yield f"# The characteristics of {_line(framework.framework.title)}, edition {_line(edition)}:"
    for area in areas:
        graded = "graded" if area.editions[edition].graded else "not graded"
        yield "#"
        yield f"# {_line(area.id)}: {_line(area.title)} ({graded})"
        for characteristic in area.characteristics:
            note = "" if characteristic.counted else " (another programme grades it)"
            text = _line(f"{characteristic.id}: {characteristic.text}{note}")
            for i, line in enumerate(wrap(text, WIDTH - 6)):
                yield f"#   {'' if i == 0 else '  '}{line}"


def _line(text: str) -> str:
    """Text in one line, so that nothing of it can leave its comment."""
    return " ".join(text.split())
