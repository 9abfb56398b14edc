"""Ids, numbers and users' text as a report shows them."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from grader import text
from grader.model.inspection import Figure
from grader.text import figure_text, plural

_SPACES = "\n\t"

ORIGIN_WORDS = {
    "declared": "Issued",
    "previous": "From an earlier inspection",
    "proposed": "Proposed by a rule",
}
OUTCOME_WORDS = {
    "withheld": "No grade proposed",
    "ungraded": "Not graded in this edition",
    "not_inspected": "Not inspected",
}


def words(name: str) -> str:
    """An id of grader's own as words: `falls_short` as falls short."""
    return name.replace("_", " ")


def opened(text: str) -> str:
    """Text with a capital at its start."""
    return text[:1].upper() + text[1:]


def sentence(text: str) -> str:
    """Text as a sentence: a capital at its start, a stop at its end unless there is one."""
    return opened(text) + ("" if text.endswith((".", "?", "!")) else ".")


def visible(value: Any) -> Any:
    """Text with hidden characters escaped; markup stays."""
    if type(value) is not str:
        return value
    return text.visible(value, keep=_SPACES)


def web_address(url: str | None) -> str | None:
    """A plain http or https address, else None."""
    if url is None or url != url.strip() or any(c.isspace() or not c.isprintable() for c in url):
        return None
    try:
        parts = urlsplit(url)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        return None
    return url if sound and "\\" not in url else None


def rule_title(rule: str) -> str:
    """A rule's id as its title: `good.substantially-all` as good: substantially all."""
    return rule.replace(".", ": ").replace("-", " ").replace("_", " ")


def steps_words(steps: int | None) -> str:
    """How far a proposed grade is from the final one."""
    if steps is None:
        return "–"
    if steps == 0:
        return "Same"
    return f"{plural(abs(steps), 'step')} {'above' if steps > 0 else 'below'}"


def measure_words(measure: Figure) -> str:
    """A figure with its interval and unit."""
    interval = f" ± {figure_text(measure.interval)}" if measure.interval is not None else ""
    return f"{words(measure.name)}: {figure_text(measure.value)}{interval} {measure.unit}"
