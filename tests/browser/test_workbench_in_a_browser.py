"""A team at work in a real browser: by mouse, by keyboard alone, and with JavaScript off."""

from __future__ import annotations

import re
from typing import Any

import pytest


def choose(page: Any, label: str) -> None:
    page.get_by_label(label, exact=True).first.check()


def press(page: Any, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def add_finding(person: Any, key: str, statement: str) -> None:
    """A finding, its characteristic searched for beside it."""
    page = person.page
    page.goto(f"/inspections/{key}/evidence")
    page.get_by_role("link", name="Add an item").click()
    page.get_by_label("What was found?").fill(statement)
    page.get_by_label("Search by what was found, or by words").fill("repeat callers")
    press(page, "Search characteristics")
    page.locator("#match-1").check()
    assert statement == page.get_by_label("What was found?").input_value()
    page.locator("#assessment").check()
    page.get_by_label("How was it found?").select_option("data")
    page.get_by_label("Source", exact=True).select_option("report")
    press(page, "Add it")
    page.get_by_text("It is added.").wait_for()


def tag_second(person: Any, key: str) -> None:
    page = person.page
    page.goto(f"/inspections/{key}/tagging")
    press(page, "Begin tagging")
    page.get_by_role("link", name="E001").click()
    page.get_by_text("Write their ids instead").click()
    page.get_by_label("Ids, with spaces or commas between them").fill("responding.2a")
    page.get_by_label("Falls short").check()
    page.get_by_label("How was it found?").select_option("data")
    press(page, "Save, and go to the next")
    page.get_by_text("It is saved.").wait_for()
    page.goto(f"/inspections/{key}/tagging")
    press(page, "Hand in 1 item")
    page.get_by_text("Your tagging is handed in.").wait_for()


def settle(person: Any, key: str) -> None:
    page = person.page
    page.goto(f"/inspections/{key}/moderation")
    page.get_by_role("link", name="E001").click()
    assert "Calls are answered" in page.content()
    page.get_by_label(re.compile("^As tagged by two")).check()
    page.get_by_label("Why?").fill("The log says so")
    press(page, "Settle it")
    page.get_by_text("It is settled.").wait_for()
    page.goto(f"/inspections/{key}/moderation")
    press(page, "Put it into the evidence")
    page.get_by_text("What was settled is in the evidence now.").wait_for()


def decide(person: Any, key: str) -> None:
    page = person.page
    page.goto(f"/inspections/{key}/decide?area=responding")
    page.get_by_label("Inadequate", exact=True).check()
    page.get_by_label("Why", exact=True).fill("Worse than the rules see")
    press(page, "Record the decision")
    page.get_by_text("The decision is recorded.").wait_for()


def report(person: Any, key: str) -> str:
    page = person.page
    page.goto(f"/inspections/{key}/files")
    with page.expect_download() as download:
        page.get_by_role("link", name="Report as a web page").click()
    return str(download.value.path().read_text("utf-8"))


def team(served: Any, sit: Any, **how: Any) -> None:
    key = served.inspection("one", two="inspector", three="reviewer", four="reviewer")
    one, two, three, four = (sit(name, **how) for name in ("one", "two", "three", "four"))
    add_finding(one, key, "Callers who ring again are not noticed")
    tag_second(two, key)
    settle(three, key)
    decide(four, key)
    text = report(one, key)
    for said in ("Callers who ring again are not noticed", "Worse than the rules see", "The log says so"):
        assert said in text
    assert [[], [], [], []] == [person.said for person in (one, two, three, four)]


def test_two_tag_one_moderates_one_decides_and_the_report_goes_out(served: Any, sit: Any) -> None:
    team(served, sit)


@pytest.mark.slow
def test_the_same_with_javascript_off(served: Any, sit: Any) -> None:
    team(served, sit, script=False)


def test_a_finding_is_added_with_javascript_off(served: Any, sit: Any) -> None:
    key = served.inspection("one")
    add_finding(sit("one", script=False), key, "Calls wait")


# By keyboard alone ----------------------------------------------------------------------------------------


def reach(page: Any, wanted: str, most: int = 120) -> None:
    """Tab until the focus is on what a selector names; whoever cannot see the focus is lost."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
            return
    raise AssertionError(f"{wanted} is not reached by the keyboard")


def write(page: Any, wanted: str, text: str) -> None:
    reach(page, wanted)
    page.keyboard.type(text)


def go(page: Any, wanted: str) -> None:
    reach(page, wanted)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_the_focus_is_seen_and_the_first_stop_skips_to_the_content(served: Any, sit: Any) -> None:
    page = sit("one").page
    page.goto("/")
    page.keyboard.press("Tab")
    assert "Skip to main content" == page.evaluate("document.activeElement.textContent")
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")
    reach(page, "a.button")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"


@pytest.mark.slow
def test_the_same_by_keyboard_alone(served: Any, sit: Any) -> None:
    key = served.inspection("one", two="inspector", three="reviewer", four="reviewer")
    at = f"/inspections/{key}"
    one, two, three, four = (sit(name).page for name in ("one", "two", "three", "four"))
    one.goto(f"{at}/evidence")
    go(one, f'a[href="{at}/item/add"]')
    write(one, "#statement", "Callers who ring again are not noticed")
    write(one, "#search", "repeat callers")
    one.keyboard.press("Enter")
    one.locator("#match-1").wait_for()
    reach(one, "#match-1")
    one.keyboard.press("Space")
    reach(one, "input[name=assessment]")
    one.keyboard.press("Space")
    write(one, "#basis", "Data")
    write(one, "#source", "report")
    go(one, "button[value=save]")
    assert "done=added" in one.url

    two.goto(f"{at}/tagging")
    go(two, "form[action$=begin] button")
    go(two, f'a[href^="{at}/tagging/item"]')
    reach(two, "#characteristics summary")
    two.keyboard.press("Enter")
    write(two, "#more", "responding.2a")
    reach(two, "input[name=assessment]")
    two.keyboard.press("ArrowUp")  # round to the last, that its figure says it
    two.keyboard.press("ArrowUp")
    write(two, "#basis", "Data")
    go(two, "button[value=save]")
    assert "done=saved" in two.url
    two.goto(f"{at}/tagging")
    go(two, "form[action$=hand-in] button")
    assert "done=handed_in" in two.url

    three.goto(f"{at}/moderation")
    go(three, f'a[href^="{at}/moderation/item"]')
    reach(three, "input[name=choice]")
    three.keyboard.press("Space")
    three.keyboard.press("ArrowDown")
    write(three, "#reason", "The log says so")
    go(three, "button[value=save]")
    three.goto(f"{at}/moderation")
    go(three, "form[action$=finish] button")
    assert "done=finished" in three.url

    four.goto(f"{at}/decide?area=responding")
    reach(four, "input[name=grade]")
    four.keyboard.press("ArrowUp")
    write(four, "#rationale", "Worse than the rules see")
    go(four, "form[action*=decide] .actions button")
    assert "done=decided" in four.url

    one.goto(f"{at}/files")
    reach(one, 'a[href$="report.html"]')
    with one.expect_download() as download:
        one.keyboard.press("Enter")
    assert "Worse than the rules see" in download.value.path().read_text("utf-8")


# Two people at once ---------------------------------------------------------------------------------------


@pytest.mark.slow
def test_two_people_changing_one_item_see_both_versions(served: Any, sit: Any) -> None:
    key = served.inspection("one", two="inspector")
    one, two = sit("one").page, sit("two").page
    for page in (one, two):
        page.goto(f"/inspections/{key}/item/edit?id=E001")
    for page, statement in ((two, "As Two has it"), (one, "As One has it")):
        page.get_by_label("What was found?").fill(statement)
        press(page, "Save")
        page.wait_for_load_state()
    table = one.get_by_role("table", name=re.compile("side by side"))
    assert "As Two has it" in table.inner_text()
    assert "As One has it" in table.inner_text()
    assert "As One has it" == one.get_by_label("What was found?").input_value()
    press(one, "Save my version over it")
    one.get_by_text("It is saved.").wait_for()


@pytest.mark.slow
def test_a_fault_moves_the_focus_and_its_link_leads_into_the_field(served: Any, sit: Any) -> None:
    key = served.inspection("one")
    page = sit("one").page
    page.goto(f"/inspections/{key}/item/add")
    press(page, "Add it")
    page.locator(".error-summary").wait_for()
    assert page.evaluate("document.activeElement.className") == "error-summary"
    page.get_by_role("link", name="Choose a source").click()
    assert "source" == page.evaluate("document.activeElement.id")


# The API's own page ---------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_api_is_documented_and_tried_without_anything_from_elsewhere(served: Any, sit: Any) -> None:
    key = served.inspection("one")
    person = sit("one")
    page, asked = person.page, []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/api/docs")
    page.locator("#operations-evidence-one_item_api_v1_inspections__key__evidence__item__get").click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_placeholder("key", exact=True).fill(key)
    page.get_by_placeholder("item", exact=True).fill("E001")
    page.get_by_role("button", name="Execute").click()
    page.locator(".live-responses-table .response-col_status").filter(has_text="200").wait_for()
    assert "Calls are answered" in page.locator(".live-responses-table").inner_text()
    elsewhere = [url for url in asked if not url.startswith((served.address, "data:"))]
    assert ([], []) == (elsewhere, person.said)
