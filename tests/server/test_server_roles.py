"""Every route times every role: what is allowed is data, and a route that is not in it fails the test."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts

from grader.server import decisions, drafts, invitations, members, sources

ROLES = ("nobody", "stranger", "body", "reader", "inspector", "reviewer", "owner", "admin")
MATRIX = Path(__file__).with_name("who_may_what.csv")
#: A version that nothing has: who may change a thing is told that it is another, and changes nothing.
STALE = '"987654321"'


def matrix() -> dict[tuple[str, str], dict[str, str]]:
    """By method and path what each role is answered: `yes`, `no` (403), `hidden` (404), `sign in`."""
    with MATRIX.open(encoding="utf-8", newline="") as stream:
        return {(row["method"], row["path"]): row for row in csv.DictReader(stream)}


def test_every_route_of_the_server_is_in_the_matrix(served: Any) -> None:
    there = {
        (method, context.path)
        for context in iter_route_contexts(served.app.routes)
        for method in (context.methods or ())
        if method != "HEAD"
    }
    assert sorted(matrix()) == sorted(there)


@dataclass
class Scene:
    """An inspection with something of everything in it, and a browser for each role."""

    key: str
    numbers: dict[str, int]
    clients: dict[str, Any]

    def path(self, template: str) -> str:
        """A path with what it names filled in: things that are there."""
        names: dict[str, object] = {
            "key": self.key,
            "item": "E001",
            "source": "report",
            "finding": "F001",
            "area": "responding",
            "grade": "good",
            "format": "html",
            "secret": "none",
            "framework": "FHRS",
        }
        if "/documents/" in template:
            names["number"] = self.numbers["document"]
        for word in ("drafts", "invitations", "challenges", "accounts", "tokens"):
            if f"/{word}/" in template:
                names["number"] = self.numbers[word]
        names["account"] = self.numbers["accounts"]
        return template.format(**names)


@pytest.fixture(scope="module")
def scene(served: Any) -> Scene:
    bench = served.bench
    owner = served.person("matrix owner")
    text = (
        served.text
        + "findings:\n  - {id: F001, kind: area_for_improvement, area: responding, statement: Slow}\n"
    )
    parts = {f"matrix {role}": role for role in ("reader", "inspector", "reviewer")}
    key = served.inspection(owner, text, **parts)
    reviewer = served.person("matrix reviewer")
    document = sources.attach(bench, owner, key, "report", "notes.txt", b"notes")
    area = decisions.area(bench, owner, key, "responding")
    decisions.decide(
        bench, reviewer, key, "responding", "good", expected_version=area.version, rationale="Seen"
    )
    draft = drafts.release(bench, reviewer, key, expected_revision=1)
    invited = invitations.invite(bench, reviewer, key, "chief@body.example", "Chief")
    body = served.invited(invited.link)
    made = body.post(
        f"/api/v1/inspections/{key}/challenges", json={"target": "E001", "statement": "No", "source": "Log"}
    ).json()
    tags = {"characteristics": ["responding.2a"], "assessment": "falls_short", "basis": "data"}
    served.tagged_second(reviewer, key, E001=tags)
    clients = {role: served.signed_in(f"matrix {role}") for role in ("stranger", *parts.values(), "owner")}
    clients |= {
        "nobody": served.client(),
        "body": body,
        "admin": served.signed_in("matrix admin", admin=True),
    }
    account = next(m.account for m in members.listed(bench, owner, key) if m.role == "reader")
    numbers = {
        "document": document.number,
        "drafts": draft.number,
        "invitations": invited.number,
        "challenges": made["number"],
        "accounts": account,
        "tokens": 0,
    }
    return Scene(key, numbers, clients)


#: What is sent where something has to be; nothing of it is carried out, for its version is none there is.
SENT: dict[tuple[str, str], dict[str, Any]] = {
    ("POST", "/inspections"): {
        "json": {"id": "x", "body": "X", "framework": "PEEL_2021_22", "edition": "2022-03"}
    },
    ("POST", "/inspections/import"): {"files": {"file": ("x.yaml", b"inspection: {}\n")}},
    ("PUT", "/inspections/{key}"): {
        "json": {"framework": "PEEL_2021_22", "id": "x", "body": "X", "edition": "2022-03"}
    },
    ("POST", "/inspections/{key}/rules"): {"json": {"reason": "So"}},
    ("PUT", "/inspections/{key}/blind"): {"json": {"open": True}},
    ("POST", "/inspections/{key}/tagging/begin"): {"version": "987654321"},
    ("POST", "/inspections/{key}/evidence"): {"json": {}},
    ("PATCH", "/inspections/{key}/evidence"): {"json": {"expected": {"E001": 0}, "tags": {"basis": "data"}}},
    ("PUT", "/inspections/{key}/evidence/{item}"): {"json": {}},
    ("PUT", "/inspections/{key}/sources/{source}"): {"json": {"title": "Report"}},
    ("POST", "/inspections/{key}/sources/{source}/documents"): {"files": {"file": ("a.txt", b"a")}},
    ("POST", "/inspections/{key}/findings"): {"json": {"block": "findings", "finding": {}}},
    ("PUT", "/inspections/{key}/findings/{finding}"): {"json": {}},
    ("POST", "/inspections/{key}/what-if"): {"json": {"without": ["E001"]}},
    ("GET", "/inspections/{key}/search"): {"params": {"words": "calls"}},
    ("PUT", "/inspections/{key}/areas/{area}/decision"): {"json": {"grade": "good"}},
    ("POST", "/inspections/{key}/areas/{area}/confirmation"): {"json": {}},
    ("PUT", "/inspections/{key}/tagging/{item}"): {"json": {}},
    ("PUT", "/inspections/{key}/disagreements/{item}"): {"json": {"choice": "x", "reason": "x"}},
    ("POST", "/inspections/{key}/disagreements"): {"json": {}},
    ("POST", "/inspections/{key}/invitations"): {"json": {"email": "b@body.example", "name": "B"}},
    ("POST", "/inspections/{key}/challenges"): {
        "json": {"target": "E001", "statement": "No", "source": "Log"}
    },
    ("PUT", "/inspections/{key}/challenges/{number}/answer"): {
        "json": {"outcome": "accepted", "reason": "So"}
    },
    ("POST", "/inspections/{key}/members"): {"json": {"email": "nobody@example.org", "role": "reader"}},
    ("PUT", "/inspections/{key}/members/{account}"): {"json": {"role": "reader"}},
    ("PUT", "/inspections/{key}/file"): {"files": {"file": ("x.yaml", b"inspection: {}\n")}},
    ("PUT", "/inspections/{key}/state"): {"json": {"state": "closed"}},
    ("POST", "/inspections/{key}/redactions"): {"json": {"target": "E001", "reason": "A name"}},
    ("POST", "/tokens"): {"json": {"name": "x", "scopes": ["read"]}},
    ("POST", "/accounts"): {"json": {"email": "matrix-new", "name": "New"}},
    ("PATCH", "/accounts/{number}"): {"json": {}},
    # Pages: what an address asks of them.
    ("GET", "/inspections/{key}/area"): {"params": {"id": "responding"}},
    ("GET", "/inspections/{key}/item"): {"params": {"id": "E001"}},
    ("GET", "/inspections/{key}/item/edit"): {"params": {"id": "E001"}},
    ("POST", "/inspections/{key}/item/edit"): {"params": {"id": "E001"}},
    ("GET", "/inspections/{key}/item/remove"): {"params": {"id": "E001"}},
    ("POST", "/inspections/{key}/item/remove"): {"params": {"id": "E001"}},
    ("GET", "/inspections/{key}/workbook/check"): {"params": {"upload": "none"}},
    ("POST", "/inspections/{key}/workbook/check"): {"params": {"upload": "none"}},
    ("GET", "/inspections/{key}/workbook/marked"): {"params": {"upload": "none"}},
    ("POST", "/inspections/{key}/workbook/import"): {"params": {"upload": "none"}},
    ("GET", "/inspections/{key}/source"): {"params": {"id": "report"}},
    ("POST", "/inspections/{key}/source"): {"params": {"id": "report"}},
    ("POST", "/inspections/{key}/source/remove"): {"params": {"id": "report"}},
    ("POST", "/inspections/{key}/source/attach"): {"params": {"id": "report"}},
    ("POST", "/inspections/{key}/source/detach"): {"params": {"id": "report"}},
    ("GET", "/inspections/{key}/source/document"): {"params": {"id": "report", "number": "document"}},
    ("GET", "/inspections/{key}/finding/edit"): {"params": {"id": "F001"}},
    ("POST", "/inspections/{key}/finding/edit"): {"params": {"id": "F001"}},
    ("POST", "/inspections/{key}/finding/remove"): {"params": {"id": "F001"}},
    ("GET", "/inspections/{key}/tagging/item"): {"params": {"id": "E001"}},
    ("POST", "/inspections/{key}/tagging/item"): {"params": {"id": "E001"}},
    ("POST", "/inspections/{key}/tagging/remove"): {"params": {"id": "E001"}},
    ("GET", "/inspections/{key}/moderation/item"): {"params": {"id": "E001"}},
    ("POST", "/inspections/{key}/moderation/item"): {"params": {"id": "E001"}},
    ("POST", "/inspections/{key}/moderation/unsettle"): {"params": {"id": "E001"}},
    ("GET", "/inspections/{key}/decide"): {"params": {"area": "responding"}},
    ("POST", "/inspections/{key}/decide"): {"params": {"area": "responding"}},
    ("POST", "/inspections/{key}/decide/undo"): {"params": {"area": "responding"}},
    ("POST", "/inspections/{key}/decide/confirm"): {"params": {"area": "responding"}},
    ("GET", "/inspections/{key}/challenge"): {"params": {"number": "challenges"}},
    ("POST", "/inspections/{key}/challenge"): {"params": {"number": "challenges"}},
    ("POST", "/inspections/{key}/challenge/unanswer"): {"params": {"number": "challenges"}},
    ("GET", "/inspections/{key}/draft/challenge"): {"params": {"target": "E001"}},
    ("POST", "/inspections/{key}/draft/challenge"): {"params": {"target": "E001"}},
    ("GET", "/inspections/{key}/redact"): {"params": {"id": "E001"}},
    ("POST", "/inspections/{key}/redact"): {"params": {"id": "E001"}},
}


def answered(scene: Scene, method: str, path: str, role: str) -> tuple[str, int]:
    """What a role is answered, in the words of the matrix."""
    sent = dict(SENT.get((method, path.removeprefix("/api/v1")), {}))
    if "number" in sent.get("params", {}):
        # Which of the kind it names: other tests make some too.
        sent["params"] = {**sent["params"], "number": scene.numbers[sent["params"]["number"]]}
    client = scene.clients[role]
    headers = {"If-Match": STALE}
    if method == "POST" and not path.startswith("/api/"):
        version = sent.pop("version", "0")
        sent.setdefault("data", {"csrf": client.headers.get("X-CSRF-Token", ""), "version": version})
    answer = client.request(method, scene.path(path), headers=headers, **sent)
    if answer.status_code == 401 or answer.headers.get("location", "").partition("?")[0] == "/sign-in":
        return "sign in", answer.status_code
    return {403: "no", 404: "hidden"}.get(answer.status_code, "yes"), answer.status_code


#: What would end the session that the rest is asked by, or is tried with signing in.
APART = ("/sign-out", "/sign-in", "/sign-in/link", "/sign-in/with", "/sign-in/answer", "/invitation")
Cell = tuple[str, str, str]


def cells() -> dict[Cell, str]:
    """Every method and path by every role, and what it is answered."""
    return {
        (method, path, role): row[role]
        for (method, path), row in matrix().items()
        for role in ROLES
        if path not in APART
    }


def check(scene: Scene, wanted: Iterable[Cell]) -> None:
    expected, actual = {}, {}
    for method, path, role in wanted:
        expected[method, path, role] = cells()[method, path, role]
        actual[method, path, role], status = answered(scene, method, path, role)
        assert status < 500, (method, path, role)
    assert expected == actual


def test_some_of_the_matrix_holds(scene: Scene) -> None:
    check(scene, Random(7).sample(sorted(cells()), 120))


def test_somebody_invited_to_an_inspection_makes_none(scene: Scene) -> None:
    ways = [path for _, path, role in cells() if role == "body" and path.startswith("/new")]
    check(scene, [cell for cell in cells() if cell[1] in ways and cell[2] in ("body", "stranger")])


@pytest.mark.slow
@pytest.mark.parametrize("role", ROLES)
def test_the_whole_matrix_holds(scene: Scene, role: str) -> None:
    check(scene, [cell for cell in cells() if cell[2] == role])


def test_nothing_of_an_inspection_is_listed_or_counted_for_a_stranger(served: Any, scene: Scene) -> None:
    answer = served.signed_in("matrix other stranger").get("/api/v1/inspections").json()
    assert ([], 0) == (answer["items"], answer["total"])


def test_an_inspection_that_is_not_there_and_one_of_others_are_answered_alike(scene: Scene) -> None:
    client = scene.clients["stranger"]
    answers = [client.get(f"/api/v1/inspections/{key}") for key in (scene.key, "A" * 16)]
    assert [404, 404] == [a.status_code for a in answers]
    assert answers[0].json() == answers[1].json()


@pytest.mark.parametrize("scope", ["read", "write", "decide", "manage"])
def test_a_token_is_good_for_its_scopes_alone(served: Any, scene: Scene, scope: str) -> None:
    owner = scene.clients["owner"]
    token = owner.post("/api/v1/tokens", json={"name": scope, "scopes": [scope]}).json()["token"]
    client = served.client()
    client.headers["Authorization"] = f"Bearer {token}"
    base = f"/api/v1/inspections/{scene.key}"
    asked: dict[str, Callable[[], Any]] = {
        "read": lambda: client.get(base),
        "write": lambda: client.put(f"{base}/evidence/E001", json={}, headers={"If-Match": STALE}),
        "decide": lambda: client.delete(f"{base}/areas/responding/decision", headers={"If-Match": STALE}),
        "manage": lambda: client.delete(base, headers={"If-Match": STALE}),
    }
    assert {name: name == scope for name in asked} == {
        name: ask().status_code != 403 for name, ask in asked.items()
    }


def test_a_token_that_was_withdrawn_is_good_for_nothing(served: Any, scene: Scene) -> None:
    owner = scene.clients["owner"]
    made = owner.post("/api/v1/tokens", json={"name": "x", "scopes": ["read"]}).json()
    client = served.client()
    client.headers["Authorization"] = f"Bearer {made['token']}"
    assert 200 == client.get("/api/v1/inspections").status_code
    assert 204 == owner.delete(f"/api/v1/tokens/{made['number']}").status_code
    assert 401 == client.get("/api/v1/inspections").status_code


def test_a_change_by_cookie_needs_the_token_of_a_page(scene: Scene) -> None:
    client = scene.clients["owner"]
    answer = client.post(
        "/api/v1/tokens", json={"name": "x", "scopes": ["read"]}, headers={"X-CSRF-Token": "no"}
    )
    assert 403 == answer.status_code
