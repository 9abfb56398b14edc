"""Promise 4: evidence and findings on one area move no other, except through `informs`."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import assume, given
from hypothesis import strategies as st

from grader.grading.tally import placements
from grader.testing.strategies import steps


def reach(case, item):
    """Areas an item counts on."""
    edition = case.inspection.inspection.edition
    return {case.framework.area_of(c).id for _, c in placements(item, case.framework, edition)}


def touched(case, after):
    """Areas that what was added, changed or taken away speaks of."""
    before = case.inspection
    items = [
        e for e in [*before.evidence, *after.evidence] if (e in before.evidence) != (e in after.evidence)
    ]
    findings = [
        f
        for f in [*before.all_findings, *after.all_findings]
        if (f in before.all_findings) != (f in after.all_findings)
    ]
    return {a for e in items for a in reach(case, e)} | {f.area for f in findings}


def blocks(proposal):
    return {area.area: area.model_dump_json() for area in proposal.areas}


@given(data=st.data())
def test_one_change_moves_no_area_it_does_not_speak_of(data, random_cases, proposed):
    case = data.draw(random_cases())
    assume(len(case.framework.areas) > 1)
    change = data.draw(steps(case.inspection, case.framework))
    after = change.apply()
    moved = touched(case, after)
    was, now = blocks(proposed(case)), blocks(proposed(replace(case, inspection=after)))
    assert {a: b for a, b in was.items() if a not in moved} == {
        a: b for a, b in now.items() if a not in moved
    }


@given(data=st.data())
def test_all_there_is_on_one_area_moves_no_other(data, random_cases, proposed):
    case = data.draw(random_cases())
    whole = case.inspection
    area = data.draw(st.sampled_from([a.id for a in case.framework.areas_in(whole.inspection.edition)]))
    kept = [e for e in whole.evidence if reach(case, e) != {area}]
    ids = {e.id for e in kept}
    trimmed = {
        "evidence": kept,
        "findings": [f for f in whole.findings if f.area != area],
        "previous": [f for f in whole.previous if f.area != area],
    }
    # A finding elsewhere may name an item that is gone: then it is another finding.
    assume(all(set(f.evidence) <= ids for f in [*trimmed["findings"], *trimmed["previous"]]))
    was = blocks(proposed(case))
    now = blocks(proposed(replace(case, inspection=whole.model_copy(update=trimmed))))
    assert {a: b for a, b in was.items() if a != area} == {a: b for a, b in now.items() if a != area}
