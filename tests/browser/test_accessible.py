"""axe-core finds nothing on any page, wide or narrow, and no page is wider than its window."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts

from grader.server import (
    blind_tagging,
    challenges,
    decisions,
    drafts,
    findings,
    inspections,
    invitations,
    second_tagging,
)
from grader.server.app import create_app
from grader.server.settings import Settings

axe_playwright = pytest.importorskip(
    "axe_playwright_python.sync_playwright", reason="axe-core is not installed"
)

SITE = (
    "/",
    "/new",
    "/you",
    "/accounts",
    "/accounts/add",
    "/accounts/1",
    "/audit",
    "/rule-books",
    "/rule-books/PEEL_2021_22",
    "/nothing-there",
    "/api/docs",
)
PAGES = (
    "",
    "/head",
    "/area?id=responding&why_not=outstanding&to=outstanding",
    "/what-if?area=responding&parameter=some&value=35%25&item=E001&how=without",
    "/evidence",
    "/evidence?words=call",
    "/item?id=E001",
    "/item/add",
    "/item/edit?id=E001",
    "/item/remove?id=E001",
    "/removed",
    "/several?item=E001",
    "/workbook",
    "/sources",
    "/source?id=report",
    "/source/add",
    "/findings",
    "/finding/add",
    "/finding/add?earlier=yes",
    "/finding/edit?id=F001",
    "/tagging",
    "/moderation",
    "/moderation/item?id=E001",
    "/decisions",
    "/decide?area=responding",
    "/accuracy",
    "/challenge?number=1",
    "/draft",
    "/rules",
    "/parameters",
    "/characteristics",
    "/files",
    "/redact?id=E001",
    "/log",
    "/people",
)
#: Those of somebody else, or with something sent before: each has a test of its own.
APART = ("/sign-in", "/sign-in/link/none", "/invitation/none")
OF_TAGGING = ("/tagging", "/tagging/item?id=E001")
APART_OF_INSPECTIONS = ("/draft/challenge?target=E001", "/workbook/check?upload=", *OF_TAGGING)
#: Swagger UI draws a second `main`, which `api-docs.js` makes a region of: of the two faults the lesser.
SWAGGER = ("aria-allowed-role", [["#operations"]])
#: What is no page: files that are handed out, and ways from one page to another.
NO_PAGES = re.compile(r"/style.css|/audit/export|/sign-in/(with|answer)|.*/(files/.*|document|marked)")
#: Of every kind of page one: a list, a form, an answer, two taggings side by side.
SAMPLE = (
    "",
    "/area?id=responding&why_not=outstanding&to=outstanding",
    "/evidence",
    "/item/add",
    "/moderation/item?id=E001",
)


@pytest.fixture(scope="module")
def inspected(served: Any) -> str:
    """An inspection with something of everything in it."""
    bench = served.bench
    served.person("admin", admin=True)
    key = served.inspection("admin", bo="body", second="inspector", third="inspector")
    admin = served.person("admin", admin=True)
    area = decisions.area(bench, admin, key, "responding")
    decisions.decide(bench, admin, key, "responding", "good", expected_version=area.version, rationale="Seen")
    finding = {"id": "F001", "kind": "area_for_improvement", "area": "responding", "statement": "Slow"}
    findings.add(bench, admin, key, "findings", finding)
    tags = {"characteristics": ["responding.2a"], "assessment": "falls_short", "basis": "data"}
    second = served.person("second")
    blind_tagging.begin(bench, second, key, expected_version=0)
    second_tagging.tag(bench, second, key, "E001", tags, expected_version=0)
    revision = inspections.one(bench, admin, key).revision
    drafts.release(bench, admin, key, expected_revision=revision)
    invitations.invite(bench, admin, key, "chief@body.example", "Chief")
    challenges.challenge(bench, served.person("bo"), key, "E001", "They were not", "Our log")
    return str(key)


def test_every_page_there_is_is_among_those_looked_at(tmp_path: Any) -> None:
    of_site, of_inspections = (*SITE, *APART), (*PAGES, *APART_OF_INSPECTIONS)
    looked_at = [*of_site, *(f"/inspections/A{path}" for path in of_inspections)]
    forms = {
        str(context.path)
        for context in iter_route_contexts(create_app(Settings(data=tmp_path)).routes)
        if "GET" in (context.methods or ()) and not str(context.path).startswith("/api/v1")
    }
    missed = {
        form
        for form in forms
        if not NO_PAGES.fullmatch(form)
        if not any(re.fullmatch(re.sub(r"{\w+}", "[^/]+", form), p.partition("?")[0]) for p in looked_at)
    }
    assert set() == missed


def found(page: Any, paths: list[str]) -> dict[str, Any]:
    """By page, what axe-core finds, and by how much the page is wider than its window."""
    axe = axe_playwright.Axe()
    faults: dict[str, Any] = {}
    for path in paths:
        page.goto(path)
        if path == "/api/docs":
            page.locator(".opblock").first.wait_for()  # drawn by its script, and not there at once
        answer = axe.run(page).response
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        said = [(v["id"], [node["target"] for node in v["nodes"]][:3]) for v in answer["violations"]]
        said = [each for each in said if each != SWAGGER]
        if said or wide > 0:
            faults[path] = (said, max(wide, 0))
    return faults


def test_axe_finds_nothing_on_some_narrow_pages(served: Any, sit: Any, inspected: str) -> None:
    page = sit("admin", width=400).page
    assert {} == found(page, [f"/inspections/{inspected}{path}" for path in SAMPLE])


@pytest.mark.slow
@pytest.mark.parametrize("width", [1280, 400])
def test_axe_finds_nothing_on_any_page(served: Any, sit: Any, inspected: str, width: int) -> None:
    page = sit("admin", width=width).page
    assert {} == found(page, [*SITE, *(f"/inspections/{inspected}{path}" for path in PAGES)])


@pytest.mark.slow
@pytest.mark.parametrize("width", [1280, 400])
def test_axe_finds_nothing_where_nobody_is_signed_in_or_something_is_wrong(
    served: Any, sit: Any, inspected: str, width: int
) -> None:
    page = sit("admin", width=width).page
    page.goto(f"/inspections/{inspected}/item/add")
    page.get_by_role("button", name="Add it", exact=True).click()
    page.locator(".error-summary").wait_for()
    answer = axe_playwright.Axe().run(page).response
    assert [] == [(v["id"], [node["target"] for node in v["nodes"]]) for v in answer["violations"]]
    page.context.clear_cookies()
    assert {} == found(page, [*APART])


@pytest.mark.slow
@pytest.mark.parametrize("width", [1280, 400])
def test_axe_finds_nothing_on_what_the_body_is_shown(
    served: Any, sit: Any, inspected: str, width: int
) -> None:
    page = sit("bo", width=width).page
    at = f"/inspections/{inspected}"
    assert {} == found(page, ["/", at, f"{at}/draft", f"{at}/draft/challenge?target=E001", f"{at}/evidence"])


@pytest.mark.slow
@pytest.mark.parametrize("width", [1280, 400])
def test_axe_finds_nothing_on_a_workbook_that_was_read(
    served: Any, sit: Any, inspected: str, width: int
) -> None:
    page = sit("admin", width=width).page
    page.goto(f"/inspections/{inspected}/workbook")
    page.locator("input[type=file]").set_input_files(
        {"name": "findings.xlsx", "mimeType": "application/octet-stream", "buffer": workbook()}
    )
    page.locator("main form button").first.click()
    page.wait_for_url("**/workbook/check?*")
    assert {} == found(page, [page.url])


@pytest.mark.slow
@pytest.mark.parametrize("width", [1280, 400])
def test_axe_finds_nothing_on_what_a_second_tagger_is_shown(
    served: Any, sit: Any, inspected: str, width: int
) -> None:
    page = sit("second", width=width).page
    assert {} == found(page, [f"/inspections/{inspected}{path}" for path in (*OF_TAGGING, "", "/sources")])


def workbook() -> bytes:
    """A workbook with a row that is right and one that is not."""
    from openpyxl import Workbook

    made = Workbook()
    made.active.append(["ID", "Characteristic", "Assessment", "Finding", "Basis", "Source"])
    made.active.append(["W001", "responding.2a", "meets", "Calls are answered", "data", "report"])
    made.active.append(["W002", "responding.99z", "good enough", "", "data", "report"])
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


@pytest.mark.slow
@pytest.mark.parametrize("width", [1280, 400])
def test_axe_finds_nothing_where_two_versions_stand_side_by_side(
    served: Any, sit: Any, inspected: str, width: int
) -> None:
    one, two = sit("admin", width=width).page, sit("third", width=width).page
    for page in (one, two):
        page.goto(f"/inspections/{inspected}/item/edit?id=E001")
    for page, statement in ((two, f"As Third has it at {width}"), (one, f"As Admin has it at {width}")):
        page.get_by_label("What was found?").fill(statement)
        page.get_by_role("button", name="Save", exact=True).click()
        page.wait_for_load_state()
    one.get_by_role("table", name=re.compile("side by side")).wait_for()
    assert [] == axe_playwright.Axe().run(one).response["violations"]
    assert one.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
