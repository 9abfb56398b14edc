"""Workbooks in Excel's binary formats, read in another process.

The library may fill memory or crash, and tells no formats or hidden rows.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from grader.distribution import install
from grader.errors import MissingExtraError, Place
from grader.sheets import limits
from grader.sheets.cells import Cells
from grader.sheets.limits import Budget, damaged, refuse
from grader.sheets.values import Day, Moment, Number, Value, failed, fifteen

SECONDS = 20
#: Bytes of what the other process says: texts at their most.
_ANSWER = 128 * 2**20
#: The folder this package is imported from.
_PACKAGES = str(Path(__file__).resolve().parents[3])
_HELP = "save it as .xlsx, or take out what is not needed"


class OldSheets:
    """The sheets of a workbook, by name, in its order."""

    def __init__(self, raw: bytes, file: str) -> None:
        self._raw = raw
        self._file = file
        said = _ask(raw, file, [])
        self._hidden: dict[str, bool] = dict(said["sheets"])
        self.names = list(self._hidden)
        if len(self.names) < len(said["sheets"]):
            damaged(file, "it lists a sheet twice")

    def read(self, wanted: list[str]) -> dict[str, Cells]:
        """The cells of the sheets wanted."""
        budget = Budget(self._file)
        found = {}
        for name, sheet in _ask(self._raw, self._file, wanted)["cells"].items():
            cells = found[name] = Cells(self._file, name, budget)
            cells.unseen.whole = self._hidden.get(name, False)
            for row, column, kind, value in sheet["cells"]:
                budget.see(1)
                if kind == "s":
                    budget.spend(len(value))
                cells.put(row, column, _value(kind, value))
            for merge in sheet["merges"]:
                cells.merge(tuple(merge))
        return found


def locked(raw: bytes) -> bool:
    """Whether an older container holds a locked workbook."""
    return "EncryptedPackage".encode("utf-16-le") in raw


def _value(kind: str, value: Any) -> Value:
    if kind == "n":
        return Number(fifteen(value), None)
    if kind == "e":
        return failed(value)
    if kind == "d":
        return Day(value)
    if kind == "m":
        return Moment(value)
    return bool(value) if kind == "b" else str(value)


def _ask(raw: bytes, file: str, wanted: list[str]) -> Any:
    """What the other process says of a workbook."""
    # It gets no path of ours but its own, and writes no file.
    command = [sys.executable, "-I", "-c", READER, *filter(None, sys.path), _PACKAGES]
    sent = json.dumps(wanted).encode() + b"\n" + raw
    try:
        ran = subprocess.run(command, input=sent, capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        refuse(Place(file), f"the workbook takes longer than {SECONDS} s to read", _HELP)
    except OSError as error:
        refuse(Place(file), f"no process can be started to read it: {error.strerror}", "save it as .xlsx")
    if len(ran.stdout) > _ANSWER or ran.returncode:  # it may have ended in the middle of its answer
        refuse(Place(file), "the workbook asks for more memory than it may have, or is damaged", _HELP)
    said = json.loads(ran.stdout)
    if said.get("fault") == "extra":
        help = f"{install('sheets')}, or save the sheet as .csv"
        raise MissingExtraError("workbooks need the extra 'sheets'", help=help)
    if said.get("fault") == "locked":
        refuse(Place(file), "the workbook is locked with a password", "save it without one")
    if said.get("fault") == "large":
        refuse(Place(file), "the workbook holds more cells than are read", limits.SMALLER)
    if "fault" in said:
        damaged(file, "its sheets cannot be read")
    return said


#: The other process finds modules where this one does, and runs nothing but the worker.
READER = "import sys; sys.path[:] = sys.argv[1:]; from grader.sheets.worker import main; main()"
