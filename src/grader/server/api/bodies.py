"""What requests send: blocks of files, checked as in a file."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Body

Block = Annotated[
    dict[str, Any],
    Body(description="A block as in an inspection's file; see the schema of `grader schema inspection`."),
]
"""A block of a file: an object, whose faults are told in the words that files have."""
