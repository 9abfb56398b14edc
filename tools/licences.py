"""The licences of everything that an installation brings, and whether any binds whoever passes grader on.

`python tools/licences.py` lists the dependencies of every extra, as the table of
`docs/reference/dependencies.md`; `--check` says which have a licence that is not known to leave one free.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator, Mapping
from importlib import metadata

from packaging.requirements import Requirement

NAME = "inspection-grader"
EXTRAS = ("prove", "report", "sheets", "columnar", "spark", "serve", "rete")
#: Licences that ask for a notice at most.
FREE = frozenset({"0BSD", "Apache-2.0", "BSD", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "MIT"})
FREE |= {"MIT-0", "MIT-CMU", "PSF", "PSF-2.0", "Zlib"}
#: Under the LGPL, and used as they are: it asks something of whoever changes them. They are no part of what
#: grader hands out, and only a workbench on PostgreSQL needs them.
USED_AS_THEY_ARE = frozenset({"psycopg", "psycopg-binary"})
#: What packages without an SPDX expression call their licence.
_CALLED = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Python Software Foundation License": "PSF",
    "2-clause BSD": "BSD-2-Clause",
}


def plain(name: str) -> str:
    """A distribution's name in the one spelling."""
    return re.sub(r"[-_.]+", "-", name).lower()


def needed() -> dict[str, set[str]]:
    """Every distribution needed, here, by the core (`core`) or an extra, with those that need it."""
    found: dict[str, set[str]] = {}
    for extra in ("", *EXTRAS):
        for name in _closure(NAME, (extra,), set()):
            found.setdefault(name, set()).add(extra or "core")
    return {name: {"core"} if "core" in by else by for name, by in sorted(found.items())}


def _closure(name: str, extras: tuple[str, ...], seen: set[tuple[str, tuple[str, ...]]]) -> Iterator[str]:
    if (name, extras) in seen:
        return
    seen.add((name, extras))
    try:
        requires = metadata.requires(name) or []
    except metadata.PackageNotFoundError:  # of an extra that is not installed
        return
    if name != NAME:
        yield name
    for requirement in map(Requirement, requires):
        marker = requirement.marker
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in extras or ("",)):
            below = tuple(sorted(requirement.extras)) or ("",)
            yield from _closure(plain(requirement.name), below, seen)


def licence_of(name: str) -> str:
    """The licence of an installed distribution: its SPDX expression, or what it calls it."""
    said: Mapping[str, str] = metadata.metadata(name)  # type: ignore[assignment]
    if said.get("License-Expression"):
        return said["License-Expression"]
    classifiers = metadata.metadata(name).get_all("Classifier") or []
    kinds = [c.split(" :: ")[-1] for c in classifiers if c.startswith("License :: OSI Approved :: ")]
    if kinds:
        return " AND ".join(_CALLED.get(kind, kind) for kind in kinds)
    text = (said.get("License") or "unknown").splitlines()[0].strip()
    return _CALLED.get(text, text)


def binds(licence: str) -> bool:
    """Whether a licence may ask more than a notice: one that is not known is taken to."""
    alternatives = re.split(r"\s+OR\s+", licence.strip("()"))
    return not any(
        all(part.strip("() ") in FREE for part in re.split(r"\s+AND\s+|,\s*", alternative))
        for alternative in alternatives
    )


def rows() -> list[tuple[str, str, str]]:
    """Name, licence and what needs it, of each dependency."""
    return [(name, licence_of(name), ", ".join(sorted(by))) for name, by in needed().items()]


def binding() -> list[tuple[str, str, str]]:
    """The dependencies whose licence may bind whoever passes grader on."""
    return [
        (name, licence, by)
        for name, licence, by in rows()
        if binds(licence) and not (name in USED_AS_THEY_ARE and licence.startswith("LGPL-3.0"))
    ]


def main() -> int:
    """Print the table, or check it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="say which licences bind; 1 where one does")
    if not parser.parse_args().check:
        print("| package | licence | needed by |\n|---|---|---|")
        print("".join(f"| {name} | {licence} | {by} |\n" for name, licence, by in rows()), end="")
        return 0
    found = [f"{name}: {licence}" for name, licence, _ in binding()]
    print("\n".join(found) or f"{len(rows())} dependencies, no licence that binds")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
