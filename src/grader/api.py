"""The Python surface: whatever a command does, a function does.

`rules` is a rule book's folder or id (the one named after the framework by default), `settings` gives
parameters other values (`{"some": "35%"}`; they are recorded with every answer), `engine` is `rete` or
`reference`. An inspection is a path, text (a str with a line break), a mapping, an `Inspection`, or what
`load` returned, which is read and graded once however much is asked about it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from grader.errors import InputError, Problem
from grader.io.given import Given, PathLike
from grader.language.effort import CHECK_EFFORT, IMPACT_EFFORT, check_effort
from grader.session import DEFAULT, LoadedInspection, Session, Sessions

if TYPE_CHECKING:
    from grader.authoring.case_report import TestReport
    from grader.authoring.impact import Impact
    from grader.authoring.mutation import MutationReport
    from grader.bulk.batch import Batch
    from grader.bulk.simulate import Simulation
    from grader.explanations.change_answer import SmallestChange
    from grader.explanations.sensitivity import ParameterSensitivity
    from grader.explanations.why import Explanation
    from grader.explanations.why_not import WhyNot
    from grader.io.lookup import About
    from grader.model.calibration import Calibration
    from grader.model.diff import Diff
    from grader.model.proposal import Proposal
    from grader.proofs.report import CheckReport
    from grader.review.recording import Recorded
    from grader.review.verify import Verdict
    from grader.search.finding import Found
    from grader.sheets.importing import Imported
    from grader.sheets.joined import MergedInspections
    from grader.sheets.proposing import ProposedMapping
    from grader.statistics import Choices, OutlierLines
    from grader.validation import Validated

__all__ = [
    "about_area",
    "about_characteristic",
    "about_parameters",
    "about_rule",
    "batch",
    "calibrate",
    "check",
    "decide",
    "diff",
    "explain",
    "export_workbook",
    "find",
    "grade",
    "impact",
    "import_sheet",
    "load",
    "mark_workbook",
    "merge",
    "mutate",
    "open_session",
    "outliers",
    "propose_mapping",
    "record_proofs",
    "report",
    "run_cases",
    "schema",
    "schema_names",
    "sensitivity",
    "simulate",
    "smallest_change",
    "starter",
    "validate",
    "verify",
    "why_not",
]

SettingValues = Mapping[str, str | int]
Gradable = Given | LoadedInspection


# Grading --------------------------------------------------------------------------------------------------


def open_session(
    *,
    rules: PathLike | None = None,
    framework: PathLike | None = None,
    settings: SettingValues | None = None,
    engine: str | None = None,
) -> Session:
    """Read a framework and a rule book once, to load and grade any number of inspections.

    Parameters
    ----------
    rules, framework : path or str, optional
        A rule book and a framework, each by its id or its path. Each follows from the other; without either
        they are those of PEEL 2021/22.
    settings, engine
        As for `grade`.

    Returns
    -------
    Session
        Its `load` gives inspections; many threads may use one.

    Raises
    ------
    InputError
        Faults of a file or of a setting.
    UnknownNameError
        There is no such framework or rule book.

    Examples
    --------
    >>> grader.open_session(rules="PEEL_2021_22").load(example).proposal.area("workforce").grade
    'adequate'
    """
    return Session.open(rules, framework, settings, engine)


def load(
    inspection: Gradable,
    *,
    rules: PathLike | None = None,
    settings: SettingValues | None = None,
    engine: str | None = None,
) -> LoadedInspection:
    """Read an inspection and check it whole.

    Parameters
    ----------
    inspection : path, str, mapping, Inspection or LoadedInspection
        Its YAML file, its text, plain data, a model, or what this function returned.
    rules : path or str, optional
        A rule book's folder or id; the one named after the framework by default.
    settings, engine
        As for `grade`.

    Returns
    -------
    LoadedInspection
        Its `proposal` and `trace` are worked out once.

    Raises
    ------
    InputError
        Every fault of the inspection, each with its place and what to do about it.
    UnknownNameError
        No such framework or rule book.

    Examples
    --------
    >>> grader.load(example)
    <LoadedInspection leicestershire-2021-22: 306 items of evidence>
    """
    if isinstance(inspection, LoadedInspection):
        if rules is not None:
            help = "load it anew from its file, or leave `rules` out"
            raise InputError([Problem("an inspection that is loaded has its rules already", None, help)])
        return inspection.at(settings, engine)
    return Sessions(rules, engine).load(inspection).at(settings)


def grade(
    inspection: Gradable,
    *,
    rules: PathLike | None = None,
    settings: SettingValues | None = None,
    engine: str | None = None,
) -> Proposal:
    """Propose a grade for each area of an inspection.

    Parameters
    ----------
    inspection, rules
        As for `load`.
    settings : mapping of str to str or int, optional
        Parameters at values other than their defaults: `"35%"` for a share, a whole number for a count.
    engine : {"rete", "reference"}, optional
        The engine the pass runs on: by default `rete`, checked against `reference` at every step, where
        durable-rules can be imported, else `reference`. `proposal.engine` says which it was.

    Returns
    -------
    Proposal
        One block for each area of the edition.

    Raises
    ------
    InputError
        The inspection, the rule book or a setting has faults.
    EngineDisagreementError
        The engines differ on a rule: nothing is proposed.

    Examples
    --------
    >>> grader.grade(example)
    <Proposal leicestershire-2021-22: 10 graded, 1 ungraded>
    """
    return load(inspection, rules=rules, settings=settings, engine=engine).proposal


def explain(
    inspection: Gradable,
    area: str,
    *,
    rules: PathLike | None = None,
    settings: SettingValues | None = None,
    engine: str | None = None,
) -> Explanation:
    """Why an area is graded as it is: reasons for and against, statuses, findings and the evidence.

    Parameters
    ----------
    inspection, rules, settings, engine
        As for `grade`.
    area : str
        An area of the edition, by its id or as it is printed.

    Raises
    ------
    InputError
        As for `grade`.
    UnknownNameError
        The edition has no such area.

    Examples
    --------
    >>> grader.explain(example, "workforce").summary
    'Building, supporting and protecting the workforce: proposed adequate'
    """
    from grader.explanations.why import explain as why

    return why(load(inspection, rules=rules, settings=settings, engine=engine), area)


def why_not(
    inspection: Gradable,
    area: str,
    grade: str,
    *,
    rules: PathLike | None = None,
    settings: SettingValues | None = None,
    engine: str | None = None,
) -> WhyNot:
    """What stood in the way of a grade, or of a better one.

    Parameters
    ----------
    inspection, area, rules, settings, engine
        As for `explain`.
    grade : str
        A grade of the scale, by its id or as it is printed.

    Raises
    ------
    InputError
        As for `grade`.
    UnknownNameError
        The edition has no such area, or the scale no such grade.

    Examples
    --------
    >>> grader.why_not(example, "workforce", "outstanding")
    <WhyNot leicestershire-2021-22, workforce, outstanding: 1 barrier>
    """
    from grader.explanations.why_not import why_not as answer

    return answer(load(inspection, rules=rules, settings=settings, engine=engine), area, grade)


def smallest_change(
    inspection: Gradable,
    area: str,
    grade: str,
    *,
    exactly: bool = False,
    rules: PathLike | None = None,
    settings: SettingValues | None = None,
    engine: str | None = None,
) -> SmallestChange:
    """What would have had to be found for a grade or a better one: the least change, graded again.

    Parameters
    ----------
    inspection, area, grade, rules, settings, engine
        As for `why_not`.
    exactly : bool
        Whether a better grade is no answer.

    Raises
    ------
    InputError
        As for `grade`.
    UnknownNameError
        The edition has no such area, or the scale no such grade.

    Examples
    --------
    >>> grader.smallest_change(example, "workforce", "outstanding")
    <SmallestChange leicestershire-2021-22, workforce, outstanding: found, cost 1>
    """
    from grader.explanations.smallest_change import smallest_change as answer

    loaded = load(inspection, rules=rules, settings=settings, engine=engine)
    return answer(loaded, area, grade, exactly=exactly)


def report(
    inspection: Gradable,
    *,
    decisions: PathLike | None = None,
    rules: PathLike | None = None,
    settings: SettingValues | None = None,
    engine: str | None = None,
) -> str:
    """A proposal as one HTML page that needs nothing beside it.

    Parameters
    ----------
    inspection, rules, settings, engine
        As for `grade`.
    decisions : path, optional
        Final grades, shown beside the proposed ones.

    Raises
    ------
    InputError
        As for `grade`, or faults of the decisions.
    MissingExtraError
        Jinja or matplotlib is not installed.

    Examples
    --------
    >>> grader.report(example)[:15]
    '<!DOCTYPE html>'
    """
    from grader.render.html.decided import read_decided
    from grader.render.html.page import report as page

    loaded = load(inspection, rules=rules, settings=settings, engine=engine)
    return page(loaded, read_decided(Path(decisions), loaded) if decisions is not None else None)


def sensitivity(
    inspection: Gradable,
    area: str | None = None,
    *,
    rules: PathLike | None = None,
    settings: SettingValues | None = None,
    engine: str | None = None,
) -> ParameterSensitivity:
    """At which values of each parameter, the others as set, each outcome and grade stands.

    Parameters
    ----------
    inspection, rules, settings, engine
        As for `grade`.
    area : str, optional
        The one area asked about; every one that was inspected and is graded by default.

    Raises
    ------
    InputError
        As for `grade`.
    UnknownNameError
        The edition has no such area.

    Examples
    --------
    >>> grader.sensitivity(example, "workforce")
    <ParameterSensitivity leicestershire-2021-22: 13 parameters>
    """
    from grader.explanations.sensitivity import sensitivity as walk

    return walk(load(inspection, rules=rules, settings=settings, engine=engine), area)


def simulate(
    inspection: Gradable,
    *,
    draws: int = 10_000,
    seed: int = 1,
    step: float = 0.005,
    characteristics: float = 0.16,
    rules: PathLike | None = None,
    settings: SettingValues | None = None,
    engine: str | None = None,
) -> Simulation:
    """How firm each grade is: the share of slightly different versions that are given it.

    Parameters
    ----------
    inspection, rules, settings, engine
        As for `grade`.
    draws, seed : int
        How many versions are drawn, and where drawing starts.
    step : float
        Probability, from 0 to 1, that an assessment is drawn a step better or worse.
    characteristics : float
        Probability that an item gains, loses or exchanges a second characteristic within its topic. Both are
        by default those measured on one report that two people tagged.

    Raises
    ------
    InputError
        As for `grade`, or an argument is out of its range.

    Examples
    --------
    >>> grader.simulate(example, draws=100)
    <Simulation leicestershire-2021-22: 100 draws, 11 areas>
    """
    from grader.bulk.simulate import simulate as draw

    loaded = load(inspection, rules=rules, settings=settings, engine=engine)
    return draw(loaded, draws=draws, seed=seed, step=step, characteristics=characteristics)


def batch(
    inputs: PathLike | Iterable[PathLike],
    output: PathLike,
    *,
    on: Literal["polars", "duckdb", "pyspark"] = "polars",
    keep_going: bool = False,
    force: bool = False,
    progress: Callable[[int, int], None] | None = None,
    rules: PathLike | None = None,
    engine: str | None = None,
) -> Batch:
    """Grade very many inspections into one file: a row for each area of each.

    Parameters
    ----------
    inputs : path or iterable of path
        Inspection files, folders of them, or one folder of tables in the columnar layout.
    output : path
        The file to write: `.parquet`, `.csv` or `.jsonl`.
    on : {"polars", "duckdb", "pyspark"}
        What runs the columns.
    keep_going : bool
        Whether inspections with faults are skipped; else they are faults of the whole.
    force : bool
        Whether an output that exists is replaced.
    progress : callable, optional
        Told how many inspections are done, and of how many.
    rules
        As for `grade`.
    engine : {"rete", "reference"}, optional
        Passes every inspection on its own on this engine, not in columns.

    Raises
    ------
    InputError
        Faults of the inputs, or an output that exists; nothing is written.

    Examples
    --------
    >>> grader.batch(example, folder / "grades.jsonl")
    <Batch: 1 inspection, 11 areas, 0 skipped>
    """
    from grader.bulk.batch import batch as grade_all

    given = [inputs] if isinstance(inputs, str | os.PathLike) else list(inputs)
    return grade_all(
        [Path(each) for each in given],
        Path(output),
        rules=rules,
        on=on,
        engine=engine,
        keep_going=keep_going,
        new=not force,
        progress=progress or (lambda done, of: None),
    )


# Review ---------------------------------------------------------------------------------------------------


def diff(
    given: PathLike | Proposal,
    decisions: PathLike | None = None,
    *,
    rules: PathLike | None = None,
    engine: str | None = None,
) -> Diff:
    """Lay proposed beside final grades.

    Parameters
    ----------
    given : path or Proposal
        An inspection's file, a proposal or its JSON file, or a folder of these with their decisions. What
        grades hinge on is not worked out for a folder's inspections.
    decisions : path, optional
        The decisions on one inspection; `decisions.yaml` beside it by default.
    rules, engine
        As for `grade`, for inspections graded here.

    Raises
    ------
    InputError
        Faults of any file, decisions that match no inspection, or grades of another framework, edition or
        cycle, which are not compared.

    Examples
    --------
    >>> grader.diff(example).differs
    True
    """
    from grader.review.diff import diff as compare

    return compare(given, decisions, rules=rules, engine=engine)


def decide(
    inspection: PathLike,
    area: str,
    grade: str,
    *,
    by: str,
    on: str,
    rationale: str | None = None,
    decisions: PathLike | None = None,
    allow_overrides: bool = False,
    force: bool = False,
    rules: PathLike | None = None,
    settings: SettingValues | None = None,
    engine: str | None = None,
) -> Recorded:
    """Record what a person decides on an area, why, and the proposal it was decided on.

    Parameters
    ----------
    inspection : path
        The inspection's file, or a proposal of it written as JSON.
    area, grade : str
        The area decided and the grade given.
    by, on : str
        Who decides, and the day, as YYYY-MM-DD.
    rationale : str, optional
        Why; needed where the grade is not the one proposed.
    decisions : path, optional
        The file it is recorded in; `decisions.yaml` beside the inspection by default.
    allow_overrides : bool
        Whether the proposal may rest on parameters at other values than the rule book's.
    force : bool
        Whether an area already decided is decided again, and comments in the file may be lost.
    rules, settings, engine
        As for `grade`.

    Raises
    ------
    InputError
        The decision cannot be recorded: every reason.
    UnknownNameError
        No such area or grade.

    Examples
    --------
    >>> where = folder / "decisions.yaml"
    >>> why = "two further visits"
    >>> grader.decide(example, "workforce", "good", by="A", on="2022-10-01", rationale=why, decisions=where)
    <Recorded workforce: good decided, adequate proposed>
    """
    from grader.review.decisions import Decision
    from grader.review.grading import Grading
    from grader.review.pairing import DECISIONS
    from grader.review.recording import record

    path = Path(inspection)
    return record(
        path,
        Decision(area, grade, by, on, rationale),
        Path(decisions) if decisions is not None else path.parent / DECISIONS,
        Grading(rules, engine),
        settings=settings,
        allow_overrides=allow_overrides,
        force=force,
    )


def verify(
    decisions: PathLike,
    inspection: PathLike | None = None,
    *,
    allow_overrides: bool = False,
    rules: PathLike | None = None,
    engine: str | None = None,
) -> Verdict:
    """Whether the proposal that decisions were made on still comes out the same.

    Parameters
    ----------
    decisions : path
        A decisions file with a proposal recorded in it.
    inspection : path, optional
        The inspection, or a proposal of it; `inspection.yaml` beside the decisions by default.
    allow_overrides : bool
        Whether a proposal that rested on settings is made again, with the same ones.
    rules, engine
        As for `grade`.

    Raises
    ------
    InputError
        Faults of a file, no proposal recorded, or decisions on another inspection.

    Examples
    --------
    >>> grader.verify(folder / "decisions.yaml", example)
    <Verdict leicestershire-2021-22: reproduces>
    """
    from grader.review.verify import verify as make_again

    return make_again(decisions, inspection, rules=rules, engine=engine, allow_overrides=allow_overrides)


# For rule authors -----------------------------------------------------------------------------------------


def check(
    rules: PathLike = DEFAULT,
    *,
    settings: SettingValues | None = None,
    effort: int = CHECK_EFFORT,
    keep: bool = False,
) -> CheckReport:
    """Prove that a rule book keeps its promises for every inspection, or show one that breaks them.

    Parameters
    ----------
    rules : path or str
        A rule book's folder or id.
    settings : mapping of str to str or int, optional
        Parameters to check at these values alone: `{"some": "35%"}`. The others go through their ranges.
    effort : int
        Units of work the solver may spend on each promise; what is open by then is unknown. They are the
        solver's own, so that every machine gives the same answer.
    keep : bool
        Whether to take up what an earlier check proved of the same rules, and to keep what this one proves.

    Raises
    ------
    InputError
        Faults of the rule book.
    MissingExtraError
        The solver is not installed.

    Examples
    --------
    >>> grader.check("EXAMPLE_CARE_HOMES").holds
    True
    """
    from grader.authoring.replay import every_engine
    from grader.io.catalogue import open_rulebook
    from grader.language.settings import read_settings
    from grader.proofs.check import check_rulebook

    check_effort(effort)
    _, framework, book = open_rulebook(rules)
    values = read_settings(book, settings or {})
    confirm = every_engine(framework)
    if keep:
        from grader.proofs.cache import check_kept

        return check_kept(book, framework.framework, effort=effort, settings=values, confirm=confirm)
    return check_rulebook(book, framework.framework, effort=effort, settings=values, confirm=confirm)


def calibrate(
    folder: PathLike, parameters: Sequence[str], *, rules: PathLike | None = None, effort: int = CHECK_EFFORT
) -> Calibration:
    """Which values of parameters agree best with past decisions, and whether the data can tell.

    Parameters
    ----------
    folder : path
        Past inspections with the decisions on them, one framework's.
    parameters : sequence of str
        From one to four parameters of the rule book.
    rules : path or str, optional
        As for `grade`.
    effort : int
        Units of work the solver may spend on each proof at the values that agree best.

    Raises
    ------
    InputError
        Faults of the files, or of the names.
    MissingExtraError
        The columns or the solver are not installed.

    Examples
    --------
    >>> grader.calibrate("examples/leicestershire_2021_22", ["some"]).why_not
    '9 areas have a final grade; fewer than 30 cannot tell'
    """
    from grader.proofs.record import proved_at
    from grader.review.calibrate import calibrate as fit
    from grader.review.calibrate import read_folder

    check_effort(effort)
    past = read_folder(Path(folder), None if rules is None else os.fspath(rules))
    book, framework = past.session.book, past.session.framework.framework
    return fit(past, parameters, lambda values: proved_at(book, framework, values, effort=effort))


def record_proofs(rules: PathLike = DEFAULT, *, effort: int = CHECK_EFFORT) -> dict[str, str]:
    """Prove what the grades an area could take rest on, and write it into the rule book's folder.

    Parameters
    ----------
    rules, effort
        As for `check`.

    Returns
    -------
    dict of str to str
        Each part of the promise that is proved, with the values of the parameters it is proved at. The file,
        `proved.json`, holds for exactly these rules and this framework; a change to either makes it void.

    Raises
    ------
    InputError
        Faults of the rule book, or a folder that cannot be written to.

    Examples
    --------
    >>> import shutil
    >>> own = shutil.copytree("rules/EXAMPLE_CARE_HOMES", folder / "own_rules")
    >>> grader.record_proofs(own)["monotone.a"]
    'every parameter anywhere in its range'
    """
    from grader.io.catalogue import open_rulebook
    from grader.proofs.record import record

    check_effort(effort)
    folder, framework, book = open_rulebook(rules)
    return record(folder, framework, book, effort=effort)


def mutate(rules: PathLike = DEFAULT, *, effort: int = CHECK_EFFORT) -> MutationReport:
    """Change the rules in every small way, and list the changes that no case and no proof notices.

    Parameters
    ----------
    rules, effort
        As for `check`; the effort is for each change that no case notices.

    Examples
    --------
    >>> grader.mutate("EXAMPLE_CARE_HOMES").counts["survived"]
    0
    """
    from grader.authoring.mutation import mutate as change
    from grader.authoring.suites import load_suite
    from grader.proofs.check import check_rulebook

    check_effort(effort)
    suite = load_suite(rules)
    framework = suite.framework.framework
    return change(suite, proof_kills=lambda b: not check_rulebook(b, framework, effort=effort).holds)


def run_cases(rules: PathLike = DEFAULT, *, suggest: bool = False) -> TestReport:
    """Run a rule book's own cases, and see what they decide of it (`grader test`).

    Parameters
    ----------
    rules : path or str
        A rule book's folder or id.
    suggest : bool
        Whether to look for a case for each rule and condition that none decides.

    Raises
    ------
    InputError
        Faults of the rule book or of its cases.

    Examples
    --------
    >>> grader.run_cases("EXAMPLE_CARE_HOMES").passes(100)
    True
    """
    from grader.authoring.case_report import run_suite
    from grader.authoring.suites import load_suite

    return run_suite(load_suite(rules), suggest=suggest)


def impact(
    old: PathLike, new: PathLike, inspections: Sequence[PathLike] = (), *, effort: int = IMPACT_EFFORT
) -> Impact:
    """What a change of rules moves: by proof over every inspection, and by replay of those given.

    Parameters
    ----------
    old, new : path or str
        Folders or ids of rule books.
    inspections : sequence of path
        Inspection files to grade by both; a `decisions.yaml` beside one is laid beside its grades.
    effort : int
        What the solver may spend on one question, in units of its own work: the same on every machine.

    Raises
    ------
    InputError
        Faults of a rule book, an inspection or decisions.
    MissingExtraError
        The rule books differ, and the solver that says by how much is not installed.

    Examples
    --------
    >>> grader.impact("PEEL_2021_22", "PEEL_2021_22", [example]).moves
    False
    """
    from grader.authoring.impact import impact as compare

    return compare(old, new, [str(each) for each in inspections], effort=check_effort(effort))


# Files ----------------------------------------------------------------------------------------------------


def validate(path: PathLike, *, rules: PathLike | None = None) -> Validated:
    """Check an inspection, decisions, a framework or a rule book (a folder) whole.

    Parameters
    ----------
    path : path
        The file, or the rule book's folder.
    rules
        As for `load`, for an inspection or decisions.

    Returns
    -------
    Validated
        What it is, what is in it, and warnings.

    Raises
    ------
    InputError
        All that is wrong with it.

    Examples
    --------
    >>> grader.validate("frameworks/PEEL_2021_22.yaml")
    <Validated framework: 13 areas, 161 characteristics, 2 editions>
    """
    from grader.validation import validate as check_file

    return check_file(path, rules=rules)


def schema(name: str, *, rules: PathLike | None = None) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a format that grader reads or writes.

    Parameters
    ----------
    name : str
        One of `schema_names()`.
    rules : path or str, optional
        With `layer`: a rule book whose facts, parameters, areas and grades are then the only ones.

    Raises
    ------
    UnknownNameError
        There is no such format or rule book.

    Examples
    --------
    >>> grader.schema("proposal")["properties"]["schema"]["const"]
    'grader.proposal/1'
    """
    from grader.schemas import schema_of

    return schema_of(name, rules=rules)


def schema_names() -> dict[str, str]:
    """The formats that have a schema, each with what it is the schema of.

    Examples
    --------
    >>> "inspection" in grader.schema_names()
    True
    """
    from grader.schemas import schema_names as names

    return names()


def starter(framework: PathLike = DEFAULT, *, edition: str | None = None) -> str:
    """The text of an inspection to start from: it loads as it is, and lists every characteristic.

    Parameters
    ----------
    framework : path or str
        A framework's id, or its file.
    edition : str, optional
        One of its editions; the latest by default.

    Raises
    ------
    UnknownNameError
        There is no such framework or edition.

    Examples
    --------
    >>> grader.load(grader.starter())
    <LoadedInspection my-inspection: 0 items of evidence>
    """
    from grader.io.starter import starter_for

    return starter_for(framework, edition)


def import_sheet(
    sheet: PathLike | Sequence[PathLike],
    *,
    mapping: PathLike | ProposedMapping | Sequence[ProposedMapping] | None = None,
    named: str | None = None,
    hidden: Literal["warn", "skip", "read"] = "warn",
    head: Mapping[str, str] | None = None,
    over: PathLike | None = None,
    rules: PathLike | None = None,
) -> Imported:
    """The inspection in a spreadsheet, checked whole; its `text` is the YAML to keep.

    Parameters
    ----------
    sheet : path or sequence of path
        A workbook (.xlsx, .ods) or a CSV file; several are merged as `merge` does it.
    mapping : path, ProposedMapping or sequence of ProposedMapping, optional
        What the spreadsheet calls its columns: a YAML file, or what `propose_mapping` gave once you agree
        with it; one for all, or one a spreadsheet.
    named : str, optional
        The sheet that holds the evidence.
    hidden : {"warn", "skip", "read"}
        Rows that are hidden or struck through: read them and say so, leave them out, or read them.
    head : mapping of str to str, optional
        `id`, `body`, `framework` and `edition`, where the workbook does not say them, or others.
    over : path, optional
        The inspection it is to replace: what the sheet does not hold is kept of it.
    rules
        As for `load`.

    Raises
    ------
    InputError
        Every fault found, each with its sheet and cell.

    Examples
    --------
    >>> workbook = folder / "inspection.xlsx"
    >>> _ = grader.export_workbook(example, workbook)
    >>> grader.import_sheet(workbook)
    <Imported leicestershire-2021-22: 306 items of evidence>
    """
    from grader.sheets.books import import_books
    from grader.sheets.keeping import read_earlier
    from grader.sheets.mapping import Mapping as SheetsMapping
    from grader.sheets.mapping import mapping_of, read_mapping

    paths = [Path(sheet)] if isinstance(sheet, str | os.PathLike) else [Path(each) for each in sheet]
    mappings: list[SheetsMapping | None]
    if mapping is None:
        mappings = [None] * len(paths)
    elif isinstance(mapping, str | os.PathLike):
        mappings = [read_mapping(Path(mapping))] * len(paths)
    else:
        proposed: list[ProposedMapping] = (
            [*mapping] if isinstance(mapping, Sequence) else [mapping] * len(paths)
        )
        mappings = [mapping_of(each.text, each.file) for each in proposed]
    return import_books(
        paths,
        head=head,
        mappings=mappings,
        sheet=named,
        rules=rules,
        hidden=hidden,
        over=read_earlier(Path(over)) if over is not None else None,
    )


def propose_mapping(
    sheet: PathLike, *, framework: PathLike = DEFAULT, edition: str | None = None
) -> ProposedMapping:
    r"""What a spreadsheet in other words seems to call things, and how sure each is.

    Parameters
    ----------
    sheet : path
        A workbook or a CSV file.
    framework, edition : str, optional
        What its characteristics are of; the latest edition by default.

    Returns
    -------
    ProposedMapping
        Its `text` is a mapping file to edit; `open` lists what only a person can say, `likely` what a yes is
        enough for.

    Raises
    ------
    InputError
        The file cannot be read, or no sheet of it looks like a list of findings.
    MissingExtraError
        rapidfuzz is not installed.

    Examples
    --------
    >>> sheet = folder / "team.csv"
    >>> _ = sheet.write_text("Ref,Comments,Links to,View\nA1,Calls are late,responding.2a,Weak\n")
    >>> grader.propose_mapping(sheet).open
    ["'Weak' in assessment", 'basis where nothing says it']
    """
    from grader.io.catalogue import framework_at
    from grader.sheets.proposing import propose_mapping as propose

    return propose(Path(sheet), framework_at(framework).framework, edition)


def mark_workbook(
    sheet: PathLike,
    errors: Iterable[Problem],
    warnings: Iterable[Problem] = (),
    *,
    output: PathLike | None = None,
    force: bool = False,
) -> bytes:
    """A workbook with what is wrong marked in it: each cell coloured and noted, and a sheet that lists all.

    Parameters
    ----------
    sheet : path
        The workbook (.xlsx) that was imported.
    errors, warnings : iterable of Problem
        `InputError.problems` of its import, and the `warnings` of what was imported.
    output : path, optional
        The file to write it to as well.
    force : bool
        Whether a file that exists is replaced.

    Raises
    ------
    InputError
        It is no .xlsx, or holds what would be lost, such as macros, charts or pictures.
    MissingExtraError
        openpyxl is not installed.

    Examples
    --------
    >>> workbook = folder / "to_mark.xlsx"
    >>> _ = grader.export_workbook(example, workbook)
    >>> grader.mark_workbook(workbook, grader.import_sheet(workbook).warnings)[:2]
    b'PK'
    """
    from grader.io.written import write_whole
    from grader.sheets.marking import mark_workbook as mark

    content = mark(Path(sheet), errors, warnings)
    if output is not None:
        write_whole(Path(output), content, new=not force)
    return content


def merge(
    inspections: Sequence[Gradable], *, inspection_id: str | None = None, rules: PathLike | None = None
) -> MergedInspections:
    """Several inspectors' files of one inspection as one; its `text` is the YAML to keep.

    An id that stands for different things gets the name of its file before it. What is the same but for its
    id stands once. Findings in one wording that are tagged differently, and near duplicates, are `warnings`.

    Parameters
    ----------
    inspections : sequence
        As for `load`, two or more.
    inspection_id : str, optional
        The id of the whole, where theirs differ.
    rules
        As for `load`.

    Raises
    ------
    InputError
        Faults of a file, or inspections of different bodies, frameworks or editions.

    Examples
    --------
    >>> grader.merge([example, grader.load(example).inspection])
    <MergedInspections leicestershire-2021-22: 306 items of evidence>
    """
    from grader.sheets.joined import joined

    loaded = [load(each, rules=rules) for each in inspections]
    names = [os.fspath(g) if isinstance(g, str | os.PathLike) else "" for g in inspections]
    parts = [
        (name if "\n" not in name else "", each.inspection) for name, each in zip(names, loaded, strict=True)
    ]
    return joined(parts, inspection_id)


def export_workbook(
    inspection: Gradable,
    output: PathLike | None = None,
    *,
    force: bool = False,
    rules: PathLike | None = None,
) -> bytes:
    """An inspection as a workbook (.xlsx) with drop-downs, to fill in and to import again.

    Parameters
    ----------
    inspection, rules
        As for `load`.
    output : path, optional
        The file to write it to as well.
    force : bool
        Whether a file that exists is replaced.

    Raises
    ------
    InputError
        Faults of the inspection.
    MissingExtraError
        openpyxl is not installed.

    Examples
    --------
    >>> grader.export_workbook(example)[:2]
    b'PK'
    """
    from grader.io.written import write_whole
    from grader.sheets.workbook import workbook_bytes

    loaded = load(inspection, rules=rules)
    content = workbook_bytes(loaded.inspection, loaded.framework.framework)
    if output is not None:
        write_whole(Path(output), content, new=not force)
    return content


def find(
    words: str,
    *,
    area: str | None = None,
    learn: PathLike | None = None,
    framework: PathLike = DEFAULT,
    edition: str | None = None,
    limit: int = 10,
) -> Found:
    """Which characteristics a finding may be about, the likeliest first. It tags nothing.

    Parameters
    ----------
    words : str
        The finding, or a few words of it.
    area : str, optional
        An area, by any of its names, to look in alone.
    learn : path, optional
        A folder of inspections: statements that people tagged in them count as well.
    framework : path or str
        A framework's id, or its file.
    edition : str, optional
        One of its editions; the latest by default.
    limit : int
        How many are given at most.

    Raises
    ------
    InputError
        There is no word to look for, or a file has faults.
    UnknownNameError
        There is no such framework, edition or area.

    Examples
    --------
    >>> grader.find("calls to 999 are abandoned").matches[0].characteristic
    'responding.2a'
    """
    from grader.search.finding import find as look

    return look(words, framework=framework, edition=edition, area=area, learn=learn, limit=limit)


def about_rule(rule: str, *, rules: PathLike = DEFAULT) -> About:
    """What there is to know of a rule: what it does, when, why, and where it comes from.

    Parameters
    ----------
    rule : str
        Its id, in any case, or a beginning that only it has.
    rules : path or str
        A rule book's folder or id.

    Raises
    ------
    UnknownNameError
        There is no such rule, or several begin so.

    Examples
    --------
    >>> grader.about_rule("adequate.some")
    <About rule: adequate.some>
    """
    from grader.io.catalogue import open_rulebook
    from grader.io.lookup import about_rule as about

    return about(open_rulebook(rules)[2], rule)


def about_parameters(parameter: str | None = None, *, rules: PathLike = DEFAULT) -> About:
    """What there is to know of a rule book's parameters, or of one.

    Parameters
    ----------
    parameter : str, optional
        Its name, or a beginning that only it has; all of them by default.
    rules
        As for `about_rule`.

    Raises
    ------
    UnknownNameError
        There is no such parameter, or several begin so.

    Examples
    --------
    >>> grader.about_parameters("substantially_all").entries[0].said[0].text
    '80 %, from 50 % to 100 %'
    """
    from grader.io.catalogue import open_rulebook
    from grader.io.lookup import about_parameters as about

    return about(open_rulebook(rules)[2], parameter)


def about_characteristic(
    characteristic: str, *, framework: PathLike = DEFAULT, edition: str | None = None
) -> About:
    """What there is to know of a characteristic, with its source.

    Parameters
    ----------
    characteristic : str
        Its id, as printed (`RESP-2c`), in any case, or a beginning that only it has.
    framework, edition : str, optional
        What it is of; every edition by default.

    Raises
    ------
    UnknownNameError
        There is no such characteristic, or several begin so.

    Examples
    --------
    >>> grader.about_characteristic("RESP-2c")
    <About characteristic: responding.2c>
    """
    from grader.io.catalogue import framework_at
    from grader.io.lookup import about_characteristic as about

    return about(framework_at(framework).framework, characteristic, edition)


def about_area(area: str, *, framework: PathLike = DEFAULT, edition: str | None = None) -> About:
    """What there is to know of an area: its names, its editions, its topics and characteristics.

    Parameters
    ----------
    area : str
        Its id, any of its names, or a beginning that only it has.
    framework, edition : str, optional
        What it is of; every edition by default.

    Raises
    ------
    UnknownNameError
        There is no such area, or several begin so.

    Examples
    --------
    >>> grader.about_area("Recording data about crime")
    <About area: recording>
    """
    from grader.io.catalogue import framework_at
    from grader.io.lookup import about_area as about

    return about(framework_at(framework).framework, area, edition)


def outliers(
    data: PathLike | Mapping[str, float | None],
    *,
    value: str | None = None,
    name: str | None = None,
    leave_out: Sequence[str] = (),
    keep: Sequence[str] = (),
    choices: Choices | None = None,
) -> OutlierLines:
    """Lines one standard deviation about the mean of bodies, and who lies beyond them.

    Parameters
    ----------
    data : path or mapping of str to float or None
        A CSV file with a row a body, or the score of each body.
    value, name : str, optional
        Of a file, the headings of the scores and of the names.
    leave_out, keep : sequence of str
        Of a file, bodies that are not compared, and bodies that look like a total and are none.
    choices : Choices, optional
        What the published method leaves open.

    Raises
    ------
    InputError
        Every fault of the data.
    MissingExtraError
        scipy is not installed.

    Examples
    --------
    >>> grader.outliers({"Avon": 12.0, "Borsetshire": 14.5, "Camfordshire": 9.0})
    <OutlierLines: 3 bodies, 1 beyond the lines>
    """
    from grader import statistics

    chosen = choices or statistics.Choices()
    if isinstance(data, Mapping):
        return statistics.lines(data, chosen)
    read = statistics.read_scores(data, value=value, name=name, leave_out=leave_out, keep=keep)
    return statistics.lines_of(read, chosen)
