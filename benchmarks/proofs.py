"""How long `grader check` takes as rules are added, each check in a process of its own. Run by hand."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent

_CHECK = """
import sys
sys.path.insert(0, {here!r})
from added_rules import with_added
from grader.io.catalogue import open_rulebook
from grader.proofs.check import check_rulebook
_, framework, book = open_rulebook("PEEL_2021_22")
report = check_rulebook(with_added(book, int(sys.argv[1])), framework.framework)
for p in report.promises:
    print(p.id, p.result, getattr(p, "cost", ""), round(p.seconds, 2), *[a for a in p.assumes if "undecided" in a])
print(len(report.findings), "findings:", *sorted({{f.code for f in report.findings}}))
"""


def main() -> None:
    for count in map(int, sys.argv[1:] or ("0", "5", "10", "20", "40")):
        started = time.monotonic()
        code = _CHECK.format(here=str(HERE))
        ran = subprocess.run([sys.executable, "-c", code, str(count)], capture_output=True, text=True)
        print(f"{count} rules added: {time.monotonic() - started:.1f} s")
        print(ran.stdout, ran.stderr[-2000:])


if __name__ == "__main__":
    main()
