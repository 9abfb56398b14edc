"""Acts that are rare and weigh much, by their pages; and what users of like tools complain of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from grader.server import accounts, drafts, inspections, invitations, retention
from grader.server.app import create_app
from grader.server.callers import COMMAND


def send(client: Any, page: str, to: str, /, **typed: str) -> Any:
    """What is answered where a person fills in a form of a page and sends it."""
    form = client.get(page).text.partition(f'action="{to}"')[2].partition("</form>")[0]
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
    assert "csrf" in hidden, (page, to)
    return client.post(to, data=hidden | typed)


def acts(served: Any, key: str) -> list[tuple[str, Any]]:
    """What the log of an inspection tells, the newest first."""
    return [(e.act, e.detail) for e in retention.audited(served.bench, served.person("acts ann"), key).items]


@pytest.fixture
def at(served: Any) -> str:
    """The address of an inspection of ann's."""
    parts = {"acts ina": "inspector", "acts rev": "reviewer"}
    return f"/inspections/{served.inspection(served.person('acts ann'), **parts)}"


@pytest.fixture
def later(served: Any) -> Iterator[Any]:
    """`later(days)`: that many days from now."""
    began = datetime.now(UTC)

    def move(days: int) -> None:
        served.bench.now = lambda: began + timedelta(days=days)

    yield move
    served.bench.now = lambda: datetime.now(UTC)


# Other rules ----------------------------------------------------------------------------------------------


def test_a_reviewer_takes_an_inspection_over_to_other_rules_with_a_reason_and_an_inspector_does_not(
    served: Any, at: str
) -> None:
    key = at.rpartition("/")[2]
    with served.bench.database.engine.begin() as connection:
        former = {"former": "0" * 64, "key": key}
        connection.execute(text("UPDATE inspection SET rulebook_sha256 = :former WHERE key = :key"), former)
    rev, ina = served.signed_in("acts rev"), served.signed_in("acts ina")
    assert 409 == rev.get(f"/api/v1{at}/proposal").status_code, "of rules that are gone nothing is proposed"
    assert f'action="{at}/new-rules"' not in ina.get(f"{at}/files").text
    csrf = {"csrf": ina.headers["X-CSRF-Token"], "version": "1", "reason": "New"}
    assert 403 == ina.post(f"{at}/new-rules", data=csrf).status_code
    blank = send(rev, f"{at}/files", f"{at}/new-rules", reason=" ")
    assert (422, True) == (blank.status_code, 'href="#reason"' in blank.text)
    done = send(rev, f"{at}/files", f"{at}/new-rules", reason="The appeal was upheld")
    assert f"{at}?done=new_rules" == done.headers["location"]
    act, detail = acts(served, key)[0]
    said = (act, detail["reason"], detail["before"]["rulebook"])
    assert ("took_new_rules", "The appeal was upheld", "0" * 64) == said
    assert f'action="{at}/new-rules"' not in rev.get(f"{at}/files").text
    again = rev.post(f"/api/v1{at}/rules", json={"reason": "Again"}, headers={"If-Match": '"2"'})
    assert 409 == again.status_code


# What becomes of an inspection ----------------------------------------------------------------------------


def test_an_inspection_is_erased_on_its_page_by_its_id_and_no_earlier_than_it_may(
    served: Any, at: str, later: Any
) -> None:
    key = at.rpartition("/")[2]
    ann = served.signed_in("acts ann")
    assert 303 == send(ann, f"{at}/files", f"{at}/close").status_code
    wrong = send(ann, f"{at}/files", f"{at}/erase", sure="harbour")
    assert (422, True) == (wrong.status_code, 'href="#sure"' in wrong.text)
    early = send(ann, f"{at}/files", f"{at}/erase", sure="harbour-2022")
    assert (409, True) == (early.status_code, "is kept until" in early.text)
    later(366)
    ann = served.signed_in("acts ann")
    done = send(ann, f"{at}/files", f"{at}/erase", sure="harbour-2022")
    assert "/?done=erased" == done.headers["location"]
    assert "The inspection is erased." in ann.get("/?done=erased").text
    assert [404, 404] == [ann.get(f"{at}{page}").status_code for page in ("", "/log")]
    with served.bench.database.reading() as session:
        left = session.execute(text("SELECT act FROM audit WHERE inspection = :key"), {"key": key}).scalars()
        held = [
            session.scalar(
                text(
                    f"SELECT count(*) FROM {table} WHERE inspection_id = "
                    "(SELECT id FROM inspection WHERE key = :key)"
                ),
                {"key": key},
            )
            for table in ("item", "item_version", "source", "member", "blind_tagging")
        ]
        assert "erased" in list(left)
        assert [0] * 5 == held


def test_a_statement_is_redacted_on_its_page_with_a_reason(served: Any, at: str) -> None:
    ann = served.signed_in("acts ann")
    here = f"{at}/redact?id=E001"
    blank = send(ann, here, here, reason="")
    assert (422, True) == (blank.status_code, 'href="#reason"' in blank.text)
    done = send(ann, here, here, reason="It names a person")
    assert f"{at}/evidence?done=redacted" == done.headers["location"]
    for page in ("/evidence", "/item?id=E001", "/log"):
        assert "Calls are answered" not in ann.get(f"{at}{page}").text, page
    assert "redacted; SHA-256" in ann.get(f"{at}/item?id=E001").text


# Signing in, and for how long -----------------------------------------------------------------------------


def test_a_link_made_on_the_page_of_an_account_signs_in_once_and_looking_at_it_does_not(served: Any) -> None:
    admin = served.signed_in("acts admin", admin=True)
    number = served.person("acts new").account_id
    made = send(admin, f"/accounts/{number}", f"/accounts/{number}/link").text
    (link,) = re.findall(r"http://[^/<]+(/sign-in/link/[\w-]+)", made)
    assert link not in admin.get(f"/accounts/{number}").text, "it is shown once"
    browser = served.client()
    secret = {"secret": link.rpartition("/")[2]}
    assert [200, 200] == [browser.get(link).status_code for _ in range(2)]
    assert 303 == browser.post("/sign-in/link", data=secret).status_code
    assert "acts new" in browser.get("/you").text
    spent = served.client().post("/sign-in/link", data=secret)
    assert (401, True) == (spent.status_code, "was used already" in spent.text)


def test_a_password_is_changed_on_a_page_and_ends_every_other_session(served: Any) -> None:
    person = served.person("acts pass")
    accounts.change(
        served.bench, COMMAND, person.account_id, expected_version=1, password="three plain words"
    )
    here, elsewhere = served.signed_in("acts pass"), served.signed_in("acts pass")
    good = {"old": "three plain words", "new": "four plain words here", "again": "four plain words here"}
    for typed, field in (
        ({"again": "four plain words"}, "again"),
        ({"old": "three plain"}, "old"),
        ({"new": "short", "again": "short"}, "new"),
    ):
        refused = send(here, "/you", "/you/password", **{**good, **typed})
        assert (422, True) == (refused.status_code, f'href="#{field}"' in refused.text), field
        assert not any(word in refused.text for word in good.values()), "no password goes back into a page"
    assert "/you?done=password" == send(here, "/you", "/you/password", **good).headers["location"]
    assert [200, 401] == [client.get("/api/v1/me").status_code for client in (here, elsewhere)]
    tried = [
        served.client().post("/sign-in", data={"email": person.email, "password": word}).status_code
        for word in ("three plain words", "four plain words here")
    ]
    assert [401, 303] == tried


def test_an_invitation_of_the_body_ends_and_with_it_what_was_begun_by_it(
    served: Any, at: str, later: Any
) -> None:
    key, owner = at.rpartition("/")[2], served.person("acts ann")
    drafts.release(served.bench, owner, key, expected_revision=1)
    link = invitations.invite(served.bench, owner, key, "chief@body.example", "Chief", days=2).link
    body = served.invited(link)
    later(1)
    assert 200 == served.invited(link).get(f"{at}/draft").status_code
    later(3)
    late = served.client().post("/invitation", data={"secret": str(link).rpartition("/")[2]})
    assert (401, True) == (late.status_code, "not good any more" in late.text)
    assert f"/sign-in?next={at}/draft" == body.get(f"{at}/draft").headers["location"]
    assert 401 == body.get(f"/api/v1{at}/draft").status_code


def test_a_token_made_on_a_page_for_one_inspection_is_good_for_that_one(served: Any, at: str) -> None:
    ann, key = served.signed_in("acts ann"), at.rpartition("/")[2]
    other = served.inspection(served.person("acts ann"))
    made = send(ann, "/you", "/you/token", name="One", scopes="read", inspection=key, days="1").text
    client = served.client()
    (token,) = set(re.findall(r"grader_[\w-]+", made))
    client.headers["Authorization"] = f"Bearer {token}"
    asked = [client.get(f"/api/v1/inspections/{each}").status_code for each in (key, other)]
    assert [200, 404] == asked
    assert [key] == [i["key"] for i in client.get("/api/v1/inspections").json()["items"]]
    assert [] == [u for u in client.get("/api/v1/rules/PEEL_2021_22").json()["used_in"] if u["key"] != key]


def test_behind_https_cookies_go_by_https_alone_and_forms_that_came_without_it_are_refused(
    served: Any,
) -> None:
    settings = served.bench.settings.model_copy(update={"public_url": "https://grader.example.org"})
    app = create_app(settings, replace(served.bench, settings=settings))
    person = {"email": served.person("acts ann").email, "password": "three plain words"}
    with TestClient(app, base_url="https://grader.example.org", follow_redirects=False) as client:
        there = {"Origin": "https://grader.example.org"}
        plain = client.post("/sign-in", data=person, headers={"Origin": "http://grader.example.org"})
        assert 403 == plain.status_code
        signed_in = client.post("/sign-in", data=person, headers=there)
        cookie = signed_in.headers["set-cookie"]
        assert cookie.startswith("__Host-grader=")
        assert all(f"; {word}" in cookie for word in ("Secure", "HttpOnly", "Path=/", "SameSite=lax"))
        assert "max-age=31536000" == signed_in.headers["strict-transport-security"]
        csrf = {"X-CSRF-Token": client.get("/api/v1/me").json()["csrf"]}
        token = {"name": "x", "scopes": ["read"]}
        statuses = [
            client.post("/api/v1/tokens", json=token, headers=csrf | {"Origin": origin}).status_code
            for origin in ("http://grader.example.org", "https://evil.example", "https://grader.example.org")
        ]
        assert [403, 403, 201] == statuses


# What users of like tools complain of ---------------------------------------------------------------------


def test_every_choice_can_be_unset(served: Any, at: str) -> None:
    ann, key = served.signed_in("acts ann"), at.rpartition("/")[2]
    # An assessment: the form has a choice for none, and what has a figure goes without.
    edit = f"{at}/item/edit?id=E001"
    assert re.search(r'type="radio" id="assessment-\d" name="assessment" value=""', ann.get(edit).text)
    item = {"statement": "Calls are answered", "more": "recording.1a", "basis": "data", "source": "report",
            "measure_name": "crimes_recorded", "measure_value": "95", "measure_unit": "percent"}  # fmt: skip
    assert 303 == send(ann, edit, edit, **item, assessment="meets", action="save").status_code
    assert 303 == send(ann, edit, edit, **item, assessment="", action="save").status_code
    kept = ann.get(f"/api/v1{at}/evidence/E001").json()["evidence"]
    assert ("assessment" in kept, 95) == (False, kept["measure"]["value"])
    # A second person's tag.
    rev, here = served.signed_in("acts rev"), f"{at}/tagging/item?id=E002"
    send(rev, f"{at}/tagging", f"{at}/tagging/begin")
    tags = {"more": "responding.2a", "assessment": "falls_short", "basis": "data", "action": "save"}
    assert 303 == send(rev, here, here, **tags).status_code
    assert "You tagged it before" in rev.get(here).text, "the first mark is shown on marking again"
    assert 303 == send(rev, here, f"{at}/tagging/remove?id=E002").status_code
    assert rev.get(f"/api/v1{at}/tagging/E002").json()["tags"] is None
    assert 303 == send(rev, here, here, **tags).status_code
    send(rev, f"{at}/tagging", f"{at}/tagging/hand-in")
    # How a disagreement is settled; the list of cases is there, each with what was found.
    listed = ann.get(f"{at}/moderation").text
    assert "Callers who ring again are not noticed" in listed
    here = f"{at}/moderation/item?id=E002"
    assert "Callers who ring again are not noticed" in ann.get(here).text
    assert 303 == send(ann, here, here, choice="acts rev", reason="Heard", action="save").status_code
    assert "Heard" in ann.get(here).text
    assert 303 == send(ann, here, f"{at}/moderation/unsettle?id=E002").status_code
    assert "Heard" not in ann.get(here).text
    # The answer to a challenge.
    revision = inspections.one(served.bench, served.person("acts ann"), key).revision
    drafts.release(served.bench, served.person("acts ann"), key, expected_revision=revision)
    invited = invitations.invite(served.bench, served.person("acts ann"), key, "c@body.example", "C")
    body = served.invited(invited.link)
    said = {"target": "E002", "statement": "They are", "source": "Log"}
    number = body.post(f"/api/v1{at}/challenges", json=said).json()["number"]
    here = f"{at}/challenge?number={number}"
    assert "Callers who ring again are not noticed" in ann.get(here).text
    assert 303 == send(ann, here, here, outcome="not_accepted", reason="It stands").status_code
    assert "It stands" in body.get(f"{at}/draft").text
    assert "It stands" in ann.get(here).text
    back = f"{at}/challenge/unanswer?number={number}"
    assert 303 == send(ann, here, back).status_code
    assert "It stands" not in body.get(f"{at}/draft").text
    assert 412 == ann.post(back, data={"csrf": ann.headers["X-CSRF-Token"], "version": "1"}).status_code
    assert ["unanswered_challenge", "answered_challenge"] == [
        act for act, _ in acts(served, key) if act.endswith("answered_challenge")
    ]


def test_a_decision_is_made_beside_its_evidence_with_the_one_before_and_can_be_taken_back(
    served: Any, at: str
) -> None:
    ann, here = served.signed_in("acts ann"), f"{at}/decide?area=responding"
    assert "Callers who ring again are not noticed" in ann.get(here).text
    decided = send(ann, here, here, grade="inadequate", rationale="Worse than the rules see")
    assert 303 == decided.status_code
    assert "Worse than the rules see" in ann.get(here).text
    assert 303 == send(ann, here, f"{at}/decide/undo?area=responding").status_code
    decision = ann.get(f"/api/v1{at}/areas/responding").json()["decision"]
    assert decision is None


def faults(answer: Any) -> list[str]:
    """The fields that a form's summary of errors leads to."""
    summary = answer.text.partition('class="error-summary"')[2].partition("</div>")[0]
    return re.findall(r'href="#([\w-]+)"', summary)


def test_a_form_tells_at_once_what_is_empty_and_what_else_is_wrong(served: Any, at: str) -> None:
    client = served.signed_in("acts ann")
    empty = send(client, f"{at}/item/add", f"{at}/item/add", found_on="yesterday")
    assert 422 == empty.status_code
    assert ["statement", "characteristics", "assessment", "basis", "source", "found_on"] == faults(empty)

    earlier = send(client, f"{at}/finding/add?earlier=1", f"{at}/finding/add", block="previous", issued="x")
    assert 422 == earlier.status_code
    assert ["kind", "area", "statement", "progress", "issued"] == faults(earlier)

    source = send(client, f"{at}/source/add", f"{at}/source/add", published="soon")
    assert (422, ["id", "title", "published"]) == (source.status_code, faults(source))


@pytest.mark.parametrize("figure", ["010", "1_000", "nan", "1:30", "٣", "1e400"])
def test_a_figure_of_a_form_is_refused_where_a_file_would_refuse_it(
    served: Any, at: str, figure: str
) -> None:
    client = served.signed_in("acts ann")
    answer = send(
        client, f"{at}/item/add", f"{at}/item/add", statement="Calls.", more="treatment.1a", basis="data",
        source="hmicfrs-report", measure_name="calls", measure_value=figure, measure_unit="percent",
    )  # fmt: skip
    assert (422, True) == (answer.status_code, "measure_value" in faults(answer))


def test_what_is_wrong_with_a_workbook_names_it_as_its_owner_does(served: Any, at: str) -> None:
    client = served.signed_in("acts ann")
    rows = b"id,characteristics,statement,assessment,basis,source\nB1,treatment.1a,,meets,interview,report\n"
    page = client.get(f"{at}/workbook").text
    token = re.search(r'name="csrf" value="([^"]*)"', page)
    assert token is not None
    sent = {"workbook": ("../B division: March?.csv", rows, "text/csv")}
    answer = client.post(f"{at}/workbook", data={"csrf": token[1], "how": "add"}, files=sent)
    shown = client.get(answer.headers["location"]).text
    assert "<strong>B division_ March_.csv</strong> row 2, column 3: " in shown


def test_a_hint_that_asks_ends_with_its_question_mark(served: Any, at: str) -> None:
    client = served.signed_in("acts ann")
    answer = send(client, f"{at}/item/add", f"{at}/item/add", more="treatmnt.1a")
    hint = re.search(r'<span class="help">([^<]*\?)([^<]*)</span>', answer.text)
    assert hint is not None, answer.text
    assert "" == hint[2]
