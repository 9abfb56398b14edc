"""Ids are the user's own: whatever they hold, each is reached through the API by its percent-encoded form."""

from __future__ import annotations

import http.client
import json
import threading
import time
from typing import Any
from urllib.parse import quote

import pytest
from fastapi.routing import iter_route_contexts

from grader.server.api.making import NamedRoute

#: As people write them, and as somebody writes them who would like to reach something else.
NAMES = (
    "A",
    "A/1",
    "A/history",
    "A/history/history",
    "A/",
    "A//1",
    "a b",
    "a+b",
    "é",
    "日本",
    ".",
    "..",
    "../..",
    "../../../rules",
    "%2F",
    "%252F",
    "A%2F1",
    "%",
    "%zz",
    "?x",
    "?x=1&y#z",
    "#",
    ";v=1",
    ":@!$'()*,=",
    "A\\1",
    "{item}",
    "report/documents/1",
    "N" * 199,
)


#: Of each kind one, and those that are changed as well, and not only read.
FEW = ("A/1", "A/history", "a b", "é", "..", "%2F", "?x")
CHANGED = ("A/1", "..", "%2F")


def encoded(name: str) -> str:
    """A name as a part of an address; dots as well, which clients otherwise take for a way upwards."""
    return quote(name, safe="").replace(".", "%2E")


def file() -> bytes:
    whole = {
        "inspection": {"id": "names", "body": "Names", "framework": "PEEL_2021_22", "edition": "2022-03"},
        "sources": {name: {"title": f"Title of {name}"} for name in NAMES},
        "evidence": [
            {"id": name, "characteristics": ["responding.2a"], "assessment": "meets", "basis": "data",
             "statement": f"Statement of {name}", "source": name}
            for name in NAMES
        ],
        "findings": [
            {"id": f"F{name}", "kind": "area_for_improvement", "area": "responding",
             "statement": f"Finding of {name}"}
            for name in NAMES
        ],
    }  # fmt: skip
    return json.dumps(whole, ensure_ascii=False).encode()


def imported(client: Any) -> str:
    """Where a new inspection is whose names are these."""
    made = client.post("/api/v1/inspections/import", files={"file": ("a.json", file())})
    assert 201 == made.status_code, made.text
    return f"/api/v1/inspections/{made.json()['inspection']['key']}"


@pytest.fixture(scope="module")
def client(served: Any) -> Any:
    return served.signed_in("names owner")


@pytest.fixture(scope="module")
def there(client: Any) -> str:
    """Where the inspection is that is only read."""
    return imported(client)


def test_each_is_read_by_its_own_name(client: Any, there: str) -> None:
    actual = {name: client.get(f"{there}/evidence/{encoded(name)}") for name in NAMES}
    assert {name: name for name in NAMES} == {name: answer.json()["id"] for name, answer in actual.items()}


def test_so_is_what_else_there_is_of_its_name(client: Any, there: str) -> None:
    for name in FEW:
        at, said = encoded(name), f"Statement of {name}"
        history, tagging, source, finding = (
            client.get(f"{there}/{path}").json()
            for path in (f"evidence/{at}/history", f"tagging/{at}", f"sources/{at}", f"findings/F{at}")
        )
        assert [said] == [version["evidence"]["statement"] for version in history]
        assert said == tagging["evidence"]["statement"]
        assert f"Title of {name}" == source["source"]["title"]
        assert f"Finding of {name}" == finding["finding"]["statement"]


def test_each_is_changed_and_taken_away_by_its_own_name(client: Any) -> None:
    base = imported(client)

    def version(address: str) -> dict[str, str]:
        return {"If-Match": client.get(address).headers["etag"]}

    def put(address: str, given: Any) -> int:
        return int(client.put(address, json=given, headers=version(address)).status_code)

    def delete(address: str) -> int:
        return int(client.delete(address, headers=version(address)).status_code)

    tags = {"characteristics": ["responding.2a"], "assessment": "falls_short", "basis": "data"}
    assert 200 == put(f"{base}/blind", {"open": True})
    for name in CHANGED:
        tagging = f"{base}/tagging/{encoded(name)}"
        assert [200, 200] == [put(tagging, tags), delete(tagging)], name
    assert 200 == put(f"{base}/blind", {"open": False})
    for name in CHANGED:
        at, other = encoded(name), {"statement": f"Another of {name}"}
        item, source, finding = (
            f"{base}/{path}" for path in (f"evidence/{at}", f"sources/{at}", f"findings/F{at}")
        )
        attached = client.post(f"{source}/documents", files={"file": ("a.txt", name.encode())}).json()
        document = f"{source}/documents/{attached['number']}"
        assert name.encode() == client.get(document).content
        assert [200, 204, 200, 200] == [
            put(item, client.get(item).json()["evidence"] | other),
            delete(document),
            put(source, {"title": name}),
            put(finding, client.get(finding).json()["finding"] | other),
        ], name
        said = [version["evidence"]["statement"] for version in client.get(f"{item}/history").json()]
        assert [f"Statement of {name}", f"Another of {name}"] == said
        assert [204, 204, 204] == [delete(item), delete(finding), delete(source)], name
    rest = set(NAMES) - set(CHANGED)
    assert (rest, rest, {f"F{name}" for name in rest}) == (
        {item["id"] for item in client.get(f"{base}/evidence?per_page=200").json()["items"]},
        {source["id"] for source in client.get(f"{base}/sources").json()},
        {finding["id"] for finding in client.get(f"{base}/findings").json()},
    )


def test_a_slash_that_is_not_encoded_is_none_of_a_name(client: Any, there: str) -> None:
    assert 404 == client.get(f"{there}/evidence/A/1").status_code
    assert "A" == client.get(f"{there}/evidence/A/history").json()[0]["evidence"]["id"]


def test_an_address_is_the_same_however_much_of_it_is_encoded(client: Any, there: str) -> None:
    plain = client.get(f"{there}/evidence/A").json()
    assert plain == client.get(f"{there}/%65vidence/%41").json()
    assert 405 == client.post(f"{there}/evidence/A%2F1", json={}).status_code


@pytest.mark.parametrize("name", ["%ff", "%C3", "%00", "%ED%A0%80", "%0A"])
def test_what_is_the_name_of_nothing_is_not_there(client: Any, there: str, name: str) -> None:
    assert client.get(f"{there}/evidence/{name}").status_code in (404, 422)


def test_the_server_itself_cuts_addresses_alike(served: Any, client: Any, there: str) -> None:
    """uvicorn, which decodes them in its own way, and a client that sends them as they are."""
    import uvicorn

    token = client.post("/api/v1/tokens", json={"name": "x", "scopes": ["read"]})
    server = uvicorn.Server(uvicorn.Config(served.app, port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        connection = http.client.HTTPConnection(*server.servers[0].sockets[0].getsockname()[:2])
        actual = []
        for name in NAMES:
            connection.putrequest("GET", f"{there}/evidence/{encoded(name)}")
            connection.putheader("Authorization", f"Bearer {token.json()['token']}")
            connection.endheaders()
            actual.append(json.load(connection.getresponse())["evidence"]["id"])
        connection.close()
    finally:
        server.should_exit = True
        thread.join()
    assert list(NAMES) == actual


def test_every_route_of_the_api_that_takes_a_name_takes_any(served: Any) -> None:
    """Those of the API; pages ask for names in the query."""
    other = [
        context.path
        for context in iter_route_contexts(served.app.routes)
        if str(context.path).startswith("/api/v1/") and "{" in str(context.path)
        if not isinstance(context.original_route, NamedRoute)
    ]
    assert [] == other
