"""grader: a rules engine that proposes grades from evidence, and says why. A person decides.

>>> import grader
>>> proposal = grader.grade("examples/leicestershire_2021_22/inspection.yaml")
>>> proposal.area("responding").grade
'good'
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from grader._version import __version__

if TYPE_CHECKING:
    from grader.api import about_area as about_area
    from grader.api import about_characteristic as about_characteristic
    from grader.api import about_parameters as about_parameters
    from grader.api import about_rule as about_rule
    from grader.api import batch as batch
    from grader.api import blind as blind
    from grader.api import brief as brief
    from grader.api import calibrate as calibrate
    from grader.api import changes as changes
    from grader.api import check as check
    from grader.api import confirm as confirm
    from grader.api import decide as decide
    from grader.api import decide_from as decide_from
    from grader.api import decision_log as decision_log
    from grader.api import diff as diff
    from grader.api import explain as explain
    from grader.api import export_workbook as export_workbook
    from grader.api import find as find
    from grader.api import framework_starter as framework_starter
    from grader.api import grade as grade
    from grader.api import impact as impact
    from grader.api import import_sheet as import_sheet
    from grader.api import load as load
    from grader.api import load_table as load_table
    from grader.api import mark_workbook as mark_workbook
    from grader.api import merge as merge
    from grader.api import mutate as mutate
    from grader.api import open_session as open_session
    from grader.api import outliers as outliers
    from grader.api import overview as overview
    from grader.api import propose_mapping as propose_mapping
    from grader.api import reconcile as reconcile
    from grader.api import record_proofs as record_proofs
    from grader.api import report as report
    from grader.api import run_cases as run_cases
    from grader.api import schema as schema
    from grader.api import schema_names as schema_names
    from grader.api import sensitivity as sensitivity
    from grader.api import settle as settle
    from grader.api import settling_file as settling_file
    from grader.api import settling_workbook as settling_workbook
    from grader.api import simulate as simulate
    from grader.api import smallest_change as smallest_change
    from grader.api import starter as starter
    from grader.api import undo as undo
    from grader.api import upgrade as upgrade
    from grader.api import validate as validate
    from grader.api import verify as verify
    from grader.api import why_not as why_not
    from grader.authoring.case_report import TestReport as TestReport
    from grader.authoring.impact import Impact as Impact
    from grader.authoring.mutation import MutationReport as MutationReport
    from grader.bulk.outputs import Batch as Batch
    from grader.bulk.simulate import Simulation as Simulation
    from grader.bulk.wide.inspections import LoadedTable as LoadedTable
    from grader.errors import EngineDisagreementError as EngineDisagreementError
    from grader.errors import GraderError as GraderError
    from grader.errors import InputError as InputError
    from grader.errors import MissingExtraError as MissingExtraError
    from grader.errors import Problem as Problem
    from grader.errors import UnknownNameError as UnknownNameError
    from grader.explanations.change_answer import SmallestChange as SmallestChange
    from grader.explanations.sensitivity import ParameterSensitivity as ParameterSensitivity
    from grader.explanations.why import Explanation as Explanation
    from grader.explanations.why_not import WhyNot as WhyNot
    from grader.io.lookup import About as About
    from grader.model.calibration import Calibration as Calibration
    from grader.model.changes import Changes as Changes
    from grader.model.diff import Diff as Diff
    from grader.model.inspection import Inspection as Inspection
    from grader.model.proposal import Proposal as Proposal
    from grader.model.reconciliation import Reconciliation as Reconciliation
    from grader.proofs.report import CheckReport as CheckReport
    from grader.review.blind import Blind as Blind
    from grader.review.log_lines import DecisionLog as DecisionLog
    from grader.review.moderating import AgreedInspection as AgreedInspection
    from grader.review.recording import Recorded as Recorded
    from grader.review.verify import Verdict as Verdict
    from grader.search.found import Found as Found
    from grader.session import LoadedInspection as LoadedInspection
    from grader.session import Session as Session
    from grader.sheets.importing import Imported as Imported
    from grader.sheets.joined import MergedInspections as MergedInspections
    from grader.sheets.proposing import ProposedMapping as ProposedMapping
    from grader.statistics import Choices as Choices
    from grader.statistics import OutlierLines as OutlierLines
    from grader.upgrading.files import Upgraded as Upgraded
    from grader.validation import Validated as Validated

#: Where each public name stands.
_HOMES = {
    "grader.api": (
        "about_area about_characteristic about_parameters about_rule batch blind brief calibrate"
        " changes check confirm decide decide_from decision_log diff explain export_workbook find"
        " framework_starter grade impact import_sheet load load_table mark_workbook merge mutate open_session"
        " outliers overview propose_mapping reconcile record_proofs report run_cases schema"
        " schema_names sensitivity settle settling_file settling_workbook simulate smallest_change"
        " starter undo upgrade validate verify why_not"
    ),
    "grader.authoring.case_report": "TestReport",
    "grader.authoring.impact": "Impact",
    "grader.authoring.mutation": "MutationReport",
    "grader.proofs.report": "CheckReport",
    "grader.bulk.outputs": "Batch",
    "grader.bulk.simulate": "Simulation",
    "grader.bulk.wide.inspections": "LoadedTable",
    "grader.errors": (
        "EngineDisagreementError GraderError InputError MissingExtraError Problem UnknownNameError"
    ),
    "grader.explanations.change_answer": "SmallestChange",
    "grader.explanations.sensitivity": "ParameterSensitivity",
    "grader.explanations.why": "Explanation",
    "grader.explanations.why_not": "WhyNot",
    "grader.sheets.importing": "Imported",
    "grader.sheets.joined": "MergedInspections",
    "grader.sheets.proposing": "ProposedMapping",
    "grader.io.lookup": "About",
    "grader.model.calibration": "Calibration",
    "grader.model.changes": "Changes",
    "grader.model.diff": "Diff",
    "grader.model.inspection": "Inspection",
    "grader.model.proposal": "Proposal",
    "grader.model.reconciliation": "Reconciliation",
    "grader.review.blind": "Blind",
    "grader.review.moderating": "AgreedInspection",
    "grader.review.log_lines": "DecisionLog",
    "grader.review.recording": "Recorded",
    "grader.review.verify": "Verdict",
    "grader.search.found": "Found",
    "grader.session": "LoadedInspection Session",
    "grader.statistics": "Choices OutlierLines",
    "grader.upgrading.files": "Upgraded",
    "grader.validation": "Validated",
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names.split()}

__all__ = ["__version__", *sorted(_HOME_OF)]  # all are names


def __getattr__(name: str) -> Any:
    """Import what is asked for when it is asked for, so that `import grader` costs nothing."""
    from importlib import import_module

    if name in _HOME_OF:
        found = globals()[name] = getattr(import_module(_HOME_OF[name]), name)
        return found
    raise AttributeError(f"module 'grader' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
