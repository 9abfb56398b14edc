"""axe-core finds nothing on any page, wide or narrow, and no page is wider than its window."""

from __future__ import annotations

from typing import Any

import pytest

from grader.server import blind_tagging, challenges, decisions, moderation

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
    "/several?item=E001",
    "/workbook",
    "/sources",
    "/source?id=report",
    "/findings",
    "/finding/add",
    "/finding/add?earlier=yes",
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
    key = served.inspection("admin", bo="body", second="inspector")
    admin = served.person("admin", admin=True)
    area = decisions.area(bench, admin, key, "responding")
    decisions.decide(bench, admin, key, "responding", "good", expected_version=area.version, rationale="Seen")
    tags = {"characteristics": ["responding.2a"], "assessment": "falls_short", "basis": "data"}
    second = served.person("second")
    blind_tagging.begin(bench, second, key, expected_version=0)
    moderation.tag(bench, second, key, "E001", tags, expected_version=0)
    challenges.release(bench, admin, key, expected_revision=1)
    challenges.invite(bench, admin, key, "chief@body.example", "Chief")
    challenges.challenge(bench, served.person("bo"), key, "E001", "They were not", "Our log")
    return str(key)


def found(page: Any, paths: list[str]) -> dict[str, Any]:
    """By page, what axe-core finds, and by how much the page is wider than its window."""
    axe = axe_playwright.Axe()
    faults: dict[str, Any] = {}
    for path in paths:
        page.goto(path)
        answer = axe.run(page).response
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        said = [(v["id"], [node["target"] for node in v["nodes"]][:3]) for v in answer["violations"]]
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
    assert {} == found(page, ["/sign-in", "/sign-in/link/none", "/invitation/none"])
