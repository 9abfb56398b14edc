"""Names as people write and print them, and what is suggested for those that are mistyped."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

import grader
from grader import api
from grader.errors import InputError, UnknownNameError, nearest, suggest
from grader.io import catalogue
from grader.io.decisions import read_decisions
from grader.io.printed_names import PrintedNames, candidates, match_printed, required
from grader.language.settings import read_settings

FRAMEWORK = catalogue.framework("PEEL_2021_22").framework
NAMES = PrintedNames(FRAMEWORK)
IDS = sorted(NAMES.characteristics)

INSPECTION = """\
inspection: {id: a, body: A, framework: peel_2021_22, edition: "2022-03",
             not_inspected: [Recording data about crime]}
sources: {Report: {title: R}}
evidence:
  - {id: E1, characteristics: [RESP-2c, Responding.1A], assessment: Partly meets, statement: S,
     basis: Case file review, extent: Widespread, harm: Serious, source: report}
findings:
  - {id: F1, kind: Cause of concern, area: Responding to the public, statement: S, recommendations: [R],
     evidence: [e1], characteristics: [resp-2C]}
"""


@pytest.mark.parametrize(
    ("kind", "word", "expected"),
    [
        ("grades", "Adequate", "adequate"),
        ("grades", "RI", "requires_improvement"),
        ("grades", "Requires improvement", "requires_improvement"),
        ("grades", "requires-improvement", "requires_improvement"),
        ("areas", "Responding to the public", "responding"),
        ("areas", "RESPONDING", "responding"),
        ("areas", "tackling serious and organised crime", "organised_crime"),
        ("areas", "SOC", "organised_crime"),
        ("characteristics", "RESP-2c", "responding.2c"),
        ("characteristics", "CDI-1", "recording.1a"),
        ("characteristics", "CDI-12", "recording.1l"),
        ("characteristics", "VIC-3a", "victims.3a"),
        ("characteristics", "Strategic_Policing.1A", "strategic_policing.1a"),
    ],
)
def test_a_printed_name_stands_for_its_id(kind: str, word: str, expected: str) -> None:
    assert expected == match_printed(word, getattr(NAMES, kind))
    assert expected == NAMES.matched(kind, word)


@pytest.mark.parametrize("name", IDS)
def test_every_characteristic_goes_by_its_id_in_any_case_and_by_its_code(name: str) -> None:
    codes = NAMES.characteristics[name]
    assert [name] * (1 + len(codes)) == [NAMES.matched("characteristics", w) for w in (name.upper(), *codes)]


def test_a_name_of_two_things_stands_for_none() -> None:
    assert match_printed("ri", {"a": ["RI"], "b": ["Ri"]}) is None
    assert "RI" == match_printed("RI", {"RI": [], "b": ["RI"]})


def test_an_inspection_may_name_things_as_printed(tmp_path: Path) -> None:
    file = tmp_path / "inspection.yaml"
    file.write_text(INSPECTION)
    found = grader.load(file).inspection
    (item,), (finding,) = found.evidence, found.findings
    head = found.inspection
    assert ("PEEL_2021_22", ["recording"]) == (head.framework, head.not_inspected)
    assert ["responding.2c", "responding.1a"] == item.characteristics
    assert ("partly_meets", "case_file_review", "serious", "Report") == (
        item.assessment,
        item.basis,
        item.harm,
        item.source,
    )
    assert ("cause_of_concern", "responding", ["E1"], ["responding.2c"]) == (
        finding.kind,
        finding.area,
        finding.evidence,
        finding.characteristics,
    )


def test_decisions_may_name_things_as_printed_and_keep_their_places(tmp_path: Path) -> None:
    file = tmp_path / "decisions.yaml"
    file.write_text(
        "decisions: {inspection: a, decided_by: B, framework: Peel_2021_22, stated_counts: {RI: 1}}\n"
        "grades:\n  Responding to the public: {grade: Requires improvement}\n"
    )
    read = read_decisions(file)
    assert {"responding": "requires_improvement"} == {k: v.grade for k, v in read.decisions.grades.items()}
    assert {"requires_improvement": 1} == read.decisions.decisions.stated_counts
    assert 3 == read.document.place(("grades", "responding")).line


def test_an_area_decided_under_two_of_its_names_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "decisions.yaml"
    file.write_text(
        "decisions: {inspection: a, decided_by: B, framework: PEEL_2021_22}\n"
        "grades: {responding: {grade: good}, RESP: {grade: adequate}}\n"
    )
    with pytest.raises(grader.InputError, match="'RESP' is responding, which stands twice; first as 'resp"):
        read_decisions(file)


def test_functions_take_areas_and_grades_as_printed_and_say_the_nearest(tmp_path: Path) -> None:
    file = tmp_path / "inspection.yaml"
    file.write_text(INSPECTION)
    proposal = grader.grade(file)
    assert "responding" == proposal.area("Responding to the public").area
    assert "responding" == api.explain(file, "RESP").area
    with pytest.raises(UnknownNameError, match="did you mean 'responding'"):
        proposal.area("respondign")
    with pytest.raises(UnknownNameError, match="no area 'responing'\n  help: did you mean 'responding'"):
        api.smallest_change(file, "responing", "good")
    with pytest.raises(UnknownNameError, match="unknown grade 'god'\n  help: did you mean 'good'"):
        api.why_not(file, "responding", "god")


# Mistyped names ------------------------------------------------------------------------------------------


def typo(name: str, draw: random.Random) -> str:
    """The name as one slip of a finger leaves it."""
    at = draw.randrange(len(name))
    digits = [i for i, c in enumerate(name) if c.isdigit()]
    match draw.randrange(6):
        case 0:
            return name.upper() if draw.random() < 0.5 else name.capitalize()
        case 1:
            return name[:at] + name[at + 1 :]
        case 2:
            return name[:at] + name[at] + name[at:]
        case 3:
            at = min(at, len(name) - 2)
            return name[:at] + name[at + 1] + name[at] + name[at + 2 :]
        case 4:
            at = draw.choice(digits)
            return name[:at] + draw.choice("0123456789") + name[at + 1 :]
        case _:
            return name[:at] + draw.choice("abcdefghijklmnopqrstuvwxyz") + name[at + 1 :]


def test_a_suggestion_is_the_name_meant_or_none_and_never_of_another_area() -> None:
    draw = random.Random(12)
    meant_again = 0
    for meant in IDS:
        for _ in range(4):
            typed = typo(meant, draw)
            if typed in IDS:
                continue
            near = nearest(typed, IDS)
            assert near in (meant, None), (typed, meant)
            meant_again += near == meant
    assert meant_again > 300


@pytest.mark.slow
@pytest.mark.parametrize("meant", IDS)
def test_five_hundred_slips_of_every_characteristic(meant: str) -> None:
    draw = random.Random(meant)
    for typed in {typo(meant, draw) for _ in range(500)} - set(IDS):
        assert nearest(typed, IDS) in (meant, None), typed


@pytest.mark.parametrize(
    ("typed", "known", "expected"),
    [
        ("Recording.1A", ["recording.1a", "recording.1b"], "recording.1a"),
        ("recording.1z", ["recording.1a", "recording.1b"], None),
        ("victms.1a", ["victims.1a", "victims.1b", "offenders.1a"], "victims.1a"),
        ("minimum_coverge", ["minimum_coverage", "some"], "minimum_coverage"),
        ("E004", ["E001", "E002", "E003"], None),
        ("x", ["a", "b"], None),
        ("S9", ["S1"], None),
    ],
)
def test_the_nearest_is_by_edits_and_unique(typed: str, known: list[str], expected: str | None) -> None:
    assert expected == nearest(typed, known)


def test_without_a_nearest_the_names_of_the_same_area_are_listed() -> None:
    known = ["calls.1a", "calls.1b", "visits.1a"]
    assert "characteristics of calls: calls.1a, calls.1b" == suggest("calls.1z", known, "characteristics")


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("RESP2c", ["responding.2c"]),
        ("resp 2 c", ["responding.2c"]),
        ("Responding-2C", ["responding.2c"]),
        ("cdi1", ["recording.1a"]),
        ("responding.2", [f"responding.2{letter}" for letter in "abcde"]),
        ("armed_threats.1a", ["armed_threats.1a"]),
        ("2c", []),
        ("re", []),
    ],
)
def test_a_characteristic_is_known_without_its_signs_and_by_its_beginning(word, expected) -> None:
    assert expected == candidates(word, NAMES.characteristics)


@pytest.mark.parametrize("area", list(NAMES.areas))
def test_an_area_is_known_by_each_of_its_names_without_case_and_signs(area: str) -> None:
    for name in (area, *NAMES.areas[area]):
        plain = name.upper().replace(",", "").rstrip("?")
        assert [area] == candidates(plain, NAMES.areas)
        assert area == NAMES.matched("areas", plain)


def test_several_that_begin_so_are_listed() -> None:
    with pytest.raises(UnknownNameError) as raised:
        required("stra", NAMES.areas, "area")
    assert ("several areas are meant by 'stra'", "name one of strategic_policing, strategy") == (
        raised.value.message,
        raised.value.help,
    )


def test_signs_between_numbers_tell_names_apart() -> None:
    choices = {"1.1": (), "11": (), "a.1": ()}
    assert [["1.1"], ["11"], ["a.1"], []] == [candidates(w, choices) for w in ("1.1", "11", "A1", "1 1.")]


def test_a_beginning_stands_for_nothing_in_a_file() -> None:
    assert "respon" == NAMES.matched("areas", "respon")


@pytest.mark.parametrize("name", ["minimum_coverage", "Minimum coverage", "minimum-cov"])
def test_a_parameter_may_be_set_as_printed_or_begun(name: str) -> None:
    book = grader.open_session().book
    assert {"minimum_coverage": 300} == read_settings(book, {name: "30%"})


def test_a_parameter_that_could_be_several_is_not_set() -> None:
    with pytest.raises(InputError, match="several parameters are meant by 'subst'"):
        read_settings(grader.open_session().book, {"subst": "70%"})
