"""Several people's taggings of one inspection, their items brought together by finding."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from grader.errors import InputError, Place, Problem, folded, quoted, suggest
from grader.grading.run import assess
from grader.model.inspection import Declared, EarlierGrade, Evidence, Inspection, Previous
from grader.model.settling import LEFT_OUT, OTHER
from grader.review.same_finding import Doubt, pair
from grader.session import LoadedInspection

#: What a person tags; what else an item holds is as it was found.
TAGS = ("characteristics", "assessment", "basis", "extent", "harm", "remedied", "innovative")
#: What was found, and may have been written down otherwise.
FACTS = ("measure", "found_on", "remedied_on")
_HEAD = ("as_of", "stale_after")


@dataclass(frozen=True, slots=True)
class ToldPair:
    """What a person said of two taggers' items: whether they are one finding."""

    items: Mapping[str, str]
    same: bool
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """One person's tagging."""

    name: str
    file: str
    loaded: LoadedInspection

    @property
    def inspection(self) -> Inspection:
        return self.loaded.inspection

    @property
    def titles(self) -> dict[str, str]:
        return {name: source.title for name, source in self.inspection.sources.items()}


@dataclass(slots=True)
class Finding:
    """One finding as each person has it; `asked` could have had it."""

    id: str
    items: dict[str, Evidence]
    asked: tuple[str, ...] = ()

    @property
    def first(self) -> Evidence:
        return next(iter(self.items.values()))

    def is_open(self, other: Given, each: Given) -> bool:
        """Whether one person has it first, and the other not yet."""
        return next(iter(self.items)) == other.name and each.name not in self.items


@dataclass(slots=True)
class Taggings:
    """Several taggings laid together.

    Attributes
    ----------
    given : sequence of Given
        The first one's ids stand.
    findings : list of Finding
        Anybody's.
    whole : Inspection
        With the findings on record, and no evidence.
    """

    given: Sequence[Given]
    findings: list[Finding] = field(default_factory=list)
    by_id: int = 0
    by_text: int = 0
    by_hand: int = 0
    doubts: list[tuple[str, str, Doubt]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    whole: Inspection = field(init=False)

    @property
    def names(self) -> list[str]:
        return [each.name for each in self.given]

    @property
    def loaded(self) -> LoadedInspection:
        return self.given[0].loaded

    def tags(self, item: Evidence) -> dict[str, Any]:
        """An item's tags, its assessment as it counts."""
        found = {name: getattr(item, name) for name in TAGS}
        found["characteristics"] = sorted(item.characteristics)
        found["assessment"] = assess(item, self.loaded.session.what_if)
        return found

    def differs_in(self, finding: Finding) -> list[str]:
        """Fields that those who have a finding do not agree on."""
        items = list(finding.items.values())
        tags = [self.tags(item) for item in items]
        found = [name for name in TAGS if any(t[name] != tags[0][name] for t in tags)]
        for name in FACTS:
            said = [value for item in items if (value := getattr(item, name)) is not None]
            if any(value != said[0] for value in said):
                found.append(name)
        return found


def lay(given: Sequence[Given], told: Sequence[ToldPair] = ()) -> Taggings:
    """Taggings of one inspection, matched.

    Raises
    ------
    InputError
        Not one inspection, different findings on record, or pairs told of what is not there.
    MissingExtraError
        Statements must be compared, and rapidfuzz is missing.
    """
    _check(given)
    _check_told(given, told)
    laid = Taggings(given)
    laid.whole = _whole(laid)
    for at, each in enumerate(given):
        _add(laid, each, given[:at], sorted(told, key=lambda said: not said.same))
    samples = {each.name for each in given if each.inspection.inspection.sample is not None}
    for finding in laid.findings:
        finding.asked = tuple(n for n in laid.names if n in finding.items or n not in samples)
    return laid


def _add(laid: Taggings, each: Given, before: Sequence[Given], told: Sequence[ToldPair]) -> None:
    """Match one person's items with the findings so far."""
    left = {item.id: item for item in each.inspection.evidence}
    _add_told(laid, each, left, told)
    for other in before:
        # Each finding is compared once, as the first who has it wrote it.
        open_ = {f.first.id: f for f in laid.findings if f.is_open(other, each)}
        found = pair(
            [f.first for f in open_.values()],
            list(left.values()),
            (other.titles, each.titles),
            {(one, two): False for one, f in open_.items() for two in _apart(f, each, told)},
        )
        laid.by_id += len(found.by_id)
        laid.by_text += len(found.by_text)
        laid.doubts += [(other.name, each.name, doubt) for doubt in found.doubts]
        for one, two in found.all.items():
            open_[one].items[each.name] = left.pop(two)
    laid.doubts = [d for d in laid.doubts if d[1] != each.name or d[2].other in left]
    taken = {f.id for f in laid.findings}
    for item in left.values():
        name = item.id
        while name in taken:
            name = f"{each.name}-{name}"
        taken.add(name)
        laid.findings.append(Finding(name, {each.name: item}))


# What a person said of pairs ------------------------------------------------------------------------------


def _add_told(laid: Taggings, each: Given, left: dict[str, Evidence], told: Sequence[ToldPair]) -> None:
    """Match the items that a person said are findings there are; raises InputError where they cannot be."""
    problems = []
    for said in told:
        own, others = said.items.get(each.name), {n: i for n, i in said.items.items() if n != each.name}
        ((name, other),) = others.items() if own is not None else (("", ""),)
        finding = next((f for f in laid.findings if name in f.items and f.items[name].id == other), None)
        if own is None or finding is None:
            continue
        there = finding.items.get(each.name)
        if not said.same:
            if there is not None and there.id == own:
                message = f"{other} of {name} and {own} of {each.name} are said to be one finding, and two"
                problems.append(Problem(message, said.place, "say it once"))
        elif there is None and own in left:
            finding.items[each.name] = left.pop(own)
            laid.by_hand += 1
        elif there is None or there.id != own:
            message = f"{other} of {name} and {own} of {each.name} cannot be one finding"
            help = "one of them is said to be one with another: say which, same is no of the other"
            problems.append(Problem(message, said.place, help))
    if problems:
        raise InputError(problems)


def _apart(finding: Finding, each: Given, told: Iterable[ToldPair]) -> Iterator[str]:
    """Items of a person that were said to be another finding than this."""
    for said in told:
        if not said.same and each.name in said.items:
            if any(n in finding.items and finding.items[n].id == i for n, i in said.items.items()):
                yield said.items[each.name]


def _check_told(given: Sequence[Given], told: Iterable[ToldPair]) -> None:
    """Refuse pairs of taggers or items that are not there."""
    items = {each.name: {e.id for e in each.inspection.evidence} for each in given}
    problems = []
    for said in told:
        if len(said.items) < 2:
            message = "two items of one tagger are said to be a pair"
            problems.append(Problem(message, said.place, "a pair is of two taggers"))
        for name, own in said.items.items():
            if name not in items:
                help = suggest(name, items, "taggers")
                problems.append(Problem(f"unknown tagger {quoted(name)}", said.place, help))
            elif own not in items[name]:
                help = suggest(own, items[name], "items")
                problems.append(Problem(f"{name} has no item {quoted(own)}", said.place, help))
    if problems:
        raise InputError(problems)


# Whether they are of one inspection ----------------------------------------------------------------------


def _check(given: Sequence[Given]) -> None:
    if len(given) < 2:
        raise InputError([Problem("there is one tagging to lay together", None, "name two or more")])
    problems: list[Problem] = []
    help = "rename a file, or say who tagged it: tagged_by"
    twice = [name for name, n in Counter(folded(each.name) for each in given).items() if n > 1]
    if twice:
        problems.append(Problem(f"two taggings are called {quoted(twice[0])}", None, help))
    for each in given:
        if folded(each.name) in (OTHER, LEFT_OUT):  # which a choice may be as well
            message = f"a tagger cannot be called {quoted(each.name)}: it is a way to settle"
            problems.append(Problem(message, Place(each.file), help))
    first = given[0]
    for each in given[1:]:
        problems += _differences(first, each)
    if problems:
        raise InputError(problems)


def _differences(first: Given, each: Given) -> Iterator[Problem]:
    one, other = first.inspection.inspection, each.inspection.inspection
    for key, same in (
        ("body", folded(one.body) == folded(other.body)),
        ("framework", one.framework == other.framework),
        ("edition", one.edition == other.edition),
    ):
        if not same:
            said, there = getattr(other, key), getattr(one, key)
            message = f"{key} is {quoted(said)}, and in {first.file} {quoted(there)}"
            yield Problem(message, Place(each.file), "lay together taggings of one inspection")
    apart = sorted(set(one.not_inspected) ^ set(other.not_inspected))
    if apart:
        message = f"{', '.join(apart)}: not inspected in one of this file and {first.file} alone"
        yield Problem(message, Place(each.file), "settle that first: make 'not_inspected' the same")


# What is on record ---------------------------------------------------------------------------------------


def _whole(laid: Taggings) -> Inspection:
    first = laid.given[0]
    head = first.inspection.inspection.model_copy(update={"sample": None})
    for key in _HEAD:
        said = {n.name: v for n in laid.given if (v := getattr(n.inspection.inspection, key)) is not None}
        if len(set(said.values())) > 1:
            listed = ", ".join(f"{value} by {name}" for name, value in said.items())
            laid.notes.append(f"{key} is {listed}: {next(iter(said.values()))} is kept")
        if said:
            head = head.model_copy(update={key: next(iter(said.values()))})
    head = head.model_copy(update={"earlier_grades": _earlier_grades(laid)})
    ids = {each.inspection.id for each in laid.given} - {head.id}
    if ids:
        laid.notes.append(f"the inspection is called {', '.join(sorted(ids))} too; {head.id} is kept")
    problems: list[Problem] = []
    declared = _united(laid, "findings", problems)
    previous = _united(laid, "previous", problems)
    if problems:
        raise InputError(problems)
    return Inspection(inspection=head, evidence=[], findings=declared, previous=previous)


def _earlier_grades(laid: Taggings) -> dict[str, EarlierGrade]:
    """Earlier grades that anybody has on record, the first one's of each area."""
    found: dict[str, EarlierGrade] = {}
    for each in laid.given:
        for area, said in each.inspection.inspection.earlier_grades.items():
            kept = found.setdefault(area, said)
            if kept != said:
                one, other = (f"{quoted(e.grade)} in {e.given_in}" for e in (kept, said))
                laid.notes.append(f"the earlier grade of {area} is {other} by {each.name}: {one} is kept")
    return found


def _united(laid: Taggings, block: str, problems: list[Problem]) -> list[Any]:
    """Findings on record that anybody has; they must not differ."""
    found: dict[str, Declared | Previous] = {}
    holders: dict[str, str] = {}
    for each in laid.given:
        for finding in getattr(each.inspection, block):
            known = found.setdefault(finding.id, finding)
            holders.setdefault(finding.id, each.name)
            for key in ("kind", "area", "statement", "progress"):
                one, other = getattr(known, key, None), getattr(finding, key, None)
                if one != other:
                    message = f"{finding.id}: {key} is {quoted(str(other))}, and {quoted(str(one))} by"
                    help = "what is on record is one thing: make it the same in all files"
                    place = Place(each.file)
                    problems.append(Problem(f"{message} {holders[finding.id]}", place, help))
    first = {f.id for f in getattr(laid.given[0].inspection, block)}
    for name in found:
        if name not in first:
            laid.notes.append(f"{name} is on record by {holders[name]} alone, and counts in every mix")
    return list(found.values())


# Who tagged ----------------------------------------------------------------------------------------------


def names_of(loaded: Sequence[LoadedInspection], files: Sequence[str]) -> list[str]:
    """Taggers' names: by items, files, folders or letters."""
    said = [{e.tagged_by for e in each.inspection.evidence} for each in loaded]
    own = [next(iter(names)) if len(names) == 1 else None for names in said]
    called = [str(name) for name in own if name is not None]
    if len(called) == len(own) and _all_different(called):
        return called
    paths = [PurePath(file) for file in files]
    for made in ([p.stem for p in paths], [p.parent.name for p in paths]):
        if all(made) and _all_different(made):
            return made
    return [chr(ord("A") + i) if len(files) <= 26 else f"tagger {i + 1}" for i in range(len(files))]


def _all_different(names: Iterable[str]) -> bool:
    forms = [folded(name) for name in names]
    return len(set(forms)) == len(forms)
