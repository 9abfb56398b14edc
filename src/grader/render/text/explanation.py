"""An explanation as text: grade, reasons, characteristics, evidence.

Users' words enter as `Text`, never as markup.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from grader.explanations.change_answer import SmallestChange
from grader.explanations.range_words import between, look_next_words, without_old_words
from grader.explanations.why import CharacteristicWhy, Cited, Explanation
from grader.explanations.why_not import Barrier, Missed, WhyNot
from grader.language.rulebook import RuleBook
from grader.model.framework import Framework
from grader.model.proposal import OutputModel, Reason
from grader.render.text.settings import settings_line
from grader.render.text.summary import grouped
from grader.render.text.tables import Labelled, indented, text_of
from grader.vocabulary.words import Vocabulary


def answer_for_person(framework: Framework, book: RuleBook, answer: OutputModel) -> list[RenderableType]:
    """The parts of an answer about one area."""
    match answer:
        case Explanation():
            return [*_head(framework, book, answer), *_explanation(framework, answer)]
        case WhyNot():
            return [*_head(framework, book, answer), *_why_not(framework.vocabulary, answer)]
        case SmallestChange():
            return [*_head(framework, book, answer), *_smallest_change(answer)]
        case _:
            raise TypeError(f"no words for {type(answer).__name__}")


def _head(
    framework: Framework, book: RuleBook, answer: Explanation | WhyNot | SmallestChange
) -> list[RenderableType]:
    reconstructed = framework.framework.status == "reconstruction"
    over = " over a reconstructed framework" if reconstructed else ""
    return [
        text_of(f"{answer.body} ({answer.inspection})", "bold"),
        text_of(answer.summary, "bold"),
        text_of(f"proposed by rules{over}; a person decides"),
        *([text_of(settings, "bold")] if (settings := settings_line(book, answer.overrides)) else []),
    ]


def _why_not(words: Vocabulary, why: WhyNot) -> list[RenderableType]:
    """What stood in the way: rules, conditions, evidence."""
    parts: list[RenderableType] = []
    lifted = [b for b in why.barriers if not b.needed]
    routes = [b for b in why.barriers if b.needed]
    parts += _barriers("What held it down", lifted)
    title = "What was missing" if len(routes) < 2 else "What was missing: one of these is enough"
    parts += _barriers(title, routes)
    parts += _section("What keeps it up", _reasons(why.kept_up))
    name_source = len({c.source for c in why.evidence}) > 1
    parts += _section("The evidence behind it", [_cited(words, "", c, name_source) for c in why.evidence])
    return parts


def _smallest_change(change: SmallestChange) -> list[RenderableType]:
    """Each smallest change, and what else it would move."""
    parts: list[RenderableType] = []
    asked = change.asked.replace("_", " ")
    for n, answer in enumerate(change.answers, 1):
        of = f" ({n} of {len(change.answers)})" if len(change.answers) > 1 else ""
        better = "" if answer.grade == change.asked else f", which gives {answer.grade.replace('_', ' ')}"
        parts += _section(
            f"What would have had to be found for {asked}{better}{of}",
            [("and" if i else "", c.text) for i, c in enumerate(answer.changes)],
        )
        moves = [(m.area, f"{_said(m.grade, m.outcome)} to {_said(m.grade_after, m.outcome_after)}")
                 for m in answer.moves]  # fmt: skip
        parts += _section("which would also move", moves)
    return parts


def _said(grade: str | None, outcome: str) -> str:
    return (grade or outcome).replace("_", " ")


def _barriers(title: str, barriers: Sequence[Barrier]) -> Iterator[RenderableType]:
    if not barriers:
        return
    yield Text()
    yield text_of(title, "bold")
    for barrier in barriers:
        head = f"{barrier.target.replace('_', ' ')}: {barrier.because} [{barrier.rule or 'no rule'}]"
        lines = [line for missed in barrier.conditions for line in _missed(missed)]
        yield indented(Group(text_of(head), indented(_grid(lines))))


def _missed(missed: Missed) -> Iterator[tuple[str, str]]:
    yield ("or" if missed.alternative else "needed"), missed.text
    rests = [", ".join(named) for named in (missed.findings, missed.characteristics) if named]
    if rests:
        yield "", f"turns on {'; '.join(rests)}"
    if missed.evidence:
        yield "", f"evidence: {', '.join(missed.evidence)}"


def _by_status(
    framework: Framework, characteristics: Iterable[CharacteristicWhy]
) -> Iterator[tuple[str, list[CharacteristicWhy]]]:
    """Characteristics by status, headed."""
    words, found = framework.vocabulary, list(characteristics)
    if words.several is None:
        for status in words.statuses.levels:
            chosen = [c for c in found if c.status == status]
            yield f"Characteristics {status.replace('_', ' ')}: {len(chosen)}", chosen
    for levels in words.declared:
        own = [c for c in found if words.scale_of(framework.scale_of(c.id)) is levels]
        of = f" ({levels.title})" if len(words.declared) > 1 else ""
        for word in (*(o.word for o in levels.outside), *levels.words):
            chosen = [c for c in own if c.status == word.said]
            yield f"Assessed as {word.title}{of}: {len(chosen)}", chosen


def _explanation(framework: Framework, why: Explanation) -> list[RenderableType]:
    """The parts of an explanation, from the grade down to the evidence."""
    words = framework.vocabulary
    parts: list[RenderableType] = []
    parts += _section("Why", _reasons(why.reasons_for))
    parts += _section("What stood in the way", _reasons(_in_the_way(why)))
    parts += _section("How the numbers came about", [(w.fact, w.text) for w in why.workings])
    parts += _section("How firm", _firmness(why))
    nexts = [
        (line.characteristic, look_next_words(line, assessed=words.several is not None))
        for line in why.look_next
    ]
    parts += _section("What to look at next", nexts)
    parts += _section("Findings", _findings(why))
    sources = sorted({c.source for c in _all_cited(why)})
    if len(sources) == 1:
        parts += [Text(), text_of(f"All evidence below is from {sources[0]}.")]
    for head, chosen in _by_status(framework, why.characteristics):
        if chosen:
            parts += [Text(), text_of(head, "bold")]
            parts += [_characteristic(words, c, name_source=len(sources) > 1) for c in chosen]
    missing = [c for c in why.characteristics if c.status == words.statuses.nothing and c.counted]
    parts += _section(
        f"{words.statuses.word(words.statuses.nothing).title}: nothing was found on these",
        [(c.id, c.text) for c in missing],
    )
    left_out = [(n.evidence, f"{n.characteristic}: {n.message}") for n in why.not_counted]
    parts += _section("Not counted here", left_out)
    return parts


def _section(title: str, lines: Sequence[tuple[str, str]]) -> Iterator[RenderableType]:
    if lines:
        yield Text()
        yield text_of(title, "bold")
        yield indented(_grid(lines))


def _grid(lines: Iterable[tuple[str, str]]) -> Labelled:
    return Labelled(lines, widest=28)


def _reasons(reasons: Iterable[Reason]) -> list[tuple[str, str]]:
    return [(f"{r.target.replace('_', ' ')}:", f"{r.because} [{r.rule or 'no rule'}]") for r in reasons]


def _in_the_way(why: Explanation) -> list[Reason]:
    """Better grades not reached, without limits that did not hold."""
    return [r for r in why.reasons_against if r.effect == "reaches"]


def _firmness(why: Explanation) -> list[tuple[str, str]]:
    lines = [(h.evidence, f"without it: {(h.grade or h.outcome).replace('_', ' ')}") for h in why.hinges]
    for grade, changes in grouped((r.grade, r.change) for r in why.reachable):
        shown = "; ".join(c.replace("_", " ") for c in changes[:4])
        more = f"; and {len(changes) - 4} more" if len(changes) > 4 else ""
        lines.append((f"{grade.replace('_', ' ')}:", f"one step away, by {shown}{more}"))
    if why.without_old is not None:
        lines.append(("old evidence:", without_old_words(why.without_old, why.outcome, why.grade)))
    if why.possible is not None and why.grade is not None:
        lines.append(
            ("could be:", f"{between(why.possible)}, by how its unassessed characteristics turned out")
        )
    elif why.possible is not None:
        lines.append(("could be:", f"by the grade rules {between(why.possible)}"))
    return lines


def _findings(why: Explanation) -> list[tuple[str, str]]:
    lines = []
    for finding in why.findings:
        kind = finding.kind.replace("_", " ")
        rests = f" (rests on {', '.join(finding.evidence)})" if finding.evidence else ""
        lines.append((f"{kind}, {finding.origin}:", f"{finding.statement}{rests} [{finding.id}]"))
        lines += [("  recommendation:", r) for r in finding.recommendations]
    return lines


def _all_cited(why: Explanation) -> Iterator[Cited]:
    for characteristic in why.characteristics:
        yield from characteristic.evidence_for
        yield from characteristic.evidence_against


def _characteristic(words: Vocabulary, why: CharacteristicWhy, *, name_source: bool) -> RenderableType:
    note = "" if why.counted else " (another programme grades it: without weight here)"
    head = text_of(f"{why.id}  {why.text}{note}")
    lines = [("because", text) for text in why.because]
    lines += [_cited(words, "" if words.several else "for", c, name_source) for c in why.evidence_for]
    lines += [_cited(words, "against", c, name_source) for c in why.evidence_against]
    return indented(Group(head, indented(_grid(lines))))


def _cited(words: Vocabulary, side: str, cited: Cited, name_source: bool) -> tuple[str, str]:
    tags = [cited.assessment.replace("_", " "), words.basis[cited.basis].short or cited.basis]
    if cited.extent is not None:
        tags.append(cited.extent)
    if cited.harm not in (None, words.harms.nothing):
        tags.append(f"{cited.harm} harm")
    if cited.remedied:
        tags.append("remedied since")
    if cited.old:
        tags.append(f"old: found on {cited.found_on}")
    through = f"through {', '.join(cited.via)}" if cited.via else None
    where = [part for part in (cited.source if name_source else None, cited.locator, through) if part]
    return f"{side} {cited.id}".strip(), f"{cited.statement} ({'; '.join([', '.join(tags), *where])})"
