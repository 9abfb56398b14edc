"""How the workbench listens."""

from __future__ import annotations

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from grader.server.running import listen
from grader.server.settings import Settings


def test_the_end_of_a_small_answer_is_not_kept_back(tmp_path: Path) -> None:
    seen: list[int] = []

    def accepted(_: asyncio.StreamReader, answer: asyncio.StreamWriter) -> None:
        connection = answer.get_extra_info("socket")
        seen.append(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        answer.close()

    async def connect() -> None:
        with listen(Settings(data=tmp_path, port=0)) as listening:
            async with await asyncio.start_server(accepted, sock=listening):
                reader, writer = await asyncio.open_connection(*listening.getsockname()[:2])
                await reader.read()
                writer.close()

    # In a thread of its own: in this one a browser of other tests may keep a loop running.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, connect()).result()
    assert [1] == seen
