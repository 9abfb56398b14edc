"""What a worker does: jobs take and give plain data and files."""

from __future__ import annotations

import gc
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from grader.errors import GraderError, InputError, Place, Problem, shown

Answer = tuple[dict[str, Any], list[bytes]]
Job = Callable[..., Answer]


def warm() -> None:
    """Import what most jobs need, and read the default rules, before anybody waits for it."""
    from grader.server import job_grading

    job_grading.session("PEEL_2021_22")


def do(message: dict[str, Any], blobs: list[bytes]) -> Answer:
    """Do a job; faults of the input come back as problems, ours as `fault`."""
    try:
        job = _job(str(message.get("job")))
        data, files = job(blobs, **message["arguments"])
        return {"done": data}, files
    except MemoryError:
        gc.collect()
        return {"fault": "memory"}, []
    except GraderError as error:
        if error.exit_code == 2:
            return {"problems": [problem_data(p) for p in _problems(error)]}, []
        return {"fault": "internal", "said": _where(error)}, []
    except RecursionError:
        return {"problems": [problem_data(Problem("this is nested too deeply", None, "make it flatter"))]}, []
    except Exception as error:
        return {"fault": "internal", "said": _where(error)}, []


def _where(error: BaseException) -> str:
    """What failed and at which lines, without what it says: that may quote what was sent."""
    frames = traceback.extract_tb(error.__traceback__)[-5:]
    return f"{type(error).__name__} at " + ", ".join(f"{Path(f.filename).name}:{f.lineno}" for f in frames)


def _job(name: str) -> Job:
    from grader.server import job_decisions, job_files, job_grading, job_moderation

    for module in (job_grading, job_files, job_decisions, job_moderation):
        found = module.JOBS.get(name)
        if found is not None:
            return found  # type: ignore[no-any-return]
    raise KeyError(name)


def _problems(error: GraderError) -> list[Problem]:
    if isinstance(error, InputError):
        return list(shown(error.problems))
    return [Problem(error.message, error.place, error.help)]


def problem_data(problem: Problem) -> dict[str, Any]:
    """A problem as it passes between processes."""
    place = problem.place
    return {
        "message": problem.message,
        "file": place.file if place else None,
        "line": place.line if place else 0,
        "column": place.column if place else 0,
        "help": problem.help,
        "code": problem.code,
    }


def problem_of(data: dict[str, Any]) -> Problem:
    """As `problem_data`, back."""
    place = Place(data["file"], data["line"], data["column"]) if data.get("file") is not None else None
    return Problem(data["message"], place, data.get("help"), data.get("code", "input"))
