"""A command that takes a while shows on a terminal that it is at work, and nothing in a pipe."""

from __future__ import annotations

import io
import sys
import time

import pytest

from grader.cli import terminal

#: Seconds to wait for what a thread shows: a guard against hanging.
GUARD = 60


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def _shown(stream: io.StringIO, text: str) -> bool:
    end = time.monotonic() + GUARD
    while text not in stream.getvalue() and time.monotonic() < end:
        time.sleep(0.01)
    return text in stream.getvalue()


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terminal, "QUIET_FOR", 0.0)


def test_a_terminal_is_told_and_how_far_it_is(soon: None, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    with terminal.working("grader grade"):
        assert _shown(stream, "grader grade: working")
        terminal.progress(3, 1200)
        assert _shown(stream, "3 of 1,200")


def test_what_is_shown_goes_before_the_first_word(soon: None, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    with terminal.working("grader grade"):
        assert _shown(stream, "working")
        terminal.err("warning: look here\n")
        after = stream.getvalue().partition("warning: look here")[2]
        time.sleep(0.3)
        assert after == stream.getvalue().partition("warning: look here")[2]


def test_a_command_that_is_quick_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terminal, "QUIET_FOR", GUARD)
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    with terminal.working("grader grade"):
        pass
    assert "" == stream.getvalue()


def test_a_pipe_is_told_nothing(soon: None, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    with terminal.working("grader grade"):
        time.sleep(0.3)
    assert "" == stream.getvalue()


def test_a_closed_stream_is_no_fault(soon: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    with terminal.working("grader grade"):
        terminal.progress(1, 2)
