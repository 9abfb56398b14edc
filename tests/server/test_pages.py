"""Pages: each is there for who may see it; forms do what they say, keep what is typed, and tell faults."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

import pytest

TEXT = """\
inspection: {id: pages-2022, body: Harbour Police, framework: PEEL_2021_22, edition: "2022-03"}
sources:
  report: {title: Report, published: 2022-10}
evidence:
  - {id: E001, characteristics: [responding.2a], assessment: meets, statement: Calls are answered,
     basis: data, source: report, tagged_by: ann}
  - {id: E002, characteristics: [responding.2c], assessment: falls_short, harm: moderate,
     statement: Callers who ring again are not noticed, basis: case_file_review, source: report,
     tagged_by: ann}
  - {id: E003, characteristics: [workforce.1a], assessment: exceeds, statement: Staff are trained,
     basis: observation, source: report, tagged_by: ann}
findings:
  - {id: F001, kind: area_for_improvement, area: responding, statement: Callers wait}
"""

#: Pages of an inspection, and who of its team may not see each.
READERS = (
    "",
    "/area?id=responding",
    "/area?id=responding&why_not=outstanding&to=good",
    "/what-if?area=responding",
    "/what-if?parameter=some&value=35%25&item=E002&how=without&characteristic=responding.3b",
    "/evidence",
    "/removed",
    "/evidence?words=call&area=responding&assessment=meets&basis=data&source=report&tagged_by=ann&order=changed",
    "/item?id=E001",
    "/sources",
    "/source?id=report",
    "/findings",
    "/moderation",
    "/decisions",
    "/accuracy",
    "/rules",
    "/parameters",
    "/characteristics",
    "/files",
    "/people",
)
OWNERS = (
    "/head",
    "/item/add",
    "/item/edit?id=E001",
    "/item/remove?id=E001",
    "/several?item=E001&item=E002",
    "/workbook",
    "/source/add",
    "/finding/add?area=responding&draft=improvement.shortfall:responding.2c",
    "/finding/add?earlier=yes",
    "/finding/edit?id=F001",
    "/tagging",
    "/decide?area=responding",
    "/redact?id=E001",
    "/log",
)


class Form(HTMLParser):
    """The fields of the first form of a page that is sent to an address."""

    def __init__(self, text: str, action: str) -> None:
        super().__init__()
        self.action, self.fields = action, dict[str, str]()
        self.inside, self.area, self.select = False, "", ""
        self.chosen: str | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.inside = given.get("method") == "post" and given.get("action", "").startswith(self.action)
        elif self.inside and tag == "input" and given.get("type") in ("checkbox", "radio"):
            if "checked" in given:
                self.fields[str(given["name"])] = given.get("value") or ""
        elif self.inside and tag == "input" and given.get("name"):
            self.fields.setdefault(str(given["name"]), given.get("value") or "")
        elif self.inside and tag == "select":
            self.select, self.chosen = str(given["name"]), None
        elif self.inside and tag == "option" and (self.chosen is None or "selected" in given):
            self.chosen = self.fields[self.select] = given.get("value") or ""
        elif tag == "textarea":
            self.area = str(given["name"])
            self.fields[self.area] = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.fields[self.area] = self.fields[self.area].removeprefix("\n")
            self.area = ""

    def handle_data(self, data: str) -> None:
        if self.area:
            self.fields[self.area] += data


def send(client: Any, page: str, to: str, /, **typed: Any) -> Any:
    """What is answered where a person fills in the form of a page and sends it."""
    shown = client.get(page)
    assert 200 == shown.status_code, (page, shown.text[-2000:])
    form = {**Form(shown.text, to).fields, **typed}
    return client.post(to, data=form)


@pytest.fixture(scope="module")
def key(served: Any) -> str:
    served.person("ann", admin=True)
    parts = {"ray": "reader", "ina": "inspector", "rev": "reviewer", "bo": "body"}
    return str(served.inspection(served.person("ann"), TEXT, **parts))


def other(served: Any, **parts: str) -> str:
    """The key of another inspection, which a test may change."""
    return str(served.inspection(served.person("ann"), TEXT, **parts))


def statuses(client: Any, key: str, pages: tuple[str, ...]) -> dict[str, int]:
    return {page: client.get(f"/inspections/{key}{page}").status_code for page in pages}


@pytest.mark.parametrize(
    ("name", "readers", "owners"), [("ann", 200, 200), ("ray", 200, 403), ("zoe", 404, 404)]
)
def test_each_page_is_there_for_who_may_see_it(
    served: Any, key: str, name: str, readers: int, owners: int
) -> None:
    client = served.signed_in(name)
    expected = dict.fromkeys(READERS, readers) | dict.fromkeys(OWNERS, owners)
    assert expected == statuses(client, key, READERS + OWNERS)


def test_the_body_inspected_sees_no_page_of_the_team(served: Any, key: str) -> None:
    client = served.signed_in("bo")
    assert dict.fromkeys(READERS + OWNERS, 403) == statuses(client, key, READERS + OWNERS)


@pytest.mark.parametrize(("name", "status"), [("ann", 200), ("ray", 404)])
def test_pages_of_the_site_are_for_its_admins(served: Any, key: str, name: str, status: int) -> None:
    client = served.signed_in(name)
    pages = ("/accounts", "/accounts/add", "/accounts/1", "/audit", "/audit/export")
    assert dict.fromkeys(pages, status) == {page: client.get(page).status_code for page in pages}


@pytest.mark.slow
def test_looking_changes_nothing_but_the_audit_log(served: Any, key: str) -> None:
    client = served.signed_in("ann")
    before = client.get(f"/api/v1/inspections/{key}").json()
    statuses(client, key, READERS + OWNERS)
    assert before == client.get(f"/api/v1/inspections/{key}").json()


# Evidence -------------------------------------------------------------------------------------------------


def test_a_finding_is_added_and_changed(served: Any) -> None:
    at = f"/inspections/{other(served)}"
    client = served.signed_in("ann")
    typed = {
        "statement": "Calls are dropped",
        "more": "responding.2a",
        "assessment": "falls_short",
        "basis": "data",
        "source": "report",
        "action": "save",
    }
    answer = send(client, f"{at}/item/add", f"{at}/item/add", **typed)
    assert (303, f"{at}/item?id=E004&done=added") == (answer.status_code, answer.headers["location"])
    answer = send(
        client, f"{at}/item/edit?id=E004", f"{at}/item/edit?id=E004", locator="page 3", action="save"
    )
    assert f"{at}/item?id=E004&done=saved" == answer.headers["location"]
    page = client.get(f"{at}/item?id=E004").text
    assert "page 3" in page
    assert "Calls are dropped" in page


def test_faults_are_told_at_the_top_with_a_link_to_each_field_and_what_was_typed_stays(
    served: Any, key: str
) -> None:
    at = f"/inspections/{key}"
    typed = {"statement": "Half <typed>", "basis": "data", "action": "save"}
    answer = send(served.signed_in("ann"), f"{at}/item/add", f"{at}/item/add", **typed)
    assert 422 == answer.status_code
    assert "<title>Error: " in answer.text
    links = re.findall(
        r'<li><a href="#(\w+)">', answer.text.partition("error-summary")[2].partition("</div>")[0]
    )
    assert {"characteristics", "source"} <= set(links)
    for link in links:
        assert f'id="{link}"' in answer.text
    assert "Half <typed>" == Form(answer.text, f"{at}/item/add").fields["statement"]


def test_characteristics_are_searched_without_script_and_nothing_typed_is_lost(served: Any, key: str) -> None:
    at = f"/inspections/{key}"
    typed = {"statement": "Callers give up", "search": "quick to answer calls", "action": "search"}
    answer = send(served.signed_in("ann"), f"{at}/item/add", f"{at}/item/add", **typed)
    assert 200 == answer.status_code
    assert 'value="responding.2a"' in answer.text
    assert "Callers give up" == Form(answer.text, f"{at}/item/add").fields["statement"]


def test_several_are_tagged_at_once_or_none_is(served: Any) -> None:
    at = f"/inspections/{other(served)}"
    client = served.signed_in("ann")
    page, chosen = f"{at}/several?item=E001&item=E002", {"item": ["E001", "E002"], "version": ["1", "1"]}
    answer = send(client, page, f"{at}/several", **chosen, assessment="exceeds", action="save")
    assert f"{at}/evidence?done=tagged" == answer.headers["location"]
    again = send(client, page, f"{at}/several", **chosen, assessment="meets", action="save")
    assert 412 == again.status_code
    assert "None of the items was tagged" in again.text
    found = [
        client.get(f"{at.replace('/inspections', '/api/v1/inspections')}/evidence/{i}").json()
        for i in ("E001", "E002")
    ]
    assert ["exceeds", "exceeds"] == [each["evidence"]["assessment"] for each in found]


def test_nobody_overwrites_what_they_have_not_seen(served: Any) -> None:
    at = f"/inspections/{other(served, ina='inspector')}"
    ann, ina = served.signed_in("ann"), served.signed_in("ina")
    page = ann.get(f"{at}/item/edit?id=E001").text
    mine = Form(page, f"{at}/item/edit?id=E001").fields | {"statement": "As Ann has it", "action": "save"}
    send(ina, f"{at}/item/edit?id=E001", f"{at}/item/edit?id=E001", statement="As Ina has it", action="save")
    answer = ann.post(f"{at}/item/edit?id=E001", data=mine)
    assert 412 == answer.status_code
    table = answer.text.partition("The two versions side by side, where they differ")[2].partition(
        "</table>"
    )[0]
    assert "As Ina has it" in table
    assert "As Ann has it" in table
    again = Form(answer.text, f"{at}/item/edit?id=E001").fields
    assert "As Ann has it" == again["statement"]
    assert "As Ina has it" in ann.get(f"{at}/item?id=E001").text
    done = ann.post(f"{at}/item/edit?id=E001", data={**again, "action": "save"})
    assert 303 == done.status_code
    assert "As Ann has it" in ann.get(f"{at}/item?id=E001").text


def test_what_was_taken_away_meanwhile_can_be_added_again_with_what_was_typed(served: Any) -> None:
    at = f"/inspections/{other(served, ina='inspector')}"
    ann, ina = served.signed_in("ann"), served.signed_in("ina")
    mine = Form(ann.get(f"{at}/item/edit?id=E003").text, f"{at}/item/edit?id=E003").fields
    send(ina, f"{at}/item/remove?id=E003", f"{at}/item/remove?id=E003")
    answer = ann.post(f"{at}/item/edit?id=E003", data={**mine, "statement": "Still so", "action": "save"})
    assert 412 == answer.status_code
    again = Form(answer.text, f"{at}/item/add").fields
    assert "Still so" == again["statement"]
    assert 303 == ann.post(f"{at}/item/add", data={**again, "action": "save"}).status_code


def workbook(*rows: tuple[str, ...]) -> bytes:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def bring(client: Any, at: str, content: bytes) -> Any:
    csrf = Form(client.get(f"{at}/workbook").text, f"{at}/workbook").fields["csrf"]
    files = {"workbook": ("findings.xlsx", content)}
    return client.post(f"{at}/workbook", data={"csrf": csrf, "how": "add"}, files=files)


def test_a_workbook_is_confirmed_then_imported_whole(served: Any) -> None:
    at = f"/inspections/{other(served)}"
    client = served.signed_in("ann")
    content = workbook(
        ("Finding", "Characteristic", "Rating", "Method"),
        ("Calls wait long", "responding.2a", "Falls short", "data"),
        ("Calls are triaged", "responding.2b", "Meets", "data"),
    )
    answer = bring(client, at, content)
    assert 303 == answer.status_code, answer.text[-1500:]
    check = answer.headers["location"]
    page = client.get(check).text
    assert "Nothing is imported yet" in page
    assert "Calls wait long" in page
    if "Import all of it" not in page:
        answer = send(client, check, check)
        page = client.get(answer.headers["location"]).text
    form = Form(page, f"{at}/workbook/import")
    done = client.post(check.replace("/check?", "/import?"), data=form.fields)
    assert f"{at}/evidence?done=imported" == done.headers["location"]
    found = client.get(f"/api/v1{at}/evidence").json()
    assert ["E001", "E002", "E003", "E004", "E005"] == [each["id"] for each in found["items"]]


def test_a_workbook_with_a_fault_is_marked_and_nothing_of_it_is_imported(served: Any, key: str) -> None:
    at = f"/inspections/{key}"
    client = served.signed_in("ann")
    content = workbook(
        ("id", "characteristics", "assessment", "statement", "basis", "source"),
        ("E101", "responding.2a", "meets", "Good", "data", "report"),
        ("E102", "responding.99", "splendid", "Bad", "data", "report"),
    )
    answer = bring(client, at, content)
    check = answer.headers["location"]
    answer = send(client, check, check)
    page = client.get(answer.headers["location"]).text
    assert "nothing is imported" in page
    assert "splendid" in page
    assert "Import all of it" not in page
    marked = client.get(answer.headers["location"].replace("/check?", "/marked?"))
    assert b"PK" == marked.content[:2]
    assert marked.headers["content-disposition"].startswith("attachment")
    assert 3 == client.get(f"/api/v1{at}/evidence").json()["total"]


def test_an_upload_is_found_by_nobody_else(served: Any) -> None:
    at = f"/inspections/{other(served, ina='inspector')}"
    answer = bring(served.signed_in("ann"), at, workbook(("id",), ("E1",)))
    if answer.status_code == 303:
        assert 404 == served.signed_in("ina").get(answer.headers["location"]).status_code


def test_a_document_is_handed_out_to_be_saved_under_its_name(served: Any, key: str) -> None:
    at = f"/inspections/{key}"
    client = served.signed_in("ann")
    csrf = Form(client.get(f"{at}/source?id=report").text, f"{at}/source").fields["csrf"]
    name = 'a"b; filename=x.html \u2028<b>ü.html'.replace("\u2028", "")
    answer = client.post(
        f"{at}/source/attach?id=report",
        data={"csrf": csrf},
        files={"document": (name, b"<script>1</script>")},
    )
    assert 303 == answer.status_code, answer.text
    page = client.get(f"{at}/source?id=report").text
    link = re.search(r'href="([^"]*/source/document[^"]*)"', page)
    assert link is not None
    found = client.get(link[1].replace("&amp;", "&"))
    assert b"<script>1</script>" == found.content
    assert ("attachment", "application/octet-stream") == (
        found.headers["content-disposition"].partition(";")[0],
        found.headers["content-type"],
    )


# Moderation, decisions, accuracy --------------------------------------------------------------------------


def tag_again(served: Any, at: str) -> None:
    """A second person finds that calls are not answered, and hands it in."""
    rev = served.signed_in("rev")
    begun = send(rev, f"{at}/tagging", f"{at}/tagging/begin")
    assert 303 == begun.status_code, begun.text
    typed = {"more": "responding.2a", "assessment": "falls_short", "basis": "data", "action": "save"}
    answer = send(rev, f"{at}/tagging/item?id=E001", f"{at}/tagging/item?id=E001", **typed)
    assert 303 == answer.status_code, answer.text
    handed_in = send(rev, f"{at}/tagging", f"{at}/tagging/hand-in")
    assert 303 == handed_in.status_code, handed_in.text


def test_a_disagreement_is_settled_with_its_evidence_on_the_page_and_the_choice_can_be_taken_back(
    served: Any,
) -> None:
    at = f"/inspections/{other(served, rev='reviewer')}"
    tag_again(served, at)
    ann = served.signed_in("ann")
    page = ann.get(f"{at}/moderation/item?id=E001").text
    for said in ("Calls are answered", "falls short", "As tagged by ann", "As tagged by rev"):
        assert said in page
    here = f"{at}/moderation/item?id=E001"
    blank = send(ann, here, here, choice="rev", reason="", action="save")
    assert (422, True) == (blank.status_code, 'href="#reason"' in blank.text)
    assert 303 == send(ann, here, here, choice="rev", reason="The log says so", action="save").status_code
    assert "The log says so" in ann.get(here).text
    assert 303 == send(ann, here, f"{at}/moderation/unsettle?id=E001").status_code
    assert "The log says so" not in ann.get(here).text
    send(ann, here, here, choice="rev", reason="The log says so", action="save")
    done = send(ann, f"{at}/moderation", f"{at}/moderation/finish", rest="")
    assert f"{at}?done=finished" == done.headers["location"]
    item = ann.get(f"{at}/item?id=E001").text
    assert "ann had said" in item
    assert "The log says so" in item


def test_a_grade_is_decided_taken_back_and_confirmed_once_stale(served: Any) -> None:
    at = f"/inspections/{other(served)}"
    ann = served.signed_in("ann")
    here = f"{at}/decide?area=responding"
    missing = send(ann, here, here, grade="inadequate", rationale="")
    assert 422 == missing.status_code, missing.text
    assert "error-summary" in missing.text
    done = send(ann, here, here, grade="inadequate", rationale="Worse than the rules see")
    assert f"{at}/area?id=responding&done=decided" == done.headers["location"]
    assert "Worse than the rules see" in ann.get(here).text
    send(ann, f"{at}/item/edit?id=E001", f"{at}/item/edit?id=E001", assessment="falls_short", action="save")
    assert "stale" in ann.get(f"{at}/decisions").text.lower()
    done = send(ann, here, f"{at}/decide/confirm?area=responding", stands="It was so already")
    assert f"{at}/area?id=responding&done=confirmed" == done.headers["location"]
    assert 303 == send(ann, here, f"{at}/decide/undo?area=responding").status_code
    assert 303 == send(ann, here, f"{at}/decide/undo?area=responding").status_code
    page = ann.get(f"{at}/decisions").text
    assert ["Undone", "Undone", "Confirmed", "Decided"] == re.findall(
        r"<li><strong>(\w+)</strong>: Resp", page
    )


def test_who_decides_on_what_changed_meanwhile_is_told_and_keeps_what_was_typed(served: Any) -> None:
    at = f"/inspections/{other(served, rev='reviewer')}"
    ann, rev = served.signed_in("ann"), served.signed_in("rev")
    here = f"{at}/decide?area=responding"
    mine = Form(ann.get(here).text, here).fields
    assert 303 == send(rev, here, here, grade="inadequate", rationale="First").status_code
    answer = ann.post(here, data={**mine, "grade": "good", "rationale": "Second"})
    assert 412 == answer.status_code
    assert "First" in answer.text
    assert "Second" == Form(answer.text, here).fields["rationale"]


def test_the_body_reads_the_draft_challenges_it_and_is_answered(served: Any) -> None:
    at = f"/inspections/{other(served, rev='reviewer')}"
    ann = served.signed_in("ann")
    assert 303 == send(ann, f"{at}/accuracy", f"{at}/accuracy/release").status_code
    invited = send(
        ann, f"{at}/accuracy", f"{at}/accuracy/invite", name="Chief", email="chief@body.example", days=""
    )
    link = re.search(r"<code>http://[^/]+(/invitation/[\w-]+)</code>", invited.text)
    assert link is not None
    body = served.client()
    opened = body.post("/invitation", data={"secret": link[1].rpartition("/")[2]})
    assert f"{at}/draft" == opened.headers["location"]
    page = body.get(f"{at}/draft").text
    assert "Calls are answered" in page
    assert not re.search(r"\bann\b", page)
    there = f"{at}/draft/challenge?target=E001"
    assert 303 == send(body, there, there, statement="They were not", source="Our log").status_code
    number = re.search(r"/challenge\?number=(\d+)", ann.get(f"{at}/accuracy").text)
    assert number is not None
    send(ann, f"{at}/item/edit?id=E001", f"{at}/item/edit?id=E001", assessment="falls_short", action="save")
    here = f"{at}/challenge?number={number[1]}"
    assert 303 == send(ann, here, here, outcome="accepted", reason="The log shows it").status_code
    page = body.get(f"{at}/draft").text
    assert "The log shows it" in page
    assert "responding.2a" in page.partition("What moved because of it")[2]


# Out, and in again; people --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["inspection.yaml", "inspection.zip", pytest.param("report.html", marks=pytest.mark.slow)]
)
def test_files_are_given_out_to_be_saved(served: Any, key: str, name: str) -> None:
    answer = served.signed_in("ray").get(f"/inspections/{key}/files/{name}")
    assert (200, True) == (
        answer.status_code,
        answer.headers["content-disposition"].startswith("attachment"),
    )


def test_what_is_given_out_comes_in_again_as_another_inspection(served: Any, key: str) -> None:
    ann = served.signed_in("ann")
    content = ann.get(f"/inspections/{key}/files/inspection.zip").content
    csrf = Form(ann.get("/new").text, "/new").fields["csrf"]
    answer = ann.post("/new/file", data={"csrf": csrf}, files={"file": ("inspection.zip", content)})
    again = answer.headers["location"].partition("?")[0]
    first, second = (ann.get(f"/api/v1{at}/file").text for at in (f"/inspections/{key}", again))
    assert first == second


def test_a_part_is_given_changed_and_taken_away(served: Any) -> None:
    at = f"/inspections/{other(served)}"
    ann, new = served.signed_in("ann"), served.person("new")
    given = send(ann, f"{at}/people", f"{at}/people/add", email="new@example.org", role="reader")
    assert f"{at}/people?done=added" == given.headers["location"]
    version = ann.get(f"/api/v1{at}/members").json()
    mine = next(m for m in version if m["account"] == new.account_id)
    typed = {"account": str(new.account_id), "version": str(mine["version"]), "part": "reviewer"}
    assert 303 == send(ann, f"{at}/people", f"{at}/people/change", **typed).status_code
    late = send(ann, f"{at}/people", f"{at}/people/change", **typed, action="remove")
    assert 412 == late.status_code
    typed["version"] = str(mine["version"] + 1)
    assert 303 == send(ann, f"{at}/people", f"{at}/people/change", **typed, action="remove").status_code
    assert 404 == served.signed_in("new").get(at).status_code


def test_a_token_is_shown_once(served: Any) -> None:
    ann = served.signed_in("ann")
    made = send(ann, "/you", "/you/token", name="Nightly", scopes="read", inspection="", days="30")
    token = re.search(r"grader_[\w-]+", made.text)
    assert token is not None
    assert token[0] not in ann.get("/you").text


def test_a_form_without_its_token_is_refused_on_every_page(served: Any, key: str) -> None:
    client = served.signed_in("ann")
    forms = (
        "/item/add",
        "/several",
        "/source/add",
        "/finding/add",
        "/moderation/finish",
        "/close",
        "/people/add",
    )
    answers = {
        path: client.post(f"/inspections/{key}{path}", data={"csrf": "no"}).status_code for path in forms
    }
    assert dict.fromkeys(forms, 403) == answers


def test_an_address_cannot_make_a_page_say_something(served: Any, key: str) -> None:
    asked = urlencode({"done": "<b>Ring this number</b>"})
    assert "Ring this" not in served.signed_in("ann").get(f"/inspections/{key}?{asked}").text
