"""The name pip knows grader by, and clashes with other distributions."""

from __future__ import annotations

#: The import and the command are `grader`; on the package index that name is a stranger's.
NAME = "inspection-grader"
PACKAGE = "grader"


def install(extra: str) -> str:
    """The command that installs grader with an extra."""
    return f"pip install '{NAME}[{extra}]'"


def overlap() -> tuple[str, str] | None:
    """Which other installed distribution replaces our files, and what helps.

    Slow (it reads every distribution's record): only for errors and `--version`.

    Returns
    -------
    tuple of str or None
        None where there is no other.
    """
    from importlib import metadata

    try:
        metadata.distribution(NAME)
        found = metadata.packages_distributions().get(PACKAGE, [])
    except (metadata.PackageNotFoundError, OSError, UnicodeDecodeError):
        return None
    others = sorted({name for name in found if _plain(name) != NAME})
    if not others:
        return None
    message = (
        f"the distribution {' and '.join(map(repr, others))} is installed beside {NAME}; both write to the"
        f" folder '{PACKAGE}' of site-packages, and files of one may have replaced the other's"
    )
    return message, f"pip uninstall {' '.join(others)} {NAME}, then pip install {NAME}"


def _plain(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")
