"""Signing in and out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from grader.errors import InputError
from grader.server import accounts, sessions
from grader.server.callers import COMMAND
from grader.server.handed_out import hash_of
from grader.server.refusals import NotSignedIn, TooMany
from grader.server.tables import SignedIn


def test_who_is_not_signed_in_is_sent_to_sign_in_and_back(served: Any) -> None:
    answer = served.client().get("/inspections/none?words=a")
    assert (303, "/sign-in?next=/inspections/none%3Fwords%3Da") == (
        answer.status_code,
        answer.headers["location"],
    )


def test_the_password_signs_in(served: Any) -> None:
    assert "ann" == served.signed_in("ann").get("/api/v1/me").json()["name"]


def test_nobody_can_tell_an_unknown_address_from_a_wrong_password(served: Any) -> None:
    served.person("ann")
    answers = [
        served.client().post("/sign-in", data={"email": email, "password": "wrong wrong wrong"})
        for email in ("ann@example.org", "nobody@example.org")
    ]
    pages = [a.text.replace("nobody@", "ann@").replace(a.headers["x-request-id"], "") for a in answers]
    assert [401, 401] == [a.status_code for a in answers]
    assert pages[0] == pages[1]


@pytest.mark.parametrize(
    "next", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_signing_in_leads_to_no_other_site(served: Any, next: str) -> None:
    served.person("ann")
    form = {"email": "ann@example.org", "password": "three plain words", "next": next}
    assert "/" == served.client().post("/sign-in", data=form).headers["location"]


def test_too_many_attempts_are_refused_whoever_they_are_on(make_bench: Any) -> None:
    bench = make_bench(sign_in_person="2 per hour", with_workers=False).bench
    accounts.add(bench, COMMAND, "known@example.org", "Known", password="three plain words")
    for email in ("known@example.org", "unknown@example.org"):
        for expected in (NotSignedIn, NotSignedIn, TooMany):
            with pytest.raises(expected):
                accounts.sign_in(bench, email, "wrong wrong wrong", address="1")


def test_an_address_that_tries_many_accounts_is_refused(make_bench: Any) -> None:
    bench = make_bench(sign_in_address="3 per hour", with_workers=False).bench
    for number in range(3):
        with pytest.raises(NotSignedIn):
            accounts.sign_in(bench, f"{number}@example.org", "wrong wrong wrong", address="1")
    with pytest.raises(TooMany) as raised:
        accounts.sign_in(bench, "4@example.org", "wrong wrong wrong", address="1")
    assert raised.value.after > 0


def test_a_link_signs_in_once(served: Any) -> None:
    number = served.person("link").account_id
    secret = accounts.sign_in_link(served.bench, number, caller=COMMAND).rpartition("/")[2]
    client = served.client()
    assert 200 == client.get(f"/sign-in/link/{secret}").status_code  # looking at it uses nothing up
    assert 303 == client.post("/sign-in/link", data={"secret": secret}).status_code
    assert "link" == client.get("/api/v1/me").json()["name"]
    assert 401 == served.client().post("/sign-in/link", data={"secret": secret}).status_code


def test_sessions_and_links_end_with_time(make_bench: Any) -> None:
    bench = make_bench(with_workers=False).bench
    made = accounts.add(bench, COMMAND, "a@example.org", "A", password="three plain words")
    secret = accounts.sign_in_link(bench, made.number, caller=COMMAND).rpartition("/")[2]
    started = accounts.sign_in(bench, "a@example.org", "three plain words", address="1")
    now = datetime.now(UTC)
    bench.now = lambda: now + timedelta(hours=7)
    assert sessions.caller_of(bench, started.token) is not None
    bench.now = lambda: now + timedelta(hours=16)
    assert sessions.caller_of(bench, started.token) is None
    with pytest.raises(NotSignedIn):
        accounts.sign_in_by_link(bench, secret, address="1")


def test_signing_out_everywhere_ends_every_session(served: Any) -> None:
    one, other = served.signed_in("everywhere"), served.signed_in("everywhere")
    csrf = one.get("/api/v1/me").json()["csrf"]
    assert 303 == one.post("/sign-out", data={"csrf": csrf, "everywhere": "yes"}).status_code
    assert [401, 401] == [client.get("/api/v1/me").status_code for client in (one, other)]


def test_signing_out_asks_for_the_token_of_a_page(served: Any) -> None:
    client = served.signed_in("everywhere")
    assert 403 == client.post("/sign-out", data={"csrf": "guessed"}).status_code
    assert 200 == client.get("/api/v1/me").status_code


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}],
)
def test_a_form_of_another_site_is_refused(served: Any, headers: dict[str, str]) -> None:
    served.person("ann")
    form = {"email": "ann@example.org", "password": "three plain words"}
    assert 403 == served.client().post("/sign-in", data=form, headers=headers).status_code


def test_the_cookie_is_for_this_site_and_no_script(served: Any) -> None:
    served.person("ann")
    form = {"email": "ann@example.org", "password": "three plain words"}
    cookie = served.client().post("/sign-in", data=form).headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie


def test_what_is_kept_of_a_session_is_no_secret(served: Any) -> None:
    client = served.signed_in("ann")
    with served.bench.database.reading() as session:
        kept = {row.token_hash for row in session.scalars(select(SignedIn))}
    assert hash_of(client.cookies["grader"]) in kept
    assert client.cookies["grader"] not in kept


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaaaaaa", "password123456"])
def test_a_password_that_is_tried_first_is_refused(served: Any, password: str) -> None:
    with pytest.raises(InputError):
        accounts.add(served.bench, COMMAND, "weak@example.org", "Weak", password=password)


def test_another_host_is_not_answered(served: Any) -> None:
    assert 400 == served.client().get("/sign-in", headers={"Host": "evil.example"}).status_code


def test_every_answer_is_guarded(served: Any) -> None:
    for path in ("/sign-in", "/api/v1/me", "/static/workbench.css", "/nowhere"):
        headers = served.client().get(path).headers
        assert "script-src 'self'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert ("nosniff", "DENY") == (headers["x-content-type-options"], headers["x-frame-options"])


def test_a_request_that_is_too_long_is_refused(served: Any) -> None:
    form = {"email": "a" * 2_000_000, "password": "x"}
    assert 413 == served.client().post("/sign-in", data=form).status_code
