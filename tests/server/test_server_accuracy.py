"""Factual accuracy: invitations that end, and challenges that can always be answered."""

from __future__ import annotations

from typing import Any

import pytest

from grader.server import challenges, drafts, evidence, findings, inspections, invitations, retention, sources
from grader.server.refusals import NotNow, NotThere

FINDING = "{id: F001, kind: area_for_improvement, area: responding, evidence: [E002], statement: Slow}"


def drafted(served: Any, text: str = "") -> tuple[Any, str, Any]:
    """An owner, an inspection whose draft is released, and a browser of the body."""
    owner = served.person("accuracy owner")
    key = served.inspection(owner, f"{served.text}{text}")
    drafts.release(served.bench, owner, key, expected_revision=1)
    invited = invitations.invite(served.bench, owner, key, "chief@body.example", "Chief")
    return owner, key, served.invited(invited.link)


def challenge(body: Any, key: str, target: str, statement: str = "It is not so") -> Any:
    sent = {"target": target, "statement": statement, "source": "Our log"}
    return body.post(f"/api/v1/inspections/{key}/challenges", json=sent)


def test_the_body_of_a_closed_inspection_is_kept_out_once_its_invitation_is_withdrawn(served: Any) -> None:
    owner, key, body = drafted(served)
    bench = served.bench
    retention.close(bench, owner, key, expected_version=1)
    assert 200 == body.get(f"/api/v1/inspections/{key}/draft").status_code
    page = served.signed_in("accuracy owner").get(f"/inspections/{key}/accuracy").text
    assert "Withdraw" in page
    assert "Take the draft back" in page
    assert "Invite somebody" not in page
    invited = invitations.invitations(bench, owner, key)[0]
    invitations.uninvite(bench, owner, key, invited.number, expected_version=invited.version)
    assert 401 == body.get(f"/api/v1/inspections/{key}/draft").status_code
    draft = drafts.draft(bench, owner, key)
    drafts.withdraw(bench, owner, key, draft.number, expected_version=draft.version)
    with pytest.raises(NotThere):
        drafts.draft(bench, owner, key)
    with pytest.raises(NotNow, match="closed"):
        drafts.release(bench, owner, key, expected_revision=1)


def test_a_challenge_is_answered_though_what_the_finding_rests_on_is_gone(served: Any) -> None:
    owner, key, body = drafted(served, f"findings:\n  - {FINDING}\n")
    bench = served.bench
    number = challenge(body, key, "F001").json()["number"]
    version = findings.one(bench, owner, key, "F001").version
    findings.remove(bench, owner, key, "F001", expected_version=version)
    evidence.remove(bench, owner, key, "E002", expected_version=1)
    done = challenges.answer(bench, owner, key, number, "accepted", "It is so", expected_version=1)
    assert done.moved is not None
    changed = [(change["id"], change["what"]) for change in done.moved["changes"]]
    assert [("E002", "withdrawn"), ("F001", "withdrawn")] == changed


def test_a_challenge_is_answered_though_nothing_can_be_compared(served: Any) -> None:
    owner, bench = served.person("accuracy owner"), served.bench
    text = served.text.replace("2022-03", "2021-04").replace("workforce.1a", "armed_threats.1a")
    key = served.inspection(owner, text)
    drafts.release(bench, owner, key, expected_revision=1)
    body = served.invited(invitations.invite(bench, owner, key, "chief@body.example", "Chief").link)
    number = challenge(body, key, "E003").json()["number"]
    evidence.remove(bench, owner, key, "E003", expected_version=1)
    header = {**inspections.one(bench, owner, key).header, "edition": "2022-03"}
    inspections.change_header(bench, owner, key, header, expected_version=1)
    done = challenges.answer(bench, owner, key, number, "accepted", "It is so", expected_version=1)
    assert done.moved is not None
    assert "armed_threats.1a" in done.moved["not_compared"]
    assert "cannot be worked out any more" in body.get(f"/inspections/{key}/draft").text


def test_a_number_tells_the_body_nothing_of_other_inspections(served: Any) -> None:
    numbers = []
    for _ in range(2):
        _, key, body = drafted(served)
        numbers.append([challenge(body, key, "E001").json()["number"] for _ in range(2)])
        sources.attach(served.bench, served.person("accuracy owner"), key, "report", "a.txt", b"a")
    assert [[1, 2], [1, 2]] == numbers
    attached = sources.one(served.bench, served.person("accuracy owner"), key, "report").attachments
    assert [1] == [each.number for each in attached]


def test_a_draft_takes_so_many_challenges_and_they_come_in_pages(
    served: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, key, body = drafted(served)
    before = served.bench.settings
    limits = before.limits.model_copy(update={"challenges": 3})
    monkeypatch.setattr(served.bench, "settings", before.model_copy(update={"limits": limits}))
    answers = [challenge(body, key, "E001", f"No {n}").status_code for n in range(4)]
    assert [201, 201, 201, 409] == answers
    page = body.get(f"/api/v1/inspections/{key}/challenges?page=2&per_page=2").json()
    assert (["No 2"], 3) == ([each["statement"] for each in page["items"]], page["total"])


def test_the_list_of_one_of_the_body_does_not_move_with_what_the_team_does(served: Any) -> None:
    owner, bench = served.person("accuracy owner"), served.bench
    chief = served.person("accuracy chief")
    keys = [served.inspection(owner, **{"accuracy chief": "body"}) for _ in range(2)]
    evidence.remove(bench, owner, keys[0], "E001", expected_version=1)
    assert keys[::-1] == [each.key for each in inspections.listed(bench, chief).items]
    assert keys == [each.key for each in inspections.listed(bench, owner, per_page=2).items]
