"""A server in a process of its own, to be killed: what answers is uvicorn, and nothing of it is in ours."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

#: For each line that it is sent, a server in a process of its own. What all have in common is imported and
#: put together once, for that takes far longer than to start one. Without workers: what is tried is what
#: is written, and no grade is asked for.
_SERVE = """
import os, signal, sys
from pathlib import Path
import uvicorn
from fastapi.routing import iter_route_contexts
from grader.server.app import create_app
from grader.server.known_rules import KnownRules
from grader.server.opening import opened
from grader.server.running import listen
from grader.server.settings import Settings

settings = Settings(data=Path(sys.argv[1]), database=sys.argv[2], port=0)
app = create_app(settings)
list(iter_route_contexts(app.routes))
rules = KnownRules()
rules.all()
signal.signal(signal.SIGCHLD, signal.SIG_IGN)

def serve():
    listening = listen(settings)
    own = settings.model_copy(update={"port": listening.getsockname()[1]})
    with opened(own, workers=False) as bench:
        bench.rules = rules
        app.state.bench = bench
        print(os.getpid(), own.url, flush=True)
        said = uvicorn.Config(app, access_log=False, log_level="error", lifespan="off")
        uvicorn.Server(said).run(sockets=[listening])

for _ in sys.stdin:
    if os.fork() == 0:
        os.close(0)
        serve()
        os._exit(0)
"""


class RealServer:
    """One server on a folder and a database, started again after each kill."""

    def __init__(self, data: Path, database: str = "") -> None:
        self.url = ""
        self._server = 0
        self._starter = subprocess.Popen(
            [sys.executable, "-c", _SERVE, str(data), database],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=dict(os.environ),
        )

    def start(self) -> str:
        assert self._starter.stdin is not None
        assert self._starter.stdout is not None
        self._starter.stdin.write("another\n")
        self._starter.stdin.flush()
        said = self._starter.stdout.readline().split()
        assert 2 == len(said), "the server did not start"
        self._server, self.url = int(said[0]), said[1]
        return self.url

    def kill(self) -> None:
        if self._server:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._server, signal.SIGKILL)
                while True:  # until it is gone, and its locks with it
                    os.kill(self._server, 0)
                    time.sleep(0.001)
            self._server = 0

    def close(self) -> None:
        self.kill()
        self._starter.kill()
        self._starter.communicate()

    def __enter__(self) -> RealServer:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()
