"""Find what belongs together: a proposal or an inspection, and the decisions on it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from grader.errors import GraderError, InputError, Place, Problem, Problems, quoted
from grader.io.decisions import decisions_of
from grader.io.folders import ENDINGS, files_in, is_proposal, kind_of
from grader.io.reading import read_bytes
from grader.io.yaml_source import Document, parse_document
from grader.model.diff import AreaDiff
from grader.model.proposal import Proposal
from grader.review.compare import SmallestChange, compare
from grader.review.grading import Grading, proposal_of, scale_of, stale
from grader.review.record import foreign, incomparable, oddities

DECISIONS = "decisions.yaml"

T = TypeVar("T")
#: Goes through the files of a folder; a command shows progress with it.
Progress = Callable[[Sequence[T]], Iterable[T]]


@dataclass(slots=True)
class ReviewedPairs:
    """Inspections compared, with scale, ignored files and warnings.

    Attributes
    ----------
    grades : tuple of str
        Worst first.
    """

    framework: str | None = None
    grades: tuple[str, ...] = ()
    inspections: list[list[AreaDiff]] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    overrides: dict[str, dict[str, int]] = field(default_factory=dict)
    warnings: list[Problem] = field(default_factory=list)


# One inspection ------------------------------------------------------------------------------------------


def one(
    given: Path | Proposal, decisions: Path | None, grading: Grading, change: SmallestChange | None
) -> ReviewedPairs:
    """One inspection or proposal beside its decisions.

    Raises
    ------
    InputError
        Faults of a file, or nothing comparable.
    """
    if isinstance(given, Proposal):
        proposal, shown = given, "the proposal"
    else:
        proposal, shown = proposal_in(given, grading), str(given)
    document = _read(_decisions_beside(given, decisions))
    named = _named(document)
    if named is not None and named != proposal.inspection:
        message = f"the decisions are on {quoted(named)}, not on {quoted(proposal.inspection)}"
        place = document.place(("decisions", "inspection"))
        raise InputError([Problem(message, place, "name the decisions on this inspection")])
    laid = ReviewedPairs()
    _lay(laid, proposal, shown, document, grading, change)
    return laid


def proposal_in(path: Path, grading: Grading) -> Proposal:
    """The proposal a file holds, or the one made for the inspection it holds."""
    raw = read_bytes(path)
    if is_proposal(raw):
        return proposal_of(raw, str(path))
    document = parse_document(raw, str(path))
    if isinstance(document.data, dict) and "inspection" not in document.data:
        help = "name an inspection (YAML), or a proposal written by grader grade --json"
        raise InputError([Problem("neither an inspection nor a proposal", Place(str(path)), help)])
    return grading.propose(document)


def _decisions_beside(given: Path | Proposal, decisions: Path | None) -> Path:
    if decisions is not None:
        return decisions
    if isinstance(given, Proposal):
        raise InputError([Problem("no decisions are named", None, "name the decisions file")])
    beside = given.parent / DECISIONS
    if not os.path.exists(beside):
        message = f"no decisions: there is no {DECISIONS} beside it"
        help = "name the decisions file, or record decisions with grader decide"
        raise InputError([Problem(message, Place(str(given)), help)])
    return beside


def _read(path: Path) -> Document:
    return parse_document(read_bytes(path), str(path))


def _named(document: Document, block: str = "decisions", key: str = "inspection") -> str | None:
    """The id in a document's head, where one can be read."""
    head = document.data.get(block) if isinstance(document.data, dict) else None
    found = head.get(key) if isinstance(head, dict) else None
    return found if isinstance(found, str) else None


def _lay(
    laid: ReviewedPairs,
    proposal: Proposal,
    shown: str,
    document: Document,
    grading: Grading,
    change: SmallestChange | None,
) -> None:
    """Add one pair; raises InputError where it is none."""
    framework = grading.sessions.framework(proposal.framework.id)
    grades = scale_of(proposal, framework, shown)
    if laid.framework not in (None, proposal.framework.id):
        # No place: one of many files would be as good as another, and it is said once.
        message = "inspections of several frameworks are not counted together"
        raise InputError([Problem(message, None, "put each framework's inspections in a folder of its own")])
    refusal = incomparable(document, proposal, framework.framework)
    if refusal is not None:
        raise InputError([refusal])
    file = decisions_of(document, framework)
    document = file.document
    faults = list(foreign(file.decisions, document, proposal))
    if faults:
        raise InputError(faults)
    laid.framework, laid.grades = proposal.framework.id, grades
    if proposal.overrides:
        laid.overrides[proposal.inspection] = proposal.overrides
    laid.inspections.append(compare(proposal, file.decisions, grades, framework.framework.vocabulary, change))
    laid.warnings += [
        *stale(proposal, framework, shown),
        *file.warnings,
        *oddities(file.decisions, document, proposal, framework.framework),
    ]


# A folder ------------------------------------------------------------------------------------------------


def folder(
    path: Path, grading: Grading, each: Progress[Path], change: SmallestChange | None
) -> ReviewedPairs:
    """Every pair in a folder and its subfolders.

    Paired by inspection id; the rest is ignored, and a recorded proposal goes before its inspection.

    Raises
    ------
    InputError
        Every fault, decisions without an inspection, or no pair.
    """
    return _Folder(path, grading, change).laid(each)


#: So many inspections are read one by one: what each grade hinges on, and what would have had to be found.
FEW = 10


class _Folder:
    def __init__(self, path: Path, grading: Grading, change: SmallestChange | None) -> None:
        self.path = path
        self.grading = grading
        self.change = change
        self.found = ReviewedPairs()
        self.problems = Problems()
        self.decisions: dict[str, Document] = {}
        self.seen: dict[str, tuple[str, bool]] = {}
        """Inspections met: the file, and whether it is a recorded proposal."""

    def laid(self, each: Progress[Path]) -> ReviewedPairs:
        kinds: dict[str, list[Path]] = {"proposal": [], "inspection": []}
        for path in files_in(self.path):
            self._try(self._sort, path, kinds)
        files = [*kinds["proposal"], *kinds["inspection"]]
        self.grading.firm = len(files) <= FEW
        if self.change is None and self.grading.firm:
            self.change = self.grading.smallest_change
        for path in each(files):
            self._try(self._add, path)
        for name, document in self.decisions.items():
            if name not in self.seen:
                place = document.place(("decisions", "inspection"))
                message = f"decisions on {quoted(name)} match no inspection in the folder"
                self.problems.append(Problem(message, place, "add the inspection, or take the file away"))
        if self.problems:
            raise InputError(self.problems)
        if not self.found.inspections:
            help = "a pair is an inspection or a proposal, and decisions that name its id"
            message = "no inspection with decisions on it"
            raise InputError([Problem(message, Place(str(self.path)), help)])
        return self.found

    def _try(self, act: Callable[..., None], *arguments: object) -> None:
        """Collect input faults, and go on."""
        try:
            act(*arguments)
        except InputError as error:
            self.problems.extend(error.problems)
        except GraderError as error:
            if error.exit_code != InputError.exit_code:
                raise
            self.problems.append(Problem(error.message, error.place or Place(str(arguments[0])), error.help))

    def _ignore(self, path: Path) -> None:
        self.found.ignored.append(path.relative_to(self.path).as_posix())

    def _sort(self, path: Path, kinds: dict[str, list[Path]]) -> None:
        raw = read_bytes(path) if path.suffix.lower() in ENDINGS else b""
        kind = kind_of(raw, str(path))
        if kind == "decisions":
            self._add_decisions(path, raw)
        elif kind is None:
            self._ignore(path)
        else:
            kinds[kind].append(path)

    def _add_decisions(self, path: Path, raw: bytes) -> None:
        document = parse_document(raw, str(path))
        name = _named(document)
        if name is None:
            decisions_of(document)  # which says what is wrong with it
        elif name in self.decisions:
            message = f"decisions on {quoted(name)} stand in two files"
            place = document.place(("decisions", "inspection"))
            help = f"the other is {self.decisions[name].file}; keep one in the folder"
            self.problems.append(Problem(message, place, help))
        else:
            self.decisions[name] = document

    def _add(self, path: Path) -> None:
        raw = read_bytes(path)
        if is_proposal(raw):
            proposal = proposal_of(raw, str(path))
            if self._meet(proposal.inspection, path, recorded=True):
                self._pair(proposal, path)
            return
        document = parse_document(raw, str(path))
        name = _named(document, "inspection", "id")
        if name is None or self._meet(name, path, recorded=False):
            self._pair(self.grading.propose(document), path)

    def _meet(self, name: str, path: Path, *, recorded: bool) -> bool:
        """Whether this file is the one to lay beside its decisions."""
        before = self.seen.setdefault(name, (str(path), recorded))
        if before[0] != str(path):
            if before[1] == recorded:
                help = f"the other is {before[0]}; keep one in the folder"
                message = f"inspection {quoted(name)} stands in two files"
                raise InputError([Problem(message, Place(str(path)), help)])
            self._ignore(path)
            return False
        if name not in self.decisions:
            self._ignore(path)
            message = f"no decisions on {quoted(name)}: it is ignored"
            self.found.warnings.append(Problem(message, Place(str(path)), None, "no_decisions"))
            return False
        return True

    def _pair(self, proposal: Proposal, path: Path) -> None:
        decisions = self.decisions[proposal.inspection]
        _lay(self.found, proposal, str(path), decisions, self.grading, self.change)
