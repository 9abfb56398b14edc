"""`grader schema`: each schema is one, takes our files, and refuses broken ones."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from grader.io.yaml_source import read_document
from grader.schemas import schema_names, schema_of

Run = Callable[..., Any]


def as_json(data: Any) -> Any:
    """What the loader read, as JSON has it: dates as text."""
    if isinstance(data, dict):
        return {key: as_json(value) for key, value in data.items()}
    if isinstance(data, list):
        return [as_json(value) for value in data]
    return data.isoformat() if isinstance(data, date) else data


def faults(name: str, data: Any) -> list[str]:
    return [e.message for e in Draft202012Validator(schema_of(name)).iter_errors(data)]


@pytest.mark.parametrize("name", schema_names())
def test_each_is_a_json_schema_that_names_itself(run: Run, name: str) -> None:
    ran = run("schema", name)
    schema = json.loads(ran.out)

    Draft202012Validator.check_schema(schema)
    assert 0 == ran.code
    assert "https://json-schema.org/draft/2020-12/schema" == schema["$schema"]
    assert f"urn:grader:schema:{name}" == schema["$id"]
    assert schema["title"]


def test_an_unknown_name_gets_the_nearest(run: Run) -> None:
    ran = run("schema", "inspektion")

    assert (2, "") == (ran.code, ran.out)
    assert "error: unknown schema 'inspektion'\n  help: did you mean 'inspection'?\n" == ran.err


def test_our_files_are_what_the_schemas_say(
    leicestershire: Path, example_decisions: Path, rulebook_folder: Path, framework_file: Path
) -> None:
    layers = [p for p in sorted(rulebook_folder.glob("*.yaml")) if p.name != "rulebook.yaml"]
    files = [
        ("inspection", leicestershire),
        ("decisions", example_decisions),
        ("framework", framework_file),
        ("rulebook", rulebook_folder / "rulebook.yaml"),
        *(("layer", path) for path in layers),
    ]

    for name, path in files:
        assert [] == faults(name, as_json(read_document(path).data))


def test_a_proposal_is_what_its_schema_says_and_every_key_is_required(run: Run, leicestershire: Path) -> None:
    answer = json.loads(run("grade", leicestershire, "--json").out)

    assert [] == faults("proposal", answer)
    for key in answer:
        assert faults("proposal", {k: v for k, v in answer.items() if k != key})


BREAKS: list[tuple[str, Callable[[Any], object]]] = [
    ("an unknown key", lambda d: d.update(extra=1)),
    ("no evidence", lambda d: d.pop("evidence")),
    ("a body that is a number", lambda d: d["inspection"].update(body=7)),
    ("an unknown assessment", lambda d: d["evidence"][0].update(assessment="meet")),
    ("no characteristics", lambda d: d["evidence"][0].update(characteristics=[])),
    ("an unknown key of an item", lambda d: d["evidence"][0].update(asessment="meets")),
    ("a date with words", lambda d: d["evidence"][0].update(remedied_on="last May")),
    ("remedied as text", lambda d: d["evidence"][0].update(remedied="yes")),
]


@pytest.mark.parametrize(("what", "break_it"), BREAKS, ids=[what for what, _ in BREAKS])
def test_a_broken_inspection_is_refused(
    leicestershire: Path, what: str, break_it: Callable[[Any], object]
) -> None:
    data = copy.deepcopy(as_json(read_document(leicestershire).data))
    break_it(data)

    assert faults("inspection", data), what


def test_an_unquoted_year_is_what_the_reader_takes() -> None:
    inspection = {
        "inspection": {"id": "i", "body": "b", "framework": "f", "edition": "e"},
        "sources": {"s": {"title": "t", "published": 2022}},
        "evidence": [],
    }

    assert [] == faults("inspection", inspection)
