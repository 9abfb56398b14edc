"""Inspectors' files as one: ids kept apart, duplicates once, sources united, what disagrees told."""

from pathlib import Path

import pytest

import grader
from grader.errors import InputError

HEAD = 'inspection: {{id: {id}, body: North Force, framework: PEEL_2021_22, edition: "2022-03"{more}}}\n'


def file(
    folder: Path, name: str, evidence: str, *, id="north", more="", sources="report: {title: Report}", rest=""
):
    path = folder / name
    text = HEAD.format(id=id, more=more) + f"sources: {{{sources}}}\nevidence:\n{evidence}{rest}"
    path.write_text(text, "utf-8")
    return path


def item(id, statement, *, tags="responding.2a", assessment="meets", source="report"):
    return (
        f"  - {{id: {id}, characteristics: [{tags}], assessment: {assessment}, statement: {statement},"
        f" basis: data, source: {source}}}\n"
    )


def ids(merged) -> list[str]:
    return [each.id for each in merged.inspection.evidence]


def test_one_id_for_two_things_gets_the_name_of_each_file(tmp_path):
    one = file(tmp_path, "ann.yaml", item("E1", "Calls are answered") + item("E2", "Nobody hangs up"))
    two = file(tmp_path, "bob.yaml", item("E1", "Cars are old", tags="responding.3a"))
    merged = grader.merge([one, two])
    assert ["ann-E1", "E2", "bob-E1"] == ids(merged)


def test_what_is_the_same_but_for_its_id_stands_once(tmp_path):
    one = file(tmp_path, "ann.yaml", item("E1", "Calls are answered"))
    finding = "{id: F1, kind: area_for_improvement, area: responding, statement: Answer, evidence: [X9]}"
    rest = f"findings:\n  - {finding}\n"
    two = file(tmp_path, "bob.yaml", item("X9", "Calls are answered"), rest=rest)
    merged = grader.merge([one, two])
    assert ["E1"] == ids(merged)
    assert ["E1"] == merged.inspection.findings[0].evidence
    assert any("stands already: E1" in note for note in merged.notes)


def test_twice_in_one_file_is_its_writers_own_affair(tmp_path):
    one = file(tmp_path, "ann.yaml", item("E1", "Calls are answered") + item("E2", "Calls are answered"))
    two = file(tmp_path, "bob.yaml", item("E3", "Cars are old", tags="responding.3a"))
    assert ["E1", "E2", "E3"] == ids(grader.merge([one, two]))


def test_one_wording_tagged_differently_is_told(tmp_path):
    one = file(tmp_path, "ann.yaml", item("E1", "Calls are answered"))
    two = file(tmp_path, "bob.yaml", item("E2", "calls are  answered", assessment="falls_short"))
    merged = grader.merge([one, two])
    assert ["E1", "E2"] == ids(merged)
    assert ["contradictory_tags"] == [warning.code for warning in merged.warnings]
    assert "assessment falls_short, there meets" in merged.warnings[0].message


def test_nearly_one_wording_is_told_and_kept(tmp_path):
    one = file(tmp_path, "ann.yaml", item("E1", "Nearly all calls to the force are answered in ten seconds"))
    two = file(
        tmp_path, "bob.yaml", item("E2", "Nearly all calls to the force are answered in twenty seconds")
    )
    merged = grader.merge([one, two])
    assert 2 == len(merged.inspection.evidence)
    assert ["near_duplicate"] == [warning.code for warning in merged.warnings]


def test_sources_are_united_and_told_apart(tmp_path):
    one = file(tmp_path, "ann.yaml", item("E1", "a", source="s1"), sources="s1: {title: Notes}")
    two = file(
        tmp_path,
        "bob.yaml",
        item("E2", "b", source="s1") + item("E3", "c", source="s2"),
        sources="s1: {title: Letters}, s2: {title: Notes}",
    )
    merged = grader.merge([one, two]).inspection
    assert {"ann-s1": "Notes", "bob-s1": "Letters"} == {k: s.title for k, s in merged.sources.items()}
    assert ["ann-s1", "bob-s1", "ann-s1"] == [each.source for each in merged.evidence]


def test_an_area_only_some_left_out_counts_as_inspected(tmp_path):
    one = file(tmp_path, "ann.yaml", item("E1", "a"), more=", not_inspected: [recording, organised_crime]")
    two = file(tmp_path, "bob.yaml", item("E2", "b"), more=", not_inspected: [recording]")
    merged = grader.merge([one, two])
    assert ["recording"] == merged.inspection.inspection.not_inspected
    assert any(note.startswith("organised_crime counts as inspected") for note in merged.notes)


def test_inspections_of_two_bodies_are_not_merged(tmp_path):
    one = file(tmp_path, "ann.yaml", item("E1", "a"))
    two = file(tmp_path, "bob.yaml", item("E2", "b"))
    two.write_text(two.read_text("utf-8").replace("North Force", "South Force"), "utf-8")
    with pytest.raises(InputError, match="body is 'South Force'"):
        grader.merge([one, two])


def test_ids_that_differ_need_one_for_the_whole(tmp_path):
    one = file(tmp_path, "ann.yaml", item("E1", "a"), id="north-a")
    two = file(tmp_path, "bob.yaml", item("E2", "b"), id="north-b")
    with pytest.raises(InputError, match="--inspection-id"):
        grader.merge([one, two])
    assert "north" == grader.merge([one, two], inspection_id="north").inspection.id


def test_files_of_one_name_are_told_apart_by_their_folders(tmp_path):
    paths = []
    for name in ("ann", "bob"):
        (tmp_path / name).mkdir()
        paths.append(file(tmp_path / name, "inspection.yaml", item("E1", f"seen by {name}")))
    assert ["ann-E1", "bob-E1"] == ids(grader.merge(paths))


def test_what_is_merged_loads_and_grades_as_its_parts_would(tmp_path):
    one = file(tmp_path, "ann.yaml", item("E1", "a"))
    two = file(tmp_path, "bob.yaml", item("E1", "b", tags="responding.3a"))
    assert 2 == len(grader.load(grader.merge([one, two]).text).inspection.evidence)


def test_the_command_writes_one_file_and_keeps_what_is_there(tmp_path):
    from grader.cli.app import run

    one = file(tmp_path, "ann.yaml", item("E1", "a"))
    two = file(tmp_path, "bob.yaml", item("E2", "b"))
    out = tmp_path / "all.yaml"
    assert 0 == run(["merge", str(one), str(two), "-o", str(out)])
    assert 2 == run(["merge", str(one), str(two), "-o", str(out)])
    assert 2 == run(["merge", str(one), str(two), "-o", str(one), "--force"])
    assert 2 == run(["merge", str(one), "-o", str(tmp_path / "other.yaml")])


def test_what_two_people_say_and_tag_the_same_stands_once_and_names_both(tmp_path):
    said = item("E1", "Calls are answered").removesuffix("}\n")
    one, two = (file(tmp_path, f"{n}.yaml", f"{said}, tagged_by: {n}}}\n") for n in ("ann", "bob"))
    merged = grader.merge([one, two])
    assert [("E1", "ann and bob")] == [(e.id, e.tagged_by) for e in merged.inspection.evidence]


def test_what_was_left_out_is_kept_once(tmp_path):
    settled = "settled: {by: C, on: 2022-06-01, why: not ours, said: {ann: {left_out: true}}}"
    rest = f"left_out:\n  - {{id: X, statement: Said, {settled}}}\n"
    one, two = (file(tmp_path, f"{n}.yaml", item(n, n), rest=rest) for n in ("ann", "bob"))
    assert ["X"] == [each.id for each in grader.merge([one, two]).inspection.left_out]


def finding(id, statement, **more):
    rest = "".join(f", {key}: {value}" for key, value in more.items())
    return f"  - {{id: {id}, kind: area_for_improvement, area: responding, statement: {statement}{rest}}}\n"


def test_issued_and_earlier_findings_share_their_ids(tmp_path):
    one = file(tmp_path, "ann.yaml", item("E1", "One"), rest="findings:\n" + finding("F1", "Answer"))
    rest = "previous:\n" + finding("F1", "Train", progress="closed")
    merged = grader.merge([one, file(tmp_path, "bob.yaml", item("E2", "Two"), rest=rest)])
    assert ["ann-F1", "bob-F1"] == [f.id for f in merged.inspection.all_findings]


def test_what_was_left_out_has_an_id_that_no_evidence_has(tmp_path):
    settled = "settled: {by: C, on: 2022-06-01, why: not ours, said: {ann: {left_out: true}}}"
    rest = f"left_out:\n  - {{id: E2, statement: Said, {settled}}}\n"
    one, two = (
        file(tmp_path, "ann.yaml", item("E1", "One"), rest=rest),
        file(tmp_path, "bob.yaml", item("E2", "Two")),
    )
    merged = grader.merge([one, two])
    assert ["ann-E2"] == [each.id for each in merged.inspection.left_out]
    assert ["E1", "E2"] == ids(merged)
    again = file(tmp_path, "cy.yaml", item("E2", "Two"), rest=rest)
    with pytest.raises(InputError, match="evidence 'E2' stands twice"):
        grader.load(again)


@pytest.mark.parametrize("id", ["", " x", "a\nb"])
def test_an_id_that_is_none_is_told(tmp_path, id):
    two = [file(tmp_path, f"{name}.yaml", item(name, name)) for name in ("ann", "bob")]
    with pytest.raises(InputError, match=r"--inspection-id: .* is not an id"):
        grader.merge(two, inspection_id=id)


def test_ids_that_differ_in_signs_alone_differ(tmp_path):
    two = [file(tmp_path, f"{n}.yaml", item(n, n), id=id) for n, id in (("ann", "a-1"), ("bob", "a_1"))]
    with pytest.raises(InputError, match="id is 'a_1', and in"):
        grader.merge(two)


def test_earlier_grades_of_all_files_are_kept_and_may_not_differ(tmp_path):
    def of(name, area, grade):
        more = f", earlier_grades: {{{area}: {{grade: {grade}, given_in: first cycle}}}}"
        return file(tmp_path, f"{name}.yaml", item(name, name), more=more)

    merged = grader.merge([of("ann", "responding", "Good"), of("bob", "strategy", "Good")])
    assert {"responding", "strategy"} == set(merged.inspection.inspection.earlier_grades)
    with pytest.raises(InputError, match=r"earlier grade of responding is 'Good\+' in first cycle, and in"):
        grader.merge([of("ann", "responding", "Good"), of("bob", "responding", "Good+")])


def test_an_id_too_long_with_its_files_name_is_told(tmp_path):
    id, long = "E" * 150, "n" * 60
    one, two = file(tmp_path, f"{long}.yaml", item(id, "One")), file(tmp_path, "b.yaml", item(id, "Two"))
    with pytest.raises(InputError, match="is not an id"):
        grader.merge([one, two])
