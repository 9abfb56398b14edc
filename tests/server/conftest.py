"""A workbench on a database of its own, and people with every part in an inspection."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fastapi", reason="the extra [serve] is not installed")

from fastapi.testclient import TestClient

from grader.server import accounts, inspections, members
from grader.server.app import create_app
from grader.server.bench import Workbench
from grader.server.callers import COMMAND, Caller
from grader.server.opening import opened
from grader.server.settings import Limits, Passwords, Settings

ADDRESS = "http://127.0.0.1:8000"
PASSWORD = "three plain words"
SMALL = """\
inspection: {id: harbour-2022, body: Harbour Police, framework: PEEL_2021_22, edition: "2022-03"}
sources:
  report: {title: Report, published: 2022-10}
evidence:
  - {id: E001, characteristics: [responding.2a], assessment: meets, statement: Calls are answered, basis: data,
     source: report}
  - {id: E002, characteristics: [responding.2c], assessment: falls_short, harm: moderate,
     statement: Callers who ring again are not noticed, basis: case_file_review, source: report}
  - {id: E003, characteristics: [workforce.1a], assessment: exceeds, statement: Staff are trained,
     basis: observation, source: report, tagged_by: ann}
"""
#: argon2 as cheap as it goes: what it costs is not what is tested.
CHEAP = Passwords(time_cost=1, memory_cost=8, parallelism=1)


def settings_in(folder: Path, database: str = "", **limits: Any) -> Settings:
    return Settings(
        data=folder,
        database=database,
        passwords=CHEAP,
        limits=Limits(**{"workers": 1, "sign_in_person": "1000 per minute", "sign_in_address": "10000 per minute"} | limits),
    )


@dataclass
class Bench:
    """An open workbench, and ways to use it as anybody."""

    bench: Workbench
    app: Any

    def person(self, name: str, *, admin: bool = False) -> Caller:
        """Somebody with an account; the same each time."""
        email = f"{name}@example.org"
        page = accounts.listed(self.bench, COMMAND, per_page=200)
        found = next((a for a in page.items if a.email == email), None)
        if found is None:
            found = accounts.add(self.bench, COMMAND, email, name, password=PASSWORD, admin=admin)
        return Caller(kind="account", name=name, email=email, account_id=found.number, admin=found.admin)

    def inspection(self, owner: Caller, text: str = SMALL, **parts: str) -> str:
        """The key of a new inspection, and people by name with their parts in it."""
        key = inspections.import_file(self.bench, owner, "small.yaml", text.encode()).inspection.key
        for name, role in parts.items():
            members.add(self.bench, owner, key, self.person(name).email, role)
        return key

    def client(self) -> TestClient:
        """A browser in which nobody is signed in."""
        return TestClient(self.app, base_url=ADDRESS, follow_redirects=False)

    def signed_in(self, name: str) -> TestClient:
        """A browser in which somebody is signed in; what it sends to the API is taken for a page's."""
        self.person(name)
        client = self.client()
        answer = client.post("/sign-in", data={"email": f"{name}@example.org", "password": PASSWORD})
        assert 303 == answer.status_code, answer.text
        client.headers["X-CSRF-Token"] = client.get("/api/v1/me").json()["csrf"]
        return client


@pytest.fixture(scope="module")
def make_bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Bench]]:
    """`make_bench(**limits)`: another workbench, closed with the module."""
    from contextlib import ExitStack

    with ExitStack() as stack:

        def made(database: str = "", **limits: Any) -> Bench:
            settings = settings_in(tmp_path_factory.mktemp("bench"), database, **limits)
            bench = stack.enter_context(opened(settings))
            app = create_app(settings, bench)
            stack.enter_context(TestClient(app, base_url=ADDRESS))  # runs what starts with the server
            return Bench(bench, app)

        yield made


@pytest.fixture(scope="module")
def served(make_bench: Callable[..., Bench]) -> Bench:
    """A workbench that the tests of a module share."""
    return make_bench()
