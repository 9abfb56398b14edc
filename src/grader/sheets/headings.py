"""Which column is which: by name, mapping or common word."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from grader.sheets.columns import NUMBERED, Column, Sheet, plain_name
from grader.sheets.csv_text import HEADER_WITHIN
from grader.sheets.mapping import SheetMapping
from grader.sheets.values import Value, shown
from grader.sheets.words import word_key

#: Said beside a name, and no part of it.
_REMARK = re.compile(
    r"[(\[](?:required|mandatory|optional|needed|if any|if known|please complete|s|rag|y ?/ ?n|yes ?/ ?no"
    r"|yes or no|tick|free text|choose one|select one|drop-?down)[)\]]",
    re.I,
)

#: Further names of columns, in plain letters: short lists of what inspectors' own sheets call them.
_ID = (
    "ref", "refs", "ref_no", "ref_num", "ref_number", "ref_id", "reference", "reference_no",
    "reference_number", "no", "nr", "num", "number", "item", "item_no", "item_number", "item_ref", "item_id",
    "finding_id", "finding_ref", "finding_no", "finding_number", "unique_id", "unique_ref",
    "unique_reference", "uid",
)  # fmt: skip
_EVIDENCE_ID = ("evidence_id", "evidence_ref", "evidence_reference", "evidence_no", "evidence_number")
_STATEMENT = (
    "finding", "findings", "finding_text", "finding_statement", "observation", "observations", "evidence",
    "evidence_statement", "evidence_text", "statement_of_evidence", "what_we_found", "what_was_found",
    "what_we_saw", "what_was_seen", "description", "text",
)  # fmt: skip
_SOURCE = (
    "evidence_source", "source_of_evidence", "source_document", "source_name", "source_ref", "source_id",
    "sources", "document", "from",
)  # fmt: skip
_TAGS = (
    "characteristic", "characteristic_id", "characteristic_ids", "characteristic_ref", "characteristic_s",
    "criterion", "criteria", "criterion_ref", "criteria_ref", "criterion_id", "framework_ref",
    "framework_reference", "tag", "tags", "tagged_to",
)  # fmt: skip
_ISSUED = ("date_issued", "issue_date", "issued_on")
_FINDING = {
    "id": _ID,
    "kind": ("type", "finding_type", "type_of_finding", "kind_of_finding"),
    "area": ("areas", "area_name", "pillar", "core_question"),
    "statement": _STATEMENT,
    "characteristics": _TAGS,
    "evidence": ("evidence_ids", "evidence_refs", "evidence_references", "evidence_ref", "evidence_id"),
    "recommendations": ("recommendation", "recommendation_s"),
    "source": _SOURCE,
    "issued": _ISSUED,
}
SYNONYMS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "evidence": {
        "id": (*_ID, *_EVIDENCE_ID),
        "characteristics": _TAGS,
        "assessment": (
            "rating", "ratings", "rated", "score", "grade", "grading", "judgement", "judgment", "evaluation",
            "rag", "rag_rating", "rag_status", "assessed_as", "assessment_rating",
        ),
        "statement": _STATEMENT,
        "basis": (
            "evidence_type", "type_of_evidence", "evidence_basis", "basis_of_evidence", "evidence_method",
            "type", "method", "how", "how_found", "how_was_it_found", "how_we_know", "source_type",
            "fieldwork_type",
        ),
        "extent": ("how_widespread", "prevalence"),
        "harm": ("harm_level", "level_of_harm", "risk_of_harm"),
        "remedied": ("put_right", "put_right_since", "fixed"),
        "remedied_on": ("date_remedied", "remedied_date", "put_right_on", "date_put_right"),
        "found_on": ("date_found", "found_date", "date_of_finding", "observed_on", "date_observed"),
        "innovative": ("innovation", "innovative_practice"),
        "measure": ("measure_name", "metric", "indicator"),
        "value": ("measure_value", "figure"),
        "interval": ("confidence_interval", "margin_of_error", "ci", "margin"),
        "unit": ("units", "unit_of_measure"),
        "source": _SOURCE,
        "locator": (
            "page", "pages", "page_no", "page_number", "paragraph", "para", "location", "where_found",
            "where_in_source", "source_page",
        ),
        "tagged_by": ("tagger", "coded_by", "rated_by", "assessed_by"),
    },
    "findings": _FINDING,
    "previous": {**_FINDING, "progress": ("status", "progress_status", "current_status")},
    "sources": {
        "id": (*_ID, "source", "source_id", "source_ref", "short_name", "code"),
        "title": ("name", "document", "source_title", "source_name", "document_title", "description"),
        "url": ("link", "web_address", "address", "website", "web_link"),
        "published": ("date", "date_published", "publication_date", "published_on", "year"),
    },
}  # fmt: skip


def heading_name(text: str) -> str:
    """A heading without signs and remarks."""
    bare = text.strip()
    if bare in ("#", "№"):
        return "no"
    return plain_name(_REMARK.sub("", bare)[:200])


@dataclass(slots=True)
class Named:
    """What a heading row's cells stand for, from 1.

    Attributes
    ----------
    columns : dict
        By position.
    twice : list
        Repeated columns: where, and where first.
    unclear : dict
        Headings that could each be a column, by name.
    assumed : list
        Headings read by a common word.
    others : dict
        Unknown headings.
    width : int
        The last heading's position.
    """

    columns: dict[int, Column] = field(default_factory=dict)
    twice: list[tuple[int, int]] = field(default_factory=list)
    unclear: dict[str, list[int]] = field(default_factory=dict)
    assumed: list[tuple[str, str]] = field(default_factory=list)
    others: dict[int, str] = field(default_factory=dict)
    width: int = 0

    @property
    def names(self) -> set[str]:
        return {column.name for column in self.columns.values()}


#: How sure a heading is of its column: what a mapping says, letter by letter or nearly, the column's own
#: name, or a word in common use.
_MAPPED, _OWN, _NEARLY, _SYNONYM = 4, 3, 2, 1


class Headings:
    """The names one sheet's columns go by."""

    def __init__(self, sheet: Sheet, mapping: SheetMapping) -> None:
        self.sheet = sheet
        self.mapped = {word_key(called): name for name, called in mapping.columns.items()}
        self.nearly = _unmistakable((heading_name(c), name) for name, c in mapping.columns.items())
        # What a mapping calls otherwise has that name alone.
        self.own = {name: name for name in sheet.names if name not in mapping.columns}
        self.synonyms = {
            word: name
            for name in self.own
            for word in SYNONYMS[sheet.key].get(name, ())
            if word not in self.own
        }
        self.ignored = {word_key(name) for name in mapping.ignore}
        self.needed = {c.name for c in sheet.columns if c.required} - mapping.defaults.keys()

    def score(self, values: Sequence[Value]) -> int:
        """How well cells name columns, needed ones first."""
        found = {column.name for column, _ in map(self.column_of, values) if column is not None}
        return len(found) + (1000 if self.needed and self.needed <= found else 0)

    def header(self, rows: Sequence[tuple[int, list[Value]]]) -> tuple[int, list[Value]] | None:
        """The first row with every needed column, else the best."""
        first = [row for row in rows[: 2 * HEADER_WITHIN] if row[0] <= HEADER_WITHIN] or rows[:1]
        scored = [(self.score(values), number, values) for number, values in self.rows_with_groups(first)]
        whole = next((row for row in scored if row[0] >= 1000), None)
        found = whole or max(scored, key=lambda row: row[0], default=None)
        return None if found is None else found[1:]

    def rows_with_groups(self, rows: Sequence[tuple[int, list[Value]]]) -> Iterator[tuple[int, list[Value]]]:
        """The rows; of headings on two rows the lower, its blanks filled."""
        before: tuple[int, list[Value]] | None = None
        for number, values in rows:
            yield number, values
            if before is not None and before[0] == number - 1:
                whole = [
                    value if shown(value).strip() else above
                    for value, above in zip_longest(values, before[1], fillvalue="")
                ]
                if whole != values and self.score(whole) > max(self.score(values), self.score(before[1])):
                    yield number, whole
            before = number, values

    def column_of(self, value: Value) -> tuple[Column | None, int]:
        """The column a heading names, and how surely."""
        text = shown(value)
        if not text.strip():
            return None, 0
        key, plain = word_key(text), heading_name(text)
        if key in self.ignored:
            return None, 0
        names = ((_MAPPED, self.mapped, key), (_OWN, self.own, plain), (_NEARLY, self.nearly, plain))
        for sure, known, word in (*names, (_SYNONYM, self.synonyms, plain)):
            if word in known:
                return self.sheet.column(known[word]), sure
        numbered = NUMBERED.fullmatch(plain)
        if numbered and "recommendations" in self.sheet.names:
            return Column(plain, "text", "one recommendation"), _OWN
        return None, 0

    def named(self, values: Sequence[Value]) -> Named:
        """What each cell of the heading row stands for."""
        found = Named()
        claims: dict[str, list[tuple[int, int, Column]]] = {}
        for at, value in enumerate(values, 1):
            if not shown(value).strip():
                continue
            found.width = at
            column, sure = self.column_of(value)
            if column is not None:
                claims.setdefault(column.name, []).append((sure, at, column))
            elif word_key(shown(value)) not in self.ignored:
                found.others[at] = shown(value)
        for name, claimed in claims.items():
            surest = max(sure for sure, _, _ in claimed)
            best = [(at, column) for sure, at, column in claimed if sure == surest]
            found.others |= {at: shown(values[at - 1]) for sure, at, _ in claimed if sure < surest}
            if len(best) > 1 and surest in (_SYNONYM, _NEARLY):
                found.unclear[name] = [at for at, _ in best]
                continue
            at, column = best[0]
            found.columns[at] = column
            found.twice += [(other, at) for other, _ in best[1:]]
            if surest == _SYNONYM:
                found.assumed.append((shown(values[at - 1]), name))
        return found


def _unmistakable(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Names in plain letters that no two columns share."""
    found: dict[str, str] = {}
    shared: set[str] = set()
    for plain, name in pairs:
        if found.setdefault(plain, name) != name:
            shared.add(plain)
    return {plain: name for plain, name in found.items() if plain and plain not in shared}
