"""Inspectors' files as one inspection: ids kept apart, duplicates once, and what disagrees told."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from grader.errors import InputError, Place, Problem, folded, quoted
from grader.io.given import data_document
from grader.io.inspection_draft import draft_of
from grader.model.base import is_identifier
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
        self.findings(whole, renamed)
        self.left_out(whole)
        draft = draft_of(data_document(whole))
        if draft.problems:  # an id with a file's name before it may be too long
            raise InputError(draft.problems)
        found = Merged(draft.inspection, self.notes)
        found.warnings = list(self.disagreements(renamed))
        return found

    def head(self) -> Block:
        """What the inspection is; what the parts say of it must not differ."""
        problems: list[Problem] = []
        doubled = [name for name, n in Counter(folded(p.name) for p in self.parts).items() if n > 1]
        if doubled:
            help = "rename a file: ids are kept apart by its name"
            problems.append(Problem(f"two files are called {quoted(doubled[0])}", None, help))
        if self.id is not None and not is_identifier(self.id):
            help = "an id has up to 200 characters, no line breaks, no space at either end"
            problems.append(Problem(f"{quoted(self.id)} is not an id", Place("--inspection-id"), help))
        heads = [data["inspection"] for data in self.data]
        head: Block = {}
        for key in dict.fromkeys(key for each in heads for key in each):
            if key in ("not_inspected", "earlier_grades") or (key == "id" and self.id is not None):
                continue
            said = [(part, each[key]) for part, each in zip(self.parts, heads, strict=True) if key in each]
            first, value = said[0]
            for part, other in said[1:]:
                if other != value and not (key == "body" and _same_text(other, value)):
                    message = f"{key} is {quoted(str(other))}, and in {first.file} {quoted(str(value))}"
                    help = "say which: --inspection-id ID" if key == "id" else "merge inspections of one kind"
                    problems.append(Problem(message, Place(part.file), help))
            head[key] = value
        if grades := self.earlier_grades(problems):
            head["earlier_grades"] = grades
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

    def earlier_grades(self, problems: list[Problem]) -> Block:
        """The earlier grade of each area; files must not differ in it."""
        found: Block = {}
        files: dict[str, str] = {}
        for part, data in zip(self.parts, self.data, strict=True):
            for area, said in data["inspection"].get("earlier_grades", {}).items():
                if found.setdefault(area, said) != said:
                    one, other = (f"{quoted(e['grade'])} in {e['given_in']}" for e in (said, found[area]))
                    message = f"the earlier grade of {area} is {one}, and in {files[area]} {other}"
                    problems.append(Problem(message, Place(part.file), "make it the same in both files"))
                files.setdefault(area, part.file)
        return found

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
        return self.listed(whole, "evidence", self.names("evidence"), set())

    def findings(self, whole: Block, evidence: Sequence[Mapping[str, str]]) -> None:
        """All findings, issued and earlier: one id names one of them."""
        names, taken = self.names("findings", "previous"), set[str]()
        for key in ("findings", "previous"):
            for data, new in zip(self.data, evidence, strict=True):
                for entry in data.get(key, ()):
                    if "evidence" in entry:
                        entry["evidence"] = list(dict.fromkeys(new.get(n, n) for n in entry["evidence"]))
            self.listed(whole, key, names, taken)

    def left_out(self, whole: Block) -> None:
        """What was left out of a part, each once and under an id that no evidence has."""
        taken = {entry["id"] for entry in whole["evidence"]}
        found: dict[str, Block] = {}
        for part, data in zip(self.parts, self.data, strict=True):
            for entry in data.get("left_out", ()):
                name = entry["id"]
                while name in taken and _key(entry) not in found:
                    name = f"{part.name}-{name}"
                if name != entry["id"]:
                    self.notes.append(f"{entry['id']}, left out in {part.file}, is {name}: the id is taken")
                taken.add(name)
                found.setdefault(_key(entry), {**entry, "id": name})
        if found:
            whole["left_out"] = list(found.values())

    def names(self, *keys: str) -> list[dict[str, str]]:
        """Each entry's id by part, with the part's name where ids clash."""
        contents: dict[str, set[str]] = {}
        for data in self.data:
            for entry in _entries(data, keys):
                contents.setdefault(entry["id"], set()).add(_key(entry))
        found: list[dict[str, str]] = []
        for part, data in zip(self.parts, self.data, strict=True):
            names = [entry["id"] for entry in _entries(data, keys)]
            apart = {name: f"{part.name}-{name}" for name in names if len(contents[name]) > 1}
            found.append({name: apart.get(name, name) for name in names})
            if apart:
                one = next(iter(apart))
                count = f"{len(apart)} id{'s' if len(apart) > 1 else ''}"
                self.notes.append(f"{count} of {part.file} got '{part.name}-' before it, as {apart[one]}")
        return found

    def listed(
        self, whole: Block, key: str, renamed: list[dict[str, str]], taken: set[str]
    ) -> list[dict[str, str]]:
        """Puts the entries of a list together, each content once."""
        first: dict[str, str] = {}
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


def _entries(data: Block, keys: Iterable[str]) -> Iterator[Block]:
    return (entry for key in keys for entry in data.get(key, ()))


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
