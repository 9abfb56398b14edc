"""What there is to know of a rule, a parameter, a characteristic or an area."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.io.catalogue import DEFAULT

if TYPE_CHECKING:
    from grader.io.given import PathLike
    from grader.io.lookup import About
    from grader.search.found import Found


def find(
    words: str,
    *,
    area: str | None = None,
    learn: PathLike | None = None,
    framework: PathLike = DEFAULT,
    edition: str | None = None,
    limit: int = 10,
) -> Found:
    """Which characteristics a finding may be about, the likeliest first. It tags nothing.

    Parameters
    ----------
    words : str
        The finding, or a few words of it.
    area : str, optional
        An area, by any of its names, to look in alone.
    learn : path, optional
        A folder of inspections: statements that people tagged in them count as well.
    framework : path or str
        A framework's id, or its file.
    edition : str, optional
        One of its editions; the latest by default.
    limit : int
        How many are given at most.

    Raises
    ------
    InputError
        There is no word to look for, or a file has faults.
    UnknownNameError
        There is no such framework, edition or area.

    Examples
    --------
    >>> grader.find("calls to 999 are abandoned").matches[0].characteristic
    'responding.2a'
    """
    from grader.search.found import find as look

    return look(words, framework=framework, edition=edition, area=area, learn=learn, limit=limit)


def about_rule(rule: str, *, rules: PathLike = DEFAULT) -> About:
    """What there is to know of a rule: what it does, when, why, and where it comes from.

    Parameters
    ----------
    rule : str
        Its id, in any case, or a beginning that only it has.
    rules : path or str
        A rule book's folder or id.

    Raises
    ------
    UnknownNameError
        There is no such rule, or several begin so.

    Examples
    --------
    >>> grader.about_rule("adequate.some")
    <About rule: adequate.some>
    """
    from grader.io.catalogue import open_rulebook
    from grader.io.lookup import about_rule as about

    return about(open_rulebook(rules)[2], rule)


def about_parameters(parameter: str | None = None, *, rules: PathLike = DEFAULT) -> About:
    """What there is to know of a rule book's parameters, or of one.

    Parameters
    ----------
    parameter : str, optional
        Its name, or a beginning that only it has; all of them by default.
    rules
        As for `about_rule`.

    Raises
    ------
    UnknownNameError
        There is no such parameter, or several begin so.

    Examples
    --------
    >>> grader.about_parameters("substantially_all").entries[0].said[0].text
    '80 %, from 50 % to 100 %'
    """
    from grader.io.catalogue import open_rulebook
    from grader.io.lookup import about_parameters as about

    return about(open_rulebook(rules)[2], parameter)


def about_characteristic(
    characteristic: str, *, framework: PathLike = DEFAULT, edition: str | None = None
) -> About:
    """What there is to know of a characteristic, with its source.

    Parameters
    ----------
    characteristic : str
        Its id, as printed (`RESP-2c`), in any case, or a beginning that only it has.
    framework, edition : str, optional
        What it is of; every edition by default.

    Raises
    ------
    UnknownNameError
        There is no such characteristic, or several begin so.

    Examples
    --------
    >>> grader.about_characteristic("RESP-2c")
    <About characteristic: responding.2c>
    """
    from grader.io.catalogue import framework_at
    from grader.io.lookup import about_characteristic as about

    return about(framework_at(framework).framework, characteristic, edition)


def about_area(area: str, *, framework: PathLike = DEFAULT, edition: str | None = None) -> About:
    """What there is to know of an area: its names, its editions, its topics and characteristics.

    Parameters
    ----------
    area : str
        Its id, any of its names, or a beginning that only it has.
    framework, edition : str, optional
        What it is of; every edition by default.

    Raises
    ------
    UnknownNameError
        There is no such area, or several begin so.

    Examples
    --------
    >>> grader.about_area("Recording data about crime")
    <About area: recording>
    """
    from grader.io.catalogue import framework_at
    from grader.io.lookup import about_area as about

    return about(framework_at(framework).framework, area, edition)
