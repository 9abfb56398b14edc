"""A workbook's numbers as values, by their formats."""

from __future__ import annotations

from datetime import date, datetime, time
from math import isfinite

from grader.sheets.formats import Format, moment_of
from grader.sheets.values import Day, Moment, Number, Value, fifteen, percent_of


def numbered(heard: str, form: Format, *, from_1904: bool = False) -> Value | None:
    """The value of a stored number, or None."""
    try:
        number = float(heard) if "_" not in heard else None
    except ValueError:
        return None
    if number is None or not isfinite(number):
        return None
    if form.kind == "date":
        return _moment(number, form, from_1904=from_1904)
    told = form.show(number)
    return percent_of(number, told) if form.kind == "percent" else Number(fifteen(number), told)


def _moment(number: float, form: Format, *, from_1904: bool) -> Value:
    told = form.show(number, from_1904=from_1904)
    moment = moment_of(number, from_1904=from_1904)
    if moment is None or form.spans:
        return Moment(told or f"{number:.15g}", told)
    if number < 1 and not from_1904 and number:
        return Moment(_clock(moment.time()), told)
    return _of_moment(moment, form, told)


def _of_moment(moment: datetime, form: Format, told: str | None) -> Day | Moment:
    if moment.time() != time():
        return Moment(f"{moment.date()} {_clock(moment.time())}", told)
    day = moment.date()
    return Day(day.isoformat()[:7] if form.month_only and day.day == 1 else day.isoformat(), told)


def _clock(clock: time) -> str:
    return clock.isoformat("milliseconds").removesuffix(".000")


def dated(heard: str, form: Format) -> Value | None:
    """A date written as one, as strict workbooks may; else None."""
    try:
        if "T" in heard:
            moment = datetime.fromisoformat(heard.removesuffix("Z"))
        elif ":" in heard:
            return Moment(_clock(time.fromisoformat(heard.removesuffix("Z"))))
        else:
            moment = datetime.combine(date.fromisoformat(heard), time())
    except ValueError:
        return None
    serial = (moment.replace(tzinfo=None) - datetime(1899, 12, 30)).total_seconds() / 86_400
    told = form.show(serial) if form.kind == "date" and serial > 60 else None
    return _of_moment(moment, form, told)
