"""What a check leaves unknown notices nothing; of what nothing notices it is said whether it can be told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.authoring.changed_rules import ProofsOfChanges
from grader.authoring.mutants import mutants


@pytest.fixture(scope="module")
def sound(opened):
    return opened("sound")


def test_what_stays_unknown_notices_nothing(sound):
    proofs = ProofsOfChanges(sound.book, sound.framework, 0)
    moved = next(m for m in mutants(sound.book, sound.framework) if m.of.startswith("parameter "))
    assert not sound.check(moved.book, effort=0).holds
    assert not proofs.notice(moved.book)


def test_a_finding_of_the_rules_as_they_are_notices_nothing(opened):
    """Only what a change brings with it counts."""
    unused = opened("unused_parameter")
    proofs = ProofsOfChanges(unused.book, unused.framework, 0)
    assert unused.check(effort=0).findings
    assert not proofs.notice(unused.book)


def test_a_change_no_inspection_tells_is_proved_to_be_none(sound):
    proofs = ProofsOfChanges(sound.book, sound.framework, 0)
    same = replace(sound.book, rules=tuple(reversed(sound.book.rules)))
    assert (True, "it is proved that no inspection tells it from the rules as they are") == proofs.compared(
        same
    )


def test_a_change_an_inspection_tells_comes_with_one(sound):
    proofs = ProofsOfChanges(sound.book, sound.framework, 0)
    dropped = next(m for m in mutants(sound.book, sound.framework) if m.change == "dropped")
    proved_same, said = proofs.compared(dropped.book)
    assert (False, "an inspection tells it: where ") == (proved_same, said[:30])
