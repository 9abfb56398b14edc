"""Nobody overwrites unseen: versions asked for, told, and held."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from grader.server import evidence
from grader.server.refusals import Changed


@pytest.fixture(scope="module")
def owner(served: Any) -> Any:
    return served.signed_in("versions owner")


@pytest.fixture
def base(served: Any) -> str:
    return f"/api/v1/inspections/{served.inspection(served.person('versions owner'))}"


def test_a_change_without_a_version_is_refused(owner: Any, base: str) -> None:
    item = owner.get(f"{base}/evidence/E001").json()["evidence"]
    answer = owner.put(f"{base}/evidence/E001", json=item)
    assert (428, "version_needed") == (answer.status_code, answer.json()["code"])
    assert "application/problem+json" == answer.headers["content-type"]


@pytest.mark.parametrize("version", ["*", ""])
def test_a_version_that_means_any_is_none(owner: Any, base: str, version: str) -> None:
    answer = owner.delete(f"{base}/evidence/E001", headers={"If-Match": version})
    assert 428 == answer.status_code


def test_who_comes_second_is_told_what_there_is_now(owner: Any, base: str) -> None:
    read = owner.get(f"{base}/evidence/E001")
    item, tag = read.json()["evidence"], read.headers["etag"]
    first = owner.put(
        f"{base}/evidence/E001", json={**item, "assessment": "exceeds"}, headers={"If-Match": tag}
    )
    second = owner.put(
        f"{base}/evidence/E001", json={**item, "assessment": "falls_short"}, headers={"If-Match": tag}
    )
    assert [200, 412] == [first.status_code, second.status_code]
    told = second.json()
    assert first.headers["etag"] == second.headers["etag"]
    assert ("exceeds", "versions owner") == (told["current"]["assessment"], told["by"])
    assert "E001 was changed by versions owner since you read it" == told["title"]


def test_an_item_taken_away_and_made_again_is_another_one(owner: Any, base: str) -> None:
    read = owner.get(f"{base}/evidence/E001")
    tag, item = read.headers["etag"], read.json()["evidence"]
    assert 204 == owner.delete(f"{base}/evidence/E001", headers={"If-Match": tag}).status_code
    assert 201 == owner.post(f"{base}/evidence", json=item).status_code
    assert 412 == owner.delete(f"{base}/evidence/E001", headers={"If-Match": tag}).status_code
    history = owner.get(f"{base}/evidence/E001/history").json()
    assert ["added", "removed", "added"] == [version["act"] for version in history]


def test_several_are_tagged_all_or_none(owner: Any, base: str) -> None:
    stale = {"expected": {"E001": 1, "E002": 7}, "tags": {"basis": "interview"}}
    assert 412 == owner.patch(f"{base}/evidence", json=stale).status_code
    assert "data" == owner.get(f"{base}/evidence/E001").json()["evidence"]["basis"]
    good = {"expected": {"E001": 1, "E002": 1}, "tags": {"basis": "interview"}}
    assert [2, 2] == [each["version"] for each in owner.patch(f"{base}/evidence", json=good).json()]


def test_a_decision_is_on_what_was_seen(owner: Any, base: str) -> None:
    seen = owner.get(f"{base}/areas/responding").headers["etag"]
    item = owner.get(f"{base}/evidence/E002")
    better = {**item.json()["evidence"], "assessment": "meets"}
    better.pop("harm")
    owner.put(f"{base}/evidence/E002", json=better, headers={"If-Match": item.headers["etag"]})
    said = {"grade": "good", "rationale": "Seen"}
    late = owner.put(f"{base}/areas/responding/decision", json=said, headers={"If-Match": seen})
    assert 412 == late.status_code
    again = owner.put(
        f"{base}/areas/responding/decision", json=said, headers={"If-Match": late.headers["etag"]}
    )
    assert (200, "good") == (again.status_code, again.json()["decision"]["grade"])


def test_a_change_of_another_area_is_in_nobodys_way(owner: Any, base: str) -> None:
    seen = owner.get(f"{base}/areas/responding").headers["etag"]
    item = owner.get(f"{base}/evidence/E003")
    worse = {**item.json()["evidence"], "assessment": "meets"}
    owner.put(f"{base}/evidence/E003", json=worse, headers={"If-Match": item.headers["etag"]})
    said = {"grade": "good", "rationale": "Seen"}
    assert (
        200
        == owner.put(f"{base}/areas/responding/decision", json=said, headers={"If-Match": seen}).status_code
    )


def test_of_many_who_change_an_item_at_once_each_is_kept_or_told(served: Any) -> None:
    person = served.person("versions owner")
    key = served.inspection(person)
    item = evidence.one(served.bench, person, key, "E001")

    def change(number: int) -> str:
        for _ in range(40):
            now = evidence.one(served.bench, person, key, "E001")
            statement = f"{now.evidence['statement']} {number}"
            try:
                evidence.edit(
                    served.bench,
                    person,
                    key,
                    "E001",
                    {**now.evidence, "statement": statement},
                    expected_version=now.version,
                )
            except Changed:
                continue
            return "kept"
        return "given up"

    with ThreadPoolExecutor(6) as pool:
        said = list(pool.map(change, range(12)))
    last = evidence.one(served.bench, person, key, "E001")
    assert ["kept"] * 12 == said
    assert sorted(range(12)) == sorted(map(int, last.evidence["statement"].split()[3:]))
    assert item.version + 12 == last.version


def test_no_item_gets_the_id_of_what_was_left_out(served: Any, owner: Any) -> None:
    settled = "{by: C, on: 2022-06-01, why: not ours, said: {A: {left_out: true}}}"
    text = f"{served.text}\nleft_out:\n- {{id: E009, statement: Said, settled: {settled}}}\n"
    base = f"/api/v1/inspections/{served.inspection(served.person('versions owner'), text)}"
    item = owner.get(f"{base}/evidence/E001").json()["evidence"]
    assert 409 == owner.post(f"{base}/evidence", json={**item, "id": "E009"}).status_code
    del item["id"]
    assert "E010" == owner.post(f"{base}/evidence", json=item).json()["id"]
