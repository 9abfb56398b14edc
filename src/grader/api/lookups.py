"""What is known of a rule, parameter, characteristic or area."""

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
    """Characteristics a finding may be about, likeliest first. It tags nothing.

    Parameters
    ----------
    words : str
        The finding, or a few words.
    area : str, optional
        Look in this area alone.
    learn : path, optional
        Inspections whose tagged statements count as well.
    framework : path or str
        Its id or file.
    edition : str, optional
        The latest by default.
    limit : int
        The most to give.

    Raises
    ------
    InputError
        No words, or faults of a file.
    UnknownNameError
        No such framework, edition or area.

    Examples
    --------
    >>> grader.find("calls to 999 are abandoned").matches[0].characteristic
    'responding.2a'
    """
    from grader.search.found import find as look

    return look(words, framework=framework, edition=edition, area=area, learn=learn, limit=limit)


def about_rule(rule: str, *, rules: PathLike = DEFAULT) -> About:
    """What a rule does, when, why, and its source.

    Parameters
    ----------
    rule : str
        Its id, or a beginning only it has.
    rules : path or str
        A folder or id.

    Raises
    ------
    UnknownNameError
        No such rule, or several.

    Examples
    --------
    >>> grader.about_rule("adequate.some")
    <About rule: adequate.some>
    """
    from grader.io.catalogue import open_rulebook
    from grader.io.lookup import about_rule as about

    return about(open_rulebook(rules)[2], rule)


def about_parameters(parameter: str | None = None, *, rules: PathLike = DEFAULT) -> About:
    """What is known of one parameter, or of all.

    Parameters
    ----------
    parameter : str, optional
        A name, or a beginning only it has.
    rules
        As for `about_rule`.

    Raises
    ------
    UnknownNameError
        No such parameter, or several.

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
    """What is known of a characteristic, with its source.

    Parameters
    ----------
    characteristic : str
        Its id, as printed (`RESP-2c`), or a beginning only it has.
    framework, edition : str, optional
        Every edition by default.

    Raises
    ------
    UnknownNameError
        No such characteristic, or several.

    Examples
    --------
    >>> grader.about_characteristic("RESP-2c")
    <About characteristic: responding.2c>
    """
    from grader.io.catalogue import framework_at
    from grader.io.lookup import about_characteristic as about

    return about(framework_at(framework).framework, characteristic, edition)


def about_area(area: str, *, framework: PathLike = DEFAULT, edition: str | None = None) -> About:
    """An area's names, editions, topics and characteristics.

    Parameters
    ----------
    area : str
        Any of its names, or a beginning only it has.
    framework, edition : str, optional
        Every edition by default.

    Raises
    ------
    UnknownNameError
        No such area, or several.

    Examples
    --------
    >>> grader.about_area("Recording data about crime")
    <About area: recording>
    """
    from grader.io.catalogue import framework_at
    from grader.io.lookup import about_area as about

    return about(framework_at(framework).framework, area, edition)
