"""Build the sdist and, from the sdist alone, the wheel, the same bytes wherever and whenever it is done.

`python tools/distributions.py [OUT]` builds into a folder (`dist`); `--twice` builds again in another folder,
under another name, time zone and mask, and says whether the bytes are the same. Needs `build` (group dev).
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
#: What a checkout holds and no distribution is made of: anywhere, and at its top.
_ANYWHERE = shutil.ignore_patterns(".venv*", ".git", "__pycache__", ".*_cache", ".hypothesis", ".nox")
_AT_THE_TOP = frozenset({"dist", "build", "site"})


def not_copied(folder: str, names: list[str]) -> set[str]:
    """What of a folder a copy of the checkout does without."""
    return _ANYWHERE(folder, names) | (_AT_THE_TOP & set(names) if Path(folder) == ROOT else set())


def epoch() -> str:
    """The time the files of both archives bear: that of the commit, or one of hatchling's own."""
    done = subprocess.run(
        ["git", "-C", ROOT, "log", "-1", "--format=%ct"], capture_output=True, text=True, check=False
    )
    return os.environ.get("SOURCE_DATE_EPOCH") or done.stdout.strip() or "1580601600"


def build(source: Path, out: Path, *, isolated: bool = True, **more: str) -> list[Path]:
    """The sdist of a folder and the wheel made from that sdist, in `out`."""
    options = [] if isolated else ["--no-isolation"]
    done = subprocess.run(
        [sys.executable, "-m", "build", "--outdir", out, *options, source],
        env={**os.environ, "SOURCE_DATE_EPOCH": epoch(), **more},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    return sorted(p for p in out.iterdir() if p.suffix in (".whl", ".gz"))


def build_elsewhere(out: Path, *, isolated: bool = True) -> list[Path]:
    """As `build`, from a copy of the checkout of another name, time zone and mask."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "a copy of it"
        shutil.copytree(ROOT, copy, ignore=not_copied, symlinks=True)
        for path in copy.rglob("*"):
            os.utime(path, (1_000_000_000, 1_000_000_000))
        mask = os.umask(0o077)
        try:
            return build(copy, out, isolated=isolated, TZ="Pacific/Auckland")
        finally:
            os.umask(mask)


def contents(archive: Path) -> list[str]:
    """The names in a wheel or an sdist, in order; of an sdist without its first folder."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            return sorted(wheel.namelist())
    with tarfile.open(archive) as sdist:
        return sorted(name.partition("/")[2] for name in sdist.getnames())


def sha256(path: Path) -> str:
    """The SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main() -> int:
    """Build; say each archive's hash and how much it holds; 1 where a second build differs."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("out", nargs="?", type=Path, default=ROOT / "dist")
    parser.add_argument("--twice", action="store_true", help="build again elsewhere, and compare")
    parser.add_argument("--list", action="store_true", help="list what the archives hold")
    parser.add_argument("--no-isolation", action="store_true", help="use the hatchling that is installed")
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    built = build(ROOT, asked.out, isolated=not asked.no_isolation)
    for path in built:
        print(f"{sha256(path)}  {path.name}  {len(contents(path))} files")
        if asked.list:
            print("".join(f"  {name}\n" for name in contents(path)), end="")
    if not asked.twice:
        return 0
    with tempfile.TemporaryDirectory() as folder:
        again = build_elsewhere(Path(folder), isolated=not asked.no_isolation)
        same = [sha256(path) for path in built] == [sha256(path) for path in again]
    print("built twice: the same bytes" if same else "built twice: the bytes differ")
    return 0 if same else 1


if __name__ == "__main__":
    raise SystemExit(main())
