"""Whoever tags as a second person learns nowhere how others tagged, until they hand their tagging in."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest

from grader.server import blind_tagging, decisions, members, moderation, retention, second_tagging
from grader.server.refusals import NotNow, TagsHidden

#: The same finds, tagged in two ways that share nothing but ids, statements and sources.
HEAD = """\
inspection: {id: blind-2022, body: Harbour Police, framework: PEEL_2021_22, edition: "2022-03"}
sources:
  report: {title: Report, published: 2022-10}
evidence:
"""
ONE = """\
  - {id: E001, characteristics: [responding.2a], assessment: meets, statement: Calls are answered,
     basis: data, source: report, tagged_by: ann}
  - {id: E002, characteristics: [workforce.1a], assessment: exceeds, statement: Staff are trained,
     basis: observation, source: report, tagged_by: ann}
"""
OTHER = """\
  - {id: E001, characteristics: [workforce.1a], assessment: falls_short, harm: serious, extent: widespread,
     statement: Calls are answered, basis: case_file_review, source: report, tagged_by: bob}
  - {id: E002, characteristics: [responding.2c, responding.2a], assessment: meets, remedied: true,
     statement: Staff are trained, basis: data, source: report, tagged_by: bob}
findings:
  - {id: F001, kind: area_for_improvement, area: workforce, statement: Calls wait, evidence: [E001]}
"""
TAGS = {"characteristics": ["responding.2a"], "assessment": "falls_short", "basis": "data"}
ASKED = (
    "?id=E001&area=responding&target=E001&number=1&upload=none&words=call&item=E001&assessment=meets&to=good"
)
#: What ends a session, or says by whom else an inspection is tagged: a part that is given and no tag.
APART = ("/people", "/members")


def routes(method: str) -> list[str]:
    """The routes of an inspection, each with everything filled in that it may name."""
    with Path(__file__).with_name("who_may_what.csv").open(encoding="utf-8", newline="") as stream:
        found = [row["path"] for row in csv.DictReader(stream) if row["method"] == method]
    names = {"item": "E001", "source": "report", "finding": "F001", "area": "responding", "grade": "good",
             "format": "html", "number": "1", "account": "1", "key": "{key}"}  # fmt: skip
    return [
        path.format(**names)
        for path in found
        if path.startswith(("/inspections/{key}", "/api/v1/inspections/{key}")) and not path.endswith(APART)
    ]


def answers(client: Any, key: str, method: str, paths: list[str]) -> dict[str, tuple[int, str, str]]:
    """What is answered to each, without what is drawn by chance: the inspection's key, versions of parts."""
    found = {}
    for path in paths:
        sent: dict[str, Any] = {"headers": {"If-Match": '"987654321"'}}
        if method in ("POST", "PUT", "PATCH"):
            given = {"csrf": client.headers["X-CSRF-Token"], "version": "987654321"}
            sent |= {"json": {}} if path.startswith("/api/") else {"data": given}
        answer = client.request(method, path.format(key=key) + ASKED, **sent)
        where = answer.headers.get("location", "")
        text = re.sub(r'name="version" value="\d+"', "", answer.text.replace(key, "KEY"))
        found[path] = (answer.status_code, where.replace(key, "KEY"), text)
    return found


@pytest.fixture(scope="module")
def twins(served: Any) -> Iterator[tuple[str, str]]:
    """The keys of two inspections that differ in tags alone, made at one moment; bea tags both blind."""
    moment = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
    owner = served.person("blind ann")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(served.bench, "now", lambda: moment)
        one, other = (served.inspection(owner, HEAD + text) for text in (ONE, OTHER))
        for key in (one, other):
            members.add(served.bench, owner, key, served.person("blind bea").email, "owner", blind=True)
        yield one, other


def check(served: Any, twins: tuple[str, str], method: str, paths: list[str]) -> set[str]:
    """The pages that are shown to whoever tags blind, each the same of both."""
    client = served.signed_in("blind bea")
    one, other = (answers(client, key, method, paths) for key in twins)
    assert one == other
    return {path for path, (status, _, _) in one.items() if status == 200}


#: What tells of rules alone takes long, and is told of every inspection alike.
OF_RULES = ("/rules", "/parameters", "/characteristics", "/search")


def test_some_answers_to_whoever_tags_blind_do_not_hang_on_how_others_tagged(
    served: Any, twins: tuple[str, str]
) -> None:
    both = ["/inspections/{key}/tagging", "/api/v1/inspections/{key}/tagging"]
    few = Random(3).sample([path for path in routes("GET") if not path.endswith(OF_RULES)], 12)
    assert set(both) <= check(served, twins, "GET", [*both, *few])
    # And the comparison bites: whoever may see tags sees a difference.
    sighted, seen = served.signed_in("blind ann"), ["/api/v1/inspections/{key}/evidence"]
    assert answers(sighted, twins[0], "GET", seen) != answers(sighted, twins[1], "GET", seen)


@pytest.mark.slow
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_no_answer_to_whoever_tags_blind_hangs_on_how_others_tagged(
    served: Any, twins: tuple[str, str], method: str
) -> None:
    owner = served.person("blind ann")
    for key, grade in zip(twins, ("good", "inadequate"), strict=True):
        area = decisions.area(served.bench, owner, key, "responding")
        decisions.decide(
            served.bench, owner, key, "responding", grade, expected_version=area.version, rationale=grade
        )
    check(served, twins, method, routes(method))


def test_who_sees_the_tags_of_others_does_not_tag_as_a_second_person(served: Any) -> None:
    owner, bea = served.person("blind ann"), served.person("blind bea")
    key = served.inspection(owner, HEAD + ONE, **{"blind bea": "inspector"})
    with pytest.raises(NotNow, match="without seeing how others did"):
        second_tagging.tag(served.bench, bea, key, "E001", TAGS, expected_version=0)
    served.tagged_second(bea, key, E001=TAGS)
    with pytest.raises(NotNow, match="without seeing how others did"):
        second_tagging.tag(served.bench, bea, key, "E001", TAGS, expected_version=1)


@pytest.mark.parametrize("looked", [True, False])
def test_moderation_is_told_who_had_seen_tags_before(served: Any, looked: bool) -> None:
    owner, bea = served.person("blind ann"), served.person("blind bea")
    key = served.inspection(owner, HEAD + ONE, **{"blind bea": "inspector"})
    second_tagging.one_to_tag(served.bench, bea, key, "E001")  # which shows nobody's tags
    if looked:
        decisions.proposal(served.bench, bea, key)
    served.tagged_second(bea, key, E001=TAGS)
    found = moderation.disagreements(served.bench, owner, key).second
    assert [("blind bea", 1, False, looked)] == [(t.name, t.tagged, t.open, t.saw_before) for t in found]
    page = served.signed_in("blind ann").get(f"/inspections/{key}/moderation").text
    assert looked == ("is not independent of the first" in page)


def test_who_is_put_to_tagging_sees_no_tag_from_the_start_and_all_once_it_is_handed_in(served: Any) -> None:
    key = served.inspection(served.person("blind ann"), HEAD + ONE)
    ann, bea = served.signed_in("blind ann"), served.signed_in("blind bea")
    at = f"/inspections/{key}"
    given = {"email": "blind-bea@example.org", "role": "inspector", "blind": "yes"}
    csrf = {"csrf": ann.headers["X-CSRF-Token"]}
    assert 303 == ann.post(f"{at}/people/add", data=given | csrf).status_code
    led = bea.get(at)
    assert (303, f"{at}/tagging?done=hidden") == (led.status_code, led.headers["location"])
    assert 'href="/inspections/' + key + '/evidence"' not in bea.get(f"{at}/tagging").text
    sent = {"csrf": bea.headers["X-CSRF-Token"], "version": "1"}
    assert 303 == bea.post(f"{at}/tagging/hand-in", data=sent).status_code
    assert 200 == bea.get(at).status_code


@pytest.mark.parametrize("how", ["closed", "reader", "removed"])
def test_nobody_stays_blind_who_may_tag_no_more(served: Any, how: str) -> None:
    owner, bea = served.person("blind ann"), served.person("blind bea")
    key = served.inspection(owner, HEAD + ONE, **{"blind bea": "inspector"})
    blind_tagging.begin(served.bench, bea, key, expected_version=0)
    with pytest.raises(TagsHidden):
        decisions.proposal(served.bench, bea, key)
    if how == "closed":
        retention.close(served.bench, owner, key, expected_version=1)
    else:
        account, version = bea.account_id, members.listed(served.bench, owner, key)[1].version
        if how == "reader":
            members.change(served.bench, owner, key, account, "reader", expected_version=version)
        else:
            members.remove(served.bench, owner, key, account, expected_version=version)
            members.add(served.bench, owner, key, bea.email, "reader")
    assert decisions.proposal(served.bench, bea, key).areas


# The log of the site --------------------------------------------------------------------------------------


def test_the_log_of_the_site_names_nothing_of_an_inspection(served: Any) -> None:
    owner = served.person("blind ann")
    key = served.inspection(owner, HEAD + ONE)
    ann = served.signed_in("blind ann")
    ann.get(f"/inspections/{key}/item?id=E001")
    base = f"/api/v1/inspections/{key}"
    assert 201 == ann.post(f"{base}/draft", headers={"If-Match": '"r1"'}).status_code
    invited = ann.post(
        f"{base}/invitations", json={"email": "chief@harbour.example", "name": "Chief Harbour"}
    )
    served.invited(invited.json()["link"]).get(f"/inspections/{key}/draft")
    admin = served.signed_in("blind admin", admin=True)
    lines = admin.get("/audit/export").text
    pages = admin.get("/audit?words=blind+ann").text + admin.get("/audit?words=invit").text
    for said in (key, "E001", "harbour", "Harbour"):
        assert said not in lines
        assert said not in pages
    assert "0 entries" in admin.get("/audit?words=harbour").text
    assert '"act":"saw_item"' in lines
    assert "Saw item" in pages
    assert "somebody invited" in lines
