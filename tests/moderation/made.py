"""Two taggings made at random, with planted disagreements and other words."""

from __future__ import annotations

import random
from typing import Any

from grader.io import catalogue

HEAD = {"id": "small", "body": "A Force", "framework": "PEEL_2021_22", "edition": "2022-03"}
ASSESSMENTS = ("falls_short", "partly_meets", "meets", "exceeds")
#: Words of findings, and other words for them.
WORDS = {
    "officers": "police staff",
    "callers": "people who ring",
    "quickly": "without delay",
    "supervisors": "line managers",
    "reviewed": "looked at again",
    "training": "instruction",
    "victims": "those harmed",
    "records": "files",
    "checked": "inspected",
    "shared": "passed on",
    "regularly": "at set times",
    "plans": "schemes",
}
SUBJECTS = """officers, supervisors, callers, victims, detectives, neighbourhood teams, analysts, volunteers,
 the control room, response shifts, the custody suite, the professional standards unit, schools liaison,
 the firearms licensing desk, cyber investigators, search teams, the missing persons unit, call takers"""
DEEDS = """records were checked, plans were reviewed, training was given, risk was shared with partners,
 files were sampled, complaints were answered, demand was forecast, vehicles were serviced,
 property was stored, bail dates were kept, warrants were executed, interviews were recorded,
 statements were taken, referrals were made, patrols were tasked, exhibits were logged"""
HOW = """quickly, regularly, in half of the cases, in nearly every case, at weekends, before the deadline,
 across all three districts, since the restructure, under the new policy, by the end of the quarter"""


def parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",")]


def made_pair(
    many: int, *, seed: int = 1, differ: float = 0.2
) -> tuple[dict[str, Any], dict[str, Any], dict[str, str]]:
    """Two taggings of so many items, and the true pairs of what has other ids.

    Of the second's items 30 % have ids of their own and are worded otherwise.
    """
    framework = catalogue.framework("PEEL_2021_22").framework
    areas = [a for a in framework.areas_in("2022-03") if a.editions["2022-03"].graded]
    known = [c.id for a in areas for c in a.characteristics]
    chance = random.Random(seed)
    said = [f"{s} found that {d} {h}" for s in parts(SUBJECTS) for d in parts(DEEDS) for h in parts(HOW)]
    first, second, true = [], [], {}
    for n, statement in enumerate(chance.sample(said, many)):
        one = {
            "id": f"E{n:04}",
            "characteristics": chance.sample(known, chance.choice((1, 1, 1, 2))),
            "assessment": chance.choice(ASSESSMENTS),
            "statement": statement,
            "basis": chance.choice(("data", "observation", "interview")),
            "source": "report",
            "locator": f"p. {n // 4 + 1}",
        }
        other = dict(one)
        if chance.random() < differ:
            other["assessment"] = chance.choice(ASSESSMENTS)
        if chance.random() < differ / 2:
            other["characteristics"] = [*one["characteristics"][:1], chance.choice(known)]
            other["characteristics"] = list(dict.fromkeys(other["characteristics"]))
        if chance.random() < 0.3:
            other["id"], other["statement"] = f"T{n:04}", reworded(statement, chance)
            true[one["id"]] = other["id"]
        first.append(one)
        second.append(other)
    chance.shuffle(second)
    whole = {"sources": {"report": {"title": "A report"}}}
    return (
        {"inspection": HEAD, **whole, "evidence": first},
        {"inspection": HEAD, **whole, "evidence": second},
        true,
    )


def reworded(statement: str, chance: random.Random) -> str:
    """The statement in other words and another order."""
    words = [WORDS.get(word, word) if chance.random() < 0.6 else word for word in statement.split()]
    subject, _, rest = " ".join(words).partition(" found that ")
    return (
        f"it was found by {subject} that {rest}" if chance.random() < 0.7 else f"{rest}, so {subject} found"
    )
