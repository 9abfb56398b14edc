"""Outlier lines: one standard deviation about the unweighted mean.

Sums are exact, so order changes no bit.
"""

from __future__ import annotations

import math
import statistics
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from grader.errors import InputError, Problem, quoted, truncate
from grader.statistics.answer import SCHEMA, BodyScore, OutlierLines, Position, ShapiroWilk
from grader.statistics.choices import Choices
from grader.statistics.extra import library

#: Two scores always lie within one sample standard deviation of their mean, and the test needs three.
FEWEST = 3
#: Royston's approximation, on which the p value rests, was made for up to 5,000.
MOST = 5_000
LARGEST = 1e15
SMALLEST = 1e-15
LONGEST_NAME = 100
#: A z score is cut here before it is compared with 1: the bits below come from rounding, not from the data.
Z_DIGITS = 9
#: Logarithms may differ in their last bits from one machine to another.
SIGNIFICANT = 12
#: Of a normal distribution 31.7 % lies more than one standard deviation from the mean.
OUTSIDE = (
    "about 32 % of bodies lie outside such lines by construction, whatever the measure: being outside is not"
    " statistical significance"
)
NO_FINDING = "an outlier is never by itself a finding: it says where to look"
NO_DIRECTION = "above is not better and below is not worse: no direction of good is attached"

_JOINERS = "\u200c\u200d"


@dataclass(frozen=True, slots=True)
class _Method:
    """Which standard deviation was chosen, and why."""

    name: Literal["plain", "logged"]
    because: str
    scores: ShapiroWilk | None = None
    logs: ShapiroWilk | None = None


@dataclass(frozen=True, slots=True)
class _Lines:
    """Centre, deviation and lines, of scores or logs."""

    centre: float
    sd: float
    lower: float
    upper: float

    def z(self, value: float) -> float | None:
        if not self.sd:
            return None
        return round((value - self.centre) / self.sd, Z_DIGITS) + 0.0  # no minus zero


def lines(
    scores: Mapping[str, float | None],
    choices: Choices | None = None,
    *,
    measure: str | None = None,
    left_out: Iterable[str] = (),
    data_sha256: str | None = None,
) -> OutlierLines:
    """Lines one standard deviation about the mean, and each body's place.

    Where scores do not look normal and their logs are closer (Shapiro-Wilk), the deviation of the logs is
    used. Beyond z 1 or -1 a body is well above or below average.

    Parameters
    ----------
    scores : mapping of str to float or None
        In any order; None for no score.
    choices : Choices, optional
    measure : str, optional
        What the scores measure.
    left_out : iterable of str
        Named in the answer.
    data_sha256 : str, optional
        Of the scores' file.

    Returns
    -------
    OutlierLines

    Raises
    ------
    InputError
        Fewer than 3 scores, over 5,000 bodies, or an impossible score or name.
    MissingExtraError
        scipy is needed and missing.

    Notes
    -----
    Source: "Outlier Lines", Leicestershire Police, PEEL 2021/22 (HMICFRS, October 2022). The test is Shapiro
    and Wilk (1965), Biometrika 52, with the p value of Royston (1995), Applied Statistics 44, as in
    `scipy.stats.shapiro`.
    """
    choices = choices or Choices()
    check_scores(scores, choices)
    present = {name: float(score) for name, score in scores.items() if score is not None}
    values = sorted(present.values())
    method = _method(values, choices)
    on_scale = _lines(values, choices, logged=method.name == "logged")
    bodies = [_body(name, scores[name], method, values, on_scale) for name in scores]
    bodies.sort(key=lambda b: (b.score is None, -(b.score or 0.0), b.name))
    back = (lambda x: _cut(math.exp(x))) if method.name == "logged" else _cut
    positions = [b.position for b in bodies]
    missing = [b.name for b in bodies if b.score is None]
    return OutlierLines(
        schema=SCHEMA,
        measure=measure,
        data_sha256=data_sha256,
        n=len(values),
        mean=_cut(statistics.fmean(values)),
        method=method.name,
        because=method.because,
        scores_normality=method.scores,
        logs_normality=method.logs,
        centre=back(on_scale.centre),
        sd=_cut(on_scale.sd),
        lower=back(on_scale.lower),
        upper=back(on_scale.upper),
        well_above=positions.count("well_above"),
        well_below=positions.count("well_below"),
        missing=missing,
        left_out=sorted(left_out),
        choices=choices.described(),
        notes=[OUTSIDE, NO_FINDING, NO_DIRECTION],
        bodies=bodies,
    )


def _cut(value: float) -> float:
    return float(f"{value:.{SIGNIFICANT}g}") + 0.0


# What scores may be ---------------------------------------------------------------------------------------


def check_scores(scores: Mapping[str, float | None], choices: Choices) -> None:
    """Refuse scores that give no lines, with every fault.

    Raises
    ------
    InputError
    """
    problems = []
    for name, score in scores.items():
        problems += [
            Problem(f"the name {quoted(name)} {said}", help=help) for said, help in name_faults(name)
        ]
        said = None if score is None else score_fault(score)
        if said:
            problems.append(Problem(f"the score of {quoted(name)} {said[0]}", help=said[1]))
    missing = [name for name, score in scores.items() if score is None]
    if missing and choices.missing == "refuse":
        named = ", ".join(quoted(name) for name in sorted(map(str, missing))[:10])
        problems.append(Problem(f"no score for {named}", help="find it, or leave missing ones out"))
    count = len(scores) - len(missing)
    if count < FEWEST:
        has = "1 body has a score" if count == 1 else f"{count} bodies have a score"
        problems.append(Problem(f"{has}; lines need at least {FEWEST}", help="a mean of so few says nothing"))
    if len(scores) > MOST:
        problems.append(
            Problem(f"more than {MOST:,} bodies", help="the Shapiro-Wilk test is not made for so many")
        )
    if problems:
        raise InputError(truncate(problems))


def name_faults(name: object) -> list[tuple[str, str]]:
    """Why a text cannot be a body's name, if so."""
    if not isinstance(name, str) or not name.strip():
        return [("is blank", "give each body a name")]
    if len(name) > LONGEST_NAME:
        return [(f"has more than {LONGEST_NAME} characters", "shorten it")]
    if not all(c.isprintable() or c in _JOINERS for c in name):
        return [("holds a character that is not seen", "take it away")]
    return []


def score_fault(score: object) -> tuple[str, str] | None:
    """What keeps a value from being a score, with advice."""
    if isinstance(score, bool) or not isinstance(score, int | float):
        return "is not a number", "give a number, or nothing where there is none"
    if not math.isfinite(score):
        return "is not a finite number", "leave it empty where there is none"
    if abs(score) > LARGEST or 0 < abs(score) < SMALLEST:
        return "is too large or too small to be a score", "use another unit"
    return None


# Which standard deviation ---------------------------------------------------------------------------------


def _method(values: Sequence[float], choices: Choices) -> _Method:
    """Plain where scores look normal, else logged where closer to it."""
    if values[0] == values[-1]:
        return _Method("plain", "every score is the same: the lines coincide, and there are no z scores")
    if choices.appears_normal == "yes":
        return _Method("plain", "the scores were said to look normal")
    scores = shapiro_wilk(values)
    if choices.appears_normal == "no":
        look = "the scores were said not to look normal"
    elif scores.p >= choices.significance:
        because = f"the scores look normal ({_test(scores, choices)}, not below {choices.significance:g})"
        return _Method("plain", because, scores)
    else:
        look = f"the scores do not look normal ({_test(scores, choices)}, below {choices.significance:g})"
    logged = _logs(values, choices)
    if isinstance(logged, str):
        return _Method("plain", f"{look}; {logged}", scores)
    logs = shapiro_wilk(logged)
    closer = logs.w > scores.w if choices.closer == "higher_w" else logs.p >= choices.significance
    said = _test(logs, choices)
    if closer:
        return _Method("logged", f"{look}; their logs are closer to it ({said})", scores, logs)
    return _Method("plain", f"{look}, and their logs are no closer to it ({said})", scores, logs)


def _test(test: ShapiroWilk, choices: Choices) -> str:
    p = "p below 0.0001" if test.p < 0.0001 else f"p {test.p:.4f}"
    if round(test.p, 4) == choices.significance != test.p:
        p = f"p {test.p:.6f}"  # four digits would not tell on which side of the line it lies
    return f"Shapiro-Wilk W {test.w:.4f}, {p}"


def shapiro_wilk(values: Sequence[float]) -> ShapiroWilk:
    """The Shapiro-Wilk test of values that differ.

    Raises
    ------
    MissingExtraError
    """
    stats = library("scipy.stats", "the Shapiro-Wilk test needs")
    # The test does not change with place or scale; standardised, neither do its rounding errors.
    mean, sd = statistics.fmean(values), statistics.pstdev(values)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that the range is zero or n is large: both are refused before
        w, p = stats.shapiro([(v - mean) / sd for v in sorted(values)])
    return ShapiroWilk(w=round(float(w), 6), p=round(float(p), 6))


def _logs(values: Sequence[float], choices: Choices) -> list[float] | str:
    """The logs of the scores, or why there are none to use."""
    if values[0] < 0:
        return "scores below zero have no logs"
    if values[0] == 0 and choices.zeros == "plain":
        return "zeros have no logs"
    logs = [math.log(_above_zero(v, values)) for v in values]
    # Neighbouring floats may have the same log.
    return logs if logs[0] < logs[-1] else "their logs are all the same"


def _above_zero(value: float, values: Sequence[float]) -> float:
    return value or min(v for v in values if v > 0) / 2


# The lines ------------------------------------------------------------------------------------------------


def _lines(values: Sequence[float], choices: Choices, *, logged: bool) -> _Lines:
    scale = [math.log(_above_zero(v, values)) for v in values] if logged else values
    sd = (statistics.stdev if choices.spread == "sample" else statistics.pstdev)(scale)
    centre = statistics.fmean(scale)
    if logged and choices.logged_centre == "log_of_mean":
        centre = math.log(statistics.fmean(values))
    return _Lines(centre, sd, centre - sd, centre + sd)


def _body(name: str, score: float | None, method: _Method, values: Sequence[float], on: _Lines) -> BodyScore:
    if score is None:
        return BodyScore(name=name, score=None, z=None, position="missing")
    z = on.z(math.log(_above_zero(score, values)) if method.name == "logged" else score)
    position: Position = "between"
    if z is not None and abs(z) > 1:
        position = "well_above" if z > 0 else "well_below"
    return BodyScore(name=name, score=score, z=z, position=position)
