"""The job that tells a rule book: rules in English, parameters, and where each is used."""

from __future__ import annotations

from typing import Any, Final

from grader.io.lookup import about_parameters, about_rule
from grader.server.job_grading import loaded
from grader.server.jobs import Answer


def rule_book(_: list[bytes], inspection: dict[str, Any], known_as: str | None = None) -> Answer:
    """All there is to know of the rules that an inspection is graded by."""
    found = loaded(inspection, known_as)
    book = found.book
    proved = book.proved
    return {
        "rulebook": book.id,
        "version": book.version,
        "sha256": book.sha256,
        "rules": [about_rule(book, rule.id).model_dump(mode="json", by_alias=True) for rule in book.rules],
        "parameters": about_parameters(book).model_dump(mode="json", by_alias=True),
        "proved": dict(proved.promises) if proved is not None else None,
    }, []


JOBS: Final[dict[str, Any]] = {"rule_book": rule_book}
