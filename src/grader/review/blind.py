"""A copy of an inspection without its tags."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import yaml

from grader.errors import InputError, Place, Problem, quoted
from grader.io.scalars import shown_name
from grader.model.framework import Framework
from grader.model.inspection import Evidence, Inspection
from grader.model.shares import per_mille, percent, share_help

#: What a second person is to say, and what would tell them what the first said.
_TAKEN_OUT = ("characteristics", "assessment", "basis", "extent", "harm", "remedied", "remedied_on",
              "innovative", "tagged_by", "settled")  # fmt: skip
_WIDTH = 100
_BARE = re.compile(r"\d{1,9}(\.\d{1,9})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Blind:
    """A copy without tags, to be filled in: `text` is its YAML."""

    inspection: str
    items: int
    of: int
    text: str

    def __repr__(self) -> str:
        return f"<Blind {self.inspection}: {self.items} of {self.of} items of evidence>"


def blind(
    inspection: Inspection, framework: Framework, *, share: str | None = None, seed: int = 1, origin: str = ""
) -> Blind:
    """A copy of an inspection with tags and assessments taken out.

    Parameters
    ----------
    inspection : Inspection
        As first tagged.
    share : str, optional
        Of each area's evidence, as `20%`, rounded up; all by default.
    seed : int
        Of the drawing.
    origin : str
        The file copied.

    Raises
    ------
    InputError
        An impossible share or seed.
    """
    taken = _share(share)
    if not 0 <= seed < 2**63:
        raise InputError([Problem(f"{seed} is out of range", Place("--seed"), "a whole number from 0")])
    items = inspection.evidence
    if taken is not None and taken < 1000:
        chosen = sample(items, framework, taken, seed)
        items = [item for item in items if item.id in chosen]
    data = inspection.model_dump(mode="json", exclude_defaults=True, exclude={"left_out"})
    if taken is not None and taken < 1000:
        data["inspection"]["sample"] = {"share": percent(taken), "seed": seed, "of": len(inspection.evidence)}
    kept = {item.id for item in items}
    data["evidence"] = [_untagged(entry) for entry in data["evidence"] if entry["id"] in kept]
    for block in ("findings", "previous"):
        # What an issued finding rests on says how the evidence was tagged.
        for finding in data.get(block, ()):
            finding.pop("characteristics", None)
            finding.pop("evidence", None)
    return Blind(inspection.id, len(items), len(inspection.evidence), _text(data, origin))


def _share(written: str | None) -> int | None:
    if written is None:
        return None
    place = Place("--share")
    text = written.strip()
    found = per_mille(text)
    if found is None:
        help = share_help(text)
        if _BARE.fullmatch(text):
            help = f"write {text}%, or {float(text) * 100:g}% if it is a share of 1"
        raise InputError([Problem(f"{quoted(written)} is no share", place, help)])
    if not 1 <= found <= 1000:
        raise InputError([Problem(f"{quoted(written)} is out of range", place, "from 0.1% to 100%")])
    return found


def sample(items: Iterable[Evidence], framework: Framework, share: int, seed: int) -> set[str]:
    """Ids of a sample: a share of each area's items, rounded up.

    An item counts in each of its areas; order does not matter.
    """
    by_area: dict[str, list[str]] = {}
    for item in items:
        for area in {framework.area_of(c).id for c in item.characteristics}:
            by_area.setdefault(area, []).append(item.id)
    chosen: set[str] = set()
    for area in sorted(by_area):
        drawn = random.Random(f"{seed} {area}")
        wanted = -(-share * len(by_area[area]) // 1000)
        have = sorted(chosen & set(by_area[area]))
        rest = sorted(set(by_area[area]) - chosen)
        chosen.update(drawn.sample(rest, max(0, wanted - len(have))))
    return chosen


def _untagged(entry: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if key not in _TAKEN_OUT}


def _text(data: dict[str, Any], origin: str) -> str:
    top = (
        f"# A copy of {shown_name(origin) or 'an inspection'} without tags, for a second person.\n"
        "# Add to each item: characteristics, assessment, basis; and where they apply extent, harm,\n"
        "# remedied, innovative. Tag before you have seen the first tagging; then:\n"
        "# grader reconcile FIRST THIS\n"
    )
    parts = [
        yaml.dump({key: block}, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH,
                  default_flow_style=None)
        for key, block in data.items()
    ]  # fmt: skip
    return top + "\n".join(parts)


class _Dumper(yaml.SafeDumper):
    """Writes values out each time they occur: the reader takes no aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        return True
