"""What a search found, as plain lines."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap

from grader.search.finding import Hit, Searched
from grader.text import clean, plural

WIDTH = 80


def found_lines(found: Searched) -> Iterator[str]:
    """Each characteristic with its text, and why it was found."""
    if not found.matches:
        yield "nothing in the framework shares a word with this: try other words"
        return
    for match in found.matches:
        yield f"{match.characteristic}  ({match.area})"
        yield from wrap(match.text, WIDTH, initial_indent="  ", subsequent_indent="  ")
        yield from wrap(_why(match), WIDTH, initial_indent="    ", subsequent_indent="    ")
    yield ""
    if found.learned:
        said = plural(found.learned, "statement", "statements")
        yield f"learned from {said} of other inspections; without them the order may be another"
    yield "suggestions by the words alone: read the characteristic before you tag"


def _why(match: Hit) -> str:
    parts = [f"says: {', '.join(match.words)}"] if match.words else []
    parts += [f"speaks of: {', '.join(match.related)}"] if match.related else []
    parts += [f"like: {', '.join(match.like)}"] if match.like else []
    return clean("; ".join(parts) or "its topic or area speaks of it")
