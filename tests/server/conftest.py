"""A workbench on a database of its own, and people with every part in an inspection."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fastapi", reason="the extra [serve] is not installed")

from fastapi.testclient import TestClient

from grader.server import accounts, blind_tagging, inspections, members, second_tagging
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
  - {id: E001, characteristics: [responding.2a], assessment: meets, statement: Calls are answered,
     basis: data, source: report}
  - {id: E002, characteristics: [responding.2c], assessment: falls_short, harm: moderate,
     statement: Callers who ring again are not noticed, basis: case_file_review, source: report}
  - {id: E003, characteristics: [workforce.1a], assessment: exceeds, statement: Staff are trained,
     basis: observation, source: report, tagged_by: ann}
"""
#: Nobody is turned away for trying often, where that is not what is tested.
MANY = {"workers": 1, "sign_in_person": "1000 per minute", "sign_in_address": "10000 per minute"}
#: argon2 as cheap as it goes: what it costs is not what is tested.
CHEAP = Passwords(time_cost=1, memory_cost=8, parallelism=1)


def settings_in(folder: Path, database: str = "", **limits: Any) -> Settings:
    return Settings(
        data=folder,
        database=database,
        passwords=CHEAP,
        limits=Limits(**{**MANY, **limits}),
    )


@dataclass
class Bench:
    """An open workbench, and ways to use it as anybody."""

    bench: Workbench
    app: Any
    portal: Any = None
    text: str = SMALL

    def person(self, name: str, *, admin: bool = False) -> Caller:
        """Somebody with an account; the same each time."""
        email = f"{name.replace(' ', '-')}@example.org"
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

    def tagged_second(self, person: Caller, key: str, **tags: dict[str, Any]) -> None:
        """What somebody says of items who tags as a second person, handed in."""
        begun = blind_tagging.state(self.bench, person, key)
        begun = blind_tagging.begin(self.bench, person, key, expected_version=begun.version)
        for item, said in tags.items():
            second_tagging.tag(self.bench, person, key, item, said, expected_version=0)
        blind_tagging.hand_in(self.bench, person, key, expected_version=begun.version)

    def client(self) -> TestClient:
        """A browser in which nobody is signed in."""
        client = TestClient(self.app, base_url=ADDRESS, follow_redirects=False)
        client.portal = self.portal  # one event loop for all, as a server has
        return client

    def signed_in(self, name: str, *, admin: bool = False) -> TestClient:
        """A browser in which somebody is signed in; what it sends to the API is taken for a page's."""
        email = self.person(name, admin=admin).email
        client = self.client()
        answer = client.post("/sign-in", data={"email": email, "password": PASSWORD})
        assert 303 == answer.status_code, answer.text
        return self._of_pages(client)

    def invited(self, link: str | None) -> TestClient:
        """A browser in which an invitation was opened."""
        client = self.client()
        answer = client.post("/invitation", data={"secret": str(link).rpartition("/")[2]})
        assert 303 == answer.status_code, answer.text
        return self._of_pages(client)

    def _of_pages(self, client: TestClient) -> TestClient:
        client.headers["X-CSRF-Token"] = client.get("/api/v1/me").json()["csrf"]
        return client


@pytest.fixture(scope="session")
def settings() -> Callable[..., Settings]:
    """`settings(folder, database, **limits)`: those of a server of a test's own."""
    return settings_in


@pytest.fixture(scope="session")
def make_bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Bench]]:
    """`make_bench(**limits)`: another workbench, closed at the end."""
    with ExitStack() as stack:

        def made(database: str = "", *, with_workers: bool = True, **limits: Any) -> Bench:
            settings = settings_in(tmp_path_factory.mktemp("bench"), database, **limits)
            bench = stack.enter_context(opened(settings, workers=with_workers))
            if not with_workers:
                return Bench(bench, None)  # for what asks the services alone
            app = create_app(settings, bench)
            started = stack.enter_context(TestClient(app, base_url=ADDRESS))
            return Bench(bench, app, started.portal)

        yield made


@pytest.fixture(scope="session")
def served(request: pytest.FixtureRequest, make_bench: Callable[..., Bench]) -> Bench:
    """A workbench that all tests share: each makes inspections of its own."""
    if getattr(request, "param", "sqlite") == "postgresql":
        return make_bench(request.getfixturevalue("postgresql").database())
    return make_bench()


# Both databases -------------------------------------------------------------------------------------------

#: The files whose tests run on PostgreSQL each time; those of all others do in the long run.
ON_BOTH = ("test_server_databases",)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each test of the workbench on both databases."""
    if "served" in metafunc.fixturenames:
        marks = [] if metafunc.module.__name__.rpartition(".")[2] in ON_BOTH else [pytest.mark.slow]
        both = ["sqlite", pytest.param("postgresql", marks=marks)]
        metafunc.parametrize("served", both, indirect=True, scope="session")


def _beside(name: str) -> Any:
    """A module beside this file, which is no test."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def new_postgresql() -> Iterator[Callable[..., Any]]:
    """`new_postgresql()`: a PostgreSQL server of a test's own, started; skips where there is none."""
    postgresql = _beside("postgresql")
    if postgresql.binaries() is None:
        pytest.skip("no PostgreSQL on this machine that its tests can start")
    with ExitStack() as stack:

        def made(**given: Any) -> Any:
            server = postgresql.PostgreSQL(**given)
            stack.callback(server.close)
            server.start()
            return server

        yield made


@pytest.fixture(scope="session")
def postgresql(new_postgresql: Callable[..., Any]) -> Any:
    """The PostgreSQL server that tests share; `postgresql.database()` is the address of a new database."""
    return new_postgresql()
