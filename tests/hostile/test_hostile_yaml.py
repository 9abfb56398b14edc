"""YAML written to exhaust, mislead or take over its reader: refused in words, in time, in little memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from grader.errors import FAULT_LIMIT
from grader.io.reading import SIZE_LIMIT
from grader.io.yaml_source import DEPTH_LIMIT, EVENT_LIMIT

Refused = Callable[..., str]
SaidOf = Callable[[Iterable[bytes]], list[str]]

BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{chr(98 + i)}: &{chr(98 + i)} [{', '.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(9)
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (BOMB, "1:4: anchor '&a': aliases and anchors are not read"),
        ("a: &a [*a]\n", "1:4: anchor '&a': aliases and anchors are not read"),
        ("&a {b: *a}\n", "1:1: anchor '&a': aliases and anchors are not read"),
        ("a: {<<: {b: 1}}\n", "1:5: the merge key '<<' is not read"),
        ("a: !!python/object/apply:os.system [touch x]\n", "1:4: tag '!!python/object/apply:os.system': "),
        ("a: !!python/name:os.system\n", "1:4: tag '!!python/name:os.system': tags are not read"),
        (
            "!!python/object/new:grader.session.Session {}\n",
            "1:1: tag '!!python/object/new:grader.session.Session'",
        ),
        ("a: !!binary aGk=\n", "1:4: tag '!!binary': tags are not read"),
        ("a: !!int 1\n", "1:4: tag '!!int': tags are not read"),
        ("? !!set {a, b}\n: 1\n", "1:3: a key is a list or a mapping"),
        ("a: 1\n---\nb: 1\n", "2:1: a second document starts here"),
        ("a: 1\n...\n---\n" * 1000, "3:1: a second document starts here"),
        ("%YAML 3.0\n---\na: 1\n", "1:1: a version of YAML that is not read"),
        ("%TAG !x! tag:x,2000:\n" * 30_000 + "---\na: 1\n", " more than 16 %TAG lines"),
    ],
)
def test_what_multiplies_hides_or_builds_is_refused(text: str, said: str, refused: Refused) -> None:
    assert refused(text).startswith(said)


def test_a_tag_that_runs_a_command_runs_nothing(refused: Refused, tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    assert refused(f"inspection: !!python/object/apply:os.system ['touch {mark}']\nevidence: []\n")
    assert not mark.exists()


DEEP = 20_000


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: " + "[" * DEEP + "]" * DEEP, f"1:{DEPTH_LIMIT + 3}: this is nested deeper than 64 levels"),
        ("{a: " * DEEP + "1" + "}" * DEEP, "1:257: this is nested deeper than 64 levels"),
        ("- " * DEEP + "a", "1:129: this is nested deeper than 64 levels"),
        ("".join(" " * i + "a:\n" for i in range(3_000)), "65:65: this is nested deeper than 64 levels"),
        ("? " * DEEP + "a", "1:129: this is nested deeper than 64 levels"),
        ("[" * (SIZE_LIMIT - 1), "1:65: this is nested deeper than 64 levels"),
    ],
    ids=["lists", "mappings", "dashes", "indentation", "keys", "a file full"],
)
def test_depth_is_limited(text: str, said: str, refused: Refused) -> None:
    messages = refused(text)
    assert messages.startswith(said) or "a key is a list or a mapping" in messages


MANY = f"the file holds more than {EVENT_LIMIT:,} pieces"
#: Read in the same ways as those tried every time.
MORE_TO_READ = [
    ("a:\n", "- a\n", MANY),
    ("a: [", "[],", MANY),
    ("a: [", "1:1:1:1:1:1,", MANY),
    ("a: [", "1234567890123456789,", MANY),
    ("a: [", "2022-01-01,", MANY),
    ("a: [", "a: b,", MANY),
    ("a: [" + "[a, " * 50, "b,", MANY),
    ("a: |\n", " a\n", "1:4: a text is longer than 20,000 characters"),
    ('a: "', "a\n ", "1:4: a quote is opened here and never closed"),
    ("", "\n", "1:1: the file is empty"),
]


@pytest.mark.parametrize(
    ("start", "unit", "said"),
    [
        ("a: [", "a,", MANY),
        ("a: ", "a", "1:4: a text is longer than 20,000 characters"),
        ('a: "', "\\x41", "1:4: a quote is opened here and never closed"),
        ("", "#\n", "1:1: the file is empty"),
        ("a: [", " ", "a value or a closing bracket is missing"),
        ("", "? a\n", "2:3: key 'a' stands twice; first at line 1"),
        *(pytest.param(*each, marks=pytest.mark.slow) for each in MORE_TO_READ),
    ],
)
def test_a_file_as_large_as_is_read_is_answered(start: str, unit: str, said: str, refused: Refused) -> None:
    assert said in refused(start + unit * ((SIZE_LIMIT - len(start)) // len(unit)))


def test_a_file_of_as_many_keys_as_fit_is_answered(refused: Refused) -> None:
    assert MANY in refused("".join(f"k{i}: 1\n" for i in range(1_400_000)))


def test_a_file_larger_than_is_read_is_refused(refused: Refused) -> None:
    assert " the file is larger than 16 MiB" == refused("x" * (SIZE_LIMIT + 1))


NUMBERS = [
    ("9" * 10_000, "a number of 10,000 characters is too long to be read"),
    ("0x" + "f" * 150, "does not fit in 64 bits"),
    ("99999999999999999999", "the number '99999999999999999999' does not fit in 64 bits"),
    ("0b" + "1" * 190, "does not fit in 64 bits"),
    ("1" + ":59" * 60, "does not fit in 64 bits"),
    ("1.0e+400", "must be a finite number"),
    (".inf", "must be a finite number"),
    (".nan", "must be a finite number"),
    ("2022-02-30", "'2022-02-30' is not a date"),
    ("2001-12-14t21:59:43.10-05:00", "a date is written YYYY-MM-DD, without a time"),
    ("1_000", "is 1000 percent"),
    ("-1", "is -1 percent"),
    ("1e400", "must be a number"),
    ("'95'", "must be a number, not the text '95'"),
    ("true", "must be a number"),
    ("٩٥", "must be a number"),
]


def test_numbers_are_numbers(said_of: SaidOf) -> None:
    item = (
        "{{id: E1, characteristics: [recording.1a], statement: S, basis: data, source: s,"
        " measure: {{name: crimes_recorded, value: {}, unit: percent}}}}"
    )
    head = (
        'inspection: {id: x, body: B, framework: PEEL_2021_22, edition: "2022-03"}\nsources: {s: {title: T}}'
    )
    said = said_of([f"{head}\nevidence: [{item.format(value)}]\n".encode() for value, _ in NUMBERS])
    assert [] == [(n, s) for n, s in zip(NUMBERS, said, strict=True) if n[1] not in s]


CHARACTERS = {
    b"a: x\0y": "1:5: character U+0000 is not read",
    b"a: \x1b[31mred": "1:4: character U+001B is not read",
    b"a: \xc2\x9b31m": "1:4: character U+009B is not read",
    b"a: b\xe2\x80\xa8c": "1:5: character U+2028 is not read",
    b"a: \xed\xa0\x80": "1:4: byte 0xed is not UTF-8",
    b"a: \xff": "1:4: byte 0xff is not UTF-8",
    b"a: \xc0\x80": "1:4: byte 0xc0 is not UTF-8",
    b"a: \xf4\x90\x80\x80": "1:4: byte 0xf4 is not UTF-8",
    b"a: caf\xe9": "1:7: byte 0xe9 is not UTF-8",
    b'a: "\\0"': "1:4: the text holds character U+0000, which is not read",
    b'a: "\\e[31m"': "1:4: the text holds character U+001B, which is not read",
    b'a: "\\uD800"': "an escape that stands for no character",
    b'a: "\\U00110000"': "an escape that stands for no character",
    b'a: "\\UFFFFFFFF"': "an escape that stands for no character",
    "a: text\n".encode("utf-16"): "1:1: the file is in UTF-16 or UTF-32, not UTF-8",
    "a: text\n".encode("utf-16-be"): "1:1: the file is in UTF-16 or UTF-32, not UTF-8",
    "a: text\n".encode("utf-32"): "1:1: the file is in UTF-16 or UTF-32, not UTF-8",
    b"": "1:1: the file is empty",
    b"\xef\xbb\xbf": "1:1: the file is empty",
    b"\0" * 1000: "1:1: character U+0000 is not read",
}


def test_characters_that_are_not_read(said_of: SaidOf) -> None:
    said = said_of(CHARACTERS)
    assert [] == [(c, s) for c, s in zip(CHARACTERS.items(), said, strict=True) if c[1] not in s]


@pytest.mark.parametrize(
    "text",
    [
        "a: [" + ", ".join(["&a x"] * 5_000) + "]",
        "a: {" + ", ".join(["<<: 1"] * 5_000) + "}",
        "".join(f"k{i}: 2022-02-30\n" for i in range(5_000)),
    ],
    ids=["anchors", "merge keys", "dates"],
)
def test_very_many_faults_are_cut_and_said_to_be(text: str, tmp_path: Path, grader: Callable) -> None:
    path = tmp_path / "many.yaml"
    path.write_text(text)
    messages = grader("validate", path).messages
    assert FAULT_LIMIT + 1 == len(messages)
    assert "and 4,900 more faults: 4,900 like " in messages[-1]
