"""What the tests of the rete engine share: small rule books, written files, and processes to crash."""

import inspect
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from grader import api
from grader.engines import rete
from grader.engines.reference import ReferenceEngine
from grader.engines.rete import ReteEngine, compile_table
from grader.io import catalogue
from grader.io.rulebooks import read_rulebook
from grader.language.bind import bind
from grader.language.nodes import All, Any_, Compare, Const, Effect, Level, Not, Op
from grader.language.rulebook import Layer, Rule, RuleBook
from grader.vocabulary.scales import Scale

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True, scope="session")
def durable_rules():
    """The engine's C extension; without it nothing in this folder can run."""
    return pytest.importorskip(
        "durable_rules_engine",
        reason="durable-rules is not installed or does not load here, so there is no rete engine to test",
        exc_type=ImportError,
    )


def compare(fact, op, *values):
    return Compare(fact, Op(op), tuple(Const(v) for v in values))


def make_book(conditions, scopes=None, layer="grade", level="area"):
    """A rule book of one table: one rule a condition, named r0000, r0001, ..."""
    each = (Layer(layer), Level(level), Effect.REACHES, "good")
    scopes = scopes or [None] * len(conditions)
    rules = tuple(
        Rule(f"r{i:04}", *each, condition, "because", "source", scope)
        for i, (condition, scope) in enumerate(zip(conditions, scopes, strict=True))
    )
    scale = Scale("grade", ("bad", "good"))
    return RuleBook("b", "1", "f", "t", {}, {}, {}, rules, scale, "bad", ("here", "there"))


def held_by(engine, facts, scope="here"):
    return engine.held(Layer.GRADE, Level.AREA, scope, facts)


@pytest.fixture(name="compare")
def _compare():
    return compare


@pytest.fixture(name="make_book")
def _make_book():
    return make_book


@pytest.fixture(name="held_by")
def _held_by():
    return held_by


@pytest.fixture
def held():
    """Rules of a book that hold on the rete engine, once the reference engine was seen to say the same."""

    def held(book, facts, scope="here"):
        with ReteEngine(book) as engine:
            answer = held_by(engine, facts, scope)
        assert held_by(ReferenceEngine(book), facts, scope) == answer
        return sorted(answer)

    return held


@pytest.fixture(scope="session")
def built_in_book():
    return catalogue.rulebook("PEEL_2021_22", catalogue.framework("PEEL_2021_22", None))


@pytest.fixture
def programs(built_in_book):
    """What is given to durable-rules for the built-in rule book, and for one that uses every node."""
    not_three = Not(compare("a", "equals", 3))
    every_node = make_book(
        [
            All((compare("a", "at_least", 1), Any_((compare("b", "at_most", 2), not_three)))),
            Not(All((compare("a", "more_than", 4), Not(compare("b", "one_of", 5, 6))))),
            Any_(()),
            All(()),
            compare("b", "fewer_than", 7),
        ],
        [None, frozenset({"here"}), None, None, frozenset({"here", "there"})],
    )
    return [compile_table(t) for book in (bind(built_in_book), every_node) for t in book.tables()]


@pytest.fixture
def operators(programs):
    """Every `$` word in what is given to durable-rules."""
    return {word for p in programs for word in re.findall(r'"(\$\w+)"', p.definition)}


@pytest.fixture
def patterns(programs):
    """Every pattern given to durable-rules: its list of tests."""
    found = [rule["all"] for p in programs for rule in json.loads(p.definition).values()]
    assert {(len(rule), *rule[0]) for rule in found} == {(1, "m")}
    return [rule[0]["m"]["$and"] for rule in found]


@pytest.fixture
def calls(monkeypatch):
    """Records every call into durable-rules, which is made all the same."""
    real = rete.extension()
    rete.RULESETS.free(list(rete.RULESETS.handles))
    seen = []

    class Recorder:
        def __getattr__(self, name):
            def call(*arguments):
                seen.append((name, arguments))
                return getattr(real, name)(*arguments)

            return call

    monkeypatch.setattr(rete, "extension", Recorder)
    return seen


@pytest.fixture
def grade(tmp_path):
    """Grades a small inspection, changed by `change` before it is written, on the rete engine."""

    def grade(change=lambda document: None):
        document = {
            "inspection": {
                "id": "i1",
                "body": "A body",
                "framework": "PEEL_2021_22",
                "edition": "2022-03",
            },
            "sources": {"report": {"title": "A report"}},
            "evidence": [
                {
                    "id": f"E{i}",
                    "characteristics": [f"responding.{i}a"],
                    "assessment": "meets",
                    "statement": f"Does thing {i}",
                    "basis": "observation",
                    "source": "report",
                }
                for i in (1, 2, 3)
            ],
        }
        change(document)
        file = tmp_path / "inspection.yaml"
        file.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
        return api.grade(file, engine="rete")

    return grade


@pytest.fixture
def read_rules(tmp_path):
    """The built-in rule book with one layer file changed: `change` is given the file's data."""

    def read(name, change):
        folder = tmp_path / "rules"
        folder.mkdir()
        for file in (ROOT / "rules" / "PEEL_2021_22").glob("*.yaml"):
            data = yaml.safe_load(file.read_text(encoding="utf-8"))
            if file.name == name:
                change(data)
            (folder / file.name).write_text(yaml.safe_dump(data), encoding="utf-8")
        return read_rulebook(folder, catalogue.framework("PEEL_2021_22", None).framework, "rules")

    return read


PRELUDE = f"""
import json, sys
import durable_rules_engine as raw
from durable.engine import Host, MessageNotHandledException, MessageObservedException
from grader.engines import rete
from grader.engines.rete import ReteEngine
from grader.engines.reference import ReferenceEngine
from grader.language.nodes import *
from grader.language.rulebook import *
from grader.vocabulary.scales import Scale
class Quiet(Host):
    def _run(self): pass
def rule(condition, run=lambda c: None): return {{'all': [{{'m': condition}}], 'run': run}}
def host(*conditions):
    "a quiet host with one rule a condition, and the list of rules that fired"
    fired = []
    def action(i):
        def run(c): fired.append(i)
        return run
    return Quiet({{'r': {{f'x{{i}}': rule(c, action(i)) for i, c in enumerate(conditions)}}}}), fired
def no_limits(): rete.limit_problems = lambda rules: []
{inspect.getsource(compare)}
{inspect.getsource(make_book)}
{inspect.getsource(held_by)}
"""


@pytest.fixture
def unguarded():
    """Runs a piece of Python in a process of its own; gives its exit code, or "hangs", and its output."""

    def unguarded(source, seconds=600, perturb=True, once=None):
        environment = dict(os.environ, PYTHONPATH=os.pathsep.join(p for p in sys.path if p))
        if perturb:
            environment["MALLOC_PERTURB_"] = "165"  # freed and fresh memory holds rubbish, every time
        process = subprocess.Popen(
            [sys.executable, "-c", PRELUDE + source],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            env=environment,
        )
        # The time starts when the process has said so: until then it may be slow on a busy machine.
        said = process.stdout.readline() if once is not None else ""
        try:
            out, err = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            out, _ = process.communicate()
            return "hangs", (said + out).strip()
        if process.returncode == 1:
            return 1, err.strip().splitlines()[-1]
        return process.returncode, (said + out).strip()

    return unguarded
