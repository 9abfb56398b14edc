"""One area as the report shows it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from grader.engines.reference import compare
from grader.explanations.range_words import look_next_words, range_words, withheld_words, without_old_words
from grader.explanations.why import CharacteristicWhy, Cited, Explanation
from grader.language.english import number
from grader.language.nodes import Const, Effect, Kind, Op
from grader.language.rulebook import Layer, Rule
from grader.language.typecheck import comparisons
from grader.model.decisions import DecidedGrade
from grader.model.diff import AreaDiff
from grader.model.inspection import Declared, Evidence, Previous
from grader.model.proposal import AreaResult, FindingResult, Reason
from grader.render.content.blocks import Mark
from grader.render.content.words import OUTCOME_WORDS, opened, words
from grader.session import LoadedInspection

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Needed:
    """A share found, the share asked (per mille), and for which grades."""

    label: str
    found: int
    found_words: str
    asked: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class FindingView:
    """A finding with what the record says of it beyond the proposal."""

    result: FindingResult
    standing: str
    is_open: bool
    progress: str | None
    issued: str | None
    accelerated: bool
    source: str | None


@dataclass(frozen=True, slots=True)
class EvidenceView:
    """An item on a characteristic; `anchor` at its first place."""

    cited: Cited
    item: Evidence
    supports: bool
    informs: bool
    anchor: str | None


@dataclass(frozen=True, slots=True)
class CharacteristicView:
    """A characteristic, why it has its status, and its evidence, for and then against."""

    why: CharacteristicWhy
    evidence: tuple[EvidenceView, ...]


@dataclass(frozen=True, slots=True)
class Test:
    """What one comparison asks, and what was found."""

    grade: str
    asked: str
    found: str
    met: bool


@dataclass(frozen=True, slots=True)
class AreaView:
    """What the report says on one area; `tallies` by kind of finding."""

    result: AreaResult
    slug: str
    question: str | None
    proposed: Mark
    final: Mark | None
    decided: DecidedGrade | None
    diff: AreaDiff | None
    because: tuple[Reason, ...]
    capped: Reason | None
    higher: tuple[Reason, ...]
    limits: tuple[Reason, ...]
    findings: Mapping[str, tuple[FindingView, ...]]
    hinges: tuple[tuple[str, tuple[str, ...]], ...]
    steps: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    statuses: Mapping[str, tuple[CharacteristicView, ...]]
    counts: Mapping[str, int]
    assessed: int
    tallies: Mapping[str, int]
    tests: tuple[Test, ...]
    needed: tuple[Needed, ...]
    could_be: str | None
    """The grades it could take, in words."""
    without_old: str | None
    """Its old evidence, and what would stand without it, in words."""
    look_next: tuple[tuple[str, str, str], ...]
    """Unassessed characteristics that could move it most: id, text, and what each could do."""

    @property
    def looked_at(self) -> bool:
        return self.result.outcome != "not_inspected"

    @property
    def coverage(self) -> str:
        """How many of the characteristics that count are assessed; a dash where nobody looked."""
        return f"{self.assessed} of {sum(self.counts.values())}" if self.looked_at else "–"


class Areas:
    """Makes the views of an inspection's areas."""

    def __init__(self, loaded: LoadedInspection) -> None:
        self.inspection = inspection = loaded.inspection
        self.framework = framework = loaded.framework.framework
        self.book = loaded.book
        self.bound = loaded.session.evaluator.rules
        self.english = loaded.session.english
        self.ranks = {grade: rank for rank, grade in enumerate(framework.grades_worst_first)}
        self.titles = {grade.id: grade.title for grade in framework.grade_scale.grades}
        self.evidence = {e.id: e for e in inspection.evidence}
        self.anchors: dict[str, str] = {}
        self._assessed = framework.vocabulary.several is not None

    def view(
        self,
        at: int,
        result: AreaResult,
        why: Explanation,
        decided: DecidedGrade | None,
        diff: AreaDiff | None,
    ) -> AreaView:
        """The view of one area, the `at`th of the page."""
        names = self.framework.vocabulary.statuses.names[::-1]
        statuses: dict[str, list[CharacteristicView]] = {status: [] for status in names}
        for characteristic in why.characteristics:
            word = self.framework.status_word(characteristic.id, characteristic.status)
            statuses[word.id].append(self._characteristic(characteristic))
        counts = Counter(
            self.framework.status_word(c.id, c.status).id for c in why.characteristics if c.counted
        )
        findings = self._findings(result)
        held = [r for r in result.reasons if r.held]
        because = tuple(r for r in held if r.target == result.grade or result.outcome == "withheld")
        return AreaView(
            result=result,
            slug=f"area-{at}",
            question=self.framework.area(result.area).names.question,
            proposed=self.mark(result.grade, OUTCOME_WORDS.get(result.outcome, "")),
            final=self.mark(decided.grade, "") if decided is not None else None,
            decided=decided,
            diff=diff,
            because=because,
            capped=self._best(r for r in held if r not in because),
            higher=tuple(self._missed(result)),
            limits=tuple(r for r in result.reasons if not r.held and r.effect == "limits"),
            findings=findings,
            hinges=_grouped((self._without(h.grade, h.outcome), h.evidence) for h in result.hinges),
            steps=_grouped((self.titles.get(r.grade, r.grade), _change(r.change)) for r in result.reachable),
            statuses={status: tuple(found) for status, found in statuses.items()},
            counts={status: counts[status] for status in names},
            assessed=counts.total() - counts[self.framework.vocabulary.statuses.nothing],
            tallies=self._tallies([view for views in findings.values() for view in views]),
            tests=tuple(self._tests(result)),
            needed=tuple(self._needed(result)),
            could_be=self._could_be(result, counts[self.framework.vocabulary.statuses.nothing]),
            without_old=self._without_old(result),
            look_next=tuple(
                (line.characteristic, line.text, look_next_words(line, self._lower, assessed=self._assessed))
                for line in why.look_next
            ),
        )

    def mark(self, grade: str | None, otherwise: str) -> Mark:
        """The mark of a grade, or of the outcome where there is none."""
        if grade is None:
            return Mark(otherwise, None, len(self.ranks))
        return Mark(self.titles.get(grade, grade), self.ranks.get(grade), len(self.ranks))

    def _could_be(self, result: AreaResult, unassessed: int) -> str | None:
        if result.outcome == "withheld" and result.possible is not None:
            why = "; ".join(r.because for r in result.reasons if r.held)
            return withheld_words(why, result.possible, self._lower)
        concerns = bool(self.framework.vocabulary.capping)
        return range_words(result, unassessed, self._lower, concerns=concerns)

    def _without_old(self, result: AreaResult) -> str | None:
        if result.without_old is None:
            return None
        return without_old_words(result.without_old, result.outcome, result.grade, self._lower)

    def _lower(self, grade: str) -> str:
        title = self.titles.get(grade, grade)
        return title[:1].lower() + title[1:]

    # Reasons -------------------------------------------------------------------------------------------

    def _best(self, reasons: Iterable[Reason]) -> Reason | None:
        """What would have been reached without the limit that decides."""
        known = [r for r in reasons if r.target in self.ranks]
        return max(known, key=lambda r: self.ranks[r.target], default=None)

    def _missed(self, result: AreaResult) -> list[Reason]:
        """Rules for better grades that do not hold, the nearest grade first."""
        if result.grade is None:
            return []
        grade = self.ranks[result.grade]
        better = [r for r in result.reasons if not r.held and r.effect == "reaches"]
        return sorted(
            (r for r in better if self.ranks[r.target] > grade),
            key=lambda r: (self.ranks[r.target], r.rule or ""),
        )

    def _rules(self, result: AreaResult) -> list[Rule]:
        """Rules that reach a grade in the area, best first."""
        if result.outcome != "graded":
            return []
        chosen = [
            r
            for r in self.book.rules
            if r.layer is Layer.GRADE and r.effect is Effect.REACHES and r.applies_to(result.area)
        ]
        return sorted(chosen, key=lambda r: (-self.ranks[r.target], r.id))

    def _tests(self, result: AreaResult) -> Iterable[Test]:
        for rule in self._rules(result):
            for test, negated in comparisons(self.bound[rule.id].condition):
                seen = result.profile[test.fact]
                asked = self.english.condition(test)
                yield Test(
                    grade=self.titles.get(rule.target, rule.target),
                    asked=f"not ({asked})" if negated else asked,
                    found=self.english.seen(test.fact, result.profile, [test]),
                    met=compare(seen, test.op, test.operands) is not negated,
                )

    def _needed(self, result: AreaResult) -> Iterable[Needed]:
        """Shares that rules for grades ask a least value of."""
        asked: dict[str, dict[int, list[str]]] = {}
        for rule in self._rules(result):
            for comparison, negated in comparisons(self.bound[rule.id].condition):
                rising = comparison.op in (Op.AT_LEAST, Op.MORE_THAN) and not negated
                if not rising or self.english.fact(comparison.fact).kind is not Kind.SHARE:
                    continue
                for operand in comparison.operands:
                    assert isinstance(operand, Const), "the rule book is bound"
                    said = self.titles.get(rule.target, rule.target)
                    grades = asked.setdefault(comparison.fact, {}).setdefault(operand.value, [])
                    if said not in grades:
                        grades.append(said)
        for name, shares in asked.items():
            fact, found = self.english.fact(name), result.profile[name]
            beside = [(Op.AT_LEAST, (share,)) for share in shares]
            yield Needed(
                label=opened(fact.english),
                found=found,
                found_words=self.english.seen(name, result.profile, beside=beside),
                asked={
                    share: f"{', '.join(reversed(g))}: {number(share, fact)}" for share, g in shares.items()
                },
            )

    # Findings and evidence -----------------------------------------------------------------------------

    def _findings(self, result: AreaResult) -> dict[str, tuple[FindingView, ...]]:
        found: dict[str, list[FindingView]] = {kind.id: [] for kind in self.framework.vocabulary.shown}
        recorded: dict[tuple[str, str], Declared | Previous] = {
            **{("declared", f.id): f for f in self.inspection.findings},
            **{("previous", f.id): f for f in self.inspection.previous},
        }
        for finding in result.findings:
            found[finding.kind].append(self._finding(finding, recorded.get((finding.origin, finding.id))))
        return {kind: tuple(views) for kind, views in found.items()}

    def _tallies(self, views: Sequence[FindingView]) -> dict[str, int]:
        """Findings by the kind they count as."""
        counts = Counter(view.standing for view in views)
        kinds = self.framework.vocabulary.shown
        return {k.id: counts[k.counts_as] for k in kinds if k.proposed or counts[k.counts_as]}

    def _finding(self, finding: FindingResult, known: Declared | Previous | None) -> FindingView:
        progress = known.progress if isinstance(known, Previous) else None
        source = self.inspection.sources.get(known.source) if known and known.source else None
        words_ = self.framework.vocabulary
        standing = words_.counts_as(finding.kind, progress)
        return FindingView(
            result=finding,
            standing=standing,
            is_open=words_.standings.rank(standing) in words_.capping_ranks,
            progress=words(progress) if progress else None,
            issued=known.issued if known else None,
            accelerated=isinstance(known, Declared) and known.accelerated,
            source=source.title if source else None,
        )

    def _characteristic(self, why: CharacteristicWhy) -> CharacteristicView:
        sides = [(c, True) for c in why.evidence_for] + [(c, False) for c in why.evidence_against]
        return CharacteristicView(why, tuple(self._cited(why.id, c, supports) for c, supports in sides))

    def _cited(self, characteristic: str, cited: Cited, supports: bool) -> EvidenceView:
        return EvidenceView(
            cited=cited,
            item=self.evidence[cited.id],
            supports=supports,
            informs=bool(cited.via),
            anchor=self.anchor(cited.id),
        )

    def anchor(self, evidence: str) -> str | None:
        """The anchor of an item not shown before, else None."""
        if evidence in self.anchors or evidence not in self.evidence:
            return None
        # Ids are a user's own words; a count is a sound name in any page.
        self.anchors[evidence] = f"evidence-{len(self.anchors) + 1}"
        return self.anchors[evidence]

    def _without(self, grade: str | None, outcome: str) -> str:
        return self.titles.get(grade, grade) if grade else OUTCOME_WORDS.get(outcome, words(outcome))


def _grouped(pairs: Iterable[tuple[str, T]]) -> tuple[tuple[str, tuple[T, ...]], ...]:
    groups: dict[str, list[T]] = {}
    for key, value in pairs:
        groups.setdefault(key, []).append(value)
    return tuple((key, tuple(values)) for key, values in groups.items())


def _change(change: str) -> tuple[str, str]:
    """The item and its change, of a change written `E014: meets to partly_meets`."""
    item, _, step = change.rpartition(": ")
    return item, words(step)
