"""Characters and plain scalars of YAML, and words for syntax errors.

A scalar is what YAML 1.1 makes of it (`12:30` is 750); later checks say so.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import yaml

from grader.errors import InputError, Place, Problem, quoted

_PREFIX = "tag:yaml.org,2002:"

#: No number of 64 bits needs more; longer ones are refused before Python converts them, in quadratic time.
NUMBER_LENGTH = 200
#: Characters that change the line count, the terminal or the reading of a text without being seen: controls
#: but tab and line ends, YAML's other line separators, a byte order mark that is no longer first, surrogates.
UNFIT_IN_FILE = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
#: The same in a value, where a carriage return can only come from an escape.
UNFIT_IN_VALUE = re.compile(UNFIT_IN_FILE.pattern.replace("\x0e", "\r\x0e"))

#: UTF-16 and UTF-32 without a byte order mark: their first letters come with NULs.
_WIDE = re.compile(rb"(?:[^\0]\0){2}|(?:\0[^\0]){2}|\0\0\0[^\0]|[^\0]\0\0\0")
#: The parsers compare each with all before it, so that many keep them busy for hours.
DIRECTIVE_LIMIT = 16
_TAG_DIRECTIVE = re.compile(r"(?:\A|[\r\n])%TAG")
_UTF8 = "save the file as UTF-8"
_QUOTE = "quote it if it is text"
_DATE = f"a date is written YYYY-MM-DD; {_QUOTE}"
_SAFE: Any = yaml.constructor.SafeConstructor()


def decode(raw: bytes, file: str) -> str:
    """The text of the file, free of unfit characters; raises InputError."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")) or _WIDE.match(raw):
        problem = Problem("the file is in UTF-16 or UTF-32, not UTF-8", Place(file, 1, 1), _UTF8)
        raise InputError([problem])
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        place = place_after(file, raw[: error.start].decode("utf-8"))
        raise InputError([Problem(f"byte 0x{raw[error.start]:02x} is not UTF-8", place, _UTF8)]) from None
    problems: list[Problem] = []
    for found in UNFIT_IN_FILE.finditer(text):
        message = f"character {code_point(found[0])} is not read"
        place = place_after(file, text[: found.start()])
        problems.append(Problem(message, place, "take it away"))
        if len(problems) == 20:  # each costs a walk over the file
            break
    if problems:
        raise InputError(problems)
    # Counting the words first is quick, and enough for every file but a hostile one.
    if text.count("%TAG") > DIRECTIVE_LIMIT and len(_TAG_DIRECTIVE.findall(text)) > DIRECTIVE_LIMIT:
        problem = Problem(
            f"more than {DIRECTIVE_LIMIT} %TAG lines", Place(file), "tags are not read: take them away"
        )
        raise InputError([problem])
    return text


def place_after(file: str, before: str) -> Place:
    """The place just after the text `before`."""
    lines = before.count("\n") + before.count("\r") - before.count("\r\n")
    start = max(before.rfind("\n"), before.rfind("\r")) + 1
    return Place(file, lines + 1, len(before) - start + 1)


def shown_name(name: str) -> str:
    # A name from the file system may hold line ends or what no terminal can print.
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in name)


#: What the two parsers say, in context, words or others (`|`), and what we say and advise instead.
_SYNTAX = (
    (
        "an alias|an anchor",
        "what stands here starts like an alias or an anchor",
        "quote text that starts with '*' or '&'",
    ),
    ("tab character", "a tab where spaces belong", "indent with spaces"),
    (
        "<document start>",
        "this does not belong to what stands before it",
        "check the quotes, and the line before",
    ),
    ("incompatible yaml", "a version of YAML that is not read", "write %YAML 1.1, or take the line away"),
    ("tag", "what stands here starts like a tag", "quote text that starts with '!'"),
    ("quoted scalar...unexpected", "a quote is opened here and never closed", "close the quote"),
    ("mapping values are not", "a colon where no key can stand", "quote text that holds ': '"),
    ("sequence entries are not", "a list item where none can stand", "start the list on a line of its own"),
    (
        "find expected ':'",
        "a line is no key with a value",
        "write 'key: value', or indent what continues a text",
    ),
    ("unicode character escape", "an escape that stands for no character", "write the character itself"),
    ("escape|hexdecimal", "an escape that is not known", "write a backslash twice, or use single quotes"),
    (
        "',' or '",
        "a comma or a closing bracket is missing",
        "close the bracket, or quote text that holds one",
    ),
    (
        "node content",
        "a value or a closing bracket is missing",
        "write it, or quote text that holds brackets",
    ),
    (
        "expected key|'-' indicator|<block end>",
        "the line does not fit those around it",
        "check its indentation and its quotes",
    ),
)


#: What is the same number to YAML 1.1, to YAML 1.2 and to a person.
_PLAIN_NUMBER = re.compile(r"[-+]?(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:[eE][-+]\d+)?", re.ASCII)


def is_plain_number(text: str) -> bool:
    """Whether a text is a number that nobody reads otherwise."""
    return _PLAIN_NUMBER.fullmatch(text) is not None


class ScalarFault(ValueError):
    """A scalar nothing can be made of; the caller knows where it stands."""

    def __init__(self, message: str, help: str) -> None:
        super().__init__(message)
        self.message = message
        self.help = help


def read_plain(text: str) -> object:
    """An unquoted scalar as YAML 1.1 reads it.

    Raises
    ------
    ScalarFault
        It looks like a number, date or merge key, and is none.
    """
    for matches, reader, tag in BY_START.get(text[:1], ()):
        if matches(text):
            return reader(tag, text)
    return text


def read_as(value: object) -> str:
    """Completes "YAML reads it as ..."."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return f"the number {value}"
    if isinstance(value, date):
        return f"the date {value}"
    if isinstance(value, str):
        return f"the text {quoted(value)}"
    return "a list" if isinstance(value, list) else "a mapping"


def unfit_in_value(text: str) -> str | None:
    """A value's first unfit character, as `U+0000`, or None."""
    found = UNFIT_IN_VALUE.search(text)
    return code_point(found[0]) if found else None


def code_point(character: str) -> str:
    return f"U+{ord(character):04X}"


def _says(said: str, words: str) -> bool:
    """Whether one of several words is said; `...` in them is anything between."""
    for one in words.split("|"):
        first, _, then = one.partition("...")
        _, found, after = said.partition(first)
        if found and then in after:
            return True
    return False


def explain_syntax(said: str, character: str) -> tuple[str, str]:
    """Message and help for what a parser said about a character."""
    if "cannot start any token" in said:
        if character == "\t":
            return "a tab where spaces belong", "indent with spaces"
        return f"a text cannot start with {quoted(character)}", "quote the text"
    for words, message, help in _SYNTAX:
        if _says(said, words):
            return message, help
    return f"not valid YAML: {said}", "look at the line and the one before it"


def _number(tag: str, text: str) -> object:
    if len(text) > NUMBER_LENGTH:
        raise ScalarFault(f"a number of {len(text):,} characters is too long to be read", _QUOTE)
    try:
        # Most numbers are a row of digits, which Python reads ten times as quickly.
        plain = text.isdigit() and not text.startswith("0")
        value = int(text) if plain else _construct(tag, text)
    except ValueError:
        raise ScalarFault(f"{quoted(text)} is not a number", _QUOTE) from None
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise ScalarFault(f"the number {quoted(text)} does not fit in 64 bits", _QUOTE)
    return value


def _timestamp(tag: str, text: str) -> object:
    # Only the plain date has ten characters; with a time there are more.
    if len(text) != len("YYYY-MM-DD"):
        raise ScalarFault("a date is written YYYY-MM-DD, without a time", f"take the time away; {_QUOTE}")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ScalarFault(f"{quoted(text)} is not a date", _DATE) from None


def _merge(tag: str, text: str) -> object:
    raise ScalarFault("the merge key '<<' is not read", "write the keys out where they belong")


def _text(tag: str, text: str) -> object:
    return text


def _construct(tag: str, text: str) -> object:
    # The method itself, not `construct_object`: it alone has no state that grows.
    return _SAFE.yaml_constructors[tag](_SAFE, yaml.ScalarNode(tag, text))


_READERS: dict[str, Callable[[str, str], object]] = {
    "value": _text,  # a lone `=`, which YAML 1.1 gives a meaning nobody uses
    "null": _construct,
    "bool": _construct,
    "int": _number,
    "float": _number,
    "timestamp": _timestamp,
    "merge": _merge,
}
#: By first character, what a text starting with it may be read as. The resolver itself tries no less, and
#: takes three times as long. `yaml` is for indicators, which start no plain scalar.
BY_START = {
    start: [
        (pattern.match, _READERS[tag.removeprefix(_PREFIX)], tag)
        for tag, pattern in readings
        if tag != f"{_PREFIX}yaml"
    ]
    for start, readings in yaml.resolver.Resolver.yaml_implicit_resolvers.items()
}
