"""The Python surface: whatever a command does, a function does.

`rules` is a rule book's folder or id (the one named after the framework by default), `settings` gives
parameters other values (`{"some": "35%"}`; they are recorded with every answer), `engine` is `rete` or
`reference`. An inspection is a path, text (a str with a line break), a mapping, an `Inspection`, or what
`load` returned, which is read and graded once however much is asked about it.
"""

from __future__ import annotations

from grader.api.decisions import calibrate, decide, diff, outliers, verify
from grader.api.files import (
    export_workbook,
    import_sheet,
    mark_workbook,
    merge,
    propose_mapping,
    schema,
    schema_names,
    starter,
    validate,
)
from grader.api.given import Gradable as Gradable
from grader.api.given import SettingValues as SettingValues
from grader.api.inspections import (
    explain,
    grade,
    load,
    open_session,
    report,
    sensitivity,
    simulate,
    smallest_change,
    why_not,
)
from grader.api.lookups import about_area, about_characteristic, about_parameters, about_rule, find
from grader.api.rulebooks import check, impact, mutate, record_proofs, run_cases
from grader.api.tables import batch, load_table

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
    "load_table",
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
