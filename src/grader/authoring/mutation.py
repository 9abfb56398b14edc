"""Whether a slip is noticed by a case, by a proof or at load."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from grader.authoring.cases import Case
from grader.authoring.coverage import percent
from grader.authoring.mutant_killer import MutantKiller
from grader.authoring.mutants import Mutant, mutants
from grader.authoring.suggest import suggest_case
from grader.authoring.suites import Suite, load_suite
from grader.language.fact_directions import FactChecks
from grader.language.rulebook import RuleBook
from grader.language.typecheck import direction_problems
from grader.model.framework import Framework

ProofKills = Callable[[RuleBook], bool]

#: Whether it is proved that no inspection tells a changed rule book, and what is known in words.
Known = Callable[[RuleBook], tuple[bool, str]]


@dataclass(frozen=True, slots=True)
class Tried:
    """A mutant, and what noticed it.

    Attributes
    ----------
    by : str or None
        `load`, `case` or `proof`; `same` where it is proved that there is nothing to notice; None where
        nothing noticed.
    detail : str
        The refusal, the case, or what is known of a survivor.
    """

    mutant: Mutant
    by: str | None
    detail: str


@dataclass(frozen=True, slots=True)
class MutationReport:
    """Every mutant of a rule book and what noticed it."""

    tried: tuple[Tried, ...]

    def __repr__(self) -> str:
        return f"<MutationReport: {len(self.tried)} changes, {len(self.survivors)} unnoticed>"

    @property
    def survivors(self) -> tuple[Tried, ...]:
        """The mutants nothing noticed."""
        return tuple(t for t in self.tried if t.by is None)

    @property
    def percent(self) -> float:
        """Per cent of mutants noticed, of those that are not proved to change nothing."""
        return percent(self.noticed, self.noticed + len(self.survivors))

    @property
    def noticed(self) -> int:
        """How many something noticed."""
        return sum(t.by not in (None, "same") for t in self.tried)

    def to_dict(self) -> dict[str, Any]:
        """The report as plain data, for JSON."""
        mutants = [
            {
                "mutant": f"{t.mutant.of}: {t.mutant.change}",
                "file": t.mutant.place.file if t.mutant.place else None,
                "line": t.mutant.place.line if t.mutant.place else None,
                "killed_by": t.by,
                "detail": t.detail,
            }
            for t in self.tried
        ]
        return {"percent": round(self.percent, 1), "counts": self.counts, "mutants": mutants}

    @property
    def counts(self) -> dict[str, int]:
        """How many mutants were noticed by what."""
        found = Counter(t.by or "survived" for t in self.tried)
        return {by: found[by] for by in ("load", "case", "proof", "same", "survived")}


def mutate(
    rules: str | os.PathLike[str] | Suite,
    *,
    cases: Sequence[Case] | None = None,
    proof_kills: ProofKills | None = None,
    search: bool = True,
    compared: Known | None = None,
) -> MutationReport:
    """Make every small change, and see what notices it.

    Parameters
    ----------
    cases : sequence of Case, optional
        The rule book's own by default.
    proof_kills : callable, optional
        Whether a proof is refuted, where no case fails.
    search : bool, optional
        Whether to look for inspections that tell survivors apart.
    compared : callable, optional
        Says of a survivor, by proof, whether any inspection tells it apart; one proved the same is none.

    Returns
    -------
    MutationReport
        In the order of rules, facts and parameters.

    Raises
    ------
    InputError
        Faults of the rules or the cases.
    UnknownNameError
    """
    suite = rules if isinstance(rules, Suite) else load_suite(os.fspath(rules))
    framework = suite.framework.framework
    discerner = MutantKiller(suite.book, framework, suite.cases if cases is None else cases)
    return MutationReport(
        tuple(tried(discerner, m, proof_kills, search, compared) for m in mutants(suite.book, framework))
    )


def tried(
    discerner: MutantKiller,
    mutant: Mutant,
    proof_kills: ProofKills | None,
    search: bool,
    compared: Known | None,
) -> Tried:
    """One mutant, and what noticed it, as for `mutate`."""
    refusal = refused(mutant.book, discerner.framework)
    if refusal is not None:
        return Tried(mutant, "load", refusal)
    case = discerner.fails(mutant.book, mutant.rules)
    if case is not None:
        return Tried(mutant, "case", case.name)
    if proof_kills is not None and proof_kills(mutant.book):
        return Tried(mutant, "proof", "a promise does not hold")
    return _known_of(discerner, mutant, compared) if search else Tried(mutant, None, "no case fails")


def _known_of(discerner: MutantKiller, mutant: Mutant, compared: Known | None) -> Tried:
    """A case that would notice a survivor, or that there is none, or that none was found."""
    name = f"{mutant.of}: {mutant.change}"
    found = suggest_case(discerner.book, mutant.book, discerner.framework, mutant.rules, name)
    if found is None and compared is not None:
        same, said = compared(mutant.book)
        return Tried(mutant, "same" if same else None, f"no case fails, and {said}")
    if found is None:
        return Tried(
            mutant, None, "no case fails, and no small inspection tells it from the rules as they are"
        )
    return Tried(mutant, None, f"no case fails; this one would:\n{found}")


def refused(book: RuleBook, framework: Framework) -> str | None:
    """Why such a rule book would not load, or None."""
    return next(_refusals(book, framework), None)


def _refusals(book: RuleBook, framework: Framework) -> Iterator[str]:
    for parameter in book.parameters.values():
        if not parameter.minimum <= parameter.default <= parameter.maximum:
            yield f"parameter {parameter.name!r} is out of its range"
    for rule in book.rules:
        against = direction_problems(rule, book.facts_for(rule), book.vocabulary)
        yield from (problem.message for problem in against)
    checks = FactChecks.of(book, framework)
    for fact in book.facts.values():
        yield from (problem.message for problem in checks.problems(fact))
