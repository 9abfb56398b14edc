"""A framework and rule book to start from, with `...` to fill in."""

from __future__ import annotations

import re
from importlib.resources import files

from grader.errors import InputError, Problem, quoted
from grader.model.base import file_id

#: What stands for the framework's id in the files to copy.
_ID = "NEW_ID"
#: Where each file goes, the id in place.
_FILES = {
    "framework.yaml": "frameworks/{}.yaml",
    "rulebook.yaml": "rules/{}/rulebook.yaml",
    "sufficiency.yaml": "rules/{}/sufficiency.yaml",
    "grades.yaml": "rules/{}/grades.yaml",
    "cases.yaml": "rules/{}/tests/cases.yaml",
}


def framework_starter(name: str) -> dict[str, str]:
    """A framework, its rules and cases as texts by path.

    Parameters
    ----------
    name : str
        Its id.

    Raises
    ------
    InputError
        The name cannot be an id.
    """
    try:
        file_id(name)
    except ValueError as error:
        help = "letters, digits, hyphens and underscores, as in MY_SCHEME"
        raise InputError(
            [Problem(f"{quoted(name)} cannot be a framework's id: it {error}", None, help)]
        ) from None
    texts = files("grader.io") / "new_framework"
    return {
        where.format(name): (texts / file).read_text(encoding="utf-8").replace(_ID, name)
        for file, where in _FILES.items()
    }


def id_from(folder: str) -> str:
    """An id made from the name of a folder: capitals and underscores."""
    return re.sub(r"[^A-Za-z0-9]+", "_", folder).strip("_").upper() or "MY_SCHEME"
