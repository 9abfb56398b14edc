"""Whether two rule books are equal but for names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable

from grader.language.nodes import Level
from grader.language.rulebook import RuleBook
from grader.proofs.same_rules import Bare


def same_rules(old: RuleBook, new: RuleBook) -> bool:
    """Whether two bound rule books are equal but for names."""
    return _bare(old) == _bare(new)


def _bare(book: RuleBook) -> Hashable:
    """The rule book without names."""
    bare = Bare(book)
    measures = frozenset((m.name, m.characteristic, m.unit) for m in book.measures.values())
    profile = Counter(bare.fact(f.name) for f in book.facts.values() if f.level is Level.AREA)
    rules = Counter(map(bare.rule, book.rules))
    return (
        book.grade_scale.names,
        book.grade_default,
        measures,
        frozenset(profile.items()),
        frozenset(rules.items()),
    )
