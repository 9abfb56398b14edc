"""What is kept from one pass to the next changes nothing but the time the next one takes."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from grader.engines.reference import ReferenceEngine
from grader.grading.run import Inputs, propose
from grader.language import memo
from grader.language.bind import bind


def bytes_on(case, engine):
    inputs = Inputs(case.inspection, case.framework, case.book, case.values)
    return propose(inputs, engine).to_json()


@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_a_pass_after_others_gives_the_bytes_of_a_first_pass(data, shipped_cases):
    cases = data.draw(st.lists(shipped_cases(), min_size=2, max_size=4))
    engines = [ReferenceEngine(bind(case.book, case.values)) for case in cases]
    first = [bytes_on(c, ReferenceEngine(bind(c.book, c.values))) for c in cases]
    for _ in range(2):
        assert first == [bytes_on(case, engine) for case, engine in zip(cases, engines, strict=True)]


def test_an_engine_of_one_inspection_serves_the_next(shipped_cases, shipped):
    engine = ReferenceEngine(bind(shipped.book))
    found = []

    @settings(max_examples=20, deadline=None, database=None)
    @given(case=shipped_cases())
    def one_after_another(case):
        if not case.values:
            found.append(case)
            assert bytes_on(case, ReferenceEngine(bind(case.book))) == bytes_on(case, engine)

    one_after_another()
    assert found


@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_what_is_forgotten_is_worked_out_again(data, random_cases):
    case = data.draw(random_cases())
    expected = bytes_on(case, ReferenceEngine(bind(case.book)))
    most = memo.MOST
    try:
        memo.MOST = 2
        assert expected == bytes_on(case, ReferenceEngine(bind(case.book)))
    finally:
        memo.MOST = most


def test_a_memo_never_holds_more_than_its_bound(monkeypatch):
    monkeypatch.setattr(memo, "MOST", 3)
    kept = memo.Memo()
    for n in range(10):
        kept[n] = n
        assert len(kept) <= 3
    assert {9: 9} == dict(kept)


def test_the_latest_are_told_apart_by_what_they_were_made_of():
    latest = memo.IdentityCache(2)
    one, other = [], []
    assert "first" == latest.of((one,), (), lambda: "first")
    assert "first" == latest.of((one,), (), lambda: "again")
    assert "other" == latest.of((other,), (), lambda: "other")  # equal, and not the same
    assert "with a value" == latest.of((one,), (1,), lambda: "with a value")
    assert "made again" == latest.of((one,), (), lambda: "made again")  # two newer ones took its place
