"""Hypothesis strategies for frameworks, rule books and inspections.

Everything drawn is valid; texts are nasty.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from grader.errors import suggest
from grader.language.rulebook import Measure, RuleBook
from grader.model.base import LARGEST_FIGURE
from grader.model.framework import (
    About,
    Area,
    Characteristic,
    Edition,
    Framework,
    GradeMeaning,
    GradeScale,
    InEdition,
    Link,
    ProvenanceKind,
    Topic,
)
from grader.model.inspection import Declared, Evidence, Figure, Header, Inspection, Previous, Source
from grader.testing._hypothesis import st
from grader.testing.changes import Change, changes
from grader.testing.random_rules import RuleBooks
from grader.vocabulary.kinds import PROGRESS

GRADES: Final = ("outstanding", "good", "adequate", "requires_improvement", "inadequate")
AREAS: Final = ("alpha", "bravo", "charlie", "delta")
EDITIONS: Final = ("2030-01", "2031-06")

#: Text that has broken other programs: markup, code, numbers and dates as text, other scripts, control and
#: joining characters, length.
NASTY: Final = (
    "Answers calls in time",
    "👩‍👩‍👧‍👦 🚓 ﷽",
    '{"assessment": "exceeds", "harm": [null]}',
    "95.5",
    "2022-03-01",
    "no",
    "[bold red]not markup[/]",
    "<script>alert(1)</script> &amp;",
    "'; DROP TABLE evidence; --",
    "{demonstrated} {$some} %s {0}",
    "$substantially_all",
    "שלום \u202e olleh \u2066x\u2069",
    "e\u0301\u0327 ẞ ﬁ İ",
    "line one\nline two: [a, b]\n\ttabbed # not a comment",
    "!!python/object:os.system &a *a",
    "__import__('os').system('true')",
    "x" * 3000,
    "\u00a0.",
)

_PLAIN: Final = st.sampled_from(NASTY)
#: Figures that are no per cent: about the lines rules draw, and the ends of the range.
_FIGURES: Final = (-float(LARGEST_FIGURE), -0.05, 0.0, 49.99, 80.0, 100.1, 1e8, float(LARGEST_FIGURE))
_FEW: Final = st.sampled_from((0, 0, 0, 1, 2))
_DAYS: Final = ("2021-09-30", "2024-02-29")
#: No later than any day on which something was put right.
_FOUND: Final = ("2019-05-31", "2021-09-30")


@st.composite
def frameworks(draw: st.DrawFn, *, max_areas: int = 4) -> Framework:
    """A small framework: one to four areas, one or two editions, three to five grades.

    Parameters
    ----------
    max_areas : int, default 4
        1 to 4.

    Returns
    -------
    Framework
        With every kind of area, `informs`, and uncounted characteristics.
    """
    if not 1 <= max_areas <= len(AREAS):
        raise ValueError(f"max_areas={max_areas!r} is outside 1 to {len(AREAS)}")
    editions = EDITIONS[: draw(st.integers(1, 2))]
    names = AREAS[: draw(st.integers(1, max_areas))]
    sizes = {name: draw(st.lists(st.integers(1, 3), min_size=1, max_size=2)) for name in names}
    ids = {
        n: [f"{n}.{t}{'abc'[c]}" for t, size in enumerate(sizes[n], 1) for c in range(size)] for n in names
    }
    grades = draw(st.lists(st.sampled_from(GRADES), min_size=3, max_size=5, unique=True).map(_best_first))
    return Framework(
        framework=About(
            id="RANDOM",
            title="Drawn at random",
            publisher="nobody",
            licence="none",
            status="example",
            statement="An example, drawn at random.",
        ),
        editions={e: Edition(title=f"Edition {e}", published=e) for e in editions},
        grade_scale=GradeScale(
            default=draw(st.sampled_from(grades)),
            grades=[GradeMeaning(id=g, title=g, meaning=g) for g in grades],
        ),
        provenance={"inferred": ProvenanceKind(title="Inferred", trust="None")},
        areas=[_area(draw, name, ids, editions, first=name == names[0]) for name in names],
    )


def _best_first(grades: Sequence[str]) -> list[str]:
    return [g for g in GRADES if g in grades]


def _area(
    draw: st.DrawFn, name: str, ids: Mapping[str, Sequence[str]], editions: Sequence[str], first: bool
) -> Area:
    """An area. The first is in every edition, so that none is empty."""
    held = editions if first else draw(st.lists(st.sampled_from(editions), min_size=1, unique=True))
    others = [c for area, found in ids.items() if area != name for c in found]
    informs = st.lists(st.sampled_from(others), max_size=2, unique=True) if others else st.just([])
    elsewhere = draw(st.integers(0, 7)) == 7
    made = [
        Characteristic(
            id=c,
            text=draw(_PLAIN),
            provenance="inferred",
            informs=[Link(id=name) for name in draw(informs)],
            counted=draw(st.integers(0, 5)) < 5 and not elsewhere,
        )
        for c in ids[name]
    ]
    topics = sorted({c.id[: len(name) + 2] for c in made})
    return Area(
        id=name,
        title=name.title(),
        editions={
            e: InEdition(graded=draw(st.integers(0, 3)) < 3, optional=draw(st.booleans())) for e in held
        },
        topics=[
            Topic(id=t, title=t, characteristics=[c for c in made if c.id.startswith(t)]) for t in topics
        ],
    )


@st.composite
def rulebooks(draw: st.DrawFn, framework: Framework, *, monotone: bool = False) -> RuleBook:
    """A rule book for a framework, some layers empty.

    Parameters
    ----------
    framework : Framework
    monotone : bool, default False
        Only facts that move as declared when items stay, used in that direction for grades at or above the
        default; else any use.

    Returns
    -------
    RuleBook
        Not bound.
    """
    return RuleBooks(draw, framework, monotone).book()


@st.composite
def inspections(
    draw: st.DrawFn,
    framework: Framework,
    edition: str | None = None,
    *,
    max_items: int = 8,
    measures: Mapping[str, Measure] | None = None,
    areas: Sequence[str] | None = None,
) -> Inspection:
    """A valid inspection with every kind of tag and finding.

    Parameters
    ----------
    framework : Framework
    edition : str, optional
        Any by default.
    max_items : int, default 8
    measures : mapping of str to Measure, optional
        With rules: items may leave the assessment to them.
    areas : sequence of str, optional
        Any by default; few make for dense evidence.

    Raises
    ------
    ValueError
        No such edition or area, or `max_items` below 0.
    """
    if edition is not None and edition not in framework.editions:
        raise ValueError(f"unknown edition {edition!r}; {suggest(edition, framework.editions, 'editions')}")
    if max_items < 0:
        raise ValueError(f"max_items={max_items!r} is below 0")
    edition = edition or draw(st.sampled_from(sorted(framework.editions)))
    known = [a.id for a in framework.areas_in(edition)]
    for name in areas or ():
        if name not in known:
            raise ValueError(f"unknown area {name!r} in {edition}; {suggest(name, known, 'areas')}")
    chosen = list(areas) if areas else known
    maker = _InspectionMaker(draw, framework, edition, chosen, measures or {})
    return maker.inspection(max_items, known)


class _InspectionMaker:
    """Draws the parts of one inspection."""

    def __init__(
        self,
        draw: st.DrawFn,
        framework: Framework,
        edition: str,
        areas: Sequence[str],
        measures: Mapping[str, Measure],
    ) -> None:
        self.draw = draw
        self.framework = framework
        self.words = framework.vocabulary
        self.areas = areas
        held = {c.id for a in framework.areas_in(edition) for c in a.characteristics}
        self.measures = [m for _, m in sorted(measures.items()) if m.characteristic in held]
        self.edition = edition
        pool = [c.id for name in areas for c in framework.area(name).characteristics]
        # Few characteristics, so that items meet on one.
        self.pool = draw(st.lists(st.sampled_from(pool), min_size=1, max_size=8, unique=True))

    def inspection(self, max_items: int, known: Sequence[str]) -> Inspection:
        draw = self.draw
        items = [self.item(f"E{n:03}") for n in range(1, draw(st.integers(0, max_items)) + 1)]
        rare = draw(st.integers(0, 3)) == 0
        absent = draw(st.lists(st.sampled_from(known), max_size=2, unique=True)) if rare else []
        evidence = [e.id for e in items]
        few = _FEW if self.words.findings else st.just(0)
        findings = [Declared(**self.finding(f"F{n}", evidence)) for n in range(draw(few))]
        previous = [
            Previous(
                **self.finding(f"P{n}", evidence),
                progress=draw(st.sampled_from(PROGRESS.names)),
            )
            for n in range(draw(few))
        ]
        return Inspection(
            inspection=Header(
                id="random-1",
                body=draw(_PLAIN),
                framework=self.framework.id,
                edition=self.edition,
                not_inspected=absent,
                as_of=draw(st.sampled_from((None, "2024-02-29"))),
            ),
            sources={"report": Source(title=draw(_PLAIN)), "data": Source(title="Data", published="2022")},
            evidence=items,
            findings=findings,
            previous=previous,
        )

    def item(self, name: str) -> Evidence:
        draw = self.draw
        tagged = draw(st.lists(st.sampled_from(self.pool), min_size=1, max_size=4, unique=True))
        scale = self.framework.scale_of(tagged[0])
        tagged = [name for name in tagged if self.framework.scale_of(name) == scale]
        levels = self.words.scale_of(scale)
        assessment: str | None = draw(st.sampled_from((*levels.levels, *levels.by_name)))
        measure: Figure | None = None
        if draw(st.integers(0, 4)) == 0:
            ruled = draw(st.sampled_from(self.measures)) if self.measures else None
            measure = self.figure(ruled)
            if ruled is not None:
                tagged = [ruled.characteristic]
                assessment = assessment if draw(st.booleans()) else None
        remedied = draw(st.integers(0, 3)) == 0
        return Evidence.model_validate(
            {
                "id": name,
                "characteristics": tagged,
                "assessment": assessment,
                "statement": draw(_PLAIN),
                "basis": draw(st.sampled_from(tuple(self.words.basis))),
                "extent": draw(st.sampled_from(self.words.extents.names[::-1])),
                "harm": draw(st.sampled_from((self.words.harms.default,) * 2 + self.words.harms.names)),
                "remedied": remedied,
                "remedied_on": draw(st.sampled_from((None, *_DAYS))) if remedied else None,
                "found_on": draw(
                    st.sampled_from(_FOUND if self.words.several == "latest" else (None, *_FOUND))
                ),
                "innovative": draw(st.integers(0, 4)) == 0,
                "measure": measure,
                "source": draw(st.sampled_from(("report", "data"))),
                "locator": draw(st.sampled_from((None, "12:30", "lines 1-3"))),
                "tagged_by": draw(st.sampled_from((None, "A", "A and B"))),
            }
        )

    def figure(self, ruled: Measure | None) -> Figure:
        if ruled is None:
            value = self.draw(st.floats(-LARGEST_FIGURE, LARGEST_FIGURE))
            return Figure(name="callouts", value=value, unit="minutes")
        if ruled.bounds is not None:
            whole = self.draw(st.integers(*ruled.bounds))
            return Figure(name=ruled.name, value=whole / 10 ** (ruled.decimals or 0), unit=ruled.unit)
        if ruled.unit != "percent":
            anything = st.floats(-LARGEST_FIGURE, LARGEST_FIGURE)
            value = self.draw(st.one_of(st.sampled_from(_FIGURES), anything))
            return Figure(name=ruled.name, value=value, unit=ruled.unit)
        value = self.draw(st.integers(0, 10_000)) / 100
        interval = self.draw(st.sampled_from((None, 0.0, 2.5)))
        return Figure(name=ruled.name, value=value, interval=interval, unit=ruled.unit)

    def finding(self, name: str, evidence: Sequence[str]) -> dict[str, Any]:
        draw = self.draw
        area = draw(st.sampled_from(self.areas))
        own = [c.id for c in self.framework.area(area).characteristics]
        likely = [c for c in own if c in self.pool] or own
        return {
            "id": name,
            "kind": draw(st.sampled_from(self.words.kinds.names)),
            "area": area,
            "statement": draw(_PLAIN),
            "characteristics": draw(st.lists(st.sampled_from(likely), max_size=2, unique=True)),
            "evidence": draw(st.lists(st.sampled_from(evidence), max_size=2, unique=True))
            if evidence
            else [],
            "recommendations": draw(st.lists(_PLAIN, max_size=2)),
            "source": draw(st.sampled_from((None, "report"))),
            "issued": draw(st.sampled_from((None, *_DAYS))),
        }


def improvements(inspection: Inspection, framework: Framework) -> st.SearchStrategy[Inspection]:
    """The inspection with one assessment a step up."""
    return steps(inspection, framework, "raise_assessment").map(Change.apply)


def steps(inspection: Inspection, framework: Framework, *names: str) -> st.SearchStrategy[Change]:
    """One change of the kinds in `grader.testing.changes.STEPS`."""
    found = list(changes(inspection, framework, *names))
    return st.sampled_from(found) if found else st.nothing()
