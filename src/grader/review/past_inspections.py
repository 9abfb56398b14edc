"""A folder of past inspections with the decisions on them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.errors import GraderError, InputError, Place, Problem, quoted
from grader.io.decisions import DecisionsFile, decisions_of, inspection_decided
from grader.io.folders import ENDINGS, kind_of
from grader.io.reading import read_bytes
from grader.io.yaml_source import Document, parse_document
from grader.review.record import foreign, incomparable
from grader.session import LoadedInspection, Session, Sessions


@dataclass(frozen=True, slots=True)
class PastInspections:
    """Inspections with the final grades of their areas, of one framework and rule book."""

    session: Session
    loaded: tuple[LoadedInspection, ...]
    finals: tuple[Mapping[str, int], ...]
    """For each inspection the rank of each area's final grade; those of another programme are left out."""
    sha256: str


def read_folder(folder: Path, rules: str | None = None) -> PastInspections:
    """A folder's inspections, with their decisions.

    Raises
    ------
    InputError
        Faults of a file, something unpaired, or several frameworks.
    """
    if not folder.is_dir():
        raise InputError([Problem("no such folder", Place(str(folder)), "inspections with their decisions")])
    found, documents, problems = _read_each(folder, Sessions(rules, "reference"))
    problems += _unpaired(folder, found, documents)
    decided: dict[str, DecisionsFile] = {}
    for name in sorted(found.keys() & documents.keys()):
        try:
            decided[name] = _decided_on(found[name], documents[name])
        except InputError as error:
            problems += error.problems
    if not found and not problems:
        problems.append(Problem("no inspections with decisions", Place(str(folder)), None))
    if problems:
        raise InputError(problems)
    order = sorted(found)
    lines = [f"{name} {found[name].file.sha256} {decided[name].sha256}\n" for name in order]
    return PastInspections(
        session=found[order[0]].session,
        loaded=tuple(found[name] for name in order),
        finals=tuple(_finals(found[name], decided[name]) for name in order),
        sha256=hashlib.sha256("".join(lines).encode()).hexdigest(),
    )


def _read_each(
    folder: Path, sessions: Sessions
) -> tuple[dict[str, LoadedInspection], dict[str, Document], list[Problem]]:
    """Inspections and decisions by the inspection's id, and every fault of their files."""
    found: dict[str, LoadedInspection] = {}
    decided: dict[str, Document] = {}
    problems: list[Problem] = []
    for path in sorted(p for p in folder.rglob("*") if p.suffix.lower() in ENDINGS and not p.is_dir()):
        try:
            raw = read_bytes(path)
            match kind_of(raw, str(path)):
                case "inspection":
                    loaded = sessions.load(path)
                    name = loaded.inspection.id
                    if found.setdefault(name, loaded) is not loaded:
                        problems.append(_twice("inspection", name, path))
                case "decisions":
                    document = parse_document(raw, str(path))
                    name = inspection_decided(document)
                    if decided.setdefault(name, document) is not document:
                        problems.append(_twice("decisions on inspection", name, path))
        except InputError as error:
            problems += error.problems
        except GraderError as error:
            if error.exit_code != InputError.exit_code:
                raise
            problems.append(Problem(error.message, error.place or Place(str(path)), error.help))
    return found, decided, problems


def _decided_on(loaded: LoadedInspection, document: Document) -> DecisionsFile:
    """The decisions on an inspection; raises InputError where they are of another framework or cycle."""
    proposal = loaded.propose(hinges=False)
    refusal = incomparable(document, proposal, loaded.framework.framework)
    if refusal is not None:
        raise InputError([refusal])
    file = decisions_of(document, loaded.framework)
    if problems := list(foreign(file.decisions, file.document, proposal)):
        raise InputError(problems)
    return file


def _twice(what: str, name: str, path: Path) -> Problem:
    help = "keep one of the two"
    return Problem(f"{what} {quoted(name)}: another file of the folder holds it too", Place(str(path)), help)


def _unpaired(
    folder: Path, found: Mapping[str, LoadedInspection], decided: Mapping[str, Document]
) -> Iterator[Problem]:
    """What keeps the files of a folder from being compared with each other."""
    place = Place(str(folder))
    for name in sorted(set(found) ^ set(decided)):
        what = "no decisions on inspection" if name in found else "no inspection for the decisions on"
        yield Problem(f"{what} {quoted(name)}", place, "each needs the other")
    names = sorted({(each.framework.framework.id, each.book.sha256 or "") for each in found.values()})
    if len(names) > 1:
        shown = ", ".join(sorted({name for name, _ in names}))
        yield Problem(f"several frameworks: {shown}", place, "one at a time")


def _finals(loaded: LoadedInspection, file: DecisionsFile) -> dict[str, int]:
    """The rank of each area's final grade, those of another programme left out."""
    areas, scale = loaded.trace.areas, loaded.book.grade_scale
    return {
        area: scale.rank(final.grade)
        for area, final in sorted(file.decisions.grades.items())
        if area in areas and final.programme is None and areas[area].outcome != "ungraded"
    }
