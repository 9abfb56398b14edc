"""Inspections of any size, made the same way every time."""

from __future__ import annotations

import random

from grader.io.catalogue import framework
from grader.model.inspection import Evidence, Header, Inspection, Source

EDITION = "2022-03"


def inspection(items: int, seed: int = 1) -> Inspection:
    """An inspection with this many items, tagged at random over every characteristic of the edition."""
    draw = random.Random(seed)
    chosen = framework("PEEL_2021_22").framework
    characteristics = [c.id for a in chosen.areas_in(EDITION) for c in a.characteristics]
    return Inspection(
        inspection=Header(id=f"made-{items}-{seed}", body="A body", framework=chosen.id, edition=EDITION),
        sources={"made": Source(title="Made for timing")},
        evidence=[_item(i, draw, characteristics) for i in range(items)],
    )


def _item(number: int, draw: random.Random, characteristics: list[str]) -> Evidence:
    assessment = draw.choices(("exceeds", "meets", "partly_meets", "falls_short"), (1, 12, 4, 2))[0]
    return Evidence(
        id=f"E{number:06d}",
        characteristics=sorted(draw.sample(characteristics, draw.choices((1, 2, 3), (6, 2, 1))[0])),
        assessment=assessment,
        statement=f"Finding {number}",
        basis=draw.choice(("case_file_review", "data", "observation", "document", "interview", "survey")),
        extent=draw.choice(("widespread", "some", "isolated")),
        harm=draw.choices(("none", "moderate", "serious"), (6, 3, 1))[0],
        remedied=draw.random() < 0.1,
        innovative=draw.random() < 0.05,
        source="made",
    )
