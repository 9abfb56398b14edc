"""Many people at once, and the power going: what was acknowledged is there, and every conflict was told."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fastapi", reason="the extra [serve] is not installed")

import httpx2
from sqlalchemy import select

from grader.server import accounts, audit, evidence, inspections, members, sources, tokens
from grader.server.callers import COMMAND, Caller
from grader.server.opening import opened
from grader.server.settings import Settings
from grader.server.tables import Audited, Inspection, Item, ItemVersion

HEAD = {"id": "crowd-2022", "body": "Crowd Police", "framework": "PEEL_2021_22", "edition": "2022-03"}


@dataclass
class Acknowledged:
    """What the server said that it had done, by everybody."""

    key: str
    tokens: list[str]
    acts: list[tuple[str, int, str]] = field(default_factory=list)
    """Of each: the item, the version it came to be, its statement."""
    told: list[tuple[str, int, int]] = field(default_factory=list)
    """Of each conflict: the item, the version it was made on, the version there was."""
    strange: list[str] = field(default_factory=list)
    lock: Any = field(default_factory=threading.Lock)


def prepared(settings: Settings, people: int, items: int) -> Acknowledged:
    """An inspection of some items that a number of people may change, and a token of each."""
    with opened(settings, workers=False) as bench:
        callers = []
        for number in range(people):
            email = f"crowd{number}@example.org"
            made = accounts.add(bench, COMMAND, email, f"Crowd {number}")
            callers.append(Caller(kind="account", name=made.name, email=email, account_id=made.number))
        key = inspections.create(bench, callers[0], HEAD).key
        sources.put(bench, callers[0], key, "report", {"title": "Report"}, expected_version=None)
        for number in range(items):
            evidence.add(bench, callers[0], key, item(f"first {number}"))
        for caller in callers[1:]:
            members.add(bench, callers[0], key, caller.email, "inspector")
        secrets = [tokens.make(bench, c, "crowd", ["read", "write"]).token or "" for c in callers]
    return Acknowledged(key, secrets)


def item(statement: str) -> dict[str, Any]:
    return {
        "characteristics": ["responding.2a"],
        "assessment": "meets",
        "statement": statement,
        "basis": "data",
        "source": "report",
    }


def edit_once(client: httpx2.Client, known: Acknowledged, name: str, statement: str) -> bool:
    """Read an item and change it, as it was read; note what was answered; False where it was `busy`."""
    path = f"/api/v1/inspections/{known.key}/evidence/{name}"
    read = client.get(path)
    if read.status_code != 200:
        if read.status_code != 503:
            known.strange.append(f"{read.status_code} {read.text[:200]}")
        return read.status_code != 503
    seen = int(read.headers["etag"].strip('"'))
    changed = {**read.json()["evidence"], "statement": statement}
    answer = client.put(path, json=changed, headers={"If-Match": read.headers["etag"]})
    with known.lock:
        if answer.status_code == 200:
            known.acts.append((name, answer.json()["version"], statement))
        elif answer.status_code == 412:
            known.told.append((name, seen, int(answer.json()["version"])))
        elif answer.status_code != 503:  # told that nothing was changed: the database was killed, or is busy
            known.strange.append(f"{answer.status_code} {answer.text[:200]}")
    return answer.status_code != 503


def check_kept(settings: Settings, known: Acknowledged) -> None:
    """Every act that was acknowledged is there, in the audit log as well, and that log is whole."""
    with opened(settings, workers=False) as bench, bench.database.reading() as session:
        count, problems = audit.verify(session)
        assert (True, []) == (count > 0, problems)
        row = session.scalars(select(Inspection).where(Inspection.key == known.key)).one()
        versions = session.scalars(select(ItemVersion).where(ItemVersion.inspection_id == row.id)).all()
        held = {(v.name, v.version): v.data["statement"] for v in versions}
        assert len(versions) == len(held), "a version was written twice"
        lost = [act for act in known.acts if held.get(act[:2]) != act[2]]
        assert [] == lost
        audited = {
            (a.detail["item"], a.detail["version"])
            for a in session.scalars(
                select(Audited).where(Audited.act.in_(("edited_evidence", "added_evidence")))
            )
        }
        assert set(held) == audited
        now = {
            i.name: (i.version, i.statement)
            for i in session.scalars(select(Item).where(Item.inspection_id == row.id))
        }
        last = {name: max(v for n, v in held if n == name) for name, _ in held}
        assert {name: (version, held[name, version]) for name, version in last.items()} == now


def beside(name: str) -> Any:
    import importlib.util

    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def together(works: list[Callable[[], None]]) -> None:
    """Do all at once; raise what one of them raised."""
    raised: list[BaseException] = []

    def safely(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:
            raised.append(error)

    threads = [threading.Thread(target=safely, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [] == raised


def url_of(request: pytest.FixtureRequest, kind: str) -> str:
    return request.getfixturevalue("postgresql").database() if kind == "postgresql" else ""


@contextmanager
def serving(settings: Settings, *, here: bool) -> Iterator[str]:
    """A server at an address: in a thread of this process, which costs less, or in one of its own."""
    if not here:
        with beside("real_server").RealServer(settings.data, settings.database) as server:
            yield server.start()
        return
    import uvicorn

    from grader.server.app import create_app

    with opened(settings, workers=False) as bench:
        app = create_app(settings, bench)
        running = uvicorn.Server(uvicorn.Config(app, port=0, access_log=False, log_level="error"))
        thread = threading.Thread(target=running.run)
        thread.start()
        while not running.started:
            time.sleep(0.01)
            assert thread.is_alive()
        yield f"http://127.0.0.1:{running.servers[0].sockets[0].getsockname()[1]}"
        running.should_exit = True
        thread.join()


# Many people ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "people", "acts"),
    [
        ("here", 8, 4),
        pytest.param("sqlite", 50, 20, marks=pytest.mark.slow),
        pytest.param("postgresql", 50, 20, marks=pytest.mark.slow),
    ],
)
def test_people_who_edit_one_inspection_lose_nothing(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str, people: int, acts: int
) -> None:
    settings = Settings(data=tmp_path, database=url_of(request, kind))
    items = 6
    known = prepared(settings, people, items)
    with serving(settings, here=kind == "here") as url:

        def one(number: int) -> Callable[[], None]:
            def work() -> None:
                drawn = random.Random(number)
                headers = {"Authorization": f"Bearer {known.tokens[number]}"}
                with httpx2.Client(base_url=url, headers=headers, timeout=120) as client:
                    for act in range(acts):
                        name = f"E{drawn.randrange(items) + 1:03d}"
                        while not edit_once(client, known, name, f"{number} at {act}"):
                            time.sleep(0.05)  # as a person would, who is told to try again

            return work

        together([one(number) for number in range(people)])
    assert [] == known.strange
    assert people * acts == len(known.acts) + len(known.told)
    assert [] == [c for c in known.told if not c[1] < c[2]]  # each was told of a later version
    check_kept(settings, known)
    # Each version is of one acknowledged act and no other: nobody's was overwritten unseen.
    assert [] == [act for act, times in Counter(a[:2] for a in known.acts).items() if times > 1]


# Kills ----------------------------------------------------------------------------------------------------


def under_load(known: Acknowledged, url: str, ended: threading.Event, seed: int) -> list[threading.Thread]:
    """People who go on changing until they are told to end, whatever becomes of the server."""

    def work(number: int) -> None:
        drawn = random.Random(f"{seed} {number}")
        headers = {"Authorization": f"Bearer {known.tokens[number]}"}
        act = 0
        with httpx2.Client(base_url=url, headers=headers, timeout=60) as client:
            while not ended.is_set():
                act += 1
                try:
                    edit_once(client, known, f"E{drawn.randrange(4) + 1:03d}", f"{seed}: {number} at {act}")
                except httpx2.HTTPError:
                    time.sleep(0.01)  # cut off, and nothing was acknowledged

    threads = [threading.Thread(target=work, args=(number,)) for number in range(len(known.tokens))]
    for thread in threads:
        thread.start()
    return threads


def wait_for_acts(known: Acknowledged, more: int) -> None:
    """Until so many more acts were acknowledged."""
    wanted, end = len(known.acts) + more, time.monotonic() + 120
    while len(known.acts) < wanted:
        assert time.monotonic() < end, "the server acknowledges nothing"
        time.sleep(0.002)


@pytest.mark.parametrize(
    ("kind", "kills"),
    [
        ("sqlite", 3),
        pytest.param("sqlite", 100, marks=pytest.mark.slow),
        pytest.param("postgresql", 100, marks=pytest.mark.slow),
    ],
)
def test_a_server_that_is_killed_loses_nothing_it_acknowledged(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str, kills: int
) -> None:
    settings = Settings(data=tmp_path, database=url_of(request, kind))
    known = prepared(settings, 4, 4)
    drawn = random.Random(19)
    with beside("real_server").RealServer(tmp_path, settings.database) as server:
        for kill in range(kills):
            ended = threading.Event()
            threads = under_load(known, server.start(), ended, kill)
            wait_for_acts(known, drawn.randrange(1, 12))
            time.sleep(drawn.random() * 0.05)
            server.kill()
            ended.set()
            for thread in threads:
                thread.join()
            if kill % 10 == 0:
                check_kept(settings, known)
    check_kept(settings, known)
    assert [] == known.strange


@pytest.mark.parametrize(
    "kills", [pytest.param(3, marks=pytest.mark.slow), pytest.param(100, marks=pytest.mark.slow)]
)
def test_a_database_that_is_killed_loses_nothing_that_was_acknowledged(
    new_postgresql: Callable[..., Any], tmp_path: Path, kills: int
) -> None:
    """And the server goes on, once the database is there again."""
    database = new_postgresql(safe=True)
    settings = Settings(data=tmp_path, database=database.database())
    known = prepared(settings, 4, 4)
    drawn = random.Random(19)
    ended = threading.Event()
    with beside("real_server").RealServer(tmp_path, settings.database) as server:
        threads = under_load(known, server.start(), ended, 0)
        try:
            for _ in range(kills):
                wait_for_acts(known, drawn.randrange(1, 12))
                time.sleep(drawn.random() * 0.05)
                database.kill()
                database.start()
            wait_for_acts(known, 3)
        finally:
            ended.set()
            for thread in threads:
                thread.join()
    check_kept(settings, known)
    assert [] == known.strange
