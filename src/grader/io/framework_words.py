"""Faults in a framework's scales, statuses and kinds of finding."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from grader.errors import Problem, quoted, suggest
from grader.io.faults import duplicate_ids
from grader.io.printed_words import not_among
from grader.io.yaml_source import Document
from grader.language.dnf import MAX_VALUE
from grader.model.framework import Framework
from grader.model.scales import FindingBlock, ScaleBlock, standings_of
from grader.text import figure_text
from grader.vocabulary.kinds import CLOSED
from grader.vocabulary.peel import PEEL, STATUSES

Path_ = tuple[str | int, ...]
#: Levels of all scales together, each of which makes a rule.
MOST_LEVELS: Final = 50
MOST_DECIMALS: Final = 6


def word_faults(framework: Framework, document: Document) -> Iterator[Problem]:
    """Every fault in what a framework declares of its own words."""
    if framework.scales and framework.statuses is None:
        yield Problem(
            "the framework has 'scales', and does not say that statuses are as assessed",
            document.keys.get(("scales",)) or document.place(("scales",)),
            "add statuses: {status: as_assessed, several: lowest}",
        )
    for name, scale in framework.scales.items():
        yield from _scale_faults(name, scale, ("scales", name), document)
    for at, scale_id in _scales_named(framework):
        if scale_id not in framework.scales:
            yield Problem(
                f"unknown scale {quoted(scale_id)}",
                document.place(at),
                suggest(scale_id, framework.scales, "scales"),
            )
    many = sum(len(scale.levels) + len(scale.outside) for scale in framework.scales.values())
    if many > MOST_LEVELS:
        message = f"the scales have {many} levels in all, more than {MOST_LEVELS}"
        yield Problem(message, document.place(("scales",)), "let characteristics that can share a scale")
    yield from _measure_faults(framework, document)
    yield from _informed_on_another(framework, document)
    yield from _finding_faults(framework, document)


def _scales_named(framework: Framework) -> Iterator[tuple[Path_, str]]:
    for i, area in enumerate(framework.areas):
        for t, topic in enumerate(area.topics):
            for c, characteristic in enumerate(topic.characteristics):
                if characteristic.scale is not None:
                    at = ("areas", i, "topics", t, "characteristics", c, "scale")
                    yield at, characteristic.scale


def _scale_faults(name: str, scale: ScaleBlock, at: Path_, document: Document) -> Iterator[Problem]:
    levels = [((*at, "levels", i, "id"), level.id) for i, level in enumerate(scale.levels)]
    outside = [((*at, "outside", i, "id"), level.id) for i, level in enumerate(scale.outside)]
    yield from duplicate_ids(document, f"level of {name}", (*levels, *outside))
    concluded = [at for at, other in zip(outside, scale.outside, strict=True) if other.is_concluded]
    for place, written in (*levels, *concluded):
        if written == STATUSES.nothing:
            yield Problem(
                f"level {quoted(written)} of scale {quoted(name)} is named as what was not assessed at all",
                document.place(place),
                "give it another id, or for_the_grade: not_assessed outside the order",
            )
    if any(level.score is not None for level in scale.levels):
        for i, level in enumerate(scale.levels):
            if level.score is None:
                yield Problem(
                    f"level {quoted(level.id)} of scale {quoted(name)} has no score, and others have one",
                    document.place((*at, "levels", i)),
                    "add score: a whole number, or take the scores of the others away",
                )
    known = [level.id for level in scale.levels]
    for i, other in enumerate(scale.outside):
        if other.counts_as is not None and other.counts_as not in known:
            yield Problem(
                f"unknown level {quoted(other.counts_as)} in scale {quoted(name)}",
                document.place((*at, "outside", i, "for_the_grade", "as")),
                suggest(other.counts_as, known, "levels"),
            )


def _measure_faults(framework: Framework, document: Document) -> Iterator[Problem]:
    known = [c.id for a in framework.areas for c in a.characteristics]
    for name, measure in framework.measures.items():
        at: Path_ = ("measures", name)
        if measure.characteristic is not None and measure.characteristic not in known:
            yield Problem(
                f"unknown characteristic {quoted(measure.characteristic)}",
                document.place((*at, "characteristic")),
                suggest(measure.characteristic, known, "characteristics"),
            )
        if not 0 <= measure.decimals <= MOST_DECIMALS:
            yield Problem(
                f"'decimals' of {quoted(name)} cannot be {measure.decimals}",
                document.place((*at, "decimals")),
                f"it is a whole number from 0 to {MOST_DECIMALS}",
            )
            continue
        low, high = measure.range
        if low >= high:
            yield Problem(
                f"range of {quoted(name)} runs from {figure_text(low)} down to {figure_text(high)}",
                document.place((*at, "range")),
                "write the lower end first",
            )
        for i, end in enumerate(measure.range):
            whole = measure.as_whole(end)
            if whole is None:
                shown = figure_text(end)
                message = f"{shown} has more decimals than the {measure.decimals} of {quoted(name)}"
                yield Problem(message, document.place((*at, "range", i)), "add decimals, or round the end")
            elif abs(whole) > MAX_VALUE:
                yield Problem(
                    f"{figure_text(end)} with {measure.decimals} decimals is more than rules can count to",
                    document.place((*at, "range", i)),
                    "give the range nearer ends, or fewer decimals",
                )


def _informed_on_another(framework: Framework, document: Document) -> Iterator[Problem]:
    """Characteristics that inform one on another scale."""
    scale_of = {c.id: c.scale for a in framework.areas for c in a.characteristics}
    for i, area in enumerate(framework.areas):
        for t, topic in enumerate(area.topics):
            for c, one in enumerate(topic.characteristics):
                for k, link in enumerate(one.informs):
                    if scale_of.get(link.id, one.scale) != one.scale:
                        at: Path_ = ("areas", i, "topics", t, "characteristics", c, "informs", k)
                        yield Problem(
                            f"{one.id} informs {link.id}, which is assessed on another scale",
                            document.place(at),
                            "evidence informs characteristics of its own scale only",
                        )


def _finding_faults(framework: Framework, document: Document) -> Iterator[Problem]:
    kinds = framework.findings
    known = list(PEEL.kind)
    if kinds is not None:
        known = [kind.id for kind in kinds]
        ids = ((("findings", i, "id"), name) for i, name in enumerate(known))
        yield from duplicate_ids(document, "kind of finding", ids)
        for i, kind in enumerate(kinds):
            yield from _kind_faults(kind, kinds, ("findings", i), document)
    for i, grade in enumerate(framework.grade_scale.grades):
        if grade.expects is not None and grade.expects not in known:
            yield not_among(grade.expects, known, ("grade_scale", "grades", i, "expects"), document)


def _kind_faults(
    kind: FindingBlock, kinds: Iterable[FindingBlock], at: Path_, document: Document
) -> Iterator[Problem]:
    if kind.id == CLOSED:
        yield Problem(
            f"{quoted(kind.id)} cannot be a kind of finding: it says that one is closed",
            document.place((*at, "id")),
            "give it another id",
        )
    standings = standings_of(kinds)
    for key in ("counts_as", "improving_as"):
        said = getattr(kind, key)
        if said is not None and said not in standings:
            yield Problem(
                f"{key!r} of {quoted(kind.id)} is {quoted(said)}, and no kind of finding counts as that",
                document.place((*at, key)),
                suggest(said, standings, "kinds of finding"),
            )
