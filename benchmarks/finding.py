"""How often the first tag of a statement stands among the first characteristics that `grader find` gives.

    python benchmarks/finding.py INSPECTION... [--learn FOLDER]

Statements of the inspections named are looked for one by one. Measured with and without what is learned from
the inspections of a folder, which must be others.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import grader
from grader.model.inspection import Evidence
from grader.search.learning import learned_from
from grader.search.ranking import Finder
from grader.search.texts import texts_of


def shares(finder: Finder, items: Sequence[Evidence]) -> tuple[float, float, float]:
    """Of the items, in per cent: first tag in the first 5, in the first 10, and first 3 of its own area."""
    found = [0, 0, 0]
    for item in items:
        tag = item.characteristics[0]
        names = [name for name, _ in finder.ranked(item.statement)]
        own = [name for name in names if finder.areas[name] is finder.areas[tag]]
        for i, among in enumerate((names[:5], names[:10], own[:3])):
            found[i] += tag in among
    first, second, third = (100 * count / len(items) for count in found)
    return first, second, third


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("inspections", nargs="+")
    parser.add_argument("--learn")
    asked = parser.parse_args()
    loaded = [grader.load(path) for path in asked.inspections]
    framework = loaded[0].framework.framework
    items = [item for each in loaded for item in each.inspection.evidence]
    entries = texts_of(framework).entries(loaded[0].inspection.inspection.edition)
    finders = {"plain": Finder(entries)}
    if asked.learn:
        learned = learned_from(Path(asked.learn), framework)
        finders[f"learned from {len(learned)} statements"] = Finder(entries, learned)
    print(f"{len(items)} statements")
    for name, finder in finders.items():
        five, ten, area = shares(finder, items)
        print(f"{name}: first 5 {five:.1f} %, first 10 {ten:.1f} %, first 3 of its area {area:.1f} %")


if __name__ == "__main__":
    main()
