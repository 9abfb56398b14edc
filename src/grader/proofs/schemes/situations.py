"""One area of a framework scored once: graded, written, told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from grader.grading.conclude import AreaCase, CharacteristicCase, FindingRecord, LayerEvaluator
from grader.grading.tally import Item, tested_row
from grader.language.row import Row
from grader.model.framework import Area, Framework
from grader.model.inspection import Inspection
from grader.proofs.witness import counted
from grader.vocabulary.kinds import PROGRESS
from grader.vocabulary.words import Vocabulary

#: The day everything in a witness was found on: a framework may judge by what was found last.
DAY: Final = "2020-01-01"


@dataclass(frozen=True, slots=True)
class Situation:
    """One area's assessed components and findings.

    Attributes
    ----------
    ranks : mapping
        By component.
    """

    area: Area
    edition: str
    ranks: Mapping[str, int]
    declared: tuple[Row, ...] = ()
    earlier: tuple[Row, ...] = ()

    @property
    def size(self) -> int:
        """How many things a person has to read."""
        return len(self.ranks) + len(self.declared) + len(self.earlier)

    def at(self, component: str, rank: int) -> Situation:
        """The same with one component at a rank; not assessed at 0."""
        ranks = {**self.ranks, component: rank}
        order = (c.id for c in self.area.characteristics)
        return replace(self, ranks={name: ranks[name] for name in order if ranks.get(name)})

    def inspection(self, framework: Framework) -> Inspection:
        """The inspection that holds exactly this; every other area is left without evidence."""
        words = framework.vocabulary
        basis = words.made_basis["tested"]
        evidence = [
            {
                "id": f"E{n:03}",
                "characteristics": [name],
                "assessment": words.assessments.said_of(rank),
                "statement": "what was assessed",
                "basis": basis,
                "source": "witness",
            }
            | ({"found_on": DAY} if words.several == "latest" else {})
            for n, (name, rank) in enumerate(self.ranks.items(), 1)
        ]
        return Inspection.model_validate(
            {
                "inspection": {
                    "id": "witness", "body": "any body", "framework": framework.id, "edition": self.edition,
                },
                "sources": {"witness": {"title": "an inspection made up to show something"}},
                "evidence": evidence,
                "findings": [self._finding(f"F{n:03}", r, words) for n, r in enumerate(self.declared, 1)],
                "previous": [
                    self._finding(f"P{n:03}", r, words) | {"progress": PROGRESS.name_of(r["progress"])}
                    for n, r in enumerate(self.earlier, 1)
                ],
            }
        )  # fmt: skip

    def _finding(self, name: str, row: Row, words: Vocabulary) -> dict[str, Any]:
        return {
            "id": name,
            "kind": words.kinds.name_of(row["kind"]),
            "area": self.area.id,
            "statement": "a finding",
            "recommendations": ["put it right"],
        }

    def case(
        self, name: str, graded: Graded, words: Vocabulary, values: Mapping[str, int] | None = None
    ) -> dict[str, Any]:
        """A rule test: what was assessed and concluded."""
        found: dict[str, Any] = {
            "name": name,
            "edition": self.edition,
            "area": self.area.id,
            "evidence": {
                c.removeprefix(f"{self.area.id}."): _plain(words.assessments.said_of(rank))
                for c, rank in self.ranks.items()
            },
        }
        if self.declared:
            found["findings"] = [{"kind": words.kinds.name_of(row["kind"])} for row in self.declared]
        if self.earlier:
            found["previous"] = [
                {"kind": words.kinds.name_of(r["kind"]), "progress": PROGRESS.name_of(r["progress"])}
                for r in self.earlier
            ]
        if values:
            found["set"] = dict(values)
        grade = graded.grade
        found["expect"] = {"grade": _plain(grade)} if grade else {"outcome": graded.area.outcome}
        return found

    def words(self, words: Vocabulary) -> str:
        """The situation in words, to follow "where"."""
        parts = [f"{name} is {level(words, rank)}" for name, rank in self.ranks.items()]
        kinds = [f"an issued {words.kind[words.kinds.name_of(r['kind'])].said}" for r in self.declared]
        kinds += [earlier_words(row, words) for row in self.earlier]
        if kinds:
            parts.append(f"{self.area.id} has {counted(kinds)}")
        return ", ".join(parts) or f"nothing is found on {self.area.id}"


@dataclass(frozen=True, slots=True)
class Graded:
    """What is concluded of a situation."""

    area: AreaCase
    cases: Mapping[str, CharacteristicCase]
    grade: str | None

    @property
    def rank(self) -> int | None:
        """The rank of the grade."""
        return self.area.decision.rank if self.area.decision is not None else None

    @property
    def said(self) -> str:
        """The grade, or the outcome, as it is printed."""
        return (self.grade or self.area.outcome).replace("_", " ")

    def concerned(self, words: Vocabulary) -> set[str | None]:
        """Components (None: the area) on which a capping finding is proposed."""
        raised = [r for case in self.cases.values() for r in case.raised] + list(self.area.raised)
        return {r.characteristic for r in raised if r.rule.target in words.capping}

    def said_concerns(self, words: Vocabulary) -> str:
        """How many such there are."""
        many = len(self.concerned(words))
        return f"with {words.concern} proposed on {many or 'none'} of its characteristics"


@dataclass(slots=True)
class Grading:
    """Grades situations by the reference engine."""

    evaluator: LayerEvaluator
    _cases: dict[tuple[str, str, int], CharacteristicCase] = field(default_factory=dict)

    def of(self, situation: Situation) -> Graded:
        """What is concluded of an area."""
        area = situation.area
        cases = {c.id: self._case(area.id, c.id, c.counted, situation) for c in area.characteristics}
        known = [FindingRecord("F", row, ()) for row in (*situation.declared, *situation.earlier)]
        concluded = self.evaluator.area(area, situation.edition, list(cases.values()), known)
        scale = self.evaluator.book.grade_scale
        grade = scale.name_of(concluded.decision.rank) if concluded.decision is not None else None
        return Graded(concluded, cases, grade)

    def _case(self, area: str, name: str, counts: bool, situation: Situation) -> CharacteristicCase:
        rank = situation.ranks.get(name, 0)
        key = (area, name, rank)
        if key not in self._cases:
            words = self.evaluator.book.vocabulary
            row = tested_row(rank, extent=words.extents.rank(words.extents.default), harm=0)
            items = (Item("E", row),) if rank else ()
            self._cases[key] = self.evaluator.characteristic(area, name, counts, items, [])
        return self._cases[key]


def level(words: Vocabulary, rank: int) -> str:
    """A level as it is printed; `not assessed` where there is none."""
    return words.statuses.said_of(rank).replace("_", " ")


def earlier_words(row: Row, words: Vocabulary) -> str:
    """An earlier finding in words."""
    kind = words.kind[words.kinds.name_of(row["kind"])].said
    return f"an earlier {kind}, {PROGRESS.name_of(row['progress']).replace('_', ' ')}"


def _plain(name: str) -> str | int:
    """A level or grade as written, numbers without quotes."""
    return int(name) if name.isdecimal() and str(int(name)) == name else name
