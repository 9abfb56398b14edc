"""Which characteristics a finding may be about: what comes first, why, and what is refused."""

import subprocess
import sys
from pathlib import Path

import pytest

import grader
from grader.errors import InputError, UnknownNameError
from grader.io.catalogue import framework_at
from grader.search.ranking import Finder
from grader.search.texts import texts_at, texts_of

EXAMPLE = Path(__file__).parents[2] / "examples/leicestershire_2021_22/inspection.yaml"


def names(found: grader.Found) -> list[str]:
    return [match.characteristic for match in found.matches]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("stop and search grounds are recorded", "treatment.3a"),
        ("POLIT is slow to act on referrals of indecent images", "offenders.3a"),
        ("MARAC meetings are late", "vulnerable.3b"),
        ("999 and 101 are abandoned", "responding.2a"),
        ("zzzz", None),
    ],
)
def test_what_a_report_says_leads_to_what_the_framework_says(words, expected):
    found = names(grader.find(words))
    assert (expected in found[:5]) if expected else found == []


def test_slips_of_typing_find_what_the_right_words_find():
    assert "offenders.1b" in names(grader.find("invetsigation under realese and bial"))[:5]


def test_an_area_under_any_of_its_names_is_looked_in_alone():
    found = grader.find("data are trusted", area="Recording data about crime")
    assert "recording" == found.area
    assert {"recording"} == {match.area for match in found.matches}


def test_an_edition_has_its_own_areas():
    assert "armed_threats.1a" not in names(grader.find("armed policing APSTRA", limit=50))
    assert "armed_threats.1a" == names(grader.find("armed policing APSTRA", edition="2021-04"))[0]


def test_it_is_said_why_a_characteristic_was_found():
    match = next(m for m in grader.find("a backlog of intelligence").matches if m.area == "organised_crime")
    assert ["backlog", "intelligence"] == match.words


def test_statements_tagged_elsewhere_are_learned_from_and_named(tmp_path):
    words = "the quarterly widget return was empty"
    assert "strategy.1c" not in names(grader.find(words))
    text = EXAMPLE.read_text("utf-8")
    head = text[text.index("inspection:") : text.index("evidence:")]
    item = (
        "evidence:\n  - {id: W1, characteristics: [STRAT-1c], assessment: meets, basis: data,\n"
        "     source: report, statement: The widget return is filled in each quarter}\n"
    )
    (tmp_path / "one.yaml").write_text(head + item, "utf-8")
    found = grader.find(words, learn=tmp_path)
    assert 1 == found.learned
    assert "strategy.1c" == names(found)[0]
    assert ["leicestershire-2021-22 W1"] == found.matches[0].like


def test_every_file_at_fault_in_a_folder_to_learn_from_is_named(tmp_path):
    (tmp_path / "one.yaml").write_text("inspection: {id: a}\n", "utf-8")
    (tmp_path / "two.yaml").write_text("inspection: {id: b}\n", "utf-8")
    with pytest.raises(InputError) as raised:
        grader.find("calls", learn=tmp_path)
    assert {"one.yaml", "two.yaml"} == {Path(p.place.file).name for p in raised.value.problems}


def test_a_folder_with_nothing_to_learn_from_is_an_error(tmp_path):
    with pytest.raises(InputError, match="no evidence of PEEL_2021_22 to learn from"):
        grader.find("calls", learn=tmp_path)


@pytest.mark.parametrize("words", ["", "   ", "the of and", "!?"])
def test_there_must_be_a_word_to_look_for(words):
    with pytest.raises(InputError, match="there is no word to look for"):
        grader.find(words)


def test_an_area_that_is_not_in_the_edition_is_named_with_its_neighbour():
    with pytest.raises(UnknownNameError, match="unknown area 'respondin'"):
        grader.find("calls", area="respondin")


def test_the_answer_holds_to_its_schema():
    import jsonschema

    answer = grader.find("calls are answered late")
    jsonschema.validate(answer.model_dump(mode="json", by_alias=True), grader.schema("found"))


def test_the_command_says_that_it_only_suggests(run):
    ran = run("find", "victims", "are", "kept", "informed")
    assert 0 == ran.code
    assert "read the characteristic before you tag" in ran.out + ran.err


def test_a_share_of_the_example_is_found_among_the_first():
    """Of one tagging, in a fixed sample: a guard beside the whole measure in benchmarks/."""
    loaded = grader.load(EXAMPLE)
    framework = loaded.framework.framework
    finder = Finder(texts_of(framework).entries("2022-03"))
    sample = loaded.inspection.evidence[::6]
    found = 0
    for item in sample:
        found += item.characteristics[0] in [name for name, _ in finder.ranked(item.statement)[:5]]
    assert found >= 0.6 * len(sample)


@pytest.mark.parametrize("name", ["PEEL_2021_22", "EXAMPLE_CARE_HOMES"])
def test_the_texts_of_a_built_in_framework_are_those_of_the_framework_checked_whole(name):
    assert texts_of(framework_at(name).framework) == texts_at(name)


def test_a_framework_that_is_no_built_in_one_is_checked_whole(tmp_path):
    path = tmp_path / "mine.yaml"
    text = (EXAMPLE.parents[2] / "frameworks/PEEL_2021_22.yaml").read_text("utf-8")
    path.write_text(
        text.replace("- id: responding.2c\n            text:", "- id: responding.2b\n            text:"),
        "utf-8",
    )
    with pytest.raises(InputError):
        grader.find("calls", framework=path)


def test_what_exceeding_or_falling_short_looks_like_is_searched_too():
    found = grader.find("never lets a victim speak to the court").matches[0]
    assert ("victims.5e", ["victim", "speak", "court"]) == (found.characteristic, found.words)


def test_a_search_of_a_built_in_framework_takes_up_none_of_the_models():
    code = (
        "import sys; from grader.search.finding import search;"
        "from grader.render.text.found import found_lines;"
        "list(found_lines(search('calls', framework='PEEL_2021_22')));"
        "print(sorted({'pydantic', 'grader.model.framework', 'rich'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "[]" == done.stdout.strip()
