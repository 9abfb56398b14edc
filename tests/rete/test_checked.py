"""Two engines that differ: nothing is said, and the message names table, rule and facts."""

import pytest

from grader.engines.checked import CheckedEngine
from grader.engines.reference import ReferenceEngine
from grader.engines.rete import ReteEngine
from grader.errors import EngineDisagreementError


class Wrong:
    """An engine that leaves one rule out, or puts one in."""

    name = "wrong"

    def __init__(self, engine, *turned):
        self.engine = engine
        self.turned = frozenset(turned)
        self.asked = 0

    def held(self, layer, level, scope, facts):
        self.asked += 1
        return self.engine.held(layer, level, scope, facts) ^ self.turned


@pytest.fixture
def book(make_book, compare):
    return make_book([compare("a", "at_least", 1), compare("b", "at_least", 1)])


def test_a_difference_names_table_rules_and_facts(book, held_by):
    engine = CheckedEngine(ReteEngine(book), Wrong(ReferenceEngine(book), "r0000", "r0001"))
    with pytest.raises(EngineDisagreementError) as caught:
        held_by(engine, {"b": 0, "a": 7})
    assert (
        "engines differ in table grade.area of here: r0000 holds only on rete; r0001 holds only on wrong"
        " (facts: a=7, b=0)"
    ) == caught.value.message
    assert caught.value.exit_code == 3


@pytest.mark.parametrize(("a", "said"), [(1, "r0000 holds only on rete"), (0, "r0000 holds only on wrong")])
def test_a_rule_that_holds_on_either_engine_alone_is_a_difference(book, held_by, a, said):
    engine = CheckedEngine(ReteEngine(book), Wrong(ReferenceEngine(book), "r0000"))
    with pytest.raises(EngineDisagreementError, match=said):
        held_by(engine, {"a": a, "b": 0})


def test_every_evaluation_is_put_to_both_engines(book, held_by):
    witness = Wrong(ReferenceEngine(book))
    engine = CheckedEngine(ReteEngine(book), witness)
    answers = [held_by(engine, {"a": a, "b": 0}) for a in (1, 1, 0)]
    assert answers == [{"r0000"}, {"r0000"}, set()]
    assert witness.asked == 3


def test_nothing_is_proposed_where_the_engines_differ(grade, monkeypatch):
    from grader.engines import choice

    monkeypatch.setattr(
        choice, "ReferenceEngine", lambda book: Wrong(ReferenceEngine(book), "demonstrated.tested")
    )
    with pytest.raises(EngineDisagreementError, match=r"demonstrated\.tested"):
        grade()


def test_rete_is_the_default_and_the_proposal_says_so(grade, monkeypatch, tmp_path):
    from grader import api
    from grader.engines import rete

    assert grade().engine == "rete"
    assert api.grade(tmp_path / "inspection.yaml").engine == "rete"
    monkeypatch.setattr(rete, "EXTENSION", "no_such_extension")
    assert api.grade(tmp_path / "inspection.yaml").engine == "reference"


def test_without_durable_rules_asking_for_rete_says_which_extra_to_install(grade, monkeypatch):
    from grader.engines import rete
    from grader.errors import MissingExtraError

    monkeypatch.setattr(rete, "EXTENSION", "no_such_extension")
    with pytest.raises(MissingExtraError, match=r"grader\[rete\]") as caught:
        grade()
    assert caught.value.exit_code == 2


def test_both_engines_propose_the_same_for_the_same_inspection(grade, tmp_path):
    from grader import api

    on_rete = grade()
    on_reference = api.grade(tmp_path / "inspection.yaml", engine="reference")
    assert on_rete.model_copy(update={"engine": "reference"}) == on_reference
