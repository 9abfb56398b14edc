"""Each Python that grader claims, and both ends of its dependencies, each in an environment of its own.

`nox` runs the suite on every Python that the machine has; `nox -s tests-3.13` on one of them, and
`nox -s tests-3.13 -- tests/cli` a part of it. `nox -l` lists the rest. Get nox by
`pip install nox`, or run `uvx nox`.
"""

from __future__ import annotations

import nox

PYTHONS = ["3.11", "3.12", "3.13", "3.14"]
#: What every run leaves to `make test-slow`, and what needs a network of its own.
MARKS = "not slow and not third_party"

nox.options.default_venv_backend = "uv|virtualenv"
nox.options.sessions = ["tests"]
nox.options.reuse_existing_virtualenvs = True
# A Python that is not on the machine is said, and is no failure: CI has them all.
nox.options.error_on_missing_interpreters = False


def suite(session: nox.Session) -> None:
    """The suite, or the part of it that was named."""
    session.run("python", "-m", "pytest", "-q", "-m", MARKS, *session.posargs)


def groups(*names: str) -> list[str]:
    """The dependencies of groups of pyproject.toml."""
    return list(nox.project.dependency_groups(nox.project.load_toml("pyproject.toml"), *names))


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """The suite with every extra, on the newest of every dependency."""
    session.install("-e", ".[all]", *groups("dev"))
    suite(session)


@nox.session(python=PYTHONS[:3])
def lowest(session: nox.Session) -> None:
    """The suite on the lowest of every dependency that pyproject.toml allows: what users may have."""
    if session.venv_backend != "uv":
        session.skip("choosing the lowest versions needs uv")
    # What tests need may be new: it is installed first, and then the lowest of what grader names.
    session.install(*groups("dev"))
    session.install("--resolution", "lowest-direct", "-e", ".[all]")
    suite(session)


@nox.session(python=PYTHONS[:2])
def without_rete(session: nox.Session) -> None:
    """The suite without durable-rules, as on every Python from 3.13 and wherever there is no compiler."""
    session.install("-e", ".[all]", *groups("dev"))
    session.run("python", "-m", "pip", "uninstall", "--yes", "durable-rules", external=False)
    suite(session)


@nox.session(python="3.11")
def types(session: nox.Session) -> None:
    """Types inside by mypy; the public ones by pyright, as a program sees them that uses grader."""
    session.install("-e", ".[all]", *groups("dev"), "pyright")
    session.run("mypy")
    session.run("python", "tools/public_types.py")


@nox.session(python="3.11")
def docs(session: nox.Session) -> None:
    """The documentation site, with every warning an error."""
    session.install("-e", ".[all]", *groups("dev"), *groups("docs"))
    session.run("python", "tools/pages.py")
    session.run("zensical", "build", "--strict", "--clean")
    session.run("python", "tools/pages.py", "--built")
