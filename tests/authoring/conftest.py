from collections.abc import Callable
from pathlib import Path

import pytest

HEAD = """\
rulebook: {id: SMALL, version: "1", framework: PEEL_2021_22, title: A small rule book}
parameters:
  most: {type: share, default: 500, range: [1, 1000], basis: assumed, source: none, why: an example}
"""
STATUSES = """\
layer: status
facts:
  best: {best: assessment, of: evidence, better: more, english: the best finding of fact}
  spoilt:
    count: evidence
    where: {assessment: falls_short, remedied: false}
    better: fewer
    english: failings not remedied
rules:
  - id: done
    reaches: demonstrated
    when: {best: {at_least: meets}}
    because: "the best finding {best}"
    source: an example
  - id: spoilt
    limits: not_demonstrated
    when: {spoilt: {at_least: 1}}
    because: "{spoilt} failings"
    source: an example
"""
GRADES = """\
layer: grade
facts:
  assessed:
    {count: characteristics, where: {status: {at_least: not_demonstrated}}, better: neither, english: seen}
  done: {count: characteristics, where: {status: {at_least: demonstrated}}, better: more, english: done}
  share: {share: [done, assessed], better: more, english: share done}
rules:
  - id: good
    reaches: good
    when: {share: {at_least: $most}}
    because: "{done} of {assessed} done ({share}); good needs {$most}"
    source: an example
"""
CASES = """\
cases:
  - name: half is good
    area: prevention
    evidence: {1a: meets, 1b: falls_short}
    expect: {grade: good}
  - name: less than half is not good
    area: prevention
    evidence: {1a: meets, '1b, 1c': falls_short}
    expect: {grade: requires_improvement}
"""

Write = Callable[..., Path]


@pytest.fixture
def small_book(tmp_path: Path) -> Write:
    """Writes a small rule book for the shipped framework, with these files of cases; gives its folder."""

    def write(*cases: str) -> Path:
        folder = tmp_path / "SMALL"
        (folder / "tests").mkdir(parents=True)
        (folder / "rulebook.yaml").write_text(HEAD)
        (folder / "statuses.yaml").write_text(STATUSES)
        (folder / "grades.yaml").write_text(GRADES)
        for i, text in enumerate(cases or (CASES,)):
            (folder / "tests" / f"cases{i}.yaml").write_text(text)
        return folder

    return write
