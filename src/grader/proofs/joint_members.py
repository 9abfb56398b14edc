"""Characteristics of areas under two rule books, as far as questions tell them apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from grader.engines.symbolic import Effort, z3
from grader.grading.conclude import named_facts
from grader.proofs.joint import Example
from grader.proofs.joint_areas import Member, Slice
from grader.proofs.unchanged_parts import Likeness


@dataclass(slots=True)
class Members:
    """Lists the examples of a group's characteristics, each listing once."""

    like: Likeness
    _listed: dict[tuple[object, ...], list[Example]] = field(default_factory=dict)
    _kept: list[list[z3.ExprRef]] = field(default_factory=list)

    def of(self, slices: tuple[Slice, Slice], effort: Effort, *, evidence: bool) -> Iterator[Member]:
        """The members that questions with these slices need, the unnamed ones first."""
        yield self._member(None, True, slices, evidence, effort, "c")
        seen = {f.definition.named for part in slices for f in part.facts}
        for n, c in enumerate(self.like.group.areas[0].characteristics):
            named = c.id in self.like.group.named and c.id in seen
            if named or (c.id in self.like.group.figures and c.counted):
                yield self._member(c.id, c.counted, slices, evidence, effort, f"n{n}_")

    def _member(
        self,
        name: str | None,
        counted: bool,
        slices: tuple[Slice, Slice],
        evidence: bool,
        effort: Effort,
        prefix: str,
    ) -> Member:
        one = self.like.characteristic(name, counted)
        observed: list[z3.ExprRef] = []
        for at, part in enumerate(slices):
            if counted:
                observed += [one.counts(at, f) for f in part.facts if f.entity == "characteristics"]
                raised = one.raised(at)
                names = self.like.both[at].rule_names
                observed += [raised[names[r.id], r.target] for r in part.on_characteristics]
            if name is not None:
                observed.append(one.status(at))
                taken = (d.fact for d in named_facts(part.facts) if d.characteristic == name)
                observed += [one.taken(at, fact) for fact in taken if fact != "status"]
        if counted and evidence:
            observed.append(one.terms[0].items > 0)
        self._kept.append(observed)  # the id of a term that is let go of may be given to another
        key = (name, counted, *sorted({term.get_id() for term in observed}))
        if key not in self._listed:
            self._listed[key] = one.examples(effort, observed)
        examples = self._listed[key]
        return Member(name, counted, examples, [z3.Int(f"{prefix}{i}") for i in range(len(examples))])
