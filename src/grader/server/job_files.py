"""Jobs that read what was uploaded, and write what is given out."""

from __future__ import annotations

from typing import Any, Final

from grader.io.yaml_source import parse_document
from grader.server.jobs import Answer, problem_data
from grader.session import Sessions


def read_file(blobs: list[bytes], file_name: str) -> Answer:
    """The inspection in an uploaded file, checked whole."""
    return _inspection(blobs[0], file_name), []


def _inspection(content: bytes, file_name: str) -> dict[str, Any]:
    found = Sessions().load_document(parse_document(content, file_name))
    return {
        "inspection": found.inspection.model_dump(mode="json", exclude_defaults=True),
        "sha256": found.file.sha256,
        "warnings": [problem_data(p) for p in found.warnings],
    }


JOBS: Final[dict[str, Any]] = {"read_file": read_file}
