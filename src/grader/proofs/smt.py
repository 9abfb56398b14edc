"""Every question the solver answered, as SMT-LIB2, for another solver to confirm."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import z3

from grader.engines.solver import WRITTEN
from grader.errors import InputError, Place, Problem
from grader.io.written import write_whole


@contextmanager
def written_to(folder: Path) -> Iterator[None]:
    """Write every question answered meanwhile into a folder, numbered.

    Raises
    ------
    InputError
        The folder cannot be made, or is not empty.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        taken = any(folder.iterdir())
    except OSError as error:
        said = (error.strerror or "unknown reason").lower()
        raise InputError([Problem(f"the folder cannot be made: {said}", Place(str(folder)), None)]) from error
    if taken:
        help = "name a new folder, or empty this one"
        raise InputError([Problem("the folder holds something already", Place(str(folder)), help)])
    number = 0

    def write(logic: str, solver: z3.Solver, satisfiable: bool) -> None:
        nonlocal number
        number += 1
        said = "sat" if satisfiable else "unsat"
        text = f"(set-logic {logic})\n; grader: {said}\n{_of_several(solver.to_smt2())}"
        write_whole(folder / f"{number:05}.smt2", text)

    token = WRITTEN.set(write)
    try:
        yield
    finally:
        WRITTEN.reset(token)


_TOKEN = re.compile(r';[^\n]*|\|[^|]*\||"[^"]*"|[()]|\s+|[^\s()]+')


def _of_several(text: str) -> str:
    """The text with sums of one thing as that thing, for the standard."""
    out: list[str] = []
    open_lists: list[list[int]] = [[]]
    for token in _TOKEN.findall(text):
        if token == ")":
            parts = open_lists.pop()
            if len(parts) == 3 and out[parts[1]] in ("+", "*", "and", "or"):
                out[parts[0] :] = out[parts[2] :]
            else:
                out.append(token)
            continue
        if not token.isspace() and not token.startswith(";"):
            open_lists[-1].append(len(out))
        if token == "(":
            open_lists.append([len(out)])
        out.append(token)
    return "".join(out)
