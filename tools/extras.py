"""Install the built wheel into empty environments, with each extra alone, and try what each promises.

`python tools/extras.py [WHEEL] [--extra NAME]...` makes an environment for the core and for each extra, runs
the commands below in it, and says which did otherwise than they should. Without the extra that a command
needs it works all the same, or ends with exit code 2 and names that extra, and leaves no trace. Needs a
package index, and minutes.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = "examples/leicestershire_2021_22"
NAME = "inspection-grader"
#: What each extra brings along of the others, by their dependencies: all of it is promised too.
BRINGS = {
    "": (),
    "rete": ("rete",),
    "prove": ("prove",),
    "report": ("report", "numpy"),
    "sheets": ("sheets",),
    "columnar": ("columnar", "numpy"),
    "serve": ("report", "sheets", "numpy", "serve"),
    "all": ("prove", "report", "sheets", "columnar", "numpy", "serve"),
    "spark": ("columnar", "numpy", "spark"),
}


@dataclass(frozen=True, slots=True)
class Try:
    """A command, the extra that it needs ("" for the core), and the exit codes that are right."""

    command: str
    extra: str
    right: tuple[int, ...] = (0,)


TRIES = (
    Try("grade inspection.yaml", ""),
    Try("explain inspection.yaml vulnerable --why-not inadequate", ""),
    Try("validate inspection.yaml decisions.yaml", ""),
    Try("upgrade decisions.yaml", ""),
    Try("import given.xlsx -o again.yaml --force", ""),
    Try("schema inspection", ""),
    Try("test EXAMPLE_CARE_HOMES", ""),
    Try("find callers who ring again", ""),
    Try("diff inspection.yaml decisions.yaml", "", (1,)),
    Try("check EXAMPLE_CARE_HOMES --no-cache", "prove"),
    Try("grade inspection.yaml --report out.html --force", "report"),
    Try("grade inspection.yaml --report out.pdf --force", "report"),
    Try("grade inspection.yaml --report out.docx --force", "report"),
    Try("grade inspection.yaml --report out.xlsx --force", "sheets"),
    Try("export inspection.yaml --xlsx tagged.xlsx --force", "sheets"),
    Try("batch inspection.yaml -o out.csv --force", "columnar"),
    Try("batch inspection.yaml -o out.parquet --force", "columnar"),
    Try("simulate inspection.yaml --draws 20", "numpy"),
    Try("serve --data bench --add-user ann@example.org --name Ann", "serve"),
    Try("batch inspection.yaml -o spark.csv --on pyspark --force", "spark"),
)


def run(*command: str | Path, cwd: Path, env: Mapping[str, str] | None = None) -> tuple[int, str]:
    """The exit code of a command and what it printed."""
    done = subprocess.run([*map(str, command)], cwd=cwd, capture_output=True, text=True, check=False, env=env)
    return done.returncode, done.stdout + done.stderr


def try_extra(wheel: Path, extra: str, folder: Path) -> Iterator[str]:
    """What goes otherwise than it should with the wheel and one extra, in an environment of their own."""
    home = folder / f"with-{extra or 'nothing'}"
    files = home / "files"
    files.mkdir(parents=True)
    for name in ("inspection.yaml", "decisions.yaml"):
        shutil.copy(ROOT / EXAMPLE / name, files / name)
    # By the environment this runs in: the one that is tried may have no way to write a workbook.
    run(sys.executable, "-m", "grader", "export", "inspection.yaml", "--xlsx", "given.xlsx", cwd=files)
    run(sys.executable, "-m", "venv", home / "venv", cwd=folder)
    python = home / "venv" / "bin" / "python"
    wanted = f"{wheel}[{extra}]" if extra else str(wheel)
    code, said = run(python, "-m", "pip", "install", "--quiet", wanted, cwd=files)
    if code:
        yield f"[{extra}] does not install: {said.strip().splitlines()[-1]}"
        return
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    for each in TRIES:
        there = not each.extra or each.extra in BRINGS[extra]
        code, said = run(python, "-m", "grader", *each.command.split(), cwd=files, env=clean)
        yield from _faults(each, code, said, there=there, where=f"[{extra}] grader {each.command}")
    shutil.rmtree(home)


def _faults(each: Try, code: int, said: str, *, there: bool, where: str) -> Iterator[str]:
    last = said.strip().splitlines()[-1:] or [""]
    if "Traceback" in said:
        yield f"{where}: ends in a trace"
    elif there and code not in each.right:
        yield f"{where}: exit {code}, {last[0]}"
    elif not there and code in each.right:
        return  # another extra brings all that it needs
    elif not there and (code != 2 or f"{NAME}[" not in said):
        yield f"{where}: exit {code}, and does not say what to install: {last[0]}"


def main() -> int:
    """Try the extras asked for; 1 where something goes otherwise than it should."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("wheel", nargs="?", type=Path, help="built where none is named")
    parser.add_argument("--extra", action="append", choices=sorted(BRINGS), help="of all, these alone")
    asked = parser.parse_args()
    found: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        wheel = asked.wheel
        if wheel is None:
            sys.path.insert(0, str(ROOT / "tools"))
            from distributions import build

            (wheel,) = (p for p in build(ROOT, folder) if p.suffix == ".whl")
        for extra in asked.extra or BRINGS:
            faults = list(try_extra(wheel.resolve(), extra, folder))
            print(
                f"{NAME}[{extra}]: {len(TRIES)} commands, {len(faults)} otherwise than they should",
                flush=True,
            )
            found += faults
    print("".join(f"{fault}\n" for fault in found), end="")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
