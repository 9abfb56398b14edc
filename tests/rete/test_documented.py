"""The table of faults in README.md has a row, and this folder a test, for each of the 36."""

import re
from pathlib import Path

HERE = Path(__file__).parent
FAULTS = [f"{n:02}" for n in range(1, 37)]


def test_every_fault_has_one_row():
    page = (HERE / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| D(\d\d) \|[^|]+\| (unreachable|refused) \|[^|]+\|$", page, re.MULTILINE)
    assert FAULTS == [number for number, _ in rows]


def test_every_fault_has_a_test_of_its_own():
    text = "".join(file.read_text(encoding="utf-8") for file in HERE.glob("test_d*_to_d*.py"))
    assert set(FAULTS) == set(re.findall(r"^def test_d(\d\d)_", text, re.MULTILINE))


def test_every_fault_has_a_gun():
    text = (HERE / "test_known_faults.py").read_text(encoding="utf-8")
    assert set(FAULTS) == set(re.findall(r"d(\d\d)_", text))
