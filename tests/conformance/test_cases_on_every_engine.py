"""Every case of every built-in rule book comes out as it says, on every engine."""

from __future__ import annotations

import pytest

from grader.authoring.run_cases import Runner
from grader.authoring.suites import load_suite
from grader.io import catalogue

SUITES = {name: load_suite(name) for name in catalogue.rulebook_ids()}


@pytest.mark.parametrize("name", sorted(SUITES))
def test_every_case_passes(name, make):
    suite = SUITES[name]
    runner = Runner(suite.book, suite.framework.framework, make)
    failed = [case.name for case in suite.cases if not runner.passes(case)]
    assert (len(failed), failed) == (0, [])


def test_there_are_cases_to_pass():
    assert {name for name, suite in SUITES.items() if not suite.cases} == set()
