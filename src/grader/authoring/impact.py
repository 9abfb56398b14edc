"""What a change of rules moves: by proof over every inspection, and by replay of those given.

Shape `grader.impact/1`: `schema old new proof figures cases replay agreement moves`. Every key is always
present.
"""

from __future__ import annotations

import os
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Final, Literal

from grader.errors import InputError, Place, Problem
from grader.io.catalogue import NameOrPath, open_rulebook
from grader.io.decisions import read_decisions
from grader.language.bind import bind
from grader.language.rulebook import RuleBook
from grader.model.decisions import Decisions
from grader.model.framework import Framework
from grader.model.impact import SCHEMA, ImpactAnswer
from grader.model.proposal import AreaResult, Proposal
from grader.proofs.same_rules import same_rules
from grader.session import LoadedInspection, Sessions

DECISIONS: Final = "decisions.yaml"
TIMEOUT: Final = 60.0
WIDTH: Final = 80

Result = Literal["nothing", "something", "unknown"]


@dataclass(frozen=True, slots=True)
class Proof:
    """What the rule books do to every inspection there can be."""

    result: Result
    because: str
    figures: tuple[Mapping[str, Any], ...] = ()
    cases: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Move:
    """One area of one inspection that the change moves."""

    area: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Fit:
    """How proposals agree with decisions: of `n` areas so many the same, and the steps off in all."""

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
    """One inspection graded by both rule books; the fits are None where no decisions stand beside it."""

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
            "proof": {"result": self.proof.result, "because": self.proof.because},
            "figures": [dict(f) for f in self.proof.figures],
            "cases": [dict(c) for c in self.proof.cases],
            "replay": [
                {
                    "inspection": r.inspection,
                    "file": r.file,
                    "moves": [{"area": m.area, "old": m.old, "new": m.new} for m in r.moves],
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
    old: NameOrPath, new: NameOrPath, inspections: Sequence[str] = (), *, timeout: float = TIMEOUT
) -> Impact:
    """What moves from one rule book to another.

    Parameters
    ----------
    old, new : str
        Folders or ids of rule books.
    inspections : sequence of str
        Inspection files to grade by both; a `decisions.yaml` beside one is laid beside its grades.
    timeout : float
        Seconds the solver may take.

    Raises
    ------
    InputError
        Faults of a rule book, an inspection or decisions.
    MissingExtraError
        The rule books differ, and the solver that says by how much is not installed.
    """
    _, framework, before = open_rulebook(old)
    _, other, after = open_rulebook(new)
    sessions = Sessions(old), Sessions(new)
    replayed = tuple(_replay(path, sessions) for path in inspections)
    if framework.framework != other.framework:
        proof = Proof("unknown", "the rule books grade against different frameworks: nothing can be proved")
    else:
        proof = prove(before, after, framework.framework, timeout)
    return Impact(before, after, proof, replayed)


# By proof -------------------------------------------------------------------------------------------------


def prove(old: RuleBook, new: RuleBook, framework: Framework, timeout: float = TIMEOUT) -> Proof:
    """What the change does to every inspection there can be, parameters at their defaults."""
    if same_rules(bind(old), bind(new)):
        return Proof("nothing", "the rules are the same but for names, texts and order")
    from grader.engines.symbolic import Budget, Undecided
    from grader.proofs.rule_change import Comparison, figures

    reads = tuple(
        {"measure": f.measure, "lowest": f.lowest, "highest": f.highest, "old": f.old, "new": f.new}
        for f in figures(old, new)
    )
    cases: list[Mapping[str, Any]] = []
    try:
        for d in Comparison(old, new, framework, Budget(timeout)).differences():
            cases.append(
                {
                    "direction": d.direction,
                    "areas": list(d.areas),
                    "old": d.old,
                    "new": d.new,
                    "words": d.words,
                    "inspection": d.inspection.model_dump(mode="json", exclude_defaults=True),
                }
            )
    except Undecided as undecided:
        so_far = "; what was found so far stands" if cases or reads else ""
        return Proof("unknown", f"the solver gave up ({undecided}){so_far}", reads, tuple(cases))
    if cases or reads:
        return Proof(
            "something", "cases come out differently, each graded by both rule books", reads, tuple(cases)
        )
    return Proof("nothing", "the solver proved that no inspection is graded differently")


# By replay ------------------------------------------------------------------------------------------------


def _replay(path: str, sessions: tuple[Sessions, Sessions]) -> Replayed:
    """One inspection, graded by both rule books."""
    loaded = [each.load(path) for each in sessions]
    proposals = [each.proposal for each in loaded]
    moves = tuple(
        Move(a.area, _said(a), _said(b))
        for a, b in zip(proposals[0].areas, proposals[1].areas, strict=True)
        if _said(a) != _said(b)
    )
    decisions = _decisions(Path(path), proposals[0], loaded[0])
    fits = None
    if decisions is not None:
        ranks = loaded[0].book.grade_scale.ranks
        before, after = (_fit(proposal, decisions, ranks) for proposal in proposals)
        fits = before, after
    return Replayed(proposals[0].inspection, path, moves, fits)


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


def check_timeout(timeout: float, longest: float) -> float:
    """A time to wait that is one; raises InputError."""
    if not 0 <= timeout <= longest:
        raise InputError(
            [Problem(f"{timeout:g} is no time to wait", Place("--timeout"), f"0 to {longest:g}")]
        )
    return timeout


# For a person ---------------------------------------------------------------------------------------------

_WORDS: Final = {
    "higher": "graded higher",
    "lower": "graded lower",
    "withheld": "withheld, where a grade was proposed",
    "graded": "graded, where the grade was withheld",
}


def for_person(found: Impact) -> Iterable[str]:
    """The impact as lines of 80 columns."""
    for line in _lines(found):
        inner = line.lstrip(" ")
        indent = line[: len(line) - len(inner)]
        yield from textwrap.wrap(
            inner, WIDTH, initial_indent=indent, subsequent_indent=f"{indent}  ", break_on_hyphens=False
        ) or [""]


def _lines(found: Impact) -> Iterable[str]:
    yield f"from {found.old.id} {found.old.version} to {found.new.id} {found.new.version}"
    yield ""
    heading = {"nothing": "nothing changes", "something": "something changes", "unknown": "unknown"}
    yield f"For every inspection there can be: {heading[found.proof.result]}"
    yield f"  {found.proof.because}"
    for figure in found.proof.figures:
        yield (
            f"  {figure['measure']} from {figure['lowest'] / 10:g} % to {figure['highest'] / 10:g} %:"
            f" {_plain(figure['old'])} to {_plain(figure['new'])}"
        )
    for case in found.proof.cases:
        yield ""
        areas = case["areas"]
        others = f" and {len(areas) - 3} more" if len(areas) > 3 else ""
        yield f"  {_WORDS[case['direction']]}, in {', '.join(areas[:3])}{others}:"
        yield f"    {_plain(case['old'])} to {_plain(case['new'])}, where {case['words']}"
    for replayed in found.replayed:
        yield ""
        yield f"{replayed.inspection} ({replayed.file}): {'moves' if replayed.moves else 'nothing moves'}"
        for move in replayed.moves:
            yield f"  {move.area}: {_plain(move.old)} to {_plain(move.new)}"
    if found.fits is not None:
        old, new = found.fits
        yield ""
        yield f"Agreement with decisions: {found.verdict}"
        yield f"  the same: {old.exact} of {old.n} areas before, {new.exact} of {new.n} after"
        yield f"  mean steps apart: {_steps(old)} before, {_steps(new)} after"


def _steps(fit: Fit) -> str:
    return "none" if fit.mean_steps is None else f"{fit.mean_steps:.2f}"


def _plain(name: str | None) -> str:
    return "no rules" if name is None else name.replace("_", " ")
