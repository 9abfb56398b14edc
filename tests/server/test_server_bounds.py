"""What an inspection may hold, however it comes in; and what it is called, once it is decided on."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from grader.errors import InputError
from grader.server import (
    accounts,
    decisions,
    evidence,
    exports,
    findings,
    inspections,
    members,
    sources,
    workbooks,
)
from grader.server.callers import COMMAND
from grader.server.refusals import NotNow, NotThere, TooMany
from grader.server.uploads import Uploads


@pytest.fixture
def limited(served: Any) -> Iterator[Callable[..., None]]:
    """`limited(evidence=3)`: the limits of the workbench, for one test."""
    before = served.bench.settings

    def to(**limits: int) -> None:
        others = before.limits.model_copy(update=limits)
        served.bench.settings = before.model_copy(update={"limits": others})

    yield to
    served.bench.settings = before


def test_files_bring_no_more_evidence_than_an_inspection_may_hold(
    served: Any, limited: Callable[..., None]
) -> None:
    owner, bench = served.person("bounds owner"), served.bench
    key = served.inspection(owner)
    file = exports.export_yaml(bench, owner, key)
    limited(evidence=2)
    with pytest.raises(NotNow, match="at most 2 items"):
        inspections.import_file(bench, owner, "x.yaml", file)
    with pytest.raises(NotNow, match="at most 2 items"):
        inspections.replace_from_file(bench, owner, key, "x.yaml", file, expected_revision=1)


def test_files_bring_no_more_documents_than_an_inspection_or_its_owner_may_hold(
    served: Any, limited: Callable[..., None]
) -> None:
    owner, bench = served.person("documents owner"), served.bench
    key = served.inspection(owner)
    sources.attach(bench, owner, key, "report", "a.txt", b"a" * 100)
    sources.attach(bench, owner, key, "report", "b.txt", b"b" * 100)
    content = exports.export_zip(bench, owner, key)
    limited(documents=150)
    with pytest.raises(NotNow, match="an inspection holds at most"):
        inspections.import_file(bench, owner, "x.zip", content)
    limited(documents_of_owner=350)
    with pytest.raises(NotNow, match="one owner"):
        inspections.import_file(bench, owner, "x.zip", content)
    other = served.inspection(owner)
    with pytest.raises(NotNow, match="one owner"):
        sources.attach(bench, owner, other, "report", "c.txt", b"c" * 200)
    sources.attach(bench, owner, other, "report", "c.txt", b"c" * 100)
    another = served.person("bounds owner")
    assert 3 == inspections.import_file(bench, another, "x.zip", content).inspection.evidence


def test_a_zip_is_given_out_without_documents_where_it_could_not_come_in_again(
    served: Any, limited: Callable[..., None]
) -> None:
    owner, bench = served.person("bounds owner"), served.bench
    key = served.inspection(owner)
    sources.attach(bench, owner, key, "report", "a.txt", b"a" * 3000)
    page = served.signed_in("bounds owner").get(f"/inspections/{key}/files").text
    assert "may not come in again" not in page
    limited(upload=2048)
    client = served.signed_in("bounds owner")
    assert "may not come in again" in client.get(f"/inspections/{key}/files").text
    small = client.get(f"/inspections/{key}/files/inspection.zip?documents=no").content
    with zipfile.ZipFile(io.BytesIO(small)) as archive:
        assert ["inspection.yaml", "proposal.json"] == sorted(archive.namelist())


@pytest.mark.parametrize("changed", [{"id": "renamed"}, {"edition": "2021-04"}])
def test_what_is_decided_on_keeps_its_id_and_its_edition(served: Any, changed: dict[str, str]) -> None:
    owner, bench = served.person("bounds owner"), served.bench
    key = served.inspection(owner)
    seen = inspections.one(bench, owner, key)
    area = decisions.area(bench, owner, key, "responding")
    decisions.decide(bench, owner, key, "responding", "good", expected_version=area.version, rationale="Seen")
    with pytest.raises(NotNow, match="decisions are recorded on harbour-2022"):
        inspections.change_header(bench, owner, key, {**seen.header, **changed}, expected_version=1)
    file = exports.export_yaml(bench, owner, key)
    for name, value in changed.items():
        file = file.replace(str(seen.header[name]).encode(), value.encode())
    with pytest.raises((NotNow, InputError)):
        inspections.replace_from_file(bench, owner, key, "x.yaml", file, expected_revision=1)
    other = inspections.change_header(bench, owner, key, {**seen.header, "body": "Quay"}, expected_version=1)
    assert "Quay" == other.body


def test_an_id_is_found_after_the_highest_there_can_be(served: Any) -> None:
    owner, bench = served.person("bounds owner"), served.bench
    key = served.inspection(owner)
    item = evidence.one(bench, owner, key, "E001").evidence
    given = {name: value for name, value in item.items() if name != "id"}
    evidence.add(bench, owner, key, {**given, "id": "E999999999"})
    assert ["E1000000000", "E1000000001"] == [evidence.add(bench, owner, key, given).id for _ in range(2)]
    issued = {"kind": "area_for_improvement", "area": "responding", "statement": "Slow"}
    findings.add(bench, owner, key, "findings", {**issued, "id": "F999999999"})
    assert "F1000000000" == findings.add(bench, owner, key, "findings", issued).id
    there = {"evidence": [{"id": "E999999999", "source": "a"}]}
    assert ["E1000000000"] == workbooks.added(there, there)[1]


def test_an_owner_who_may_not_sign_in_does_not_count_as_one(served: Any) -> None:
    owner, bench = served.person("bounds owner"), served.bench
    key = served.inspection(owner, **{"bounds second": "owner"})
    second = accounts.one(bench, COMMAND, served.person("bounds second").account_id)
    accounts.change(bench, COMMAND, second.number, expected_version=second.version, disabled=True)
    mine = next(m for m in members.listed(bench, owner, key) if m.account == owner.account_id)
    with pytest.raises(NotNow, match="has an owner"):
        members.remove(bench, owner, key, mine.account, expected_version=mine.version)


def test_uploads_that_wait_are_put_out_by_those_of_whoever_has_most(
    served: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grader.server.uploads.MOST", 100)
    ann, bob = served.person("bounds owner"), served.person("bounds second")
    uploads = Uploads(lambda: datetime.now(UTC))
    kept = uploads.keep(ann, "one", "a.csv", b"a" * 30)
    many = [uploads.keep(bob, "two", f"{n}.csv", b"b" * 30) for n in range(5)]
    assert b"a" * 30 == uploads.of(ann, "one", kept).content
    assert b"b" * 30 == uploads.of(bob, "two", many[-1]).content
    uploads.forget("two")
    assert b"a" * 30 == uploads.of(ann, "one", kept).content
    with pytest.raises(NotThere):
        uploads.of(bob, "two", many[-1])


def test_who_has_an_account_is_not_asked_for_one_address_after_the_other(served: Any) -> None:
    owner, bench = served.person("curious owner"), served.bench
    key = served.inspection(owner)
    for number in range(20):
        with pytest.raises(InputError, match="nobody here"):
            members.add(bench, owner, key, f"nobody-{number}@example.org", "reader")
    with pytest.raises(TooMany, match="too many people"):
        members.add(bench, owner, key, "nobody-20@example.org", "reader")
    members.add(bench, owner, key, served.person("bounds owner").email, "reader")


def test_what_was_taken_away_is_listed_with_its_history_and_can_be_redacted(served: Any) -> None:
    owner, bench = served.person("bounds owner"), served.bench
    key = served.inspection(owner)
    evidence.remove(bench, owner, key, "E001", expected_version=1)
    client = served.signed_in("bounds owner")
    at = f"/inspections/{key}"
    assert f"{at}/item?id=E001" in client.get(f"{at}/removed").text
    item = client.get(f"{at}/item?id=E001").text
    assert "It is taken away" in item
    assert f"{at}/redact?id=E001" in item
    form = client.get(f"{at}/redact?id=E001").text
    assert "Calls are answered" in form
    said = {"reason": "A name", "version": "2", "csrf": client.headers["X-CSRF-Token"]}
    assert 303 == client.post(f"{at}/redact?id=E001", data=said).status_code
    assert "Calls are answered" not in client.get(f"{at}/removed").text
    assert 404 == client.get(f"{at}/item?id=E999").status_code
