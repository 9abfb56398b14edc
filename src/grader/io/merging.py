"""Inspectors' files as one inspection: ids kept apart, duplicates once, and what disagrees told."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from grader.errors import InputError, Place, Problem, folded, quoted
from grader.model.inspection import Inspection

Block = dict[str, Any]
_LISTS = ("evidence", "findings", "previous")
_WORD = re.compile(r"[^\W_]+")
#: Statements of two files are near duplicates from this share of words in common.
NEAR = 0.7
#: A word in more statements than this tells none of them apart.
_COMMON = 200
#: Of near duplicates and of contradictions so many are told.
TOLD = 40


@dataclass(frozen=True, slots=True)
class Part:
    """An inspection to merge, with a name for its ids."""

    name: str
    inspection: Inspection
    file: str


@dataclass(slots=True)
class Merged:
    """The inspection, and what a person should know of how it came about.

    Attributes
    ----------
    notes : list of str
        What was renamed, found twice or joined.
    warnings : list of Problem
        Near duplicates, and one wording tagged differently.
    """

    inspection: Inspection
    notes: list[str] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def __repr__(self) -> str:
        return f"<Merged {self.inspection.id}: {len(self.inspection.evidence)} items of evidence>"


def merge_parts(parts: Sequence[Part], *, id: str | None = None) -> Merged:
    """One inspection of several of the same body.

    Parameters
    ----------
    parts : sequence of Part
        With ids for names; clashing ids get the part's name in front.
    id : str, optional
        Needed where theirs differ.

    Raises
    ------
    InputError
        Not one body, framework and edition, or two parts of one name.
    """
    return _Merging(parts, id).merged()


class _Merging:
    def __init__(self, parts: Sequence[Part], id: str | None) -> None:
        self.parts = parts
        self.id = id
        self.notes: list[str] = []
        self.data: list[Block] = [
            part.inspection.model_dump(mode="json", exclude_defaults=True) for part in parts
        ]

    def merged(self) -> Merged:
        head = self.head()
        whole: Block = {"inspection": head, "sources": self.sources()}
        renamed = self.evidence(whole)
        for key in ("findings", "previous"):
            self.findings(whole, key, renamed)
        left_out = [entry for data in self.data for entry in data.get("left_out", ())]
        if left_out:
            whole["left_out"] = list({_key(entry): entry for entry in left_out}.values())
        found = Merged(Inspection.model_validate(whole), self.notes)
        found.warnings = list(self.disagreements(renamed))
        return found

    def head(self) -> Block:
        """What the inspection is; what the parts say of it must not differ."""
        problems: list[Problem] = []
        doubled = [name for name, n in Counter(folded(p.name) for p in self.parts).items() if n > 1]
        if doubled:
            help = "rename a file: ids are kept apart by its name"
            problems.append(Problem(f"two files are called {quoted(doubled[0])}", None, help))
        heads = [data["inspection"] for data in self.data]
        head: Block = {}
        for key in dict.fromkeys(key for each in heads for key in each):
            if key == "not_inspected" or (key == "id" and self.id is not None):
                continue
            said = [(part, each[key]) for part, each in zip(self.parts, heads, strict=True) if key in each]
            first, value = said[0]
            for part, other in said[1:]:
                if other != value and not _same_text(other, value):
                    message = f"{key} is {quoted(str(other))}, and in {first.file} {quoted(str(value))}"
                    help = "say which: --inspection-id ID" if key == "id" else "merge inspections of one kind"
                    problems.append(Problem(message, Place(part.file), help))
            head[key] = value
        if problems:
            raise InputError(problems)
        if self.id is not None:
            head = {"id": self.id, **head}
        left_out = [set(each.get("not_inspected", ())) for each in heads]
        head["not_inspected"] = sorted(set.intersection(*left_out))
        for name in sorted(set.union(*left_out) - set.intersection(*left_out)):
            without = [p.file for p, names in zip(self.parts, left_out, strict=True) if name in names]
            self.notes.append(f"{name} counts as inspected: only {', '.join(without)} left it out")
        return head

    def sources(self) -> Block:
        """Every source once; parts are given its new name where it has one."""
        taken: Block = {}
        contents: dict[str, set[str]] = {}
        for data in self.data:
            for name, source in data.get("sources", {}).items():
                contents.setdefault(name, set()).add(_key(source))
        for part, data in zip(self.parts, self.data, strict=True):
            names: dict[str, str] = {}
            for name, source in data.get("sources", {}).items():
                same = next((other for other, there in taken.items() if there == source), None)
                new = f"{part.name}-{name}" if len(contents[name]) > 1 else name
                names[name] = same if same is not None else new
                if same is None:
                    taken[new] = source
                if names[name] != name:
                    why = f"the same as {same}" if same is not None else "another has its name"
                    self.notes.append(f"source {name} of {part.file} is {names[name]}: {why}")
            for key in _LISTS:
                for entry in data.get(key, ()):
                    if entry.get("source") in names:
                        entry["source"] = names[entry["source"]]
        return taken

    def evidence(self, whole: Block) -> list[dict[str, str]]:
        """All evidence, exact duplicates once; by part, the new id of each old one."""
        renamed = self.names("evidence")
        return self.listed(whole, "evidence", renamed)

    def findings(self, whole: Block, key: str, evidence: Sequence[Mapping[str, str]]) -> None:
        for data, new in zip(self.data, evidence, strict=True):
            for entry in data.get(key, ()):
                if "evidence" in entry:
                    entry["evidence"] = list(dict.fromkeys(new.get(name, name) for name in entry["evidence"]))
        self.listed(whole, key, self.names(key))

    def names(self, key: str) -> list[dict[str, str]]:
        """Each entry's id by part, with the part's name where ids clash."""
        contents: dict[str, set[str]] = {}
        for data in self.data:
            for entry in data.get(key, ()):
                contents.setdefault(entry["id"], set()).add(_key(entry))
        found: list[dict[str, str]] = []
        for part, data in zip(self.parts, self.data, strict=True):
            names = [entry["id"] for entry in data.get(key, ())]
            apart = {name: f"{part.name}-{name}" for name in names if len(contents[name]) > 1}
            found.append({name: apart.get(name, name) for name in names})
            if apart:
                one = next(iter(apart))
                count = f"{len(apart)} id{'s' if len(apart) > 1 else ''}"
                self.notes.append(f"{count} of {part.file} got '{part.name}-' before it, as {apart[one]}")
        return found

    def listed(self, whole: Block, key: str, renamed: list[dict[str, str]]) -> list[dict[str, str]]:
        """Puts the entries of a list together, each content once."""
        first: dict[str, str] = {}
        taken: set[str] = set()
        entries: list[Block] = []
        for at, data in enumerate(self.data):
            twice: list[str] = []
            for entry in data.get(key, ()):
                content = _key({k: v for k, v in entry.items() if k != "id"})
                same = first.get(content)
                if same is not None and not any(e["id"] == entry["id"] for e in data[key] if e is not entry):
                    if same not in renamed[at].values() or same == renamed[at][entry["id"]]:
                        renamed[at][entry["id"]] = same
                        _also_tagged_by(entries, same, entry)
                        twice.append(same)
                        continue
                name = renamed[at][entry["id"]]
                while name in taken:  # a prefix that makes an id which stands already
                    name = f"{self.parts[at].name}-{name}"
                renamed[at][entry["id"]] = name
                taken.add(name)
                first.setdefault(content, name)
                entries.append({**entry, "id": name})
            if twice:
                shown = ", ".join(twice[:10]) + (f" and {len(twice) - 10} more" if len(twice) > 10 else "")
                self.notes.append(f"{key} of {self.parts[at].file} that stands already: {shown}")
        whole[key] = entries
        return renamed

    # What disagrees ----------------------------------------------------------------------------------------

    def disagreements(self, renamed: Sequence[Mapping[str, str]]) -> Iterator[Problem]:
        """Findings of one wording tagged differently, and near duplicates."""
        items: dict[str, tuple[int, Block]] = {}
        for at, data in enumerate(self.data):
            for entry in data.get("evidence", ()):
                items.setdefault(renamed[at][entry["id"]], (at, entry))
        told = 0
        for one, other, share in _alike({name: (at, e["statement"]) for name, (at, e) in items.items()}):
            (at, first), (there, second) = items[one], items[other]
            differs = [k for k in ("characteristics", "assessment", "basis", "extent", "harm", "remedied")
                       if _said(first, k) != _said(second, k)]  # fmt: skip
            place = Place(self.parts[there].file)
            told += 1
            if told > TOLD:
                continue
            where = f"{one} of {self.parts[at].file}"
            if share == 1 and differs:
                what = "; ".join(f"{k} {_shown(second, k)}, there {_shown(first, k)}" for k in differs)
                message = f"{other} is the finding {where}, tagged otherwise: {what}"
                yield Problem(
                    message, place, "settle which holds, and take the other out", "contradictory_tags"
                )
            else:
                message = (
                    f"{other} may be the finding {where}: {100 * share:.0f} % of their words are the same"
                )
                yield Problem(
                    message, place, "if it is one finding, take one of the two out", "near_duplicate"
                )
        if told > TOLD:
            yield Problem(f"and {told - TOLD:,} more pairs that are alike", None, None, "near_duplicate")


def _said(entry: Block, key: str) -> object:
    value = entry.get(key)
    return sorted(value) if isinstance(value, list) else value


def _shown(entry: Block, key: str) -> str:
    value = entry.get(key)
    return ", ".join(value) if isinstance(value, list) else "not said" if value is None else str(value)


def _alike(items: Mapping[str, tuple[int, str]]) -> Iterator[tuple[str, str, float]]:
    """Statements of two parts that share most words, with the share."""
    words = {name: frozenset(_WORD.findall(text.casefold())) for name, (_, text) in items.items()}
    holders: dict[str, list[str]] = {}
    for name, said in words.items():
        shared: Counter[str] = Counter()
        for word in said:
            for other in holders.get(word, ()):
                shared[other] += 1
        for other, count in shared.items():
            if items[other][0] == items[name][0]:
                continue
            share = len(said & words[other]) / len(said | words[other]) if count else 0.0
            if share >= NEAR:
                same = _same_text(items[name][1], items[other][1])
                yield other, name, 1.0 if same else min(share, 0.99)
        for word in said:
            names = holders.setdefault(word, [])
            if len(names) < _COMMON:
                names.append(name)


def _key(block: Mapping[str, Any]) -> str:
    """A block's content: equal words and tags are one thing."""
    return repr(sorted((key, value) for key, value in block.items() if key != "tagged_by"))


def _also_tagged_by(entries: Iterable[Block], name: str, again: Block) -> None:
    """Name everyone who tagged an item that stands in several files."""
    if "tagged_by" in again:
        first = next(entry for entry in entries if entry["id"] == name)
        said = first.get("tagged_by")
        people = said.split(" and ") if said else []
        first["tagged_by"] = " and ".join(dict.fromkeys([*people, *again["tagged_by"].split(" and ")]))


def _same_text(one: object, other: object) -> bool:
    return " ".join(_words(str(one))) == " ".join(_words(str(other)))


def _words(text: str) -> Iterable[str]:
    return _WORD.findall(text.casefold())
