"""One person's many requests wait for one another, and keep nobody else waiting."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ClassVar

import pytest

from grader.errors import InputError
from grader.server import findings
from grader.server.grading import Grading
from grader.server.refusals import WorkerFailed
from grader.server.settings import Limits
from grader.server.turns import Turns
from grader.server.workers import Workers


def run_apart(work: Coroutine[Any, Any, None]) -> None:
    """Run it in a thread of its own: a browser that other tests drive keeps a loop in theirs."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, asyncio.wait_for(work, 60)).result(120)


def test_of_one_person_so_many_are_answered_at_a_time_and_of_those_not_signed_in_all() -> None:
    turns, under_way, most = Turns(2), {b"a": 0, b"b": 0, b"": 0}, {b"a": 0, b"b": 0, b"": 0}

    async def ask(who: bytes) -> None:
        async with turns.one(who):
            under_way[who] += 1
            most[who] = max(most[who], under_way[who])
            await asyncio.sleep(0)
            under_way[who] -= 1

    async def crowd() -> None:
        await asyncio.gather(*(ask(who) for who in (b"a", b"b", b"") for _ in range(5)))

    run_apart(crowd())
    assert {b"a": 2, b"b": 2, b"": 5} == most


def test_a_request_that_fails_gives_its_turn_back() -> None:
    turns = Turns(1)

    async def fail() -> None:
        async with turns.one(b"a"):
            raise ValueError("failed")

    async def twice() -> None:
        for _ in range(2):
            with pytest.raises(ValueError, match="failed"):
                await fail()

    run_apart(twice())


def test_what_was_worked_out_while_something_was_redacted_is_not_kept() -> None:
    begun, redacted = threading.Event(), threading.Event()

    class Slow:
        asked = 0

        def do(self, *_: Any, **__: Any) -> Any:
            self.asked += 1
            begun.set()
            redacted.wait(60)
            return {"done": {"text": "old"}}, []

    slow = Slow()
    grading = Grading(slow, 10_000)  # type: ignore[arg-type]
    thread = threading.Thread(target=grading.answer, args=("propose", "key", 1, dict))
    thread.start()
    begun.wait(60)
    grading.forget("key")
    redacted.set()
    thread.join(60)
    grading.answer("propose", "key", 1, dict)
    assert 2 == slow.asked


def test_the_answer_at_the_latest_revision_alone_is_kept() -> None:
    class Counted:
        asked: ClassVar[list[str]] = []

        def do(self, *_: Any, known_as: str, **__: Any) -> Any:
            self.asked.append(known_as)
            return {"done": {"at": known_as}}, []

    counted = Counted()
    grading = Grading(counted, 10_000)  # type: ignore[arg-type]
    told = [grading.answer("propose", "key", revision, dict)["at"] for revision in (1, 1, 2, 1, 2, 2)]
    assert ["key/1", "key/1", "key/2", "key/1", "key/2", "key/2"] == told
    assert ["key/1", "key/2", "key/1"] == counted.asked


def test_a_worker_whose_time_ran_out_as_it_answered_is_given_to_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from grader.server import workers

    class Late:
        """A timer that runs out as the answer is read."""

        def __init__(self, _: float, stop: Any, args: list[Any]) -> None:
            self.stop, self.args = stop, args

        def start(self) -> None: ...

        def cancel(self) -> None:
            self.stop(*self.args)

    pool = Workers(Limits(workers=1))
    pool.start()
    try:
        with monkeypatch.context() as late:
            late.setattr(workers.threading, "Timer", Late)
            with pytest.raises(WorkerFailed, match="too long"):
                pool.do("unheard_of")
        answer, _ = pool.do("unheard_of")
    finally:
        pool.close()
    assert "internal" == answer["fault"]


def test_a_finding_names_what_is_there_and_not_more_than_may_be(served: Any) -> None:
    owner = served.person("names much")
    key = served.inspection(owner)
    given = {
        "kind": "area_for_improvement",
        "area": "responding",
        "statement": "Calls",
        "recommendations": ["x"],
    }
    with pytest.raises(InputError) as unknown:
        findings.add(served.bench, owner, key, "findings", given | {"evidence": ["E001", "E0O2"]})
    assert [("unknown evidence 'E0O2'", "evidence[1]", "did you mean 'E002'?")] == [
        (p.message, p.place.file, p.help) for p in unknown.value.problems if p.place
    ]
    with pytest.raises(InputError, match="at most 500 items"):
        findings.add(served.bench, owner, key, "findings", given | {"evidence": ["E001"] * 501})
