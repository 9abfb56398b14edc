"""Sign-in by an OpenID Connect provider, a real one on this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import oidc_provider_mock
import pytest
from fastapi.testclient import TestClient

from grader.server import accounts
from grader.server.app import create_app
from grader.server.callers import COMMAND
from grader.server.opening import opened
from grader.server.settings import SingleSignOn


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    with oidc_provider_mock.run_server_in_thread() as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture(scope="module")
def browser(
    provider: str, tmp_path_factory: pytest.TempPathFactory, settings: Callable[..., Any]
) -> Iterator[Callable[[], TestClient]]:
    sign_on = SingleSignOn(issuer=provider, client_id="grader", client_secret="secret")
    chosen = settings(tmp_path_factory.mktemp("sign_on")).model_copy(update={"single_sign_on": sign_on})
    with opened(chosen, workers=False) as bench:
        accounts.add(bench, COMMAND, "ann@example.org", "Ann")
        accounts.add(bench, COMMAND, "bob@example.org", "Bob")
        app = create_app(chosen, bench)
        with TestClient(app, base_url=chosen.url, follow_redirects=False):
            yield lambda: TestClient(app, base_url=chosen.url, follow_redirects=False)


def at_provider(provider: str, address: str, subject: str, **claims: Any) -> str:
    """What a person does there: the address that their browser is sent back to."""
    httpx2.put(f"{provider}/users/{subject}", json=claims)
    answer = httpx2.post(address, data={"sub": subject}, follow_redirects=False)
    return str(answer.headers["location"])


def signed_in(browser: Any, provider: str, subject: str, **claims: Any) -> tuple[Any, Any]:
    client = browser()
    there = client.get("/sign-in/with?next=/inspections/x").headers["location"]
    back = urlsplit(at_provider(provider, there, subject, **claims))
    return client, client.get(f"{back.path}?{back.query}")


def test_a_verified_address_signs_in_to_its_account(browser: Any, provider: str) -> None:
    client, answer = signed_in(browser, provider, "1", email="Ann@example.org", email_verified=True)
    assert (303, "/inspections/x") == (answer.status_code, answer.headers["location"])
    assert "Ann" == client.get("/api/v1/me").json()["name"]


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "ann@example.org"},
        {"email": "ann@example.org", "email_verified": False},
        {"email": "ann@example.org", "email_verified": "true"},
        {"email": "stranger@example.org", "email_verified": True},
        {},
    ],
)
def test_any_other_is_refused(browser: Any, provider: str, claims: dict[str, Any]) -> None:
    client, answer = signed_in(browser, provider, f"other {sorted(claims.items())}", **claims)
    assert 401 == answer.status_code
    assert 401 == client.get("/api/v1/me").status_code


def test_an_address_that_somebody_else_has_now_signs_in_to_no_account(browser: Any, provider: str) -> None:
    claims = {"email": "bob@example.org", "email_verified": True}
    assert 303 == signed_in(browser, provider, "bob once", **claims)[1].status_code
    assert 303 == signed_in(browser, provider, "bob once", **claims)[1].status_code
    assert 401 == signed_in(browser, provider, "bob now", **claims)[1].status_code


def test_an_answer_to_another_browser_is_refused(browser: Any, provider: str) -> None:
    there = browser().get("/sign-in/with").headers["location"]
    back = urlsplit(at_provider(provider, there, "1", email="ann@example.org", email_verified=True))
    assert 401 == browser().get(f"{back.path}?{back.query}").status_code


def test_an_answer_is_taken_once(browser: Any, provider: str) -> None:
    client = browser()
    there = client.get("/sign-in/with").headers["location"]
    back = urlsplit(at_provider(provider, there, "1", email="ann@example.org", email_verified=True))
    state = client.cookies["grader-sign-on"]
    assert 303 == client.get(f"{back.path}?{back.query}").status_code
    again = browser()
    again.cookies.set("grader-sign-on", state)
    assert 401 == again.get(f"{back.path}?{back.query}").status_code


def test_the_question_names_what_the_answer_has_to_match(browser: Any) -> None:
    asked = parse_qs(urlsplit(browser().get("/sign-in/with").headers["location"]).query)
    assert (["S256"], ["code"]) == (asked["code_challenge_method"], asked["response_type"])
    assert {"nonce", "state", "code_challenge"} <= asked.keys()
