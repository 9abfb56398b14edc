"""CONTRIBUTING.md: its table of the code is the import contract's, from the top down."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
#: In no layer: they import nothing of grader's, or start it.
OUTSIDE = {"__init__", "__main__", "_version", "distribution"}


def layers() -> list[str]:
    """Packages of the contract, from the top down; those side by side as they stand."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    (found,) = [c["layers"] for c in contracts if c["type"] == "layers"]
    return [part.strip().removeprefix("grader.") for layer in found for part in layer.split("|")]


def test_the_table_names_the_layers_of_the_contract_in_their_order():
    table = PAGE.split("## Layers")[1].split("\n## ")[0]
    assert layers() == re.findall(r"^\| `(\w+)` \|", table, re.M)


def test_every_package_stands_in_the_contract():
    there = {
        path.stem
        for path in (ROOT / "src" / "grader").iterdir()
        if path.suffix == ".py" or (path / "__init__.py").is_file()
    }
    assert set(layers()) == there - OUTSIDE


def test_make_targets_named_exist():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))
    named = set(re.findall(r"^make ([a-z-]+)", PAGE, re.M))
    assert {"check", "test", "test-slow"} <= named
    assert set() == named - targets
