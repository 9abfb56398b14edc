"""What a change of rules moves, by proof and by replay."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from grader.grading.run import GradingTrace
from grader.io.catalogue import NameOrPath, open_rulebook
from grader.io.decisions import read_decisions
from grader.language.bind import bind
from grader.language.effort import IMPACT_EFFORT
from grader.language.rulebook import RuleBook
from grader.model.decisions import Decisions
from grader.model.framework import Framework
from grader.model.impact import SCHEMA, ImpactAnswer
from grader.model.proposal import AreaResult, Proposal
from grader.proofs.proposals import (
    FINDINGS,
    HELD,
    HIGHER,
    LET,
    LOWER,
    PARTS,
    PROFILE,
    STATUSES,
    WHY,
    Part,
    Proposer,
    proposers,
    ways,
)
from grader.proofs.same_rules import Pairs, alike_by_name, pairs
from grader.session import LoadedInspection, Sessions

if TYPE_CHECKING:
    from grader.proofs.rule_change import Change

DECISIONS: Final = "decisions.yaml"

Result = Literal["nothing", "something", "unknown"]


@dataclass(frozen=True, slots=True)
class Proof:
    """What the rule books do to every inspection there can be: fields as in `grader.impact/1`."""

    result: Result
    because: str
    cost: int = 0
    areas: tuple[Mapping[str, str], ...] = ()
    figures: tuple[Mapping[str, Any], ...] = ()
    cases: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Move:
    """One area of one inspection that the change moves, and which parts of its proposal."""

    area: str
    old: str
    new: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Fit:
    """Of `n` decided areas how many agree, and the steps off."""

    n: int
    exact: int
    steps: int

    def plus(self, other: Fit) -> Fit:
        return Fit(self.n + other.n, self.exact + other.exact, self.steps + other.steps)

    @property
    def mean_steps(self) -> float | None:
        """Mean of the absolute steps between proposed and final."""
        return round(float(Fraction(self.steps, self.n)), 6) if self.n else None


NONE: Final = Fit(0, 0, 0)


@dataclass(frozen=True, slots=True)
class Replayed:
    """One inspection graded by both; no fits without decisions."""

    inspection: str
    file: str
    moves: tuple[Move, ...]
    fits: tuple[Fit, Fit] | None


@dataclass(frozen=True, slots=True)
class Impact:
    """What a change of rules moves."""

    old: RuleBook
    new: RuleBook
    proof: Proof
    replayed: tuple[Replayed, ...]
    pairs: Pairs

    def __repr__(self) -> str:
        old, new = (f"{book.id} {book.version}" for book in (self.old, self.new))
        return f"<Impact {old} to {new}: {self.proof.result}>"

    @property
    def moves(self) -> bool:
        """Whether anything moves, or nothing could be proved."""
        return self.proof.result != "nothing" or any(r.moves for r in self.replayed)

    @property
    def fits(self) -> tuple[Fit, Fit] | None:
        """Agreement with the decisions of every inspection that has some, old and new."""
        found = [r.fits for r in self.replayed if r.fits is not None]
        old, new = NONE, NONE
        for one, other in found:
            old, new = old.plus(one), new.plus(other)
        return (old, new) if found else None

    @property
    def verdict(self) -> str | None:
        """Whether agreement got better or worse, by areas the same, then by steps off."""
        if self.fits is None:
            return None
        old, new = ((f.exact, -f.steps) for f in self.fits)
        if (new[0] - old[0]) * (new[1] - old[1]) < 0:
            return "mixed"
        return "better" if new > old else "worse" if new < old else "same"

    def to_dict(self) -> dict[str, Any]:
        """The impact as `grader.impact/1`."""
        found = {
            "schema": SCHEMA,
            "old": _book(self.old),
            "new": _book(self.new),
            "proof": {n: getattr(self.proof, n) for n in ("result", "because", "cost")},
            "areas": [dict(a) for a in self.proof.areas],
            "names": [asdict(r) for r in self.pairs.renamed],
            "texts": list(self.pairs.worded),
            "ranges": list(self.pairs.ranges),
            "figures": [dict(f) for f in self.proof.figures],
            "cases": [dict(c) for c in self.proof.cases],
            "replay": [
                {
                    "inspection": r.inspection,
                    "file": r.file,
                    "moves": [asdict(m) for m in r.moves],
                    "agreement": _fits(r.fits),
                }
                for r in self.replayed
            ],
            "agreement": _fits(self.fits, self.verdict),
            "moves": self.moves,
        }
        return ImpactAnswer.model_validate(found).model_dump(mode="json", by_alias=True)


def _book(book: RuleBook) -> dict[str, Any]:
    return {"id": book.id, "version": book.version, "sha256": book.sha256}


def _fits(fits: tuple[Fit, Fit] | None, verdict: str | None = None) -> dict[str, Any] | None:
    if fits is None:
        return None
    old, new = ({"exact": f.exact, "mean_steps": f.mean_steps} for f in fits)
    found = {"n_old": fits[0].n, "n_new": fits[1].n, "old": old, "new": new}
    return found if verdict is None else {**found, "verdict": verdict}


def impact(
    old: NameOrPath, new: NameOrPath, inspections: Sequence[str] = (), *, effort: int = IMPACT_EFFORT
) -> Impact:
    """What moves from one rule book to another.

    Parameters
    ----------
    inspections : sequence of str
        To grade by both, with the `decisions.yaml` beside each.
    effort : int
        Solver units for each question.

    Raises
    ------
    InputError
        Faults of a file.
    MissingExtraError
        The solver is needed and missing.
    """
    _, framework, before = open_rulebook(old)
    _, other, after = open_rulebook(new)
    sessions = Sessions(old), Sessions(new)
    both = proposers(before, after)
    replayed = tuple(_replay(path, sessions, both) for path in inspections)
    # Not the models themselves: they also know in which file each thing stands.
    if framework.framework.model_dump() != other.framework.model_dump():
        proof = Proof("unknown", "the rule books grade against different frameworks: nothing can be proved")
    else:
        proof = prove(before, after, framework.framework, effort)
    return Impact(before, after, proof, replayed, pairs(bind(before), bind(after)))


# By proof -------------------------------------------------------------------------------------------------


def prove(old: RuleBook, new: RuleBook, framework: Framework, effort: int = IMPACT_EFFORT) -> Proof:
    """What the change does to every inspection there can be, parameters at their defaults."""
    found = pairs(bind(old), bind(new))
    if alike_by_name(bind(old), bind(new), found):
        if found.renamed:
            return Proof("something", "names alone: proposals cite rules and facts by their new names")
        wording = ": wording only" if found.worded else ""
        return Proof("nothing", f"the rules are the same but for texts, ranges and order{wording}")
    change = _compared(old, new, framework, effort)
    areas = tuple(
        {"area": area.id, **{name: change.moves[area.id, way] for name, way in _WAYS.items()}}
        for area in framework.areas
    )
    reads = tuple(asdict(r) for r in change.reads)
    units = {m.name: m.unit for book in (old, new) for m in book.measures.values()}
    cases = tuple(
        {
            "part": d.way.part,
            "direction": d.way.direction,
            "area": d.area,
            "old": d.old,
            "new": d.new,
            "words": d.situation.words(),
            "inspection": d.situation.inspection(framework, units).model_dump(
                mode="json", exclude_defaults=True
            ),
        }
        for d in change.cases
    )
    result, because = _verdict(change, bool(found.renamed))
    return Proof(result, because, change.cost, areas, reads, cases)


def _compared(old: RuleBook, new: RuleBook, framework: Framework, effort: int) -> Change:
    """Every way in which proposals move, as the framework's statuses follow."""
    if framework.vocabulary.several is not None:
        from grader.proofs.schemes.rule_change import Comparison as OfSchemes

        return OfSchemes(old, new, framework, units=effort).compared()
    from grader.proofs.rule_change import Comparison

    return Comparison(old, new, framework, units=effort).compared()


_WAYS: Final = {
    "higher": HIGHER,
    "lower": LOWER,
    "withheld": HELD,
    "graded": LET,
    "reasons": WHY,
    "profile": PROFILE,
    "statuses": STATUSES,
    "findings": FINDINGS,
}


def _verdict(change: Change, renamed: bool) -> tuple[Result, str]:
    why = ", ".join(sorted(set(change.unknown.values())))
    if change.cases:
        left = f"; what is unknown: {why}" if why else ""
        return "something", f"proposals come out differently, each case on both rule books{left}"
    if change.reads:
        return "something", "figures read otherwise"
    if why:
        return "unknown", f"no inspection was found on which proposals differ, and the proof gave up: {why}"
    if renamed:
        return "something", "names alone: proposals cite rules and facts by their new names"
    return (
        "nothing",
        "proved of the whole proposal on every area: outcome, grade, profile, statuses, findings",
    )


# By replay ------------------------------------------------------------------------------------------------


def _replay(path: str, sessions: tuple[Sessions, Sessions], both: tuple[Proposer, Proposer]) -> Replayed:
    """One inspection, graded by both rule books."""
    loaded = [each.load(path) for each in sessions]
    proposals = [each.proposal for each in loaded]
    moves = []
    for a, b in zip(proposals[0].areas, proposals[1].areas, strict=True):
        parts = _parts_moved(a.area, [each.trace for each in loaded], both)
        if parts or _said(a) != _said(b):
            moves.append(Move(a.area, _said(a), _said(b), parts))
    decisions = _decisions(Path(path), proposals[0], loaded[0])
    fits = None
    if decisions is not None:
        ranks = loaded[0].book.grade_scale.ranks
        before, after = (_fit(proposal, decisions, ranks) for proposal in proposals)
        fits = before, after
    return Replayed(proposals[0].inspection, path, tuple(moves), fits)


def _parts_moved(
    area: str, traces: Sequence[GradingTrace], both: tuple[Proposer, Proposer]
) -> tuple[Part, ...]:
    """The parts of an area's proposal that differ."""
    if any(area not in trace.areas for trace in traces):
        return ()
    old, new = (
        p.proposed(trace.areas[area], trace.characteristics[area])
        for p, trace in zip(both, traces, strict=True)
    )
    moved = {way.part for way in ways(old, new)}
    return tuple(part for part in PARTS if part in moved)


def _said(result: AreaResult) -> str:
    return result.grade or result.outcome


def _decisions(path: Path, proposal: Proposal, loaded: LoadedInspection) -> Decisions | None:
    """Decisions on this inspection that stand beside it."""
    beside = path.parent / DECISIONS
    if not os.path.isfile(beside):
        return None
    decisions = read_decisions(beside, loaded.framework).decisions
    return decisions if decisions.decisions.inspection == proposal.inspection else None


def _fit(proposal: Proposal, decisions: Decisions, ranks: Mapping[str, int]) -> Fit:
    pairs = [
        (ranks[area.grade], ranks[decisions.grades[area.area].grade])
        for area in proposal.areas
        if area.grade is not None and area.area in decisions.grades
    ]
    return Fit(len(pairs), sum(a == b for a, b in pairs), sum(abs(a - b) for a, b in pairs))
