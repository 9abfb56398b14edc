"""What a person should look at in the record of an inspection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.errors import Place, Problem

if TYPE_CHECKING:
    from grader.session import LoadedInspection


def warnings_of(path: str, loaded: LoadedInspection) -> list[Problem]:
    """Warnings about a record, with places where known."""
    placed = {(w.code, w.message) for w in loaded.warnings}
    return [
        *loaded.warnings,
        *(
            Problem(w.message, Place(path), code=w.code)
            for w in loaded.proposal.warnings
            if (w.code, w.message) not in placed
        ),
    ]
