"""Number formats: the kind of a cell, and the text it shows; None for a format that is not simple."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Literal

from grader.sheets.format_codes import Token, kinds_of_unread, sections, tokens_of

#: Spreadsheet programs take no more.
LONGEST_CODE = 255
#: Of the formats that have a number and no code. 14 is the date as the reader's own machine writes it.
BUILT_IN = {
    0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00",
    15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm",
    21: "h:mm:ss", 37: "#,##0;-#,##0", 38: "#,##0;-#,##0", 39: "#,##0.00;-#,##0.00",
    40: "#,##0.00;-#,##0.00", 45: "mm:ss", 46: "[h]:mm:ss", 48: "##0.0E+0", 49: "@",
}  # fmt: skip
_OWN_DATES = {14, 22, *range(27, 37), *range(50, 59)}
_OWN_TIMES = {47}
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip
_FIFTEEN = Decimal(10) ** 15
_LAST_DAY = 2958465  # 31 December 9999

Kind = Literal["number", "percent", "date"]


@dataclass(frozen=True, slots=True)
class Format:
    """How the numbers of a cell are shown.

    Attributes
    ----------
    sections : tuple
        Tokens above, below and at zero; None if not simple.
    general : bool
        Whether the program chooses.
    spans : bool
        Whether hours may pass 24.
    month_only : bool
        Whether no day is shown.
    """

    kind: Kind
    sections: tuple[tuple[Token, ...] | None, ...] = ()
    general: bool = False
    spans: bool = False
    month_only: bool = False

    def show(self, value: float, *, from_1904: bool = False) -> str | None:
        """The text that the cell shows, or None where that cannot be told."""
        if self.general:
            return general(value)
        section, minus = self._section(value)
        if section is None or not section:
            return None
        if self.kind == "date":
            text = None if value < 0 else _show_date(section, value, from_1904)
        else:
            text = _show_number(section, abs(value))
            if text is not None and minus:
                text = f"-{text}" if any(sign in text for sign in "123456789") else None
        return (text.strip() or None) if text is not None else None

    def _section(self, value: float) -> tuple[tuple[Token, ...] | None, bool]:
        """The section for a number, and whether its minus is shown before it."""
        if value < 0 and len(self.sections) > 1:
            return self.sections[1], False
        if value == 0 and len(self.sections) > 2:
            return self.sections[2], False
        return (self.sections[0] if self.sections else None), value < 0


GENERAL = Format("number", general=True)


def general(value: float) -> str | None:
    """A number without a format; None where digits are not known."""
    text = f"{value:.15g}"
    if "e" in text:
        text = f"{Decimal(text):f}"
    if abs(value) >= _FIFTEEN:
        return None
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text if "." not in text or len(text.lstrip("-")) <= 11 else None


@lru_cache(maxsize=512)
def format_of(number: int, code: str | None) -> Format:
    """A number's format, with its code in the workbook."""
    if code is None:
        if number in _OWN_DATES:
            return Format("date")
        if number in _OWN_TIMES:
            return Format("date")
        code = BUILT_IN.get(number)
        if code is None:
            return Format("number")
    if not code or code.lower() in ("general", "@"):
        return GENERAL
    if len(code) > LONGEST_CODE:
        return Format("number")
    parts = sections(code)
    found = [tokens_of(part) for part in parts[:3]]
    first = found[0]
    kind = _kind_of(parts[0], first)
    letters = "".join(text[0] for name, text in first or () if name == "date")
    month_only = set(letters) == {"m", "y"}
    spans = any(name == "span" for name, _ in first or ())
    return Format(kind, tuple(found), spans=spans, month_only=month_only)


def _kind_of(part: str, tokens: tuple[Token, ...] | None) -> Kind:
    names = {name for name, _ in tokens} if tokens is not None else kinds_of_unread(part)
    if names & {"date", "span", "half"}:
        return "date"
    return "percent" if "percent" in names else "number"


# Numbers --------------------------------------------------------------------------------------------------


def _show_number(tokens: tuple[Token, ...], value: float) -> str | None:
    """A number that is not negative; rounded as spreadsheets do, a half upwards."""
    if not any(name == "digit" for name, _ in tokens):
        return "".join(text for _, text in tokens)
    if any(name == "power" for name, _ in tokens):
        return _show_power(tokens, value)
    exact = Decimal(f"{value:.15g}")
    for name, _ in tokens:
        if name == "percent":
            exact *= 100
    if exact >= _FIFTEEN:
        return None
    digits = [i for i, (name, _) in enumerate(tokens) if name == "digit"]
    point = next((i for i, (name, _) in enumerate(tokens) if name == "point"), None)
    whole = [i for i in digits if point is None or i < point]
    decimals = [i for i in digits if point is not None and i > point]
    commas = [i for i, (name, _) in enumerate(tokens) if name == "comma"]
    if any(not whole or i < whole[0] or i > whole[-1] for i in commas):
        return None  # a comma behind the digits shows thousands
    rounded = exact.quantize(Decimal(1).scaleb(-len(decimals)), rounding=ROUND_HALF_UP)
    before, _, after = f"{rounded:f}".partition(".")
    shown = _placed_before(tokens, whole, before.lstrip("0"), grouped=bool(commas))
    shown |= _placed_after(tokens, decimals, after)
    return "".join(
        shown.get(i, "") if name == "digit" else "" if name == "comma" else text
        for i, (name, text) in enumerate(tokens)
    )


_BLANK = {"0": "0", "#": "", "?": " "}


def _placed_before(
    tokens: tuple[Token, ...], places: list[int], digits: str, *, grouped: bool
) -> dict[int, str]:
    """The digits before the point, the rest in the first place."""
    found: dict[int, str] = {}
    left, count = digits, 0
    for place in reversed(places):
        taken, left = (left[-1:], left[:-1]) if place != places[0] else (left, "")
        text = ""
        for digit in reversed(taken or _BLANK[tokens[place][1]]):
            text = digit + ("," if grouped and count and count % 3 == 0 and digit.isdigit() else "") + text
            count += digit.isdigit()
        found[place] = text
    return found


def _placed_after(tokens: tuple[Token, ...], places: list[int], digits: str) -> dict[int, str]:
    found: dict[int, str] = {}
    trailing = True
    for place, digit in zip(reversed(places), reversed(digits), strict=True):
        trailing = trailing and digit == "0"
        found[place] = _BLANK[tokens[place][1]] if trailing else digit
    return found


def _show_power(tokens: tuple[Token, ...], value: float) -> str | None:
    """`0.00E+00` alone: one digit before the point."""
    code = "".join(text for _, text in tokens)
    first, _, power = code.partition("e+")
    if first.partition(".")[0] != "0" or set(first) - set("0.") or not power or set(power) != {"0"}:
        return None
    exact = Decimal(f"{value:.15g}")
    exponent = exact.adjusted() if exact else 0
    places = Decimal(1).scaleb(-len(first.partition(".")[2]))
    scaled = exact.scaleb(-exponent).quantize(places, rounding=ROUND_HALF_UP)
    if scaled >= 10:
        exponent += 1
        scaled = (scaled / 10).quantize(places, rounding=ROUND_HALF_UP)
    return f"{scaled:f}E{'-' if exponent < 0 else '+'}{abs(exponent):0{len(power)}d}"


# Dates and times ------------------------------------------------------------------------------------------


def moment_of(serial: float, *, from_1904: bool = False) -> datetime | None:
    """A serial number's date and time (ms), or None."""
    if not 0 <= serial < (_LAST_DAY + 1 - (1462 if from_1904 else 0)):
        return None
    milliseconds = timedelta(milliseconds=round(serial * 86_400_000))
    if from_1904:
        return datetime(1904, 1, 1) + milliseconds
    if 60 <= serial < 61:  # 29 February 1900, which never was
        return None
    try:
        return datetime(1899, 12, 31 if serial < 60 else 30) + milliseconds
    except OverflowError:
        return None


def _show_date(tokens: tuple[Token, ...], serial: float, from_1904: bool) -> str | None:
    seconds = any(name in ("date", "span") and text[0] == "s" for name, text in tokens)
    if seconds:
        serial = round(serial * 86_400) / 86_400
    moment = moment_of(serial, from_1904=from_1904)
    if moment is None:
        return None
    milliseconds = round(serial * 86_400_000)
    halves = any(name == "half" for name, _ in tokens)
    shown: list[str] = []
    for name, text in tokens:
        if name == "date":
            part = _date_part(moment, text, halves=halves)
            if part is None or (serial < 1 and not from_1904 and text[0] in "ymd"):
                return None
            shown.append(part)
        elif name == "span":
            unit = {"h": 3_600_000, "m": 60_000, "s": 1000}[text[0]]
            shown.append(f"{milliseconds // unit:0{len(text)}d}")
        elif name == "half":
            half = ("A", "P")[moment.hour >= 12] + ("M" if len(text) == 5 else "")
            shown.append(half)
        else:
            shown.append(text)
    return "".join(shown)


def _date_part(moment: datetime, code: str, *, halves: bool) -> str | None:
    letter, length = code[0], len(code)
    if letter == "y":
        return f"{moment.year:04d}" if length > 2 else f"{moment.year % 100:02d}"
    if letter == "m" and length > 2:
        name = _MONTHS[moment.month - 1]
        return {3: name[:3], 4: name, 5: name[0]}.get(length)
    if letter == "d" and length > 2:
        name = _DAYS[moment.weekday()]
        return {3: name[:3], 4: name}.get(length)
    if length > 2:
        return None
    hour = (moment.hour % 12 or 12) if halves else moment.hour
    number = {"m": moment.month, "d": moment.day, "h": hour, "n": moment.minute, "s": moment.second}[letter]
    return f"{number:0{length}d}"
