"""Jobs that record decisions in a decisions file and its log, as `grader decide` does."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Final

from grader.io.act_log import log_beside
from grader.review import recording
from grader.review.decisions import Decision
from grader.review.grading import Grading
from grader.review.log_lines import decision_log
from grader.review.pairing import proposal_in
from grader.server.job_files import yaml_of
from grader.server.job_grading import loaded
from grader.server.jobs import Answer

Data = dict[str, Any]

_INSPECTION: Final = Path("inspection.yaml")
_DECISIONS: Final = Path("decisions.yaml")


@cache
def _grading() -> Grading:
    return Grading()


def _act(
    inspection: Data, decisions: str | None, log: str | None, act: Callable[[], recording.Recorded]
) -> Answer:
    """Lay the files out, act on them as the command does, and hand them back."""
    _INSPECTION.write_text(yaml_of(loaded(inspection).inspection), "utf-8")
    for path, text in ((_DECISIONS, decisions), (log_beside(_DECISIONS), log)):
        path.unlink(missing_ok=True)
        if text is not None:
            path.write_bytes(text.encode("utf-8"))
    if log is not None:
        decision_log(_DECISIONS)  # what is not as it was written is not built upon
    recorded = act()
    text = _DECISIONS.read_bytes().decode("utf-8")
    lines = log_beside(_DECISIONS).read_bytes().decode("utf-8")
    return {"decisions": text, "log": lines, "act": recorded.act, "grade": recorded.grade}, []


def decide(
    _: list[bytes],
    inspection: Data,
    decisions: str | None,
    log: str | None,
    area: str,
    grade: str,
    by: str,
    on: str,
    at: str | None,
    rationale: str | None,
    present: list[str],
    considered: list[str],
    again: bool,
) -> Answer:
    """Decide an area; `again` says that it is decided already, and that the person knows."""

    def act() -> recording.Recorded:
        proposal = proposal_in(_INSPECTION, _grading())
        decision = Decision(area, grade, by, on, rationale, tuple(present), tuple(considered), at)
        return recording.record_on(proposal, [decision], _DECISIONS, _grading(), force=again)[0]

    return _act(inspection, decisions, log, act)


def undo(
    _: list[bytes],
    inspection: Data,
    decisions: str | None,
    log: str | None,
    area: str,
    by: str,
    on: str,
    at: str | None,
    rationale: str | None,
) -> Answer:
    def act() -> recording.Recorded:
        return recording.undo(_INSPECTION, area, by, on, _DECISIONS, _grading(), rationale=rationale, at=at)

    return _act(inspection, decisions, log, act)


def confirm(
    _: list[bytes],
    inspection: Data,
    decisions: str | None,
    log: str | None,
    area: str,
    by: str,
    on: str,
    at: str | None,
    rationale: str | None,
) -> Answer:
    def act() -> recording.Recorded:
        return recording.confirm(
            _INSPECTION, area, by, on, _DECISIONS, _grading(), rationale=rationale, at=at
        )

    return _act(inspection, decisions, log, act)


JOBS: Final[dict[str, Any]] = {"decide": decide, "undo": undo, "confirm": confirm}
