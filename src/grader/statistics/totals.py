"""Names of rows that are totals, means, countries, regions or groups.

Every word must be known here, and one say so by itself; sums decide names that bodies share.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final, Literal

Kind = Literal["total", "group", "union", "country", "nation", "region"]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Names of several words that are read as one, longest first.
_PHRASES: Final[dict[str, str]] = {
    "yorkshire and the humber": "REGION",
    "yorkshire and humberside": "REGION",
    "yorkshire and humber": "REGION",
    "north of england": "REGION",
    "south of england": "REGION",
    "east of england": "REGION",
    "england and wales": "UNION",
    "united kingdom": "UNION",
    "great britain": "UNION",
    "british isles": "UNION",
    "e and w": "UNION",
    "eng and wales": "UNION",
    "northern ireland": "NATION",
    "greater london": "REGION",
    "inner london": "REGION",
    "outer london": "REGION",
    "north east": "REGION",
    "north west": "REGION",
    "south east": "REGION",
    "south west": "REGION",
    "east midlands": "REGION",
    "west midlands": "SHARED",
    "northeast": "REGION",
    "northwest": "REGION",
    "southeast": "REGION",
    "southwest": "REGION",
    "most similar": "GROUP",
    "of which": "TOTAL",
    "sub total": "TOTAL",
    "sub totals": "TOTAL",
    "std dev": "TOTAL",
    "st dev": "TOTAL",
    "standard deviation": "TOTAL",
}
_SINGLE: Final[dict[str, frozenset[str]]] = {
    "TOTAL": _words(
        "total totals subtotal subtotals sum sums average averages avg ave mean means median medians overall"
        " aggregate aggregated combined national nationally nationwide all sd stdev minimum min maximum max"
        " quartile quartiles percentile decile benchmark comparator"
    ),
    "GROUP": _words(
        "sector sectors group groups peer peers msg msf forces bodies regions countries authorities nations"
        " others other rest remainder everybody everyone"
    ),
    "UNION": _words("uk gb ew britain"),
    "COUNTRY": _words("england eng"),
    "NATION": _words("wales cymru scotland"),
    "REGION": _words("london midlands eastern"),
}
#: Words that may stand with these, and say nothing by themselves.
_BESIDE: Final = _words(
    "of in for the and a to by on at with per whole entire grand sub police force service services area areas"
    " region regional country body metropolitan met non shire urban rural large larger small smaller english"
    " welsh scottish british weighted unweighted simple arithmetic lower upper first second third fourth row"
    " rows column number numbers count rate rates score scores value values figure figures similar public"
    " private territorial provincial home office remaining above below listed selected these those shown"
    " including incl family type typical level wide"
)
_EXCEPT = re.compile(r" (?:excluding|excl|except|excepting|ex|minus|less|without|but not|not including)\b.*")
#: Words of a single body, though a country's name follow.
_ONE_BODY: Final = _words("police service")
#: Ends that only what holds many bodies has, whatever stands before them.
_ENDS = re.compile(r".+ (?:totals?|subtotals?|sub totals?|averages?|avg|mean|median|region|forces|bodies)")
_STARTS = re.compile(
    r"(?:(?:grand |sub ?)?totals?|sum|averages?|mean|median|all) (?:of|for|in|across|over) .+|of which .+"
)
#: Bodies whose names would be totals by these rules, and labels of single groups.
_BODIES = re.compile(r"police scotland|scotland police|(?:group|sector|region|area|force|body) [a-z0-9]{1,2}")
_NOTE = re.compile(r"[\[(](?:note |notes )?(?:\d{1,2}|[a-z])(?:, ?(?:\d{1,2}|[a-z]))*[\])]")
_RAISED = re.compile("[\u00b9\u00b2\u00b3\u2070-\u2079*†‡§¶#^]")
_YEARS = re.compile(r"\b(?:19|20)\d\d(?: (?:\d\d|(?:19|20)\d\d))?\b")


def plain_name(name: str) -> str:
    """A name in small letters, without signs, marks of footnotes and years."""
    text = _RAISED.sub(" ", name)
    text = unicodedata.normalize("NFKC", text).casefold()
    text = _NOTE.sub(" ", text).replace("&", " and ").replace("\u03c3", " sum ").replace("\u2211", " sum ")
    text = re.sub(r"\b((?:[a-z]\.)+[a-z]?)(?=\W|$)", lambda found: found[1].replace(".", ""), text)
    text = re.sub(r"(?<=[a-z])\d{1,2}\b", " ", text)  # the mark of a footnote that lost its form
    text = " ".join(re.sub(r"[^\w]|_", " ", text).split())
    return " ".join(_YEARS.sub(" ", text).split())


def kind_of_name(name: str) -> Kind | None:
    """What a name says its row holds; None for a body."""
    text = plain_name(name)
    if not text or _BODIES.fullmatch(text):
        return None
    if _ENDS.fullmatch(text) or _STARTS.fullmatch(text):
        return "total"
    text = _EXCEPT.sub("", text)
    for phrase, kind in _PHRASES.items():
        text = re.sub(rf"\b{phrase}\b", kind, text)
    kinds = {_kind_of_word(word) for word in text.split()}
    if None in kinds or (_ONE_BODY & {*text.split()} and not {"TOTAL", "GROUP"} & kinds):
        return None
    for kind in ("TOTAL", "GROUP", "UNION", "COUNTRY", "NATION", "REGION"):
        if kind in kinds:
            return kind.lower()  # type: ignore[return-value]
    return None


def _kind_of_word(word: str) -> str | None:
    if word.isupper():
        return word
    for kind, words in _SINGLE.items():
        if word in words:
            return kind
    return "BESIDE" if word in _BESIDE or word.isdigit() else None


def named_totals(names: Iterable[str]) -> dict[str, Kind]:
    """Names that hold others of the table.

    Where all are regions or countries, these are bodies.
    """
    kinds = {name: kind_of_name(name) for name in names}
    there = set(kinds.values())
    bodies = None in there
    held = {
        "total": True,
        "group": True,
        "union": bool(there & {None, "country", "nation", "region"}),
        "country": bodies or "region" in there,
        "nation": bodies,
        "region": bodies,
    }
    return {name: kind for name, kind in kinds.items() if kind is not None and held[kind]}
