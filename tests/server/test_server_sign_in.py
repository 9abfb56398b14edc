"""Signing in and out."""

from __future__ import annotations

from typing import Any

import pytest


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
