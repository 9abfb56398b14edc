"""Parameters at other values, read as whole numbers.

Rules reckon in per mille: files may say 800 or `80%`; settings refuse a bare number for a share.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from grader.errors import InputError, Place, Problem, quoted, suggest
from grader.language.nodes import Kind
from grader.language.rulebook import Parameter, RuleBook
from grader.model.printed import candidates, one_of
from grader.model.shares import per_mille, percent, share_help
from grader.text import figure_text

_WHOLE = re.compile(r"[+-]?\d{1,9}", re.ASCII)
_BARE = re.compile(r"\d{1,9}(?:\.\d{1,6})?", re.ASCII)


class Settings(dict[str, int]):
    """Checked values of parameters, as whole numbers of their unit."""


def read_settings(book: RuleBook, written: Mapping[str, object], option: str | None = None) -> Settings:
    """The settings as whole numbers.

    Parameters
    ----------
    written : mapping of str to str or int
        `"35%"` for a share, a whole number for a count, or checked `Settings`.
    option : str, optional
        Such as `--set`, to locate faults.

    Raises
    ------
    InputError
        Every unknown parameter and wrong value.
    """
    found = Settings()
    problems: list[Problem] = []
    if not isinstance(written, Mapping):
        help = 'write {"some": "35%"}'
        raise InputError([Problem(f"overrides are names with values, not {quoted(written)}", None, help)])
    known: dict[str, tuple[str, ...]] = dict.fromkeys(book.parameters, ())
    for name in sorted(written, key=str):
        value = written[name]
        place = Place(f"{option} {name}={value}"[:80]) if option is not None else None
        meant = candidates(str(name), known)
        if len(meant) > 1:
            message = f"several parameters are meant by {quoted(name)}"
            problems.append(Problem(message, place, one_of(meant)))
            continue
        parameter = book.parameters[meant[0]] if meant else None
        if parameter is not None and parameter.name in found:
            message = f"parameter {quoted(parameter.name)} is set twice"
            problems.append(Problem(message, place, "set it once"))
            continue
        if parameter is None:
            help = suggest(str(name), book.parameters, "parameters")
            problems.append(Problem(f"unknown parameter {quoted(name)}", place, help))
            continue
        number = value if isinstance(written, Settings) else _number(value, parameter)
        if isinstance(number, int) and parameter.minimum <= number <= parameter.maximum:
            found[parameter.name] = number
        else:
            message, help = _fault(parameter, value, number)
            problems.append(Problem(message, place, help))
    if problems:
        raise InputError(problems)
    return found


def _number(value: object, parameter: Parameter) -> int | None:
    """The value in the parameter's unit; None where it is not written in that."""
    if parameter.kind is Kind.SHARE:
        return per_mille(value) if isinstance(value, str) else None
    if isinstance(value, str):
        return int(value) if _WHOLE.fullmatch(value.strip()) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _fault(parameter: Parameter, value: object, number: object) -> tuple[str, str]:
    low, high, default = parameter.minimum, parameter.maximum, parameter.default
    message = f"parameter {parameter.name!r} cannot be {quoted(value)}"
    if parameter.kind is not Kind.SHARE:
        return message, f"a whole number from {low} to {high}; the default is {default}"
    allowed = f"a share from {percent(low)} to {percent(high)}; the default is {percent(default)}"
    bare = str(value).strip()
    if number is not None or isinstance(value, bool) or not _BARE.fullmatch(bare):
        return message, allowed if number is not None else f"{share_help(value)}; {allowed}"
    message += ": it is a share, and a bare number may be per cent or per mille"
    if 0 < float(bare) < 1:
        return f"{message}, or a part of one", f"{_of_one(bare, low, high)}{allowed}"
    cent, mille = float(bare), float(bare) / 10
    good = [each for each in (cent, mille) if low <= each * 10 <= high]
    as_cent, as_mille = figure_text(cent), figure_text(mille)
    if len(good) == 2:
        return message, f"write {as_cent}%, or {as_mille}% for {as_cent} per mille; {allowed}"
    if good == [mille]:
        return message, f"write {as_mille}% for {as_cent} per mille; {as_cent}% is out of range; {allowed}"
    if good == [cent]:
        return message, f"write {as_cent}%; {as_cent} per mille is out of range; {allowed}"
    return message, f"{as_cent}% and {as_cent} per mille are both out of range; {allowed}"


def _of_one(bare: str, low: int, high: int) -> str:
    """How to write `0.35`: 35%, or 0.35% where decimals allow."""
    cent, part = per_mille(f"{bare}%"), per_mille(f"{Decimal(bare) * 100:f}%")
    good = [percent(each) for each in (part, cent) if each is not None and low <= each <= high]
    return f"write {', or '.join(good)}; " if good else ""
