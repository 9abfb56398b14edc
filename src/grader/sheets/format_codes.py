"""Codes of number formats, as tokens; None for a section that is not simple."""

from __future__ import annotations

import re
from typing import Any, Literal

#: Its kind, and its text: a literal, a placeholder of a digit, a point, a run of letters of a date.
Token = tuple[Literal["literal", "digit", "point", "comma", "percent", "date", "span", "half", "power"], str]

_COLOURS = {"black", "blue", "cyan", "green", "magenta", "red", "white", "yellow"}
_CODE_PIECE = re.compile(
    r'"(?P<quoted>[^"]*)"|\[(?P<bracketed>[^\]]*)\]|\\(?P<escaped>.)|(?P<space>_.?)'
    r"|(?P<half>[aA][mM]/[pP][mM]|[aA]/[pP])|(?P<power>[eE][+-])"
    r"|(?P<date>[yY]+|[mM]+|[dD]+|[hH]+|[sS]+)"
    r"|(?P<digit>[0#?])|(?P<point>\.)|(?P<comma>,)|(?P<percent>%)"
    r"|(?P<literal>[ \-+/():£$€!^&'~{}<>=\xa0])",
    re.DOTALL,
)


def kinds_of_unread(part: str) -> set[str]:
    """Kinds in a section not read: a date, a per cent."""
    found: set[str] = set()
    for sign in _bare(part).lower():
        if sign in "ymdhs":
            found.add("date")
        elif sign == "%":
            found.add("percent")
        elif sign in "0#?":
            found.add("digit")
    return found


def _bare(part: str) -> str:
    """A section without its quoted, escaped and bracketed text."""
    kept: list[str] = []
    at = 0
    while at < len(part):
        sign = part[at]
        if sign in '"[':
            end = part.find('"' if sign == '"' else "]", at + 1)
            at = len(part) if end < 0 else end + 1
        elif sign in "\\_*":
            at += 2
        else:
            kept.append(sign)
            at += 1
    return "".join(kept)


def sections(code: str) -> list[str]:
    """The code's parts between semicolons that are neither quoted nor escaped."""
    found, start, at = [], 0, 0
    while at < len(code):
        if code[at] == '"':
            end = code.find('"', at + 1)
            at = len(code) if end < 0 else end
        elif code[at] in "\\_*":
            at += 1
        elif code[at] == ";":
            found.append(code[start:at])
            start = at + 1
        at += 1
    return [*found, code[start:]]


def tokens_of(part: str) -> tuple[Token, ...] | None:
    """The tokens of a section."""
    found: list[Token] = []
    at = 0
    while at < len(part):
        match = _CODE_PIECE.match(part, at)
        token = _token(match) if match else None
        if match is None or token is None:
            return None
        found.append(token)
        at = match.end()
    return _settled(found)


def _token(match: re.Match[str]) -> Token | None:
    name: Any = match.lastgroup
    text = match[name]
    if name in ("quoted", "escaped"):
        return ("literal", text)
    if name == "space":
        return ("literal", " ")
    if name == "bracketed":
        return _bracketed(text)
    return (name, text.lower() if name in ("power", "date") else text)


def _bracketed(inside: str) -> Token | None:
    lowered = inside.lower()
    if lowered in _COLOURS:
        return ("literal", "")
    if lowered in ("h", "hh", "m", "mm", "s", "ss"):
        return ("span", lowered)
    if inside.startswith("$"):
        symbol, _, language = inside[1:].partition("-")
        # The last two signs of the language's number say which; 9 is English, and none the reader's own.
        code = language[-4:]
        if not language or (all(c in "0123456789abcdefABCDEF" for c in code) and int(code, 16) & 0x3FF == 9):
            return ("literal", symbol)
    return None


def _settled(found: list[Token]) -> tuple[Token, ...] | None:
    """Tokens, with months told from minutes; None where dates and digits mix."""
    names = {name for name, _ in found}
    if names & {"date", "span", "half"}:
        if names & {"digit", "percent", "power"}:
            return None
        found = [("literal", text) if name in ("point", "comma") else (name, text) for name, text in found]
        timed = [i for i, (name, _) in enumerate(found) if name in ("date", "span")]
        for place, i in enumerate(timed):
            if found[i][0] == "date" and found[i][1] in ("m", "mm"):
                before = found[timed[place - 1]][1][0] if place else ""
                after = found[timed[place + 1]][1][0] if place + 1 < len(timed) else ""
                if before == "h" or after == "s":
                    found[i] = ("date", "n" * len(found[i][1]))
        return tuple(found)
    digits = any(name == "digit" for name, _ in found)
    fraction = digits and any(
        name == "literal" and text == "/" and _between_digits(found, i)
        for i, (name, text) in enumerate(found)
    )
    points = sum(name == "point" for name, _ in found)
    if fraction or points > 1 or (not digits and names - {"literal"}):
        return None
    return tuple(found)


def _between_digits(found: list[Token], at: int) -> bool:
    around = (found[at - 1][0] if at else "", found[at + 1][0] if at + 1 < len(found) else "")
    return around == ("digit", "digit")
