"""The file in which a meeting settles what matters."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import yaml

from grader.errors import InputError, Problem, quoted, suggest
from grader.io.faults import duplicate_ids, validate
from grader.io.reading import read_bytes
from grader.io.yaml_source import Document, parse_document
from grader.model.reconciliation import Disagreement, Reconciliation
from grader.model.settling import Settling
from grader.review.agreed import Placed
from grader.review.taggings import ToldPair

_WIDTH = 100
_TOP = """\
# Settle each of these: choice is a tagger's name, 'left out', or 'other' with what holds under agreed, as in
#   agreed: {assessment: meets}
# and reason says why. Those that matter to a grade come first; the others if there is time.
# Pairs in doubt: same is yes or no. Then: grader reconcile FILES --settle THIS -o AGREED.yaml
"""


def settling_text(answer: Reconciliation) -> str:
    """A settling file's text: disagreements and pairs in doubt."""
    pairs = [
        {
            "items": dict(pair.items),
            "statements": dict(pair.statements),
            "score": pair.score,
            "same": None,
        }
        for pair in answer.pairs.doubtful
    ]
    head = {"inspection": answer.inspection, "taggers": [t.name for t in answer.taggers]}
    data = {
        "settling": head,
        **({"pairs": pairs} if pairs else {}),
        "disagreements": [_entry(d) for d in answer.disagreements],
    }
    return _TOP + yaml.dump(
        data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH, default_flow_style=None
    )


class _Dumper(yaml.SafeDumper):
    """Writes what is open as nothing, ready to be filled in."""

    def ignore_aliases(self, data: object) -> bool:
        return True


_Dumper.add_representer(type(None), lambda dumper, _: dumper.represent_scalar("tag:yaml.org,2002:null", ""))


def _entry(disagreement: Disagreement) -> dict[str, object]:
    return {
        "item": disagreement.item,
        "ids": dict(disagreement.ids),
        **({"matters": list(disagreement.matters)} if disagreement.matters else {}),
        "statement": disagreement.statement,
        "said": {name: said if said is not None else "none" for name, said in disagreement.said.items()},
        "choice": None,
        "reason": None,
    }


def read_settling(path: Path) -> tuple[Settling, Document]:
    """What a settling file holds, and the place of everything in it; raises InputError."""
    document = parse_document(read_bytes(path), str(path))
    found, problems = validate(document, Settling)
    if found is None:
        raise InputError(problems)
    problems = list(_faults(found, document))
    if problems:
        raise InputError(problems)
    return found, document


def told_pairs(found: Settling, document: Document) -> list[ToldPair]:
    """What was said of pairs in doubt."""
    return [
        ToldPair(pair.items, pair.same, document.place(("pairs", i, "items")))
        for i, pair in enumerate(found.pairs)
        if pair.same is not None
    ]


def placed_choices(found: Settling, document: Document) -> list[Placed]:
    """Choices, with the place of each part."""
    return [
        Placed(
            choice,
            {
                name: document.place(("disagreements", i, name))
                for name in ("item", "choice", "reason", "agreed", "said")
                if ("disagreements", i, name) in document.places
            },
        )
        for i, choice in enumerate(found.disagreements)
    ]


def _faults(found: Settling, document: Document) -> Iterator[Problem]:
    named = [(("disagreements", i, "item"), c.item) for i, c in enumerate(found.disagreements)]
    yield from duplicate_ids(document, "item", named)
    for i, pair in enumerate(found.pairs):
        for name in pair.items:
            if name not in found.settling.taggers:
                place = document.keys.get(("pairs", i, "items", name))
                help = suggest(name, found.settling.taggers, "taggers")
                yield Problem(f"unknown tagger {quoted(name)}", place, help)
