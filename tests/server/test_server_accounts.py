"""Accounts and who asks: what one change of an account ends, and what is counted as one address."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from grader.server import accounts, tokens
from grader.server.callers import COMMAND
from grader.server.guard import trace_of
from grader.server.limiting import SignInLimits
from grader.server.refusals import NotSignedIn, NotThere, TooMany
from grader.server.settings import Limits
from grader.server.tables import Audited
from grader.server.web import address_of, whole_number


def account_of(served: Any, name: str, **more: Any) -> Any:
    number = served.person(name, **more).account_id
    return accounts.one(served.bench, COMMAND, number)


@pytest.mark.parametrize(
    ("typed", "known_as"),
    [
        (" Ann@Example.ORG ", "ann@example.org"),
        ("a@gro\u00df.example", "a@gro\u00df.example"),
        ("\u212ate@example.org", "\u212ate@example.org"),
        ("\u0130@example.org", "\u0130@example.org"),
    ],
)
def test_addresses_of_two_people_are_two(typed: str, known_as: str) -> None:
    assert known_as == accounts.checked_email(typed)


@pytest.mark.parametrize("change", [{"password": "another four plain words"}, {"disabled": True}])
def test_an_admin_who_shuts_somebody_out_ends_all_they_hold(served: Any, change: dict[str, Any]) -> None:
    name = f"shut out by {next(iter(change))}"
    person, account = served.person(name), account_of(served, name)
    secret = tokens.make(served.bench, person, "script", ["read"]).token or ""
    link = accounts.sign_in_link(served.bench, account.number, caller=COMMAND)
    changed = accounts.change(
        served.bench, COMMAND, account.number, expected_version=account.version, **change
    )
    if changed.disabled:
        accounts.change(
            served.bench, COMMAND, account.number, expected_version=changed.version, disabled=False
        )
    assert tokens.caller_of(served.bench, secret) is None
    with pytest.raises(NotSignedIn):
        accounts.sign_in_by_link(served.bench, link.rpartition("/")[2], address="test")


def test_the_log_tells_which_fields_of_an_account_were_changed(served: Any) -> None:
    account = account_of(served, "changed by an admin")
    accounts.change(
        served.bench,
        COMMAND,
        account.number,
        expected_version=account.version,
        password="four other plain words",
    )
    with served.bench.database.reading() as session:
        entry = (
            session.query(Audited).order_by(Audited.number.desc()).filter_by(act="changed_account").first()
        )
    assert ["password"] == entry.detail["changed"]


@pytest.mark.parametrize("name", ["tried by others", None])
def test_a_sign_in_that_was_refused_is_noted_without_what_was_typed(served: Any, name: str | None) -> None:
    email = served.person(name).email if name else "a-password-by-mistake@example.org"
    with pytest.raises(NotSignedIn):
        accounts.sign_in(served.bench, email, "wrong words here", address="test")
    with served.bench.database.reading() as session:
        entry = session.query(Audited).order_by(Audited.number.desc()).first()
    assert ("refused_sign_in", {"account": email if name else None}) == (entry.act, entry.detail)


def test_who_is_no_admin_any_more_changes_no_account(served: Any) -> None:
    first, second = served.person("admin one", admin=True), account_of(served, "admin two", admin=True)
    one = account_of(served, "admin one")
    accounts.change(served.bench, COMMAND, one.number, expected_version=one.version, admin=False)
    with pytest.raises(NotThere):
        accounts.change(served.bench, first, second.number, expected_version=second.version, admin=False)
    assert account_of(served, "admin two").admin


@pytest.mark.parametrize(
    ("typed", "number"),
    [(" 21 ", 21), ("\u00b2", None), ("\u0663", None), ("-1", None), ("1" * 10, None), ("", None)],
)
def test_a_number_that_is_typed_is_one_or_none(typed: str, number: int | None) -> None:
    assert number == whole_number(typed)


@pytest.mark.parametrize("path", ["/you/token", "/inspections/{key}/accuracy/invite"])
def test_a_number_of_days_that_is_none_is_told_at_its_field(served: Any, path: str) -> None:
    owner = served.person("counts in powers")
    key = served.inspection(owner)
    client = served.signed_in("counts in powers")
    form = {"csrf": client.headers["X-CSRF-Token"], "name": "n", "email": "b@example.org", "days": "\u00b2"}
    answer = client.post(path.format(key=key), data=form | {"scopes": "read"})
    assert (422, True) == (answer.status_code, 'href="#days"' in answer.text)


@pytest.mark.parametrize("kind", ["application/json", "application/x+json; charset=utf-8"])
def test_a_number_that_is_none_is_refused_under_every_name_of_json(served: Any, kind: str) -> None:
    key = served.inspection(served.person("sends no numbers"))
    client = served.signed_in("sends no numbers")
    answer = client.post(
        f"/api/v1/inspections/{key}/what-if",
        content='{"parameters": {"some": NaN}}',
        headers={"content-type": kind},
    )
    assert (400, "this holds a number that is none") == (answer.status_code, answer.json()["title"])


# Where a request came from --------------------------------------------------------------------------------


class Asked:
    """A request, as far as its address is asked for."""

    def __init__(self, headers: list[tuple[str, str]], settings: Any) -> None:
        from starlette.datastructures import Headers

        self.headers = Headers(raw=[(k.encode(), v.encode()) for k, v in headers])
        state = type("State", (), {"bench": type("Bench", (), {"settings": settings})})
        self.app = type("App", (), {"state": state})
        self.client = type("Client", (), {"host": "10.0.0.1"})


@pytest.mark.parametrize(
    ("headers", "address"),
    [
        ([], "10.0.0.1"),
        ([("x-forwarded-for", "1.1.1.1, 2.2.2.2")], "2.2.2.2"),
        ([("x-forwarded-for", "1.1.1.1"), ("x-forwarded-for", "2.2.2.2")], "2.2.2.2"),
    ],
)
def test_the_nearest_proxy_says_where_a_request_came_from(
    served: Any, headers: list[tuple[str, str]], address: str
) -> None:
    trusting = served.bench.settings.model_copy(update={"trust_proxy": True})
    assert address == address_of(Asked(headers, trusting))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("first", "second", "alike"),
    [
        ("2001:db8::1", "2001:db8::ffff:2", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
    ],
)
def test_addresses_of_one_house_are_counted_together(first: str, second: str, *, alike: bool) -> None:
    limits = SignInLimits(Limits(sign_in_address="1 per hour"))
    limits.attempt("", first)
    if alike:
        with pytest.raises(TooMany):
            limits.attempt("", second)
    else:
        limits.attempt("", second)


@pytest.mark.parametrize(
    ("origin", "status"), [("https://grader.example.org", 303), ("https://other.example.org", 403)]
)
def test_a_form_is_taken_where_a_proxy_says_another_host(make_bench: Any, origin: str, status: int) -> None:
    from fastapi.testclient import TestClient

    from grader.server.app import create_app

    own = make_bench(with_workers=False)
    public = own.bench.settings.model_copy(update={"public_url": "https://grader.example.org"})
    own.bench.settings = public
    own.person("behind a proxy")
    client = TestClient(
        create_app(public, own.bench), base_url="http://127.0.0.1:8000", follow_redirects=False
    )
    with client:
        answer = client.post(
            "/sign-in",
            data={"email": "behind-a-proxy@example.org", "password": "three plain words"},
            headers={"origin": origin},
        )
    assert status == answer.status_code


# What the log of the server says --------------------------------------------------------------------------


def test_a_failure_is_logged_by_its_place_and_not_in_its_words(
    served: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    private = "Callers who ring again"

    def fail(*_: Any, **__: Any) -> Any:
        try:
            raise ValueError(private)
        except ValueError as error:
            raise RuntimeError(private) from error

    client = served.signed_in("meets a failure")
    monkeypatch.setattr("grader.server.inspections.listed", fail)
    with caplog.at_level(logging.INFO, logger="grader.server"):
        answer = client.get("/api/v1/inspections")
    assert 500 == answer.status_code
    assert "RuntimeError" in caplog.text
    assert "ValueError" in caplog.text
    assert "in fail" in caplog.text
    assert private not in caplog.text


def test_a_failure_that_is_its_own_cause_is_traced_once() -> None:
    error = ValueError("x")
    error.__cause__ = error
    assert "ValueError" == trace_of(error)
