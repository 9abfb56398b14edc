"""The server as somebody who means harm would use it."""

from __future__ import annotations

import io
import json
import logging
import re
import stat
import threading
import zipfile
from pathlib import Path
from typing import Any

import pytest

from grader.errors import InputError
from grader.server import (
    accounts,
    backup,
    challenges,
    drafts,
    evidence,
    exports,
    inspections,
    invitations,
    retention,
)
from grader.server.callers import COMMAND
from grader.server.passwords import PasswordCheck
from grader.server.refusals import NotSignedIn, TooMany
from grader.server.settings import Passwords

TAGGED = """\
inspection: {id: quay-2022, body: Quay Police, framework: PEEL_2021_22, edition: "2022-03"}
sources:
  report: {title: Report, published: 2022-10}
evidence:
  - {id: E001, characteristics: [responding.2a], assessment: meets, statement: Calls are answered,
     basis: data, source: report, tagged_by: Tabitha Tagger}
  - {id: E002, characteristics: [responding.2c], assessment: falls_short, harm: moderate,
     statement: Callers who ring again are not noticed, basis: case_file_review, source: report,
     tagged_by: Tabitha Tagger}
"""
#: Names of the team that somebody at the body inspected is never told.
TEAM = ("Tabitha Tagger", "safety owner", "safety reviewer", "safety-owner@", "safety-reviewer@")


@pytest.fixture
def drafted(served: Any) -> tuple[str, Any, Any, Any]:
    """An inspection released to its body: its key, its owner, its reviewer, a browser of the body's."""
    owner, reviewer = served.person("safety owner"), served.person("safety reviewer")
    key = served.inspection(owner, TAGGED, **{"safety reviewer": "reviewer"})
    drafts.release(served.bench, reviewer, key, expected_revision=1)
    invited = invitations.invite(served.bench, reviewer, key, "chief@quay.example", "Chief")
    return key, owner, reviewer, served.invited(invited.link)


# What the body is told ------------------------------------------------------------------------------------


def test_the_body_is_told_no_name_of_the_team(served: Any, drafted: Any) -> None:
    key, _, reviewer, body = drafted
    base = f"/api/v1/inspections/{key}"
    made = body.post(f"{base}/challenges", json={"target": "E002", "statement": "No", "source": "Log"}).json()
    challenges.answer(
        served.bench, reviewer, key, made["number"], "not_accepted", "It is so", expected_version=1
    )
    paths = (
        base,
        f"{base}/draft",
        f"{base}/challenges",
        f"{base}/challenges/{made['number']}",
        f"{base}/evidence",
        f"{base}/zip",
        "/api/v1/inspections",
        "/api/v1/me",
        "/",
        f"/inspections/{key}",
        f"/inspections/{key}/draft",
        f"/inspections/{key}/challenges",
    )
    for path in paths:
        answer = body.get(path)
        assert [] == [name for name in TEAM if name in answer.text], path


def test_one_of_the_body_with_an_account_is_told_no_more(served: Any, drafted: Any) -> None:
    key, owner, _, _ = drafted
    from grader.server import members

    browser = served.signed_in("safety body")
    members.add(served.bench, owner, key, "safety-body@example.org", "body")
    listed = browser.get("/api/v1/inspections").json()
    assert [key] == [i["key"] for i in listed["items"]]
    for path in ("/api/v1/inspections", "/", f"/api/v1/inspections/{key}/draft"):
        assert [] == [name for name in TEAM if name in browser.get(path).text], path
    before = listed["items"][0]
    item = evidence.one(served.bench, owner, key, "E001")
    evidence.edit(
        served.bench, owner, key, "E001", {**item.evidence, "extent": "widespread"}, expected_version=1
    )
    assert before == browser.get("/api/v1/inspections").json()["items"][0]  # nor when the team works on it


# What is of another inspection ----------------------------------------------------------------------------


def test_what_is_of_another_inspection_is_not_reached_by_a_path_of_ones_own(
    served: Any, drafted: Any
) -> None:
    key, owner, reviewer, body = drafted
    from grader.server import sources

    challenge = body.post(
        f"/api/v1/inspections/{key}/challenges", json={"target": "E001", "statement": "No", "source": "Log"}
    ).json()["number"]
    document = sources.attach(served.bench, owner, key, "report", "a.txt", b"private").number
    invitation = invitations.invitations(served.bench, reviewer, key)[0].number
    browser = served.signed_in("safety other")
    mine = f"/api/v1/inspections/{served.inspection(served.person('safety other'), TAGGED)}"
    stale = {"If-Match": '"1"'}
    answers = {
        "challenge": browser.get(f"{mine}/challenges/{challenge}"),
        "answer": browser.put(
            f"{mine}/challenges/{challenge}/answer",
            json={"outcome": "accepted", "reason": "x"},
            headers=stale,
        ),
        "document": browser.get(f"{mine}/sources/report/documents/{document}"),
        "detach": browser.delete(f"{mine}/sources/report/documents/{document}", headers=stale),
        "invitation": browser.delete(f"{mine}/invitations/{invitation}", headers=stale),
        "draft": browser.delete(f"{mine}/drafts/1", headers=stale),
        "invitations": browser.delete(f"/api/v1/inspections/{key}/invitations/{invitation}", headers=stale),
    }
    assert dict.fromkeys(answers, 404) == {name: a.status_code for name, a in answers.items()}


# Signing in -----------------------------------------------------------------------------------------------


def test_links_that_are_not_good_do_not_lock_out_those_that_are(make_bench: Any) -> None:
    """They are counted by the address they come from, and not for everybody together."""
    served = make_bench(with_workers=False, sign_in_person="3 per minute", sign_in_address="5 per minute")
    for _ in range(5):
        with pytest.raises(NotSignedIn):
            accounts.sign_in_by_link(served.bench, "none", address="10.0.0.66")
    with pytest.raises(TooMany):
        accounts.sign_in_by_link(served.bench, "none", address="10.0.0.66")
    link = accounts.sign_in_link(served.bench, served.person("safety linked").account_id, caller=COMMAND)
    assert accounts.sign_in_by_link(served.bench, link.rpartition("/")[2], address="10.0.0.1").token


def test_a_sign_in_link_is_good_once(served: Any) -> None:
    link = accounts.sign_in_link(served.bench, served.person("safety once").account_id, caller=COMMAND)
    form = {"secret": link.rpartition("/")[2]}
    answers = [served.client().post("/sign-in/link", data=form).status_code for _ in range(2)]
    assert [303, 401] == answers


def test_a_session_is_another_one_after_signing_in(served: Any) -> None:
    served.person("safety fixed")
    browser = served.client()
    browser.cookies.set("grader", "known-to-somebody-else")
    browser.post("/sign-in", data={"email": "safety-fixed@example.org", "password": "three plain words"})
    assert "known-to-somebody-else" not in [c.value for c in browser.cookies.jar if c.domain != ""]
    other = served.client()
    other.cookies.set("grader", "known-to-somebody-else")
    assert 401 == other.get("/api/v1/me").status_code


def test_passwords_are_checked_a_few_at_a_time() -> None:
    """Each takes 64 MB: many at once would take the machine's memory."""
    check = PasswordCheck(Passwords(time_cost=1, memory_cost=8, parallelism=1))
    now, most = [0], [0]
    lock = threading.Lock()
    real = check.hasher.verify_and_update

    def counted(password: str, kept: str) -> Any:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        threading.Event().wait(0.02)
        try:
            return real(password, kept)
        finally:
            with lock:
                now[0] -= 1

    check.hasher.verify_and_update = counted  # type: ignore[method-assign]
    threads = [threading.Thread(target=check.is_right, args=("x", None)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 1 <= most[0] <= 4


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://127.0.0.1:8001"},
    ],
)
def test_a_form_of_another_site_is_refused(served: Any, headers: dict[str, str]) -> None:
    form = {"email": "a@example.org", "password": "three plain words"}
    assert 403 == served.client().post("/sign-in", data=form, headers=headers).status_code


# What is sent ---------------------------------------------------------------------------------------------


def test_what_is_too_long_is_refused_as_such(served: Any) -> None:
    body, upload = served.bench.settings.limits.body, served.bench.settings.limits.upload
    browser = served.signed_in("safety long")
    answers = {
        "json": browser.post("/api/v1/tokens", json={"name": "x" * body, "scopes": ["read"]}),
        "text": browser.post("/api/v1/tokens", content=b"x" * (body + 1)),
        "form": browser.post("/sign-in", data={"email": "x" * body}),
        "file": browser.post("/api/v1/inspections/import", files={"file": ("a.yaml", b"x" * upload)}),
        "parts": browser.post("/api/v1/tokens", content=(b"x" * 10_000 for _ in range(body // 10_000 + 1))),
    }
    assert dict.fromkeys(answers, 413) == {kind: answer.status_code for kind, answer in answers.items()}


@pytest.mark.parametrize(
    "body",
    [
        "NaN",
        "[Infinity]",
        '{"a": -Infinity}',
        "[" * 50_000,
        '{"a":' * 3_000 + "1" + "}" * 3_000,
        "9" * 5_000,
        '{"a": 1e999}',
        '"\\ud800"',
        "\xff",
    ],
)
def test_json_that_is_none_is_told(served: Any, drafted: Any, body: str) -> None:
    key, *_ = drafted
    browser = served.signed_in("safety reviewer")
    owner = served.signed_in("safety owner")
    headers = {"Content-Type": "application/json", "If-Match": '"0"'}
    base = f"/api/v1/inspections/{key}"
    for client, method, path, text in (
        (owner, "POST", f"{base}/evidence", body),
        (owner, "POST", f"{base}/evidence", f'{{"statement": {body}}}'),
        (owner, "PATCH", f"{base}/evidence", f'{{"expected": {{"E001": 1}}, "tags": {{"harm": {body}}}}}'),
        (browser, "POST", f"{base}/what-if", f'{{"items": [{{"id": {body}}}]}}'),
        (browser, "POST", f"{base}/what-if", f'{{"settings": {{"x": {body}}}}}'),
        (
            browser,
            "PUT",
            f"{base}/disagreements/E001",
            f'{{"choice": "x", "reason": "y", "agreed": {{"a": {body}}}}}',
        ),
        (browser, "PUT", f"{base}/tagging/E001", f'{{"harm": {body}}}'),
    ):
        answer = client.request(method, path, content=text.encode("latin-1"), headers=headers)
        assert 400 <= answer.status_code < 500, (path, text[:40], answer.status_code, answer.text[:200])
        assert answer.headers["content-type"] == "application/problem+json"


def test_a_name_in_a_path_with_a_character_that_is_none_is_told(served: Any, drafted: Any) -> None:
    key, *_ = drafted
    owner = served.signed_in("safety owner")
    for path in (
        f"/api/v1/inspections/{key}/evidence/a%00b",
        "/api/v1/inspections/a%00b",
        f"/api/v1/inspections/{key}/evidence?source=%00",
        f"/api/v1/inspections/{key}/evidence/%FF",
        f"/api/v1/inspections/{key}/challenges/99999999999999999999999",
        f"/api/v1/inspections/{key}/challenges/-1",
        f"/inspections/{key}%00",
        "/?words=%00&page=999999",
    ):
        assert owner.get(path).status_code in (200, 404, 422), path


@pytest.mark.parametrize("order", ["name; DROP TABLE item", "id--", "1) UNION SELECT 1"])
def test_a_list_is_not_ordered_by_what_is_none(served: Any, drafted: Any, order: str) -> None:
    key, *_ = drafted
    answer = served.signed_in("safety owner").get(
        f"/api/v1/inspections/{key}/evidence", params={"order": order}
    )
    assert 422 == answer.status_code


@pytest.mark.parametrize(
    "value", ["' OR 1=1 --", "%' OR '1'='1", "E001'; DROP TABLE item; --", "{{7*7}}", "\\"]
)
@pytest.mark.parametrize(
    "field", ["words", "area", "characteristic", "assessment", "basis", "source", "tagged_by"]
)
def test_what_is_searched_for_is_text(served: Any, drafted: Any, field: str, value: str) -> None:
    key, owner, *_ = drafted
    assert [] == evidence.listed(served.bench, owner, key, **{field: value}).items


def test_a_file_name_puts_nothing_into_the_headers(served: Any, drafted: Any) -> None:
    key, *_ = drafted
    browser = served.signed_in("safety owner")
    base = f"/api/v1/inspections/{key}/sources/report/documents"
    for name in ('a"; filename="b.html', "ünï.txt", "../../etc/passwd", "C:\\x\\evil.exe", "a;b=c.txt"):
        made = browser.post(base, files={"file": (name, b"<script>alert(1)</script>")})
        assert 201 == made.status_code, made.text
        answer = browser.get(f"{base}/{made.json()['number']}")
        said = answer.headers["content-disposition"]
        assert said.startswith('attachment; filename="'), said
        assert (2, 1) == (said.count('"'), said.count("filename=")), said
        assert not {"/", "\\"} & set(said), said
        assert "application/octet-stream" == answer.headers["content-type"]
        assert answer.headers["content-security-policy"].startswith("sandbox;")
        assert ("nosniff", "no-store") == (
            answer.headers["x-content-type-options"],
            answer.headers["cache-control"],
        )


def zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


#: Each name is nine of the one before.
LAUGHS = "a: &a [x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
#: Uploads that are none, or that would take all there is.
HARMFUL = {
    "slip": zipped({"inspection.yaml": TAGGED.encode(), "../../evil": b"x"}),
    "absolute": zipped({"/etc/passwd": b"x"}),
    "bomb": zipped({"inspection.yaml": b" " * (40 * 2**20)}),
    "many": zipped({f"attachments/{n}": b"" for n in range(600)}),
    "cut": zipped({"inspection.yaml": TAGGED.encode()})[:-40],
    "laughs": LAUGHS.encode(),
    "deep": b"[" * 200_000,
    "tag": b"inspection: !!python/object/apply:os.system ['touch /tmp/pwned']\n",
    "nothing": b"",
    "binary": bytes(range(256)) * 50,
    "entity": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
}


@pytest.mark.parametrize("name", HARMFUL)
def test_a_harmful_upload_costs_a_message(served: Any, name: str) -> None:
    browser = served.signed_in("safety uploader")
    answer = browser.post("/api/v1/inspections/import", files={"file": ("a.yaml", HARMFUL[name])})
    assert 422 == answer.status_code, answer.text[:300]
    assert "/etc/passwd" not in answer.text or name == "absolute"
    assert 0 == browser.get("/api/v1/inspections").json()["total"]


# What may not be said of oneself --------------------------------------------------------------------------


def test_who_may_not_moderate_writes_no_settlement_into_evidence(served: Any, drafted: Any) -> None:
    key, owner, *_ = drafted
    inspector = served.signed_in("safety inspector")
    from grader.server import members

    members.add(served.bench, owner, key, "safety-inspector@example.org", "inspector")
    item = evidence.one(served.bench, owner, key, "E001")
    settled = {
        "by": "safety reviewer",
        "on": "2022-10-01",
        "why": "Agreed",
        "said": {"a": {"assessment": "meets"}, "b": {"assessment": "exceeds"}},
    }
    base = f"/api/v1/inspections/{key}/evidence"
    forged = inspector.put(
        f"{base}/E001", json={**item.evidence, "settled": settled}, headers={"If-Match": '"1"'}
    )
    added = inspector.post(
        base, json={**{k: v for k, v in item.evidence.items() if k != "id"}, "settled": settled}
    )
    assert (422, 422) == (forged.status_code, added.status_code)
    assert "settled" in forged.text
    text = exports.export_yaml(served.bench, owner, key).decode()
    with pytest.raises(InputError, match="settled"):
        inspections.replace_from_file(
            served.bench,
            served.person("safety inspector"),
            key,
            "a.yaml",
            text.replace(
                "tagged_by: Tabitha Tagger", f"tagged_by: Tabitha Tagger\n  settled: {json.dumps(settled)}", 1
            ).encode(),
            expected_revision=1,
        )


def test_a_token_for_one_inspection_reaches_no_other(served: Any, drafted: Any) -> None:
    key, owner, *_ = drafted
    browser = served.signed_in("safety owner")
    other = served.inspection(owner, TAGGED)
    made = browser.post(
        "/api/v1/tokens", json={"name": "x", "scopes": ["read", "write", "manage"], "inspection": key}
    )
    client = served.client()
    client.headers["Authorization"] = f"Bearer {made.json()['token']}"
    assert [key] == [i["key"] for i in client.get("/api/v1/inspections").json()["items"]]
    statuses = [client.get(f"/api/v1/inspections/{k}").status_code for k in (key, other)]
    header = {"id": "x", "body": "X", "framework": "PEEL_2021_22", "edition": "2022-03"}
    assert [200, 404] == statuses
    assert 403 == client.post("/api/v1/inspections", json=header).status_code
    assert 403 == client.post("/api/v1/tokens", json={"name": "y", "scopes": ["read"]}).status_code


# Versions -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("said", ["*", "", '"1", "2"', "W/", "one", '"-1"', "1e0", "١"])
def test_what_is_no_version_changes_nothing(served: Any, drafted: Any, said: str) -> None:
    key, owner, *_ = drafted
    browser = served.signed_in("safety owner")
    item = evidence.one(served.bench, owner, key, "E001")
    answer = browser.put(
        f"/api/v1/inspections/{key}/evidence/E001",
        json=item.evidence,
        headers={"If-Match": said.encode("utf-8")},
    )
    assert answer.status_code in (412, 428)
    assert 1 == evidence.one(served.bench, owner, key, "E001").version


def test_the_version_of_the_head_is_none_of_what_the_inspection_holds(served: Any, drafted: Any) -> None:
    """Closing and opening counts the head on: its number comes to be what the evidence had a change ago."""
    key, owner, *_ = drafted
    browser = served.signed_in("safety owner")
    retention.close(served.bench, owner, key, expected_version=1)
    retention.reopen(served.bench, owner, key, expected_version=2)
    seen = browser.get(f"/api/v1/inspections/{key}").headers["etag"]
    text = browser.get(f"/api/v1/inspections/{key}/file").content
    for _ in range(2):
        item = evidence.one(served.bench, owner, key, "E001")
        evidence.edit(served.bench, owner, key, "E001", item.evidence, expected_version=item.version)
    answer = browser.put(
        f"/api/v1/inspections/{key}/file", files={"file": ("a.yaml", text)}, headers={"If-Match": seen}
    )
    assert 412 == answer.status_code


def test_a_source_that_is_there_is_not_made_anew(served: Any, drafted: Any) -> None:
    key, *_ = drafted
    answer = served.signed_in("safety owner").put(
        f"/api/v1/inspections/{key}/sources/report", json={"title": "Mine"}, headers={"If-None-Match": "*"}
    )
    assert (412, "Report") == (answer.status_code, answer.json()["current"]["title"])


# What stays private ---------------------------------------------------------------------------------------


def test_no_secret_is_in_the_log(served: Any, drafted: Any, caplog: pytest.LogCaptureFixture) -> None:
    key, _, reviewer, _ = drafted
    caplog.set_level(logging.DEBUG, logger="grader.server")
    caplog.set_level(logging.INFO)
    browser = served.signed_in("safety logged")
    secrets = ["three plain words", browser.headers["X-CSRF-Token"], next(iter(browser.cookies.values()))]
    invited = invitations.invite(served.bench, reviewer, key, "deputy@quay.example", "Deputy")
    secrets.append(str(invited.link).rpartition("/")[2])
    served.client().get(f"/invitation/{secrets[-1]}")
    served.invited(invited.link)
    token = browser.post("/api/v1/tokens", json={"name": "x", "scopes": ["read"]}).json()["token"]
    browser.get("/api/v1/inspections?words=private-words")
    served.client().get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})
    # What the browser of this test logs is not the server's.
    logged = "\n".join(r.getMessage() for r in caplog.records if not r.name.startswith("http"))
    assert "/tokens" in logged
    assert [] == [s for s in [*secrets, token, "private-words"] if s in logged]


def test_an_error_of_the_database_says_nothing_of_what_is_in_it(served: Any) -> None:
    from sqlalchemy import text

    with pytest.raises(Exception) as raised, served.bench.database.writing() as session:  # noqa: PT011
        session.execute(text("INSERT INTO nowhere VALUES (:a)"), {"a": "a private word"})
    assert "a private word" not in str(raised.value) + str(raised.value.__cause__)


def test_files_that_hold_all_there_is_are_for_their_owner_alone(served: Any, tmp_path: Path) -> None:
    written = tmp_path / "all.zip"
    backup.back_up(served.bench.database, written)
    found = [written]
    if served.bench.database.sqlite:
        found += list(Path(str(served.bench.database.url.database)).parent.glob("grader.sqlite3*"))
    assert {path.name: "0o600" for path in found} == {
        path.name: oct(stat.S_IMODE(path.stat().st_mode)) for path in found
    }


@pytest.mark.parametrize("name", ["removed", "drafted", "finding"])
def test_what_is_redacted_is_nowhere_any_more(served: Any, name: str) -> None:
    owner = served.person("safety owner")
    text = (
        TAGGED
        + "findings:\n  - {id: F001, kind: area_for_improvement, area: responding, statement: Of John Doe}\n"
    )
    key = served.inspection(owner, text.replace("Calls are answered", "John Doe answers"))
    bench = served.bench
    from grader.server import findings

    drafts.release(bench, owner, key, expected_revision=1)
    if name == "removed":
        evidence.remove(bench, owner, key, "E001", expected_version=1)
        retention.redact(bench, owner, key, "E001", "A name", expected_version=2)
        retention.redact(
            bench,
            owner,
            key,
            "F001",
            "A name",
            expected_version=findings.one(bench, owner, key, "F001").version,
        )
    else:
        item = evidence.one(bench, owner, key, "E001")
        evidence.edit(
            bench, owner, key, "E001", {**item.evidence, "statement": "Somebody"}, expected_version=1
        )
        retention.redact(bench, owner, key, "E001", "A name", expected_version=2)
        found = findings.one(bench, owner, key, "F001")
        wording = {**found.finding, "statement": "Of somebody"} if name == "finding" else found.finding
        found = findings.edit(bench, owner, key, "F001", wording, expected_version=found.version)
        retention.redact(bench, owner, key, "F001", "A name", expected_version=found.version)
    held = [
        evidence.history(bench, owner, key, "E001"),
        drafts.draft(bench, owner, key),
        exports.export_yaml(bench, owner, key),
        exports.export_zip(bench, owner, key),
        retention.audited(bench, owner, key, per_page=200),
    ]
    assert [] == [each for each in held if "John Doe" in str(each)]


# Pages ----------------------------------------------------------------------------------------------------


def test_every_answer_is_kept_by_nobody_and_framed_by_nobody(served: Any, drafted: Any) -> None:
    key, *_ = drafted
    browser = served.signed_in("safety owner")
    for path in (
        "/",
        f"/inspections/{key}",
        "/sign-in",
        f"/api/v1/inspections/{key}",
        f"/api/v1/inspections/{key}/file",
        "/nowhere",
        "/api/v1/nowhere",
        "/api/docs",
    ):
        headers = browser.get(path).headers
        assert ("no-store", "DENY", "nosniff") == (
            headers["cache-control"],
            headers["x-frame-options"],
            headers["x-content-type-options"],
        ), path
        assert "unsafe-inline" not in headers["content-security-policy"].replace(
            "style-src 'unsafe-inline'", ""
        )
        assert "default-src 'none'" in headers["content-security-policy"]


def test_the_page_that_documents_the_api_asks_for_nothing_from_elsewhere(served: Any) -> None:
    browser = served.client()
    page = browser.get("/api/docs").text
    asked = re.findall(r"<(?:script|link|img)[^>]* (?:src|href)=\"([^\"]+)\"", page)
    assert {"/static/swagger-ui-bundle.js", "/static/swagger-ui.css", "/static/api-docs.js"} <= set(asked)
    asked = [path for path in asked if path != "data:,"]  # no icon
    assert dict.fromkeys(asked, 200) == {path: browser.get(path).status_code for path in asked}
    script = browser.get("/static/api-docs.js").text
    assert ["/api/v1/openapi.json"] == re.findall(r"url: \"([^\"]+)\"", script)
    assert "validatorUrl: null" in script  # which Swagger UI otherwise asks of its makers
    assert "3.1.0" == browser.get("/api/v1/openapi.json").json()["openapi"]


def test_a_name_that_the_server_does_not_go_by_is_refused(served: Any) -> None:
    assert 400 == served.client().get("/sign-in", headers={"Host": "evil.example"}).status_code


def test_no_path_leads_out_of_the_folder_of_what_is_static(served: Any) -> None:
    for path in ("/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py", "/static//etc/passwd"):
        assert served.client().get(path).status_code == 404, path


def test_an_invitation_that_was_withdrawn_ends_what_was_begun_by_it(served: Any, drafted: Any) -> None:
    key, _, reviewer, body = drafted
    found = invitations.invitations(served.bench, reviewer, key)[0]
    assert 200 == body.get(f"/api/v1/inspections/{key}/draft").status_code
    invitations.uninvite(served.bench, reviewer, key, found.number, expected_version=found.version)
    assert 401 == body.get(f"/api/v1/inspections/{key}/draft").status_code


def test_who_is_invited_reaches_nothing_but_the_draft(served: Any, drafted: Any) -> None:
    _, owner, _, body = drafted
    other = served.inspection(owner, TAGGED)
    assert ([], 404) == (
        body.get("/api/v1/inspections").json()["items"],
        body.get(f"/api/v1/inspections/{other}/draft").status_code,
    )
    assert 403 == body.post("/api/v1/tokens", json={"name": "x", "scopes": ["read"]}).status_code


def test_somebody_without_a_part_is_told_alike_of_what_is_there_and_what_is_not(
    served: Any, drafted: Any
) -> None:
    key, *_ = drafted
    stranger = served.signed_in("safety stranger")
    for rest in (
        "",
        "/evidence",
        "/evidence/E001",
        "/evidence/E999",
        "/audit",
        "/report/html",
        "/zip",
        "/search?words=x",
        "/challenges/1",
        "/areas/responding",
        "/areas/nothing",
        "/members",
    ):
        there, none = (stranger.get(f"/api/v1/inspections/{k}{rest}") for k in (key, "A" * 16))
        assert (404, there.json()) == (none.status_code, none.json()), rest
