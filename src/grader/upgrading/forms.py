"""The older forms of each file, and what has to change in one that is written in them.

A form that is left behind gets its changes here, its number in `NUMBERS`, and its line in the table of
`docs/reference/formats.md`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from grader.errors import Problem, quoted
from grader.io.yaml_source import Document, NodePath
from grader.language.fact_keys import DEFINERS, GOES_WITH, RECKONED
from grader.upgrading.edits import Edit, Removal, Rename
from grader.vocabulary.peel import PEEL

#: The form of each file that grader writes now.
NUMBERS: Mapping[str, int] = {
    "inspection": 1,
    "decisions": 2,
    "framework": 1,
    "rulebook": 1,
    "layer": 2,
    "calibrated": 1,
    "cases": 1,
    "settling": 1,
    "mapping": 1,
    "proposal": 2,
}
#: Keys of an area that proposals had not from the start; a proposal that says nothing of them has none.
ADDED_TO_AREAS = ("possible", "meaning", "earlier_grade")


@dataclass(frozen=True, slots=True)
class Found:
    """One key in an older form: what is to change, and what is said of it; or why a person has to."""

    at: NodePath
    said: str
    edit: Edit | None


def older_in(kind: str, document: Document) -> Iterator[Found]:
    """What a file has in an older form, in the order of its keys."""
    find = _FORMS.get(kind)
    if find is not None and isinstance(document.data, Mapping):
        yield from find(document.data)


def problem(found: Found, document: Document) -> Problem:
    """What is said of a key that only a person can put right."""
    return Problem(found.said, document.keys[found.at], "keep one of the two")


def _decisions(data: Mapping[str, object]) -> Iterator[Found]:
    grades = data.get("grades")
    for area, block in grades.items() if isinstance(grades, Mapping) else ():
        if not isinstance(block, Mapping):
            continue
        for old, new in (("decided_by", "by"), ("decided_on", "on")):
            at = ("grades", area, old)
            if old in block and new in block:
                yield Found(at, f"{old!r} and {new!r} both stand here", None)
            elif old in block:
                yield Found(at, f"{old!r} is now {new!r}", Rename(at, new))


def _layer(data: Mapping[str, object]) -> Iterator[Found]:
    facts, rules = data.get("facts"), data.get("rules")
    for name, fact in facts.items() if isinstance(facts, Mapping) else ():
        if isinstance(fact, Mapping):
            yield from _fact(("facts", name), fact)
    for i, rule in enumerate(rules if isinstance(rules, list) else ()):
        if isinstance(rule, Mapping):
            yield from _rule(("rules", i), rule, data.get("layer"))


def _fact(at: NodePath, fact: Mapping[str, object]) -> Iterator[Found]:
    """Keys that were passed over beside what defines the fact, and are refused now."""
    defined = [definer for definer in DEFINERS if definer in fact]
    if len(defined) != 1 or defined[0] in RECKONED:  # these came later, and were never passed over
        return
    for key in ("of", "where", "per"):
        if key in fact and defined[0] not in GOES_WITH[key]:
            here = (*at, key)
            yield Found(here, f"{key!r} meant nothing beside {defined[0]!r}, and is gone", Removal(here))


def _rule(at: NodePath, rule: Mapping[str, object], layer: object) -> Iterator[Found]:
    here = (*at, "areas")
    if "areas" in rule and layer == "measure":
        yield Found(here, "'areas' meant nothing to a measure rule, and is gone", Removal(here))
    elif "areas" in rule and rule["areas"] is None:
        yield Found(here, "'areas' with nothing behind it meant every area, and is gone", Removal(here))
    here = (*at, "not_monotone")
    if "not_monotone" in rule and _has_no_direction(rule):
        said = "'not_monotone' meant nothing to a rule without a direction, and is gone"
        yield Found(here, said, Removal(here))


def _has_no_direction(rule: Mapping[str, object]) -> bool:
    kinds = PEEL.kind
    raised = rule.get("raises")
    praises = isinstance(raised, str) and raised in kinds and kinds[raised].praise
    return "withholds" in rule or praises


def older_in_proposal(data: Mapping[str, object]) -> Iterator[str]:
    """What a proposal of an early copy does not say, in words, once a key."""
    areas = data.get("areas")
    blocks = [area for area in areas if isinstance(area, dict)] if isinstance(areas, list) else []
    for key in ADDED_TO_AREAS:
        lacking = sum(key not in block for block in blocks)
        if lacking:
            of = "every area" if lacking == len(blocks) else f"{lacking} of {len(blocks)} areas"
            yield f"{quoted(key)} of {of} is null: grade again to have it"


_FORMS: Mapping[str, Callable[[Mapping[str, object]], Iterator[Found]]] = {
    "decisions": _decisions,
    "layer": _layer,
}
