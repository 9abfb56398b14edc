"""What the published method leaves open, with our defaults and reasons.

No default is the inspectorate's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Literal, get_args

from grader.errors import InputError, Problem, quoted, suggest
from grader.statistics.answer import Choice

AppearsNormal = Literal["shapiro_wilk", "yes", "no"]
Closer = Literal["higher_w", "passes"]
Spread = Literal["sample", "population"]
Zeros = Literal["plain", "half_smallest"]
LoggedCentre = Literal["mean_of_logs", "log_of_mean"]
Missing = Literal["leave_out", "refuse"]

#: The values of each choice but the significance level, which is a number.
VALUES: dict[str, tuple[str, ...]] = {
    "appears_normal": get_args(AppearsNormal),
    "closer": get_args(Closer),
    "spread": get_args(Spread),
    "zeros": get_args(Zeros),
    "logged_centre": get_args(LoggedCentre),
    "missing": get_args(Missing),
}
#: What each choice decides, and why its default is what it is.
WHY = {
    "appears_normal": (
        "whether the scores look normal: by the Shapiro-Wilk test, or as a person says who has looked at"
        " them (yes, no). The report says `appears`, not how; a test gives everybody the same answer"
    ),
    "significance": (
        "the p value below which scores do not look normal. The report names none; 0.05 is the usual one"
    ),
    "closer": (
        "when logs count as closer to normal: where their W is higher than that of the scores, or where they"
        " pass the test (passes). The report says `a more normal distribution`, which compares"
    ),
    "spread": (
        "the standard deviation: with n - 1 (sample) or n (population) below the line. All forces are a"
        " population, but n - 1 is what most software gives when asked for a standard deviation"
    ),
    "zeros": (
        "a zero has no log: the plain standard deviation is used, or zeros are taken as half the smallest"
        " score above zero. The first makes nothing up. Scores below zero always mean the plain one"
    ),
    "logged_centre": (
        "where logged lines are centred: on the mean of the logs, or on the log of the mean. On the first"
        " the z scores have mean 0; on the second the centre is the unweighted mean of the scores"
    ),
    "missing": (
        "a body without a score is left out of the mean and named, or refused. It is never filled in"
    ),
}


@dataclass(frozen=True, slots=True)
class Choices:
    """The choices behind outlier lines.

    Attributes
    ----------
    appears_normal : {"shapiro_wilk", "yes", "no"}
        Whether scores look normal.
    significance : float
        The test's level.
    closer : {"higher_w", "passes"}
        When logs are closer to normal.
    spread : {"sample", "population"}
        Divide by n - 1 or n.
    zeros : {"plain", "half_smallest"}
        Zeros where logs are wanted.
    logged_centre : {"mean_of_logs", "log_of_mean"}
        The centre of logged lines.
    missing : {"leave_out", "refuse"}
        Bodies without a score.

    Raises
    ------
    InputError
    """

    appears_normal: AppearsNormal = "shapiro_wilk"
    significance: float = 0.05
    closer: Closer = "higher_w"
    spread: Spread = "sample"
    zeros: Zeros = "plain"
    logged_centre: LoggedCentre = "mean_of_logs"
    missing: Missing = "leave_out"

    def __post_init__(self) -> None:
        problems = [*self._faults()]
        if problems:
            raise InputError(problems)

    def _faults(self) -> Iterator[Problem]:
        for name, values in VALUES.items():
            value = getattr(self, name)
            if value not in values:
                yield Problem(
                    f"{quoted(value)} is not a value of {name}", help=suggest(str(value), values, "values")
                )
        level = self.significance
        if isinstance(level, bool) or not isinstance(level, int | float) or not 0 < level < 1:
            yield Problem(
                f"{quoted(level)} is not a significance level", help="it lies between 0 and 1, such as 0.05"
            )

    def described(self) -> list[Choice]:
        """Each choice with its value, its default and its reason, for the answer."""
        return [
            Choice(
                name=field.name,
                value=str(getattr(self, field.name)),
                default=str(field.default),
                why=WHY[field.name],
            )
            for field in fields(self)
        ]
