"""How steady are grades where two people tagged one report: random mixes of their two taggings.

    .venv/bin/python benchmarks/mixes.py [--mixes 1000] [--seed 2021]

Each pair of items is taken from the one tagging or the other, by a coin. Items of the first tagging that
have no pair stay; with `--alone coin` an item that only one of the two has is in or out, by a coin. Printed
are, area by area, the commonest grade and the share of mixes that give it, and the agreement of either
whole tagging with the published grades. `two_taggings/` holds the second tagging, the first as it stood
under rule book 1.0.0, and the pairs, made by lines and words and not by hand.
"""

from __future__ import annotations

import argparse
import csv
import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import yaml

from grader.model.inspection import Inspection
from grader.session import Session

HERE = Path(__file__).resolve().parent
TOP = HERE.parent
DATA = HERE / "two_taggings"
EXAMPLE = TOP / "examples" / "leicestershire_2021_22"
OLD_RULES = TOP / "tests" / "rulebooks" / "PEEL_2021_22_1_0_0"
OLD_FRAMEWORK = DATA / "framework_1_0_0.yaml"


def pairs() -> list[tuple[str, str]]:
    """Ids of the items of both taggings that are about the same."""
    with (DATA / "pairs.csv").open(encoding="utf-8", newline="") as file:
        return [(row["example"], row["second"]) for row in csv.DictReader(file)]


def mixes(
    first: Inspection, second: Inspection, many: int, seed: int, *, coin: bool = False
) -> Iterator[Inspection]:
    """The first inspection with the evidence of random mixes."""
    draw = random.Random(seed)
    one, other = ({e.id: e for e in i.evidence} for i in (first, second))
    matched = [(a, b) for a, b in pairs() if a in one and b in other]
    paired = {name for pair in matched for name in pair}
    ours, theirs = ([e for e in i.evidence if e.id not in paired] for i in (first, second))
    for _ in range(many):
        chosen = [one[a] if draw.random() < 0.5 else other[b] for a, b in matched]
        chosen += [e for e in (*ours, *theirs) if draw.random() < 0.5] if coin else ours
        yield first.model_copy(update={"evidence": chosen})


def grades(session: Session, inspection: Inspection) -> dict[str, str]:
    """What each area comes to: its grade, or its outcome where it has none."""
    scale = session.bound.grade_scale
    return {
        name: scale.name_of(case.decision.rank) if case.decision is not None else case.outcome
        for name, case in session.run(inspection).areas.items()
    }


def steadiness(session: Session, drawn: Sequence[Inspection]) -> dict[str, Counter[str]]:
    """How often each area came to what."""
    counts: dict[str, Counter[str]] = {}
    for inspection in drawn:
        for area, grade in grades(session, inspection).items():
            counts.setdefault(area, Counter())[grade] += 1
    return counts


def published() -> Mapping[str, str]:
    """The grades the inspectorate published."""
    data = yaml.safe_load((EXAMPLE / "decisions.yaml").read_text(encoding="utf-8"))
    return {area: given["grade"] for area, given in data["grades"].items()}


def sides() -> dict[str, tuple[Session, Path]]:
    """Each version: its rules over its framework, and the first tagging as it stood."""
    old = Session.open(rules=OLD_RULES, framework=OLD_FRAMEWORK, engine="reference")
    new = Session.open(engine="reference")
    return {
        "1.0.0": (old, DATA / "first_tagging_1_0_0.yaml"),
        "2.0.0": (new, EXAMPLE / "inspection.yaml"),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mixes", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=2021)
    parser.add_argument("--alone", choices=("keep", "coin"), default="keep")
    asked = parser.parse_args()
    final = published()
    found: dict[str, dict[str, Counter[str]]] = {}
    for version, (session, path) in sides().items():
        first = session.load(path).inspection
        second = session.load(DATA / "second_tagging.yaml").inspection
        found[version] = steadiness(
            session, list(mixes(first, second, asked.mixes, asked.seed, coin=asked.alone == "coin"))
        )
        for name, whole in (("first", first), ("second", second)):
            given = grades(session, whole)
            ranks = session.bound.grade_scale.ranks
            graded = [a for a in final if given[a] in ranks]
            exact = sum(given[a] == final[a] for a in graded)
            within = sum(abs(ranks[given[a]] - ranks[final[a]]) <= 1 for a in graded)
            withheld = [a for a in final if given[a] == "withheld"]
            print(
                f"{version}, {name} tagging: {exact} of {len(final)} as published,"
                f" {within} within one step, withheld: {', '.join(withheld) or 'none'}"
            )
            print("  " + ", ".join(f"{a} {given[a]}" for a in final))
    print(f"\n{asked.mixes} mixes, seed {asked.seed}: commonest grade, and its share")
    for area in final:
        cells = []
        for counts in found.values():
            grade, often = counts[area].most_common(1)[0]
            cells.append(f"{grade} {often / asked.mixes:.1%}")
        print(f"| {area} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
