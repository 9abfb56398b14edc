"""A team at the workbench: how long pages and edits take, on SQLite and on PostgreSQL side by side.

Run as `python benchmarks/workbench.py --minutes 10 --inspections 200 --items 400 --people 50`; PostgreSQL
takes `--database URL` of an empty database, or starts one of the machine's own with `--postgresql`.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import importlib.util
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import httpx2

from grader.server import accounts, inspections, members, tokens
from grader.server.callers import COMMAND, Caller
from grader.server.opening import opened
from grader.server.settings import Limits, Settings

ROOT = Path(__file__).resolve().parents[1]
WORDS = (
    "calls",
    "officers",
    "victims",
    "records",
    "response",
    "custody",
    "review",
    "supervision",
    "data",
    "plan",
)
#: Of what people do, how often each: most read, some write.
ACTS = {"areas": 30, "evidence": 25, "item": 15, "list": 10, "edit": 15, "tag": 5}


def made(items: int, number: int, characteristics: list[str]) -> str:
    """An inspection of so many items, drawn alike each time."""
    drawn = random.Random(number)
    head = {
        "id": f"load-{number}",
        "body": f"Force {number}",
        "framework": "PEEL_2021_22",
        "edition": "2022-03",
    }
    evidence = [
        {
            "id": f"E{n:03d}",
            "characteristics": [drawn.choice(characteristics)],
            "assessment": drawn.choice(["meets", "falls_short", "exceeds"]),
            "statement": " ".join(drawn.choices(WORDS, k=14)),
            "basis": drawn.choice(["data", "observation", "case_file_review"]),
            "source": "report",
        }
        for n in range(1, items + 1)
    ]
    return json.dumps({"inspection": head, "sources": {"report": {"title": "Report"}}, "evidence": evidence})


def prepare(settings: Settings, asked: argparse.Namespace) -> tuple[list[str], list[str]]:
    """Inspections and people; returns the keys and a token of each person."""
    from grader.io.catalogue import framework_at

    framework = framework_at("PEEL_2021_22").framework
    characteristics = [c.id for a in framework.areas_in("2022-03") for c in a.characteristics]
    with opened(settings) as bench:
        callers = []
        for number in range(asked.people):
            email = f"load{number}@example.org"
            account = accounts.add(bench, COMMAND, email, f"Load {number}").number
            callers.append(Caller(kind="account", name=f"Load {number}", email=email, account_id=account))
        keys = []
        for number in range(asked.inspections):
            text = made(asked.items, number, characteristics)
            owner = callers[number % len(callers)]
            keys.append(inspections.import_file(bench, owner, "load.yaml", text.encode()).inspection.key)
            # Each person works on ten inspections, as a team does.
            for caller in random.Random(number).sample(callers, min(len(callers), 3)):
                if caller is not owner:
                    members.add(bench, owner, keys[-1], caller.email, "inspector")
        return keys, [tokens.make(bench, c, "load", ["read", "write"]).token or "" for c in callers]


async def person(
    url: str,
    token: str,
    number: int,
    until: float,
    every: float,
    took: dict[str, list[float]],
    wrong: list[str],
) -> None:
    """Somebody who acts once in some seconds on the inspections they have a part in."""
    drawn = random.Random(number)
    async with httpx2.AsyncClient(
        base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=120
    ) as client:
        found = (await client.get("/api/v1/inspections", params={"per_page": 200})).json()
        mine = [each["key"] for each in found["items"]]
        await asyncio.sleep(drawn.random() * every)
        while time.monotonic() < until:
            began = time.monotonic()
            act = drawn.choices(list(ACTS), list(ACTS.values()))[0]
            try:
                await do(client, act, drawn.choice(mine), drawn, took, wrong)
            except httpx2.HTTPError as error:
                wrong.append(f"{act}: {error!r}")
            await asyncio.sleep(max(0.0, every * (0.5 + drawn.random()) - (time.monotonic() - began)))


async def do(
    client: httpx2.AsyncClient,
    act: str,
    key: str,
    drawn: random.Random,
    took: dict[str, list[float]],
    wrong: list[str],
) -> None:
    base = f"/api/v1/inspections/{key}"
    item = f"{base}/evidence/E{drawn.randrange(1, 20):03d}"
    pages = {
        "areas": f"/inspections/{key}",
        "evidence": f"{base}/evidence?per_page=50&page={drawn.randrange(1, 5)}",
        "item": item,
        "list": "/",
    }
    if act in pages:
        await timed(client, "page: " + act, took, wrong, "GET", pages[act])
        return
    read = await client.get(item)
    if read.status_code != 200:
        wrong.append(f"{act}: {read.status_code}")
        return
    changed = read.json()["evidence"]
    changed["assessment"] = drawn.choice(["meets", "falls_short", "exceeds"])
    began = time.perf_counter()
    answer = await client.put(item, json=changed, headers={"If-Match": read.headers["etag"]})
    if answer.status_code not in (200, 412):
        wrong.append(f"{act}: {answer.status_code} {answer.text[:100]}")
    if act == "edit":  # and what it moves: the proposal is worked out anew
        graded = await client.get(f"{base}/proposal")
        if graded.status_code != 200:
            wrong.append(f"regrade: {graded.status_code} {graded.text[:100]}")
    took["edit that regrades" if act == "edit" else "edit alone"].append(time.perf_counter() - began)


async def timed(
    client: httpx2.AsyncClient,
    name: str,
    took: dict[str, list[float]],
    wrong: list[str],
    method: str,
    path: str,
) -> None:
    began = time.perf_counter()
    answer = await client.request(method, path)
    took[name].append(time.perf_counter() - began)
    if answer.status_code != 200:
        wrong.append(f"{name}: {answer.status_code} {answer.text[:100]}")


def memory(pid: int) -> tuple[float, float]:
    """Megabytes that the server holds, and its workers."""

    def held(process: int) -> float:
        with contextlib.suppress(OSError, ValueError):
            return (
                int(Path(f"/proc/{process}/statm").read_text().split()[1])
                * os.sysconf("SC_PAGE_SIZE")
                / 2**20
            )
        return 0.0

    children: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            children += map(int, task.read_text().split())
    return held(pid), sum(map(held, children))


async def watch(pid: int, until: float, seen: list[tuple[float, float]]) -> None:
    while time.monotonic() < until:
        seen.append(memory(pid))
        await asyncio.sleep(5)


async def crowd(url: str, pid: int, known: list[str], asked: argparse.Namespace) -> dict[str, Any]:
    until = time.monotonic() + asked.minutes * 60
    took: dict[str, list[float]] = defaultdict(list)
    wrong: list[str] = []
    seen: list[tuple[float, float]] = []
    people = [person(url, token, n, until, asked.every, took, wrong) for n, token in enumerate(known)]
    await asyncio.gather(watch(pid, until, seen), *people)
    pages = [t for name, each in took.items() if name.startswith("page") for t in each]
    late = len(seen) // 4
    return {
        "requests": sum(map(len, took.values())),
        "errors": len(wrong),
        "first errors": wrong[:5],
        "p95 ms of pages": p95(pages),
        "p95 ms of edits that regrade": p95(took["edit that regrades"]),
        "by kind": {
            n: {"times": len(t), "median ms": middle(t), "p95 ms": p95(t)} for n, t in sorted(took.items())
        },
        "memory MB, first and last quarter": [average(seen[:late]), average(seen[-late:])] if late else seen,
        "memory MB of the server, minute by minute": [round(seen[n][0]) for n in range(0, len(seen), 12)],
    }


def p95(took: list[float]) -> float | None:
    return round(1000 * statistics.quantiles(took, n=20)[-1], 1) if len(took) > 1 else None


def middle(took: list[float]) -> float | None:
    return round(1000 * statistics.median(took), 1) if took else None


def average(seen: list[tuple[float, float]]) -> dict[str, float]:
    return {
        "server": round(statistics.mean(s for s, _ in seen), 1),
        "workers": round(statistics.mean(w for _, w in seen), 1),
    }


def run(name: str, database: str, asked: argparse.Namespace) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="grader-load-") as folder:
        settings = Settings(data=Path(folder), database=database, limits=Limits(workers=asked.workers))
        began = time.monotonic()
        _, known = prepare(settings, asked)
        print(
            f"{name}: {asked.inspections} inspections made in {time.monotonic() - began:.0f} s",
            file=sys.stderr,
        )
        command = [sys.executable, "-m", "grader", "serve", "--data", folder, "--port", "0"]
        command += ["--workers", str(asked.workers)]
        environment = dict(os.environ, PYTHONUNBUFFERED="1") | (
            {"GRADER_DATABASE": database} if database else {}
        )
        server = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
        )
        try:
            assert server.stdout is not None
            url = server.stdout.readline().strip().rpartition(" ")[2]
            before = cpu(server.pid)
            found = asyncio.run(crowd(url, server.pid, known, asked))
            found["processor seconds of the server"] = round(cpu(server.pid) - before, 1)
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(60)
    return found


def cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--minutes", type=float, default=10)
    given.add_argument("--inspections", type=int, default=200)
    given.add_argument("--items", type=int, default=400)
    given.add_argument("--people", type=int, default=50)
    given.add_argument("--every", type=float, default=5, help="seconds between two acts of a person")
    given.add_argument("--workers", type=int, default=2)
    given.add_argument("--no-sqlite", action="store_true")
    given.add_argument("--postgresql", action="store_true", help="start a server of the machine's own")
    given.add_argument("--database", help="an empty PostgreSQL database")
    asked = given.parse_args()
    found: dict[str, Any] = {} if asked.no_sqlite else {"sqlite": run("sqlite", "", asked)}
    if asked.database:
        found["postgresql"] = run("postgresql", asked.database, asked)
    elif asked.postgresql:
        where = ROOT / "tests/server/postgresql.py"
        spec = importlib.util.spec_from_file_location("postgresql", where)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        server = module.PostgreSQL(safe=True)
        try:
            server.start()
            found["postgresql"] = run("postgresql", server.database(), asked)
        finally:
            server.close()
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
