"""How much a table may hold: beyond it durable-rules hangs or drops facts.

Limits hold at every value of the parameters.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate

from grader.errors import Place, Problem
from grader.language.dnf import MAX_CONJUNCTIONS, MAX_VALUE, Atom, Dnf, TooManyConjunctions, dnf, ordered
from grader.language.nodes import Const, Level
from grader.language.rulebook import Layer, Rule
from grader.language.typecheck import comparisons

MAX_RULES = 240
#: Values a table's rules hold facts against, each as often as written: bounds the work of the checks here.
MAX_COMPARED = 2_000
#: Distinct tests of a table: they may all end up in one 512-slot hash, which must keep free slots.
MAX_TESTS = 480
#: Dnf of a table's rules that one fact can satisfy at once, or at least begin to: a bound on the stack.
MAX_AT_ONCE = 60
MAX_FACTS = 200

SPLIT = (
    "split the layer's rules: fewer, broader rules, or facts that say in one number what several tests say"
)

Trie = dict[Atom, "Trie"]


def limit_problems(rules: Iterable[Rule]) -> Iterator[Problem]:
    """Each limit passed, at the first rule too many of its table.

    Parameters
    ----------
    rules : iterable of Rule
        Bound or not.
    """
    tables: dict[tuple[Layer, Level], list[Rule]] = defaultdict(list)
    for rule in rules:
        tables[rule.layer, rule.level].append(rule)
    for (layer, level), found in sorted(tables.items()):
        found.sort(key=lambda r: (r.place or Place(""), r.id))
        yield from _table_problems(f"the {layer} layer's {level} rules", found)


def _table_problems(table: str, rules: Sequence[Rule]) -> Iterator[Problem]:
    # First what is quick to count: the rest takes long on what passes these.
    compared = list(accumulate(sum(len(c.operands) for c, _ in comparisons(r.condition)) for r in rules))
    sizes = ((range(1, len(rules) + 1), MAX_RULES, "rules"), (compared, MAX_COMPARED, "comparisons"))
    for totals, limit, what in sizes:
        if totals[-1] > limit:
            yield _too_much(table, rules[bisect_right(totals, limit)], limit, what)
            return
    found: list[Dnf] = []
    for rule in rules:
        try:
            found.append(dnf(rule.condition))
        except TooManyConjunctions:
            yield _problem(rule, f"rule {rule.id!r} can hold in more than {MAX_CONJUNCTIONS} different ways")
            return
    yield from _value_problems(rules, found)
    measures: tuple[tuple[Callable[[int], int], int, str], ...] = (
        (lambda n: len(_patterns(rules[:n], found)), MAX_CONJUNCTIONS, "different ways to hold"),
        (lambda n: len(_atoms(found[:n])) + len(_scopes(rules[:n])), MAX_TESTS, "different tests"),
        (lambda n: len({a.fact for a in _atoms(found[:n])}) + len(_scopes(rules[:n])), MAX_FACTS, "facts"),
        (lambda n: at_once(rules[:n], found), MAX_AT_ONCE, "ways that could hold at once"),
    )
    for measure, limit, what in measures:
        if measure(len(rules)) > limit:
            # Each measure grows with the rules, so the first rule too many is found by halving.
            index = bisect_left(range(1, len(rules) + 1), limit + 1, key=measure)
            yield _too_much(table, rules[index], limit, what)


def _too_much(table: str, rule: Rule, limit: int, what: str) -> Problem:
    return _problem(rule, f"{table} pass {limit} {what} at rule {rule.id!r}")


def _problem(rule: Rule, message: str) -> Problem:
    return Problem(message, rule.place, SPLIT, "limit")


def _value_problems(rules: Sequence[Rule], found: Sequence[Dnf]) -> Iterator[Problem]:
    for rule, its in zip(rules, found, strict=True):
        numbers = {a.operand.value for a in _atoms([its]) if isinstance(a.operand, Const)}
        for number in sorted(n for n in numbers if not -MAX_VALUE <= n <= MAX_VALUE):
            message = f"rule {rule.id!r} holds a fact against {number}, beyond {MAX_VALUE}"
            yield Problem(message, rule.place, "use a smaller number", "limit")


def _atoms(found: Iterable[Dnf]) -> set[Atom]:
    return {atom for its in found for way in its for atom in way}


def _scopes(rules: Iterable[Rule]) -> set[frozenset[str]]:
    return {rule.scope for rule in rules if rule.scope is not None}


def _patterns(rules: Sequence[Rule], found: Sequence[Dnf]) -> set[tuple[object, object]]:
    return {(rule.scope, way) for rule, its in zip(rules, found, strict=False) for way in its}


def at_once(rules: Sequence[Rule], found: Sequence[Dnf]) -> int:
    """The most ways that one fact could begin to satisfy, in any scope.

    `found`: the ways of each rule, in order.
    """
    tries: dict[frozenset[str] | None, Trie] = {}
    for rule, its in zip(rules, found, strict=False):
        trie = tries.setdefault(rule.scope, {})
        for way in its:
            node = trie
            for atom in ordered(way):
                node = node.setdefault(atom, {})
    most = {scope: _at_once(trie) for scope, trie in tries.items()}
    names = {name for scope in tries if scope for name in scope}
    everywhere = most.get(None, 0)
    return everywhere + max((sum(n for s, n in most.items() if s and name in s) for name in names), default=0)


def _at_once(trie: Trie) -> int:
    """Leaves one fact could reach; tests for equality with different numbers exclude each other."""
    total = 0
    exclusive: dict[str, int] = defaultdict(int)
    for atom, below in trie.items():
        reached = max(1, _at_once(below))
        if atom.op == "==" and isinstance(atom.operand, Const):
            exclusive[atom.fact] = max(exclusive[atom.fact], reached)
        else:
            total += reached
    return total + sum(exclusive.values())
