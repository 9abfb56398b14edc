"""The inspectorate's statistics: outlier lines, intervals about proportions, change between two samples.

The method is the published one as far as it is published (Leicestershire Police, PEEL 2021/22, "Outlier
Lines" and "Stop and search"). What was not published is a choice with a name, a default and a reason, and
the choice is ours, not the inspectorate's.

>>> from grader import outliers
>>> found = outliers.lines({"Avon": 12.0, "Borsetshire": 14.5, "Camfordshire": 9.0, "Dorset": None})
>>> found.lower, found.upper, found.missing
"""

from grader.outliers.answer import OutlierLines as OutlierLines
from grader.outliers.chart import svg as svg
from grader.outliers.choices import Choices as Choices
from grader.outliers.proportions import Change as Change
from grader.outliers.proportions import Interval as Interval
from grader.outliers.proportions import change as change
from grader.outliers.proportions import change_of_estimates as change_of_estimates
from grader.outliers.proportions import proportion_interval as proportion_interval
from grader.outliers.scores import Scores as Scores
from grader.outliers.scores import read_scores as read_scores
from grader.outliers.sd_lines import lines as lines

__all__ = [
    "Change",
    "Choices",
    "Interval",
    "OutlierLines",
    "Scores",
    "change",
    "change_of_estimates",
    "lines",
    "proportion_interval",
    "read_scores",
    "svg",
]
