"""Read a rule book's folder and lower it to the tree."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from grader.errors import InputError, Place, Problem, truncate
from grader.io.faults import unfilled, validate
from grader.io.lower_rules import lower_rules
from grader.io.lowering import (
    Lowering,
    check_framework,
    check_size,
    lower_calibrated,
    lower_facts,
    lower_measures,
    lower_parameters,
)
from grader.io.proved import read_proved
from grader.io.reading import read_bytes
from grader.io.rule_files import CalibratedFile, LayerFile, RuleBookFile
from grader.io.rule_folder import HEAD, lines_sha256, refuse_link_out, rule_files
from grader.io.yaml_source import Document, parse_document
from grader.language.limits import limit_problems
from grader.language.rulebook import RuleBook
from grader.model.framework import Framework
from grader.vocabulary.scales import Scale

CALIBRATED = "calibrated.yaml"


def read_rulebook(folder: Path, framework: Framework, shown: str | None = None) -> RuleBook:
    """The rule book in a folder.

    Parameters
    ----------
    folder : Path
        `tests/` is not read.
    framework : Framework
        Resolves areas, characteristics and grades.
    shown : str, optional
        For messages; the path by default.

    Raises
    ------
    InputError
        Every fault of every file.
    """
    named = shown or str(folder)
    documents, problems = _read_all(folder, named)
    if dots := unfilled(documents.values()):
        raise InputError(truncate([*problems, *dots]))
    if HEAD not in documents:
        raise InputError(problems or [_no_head(named)])
    header, work = _lowered(documents, problems, framework)
    sha256 = folder_sha256(documents)
    return RuleBook(
        id=header.rulebook.id,
        version=header.rulebook.version,
        framework=header.rulebook.framework,
        title=header.rulebook.title,
        parameters=work.parameters,
        measures=work.measures,
        facts=work.facts,
        rules=tuple(work.rules[name] for name in sorted(work.rules)),
        grade_scale=work.grade_scale,
        grade_default=framework.grade_scale.default,
        areas=tuple(a.id for a in framework.areas),
        sha256=sha256,
        proved=read_proved(folder, sha256, named),
        vocabulary=framework.vocabulary,
        promises=tuple(sorted(set(header.rulebook.promises))),
        scale_of=work.scale_of,
    )


def _lowered(
    documents: Mapping[str, Document], problems: list[Problem], framework: Framework
) -> tuple[RuleBookFile, Lowering]:
    """The head of a rule book, and everything in its files lowered; raises InputError."""
    head, fits = documents[HEAD], documents.get(CALIBRATED)
    header, faults = validate(head, RuleBookFile)
    fitted, wrong = (None, []) if fits is None else validate(fits, CalibratedFile)
    layers = {n: validate(d, LayerFile) for n, d in documents.items() if n not in (HEAD, CALIBRATED)}
    problems = [*problems, *faults, *wrong, *(p for _, found in layers.values() for p in found)]
    if header is None or problems:
        raise InputError(truncate(problems))
    work = Lowering(framework, grade_scale=Scale("grade", framework.grades_worst_first))
    check_framework(work, header, head)
    lower_parameters(work, header.parameters, head)
    if fitted is not None and fits is not None:
        lower_calibrated(work, fitted.calibrated, fits)
    parsed = [(file, documents[name]) for name, (file, _) in sorted(layers.items()) if file is not None]
    check_size(parsed)
    lower_measures(work, parsed)
    lower_facts(work, parsed)
    lower_rules(work, parsed)
    work.problems.extend(limit_problems(work.rules.values()))
    if work.problems:
        raise InputError(work.problems)
    return header, work


def unfilled_in(folder: Path, shown: str) -> list[Problem]:
    """What is to be filled in, where the framework cannot be read."""
    return unfilled(_read_all(folder, shown)[0].values())


def _no_head(shown: str) -> Problem:
    help = "a rule book is a folder with rulebook.yaml and one file a layer"
    return Problem(f"no {HEAD} in the folder", Place(shown), help)


def _read_all(folder: Path, shown: str) -> tuple[dict[str, Document], list[Problem]]:
    documents: dict[str, Document] = {}
    problems: list[Problem] = []
    for name in rule_files(folder):
        try:
            refuse_link_out(folder / name, folder, f"{shown}/{name}")
            documents[name] = parse_document(read_bytes(folder / name), f"{shown}/{name}")
        except InputError as error:
            problems.extend(error.problems)
    return documents, problems


def folder_sha256(documents: Mapping[str, Document]) -> str:
    """SHA-256 of the sorted lines `path sha256` of a rule book's YAML."""
    return lines_sha256({name: document.sha256 for name, document in documents.items()})
