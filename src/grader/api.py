"""The Python surface: one function a task."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from grader.engines.choice import engine_for
from grader.errors import InputError, Problem
from grader.files import catalogue
from grader.files.frameworks import FrameworkFile
from grader.files.inspections import InspectionFile, read_draft, resolve_draft
from grader.grading.run import Inputs, propose
from grader.language.bind import bind
from grader.language.engine import Engine
from grader.language.memo import IdentityCache
from grader.language.rulebook import RuleBook
from grader.language.settings import Settings, read_settings
from grader.model.inspection import Inspection
from grader.model.proposal import Proposal

if TYPE_CHECKING:
    from grader.explanations.change_answer import SmallestChange
    from grader.explanations.why import Explanation
    from grader.explanations.why_not import WhyNot

PathLike = str | os.PathLike[str]


@dataclass(frozen=True, slots=True)
class Loaded:
    """An inspection checked against its framework and rule book, ready to grade.

    Attributes
    ----------
    inspection : Inspection
        What was found.
    warnings : tuple of Problem
        Things about the record a person should look at, located.
    """

    file: InspectionFile
    framework: FrameworkFile
    book: RuleBook

    @property
    def inspection(self) -> Inspection:
        return self.file.inspection

    @property
    def warnings(self) -> tuple[Problem, ...]:
        return self.file.warnings


def load(path: PathLike, *, rules: PathLike | None = None) -> Loaded:
    """Read an inspection and check it whole.

    Parameters
    ----------
    path : path
        The inspection's YAML file.
    rules : path or str, optional
        A rule book's folder or id; the one named after the framework by default.

    Returns
    -------
    Loaded
        The inspection, its framework and the rule book.

    Raises
    ------
    InputError
        Every fault of the file, each with its line and what to do about it.
    UnknownNameError
        No such framework or rule book.
    """
    draft = read_draft(Path(path))
    name = draft.inspection.inspection.framework
    near = catalogue.folder_near(rules)
    try:
        framework = catalogue.framework_in(name, draft.document.place(("inspection", "framework")), near)
    except InputError as error:
        raise InputError([*draft.problems, *error.problems]) from error
    book = catalogue.rulebook(rules, framework)
    file = resolve_draft(draft, framework.framework, book.measures)
    return Loaded(file, framework, book)


def grade(
    inspection: PathLike | Loaded,
    *,
    rules: PathLike | None = None,
    overrides: Mapping[str, str | int] | None = None,
    engine: str | None = None,
) -> Proposal:
    """Propose a grade for each area of an inspection.

    Parameters
    ----------
    inspection : path or Loaded
        The inspection's file, or what `load` returned.
    rules : path or str, optional
        A rule book's folder or id, where `inspection` is a path.
    overrides : mapping of str to str or int, optional
        Parameters at values other than their defaults: `"35%"` for a share, a whole number for a count.
        Overrides are recorded in the proposal.
    engine : {"rete", "reference"}, optional
        The engine the pass runs on: by default `rete`, checked against `reference` at every step, where
        durable-rules can be imported, else `reference`. `proposal.engine` says which it was.

    Returns
    -------
    Proposal
        One block for each area of the edition; `proposal.area("responding").grade`.

    Raises
    ------
    InputError
        The inspection, rule book or an override has faults.
    EngineDisagreementError
        The engines differ on a rule: nothing is proposed.
    """
    loaded = inspection if isinstance(inspection, Loaded) else load(inspection, rules=rules)
    values = check_overrides(loaded.book, overrides or {})
    inputs = inputs_of(loaded, values)
    return propose(inputs, engine_on(loaded.book, values, engine))


def explain(
    inspection: PathLike | Loaded,
    area: str,
    *,
    rules: PathLike | None = None,
    overrides: Mapping[str, str | int] | None = None,
    engine: str | None = None,
) -> Explanation:
    """Why an area is graded as it is: reasons for and against, statuses, findings and the evidence.

    Parameters
    ----------
    inspection, rules, overrides, engine
        As for `grade`.
    area : str
        An area of the edition.

    Returns
    -------
    Explanation
        From the grade down to each item of evidence and its source.

    Raises
    ------
    InputError
        The inspection, rule book or an override has faults.
    UnknownNameError
        The edition has no such area.
    """
    from grader.explanations.why import explain as why

    loaded = inspection if isinstance(inspection, Loaded) else load(inspection, rules=rules)
    proposal = grade(loaded, overrides=overrides, engine=engine)
    return why(inputs_of(loaded, proposal.overrides), proposal, area)


def why_not(
    inspection: PathLike | Loaded,
    area: str,
    asked: str,
    *,
    rules: PathLike | None = None,
    overrides: Mapping[str, str | int] | None = None,
    engine: str | None = None,
) -> WhyNot:
    """What stood in the way of a grade, or of a better one.

    Parameters
    ----------
    inspection, rules, overrides, engine
        As for `grade`.
    area, asked : str
        An area of the edition, and a grade of its scale.

    Returns
    -------
    WhyNot
        Every condition in the way, with the numbers seen and needed and the evidence behind them.

    Raises
    ------
    InputError
        The inspection, rule book or an override has faults.
    UnknownNameError
        The edition has no such area, or the scale no such grade.
    """
    from grader.explanations.why_not import why_not as answer

    loaded = inspection if isinstance(inspection, Loaded) else load(inspection, rules=rules)
    proposal = grade(loaded, overrides=overrides, engine=engine)
    return answer(inputs_of(loaded, proposal.overrides), proposal, area, asked)


def smallest_change(
    inspection: PathLike | Loaded,
    area: str,
    asked: str,
    *,
    exactly: bool = False,
    rules: PathLike | None = None,
    overrides: Mapping[str, str | int] | None = None,
) -> SmallestChange:
    """What would have had to be found for a grade or a better one: the least change, graded again.

    Parameters
    ----------
    inspection, rules, overrides
        As for `grade`.
    area, asked : str
        An area of the edition, and a grade of its scale.
    exactly : bool
        Whether a better grade is no answer.

    Returns
    -------
    SmallestChange
        Up to three smallest changes, with the grades they move in other areas; or why there is none.

    Raises
    ------
    InputError
        The inspection, rule book or an override has faults.
    UnknownNameError
        The edition has no such area, or the scale no such grade.
    """
    from grader.explanations.smallest_change import smallest_change as answer

    loaded = inspection if isinstance(inspection, Loaded) else load(inspection, rules=rules)
    values = check_overrides(loaded.book, overrides or {})
    return answer(inputs_of(loaded, values), area, asked, exactly=exactly)


_ENGINES: IdentityCache[Engine] = IdentityCache(8)


def engine_on(book: RuleBook, values: Mapping[str, int], name: str | None = None) -> Engine:
    """An engine over a rule book at these overrides, as `engine_for`; made once for many inspections."""
    also = (tuple(sorted(values.items())), name)
    return _ENGINES.of((book,), also, lambda: engine_for(bind(book, values), name))


def inputs_of(loaded: Loaded, values: Mapping[str, int]) -> Inputs:
    """What a grading pass over a loaded inspection rests on, at these overrides."""
    return Inputs(
        inspection=loaded.inspection,
        framework=loaded.framework.framework,
        book=loaded.book,
        overrides=values,
        framework_sha256=loaded.framework.sha256,
        inspection_sha256=loaded.file.sha256,
        warnings=loaded.warnings,
    )


def check_overrides(book: RuleBook, overrides: Mapping[str, str | int]) -> Settings:
    """The overrides as whole numbers of the rule book's parameters; raises InputError."""
    return read_settings(book, overrides)
