"""Whether a changed rule book breaks a promise, or any inspection tells it."""

from __future__ import annotations

from grader.authoring.impact import prove
from grader.language.rulebook import RuleBook
from grader.model.framework import Framework
from grader.proofs.check import check_rulebook
from grader.proofs.report import Finding


class ProofsOfChanges:
    """Proofs of changed rule books beside the original.

    Parameters
    ----------
    book : RuleBook
        The original.
    effort : int
        Solver units for each promise.
    """

    def __init__(self, book: RuleBook, framework: Framework, effort: int) -> None:
        self.book, self.framework, self.effort = book, framework, effort
        self._own: frozenset[tuple[str, ...]] | None = None

    def notice(self, changed: RuleBook) -> bool:
        """Whether a check finds more of the changed rules than of these.

        What is unknown notices nothing.
        """
        if self._own is None:
            self._own = self._found(self.book)
        return bool(self._found(changed) - self._own)

    def _found(self, book: RuleBook) -> frozenset[tuple[str, ...]]:
        return frozenset(map(_known_by, check_rulebook(book, self.framework, effort=self.effort).findings))

    def compared(self, changed: RuleBook) -> tuple[bool, str]:
        """Whether no inspection there can be tells the two apart, by proof, and in words."""
        found = prove(self.book, changed, self.framework)
        if found.result == "nothing":
            return True, "it is proved that no inspection tells it from the rules as they are"
        if found.cases:
            case = found.cases[0]
            said = f"an inspection tells it: where {case['words']}, {case['area']} moves in {case['part']}"
            return False, said
        return False, f"whether an inspection tells it is unknown: {found.because}"


def _known_by(finding: Finding) -> tuple[str, ...]:
    return (finding.code, *finding.rules)
