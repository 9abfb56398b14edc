"""The rule book on durable-rules, in its one sound form (docs/durable_rules.md).

One ruleset a table, one fact, whole numbers, through its C functions.
"""

from __future__ import annotations

import hashlib
import importlib
import itertools
import json
import os
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from types import ModuleType, TracebackType
from typing import Final

from grader.distribution import install
from grader.errors import InputError, InternalError, MissingExtraError
from grader.language.dnf import Atom, Conjunction, dnf, ordered
from grader.language.limits import limit_problems
from grader.language.nodes import Const, Level
from grader.language.rulebook import Layer, RuleBook, Table

EXTENSION: Final = "durable_rules_engine"

#: Rulesets alive in one process; the least recently used beyond them is freed.
MAX_RULESETS: Final = 64

SESSION: Final = "s"
FACT_ID: Final = "e"
#: The field every fact carries as 1 and every pattern asks for. Without a positive test a pattern would match
#: the engine's own messages.
MARKER: Final = "g"
CATCH_ALL: Final = "p0"

#: Names the engine itself gives messages and properties: ours may not share a hash with them.
RESERVED: Final = ("$s", "$time", "$timerName", "$baseTime", "$forward", "$m")
_MESSAGE_IDS: Final = (FACT_ID, f"sid-{SESSION}", "$pulse")

_OPERATORS: Final = {"!=": "$neq", ">=": "$gte", "<=": "$lte", ">": "$gt", "<": "$lt"}
_LOWEST, _HIGHEST = -(2**63), 2**63 - 1


def available() -> bool:
    """Whether durable-rules can be imported here."""
    try:
        importlib.import_module(EXTENSION)
    except ImportError:
        return False
    return True


def extension() -> ModuleType:
    """The C functions of durable-rules; raises MissingExtraError."""
    try:
        return importlib.import_module(EXTENSION)
    except ImportError as error:
        raise MissingExtraError(
            "engine 'rete' needs durable-rules, which is not installed or does not load here",
            help=f"{install('rete')} (needs gcc and Python headers; not on Python 3.13),"
            " or use --engine reference",
        ) from error


# Compiling ------------------------------------------------------------------------------------------------


Scope = frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Program:
    """A table as durable-rules reads it.

    `rules`: ids by pattern. `facts`: names behind `f0`, `f1`, ... `scopes`: sets behind `z0`, `z1`, ...
    """

    table: str
    definition: str
    key: str
    rules: Mapping[str, frozenset[str]]
    facts: tuple[str, ...]
    scopes: tuple[frozenset[str], ...]
    template: str

    def message(self, scope: str, facts: Mapping[str, int]) -> str:
        """The one fact asserted: every field of the table, whole numbers only."""
        values: list[int] = [scope in members for members in self.scopes]
        for name in self.facts:
            value = facts.get(name)
            # Exactly int: the template would print a float or a text as a number, or as something else.
            if type(value) is not int or not _LOWEST <= value <= _HIGHEST:
                raise InternalError(f"fact {name!r} of table {self.table} is no 64-bit whole number")
            values.append(value)
        return self.template % tuple(values)


def compile_table(table: Table) -> Program:
    """The ruleset of a table: a pattern for each way its rules hold."""
    patterns: dict[tuple[Scope, Conjunction], set[str]] = {}
    for rule in table.rules:
        for way in dnf(rule.condition):
            patterns.setdefault((rule.scope, way), set()).add(rule.id)
    scopes = sorted({scope for scope, _ in patterns if scope is not None}, key=sorted)
    facts = sorted({atom.fact for _, way in patterns for atom in way})
    flags = {scope: f"z{i}" for i, scope in enumerate(scopes)}
    fields = {name: f"f{i}" for i, name in enumerate(facts)}
    rules = {CATCH_ALL: frozenset(patterns.pop((None, frozenset()), set()))}
    definition = {CATCH_ALL: pattern([])}
    for (scope, way), ids in sorted(patterns.items(), key=_pattern_key):
        name = f"p{len(rules)}"
        tests = [] if scope is None else [{flags[scope]: 1}]
        definition[name] = pattern([*tests, *(_test(atom, fields) for atom in ordered(way))])
        rules[name] = frozenset(ids)
    columns = [*flags.values(), *fields.values()]
    _check_names(["sid", "id", MARKER, *columns])
    text = json.dumps(definition, separators=(",", ":"))
    key = hashlib.sha256(text.encode()).hexdigest()
    template = (
        f'{{"sid":"{SESSION}","id":"{FACT_ID}","{MARKER}":1' + "".join(f',"{c}":%d' for c in columns) + "}"
    )
    return Program(table.name, text, key, rules, tuple(facts), tuple(scopes), template)


def _pattern_key(item: tuple[tuple[Scope, Conjunction], object]) -> tuple[object, ...]:
    (scope, way), _ = item
    return sorted(scope or ()), [atom.sort_key for atom in ordered(way)], scope is not None


def pattern(tests: Sequence[Mapping[str, object]]) -> dict[str, object]:
    """The tests of one rule, with one that is always positive."""
    return {"all": [{"m": {"$and": [{MARKER: 1}, *tests]}}]}


def _test(atom: Atom, fields: Mapping[str, str]) -> dict[str, object]:
    if not isinstance(atom.operand, Const):
        raise TypeError(f"parameter ${atom.operand.name} is not bound to a number")
    test: dict[str, object] = {fields[atom.fact]: atom.operand.value}
    return test if atom.op == "==" else {_OPERATORS[atom.op]: test}


def fnv1a(text: str) -> int:
    """The 32-bit hash by which durable-rules compares names."""
    found = 0x811C9DC5
    for byte in text.encode():
        found = ((found ^ byte) * 0x01000193) & 0xFFFFFFFF
    return found


def _check_names(fields: Sequence[str]) -> None:
    for names in ([*fields, *RESERVED], _MESSAGE_IDS):
        if len({fnv1a(name) for name in names}) < len(names):
            raise InternalError("two names in a ruleset share a 32-bit hash")


# Running --------------------------------------------------------------------------------------------------


class Rulesets:
    """The rulesets of this process; nothing else speaks to durable-rules.

    One lock and one session at a time; no session outlives an evaluation, so rulesets can be freed.
    """

    def __init__(self, most: int = MAX_RULESETS) -> None:
        self.most = most
        self.handles: OrderedDict[str, int] = OrderedDict()
        self._names = itertools.count()
        self.lock = Lock()

    def __len__(self) -> int:
        return len(self.handles)

    def fired(self, program: Program, message: str) -> list[str]:
        """Patterns that fired on one fact.

        After a failed evaluation the ruleset is dropped unfreed (freeing could crash) and made anew.
        """
        engine = extension()
        with self.lock:
            handle = self._open(engine, program)
            try:
                return _evaluate(engine, handle, message, len(program.rules))
            except BaseException:  # an interrupt too: what it left half done is not asked again
                self.handles.pop(program.key, None)
                raise

    def _open(self, engine: ModuleType, program: Program) -> int:
        handle = self.handles.get(program.key)
        if handle is None:
            handle = engine.create_ruleset(f"r{next(self._names)}", program.definition)
            self.handles[program.key] = handle
            while len(self.handles) > self.most:
                engine.delete_ruleset(self.handles.popitem(last=False)[1])
        self.handles.move_to_end(program.key)
        return handle

    def free(self, keys: Iterable[str]) -> None:
        """Free the rulesets of these definitions; they are made anew if asked for again."""
        with self.lock:
            for key in keys:
                handle = self.handles.pop(key, None)
                if handle is not None:
                    extension().delete_ruleset(handle)

    def forget(self) -> None:
        """Start empty in a forked child, where another thread's evaluation may hang half done."""
        self.handles.clear()
        self.lock = Lock()


def _evaluate(engine: ModuleType, handle: int, message: str, patterns: int) -> list[str]:
    code, session = engine.assert_fact(handle, message)
    if code:
        raise InternalError(f"durable-rules did not take a fact (code {code})")
    started = engine.start_action_for_state(handle, session)
    if started is None:
        # Nothing fired, not even the catch-all. Deleting such a session frees memory that was never set.
        raise InternalError("durable-rules took a fact and fired no rule")
    fired: list[str] = []
    try:
        action: str | None = started[1]
        while action is not None:
            fired.append(action.split('"', 2)[1])
            if len(fired) > patterns:
                raise InternalError("durable-rules fired more often than it has patterns")
            action = engine.complete_and_start_action(handle, session)
    finally:
        engine.delete_state(handle, SESSION)
    if fired.count(CATCH_ALL) != 1 or len(set(fired)) != len(fired):
        raise InternalError("durable-rules did not fire each pattern at most once, and the catch-all once")
    return fired


RULESETS: Final = Rulesets()
if hasattr(os, "register_at_fork"):  # Windows has none, and does not fork
    os.register_at_fork(after_in_child=RULESETS.forget)


class ReteEngine:
    """Evaluates a bound rule book on durable-rules, table by table.

    Equal tables share rulesets. Closing frees them; else `MAX_RULESETS` are kept.

    Parameters
    ----------
    book : RuleBook
        Bound.

    Raises
    ------
    InputError
        A table passes a limit.
    MissingExtraError
    """

    name = "rete"

    def __init__(self, book: RuleBook) -> None:
        extension()
        problems = list(limit_problems(book.rules))
        if problems:
            raise InputError(problems)
        self._programs = {(t.layer, t.level): compile_table(t) for t in book.tables()}

    def held(self, layer: Layer, level: Level, scope: str, facts: Mapping[str, int]) -> frozenset[str]:
        """Ids of a table's rules that hold on these facts, for `scope`."""
        program = self._programs[layer, level]
        fired = RULESETS.fired(program, program.message(scope, facts))
        return frozenset().union(*(program.rules[pattern] for pattern in fired))

    def close(self) -> None:
        """Free the rulesets of this engine's tables."""
        RULESETS.free(program.key for program in self._programs.values())

    def __enter__(self) -> ReteEngine:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
