"""Walk the release checklist: what a program can look at is looked at, and the rest is listed for a person.

`python tools/release.py` from a checkout, in an environment with the groups dev and release. Leaves the
distributions, their hashes and a bill of materials in `dist`. Ends with 1 where something is not as it should
be. `--only NAME` walks one step, `--list` names them.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DIST = ROOT / "dist"
sys.path.insert(0, str(ROOT / "tools"))

import distributions  # noqa: E402
import extras  # noqa: E402
import licences  # noqa: E402

#: What no program says: asked of whoever releases.
BY_HAND = (
    "each line under the version in CHANGELOG.md is true, and those that can move a grade say so first",
    "the version's number fits what changed (docs/reference/versions.md)",
    "make test-slow and nox ran on this commit, and what they printed was read",
    "the site was looked at, on a telephone too",
    "a second person agrees",
    "then: git tag -s vVERSION, and push the tag; the workflow builds, attests and publishes",
)


def version() -> str:
    """The version that the code says it is."""
    text = (ROOT / "src/grader/_version.py").read_text("utf-8")
    found = re.search(r'^__version__ = "([^"]+)"', text, re.MULTILINE)
    assert found is not None
    return found[1]


#: Where tools are looked for: those of this environment first.
PATH = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"


def said(*command: str | Path) -> tuple[int, str]:
    """The exit code of a command run in the checkout, and all it printed."""
    env = {**os.environ, "PATH": PATH}
    done = subprocess.run(
        [*map(str, command)], cwd=ROOT, capture_output=True, text=True, check=False, env=env
    )
    return done.returncode, (done.stdout + done.stderr).strip()


def change_log() -> Iterator[str]:
    """The change log has the version with its date, and nothing is left under Unreleased."""
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    if not re.search(rf"^## \[{re.escape(version())}\] - \d{{4}}-\d\d-\d\d$", text, re.MULTILINE):
        yield f"CHANGELOG.md has no heading '## [{version()}] - YYYY-MM-DD'"
    unreleased = re.search(r"^## \[Unreleased\]\n(.*?)(?=^## \[|\Z)", text, re.MULTILINE | re.DOTALL)
    if unreleased is None:
        yield "CHANGELOG.md has no heading '## [Unreleased]' for what comes next"
    elif "\n- " in unreleased[1]:
        yield "CHANGELOG.md still has lines under Unreleased"


def citation() -> Iterator[str]:
    """CITATION.cff names the same version."""
    text = (ROOT / "CITATION.cff").read_text("utf-8")
    if f"\nversion: {version()}\n" not in text:
        yield f"CITATION.cff does not say 'version: {version()}'"


def checkout() -> Iterator[str]:
    """Nothing is uncommitted, and no tag of this version points elsewhere."""
    code, out = said("git", "status", "--porcelain")
    if code or out:
        yield "the checkout has changes that are not committed" if not code else out
    code, tagged = said("git", "rev-list", "-n", "1", f"v{version()}")
    if not code and tagged != said("git", "rev-parse", "HEAD")[1]:
        yield f"the tag v{version()} is on another commit"


def lint() -> Iterator[str]:
    """Ruff, mypy and the layers."""
    for command in (("ruff", "check", "."), ("ruff", "format", "--check", "."), ("mypy",), ("lint-imports",)):
        code, out = said(*command)
        if code:
            yield f"{' '.join(command)}: {out.splitlines()[-1] if out else code}"


def rule_books() -> Iterator[str]:
    """What is recorded as proved of each rule book is still so of its rules."""
    code, out = said(sys.executable, "-m", "pytest", "-q", "-x", "tests/docs/test_docs_claims.py")
    if code:
        yield out.splitlines()[-1]


def locked() -> Iterator[str]:
    """The lock file of the development environment is that of pyproject.toml."""
    if shutil.which("uv", path=PATH) is None:
        yield "uv is not installed, so the lock file was not looked at: pip install uv"
        return
    code, out = said("uv", "lock", "--check")
    if code:
        yield f"uv.lock: {out.splitlines()[-1]}"


def built() -> Iterator[str]:
    """The sdist and the wheel made from it, the same bytes when built again elsewhere."""
    shutil.rmtree(DIST, ignore_errors=True)
    code, out = said(sys.executable, "tools/distributions.py", DIST, "--twice")
    print("".join(f"    {line}\n" for line in out.splitlines()), end="")
    if code:
        yield out.splitlines()[-1]
        return
    hashes = [f"{distributions.sha256(p)}  {p.name}\n" for p in sorted(DIST.iterdir())]
    (DIST / "SHA256SUMS").write_text("".join(hashes), "utf-8")


def installs() -> Iterator[str]:
    """The wheel does what it promises with each extra alone, in an empty environment."""
    wheels = sorted(DIST.glob("*.whl"))
    if len(wheels) != 1:
        yield f"there are {len(wheels)} wheels in {DIST}: walk 'built' first"
        return
    folder = DIST / "trying"
    for extra in extras.BRINGS:
        yield from extras.try_extra(wheels[0], extra, folder)
    shutil.rmtree(folder, ignore_errors=True)


def free() -> Iterator[str]:
    """No dependency has a licence that binds whoever passes grader on."""
    for name, licence, _ in licences.binding():
        yield f"{name} is under {licence}"


def materials() -> Iterator[str]:
    """A bill of materials (CycloneDX) of what an installation with every extra holds."""
    DIST.mkdir(exist_ok=True)
    out = DIST / "sbom.cdx.json"
    names = "".join(f"{name}=={licences.metadata.version(name)}\n" for name in licences.needed())
    pinned = DIST / "sbom-requirements.txt"
    pinned.write_text(names, "utf-8")
    code, text = said(
        "cyclonedx-py", "requirements", pinned, "--pyproject", "pyproject.toml", "--output-reproducible",
        "--of", "JSON", "-o", out,
    )  # fmt: skip
    pinned.unlink()
    if code:
        yield text.splitlines()[-1]
        return
    bill = json.loads(out.read_text("utf-8"))
    for part in bill["components"]:
        said_of = licences.licence_of(part["name"])
        expression = licences.metadata.metadata(part["name"]).get("License-Expression")
        part["licenses"] = [{"expression": said_of} if expression else {"license": {"name": said_of}}]
    out.write_text(json.dumps(bill, indent=2, ensure_ascii=False) + "\n", "utf-8")


def holes() -> Iterator[str]:
    """No dependency has a hole that is known; needs the network."""
    code, out = said("pip-audit", "--strict", "--local", "--skip-editable", "--progress-spinner", "off")
    if code and "known vulnerabilit" not in out:
        yield f"not looked at, the database does not answer for all: {out.splitlines()[-1]}"
    elif code:
        yield out


def types() -> Iterator[str]:
    """Public types are complete, and of use in strict programs."""
    code, out = said(sys.executable, "tools/public_types.py")
    if code:
        yield out


def site() -> Iterator[str]:
    """The site builds without a warning."""
    code, out = said("make", "docs")
    if code:
        yield out.splitlines()[-1]


STEPS: dict[str, Callable[[], Iterator[str]]] = {
    step.__name__: step
    for step in (
        change_log, citation, checkout, lint, rule_books, locked, built, installs, free, materials, holes,
        types, site,
    )
}  # fmt: skip


def main() -> int:
    """Walk the list; 1 where something is not as it should be."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", action="append", choices=STEPS, help="walk this step alone")
    parser.add_argument("--list", action="store_true", help="name the steps, and walk none")
    asked = parser.parse_args()
    wrong = 0
    for name in asked.only or STEPS:
        step = STEPS[name]
        what = (step.__doc__ or "").splitlines()[0]
        if asked.list:
            print(f"{name:11} {what}")
            continue
        found = list(step())
        wrong += bool(found)
        print(f"{'no ' if found else 'yes'} {name}: {what}", flush=True)
        for line in found:
            print(f"      {line}")
    if not asked.only:
        print("by hand:\n" + "".join(f"  - {what}\n" for what in BY_HAND), end="")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
