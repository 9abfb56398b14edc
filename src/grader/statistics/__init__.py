"""Outlier lines, intervals about proportions, and change between samples.

The method as published (Leicestershire Police, PEEL 2021/22); the rest are our own named choices.

>>> from grader import statistics
>>> found = statistics.lines({"Avon": 12.0, "Borsetshire": 14.5, "Camfordshire": 9.0, "Dorset": None})
>>> found.lower, found.upper, found.missing
"""

from grader.statistics.answer import OutlierLines as OutlierLines
from grader.statistics.chart import svg as svg
from grader.statistics.choices import Choices as Choices
from grader.statistics.proportions import Change as Change
from grader.statistics.proportions import Interval as Interval
from grader.statistics.proportions import change as change
from grader.statistics.proportions import change_of_estimates as change_of_estimates
from grader.statistics.proportions import proportion_interval as proportion_interval
from grader.statistics.scores import Scores as Scores
from grader.statistics.scores import lines_of as lines_of
from grader.statistics.scores import read_scores as read_scores
from grader.statistics.sd_lines import lines as lines

__all__ = [
    "Change",
    "Choices",
    "Interval",
    "OutlierLines",
    "Scores",
    "change",
    "change_of_estimates",
    "lines",
    "lines_of",
    "proportion_interval",
    "read_scores",
    "svg",
]
