"""grader: a rules engine that proposes grades from evidence, and says why. A person decides.

>>> import grader
>>> proposal = grader.grade("examples/leicestershire_2021_22/inspection.yaml")
>>> proposal.area("responding").grade
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from grader._version import __version__

if TYPE_CHECKING:
    from grader.api import explain as explain
    from grader.api import grade as grade
    from grader.api import load as load
    from grader.errors import GraderError as GraderError
    from grader.errors import InputError as InputError
    from grader.review.diff import diff as diff

__all__ = ["GraderError", "InputError", "__version__", "diff", "explain", "grade", "load"]

_HOMES = {
    "load": "grader.api",
    "grade": "grader.api",
    "explain": "grader.api",
    "diff": "grader.review.diff",
    "GraderError": "grader.errors",
    "InputError": "grader.errors",
}


def __getattr__(name: str) -> Any:
    """Import what is asked for when it is asked for, so that `import grader` costs nothing."""
    from importlib import import_module

    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'grader' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
