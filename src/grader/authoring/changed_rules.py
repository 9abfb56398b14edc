"""What proofs say of a changed rule book: that it breaks a promise, or whether any inspection tells it."""

from __future__ import annotations

from grader.authoring.impact import prove
from grader.language.rulebook import RuleBook
from grader.model.framework import Framework
from grader.proofs.check import check_rulebook
from grader.proofs.report import Finding


class ProofsOfChanges:
    """Proofs of changed rule books, beside the one they were changed from.

    Parameters
    ----------
    book : RuleBook
        The rule book as it is.
    framework : Framework
        What it grades against.
    effort : int
        Units of work the solver may spend on each promise.
    """

    def __init__(self, book: RuleBook, framework: Framework, effort: int) -> None:
        self.book, self.framework, self.effort = book, framework, effort
        self._own: frozenset[tuple[str, ...]] | None = None

    def notice(self, changed: RuleBook) -> bool:
        """Whether a check of the changed rule book finds what it does not find of this one.

        What a check leaves unknown notices nothing.
        """
        if self._own is None:
            self._own = self._found(self.book)
        return bool(self._found(changed) - self._own)

    def _found(self, book: RuleBook) -> frozenset[tuple[str, ...]]:
        return frozenset(map(_known_by, check_rulebook(book, self.framework, effort=self.effort).findings))

    def compared(self, changed: RuleBook) -> tuple[bool, str]:
        """Whether it is proved that no inspection there can be tells the changed rule book, and in words."""
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
