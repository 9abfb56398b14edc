"""How long `grader check` takes as rules are added, each check in a process of its own. Run by hand.

Processor time is what a quiet machine would take; nothing is taken up from earlier checks.
"""

from __future__ import annotations

import resource
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
    print("  ", p.id, p.result, p.cost, *[a for a in p.assumes if "undecided" in a])
print(len(report.findings), "findings:", *sorted({{f.code for f in report.findings}}))
"""


def _used() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    for count in map(int, sys.argv[1:] or ("0", "5", "10", "20", "40")):
        started, used = time.monotonic(), _used()
        code = _CHECK.format(here=str(HERE))
        ran = subprocess.run([sys.executable, "-c", code, str(count)], capture_output=True, text=True)
        took = f"{time.monotonic() - started:.1f} s, {_used() - used:.1f} s of processor time"
        print(f"{count} rules added: {took}")
        print(ran.stdout, ran.stderr[-2000:])


if __name__ == "__main__":
    main()
