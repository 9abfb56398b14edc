"""What stands in a folder under one of our endings is read, or told where it cannot be."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from grader.errors import InputError
from grader.io import catalogue
from grader.io.folders import files_in, inspections_in
from grader.search.learning import learned_from

ITEM = "{id: E1, characteristics: [responding.1a], assessment: meets, statement: s, basis: data, source: s}"
INSPECTION = f"""inspection: {{id: i, body: B, framework: PEEL_2021_22, edition: "2022-03"}}
sources: {{s: {{title: T}}}}
evidence: [{ITEM}]
"""


@pytest.mark.parametrize("where", [".", "below"])
def test_a_link_that_leads_nowhere_and_a_pipe_are_told(tmp_path: Path, where: str) -> None:
    folder = tmp_path / where
    folder.mkdir(exist_ok=True)
    (folder / "a.yaml").write_text(INSPECTION)
    (folder / "notes.txt").symlink_to("nowhere")
    assert [folder / "a.yaml"] == list(files_in(tmp_path))
    (folder / "b.yaml").symlink_to("nowhere")
    with pytest.raises(InputError, match=r"b\.yaml: there is no such file"):
        inspections_in(tmp_path)
    (folder / "b.yaml").unlink()
    os.mkfifo(folder / "b.yml")
    with pytest.raises(InputError, match=r"b\.yml: this is a pipe, not a file"):
        inspections_in(tmp_path)


def test_statements_are_learned_from_json_too(tmp_path: Path) -> None:
    item = '{"id": "E1", "characteristics": ["responding.1a"], "assessment": "meets", "statement": "s"'
    head = '{"id": "i", "body": "B", "framework": "PEEL_2021_22", "edition": "2022-03"}'
    rest = '"basis": "data", "source": "s"}'
    text = f'{{"inspection": {head}, "sources": {{"s": {{"title": "T"}}}}, "evidence": [{item}, {rest}]}}'
    (tmp_path / "a.json").write_text(text)
    framework = catalogue.framework("PEEL_2021_22").framework
    assert ["E1"] == [each.id for each in learned_from(tmp_path, framework)]
