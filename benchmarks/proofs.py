"""How long `grader check` takes as rules are added, each check in a process of its own. Run by hand.

`python benchmarks/proofs.py 0 20` adds rules; `... --characteristics 5 40` gives every area so many instead.
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
from added_rules import with_added, with_characteristics
from grader.io.catalogue import open_rulebook
from grader.proofs.check import check_rulebook
_, file, book = open_rulebook("PEEL_2021_22")
rules, many = map(int, sys.argv[1:])
framework = with_characteristics(file.framework, many) if many else file.framework
report = check_rulebook(with_added(book, rules), framework)
for p in report.promises:
    print("  ", p.id, p.result, p.cost, *[a for a in p.assumes if "undecided" in a])
print(len(report.findings), "findings:", *sorted({{f.code for f in report.findings}}))
"""


def _used() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    of_areas = "--characteristics" in sys.argv
    asked = [int(a) for a in sys.argv[1:] if a.isdigit()]
    for count in asked or ((5, 10, 20, 40) if of_areas else (0, 5, 10, 20, 40)):
        started, used = time.monotonic(), _used()
        sizes = ("0", str(count)) if of_areas else (str(count), "0")
        code = _CHECK.format(here=str(HERE))
        ran = subprocess.run([sys.executable, "-c", code, *sizes], capture_output=True, text=True)
        took = f"{time.monotonic() - started:.1f} s, {_used() - used:.1f} s of processor time"
        print(f"{count} {'characteristics in each area' if of_areas else 'rules added'}: {took}")
        print(ran.stdout, ran.stderr[-2000:])


if __name__ == "__main__":
    main()
