"""Proposals for many inspections, read or made anew."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from grader.errors import InputError, Place, Problem, quoted
from grader.explanations.smallest_change import smallest_change
from grader.io.frameworks import FrameworkFile
from grader.io.given import PathLike
from grader.io.json_text import read_json
from grader.io.yaml_source import Document
from grader.model.proposal import Proposal
from grader.session import LoadedInspection, Sessions

_SHOWN_FAULTS = 5
_MOST_AREAS = 1_000
_AGAIN = "write it again: grader grade INSPECTION -o FILE.json"


class Grading:
    """Proposes grades; reads each framework and rule book once.

    Parameters
    ----------
    rules : path or str, optional
        A folder or id; the framework's own by default.
    firm : bool
        Whether to work out hinges.
    """

    def __init__(
        self, rules: PathLike | None = None, engine: str | None = None, *, firm: bool = True
    ) -> None:
        self.sessions = Sessions(rules, engine)
        self.firm = firm
        self._last: LoadedInspection | None = None

    def propose(self, document: Document) -> Proposal:
        """The proposal for an inspection whose file has been read; raises InputError."""
        loaded = self._last = self.sessions.load_document(document)
        return loaded.proposal if self.firm else loaded.propose(hinges=False)

    def smallest_change(self, proposal: Proposal, area: str, final: str) -> dict[str, Any] | None:
        """The smallest change to the final grade, for the last inspection.

        None of a proposal read from a file.
        """
        if self._last is None or self._last.inspection.id != proposal.inspection:
            return None
        found = smallest_change(self._last, area, final, exactly=True)
        return found.model_dump(mode="json", by_alias=True)


def proposal_of(raw: bytes, shown: str) -> Proposal:
    """The proposal in a file's content.

    Raises
    ------
    InputError
        No whole proposal of a known version.
    """
    try:
        data = read_json(raw, shown)
    except InputError as error:
        raise InputError(
            Problem(f"not a proposal: {p.message}", p.place, _AGAIN, p.code) for p in error.problems
        ) from error
    if found := _areas_at_fault(data):
        raise InputError(Problem(f"not a proposal: {fault}", Place(shown), _AGAIN) for fault in found)
    try:
        return Proposal.model_validate(data)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
    raise InputError(
        Problem(f"not a proposal: {_at(f['loc'])}{f['msg'][:1].lower()}{f['msg'][1:]}", Place(shown), _AGAIN)
        for f in faults[:_SHOWN_FAULTS]
    )


def _areas_at_fault(data: object) -> list[str]:
    """Faults in the list of areas as a whole."""
    areas = data.get("areas") if isinstance(data, dict) else None
    if not isinstance(areas, list):
        return []
    seen: set[str] = set()
    faults: list[str] = []
    for i, area in enumerate(areas):
        name = area.get("area") if isinstance(area, dict) else None
        if not isinstance(name, str):
            faults.append(f"entry {i + 1} of 'areas' names no area")
        elif name in seen:
            faults.append(f"area {quoted(name)} stands twice")
        else:
            seen.add(name)
        if len(faults) == _SHOWN_FAULTS:
            break
    if not faults and len(areas) > _MOST_AREAS:
        faults.append(f"it holds {len(areas):,} areas, more than any framework")
    return faults


def _at(loc: tuple[int | str, ...]) -> str:
    return f"{quoted('.'.join(map(str, loc)))}: " if loc else ""


def scale_of(proposal: Proposal, framework: FrameworkFile, shown: str) -> tuple[str, ...]:
    """The framework's grades, worst first.

    Raises
    ------
    InputError
        The proposal names what the framework lacks.
    """
    known, edition = framework.framework, proposal.framework.edition
    if edition not in known.editions:
        raise InputError([Problem(f"framework {known.id} has no edition {quoted(edition)}", Place(shown))])
    grades = known.grades_worst_first
    areas = {area.id for area in known.areas_in(edition)}
    odd = [
        a for a in proposal.areas if a.area not in areas or (a.grade is not None and a.grade not in grades)
    ]
    if odd:
        raise InputError(
            Problem(
                f"framework {known.id} has no area {quoted(a.area)} with grade {quoted(a.grade)}",
                Place(shown),
                "name the rule book whose framework this is: --rules",
            )
            for a in odd
        )
    return grades


def stale(proposal: Proposal, framework: FrameworkFile, shown: str) -> list[Problem]:
    """A warning where a recorded proposal was made under other text of its framework."""
    if proposal.framework.sha256 in (None, framework.sha256):
        return []
    message = f"the proposal was made under another text of framework {framework.framework.id}"
    return [Problem(message, Place(shown), "grade the inspection again", "framework_changed")]
