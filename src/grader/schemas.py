"""A JSON Schema for every format that grader reads or writes."""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any, Final

from pydantic import BaseModel

from grader.errors import InputError, Place, Problem, UnknownNameError, quoted, suggest
from grader.file_schemas import FILES, IN_WORDS, file_schema, headed, in_words, model_schema
from grader.io.catalogue import framework_at, open_rulebook
from grader.io.rule_schema_values import names_of

#: What commands print with --json, or write down as JSON: a title, and where the model stands.
#: It is imported when it is asked for, since some need an extra.
_ANSWERS: Final[dict[str, tuple[str, str, str]]] = {
    "proposal": ("proposed grades (grader grade)", "grader.model.proposal", "Proposal"),
    "explanation": ("why an area is graded so (grader explain)", "grader.explanations.why", "Explanation"),
    "why_not": ("what stood in the way (grader explain --why-not)", "grader.explanations.why_not", "WhyNot"),
    "smallest_change": (
        "what would have had to be found (grader explain --to)",
        "grader.explanations.smallest_change",
        "SmallestChange",
    ),
    "diff": ("proposed beside final grades (grader diff)", "grader.model.diff", "Diff"),
    "changes": (
        "what changed in an inspection and what it moved (grader changes)",
        "grader.model.changes",
        "Changes",
    ),
    "reconciliation": (
        "several people's taggings of one inspection (grader reconcile)",
        "grader.model.reconciliation",
        "Reconciliation",
    ),
    "check": ("promises and findings of a rule book (grader check)", "grader.model.check", "Check"),
    "proved": ("what was proved of a rule book (grader check --record)", "grader.io.proved", "ProvedFile"),
    "test": ("what came of rule tests (grader test)", "grader.model.tested", "Tested"),
    "impact": ("what a change of rules moves (grader impact)", "grader.model.impact", "ImpactAnswer"),
    "calibration": (
        "values of parameters that agree best with past decisions (grader calibrate)",
        "grader.model.calibration",
        "Calibration",
    ),
    "sensitivity": (
        "where each grade stands over each parameter's values (grader sensitivity)",
        "grader.explanations.sensitivity",
        "ParameterSensitivity",
    ),
    "simulation": ("how firm each grade is (grader simulate)", "grader.bulk.simulate", "Simulation"),
    "proposed_mapping": (
        "what a spreadsheet seems to call things (grader import --start-mapping)",
        "grader.sheets.proposing",
        "ProposedMapping",
    ),
    "about": (
        "what is known of a rule, a parameter, a characteristic or an area",
        "grader.io.lookup",
        "About",
    ),
    "found": ("characteristics a text may be about (grader find)", "grader.search.found", "Found"),
    "outliers": ("outlier lines (grader outliers)", "grader.statistics.answer", "OutlierLines"),
}
VERSION: Final = "1"


def schema_names() -> dict[str, str]:
    """Every format with a schema, and what it is."""
    return {n: title for n, (title, _) in FILES.items()} | {n: title for n, (title, _, _) in _ANSWERS.items()}


def schema_of(
    name: str,
    *,
    rules: str | os.PathLike[str] | None = None,
    framework: str | os.PathLike[str] | None = None,
) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a format.

    Parameters
    ----------
    name : str
        From `schema_names`; an answer's may carry its version, as `proposal/1`.
    rules : path or str, optional
        With `layer`: use this rule book's names alone.
    framework : path or str, optional
        With `inspection` or `cases`: use this framework's levels and findings.

    Raises
    ------
    InputError
        Another format, or faults of the file.
    MissingExtraError
        The command's extra is missing.
    UnknownNameError
        No such format or rule book.
    """
    plain = name.removesuffix(f"/{VERSION}").removeprefix("grader.") if name.endswith(f"/{VERSION}") else name
    if plain not in FILES and plain not in _ANSWERS:
        raise UnknownNameError(
            f"unknown schema {quoted(name)}", help=suggest(plain, schema_names(), "schemas")
        )
    if rules is not None:
        if plain != "layer":
            problem = Problem("a rule book has no names for this format", Place("--rules"), "ask for layer")
            raise InputError([problem])
        _, file, book = open_rulebook(os.fspath(rules))
        characteristics = [c.id for _, c in file.framework.characteristics()]
        return file_schema(plain, names_of(book, characteristics))
    if framework is not None:
        if plain not in IN_WORDS:
            message = "a framework has no words of its own for this format"
            help = f"ask for {' or '.join(IN_WORDS)}"
            raise InputError([Problem(message, Place("--framework"), help)])
        words = framework_at(framework).framework.vocabulary
        found_words: dict[str, Any] = in_words(file_schema(plain), words)
        return found_words
    if plain in FILES:
        return file_schema(plain)
    title, module, model = _ANSWERS[plain]
    found: type[BaseModel] = getattr(import_module(module), model)
    return headed(plain, f"{title}, version {VERSION}", _whole(model_schema(found, "serialization"), plain))


def _whole(schema: dict[str, Any], name: str) -> dict[str, Any]:
    """An answer's schema, with those it contains."""
    if name == "impact":
        schema["$defs"]["CaseMoved"]["properties"]["inspection"] = file_schema("inspection")
    elif name == "diff":
        change = {"anyOf": [schema_of("smallest_change"), {"type": "null"}]}
        schema["$defs"]["AreaDiff"]["properties"]["smallest_change"] |= change
    return schema
