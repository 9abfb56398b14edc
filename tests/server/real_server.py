"""A server in a process of its own, to be killed: what answers is uvicorn, and nothing of it is in ours."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

#: Without workers: what is tried here is what is written, and no grade is asked for.
_SERVE = """
import sys
from pathlib import Path
import uvicorn
from grader.server.app import create_app
from grader.server.opening import opened
from grader.server.running import listen
from grader.server.settings import Limits, Settings

settings = Settings(data=Path(sys.argv[1]), database=sys.argv[2], port=0)
listening = listen(settings)
settings = settings.model_copy(update={"port": listening.getsockname()[1]})
with opened(settings, workers=False) as bench:
    app = create_app(settings, bench)
    bench.rules.all()
    print(settings.url, flush=True)
    uvicorn.Server(uvicorn.Config(app, access_log=False, log_level="error")).run(sockets=[listening])
"""


class RealServer:
    """One server on a folder and a database, started again after each kill."""

    def __init__(self, data: Path, database: str = "") -> None:
        self.data = data
        self.database = database
        self.url = ""
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> str:
        self.process = subprocess.Popen(
            [sys.executable, "-c", _SERVE, str(self.data), self.database],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=dict(os.environ),
        )
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().strip()
        assert self.url.startswith("http://"), "the server did not start"
        return self.url

    def kill(self) -> None:
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            assert self.process.stdout is not None
            self.process.stdout.close()
            self.process = None

    def __enter__(self) -> RealServer:
        self.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self.kill()
