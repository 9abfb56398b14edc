"""Public types as a program sees them that uses grader: complete by pyright, and of use in strict code.

`python tools/public_types.py`, in an environment with grader installed and pyright on the path. Pyright finds
the environment by its `python` first on the path, and `py.typed` in what is installed there.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

#: What a program asks for, and the type that has to come of it.
PROGRAM = """\
import grader

proposal: grader.Proposal = grader.grade("inspection.yaml")
grade: str | None = proposal.area("responding").grade
loaded: grader.LoadedInspection = grader.load("inspection.yaml", settings={"some": "35%"})
why: grader.Explanation = grader.explain(loaded, "responding")
change: grader.SmallestChange = grader.smallest_change(loaded, "responding", "outstanding")
newer: bytes = grader.upgrade("decisions.yaml").content
try:
    grader.validate("inspection.yaml")
except grader.InputError as error:
    messages: list[str] = [problem.message for problem in error.problems]
"""


def run(*command: str, cwd: str) -> subprocess.CompletedProcess[str]:
    """Run a tool with this environment's Python first on the path."""
    home = Path(sys.executable).parent
    path = f"{home}{os.pathsep}{os.environ.get('PATH', '')}"
    env = {**os.environ, "PATH": path, "VIRTUAL_ENV": str(home.parent)}
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, env=env)


def main() -> int:
    """Say what is incomplete or wrong; 1 where something is."""
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "program.py"
        program.write_text(PROGRAM, "utf-8")
        (Path(folder) / "pyrightconfig.json").write_text(json.dumps({"typeCheckingMode": "strict"}), "utf-8")
        strict = run("pyright", "program.py", cwd=folder)
        mypy = run(sys.executable, "-m", "mypy", "--strict", "program.py", cwd=folder)
        complete = run("pyright", "--verifytypes", "grader", "--ignoreexternal", "--outputjson", cwd=folder)
    found = json.loads(complete.stdout)["typeCompleteness"]
    print(f"types known of {found['exportedSymbolCounts']['withKnownType']} public names and attributes")
    print(f"completeness {found['completenessScore']:.1%}")
    unknown = [s["name"] for s in found["symbols"] if s["isExported"] and not s["isTypeKnown"]]
    for name in unknown:
        print(f"  type not known: {name}")
    for tool, done in (("pyright", strict), ("mypy", mypy)):
        print(f"a strict program under {tool}: {'right' if done.returncode == 0 else done.stdout}")
    return 1 if unknown or strict.returncode or mypy.returncode else 0


if __name__ == "__main__":
    raise SystemExit(main())
