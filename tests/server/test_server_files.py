"""What the workbench holds goes out and comes back as the files of the command line."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader import api
from grader.errors import InputError
from grader.server import archives, decisions, evidence, exports, inspections, sources


@pytest.fixture(scope="module")
def decided(served: Any) -> tuple[Any, Any, str]:
    """The bench, an owner, and an inspection with a decision and a document."""
    owner = served.person("files owner")
    key = served.inspection(owner)
    area = decisions.area(served.bench, owner, key, "responding")
    decisions.decide(
        served.bench, owner, key, "responding", "good", expected_version=area.version, rationale="Seen"
    )
    sources.attach(served.bench, owner, key, "report", "../notes.txt", b"<script>")
    return served.bench, owner, key


def test_a_zip_comes_back_as_it_went_out(decided: Any) -> None:
    bench, owner, key = decided
    first = exports.export_zip(bench, owner, key)
    again = inspections.import_file(bench, owner, "again.zip", first).inspection.key
    assert first == exports.export_zip(bench, owner, again)
    (source,) = sources.listed(bench, owner, again)
    assert ["notes.txt"] == [document.file_name for document in source.attachments]
    one, other = (decisions.proposal(bench, owner, k) for k in (key, again))
    assert json.dumps(one.proposal) == json.dumps(other.proposal)
    assert [a.decision for a in one.areas] == [a.decision for a in other.areas]


def test_the_command_grades_the_files_as_the_workbench_does(decided: Any, tmp_path: Path) -> None:
    bench, owner, key = decided
    with zipfile.ZipFile(io.BytesIO(exports.export_zip(bench, owner, key))) as archive:
        archive.extractall(tmp_path)
    graded = api.grade(tmp_path / "inspection.yaml").model_dump(mode="json", by_alias=True)
    shown = decisions.proposal(bench, owner, key).proposal
    assert shown == {**graded, "inspection_sha256": None}
    assert json.loads((tmp_path / "proposal.json").read_text("utf-8")) == graded


def test_the_decisions_are_verified_by_the_command(
    decided: Any, tmp_path: Path, run: Callable[..., Any]
) -> None:
    bench, owner, key = decided
    with zipfile.ZipFile(io.BytesIO(exports.export_zip(bench, owner, key))) as archive:
        archive.extractall(tmp_path)
    assert 0 == run("verify", tmp_path / "decisions.yaml", tmp_path / "inspection.yaml").code


def test_undoing_leaves_both_acts_in_the_log(served: Any) -> None:
    owner = served.person("files owner")
    key = served.inspection(owner)
    bench = served.bench
    area = decisions.area(bench, owner, key, "workforce")
    done = decisions.decide(
        bench, owner, key, "workforce", "good", expected_version=area.version, rationale="Seen"
    )
    undone = decisions.undo(bench, owner, key, "workforce", expected_version=done.version)
    assert None is undone.decision
    assert ["decided", "undone"] == [act["act"] for act in decisions.decisions(bench, owner, key).acts]


def _zip(**files: bytes) -> bytes:
    return archives.packed(
        {name.replace("__", "/").replace("_", "."): content for name, content in files.items()}
    )


BOMB = archives.packed({"inspection.yaml": b" " * (40 * 2**20)})


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (_zip(other_yaml=b"x"), "'other.yaml' is no file of an inspection"),
        (archives.packed({"../inspection.yaml": b"x"}), "'../inspection.yaml' is no file of an inspection"),
        (archives.packed({"attachments/../x": b"x"}), "'attachments/../x' is no file of an inspection"),
        (_zip(decisions_yaml=b"x"), "the zip holds no inspection.yaml"),
        (BOMB, "'inspection.yaml' is too large unpacked"),
        (b"PK\x03\x04broken", "the zip is damaged, or packed in a way that is not read here"),
        (b"%PDF-1.7", "this is a PDF document, and no inspection"),
        (b"", "this is empty, and no inspection"),
    ],
)
def test_what_is_no_inspection_is_refused_by_name(served: Any, content: bytes, said: str) -> None:
    with pytest.raises(InputError) as raised:
        inspections.import_file(served.bench, served.person("files owner"), "x.zip", content)
    assert said == raised.value.problems[0].message


def test_nothing_is_half_imported(served: Any) -> None:
    owner = served.person("files half")
    bad = served.text.replace("assessment: exceeds", "assessment: excedes")
    with pytest.raises(InputError):
        inspections.import_file(served.bench, owner, "x.yaml", bad.encode())
    assert 0 == inspections.listed(served.bench, owner).total


def test_faults_have_the_places_that_files_have(served: Any) -> None:
    client = served.signed_in("files half")
    bad = served.text.replace("assessment: exceeds", "assessment: excedes")
    answer = client.post("/api/v1/inspections/import", files={"file": ("mine.yaml", bad.encode())})
    problem = answer.json()["problems"][0]
    assert (422, "mine.yaml", 9) == (answer.status_code, problem["file"], problem["line"])
    assert "did you mean 'exceeds'?" == problem["help"]


def test_a_fault_of_an_item_is_told_at_its_field(served: Any) -> None:
    client = served.signed_in("files owner")
    key = served.inspection(served.person("files owner"))
    item = {"characteristics": ["responding.9z"], "assessment": "meets", "statement": "x", "basis": "data"}
    answer = client.post(f"/api/v1/inspections/{key}/evidence", json={**item, "source": "report"})
    problem = answer.json()["problems"][0]
    assert ("characteristics[0]", "unknown characteristic 'responding.9z'") == (
        problem["file"],
        problem["message"],
    )


def test_a_document_is_handed_out_to_be_saved_and_never_shown(served: Any, decided: Any) -> None:
    _, _, key = decided
    client = served.signed_in("files owner")
    source = client.get(f"/api/v1/inspections/{key}/sources/report").json()
    number = source["attachments"][0]["number"]
    answer = client.get(f"/api/v1/inspections/{key}/sources/report/documents/{number}")
    assert b"<script>" == answer.content
    assert "application/octet-stream" == answer.headers["content-type"]
    assert answer.headers["content-disposition"].startswith('attachment; filename="notes.txt"')


def test_text_that_no_file_could_hold_is_refused(served: Any) -> None:
    owner = served.person("files owner")
    key = served.inspection(owner)
    item = evidence.one(served.bench, owner, key, "E001")
    for statement in ("a\0b", "a\ud800b", "\x07"):
        with pytest.raises(InputError):
            evidence.edit(
                served.bench,
                owner,
                key,
                "E001",
                {**item.evidence, "statement": statement},
                expected_version=1,
            )
