"""YAML with marks: what is read, what is refused, and where the fault is said to stand."""

from __future__ import annotations

import datetime
import hashlib
import math
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.errors import InputError, Place, Problem
from grader.io import yaml_source as marked
from grader.io.reading import read_bytes
from grader.io.scalars import read_as
from grader.io.yaml_source import Document, parse_document, read_document


@pytest.fixture(scope="module", params=["libyaml", "python"], autouse=True)
def parser(request: pytest.FixtureRequest) -> Iterator[str]:
    """Every test runs on both parsers; they word and place some faults differently, we do not."""
    if request.param == "libyaml" and not yaml.__with_libyaml__:
        pytest.skip("PyYAML was built without libyaml")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yaml, "__with_libyaml__", request.param == "libyaml")
        yield request.param


#: Of what takes milliseconds an example: 120, and 1,000 in the long run.
MANY = settings.default.max_examples * 10


def parse(text: str | bytes) -> Document:
    return parse_document(text.encode() if isinstance(text, str) else text, "f.yaml")


def faults(text: str | bytes) -> list[str]:
    """Each fault as `line:column message`."""
    with pytest.raises(InputError) as caught:
        parse(text)
    return [f"{p.place.line}:{p.place.column} {p.message}" for p in caught.value.problems if p.place]


def fault_of_file(path: str | Path) -> str:
    with pytest.raises(InputError) as caught:
        read_document(path)
    assert [Place(str(path))] == [p.place for p in caught.value.problems]
    return str(caught.value.message)


# Reading -------------------------------------------------------------------------------------------------


EXAMPLE = """\
# a comment
inspection: {id: x, not_inspected: []}
evidence:
  - id: E001
    statement: |
      Two
      lines
    value: 95.5
"""


def test_data() -> None:
    expected = {
        "inspection": {"id": "x", "not_inspected": []},
        "evidence": [{"id": "E001", "statement": "Two\nlines\n", "value": 95.5}],
    }
    assert expected == parse(EXAMPLE).data


@pytest.mark.parametrize(
    ("path", "line", "column"),
    [
        ((), 2, 1),
        (("inspection",), 2, 13),
        (("inspection", "not_inspected"), 2, 36),
        (("evidence",), 4, 3),
        (("evidence", 0), 4, 5),
        (("evidence", 0, "statement"), 5, 16),
        (("evidence", 0, "value"), 8, 12),
        (("evidence", 0, "missing"), 4, 5),
        (("evidence", 7, "id"), 4, 3),
        (("nowhere",), 2, 1),
    ],
)
def test_place_of_value_or_of_what_is_around_it(path: tuple[str | int, ...], line: int, column: int) -> None:
    assert Place("f.yaml", line, column) == parse(EXAMPLE).place(path)


def test_places_and_keys_are_mappings() -> None:
    document = parse("a: 1\nb: [x]\n")
    assert [(), ("a",), ("b",), ("b", 0)] == list(document.places)
    assert {("a",): Place("f.yaml", 1, 1), ("b",): Place("f.yaml", 2, 1)} == dict(document.keys)
    assert 4 == len(document.places)


def test_columns_count_characters_not_bytes() -> None:
    assert Place("f.yaml", 1, 9) == parse("{é😀: x, b: 1}").keys[("b",)]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(end: str) -> None:
    document = parse(f"a: 1{end}b: 2{end}")
    assert ({"a": 1, "b": 2}, 2) == (document.data, document.keys[("b",)].line)


def test_byte_order_mark_is_accepted_and_not_counted() -> None:
    document = parse("\ufeffa: b")
    assert ({"a": "b"}, Place("f.yaml", 1, 1)) == (document.data, document.keys[("a",)])


def test_directives_are_accepted() -> None:
    assert {"a": "b"} == parse("%YAML 1.1\n%TAG !e! tag:x,2000:\n---\na: b\n...\n").data


@pytest.mark.parametrize("raw", [b"a: b\n", b"\xef\xbb\xbfa: b\r\n", b"a: b\r"])
def test_digest_is_of_the_text_whatever_its_line_ends_and_byte_order_mark(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "a.yaml").write_bytes(raw)
    document = read_document(tmp_path / "a.yaml")
    expected = hashlib.sha256(b"a: b\n").hexdigest()
    assert (expected, str(tmp_path / "a.yaml")) == (document.sha256, document.file)


# Scalars -------------------------------------------------------------------------------------------------


PLAIN = r"""
word   'no'   "12"   ~   null   Null   yes   No   on   OFF   true   False   y   n   0
12   -7   +3   017   0x1F   0b101   1_000   12:30   -1:30:00   09   1e5   1.5   1.
.5   -2.5e+3   1_0.5   1:30.5   .inf   -.INF   2022-10   2022-1-5   1.2.3   =   0o17
2022-10-05   '2022-10-05'   9223372036854775807   -9223372036854775808
"""


@pytest.mark.parametrize(
    "text",
    PLAIN.split(),
)
def test_plain_scalars_are_what_pyyaml_makes_of_them(text: str) -> None:
    expected = "=" if text == "=" else yaml.safe_load(text)
    actual = parse(f"a: {text}").data["a"]  # type: ignore[index]
    assert (type(expected), expected) == (type(actual), actual)


def test_not_a_number_is_read() -> None:
    assert math.isnan(parse(".nan").data)  # type: ignore[arg-type]


def test_quoted_and_block_scalars_are_text() -> None:
    assert ["no", "12", "1\n", "2"] == parse("- 'no'\n- \"12\"\n- |\n  1\n- >-\n  2\n").data


def test_source_of_what_is_not_text() -> None:
    document = parse("a: 12:30\nb: 'no'\nc: no\nd:\ne: x\nf: [0x10, 2022-10-05]\n")
    expected = {("a",): "12:30", ("c",): "no", ("d",): "", ("f", 0): "0x10", ("f", 1): "2022-10-05"}
    assert expected == document.texts
    assert ("12:30", None) == (document.raw(("a",)), document.raw(("b",)))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (750, "the number 750"),
        (1.5, "the number 1.5"),
        (False, "false"),
        (None, "nothing"),
        (datetime.date(2022, 10, 5), "the date 2022-10-05"),
        ("x", "the text 'x'"),
        ([], "a list"),
        ({}, "a mapping"),
    ],
)
def test_read_as(value: object, expected: str) -> None:
    assert expected == read_as(value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2022-13-45", "'2022-13-45' is not a date"),
        ("2022-02-29", "'2022-02-29' is not a date"),
        ("2022-10-05 10:00:00", "a date is written YYYY-MM-DD, without a time"),
        ("2022-10-05T10:00:00Z", "a date is written YYYY-MM-DD, without a time"),
        ("9223372036854775808", "the number '9223372036854775808' does not fit in 64 bits"),
        ("-9223372036854775809", "the number '-9223372036854775809' does not fit in 64 bits"),
        ("0b_", "'0b_' is not a number"),
        ("9" * 5000, "a number of 5,000 characters is too long to be read"),
        ("1" + ":1" * 5000, "a number of 10,001 characters is too long to be read"),
        ("<<", "the merge key '<<' is not read"),
    ],
)
def test_scalars_that_cannot_be_read(text: str, message: str) -> None:
    assert [f"1:4 {message}"] == faults(f"a: {text}")


# Faults of structure -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("id: 1\nx: 2\nid: 3\nid: 4", [f"{n}:1 key 'id' stands twice; first at line 1" for n in (3, 4)]),
        ("- {a: 1, a: 2}\n- a: 1", ["1:10 key 'a' stands twice; first at line 1"]),
        ("no: 1", ["1:1 key 'no' is read by YAML as false"]),
        ("no: 1\nno: 2", [f"{n}:1 key 'no' is read by YAML as false" for n in (1, 2)]),
        ("12: 1", ["1:1 key '12' is read by YAML as the number 12"]),
        ("~: 1", ["1:1 key '~' is read by YAML as nothing"]),
        ("2022-10-05: 1", ["1:1 key '2022-10-05' is read by YAML as the date 2022-10-05"]),
        ("? ~\n: 1", ["1:3 key '~' is read by YAML as nothing"]),
        ("?\n: 1", ["1:2 a key is missing before the colon"]),
        ("2022-13-45: 1", ["1:1 '2022-13-45' is not a date"]),
        ("? [a]\n: 1", ["1:3 a key is a list or a mapping"]),
        ("{{a: b}: c}", ["1:2 a key is a list or a mapping"]),
        ("<<: {a: 1}", ["1:1 the merge key '<<' is not read"]),
        ("a: &x 1", ["1:4 anchor '&x': aliases and anchors are not read"]),
        ("&x a: 1", ["1:1 anchor '&x': aliases and anchors are not read"]),
        ("- *x", ["1:3 alias '*x': aliases and anchors are not read"]),
        ("*x : 1", ["1:1 alias '*x': aliases and anchors are not read"]),
        ("a: !!str 1", ["1:4 tag '!!str': tags are not read"]),
        ("!foo {a: 1}", ["1:1 tag '!foo': tags are not read"]),
        (
            "- !!python/object/apply:os.system [ls]",
            ["1:3 tag '!!python/object/apply:os.system': tags are not read"],
        ),
        ("a: 1\n---\nb: 1", ["2:1 a second document starts here"]),
        ("---\n---\nb: 1", ["2:1 a second document starts here"]),
        ("", ["1:1 the file is empty"]),
        ("# only a comment\n\n", ["1:1 the file is empty"]),
        ("---\n...\n", ["1:1 the file is empty"]),
    ],
)
def test_refused(text: str, expected: list[str]) -> None:
    assert expected == faults(text)


def test_quoted_keys_are_text() -> None:
    assert {"no": 1, "12": 2, "<<": 3} == parse("'no': 1\n\"12\": 2\n'<<': 3").data


def test_null_as_a_document_is_not_an_empty_file() -> None:
    assert parse("null").data is None


def test_faults_come_together_in_file_order_with_help() -> None:
    text = "a: 2022-13-45\na: 1\nb: !!int 3\nno: *x\nc: 'x\n"
    with pytest.raises(InputError) as caught:
        parse(text)
    expected = """\
f.yaml:1:4: '2022-13-45' is not a date
  help: a date is written YYYY-MM-DD; quote it if it is text
f.yaml:2:1: key 'a' stands twice; first at line 1
  help: keep one of the two, or rename it
f.yaml:3:4: tag '!!int': tags are not read
  help: take it away, and quote what is text
f.yaml:4:1: key 'no' is read by YAML as false
  help: quote it: 'no'
f.yaml:4:5: alias '*x': aliases and anchors are not read
  help: write the value out
f.yaml:5:4: a quote is opened here and never closed
  help: close the quote"""
    assert expected == str(caught.value)


def test_of_very_many_faults_the_rest_is_counted_by_kind() -> None:
    assert 5000 == len(faults("- *x\n" * 5000))
    with pytest.raises(InputError) as caught:
        parse_document(b"- *x\n" * 5000 + b"- !t x\n", "a.yaml")
    *_, last, _help = str(caught.value).splitlines()
    expected = (
        "a.yaml:100:3: and 4,901 more faults: 4,900 like \"alias '*x': aliases and anchors are not read\";"
        " 1 like \"tag '!t': tags are not read\""
    )
    assert (expected, 202) == (last, len(str(caught.value).splitlines()))


def test_alias_bomb() -> None:
    levels = [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    assert (
        "1:5 anchor '&a0': aliases and anchors are not read" == faults("\n".join(["a0: &a0 x", *levels]))[0]
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: b: c", "1:5 a colon where no key can stand"),
        ("a: - b", "1:4 a list item where none can stand"),
        ("a:\n\tb: c", "2:1 a tab where spaces belong"),
        ("a: @b", "1:4 a text cannot start with '@'"),
        ("a: b\nc d\ne: f", "2:1 a line is no key with a value"),
        ('a: 1\nb: "x\n\n\n', "2:4 a quote is opened here and never closed"),
        ("a: 'it's'", "1:8 the line does not fit those around it"),
        ("a:\n  - b\n c: d", "3:2 the line does not fit those around it"),
        ("- a\nb: c", "2:1 the line does not fit those around it"),
        ("a: [b, c\nd: e\n", "2:2 a comma or a closing bracket is missing"),
        ("a: {b: c\n\n", "1:9 a comma or a closing bracket is missing"),
        ("a: [", "1:5 a value or a closing bracket is missing"),
        ('"a" b', "1:5 this does not belong to what stands before it"),
        ("a: **bold**", "1:4 what stands here starts like an alias or an anchor"),
        ("%YAML 2.0\n--- a", "1:1 a version of YAML that is not read"),
    ],
)
def test_syntax(text: str, expected: str) -> None:
    assert [expected] == faults(text)


def test_help_names_the_open_bracket() -> None:
    with pytest.raises(InputError) as caught:
        parse("x: 1\na: [b, c\nd: e\n")
    assert (
        "close the bracket, or quote text that holds one; the bracket was opened at line 2"
        == caught.value.help
    )


# Limits --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["[" * 20_000, "- " * 20_000, "[\n" * 20_000, "{a: " * 20_000, "{" * 20_000])
def test_depth(text: str) -> None:
    assert "this is nested deeper than 64 levels" in faults(text)[-1]


def test_depth_of_blocks() -> None:
    text = "".join(" " * n + "a:\n" for n in range(1_000))
    assert ["65:65 this is nested deeper than 64 levels"] == faults(text)


def test_depth_of_keys() -> None:
    assert "1:129 this is nested deeper than 64 levels" == faults("? " * 20_000)[-1]


def test_the_depth_allowed() -> None:
    assert yaml.safe_load("[" * 64 + "]" * 64) == parse("[" * 64 + "]" * 64).data


def test_length_of_a_scalar() -> None:
    assert {"a": "x" * 20_000} == parse("a: " + "x" * 20_000).data
    found = faults("a: " + "x" * 20_001 + "\nb: '" + "x" * 20_001 + "'\n? |\n  " + "x" * 20_001 + "\n: c")
    assert [f"{at} a text is longer than 20,000 characters" for at in ("1:4", "2:4", "3:3")] == found


def test_number_of_events(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marked, "EVENT_LIMIT", 1_000)
    assert ["998:3 the file holds more than 1,000 pieces"] == faults("- x\n" * 2_000)


def test_many_tag_directives_are_refused_before_they_are_compared() -> None:
    text = "".join(f"%TAG !t{n:x}! tag:x\n" for n in range(200_000)) + "--- a"
    assert ["0:0 more than 16 %TAG lines"] == faults(text)


def test_the_word_tag_in_text_is_no_directive() -> None:
    assert {"a": "%TAG " * 99} == parse("a: '" + "%TAG " * 99 + "'").data


def test_speed(parser: str) -> None:
    if parser == "python":
        pytest.skip("the parser in Python is slow, and reads only where there is no other")
    item = "- {id: E1, tags: [a.1a, b.2b], text: Records an estimated 95.5 %, day: 2022-10-05, n: 95.5}\n"
    started = time.process_time()
    assert 5_000 == len(parse(item * 5_000).data)  # type: ignore[arg-type]
    assert time.process_time() - started < 6, "about half a second where nothing else runs"


# Bytes and characters ------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"])
def test_other_unicode_encodings(encoding: str) -> None:
    with pytest.raises(InputError) as caught:
        parse("a: b\n".encode(encoding))
    expected = "f.yaml:1:1: the file is in UTF-16 or UTF-32, not UTF-8\n  help: save the file as UTF-8"
    assert expected == str(caught.value)


def test_big_endian_byte_order_mark() -> None:
    assert ["1:1 the file is in UTF-16 or UTF-32, not UTF-8"] == faults(b"\xfe\xff" + "a".encode("utf-16-be"))


def test_bytes_that_are_not_utf8() -> None:
    assert ["2:7 byte 0xe9 is not UTF-8"] == faults("é: b\r\na: caf".encode() + b"\xe9\n")


@pytest.mark.parametrize(
    "code", [0, 1, 7, 8, 11, 12, 27, 0x7F, 0x80, 0x85, 0x9F, 0x2028, 0x2029, 0xFEFF, 0xFFFE]
)
def test_characters_not_read(code: int) -> None:
    expected = [f"2:4 character U+{code:04X} is not read", f"2:6 character U+{code:04X} is not read"]
    assert expected == faults(f"b: 1\na: {chr(code)}x{chr(code)}\n")


def test_many_characters_not_read() -> None:
    assert 20 == len(faults(b"\x01" * 1_000_000))


@pytest.mark.parametrize(
    ("escape", "code"),
    [
        (r"\0", "U+0000"),
        (r"\u0000", "U+0000"),
        (r"\e", "U+001B"),
        (r"\r", "U+000D"),
        (r"\x7f", "U+007F"),
        (r"\N", "U+0085"),
        (r"\L", "U+2028"),
        (r"\uFEFF", "U+FEFF"),
        (r"\uFFFF", "U+FFFF"),
    ],
)
def test_escapes_bring_in_nothing_else(escape: str, code: str) -> None:
    message = f"the text holds character {code}, which is not read"
    expected = [f"1:1 {message}", f"1:{len(escape) + 5} {message}"]
    assert expected == faults(f'"{escape}": "a{escape}b"')


def test_lone_surrogates(parser: str) -> None:
    (actual,) = faults(r'a: "\ud800"')
    libyaml, python = (
        "an escape that stands for no character",
        "the text holds character U+D800, which is not read",
    )
    assert (libyaml if parser == "libyaml" else python) == actual.split(" ", 1)[1]
    assert actual.startswith("1:")


def test_escape_beyond_unicode() -> None:
    assert faults(r'a: "\U00110000"')
    assert faults(r'a: "\UFFFFFFFF"')


def test_escapes_that_are_read() -> None:
    assert 'a\tb\nc\\"\xe9\U0001f600\xa0' == parse(r'"a\tb\nc\\\"\xe9\U0001F600\_"').data


# Files ---------------------------------------------------------------------------------------------------


def test_missing_file(tmp_path: Path) -> None:
    assert "there is no such file" == fault_of_file(tmp_path / "x.yaml")


def test_file_used_as_a_folder(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("a")
    assert "there is no such file" == fault_of_file(tmp_path / "x" / "y")


def test_folder(tmp_path: Path) -> None:
    assert "this is a folder, not a file" == fault_of_file(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_pipe_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "this is a pipe, not a file" == fault_of_file(tmp_path / "pipe")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_file_replaced_by_a_pipe_before_it_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("a: b")
    os.mkfifo(tmp_path / "pipe")
    real = os.open
    monkeypatch.setattr(os, "open", lambda path, flags: real(tmp_path / "pipe", flags))
    assert "this is a pipe, not a file" == fault_of_file(tmp_path / "file")


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="no sockets with names here")
def test_socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # a socket's name must be short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("s")
        assert "this is a socket, not a file" == fault_of_file("s")


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no /dev/zero here")
def test_device() -> None:
    assert "this is a device, not a file" == fault_of_file("/dev/zero")


def test_symlink_loop(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    assert "the link leads back to itself" == fault_of_file(tmp_path / "a")


@contextmanager
def as_nobody() -> Iterator[None]:
    """Root may read every file: it gives that up meanwhile."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="files have no owners here")
def test_no_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_text("a: b")
    (tmp_path / "a").chmod(0)
    tmp_path.chmod(0o755)
    monkeypatch.chdir(tmp_path)  # another user may not go through the folders above
    with as_nobody():
        assert "the file may not be read" == fault_of_file("a")


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (PermissionError(13, "Permission denied"), "the file may not be read"),
        (OSError(5, "Input/output error"), "the file cannot be read: input/output error"),
        (OSError(), "the file cannot be read: unknown reason"),
    ],
)
def test_errors_on_opening(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError, message: str
) -> None:
    def fail(path: str, flags: int) -> int:
        raise error

    (tmp_path / "a").write_text("a: b")
    monkeypatch.setattr(os, "open", fail)
    assert message == fault_of_file(tmp_path / "a")


def test_name_too_long() -> None:
    assert "the file cannot be read: file name too long" == fault_of_file("x" * 5000)


@pytest.mark.parametrize(
    ("name", "shown"), [("a\0b", r"a\x00b"), ("a\nb", r"a\nb"), ("a\udcffb", r"a\udcffb")]
)
def test_odd_names_are_shown_in_one_printable_line(name: str, shown: str) -> None:
    with pytest.raises(InputError) as caught:
        read_document(name)
    assert Place(shown) == caught.value.place


@pytest.mark.parametrize("size", [17 * 2**20, 100 * 2**30])
def test_large_file_is_refused_unread(tmp_path: Path, size: int) -> None:
    with open(tmp_path / "large", "wb") as file:
        file.truncate(size)  # sparse: takes no room
    started = time.process_time()
    assert "the file is larger than 16 MiB" == fault_of_file(tmp_path / "large")
    assert time.process_time() - started < 10


def test_limit_is_inclusive(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"12345")
    assert b"12345" == read_bytes(tmp_path / "a", 5)
    with pytest.raises(InputError, match="the file is larger than 4 bytes"):
        read_bytes(tmp_path / "a", 4)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no file of unknown size here")
def test_limit_holds_for_files_that_hide_their_size() -> None:
    with pytest.raises(InputError, match="the file is larger than 10 bytes"):
        read_bytes(Path("/proc/self/status"), 10)


def test_large_bytes() -> None:
    assert ["0:0 the file is larger than 16 MiB"] == faults(b" " * (17 * 2**20))


# Properties ----------------------------------------------------------------------------------------------


WORDS = r"""
a b no é << \x \u0 \ud800 \U00110000 %TAG !! 2022-1 :30 0x --- ...
"""
SIGNS = [*"-?:,[]{}#&*!|>'\"%@`~<=.019_ \n\t\\", "\r\n", "  ", "- ", ": ", "? ", "\n---\n", "\ufeff", "\x85"]
YAML_LIKE = st.lists(st.sampled_from(SIGNS + WORDS.split()), max_size=30).map("".join)


@settings(max_examples=MANY)
@given(
    YAML_LIKE.map(str.encode)
    | st.text().map(lambda text: text.encode("utf-8", "surrogatepass"))
    | st.binary()
)
def test_anything_is_a_document_or_an_input_error(raw: bytes) -> None:
    problems: tuple[Problem, ...] = ()
    try:
        document = parse_document(raw, "f.yaml")
    except InputError as error:
        problems = error.problems
    else:
        assert set(paths(document.data)) == set(document.places)
        lines = raw.count(b"\n") + raw.count(b"\r") + 1
        assert all(1 <= place.line <= lines + 1 for place in document.places.values())
    for problem in problems:
        assert problem.place
        assert problem.help
        assert problem.message.isprintable()
        assert problem.help.isprintable()
        assert not problem.message[0].isupper()


def paths(data: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The path of every value in `data`, which holds plain types only."""
    yield path
    if isinstance(data, dict):
        for key, value in data.items():
            assert str is type(key)
            yield from paths(value, (*path, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from paths(value, (*path, index))
    else:
        assert type(data) in {str, int, float, bool, type(None), datetime.date}


class PlainDumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


TEXT = st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"], exclude_characters="\ufeff\ufffe\uffff")
)
DATA = st.recursive(
    TEXT
    | st.sampled_from(
        ["no", "12:30", "1e3", "2022-10-05", "<<", "=", "~", "", " x", "a\n\tb", "- a", "a: b", "#"]
    )
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | st.booleans()
    | st.none()
    | st.dates(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(TEXT.map(lambda t: t[:100]), inner, max_size=4)
    ),
    max_leaves=15,
)


@settings(max_examples=MANY)
@given(DATA, st.sampled_from([None, True, False]), st.booleans())
def test_what_pyyaml_writes_is_read_as_pyyaml_reads_it(
    data: object, flow: bool | None, allow_unicode: bool
) -> None:
    text = yaml.dump(data, Dumper=PlainDumper, default_flow_style=flow, allow_unicode=allow_unicode)
    assert yaml.safe_load(text) == parse(text).data
