"""A workbench that is served, browsers that people sit at, and what axe-core says of a page."""

from __future__ import annotations

import os
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fastapi", reason="the extra [serve] is not installed")
pytest.importorskip("playwright", reason="playwright is not installed")

import uvicorn

from grader.server import accounts, inspections, members
from grader.server.app import create_app
from grader.server.callers import COMMAND, Caller
from grader.server.opening import opened
from grader.server.settings import Limits, Passwords, Settings

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PASSWORD = "three plain words"
EXAMPLE = Path(__file__).parents[2] / "examples" / "leicestershire_2021_22" / "inspection.yaml"
SMALL = """\
inspection: {id: harbour-2022, body: Harbour Police, framework: PEEL_2021_22, edition: "2022-03"}
sources:
  report: {title: Report, published: 2022-10}
evidence:
  - {id: E001, characteristics: [responding.2a], assessment: meets, statement: Calls are answered,
     basis: data, source: report, tagged_by: ann}
"""


class Served:
    """A workbench at an address, and people who have parts in its inspections."""

    def __init__(self, bench: Any, address: str) -> None:
        self.bench = bench
        self.address = address

    def person(self, name: str, *, admin: bool = False) -> Caller:
        email = f"{name}@example.org"
        found = next(
            (a for a in accounts.listed(self.bench, COMMAND, per_page=200).items if a.email == email), None
        )
        if found is None:
            found = accounts.add(self.bench, COMMAND, email, name, password=PASSWORD, admin=admin)
        return Caller(kind="account", name=name, email=email, account_id=found.number, admin=found.admin)

    def inspection(self, owner: str, text: str = SMALL, **parts: str) -> str:
        caller = self.person(owner)
        key = inspections.import_file(self.bench, caller, "small.yaml", text.encode()).inspection.key
        for name, role in parts.items():
            members.add(self.bench, caller, key, self.person(name).email, role)
        return key


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    if CHROMIUM is None:
        said = "there is no Chromium on this machine"
        pytest.fail(said) if os.environ.get("GRADER_NEEDS_BROWSER") else pytest.skip(said)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-dev-shm-usage",
                "--disable-extensions",
                "--no-first-run",
            ],
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory, chromium: Any) -> Iterator[Served]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = Settings(
        data=tmp_path_factory.mktemp("bench"),
        port=port,
        passwords=Passwords(time_cost=1, memory_cost=8, parallelism=1),
        limits=Limits(workers=1, sign_in_person="1000 per minute", sign_in_address="10000 per minute"),
    )
    with ExitStack() as stack:
        bench = stack.enter_context(opened(settings))
        server = uvicorn.Server(
            uvicorn.Config(
                create_app(settings, bench), host="127.0.0.1", port=port, log_level="error", lifespan="on"
            )
        )
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        for _ in range(600):
            if server.started:
                break
            time.sleep(0.05)
        yield Served(bench, settings.url)
        server.should_exit = True
        thread.join(30)


class Person:
    """Somebody at a browser of their own."""

    def __init__(
        self, served: Served, browser: Any, name: str, *, script: bool = True, width: int = 1280
    ) -> None:
        self.served = served
        self.name = name
        self.context = browser.new_context(
            base_url=served.address, java_script_enabled=script, viewport={"width": width, "height": 900}
        )
        self.context.set_default_timeout(120_000)
        self.page = self.context.new_page()
        self.said: list[str] = []
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.said.append(str(error)))

    def _hear(self, message: Any) -> None:
        if message.type == "error":
            self.said.append(f"{message.text} {message.location}")

    def sign_in(self) -> Person:
        self.served.person(self.name)
        self.page.goto("/sign-in")
        self.page.fill("#email", f"{self.name}@example.org")
        self.page.fill("#password", PASSWORD)
        self.page.click("main button")
        return self


@pytest.fixture
def sit(served: Served, chromium: Any) -> Iterator[Any]:
    """`sit("ann")`: Ann at a browser of her own, signed in."""
    people: list[Person] = []

    def at(name: str, **how: Any) -> Person:
        person = Person(served, chromium, name, **how)
        people.append(person)
        return person.sign_in()

    yield at
    for person in people:
        person.context.close()
