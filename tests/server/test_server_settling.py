"""Differing taggings are settled on what was seen, and each leaves nothing behind."""

from __future__ import annotations

from typing import Any

import pytest

from grader.errors import InputError
from grader.server import blind_tagging, evidence, moderation, second_tagging
from grader.server.refusals import Changed

TAGS = {"characteristics": ["responding.2a"], "assessment": "falls_short", "basis": "data"}
OTHERWISE = {**TAGS, "assessment": "exceeds"}


@pytest.fixture
def tagged(served: Any) -> tuple[Any, Any, str]:
    """An owner, another person who tagged E001 otherwise, and the inspection."""
    owner, other = served.person("settling owner"), served.person("settling other")
    key = served.inspection(owner, **{"settling other": "reviewer"})
    blind_tagging.begin(served.bench, other, key, expected_version=0)
    second_tagging.tag(served.bench, other, key, "E001", TAGS, expected_version=0)
    return owner, other, key


def seen(served: Any, caller: Any, key: str) -> Any:
    return moderation.disagreements(served.bench, caller, key).disagreements[0]


def test_nothing_is_settled_on_a_tagging_that_nobody_saw(served: Any, tagged: tuple[Any, Any, str]) -> None:
    owner, other, key = tagged
    bench, before = served.bench, seen(served, owner, key)
    mine = second_tagging.one_to_tag(bench, other, key, "E001")
    again = second_tagging.tag(bench, other, key, "E001", OTHERWISE, expected_version=mine.version)
    with pytest.raises(Changed):
        moderation.settle(bench, owner, key, "E001", "settling other", "So", expected_version=before.version)
    second_tagging.untag(bench, other, key, "E001", expected_version=again.version)
    second_tagging.tag(bench, other, key, "E001", TAGS, expected_version=0)
    with pytest.raises(Changed):  # taken back and made again: another one
        moderation.settle(bench, owner, key, "E001", "settling other", "So", expected_version=before.version)
    item = evidence.one(bench, owner, key, "E001")
    now = seen(served, owner, key).version
    evidence.edit(
        bench, owner, key, "E001", {**item.evidence, "statement": "Other"}, expected_version=item.version
    )
    with pytest.raises(Changed):
        moderation.settle(bench, owner, key, "E001", "settling other", "So", expected_version=now)
    now = seen(served, owner, key).version
    done = moderation.settle(bench, owner, key, "E001", "settling other", "So", expected_version=now)
    assert done.version == seen(served, owner, key).version


@pytest.mark.parametrize(
    "agreed",
    [
        {"bogus": 1},
        {"assessment": 1},
        {"assessment": "no such word"},
        {"basis": "observation"},
        {"assessment": "exceeds", "characteristics": ["no.such"]},
        {"assessment": "exceeds", "left_out": True},
    ],
)
def test_what_is_agreed_instead_is_checked_when_it_is_said(served: Any, agreed: dict[str, Any]) -> None:
    owner, other = served.person("settling owner"), served.person("settling other")
    key = served.inspection(owner, **{"settling other": "reviewer"})
    blind_tagging.begin(served.bench, other, key, expected_version=0)
    second_tagging.tag(served.bench, other, key, "E001", TAGS, expected_version=0)
    now = seen(served, owner, key).version
    with pytest.raises(InputError):
        moderation.settle(
            served.bench, owner, key, "E001", "other", "So", expected_version=now, agreed=agreed
        )


def test_the_rest_stands_as_somebody_tagged_it_and_is_on_record(served: Any) -> None:
    owner, other = served.person("settling owner"), served.person("settling other")
    bench = served.bench
    key = served.inspection(owner, **{"settling other": "reviewer"})
    minor = {"characteristics": ["workforce.1a"], "assessment": "exceeds", "basis": "data"}
    served.tagged_second(other, key, E003=minor)
    found = moderation.disagreements(bench, owner, key)
    assert [("E003", [])] == [
        (d.disagreement["item"], d.disagreement["matters"]) for d in found.disagreements
    ]
    with pytest.raises(InputError, match="rest"):
        moderation.finish(bench, owner, key, expected_version=found.version)
    moderation.finish(bench, owner, key, expected_version=found.version, rest="settling other")
    item = evidence.one(bench, owner, key, "E003").evidence
    assert ("data", "settling owner") == (item["basis"], item["settled"]["by"])
    assert [] == moderation.disagreements(bench, owner, key).disagreements


def test_what_was_said_of_an_item_goes_with_it(served: Any, tagged: tuple[Any, Any, str]) -> None:
    owner, other, key = tagged
    bench, before = served.bench, seen(served, owner, key)
    moderation.settle(bench, owner, key, "E001", "settling other", "So", expected_version=before.version)
    item = evidence.one(bench, owner, key, "E001")
    evidence.remove(bench, owner, key, "E001", expected_version=item.version)
    evidence.add(bench, owner, key, {**item.evidence, "statement": "Another one"})
    assert [] == moderation.disagreements(bench, owner, key).disagreements
    mine = second_tagging.one_to_tag(bench, other, key, "E001")
    assert (None, 0) == (mine.tags, mine.version)
