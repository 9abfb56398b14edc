"""`grader test`: run a rule book's own cases."""

# ruff: noqa: PT028  # the function is named after its command, and is no test of pytest's

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli import options, terminal
from grader.cli.output import check_output
from grader.errors import InputError, Place, Problem
from grader.io.written import write_whole
from grader.text import GLUE, clean

if TYPE_CHECKING:
    from grader.authoring.case_report import TestReport
    from grader.authoring.run_cases import Result

RuleBook = Annotated[
    str, typer.Argument(metavar="[RULEBOOK]", help="A rule book's folder or id; PEEL_2021_22 by default.")
]
FailUnder = Annotated[
    float | None,
    typer.Option(
        "--fail-under",
        metavar="N",
        help="Fail where the cases decide less than N per cent of the rules, or of their conditions.",
    ),
]
Suggest = Annotated[bool, typer.Option("--suggest", help="Print cases for what no case decides.")]
Junit = Annotated[str | None, typer.Option("--junit", metavar="FILE", help="Write JUnit XML (.xml).")]


def test(
    rulebook: RuleBook = "PEEL_2021_22",
    fail_under: FailUnder = None,
    suggest: Suggest = False,
    junit: Junit = None,
    json: options.Json = False,
    force: options.Force = False,
    debug: options.Debug = False,
) -> None:
    """Run a rule book's own cases: exit 0 where all pass and decide enough, 1 where not."""
    if fail_under is not None and not 0 <= fail_under <= 100:
        problem = Problem(f"{fail_under:g} is no per cent", Place("--fail-under"), "a number from 0 to 100")
        raise InputError([problem])
    destination = check_output(junit, (".xml",), force=force) if junit is not None else None
    from grader.authoring import case_report
    from grader.authoring.suites import load_suite

    report = case_report.run_suite(load_suite(rulebook), suggest=suggest)
    if destination is not None:
        write_whole(destination, case_report.junit(report), new=not force)
    if json:
        from json import dumps

        terminal.out_json(dumps(report.to_dict(), ensure_ascii=False, indent=2) + "\n")
    else:
        terminal.out("".join(f"{line}\n" for line in _for_person(report, fail_under)))
    if not report.results:
        where = f"{report.suite.folder}/tests"
        terminal.err(f"error: {where}: the rule book has no cases\n  help: see docs/rule_tests.md\n")
    if not report.passes(fail_under):
        raise typer.Exit(1)


def _for_person(report: TestReport, least: float | None) -> Iterator[str]:
    book = report.suite.book
    for result in report.failed:
        yield from _failure(result)
        yield ""
    passed = len(report.results) - len(report.failed)
    yield f"{book.id} {book.version}: {passed} of {len(report.results)} cases pass"
    found = report.coverage
    yield f"decided: {found.rules_decided} of {found.rules} rules, {found.conditions_decided} of" + (
        f" {found.conditions} conditions ({_percent(found.percent)} %)"
    )
    whole = {gap.rule for gap in found.gaps if gap.condition is None}
    for gap in found.gaps:
        if gap.condition is not None and gap.rule in whole:
            continue  # the rule itself is named
        yield from _wrapped(f"{gap.place or ''} {gap.message}".strip(), "  ", "    ")
    if least is not None and found.percent < least:
        yield f"that is less than the {_percent(least)} % asked for"
    if report.suggested:
        yield from _suggested(report)


def _suggested(report: TestReport) -> Iterator[str]:
    found = [text for _, text in report.suggested if text is not None]
    if found:
        yield ""
        yield "# Suggested: put these in a file under tests/, with names that say what each shows."
        yield "cases:"
        for text in found:
            yield from text.splitlines()[1:]
    for gap, case in report.suggested:
        if case is None:
            yield from _wrapped(f"# no small inspection was found for: {gap.message}", "", "#   ")


def _failure(result: Result) -> Iterator[str]:
    yield from _wrapped(f"{result.case.place} {result.case.name}", "FAILED ", "  ")
    rest = " " * 14
    for miss in result.misses:
        yield from _wrapped(f"{miss.subject}:", "  ", "    ")
        yield from _wrapped(_names(miss.claim.expected), "    expected  ", rest)
        yield from _wrapped(_names(miss.actual), "    actual    ", rest)
        for why in miss.why:
            yield from _wrapped(why, "    why       ", rest)


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(names) or "none"


def _percent(number: float) -> str:
    """One decimal, rounded down: 99.97 is not all."""
    whole, tenth = divmod(int(number * 10 + 1e-9), 10)
    return f"{whole}.{tenth}" if tenth else f"{whole}"


def _wrapped(text: str, first: str, rest: str) -> list[str]:
    """Cleaned text in 80 columns, lines started by `first` and `rest`."""
    lines = textwrap.wrap(
        clean(text).replace(" %", f"{GLUE}%"),
        terminal.PIPED_WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_on_hyphens=False,
    )
    return [line.replace(GLUE, " ") for line in lines]
