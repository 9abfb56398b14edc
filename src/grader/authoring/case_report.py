"""What came of a rule book's cases: `grader.test/1`, and JUnit XML for other programs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

from grader.authoring.coverage import Coverage, Gap, coverage, percent
from grader.authoring.mutant_killer import MutantKiller
from grader.authoring.run_cases import Miss, Result, run_all
from grader.authoring.suggest import suggest_case
from grader.authoring.suites import Suite
from grader.io.scalars import UNFIT_IN_VALUE
from grader.model.tested import SCHEMA, Tested


@dataclass(frozen=True, slots=True)
class TestReport:
    """A rule book's cases, run, and what they decide.

    Attributes
    ----------
    suggested : tuple of (Gap, str or None)
        A case for each gap, as YAML, or None.
    """

    __test__ = False  # pytest would take the name for a test class

    suite: Suite
    results: tuple[Result, ...]
    coverage: Coverage
    suggested: tuple[tuple[Gap, str | None], ...] = ()

    def __repr__(self) -> str:
        passed = len(self.results) - len(self.failed)
        return f"<TestReport {self.suite.book.id}: {passed} of {len(self.results)} cases pass>"

    @property
    def failed(self) -> tuple[Result, ...]:
        """The cases that failed."""
        return tuple(r for r in self.results if not r.passed)

    def passes(self, least: float | None = None) -> bool:
        """Whether there are cases, all pass, and they decide at least this per cent."""
        enough = least is None or self.coverage.percent >= least
        return bool(self.results) and not self.failed and enough

    def to_dict(self) -> dict[str, Any]:
        """The report as plain data, for JSON."""
        found = self.coverage
        data = {
            "schema": SCHEMA,
            "rulebook": {"id": self.suite.book.id, "version": self.suite.book.version},
            "cases": [_case(r) for r in self.results],
            "coverage": {
                "percent": round(found.percent, 1),
                "rules": _share(found.rules_decided, found.rules),
                "conditions": _share(found.conditions_decided, found.conditions),
                "undecided": [_gap(g) for g in found.gaps],
            },
            "suggested": [
                {"rule": gap.rule, "condition": gap.condition, "case": text} for gap, text in self.suggested
            ],
        }
        return Tested.model_validate(data).model_dump(mode="json", by_alias=True)


def run_suite(suite: Suite, *, suggest: bool = False) -> TestReport:
    """Run a rule book's cases, and see what they decide.

    Parameters
    ----------
    suggest : bool, optional
        Whether to look for missing cases.
    """
    framework = suite.framework.framework
    results = tuple(run_all(suite.book, framework, suite.cases))
    found = coverage(MutantKiller(suite.book, framework, suite.cases))
    suggested = tuple(_suggested(suite, found.gaps)) if suggest else ()
    return TestReport(suite, results, found, suggested)


def _suggested(suite: Suite, gaps: Iterable[Gap]) -> Iterable[tuple[Gap, str | None]]:
    """A case for each gap; equal ones are said once."""
    framework = suite.framework.framework
    said: set[str] = set()
    for gap in gaps:
        name = f"{gap.rule}: {gap.condition or 'the rule'} ({gap.taken})"
        text = suggest_case(suite.book, gap.stuck, framework, [gap.rule], name)
        body = text.partition("\n")[2].partition("\n")[2] if text else ""
        if text is None or body not in said:
            yield gap, text
        said.add(body)


def _share(part: int, whole: int) -> dict[str, Any]:
    return {"decided": part, "of": whole, "percent": round(percent(part, whole), 1)}


def _case(result: Result) -> dict[str, Any]:
    place = result.case.place
    return {
        "name": result.case.name,
        "file": place.file,
        "line": place.line,
        "passed": result.passed,
        "misses": [_miss(m) for m in result.misses],
    }


def _miss(miss: Miss) -> dict[str, Any]:
    return {
        "subject": miss.subject,
        "expected": list(miss.claim.expected),
        "actual": list(miss.actual),
        "why": list(miss.why),
        "line": miss.claim.place.line,
    }


def _gap(gap: Gap) -> dict[str, Any]:
    return {
        "rule": gap.rule,
        "condition": gap.condition,
        "file": gap.place.file if gap.place else None,
        "line": gap.place.line if gap.place else None,
        "message": gap.message,
    }


def failure_text(result: Result) -> str:
    """Why a case failed, in lines a person reads."""
    return "\n".join(line for miss in result.misses for line in miss_lines(miss))


def miss_lines(miss: Miss) -> list[str]:
    """One expectation that was not met."""
    lines = [
        f"{miss.subject}:",
        f"  expected {_names(miss.claim.expected)}",
        f"  actual   {_names(miss.actual)}",
    ]
    return lines + [f"  why      {why}" for why in miss.why]


def _names(names: Sequence[str]) -> str:
    return ", ".join(names) or "none"


def junit(report: TestReport) -> str:
    """The cases as JUnit XML, one test case each, by file."""
    suite = ElementTree.Element(
        "testsuite",
        name=_fit(report.suite.book.id),
        tests=str(len(report.results)),
        failures=str(len(report.failed)),
        errors="0",
        skipped="0",
    )
    for result in report.results:
        place = result.case.place
        case = ElementTree.SubElement(
            suite,
            "testcase",
            name=_fit(result.case.name),
            classname=_fit(place.file),
            file=_fit(place.file),
            line=str(place.line),
        )
        if not result.passed:
            failure = ElementTree.SubElement(case, "failure", message=_fit(result.misses[0].subject))
            failure.text = _fit(failure_text(result))
    ElementTree.indent(suite)
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=False) + "\n"


def _fit(text: str) -> str:
    """Text without characters XML cannot hold."""
    return UNFIT_IN_VALUE.sub("?", text)
