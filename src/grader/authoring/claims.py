"""What a case expects, each expectation with its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from grader.authoring.case_reading import CaseReading, Path_
from grader.errors import Place
from grader.io.printed_words import not_among
from grader.model import cases as words
from grader.model.printed import match_printed

T = TypeVar("T")


class About(StrEnum):
    """What a claim is about; the values say it in a sentence."""

    STATUS = "status of"
    GRADE = "grade of"
    OUTCOME = "outcome of"
    FINDINGS = "findings proposed on"
    REASON = "rules that decide"
    RULE = "rules that decide anything"


@dataclass(frozen=True, slots=True)
class Claim:
    """One expectation: names, or rules that decide."""

    about: About
    of: str
    expected: tuple[str, ...]
    place: Place


class ClaimReading(CaseReading):
    """What one case expects."""

    def claims(self, edition: str) -> Iterator[Claim]:
        expect = self.said.expect
        areas = [a.id for a in self.framework.areas_in(edition)]
        known = [c.id for a in self.framework.areas_in(edition) for c in a.characteristics]
        for key, status in expect.statuses.items():
            at: Path_ = ("expect", "statuses", key)
            if self.full(key) not in known:
                self.unknown("characteristic", self.full(key), known, at)
            yield self._claim(About.STATUS, self.full(key), [self._status(key, status, known, at)], at)
        for area, grade, at in self._of_areas(expect.grade, expect.grades, "grade"):
            if grade not in self.framework.grades_worst_first:
                self.unknown("grade", grade, self.framework.grades_worst_first, at)
            yield self._claim(About.GRADE, self._known_area(area, areas, at), [grade], at)
        for area, outcome, at in self._of_areas(expect.outcome, expect.outcomes, "outcome"):
            yield self._claim(About.OUTCOME, self._known_area(area, areas, at), [outcome], at)
        for area, kinds, at in self._of_areas(None, expect.findings, "finding"):
            for i, kind in enumerate(kinds):
                if kind not in self.framework.vocabulary.kind:
                    self.unknown("kind of finding", kind, self.framework.vocabulary.kind, (*at, i))
            yield self._claim(About.FINDINGS, self._known_area(area, areas, at), sorted(kinds), at)
        for area, rules, at in self._of_areas(None, expect.reasons, "reason"):
            self._known_area(area, areas, at)
            for rule in rules:
                yield self._claim(About.REASON, area, [self._known_rule(rule, at)], at)
        for i, rule in enumerate(expect.rules):
            at = ("expect", "rules", i)
            yield self._claim(About.RULE, "", [self._known_rule(rule, at)], at)

    def _status(self, key: str, said: str, known: list[str], at: Path_) -> str:
        """The status meant by what is said of a characteristic."""
        statuses = self.printed.statuses(self.full(key))
        found = match_printed(said, statuses)
        if found is None and self.full(key) in known:
            self.problems.append(not_among(said, statuses, (*self.at, *at), self.document))
        return found or said

    def _of_areas(self, own: T | None, by_area: Mapping[str, T], key: str) -> Iterator[tuple[str, T, Path_]]:
        """What is expected of each area, the case's own first, with where it is written."""
        if own is not None:
            yield self._own_area(("expect", key)), own, ("expect", key)
        for area, expected in by_area.items():
            at: Path_ = ("expect", f"{key}s")
            if area == words.OWN_AREA:
                yield self._own_area(at), expected, at
            else:
                yield area, expected, (*at, area)

    def _own_area(self, at: Path_) -> str:
        if self.said.area is None:
            self.fault(at, "the case names no area this is expected of", "add area: ... to the case")
        return self.said.area or "none"

    def _known_area(self, area: str, areas: list[str], at: Path_) -> str:
        if area not in areas and area not in (self.said.area, "none"):
            self.unknown("area", area, areas, at)
        return area

    def _known_rule(self, rule: str, at: Path_) -> str:
        known = [r.id for r in self.book.rules]
        if rule not in known:
            self.unknown("rule", rule, known, at)
        return rule

    def _claim(self, about: About, of: str, expected: list[str], at: Path_) -> Claim:
        return Claim(about, of, tuple(expected), self.place(at))
