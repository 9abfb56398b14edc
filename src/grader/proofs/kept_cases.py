"""Cases of earlier checks as text, replayed before they are believed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from grader.language.row import Row
from grader.model.framework import Framework
from grader.proofs.tag_combinations import DECLARED_TAGS, EARLIER_TAGS, WRITTEN_TAGS
from grader.proofs.trials import Trials
from grader.proofs.witness import Situation

#: No more than this many are kept of a rule book: each is replayed at every check.
MOST: Final = 400

_EVIDENCE: Final = frozenset(WRITTEN_TAGS)
_EARLIER: Final = frozenset(EARLIER_TAGS)
_DECLARED: Final = frozenset(DECLARED_TAGS)


def as_text(situations: Iterable[Situation]) -> list[dict[str, Any]]:
    """Situations as what JSON can hold, each once, the first so many."""
    found: dict[str, dict[str, Any]] = {}
    for s in situations:
        text = {
            "area": s.area.id,
            "edition": s.edition,
            "on": [[name, list(e.evidence), list(e.earlier)] for name, e in s.on],
            "declared": list(s.declared),
            "earlier": list(s.earlier),
        }
        found.setdefault(repr(text), text)
    return list(found.values())[:MOST]


def from_text(
    texts: Any, framework: Framework, trials: Trials, *, graded: bool = True
) -> Iterator[Situation]:
    """Situations the framework allows, of graded areas unless said otherwise; the rest is passed over."""
    areas = {a.id: a for a in framework.areas}
    for text in texts if isinstance(texts, list) else ():
        try:
            area, edition = areas[text["area"]], str(text["edition"])
            names = {c.id for c in area.characteristics}
            on = tuple(
                (name, trials.example(area.id, _rows(evidence, _EVIDENCE), _rows(earlier, _EARLIER)))
                for name, evidence, earlier in text["on"]
            )
            known = names.issuperset(name for name, _ in on) and len({n for n, _ in on}) == len(on)
            if not known or area.editions[edition].graded < graded:
                continue
            declared = _rows(text["declared"], _DECLARED)
            yield Situation(area, edition, on, declared, _rows(text["earlier"], _EARLIER))
        except (KeyError, TypeError, ValueError, AttributeError):
            continue


def _rows(texts: Iterable[Mapping[str, int]], known: frozenset[Row]) -> tuple[Row, ...]:
    rows = tuple(Row(dict(text)) for text in texts)
    if not known.issuperset(rows):
        raise ValueError("no way to tag such a thing")
    return rows
