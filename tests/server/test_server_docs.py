"""The documentation's example of the API is run as it stands, on a server that listens."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from grader.server import evidence, tokens
from grader.server.app import create_app
from grader.server.running import listen

PAGE = Path(__file__).parents[2] / "docs" / "serve.md"


@pytest.fixture
def address(served: Any) -> Iterator[str]:
    settings = served.bench.settings.model_copy(update={"port": 0})
    listening = listen(settings)
    settings = settings.model_copy(update={"port": listening.getsockname()[1]})
    config = uvicorn.Config(create_app(settings, served.bench), access_log=False, log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.01)
    yield settings.url
    server.should_exit = True
    thread.join(60)


def test_the_example_of_the_api_does_what_it_says(
    served: Any, address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    ann = served.person("docs ann")
    key = served.inspection(ann)
    token = tokens.make(served.bench, ann, "example", ["read", "write"], days=1).token
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    code = code.replace("http://127.0.0.1:8000", address).replace('"grader_..."', repr(token))
    exec(compile(code, str(PAGE), "exec"), {})
    assert "Harbour Police {'victims': None" in capsys.readouterr().out
    assert "page 12" == evidence.one(served.bench, ann, key, "E001").evidence["locator"]
