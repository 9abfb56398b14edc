"""Run commands, and write inspections with decisions on them, by the shipped framework."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from grader.io import catalogue
from grader.review import agreement

ROOT = Path(__file__).resolve().parents[2]
EDITION = "2022-03"
GRADES = ("inadequate", "requires_improvement", "adequate", "good", "outstanding")


@pytest.fixture(scope="module")
def few_draws() -> Iterator[None]:
    """Fewer draws for an interval than a command makes, for files of tests that make very many."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(agreement, "RESAMPLES", 40)
        yield


@pytest.fixture
def leicestershire() -> Path:
    return ROOT / "examples" / "leicestershire_2021_22"


@pytest.fixture
def sussex() -> Path:
    return ROOT / "examples" / "sussex_2021_22"


def _items(chance: random.Random, areas: list[str], characteristics: list[str], count: int) -> list[Any]:
    known = [c for c in characteristics if c.split(".")[0] in areas]
    return [
        {
            "id": f"E{i:03}",
            "characteristics": [chance.choice(known)],
            "assessment": chance.choice(
                ["exceeds", "meets", "meets", "meets", "partly_meets", "falls_short"]
            ),
            "statement": f"Finding {i}",
            "basis": chance.choice(["data", "observation", "interview", "case_file_review"]),
            "source": "s",
        }
        for i in range(count)
    ]


def _dump(data: object) -> str:
    return yaml.safe_dump(data, sort_keys=False)


@pytest.fixture
def generated() -> Callable[..., None]:
    """`generated(folder, 20)`: that many inspections in a folder, each with decisions on its areas."""
    framework = catalogue.framework("PEEL_2021_22").framework
    areas = framework.areas_in(EDITION)
    characteristics = [c.id for a in areas for c in a.characteristics]
    graded = [a.id for a in areas if a.editions[EDITION].graded]

    def write(folder: Path, count: int, *, items: int = 60, seed: int = 1) -> None:
        chance = random.Random(seed)
        for i in range(count):
            name = f"force-{i:04}"
            head = {"id": name, "body": f"Force {i}", "framework": "PEEL_2021_22", "edition": EDITION}
            evidence = _items(chance, graded, characteristics, items)
            inspection = {"inspection": head, "sources": {"s": {"title": "Notes"}}, "evidence": evidence}
            decided = {area: {"grade": chance.choice(GRADES)} for area in graded}
            decisions = {"decisions": {"inspection": name, "decided_by": "Somebody"}, "grades": decided}
            (folder / f"{name}.yaml").write_text(_dump(inspection), encoding="utf-8")
            (folder / f"{name}.decisions.yaml").write_text(_dump(decisions), encoding="utf-8")

    return write


SMALL: dict[str, Any] = {
    "inspection": {"id": "small", "body": "A Force", "framework": "PEEL_2021_22", "edition": EDITION},
    "sources": {"s": {"title": "Notes"}},
    "evidence": [
        {
            "id": c,
            "characteristics": [c],
            "assessment": "meets",
            "statement": "Does",
            "basis": "data",
            "source": "s",
        }
        for c in ("responding.1a", "responding.1b", "responding.2a")
    ],
}


@pytest.fixture
def small(tmp_path: Path) -> Callable[..., Path]:
    """Writes a small inspection that proposes good for responding and nothing elsewhere."""

    def write(name: str = "inspection.yaml", *, id: str = "small", **blocks: Any) -> Path:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        data = {**SMALL, "inspection": {**SMALL["inspection"], "id": id}, **blocks}
        path.write_text(_dump(data), encoding="utf-8")
        return path

    return write


@pytest.fixture
def decided(tmp_path: Path) -> Callable[..., Path]:
    """`decided(responding="good")` writes decisions on the small inspection; a grade, or its whole block."""

    def write(
        grades: dict[str, Any], name: str = "decisions.yaml", *, on: str = "small", **head: Any
    ) -> Path:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        blocks = {area: g if isinstance(g, dict) else {"grade": g} for area, g in grades.items()}
        header = {"inspection": on, "decided_by": "Somebody", **head}
        path.write_text(_dump({"decisions": header, "grades": blocks}), encoding="utf-8")
        return path

    return write
