"""The Python surface: whatever a command does, a function does.

`rules`: a rule book's folder or id. `settings`: other values of parameters, as `{"some": "35%"}`. `engine`:
`rete` or `reference`. An inspection: a path, text, a mapping, a model or what `load` returned.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from grader.api.decisions import calibrate as calibrate
    from grader.api.decisions import diff as diff
    from grader.api.decisions import outliers as outliers
    from grader.api.decisions import verify as verify
    from grader.api.files import export_workbook as export_workbook
    from grader.api.files import framework_starter as framework_starter
    from grader.api.files import import_sheet as import_sheet
    from grader.api.files import mark_workbook as mark_workbook
    from grader.api.files import merge as merge
    from grader.api.files import propose_mapping as propose_mapping
    from grader.api.files import schema as schema
    from grader.api.files import schema_names as schema_names
    from grader.api.files import starter as starter
    from grader.api.files import upgrade as upgrade
    from grader.api.files import validate as validate
    from grader.api.given import Gradable as Gradable
    from grader.api.given import SettingValues as SettingValues
    from grader.api.inspections import explain as explain
    from grader.api.inspections import grade as grade
    from grader.api.inspections import load as load
    from grader.api.inspections import open_session as open_session
    from grader.api.inspections import sensitivity as sensitivity
    from grader.api.inspections import simulate as simulate
    from grader.api.inspections import smallest_change as smallest_change
    from grader.api.inspections import why_not as why_not
    from grader.api.lookups import about_area as about_area
    from grader.api.lookups import about_characteristic as about_characteristic
    from grader.api.lookups import about_parameters as about_parameters
    from grader.api.lookups import about_rule as about_rule
    from grader.api.lookups import find as find
    from grader.api.moderation import blind as blind
    from grader.api.moderation import changes as changes
    from grader.api.moderation import reconcile as reconcile
    from grader.api.moderation import settle as settle
    from grader.api.moderation import settling_file as settling_file
    from grader.api.moderation import settling_workbook as settling_workbook
    from grader.api.recording import confirm as confirm
    from grader.api.recording import decide as decide
    from grader.api.recording import decide_from as decide_from
    from grader.api.recording import decision_log as decision_log
    from grader.api.recording import undo as undo
    from grader.api.reports import brief as brief
    from grader.api.reports import overview as overview
    from grader.api.reports import report as report
    from grader.api.rulebooks import check as check
    from grader.api.rulebooks import impact as impact
    from grader.api.rulebooks import mutate as mutate
    from grader.api.rulebooks import record_proofs as record_proofs
    from grader.api.rulebooks import run_cases as run_cases
    from grader.api.tables import batch as batch
    from grader.api.tables import load_table as load_table

#: Where each function stands: a command imports what it calls and no more.
_HOMES = {
    "decisions": "calibrate diff outliers verify",
    "files": (
        "export_workbook framework_starter import_sheet mark_workbook merge propose_mapping schema"
        " schema_names starter upgrade validate"
    ),
    "given": "Gradable SettingValues",
    "inspections": "explain grade load open_session sensitivity simulate smallest_change why_not",
    "lookups": "about_area about_characteristic about_parameters about_rule find",
    "moderation": "blind changes reconcile settle settling_file settling_workbook",
    "recording": "confirm decide decide_from decision_log undo",
    "reports": "brief overview report",
    "rulebooks": "check impact mutate record_proofs run_cases",
    "tables": "batch load_table",
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names.split()}

__all__ = sorted(_HOME_OF.keys() - {"Gradable", "SettingValues"})


def __getattr__(name: str) -> Any:
    """Import what is asked for when it is asked for."""
    from importlib import import_module

    if name in _HOME_OF:
        found = globals()[name] = getattr(import_module(f"grader.api.{_HOME_OF[name]}"), name)
        return found
    raise AttributeError(f"module 'grader.api' has no attribute {name!r}")
