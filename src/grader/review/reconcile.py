"""How far taggings agree, and which differences matter to a grade."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from grader.errors import InputError, Place, Problem
from grader.grading.tally import placements
from grader.model.framework import Area
from grader.model.inspection import Evidence
from grader.model.reconciliation import (
    SCHEMA,
    AreaReconciled,
    Disagreement,
    DoubtfulPair,
    OutcomeAndGrade,
    Pairs,
    Reached,
    Reconciliation,
    SmallestSets,
    Tagger,
)
from grader.review.area_mixes import AreaMixes, Result, RowsOf, Versions
from grader.review.same_finding import THRESHOLD
from grader.review.tag_agreement import by_field
from grader.review.taggings import FACTS, TAGS, Finding, Given, Taggings, ToldPair, lay, names_of
from grader.review.what_moves import DRAWS, Moves, moves, shares
from grader.session import LoadedInspection

MOST_DRAWS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Reconciled:
    """Taggings laid together, and what was found of them."""

    taggings: Taggings
    answer: Reconciliation


def reconcile(
    loaded: Sequence[LoadedInspection],
    files: Sequence[str],
    *,
    names: Sequence[str] | None = None,
    told: Sequence[ToldPair] = (),
    draws: int = DRAWS,
    seed: int = 1,
) -> Reconciled:
    """Compare several people's taggings of one inspection.

    Parameters
    ----------
    loaded : sequence of LoadedInspection
        By one framework and rule book; the first one's ids stand.
    names : sequence of str, optional
        As items (`tagged_by`) or files say by default.
    told : sequence of ToldPair
        What was said of pairs in doubt.
    draws, seed : int
        Mixes drawn where there are too many, and the random seed.

    Raises
    ------
    InputError
        Not one inspection, or an argument out of range.
    MissingExtraError
    """
    _check(draws, seed)
    called = list(names) if names is not None else names_of(loaded, files)
    given = [Given(n, file, each) for n, file, each in zip(called, files, loaded, strict=True)]
    laid = lay(given, told)
    return Reconciled(laid, _Reconciling(laid, draws, seed).answer())


def _check(draws: int, seed: int) -> None:
    problems = []
    if not 1 <= draws <= MOST_DRAWS:
        help = f"a whole number from 1 to {MOST_DRAWS:,}"
        problems.append(Problem(f"{draws} is out of range", Place("--draws"), help))
    if not 0 <= seed < 2**63:
        problems.append(Problem(f"{seed} is out of range", Place("--seed"), "a whole number from 0"))
    if problems:
        raise InputError(problems)


@dataclass(slots=True)
class _Disputed:
    """A finding that is not agreed: its versions, and which of them is whose."""

    finding: Finding
    fields: list[str]
    versions: Versions
    whose: dict[str, int]
    areas: list[str]
    matters: list[str] = field(default_factory=list)
    fewest: int | None = None
    """How many items, with it, are enough to move some area."""


class _Reconciling:
    def __init__(self, laid: Taggings, draws: int, seed: int) -> None:
        self.laid, self.draws, self.seed = laid, draws, seed
        self.session = laid.loaded.session
        self.framework = laid.loaded.framework.framework
        self.edition = laid.whole.inspection.edition
        self.rows = RowsOf(self.session, self.edition)
        self.agreed: list[Evidence] = []
        self.disputed: list[_Disputed] = []
        for finding in laid.findings:
            self._sort(finding)

    def _sort(self, finding: Finding) -> None:
        fields = self.laid.differs_in(finding)
        missing = [name for name in finding.asked if name not in finding.items]
        if not fields and not missing:
            self.agreed.append(finding.first)
            return
        ways: list[Evidence | None] = []
        keys: list[Any] = []
        whose: dict[str, int] = {}
        for name in self.laid.names:
            # Who was not asked stands by the first who was.
            item = finding.items.get(name) if name in finding.asked else finding.first
            key = None if item is None else (self.laid.tags(item), [getattr(item, f) for f in FACTS])
            if key not in keys:
                keys.append(key)
                ways.append(item)
            whose[name] = keys.index(key)
        areas = self._areas(finding.items.values())
        self.disputed.append(_Disputed(finding, fields, Versions(finding.id, tuple(ways)), whose, areas))

    def _areas(self, items: Iterable[Evidence]) -> list[str]:
        """Areas that a finding counts in, in framework order."""
        on = {
            self.framework.area_of(counts).id
            for item in items
            for _, counts in placements(item, self.framework, self.edition)
        }
        return [area.id for area in self.framework.areas_in(self.edition) if area.id in on]

    # The answer -------------------------------------------------------------------------------------------

    def answer(self) -> Reconciliation:
        laid = self.laid
        absent = set(laid.whole.inspection.not_inspected)
        areas = [
            self._area(area)
            for area in self.framework.areas_in(self.edition)
            if area.editions[self.edition].graded and area.id not in absent
        ]
        listed = sorted(
            self.disputed, key=lambda d: (not d.matters, d.fewest or len(self.disputed), -len(d.matters))
        )
        return Reconciliation(
            schema=SCHEMA,
            inspection=laid.whole.id,
            body=laid.whole.inspection.body,
            framework=self.framework.id,
            edition=self.edition,
            rulebook=f"{self.session.book.id} {self.session.book.version}",
            overrides=dict(sorted(self.session.settings.items())),
            taggers=[self._tagger(each) for each in laid.given],
            pairs=self._pairs(),
            agreement=by_field(self.framework.vocabulary, self._units(), self._scale),
            areas=areas,
            disagreements=[self._disagreement(d) for d in listed],
            draws=self.draws,
            seed=self.seed,
            notes=laid.notes,
        )

    @staticmethod
    def _tagger(each: Given) -> Tagger:
        inspection = each.inspection
        return Tagger(
            name=each.name,
            file=each.file,
            sha256=each.loaded.file.sha256,
            items=len(inspection.evidence),
            sample=inspection.inspection.sample is not None,
        )

    def _pairs(self) -> Pairs:
        laid = self.laid
        alone: dict[str, list[str]] = {name: [] for name in laid.names}
        for finding in laid.findings:
            if len(finding.items) == 1 and len(finding.asked) > 1:
                ((name, item),) = finding.items.items()
                alone[name].append(item.id)
        statements = {(g.name, e.id): e.statement for g in laid.given for e in g.inspection.evidence}
        return Pairs(
            by_id=laid.by_id,
            by_text=laid.by_text,
            by_hand=laid.by_hand,
            threshold=THRESHOLD,
            doubtful=[
                DoubtfulPair(
                    items={one: d.one, other: d.other},
                    statements={one: statements[one, d.one], other: statements[other, d.other]},
                    score=d.score,
                    why=d.why,
                )
                for one, other, d in laid.doubts
            ],
            alone=alone,
            not_asked=sum(len(f.asked) < len(laid.names) for f in laid.findings),
        )

    def _units(self) -> list[tuple[str, Mapping[str, Evidence]]]:
        """Findings that several people have, each in the area of its first characteristic."""
        return [
            (self.framework.area_of(f.first.characteristics[0]).id, f.items)
            for f in self.laid.findings
            if len(f.items) > 1
        ]

    def _scale(self, item: Evidence) -> str | None:
        return self.framework.characteristic(item.characteristics[0]).scale

    def _disagreement(self, disputed: _Disputed) -> Disagreement:
        finding = disputed.finding
        return Disagreement(
            item=finding.id,
            ids={name: item.id for name, item in finding.items.items()},
            statement=finding.first.statement,
            locator=finding.first.locator,
            fields=disputed.fields,
            said={name: said(self.laid, finding.items.get(name), disputed.fields) for name in finding.asked},
            areas=disputed.areas,
            matters=disputed.matters,
            alone=disputed.fewest == 1,
        )

    # One area ---------------------------------------------------------------------------------------------

    def _area(self, area: Area) -> AreaReconciled:
        known = {d.finding.id: d for d in self.disputed}
        mixes = AreaMixes(
            self.session,
            self.laid.whole,
            area,
            self.rows,
            self.agreed,
            [d.versions for d in self.disputed if area.id in d.areas],
        )
        seen = [known[v.id] for v in mixes.disputed]
        starts = [tuple([d.whose[name] for d in seen]) for name in self.laid.names]
        found = moves(mixes, starts, draws=self.draws, seed=self.seed, name=area.id)
        for at in found.matter:
            seen[at].matters.append(area.id)
        smallest = list(self._smallest(found, starts, seen))
        for each in smallest:
            for name in {name for one in each.sets for name in one}:
                known[name].fewest = min(known[name].fewest or each.size, each.size)
        return AreaReconciled(
            area=area.id,
            title=area.title,
            disagreements=len(seen),
            mixes=found.mixes,
            method="every_mix" if found.exact else "simulation",
            under={
                name: self._standing(result)
                for name, result in zip(self.laid.names, found.under, strict=True)
            },
            reachable=[
                Reached(**self._standing(result).model_dump(), share=round(share, 6))
                for result, share in shares(found.reached, found.mixes)
            ],
            matter=[seen[at].finding.id for at in found.matter],
            smallest=smallest,
        )

    def _smallest(
        self, found: Moves, starts: Sequence[tuple[int, ...]], seen: Sequence[_Disputed]
    ) -> Iterable[SmallestSets]:
        names = self.laid.names
        for each in found.smallest:
            start = starts[each.start]
            sets = [
                {
                    d.finding.id: _whose(d, way)
                    for d, way, own in zip(seen, mix, start, strict=True)
                    if way != own
                }
                for mix in each.sets
            ]
            yield SmallestSets(
                tagger=names[each.start],
                to=self._standing(each.to),
                size=len(sets[0]),
                sets=sets,
                more=each.many - len(sets),
            )

    def _standing(self, result: Result) -> OutcomeAndGrade:
        outcome, rank = result
        grade = None if rank is None else self.session.bound.grade_scale.name_of(rank)
        return OutcomeAndGrade(outcome=outcome, grade=grade)  # type: ignore[arg-type]  # one of the four names


def _whose(disputed: _Disputed, way: int) -> str:
    return next(name for name, own in disputed.whose.items() if own == way)


def said(laid: Taggings, item: Evidence | None, fields: Sequence[str]) -> dict[str, Any] | None:
    """How one person tagged an item, where others differ."""
    if item is None:
        return None
    tags = laid.tags(item)
    shown: dict[str, Any] = {name: tags[name] for name in (fields or TAGS) if name in tags}
    for name in FACTS:
        if name in fields:
            value = getattr(item, name)
            shown[name] = value.model_dump(mode="json") if hasattr(value, "model_dump") else value
    return shown
