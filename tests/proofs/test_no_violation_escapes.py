"""Whatever breaks promise 3 on some inspection is refuted: random status rules, tried at random first."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.engines.solver import Effort, Undecided
from grader.language.nodes import All, Best, Better, Compare, Const, Count, Effect, Kind, Level, Op, Test
from grader.language.rulebook import Fact, Layer, Rule
from grader.proofs.monotone import check_part
from grader.proofs.report import WHERE_GRADED
from grader.proofs.subject import Subject
from grader.proofs.tag_combinations import EVIDENCE_TAGS, Part, changes
from grader.proofs.witness import Situation
from grader.vocabulary.peel import ASSESSMENTS, STATUSES

TESTED = Test("strength", Op.EQUALS, (Const(1),))
DESCRIBED = Test("strength", Op.EQUALS, (Const(0),))
SHORT = Test("assessment", Op.AT_MOST, (Const(2),))
MEETS = Test("assessment", Op.EQUALS, (Const(3),))
SOUND = Test("assessment", Op.AT_LEAST, (Const(3),))
FULL = Test("extent", Op.AT_LEAST, (Const(1),))
DEFINITIONS = {
    "tested": Count("evidence", (TESTED,)),
    "tested_short": Count("evidence", (SHORT, TESTED)),
    "full_short": Count("evidence", (SHORT, FULL)),
    "meeting": Count("evidence", (MEETS,)),
    "sound": Count("evidence", (SOUND,)),
    "best_tested": Best("evidence", "assessment", (TESTED,)),
    "best_described": Best("evidence", "assessment", (DESCRIBED,)),
    "best": Best("evidence", "assessment", ()),
}
FACTS = {
    name: Fact(
        name,
        Layer.STATUS,
        Level.CHARACTERISTIC,
        Kind.SCALE if isinstance(definition, Best) else Kind.COUNT,
        Better.NEITHER,
        name,
        definition,
        ASSESSMENTS if isinstance(definition, Best) else None,
    )
    for name, definition in DEFINITIONS.items()
}

comparisons = st.sampled_from(sorted(FACTS)).flatmap(
    lambda name: st.builds(
        lambda op, n: Compare(name, op, (Const(n),)),
        st.sampled_from([Op.AT_LEAST, Op.AT_MOST, Op.EQUALS]),
        st.integers(1, 4) if FACTS[name].kind is Kind.SCALE else st.integers(0, 2),
    )
)
rules = st.tuples(
    st.sampled_from([Effect.REACHES, Effect.REACHES, Effect.LIMITS]),
    st.sampled_from(STATUSES.names[1:]),
    st.lists(comparisons, min_size=1, max_size=2),
)
PARTS = (Part.RAISE, Part.ADD_EXCEEDS, Part.ADD_FALLS_SHORT, Part.WORSEN)
CHANGES = {part: list(changes(part)) for part in PARTS}
items = st.lists(st.sampled_from(EVIDENCE_TAGS), max_size=3)


def _book(sound, drawn):
    made = [
        Rule(f"s{i}", Layer.STATUS, Level.CHARACTERISTIC, effect, target, All(tuple(asked)), "", "")
        for i, (effect, target, asked) in enumerate(drawn)
    ]
    kept = [r for r in sound.book.rules if r.layer is not Layer.STATUS]
    above = {n: f for n, f in sound.book.facts.items() if f.layer is not Layer.STATUS}
    return replace(sound.book, rules=(*made, *kept), facts={**FACTS, **above})


def _grade(subject, area, evidence):
    space = subject.characteristic(subject.graded[0])
    names = [c.id for c in area.characteristics]
    on = tuple((n, space.example(rows, ())) for n, rows in zip(names, evidence, strict=False))
    return subject.conclude(Situation(area, "1", on)).area.decision


@settings(suppress_health_check=list(HealthCheck))
@given(st.lists(rules, min_size=2, max_size=6), st.data())
def test_what_breaks_the_promise_somewhere_is_refuted(opened, drawn, data):
    sound = opened("sound")
    subject = Subject(_book(sound, drawn), sound.framework, Effort(10**9))
    area = sound.framework.areas[1]
    broken = set()
    for _ in range(30):
        part = data.draw(st.sampled_from(PARTS))
        change = data.draw(st.sampled_from(CHANGES[part]))
        others, own = data.draw(st.lists(items, max_size=2)), data.draw(items)
        gone = [change.before] if change.before is not None else []
        before = _grade(subject, area, [[*own, *gone], *others])
        after = _grade(subject, area, [[*own, change.after], *others])
        if before is None or after is None:
            continue
        if after.rank < before.rank if part.better else after.rank > before.rank:
            broken.add(part)
    for part in sorted(broken):
        found = check_part(subject, part)
        assert isinstance(found, list)
        assert [] != found


@settings(suppress_health_check=list(HealthCheck))
@given(st.lists(rules, min_size=2, max_size=6), st.data())
def test_what_an_item_on_several_characteristics_breaks_is_not_proved(opened, drawn, data):
    sound = opened("sound")
    subject = Subject(_book(sound, drawn), sound.framework, Effort(10**9))
    area = sound.framework.areas[1]
    part = data.draw(st.sampled_from(PARTS))
    broken = False
    for _ in range(30):
        change = data.draw(st.sampled_from(CHANGES[part]))
        moved, others = (
            data.draw(st.lists(items, min_size=2, max_size=3)),
            data.draw(st.lists(items, max_size=1)),
        )
        gone = [change.before] if change.before is not None else []
        before = _grade(subject, area, [*([*own, *gone] for own in moved), *others])
        after = _grade(subject, area, [*([*own, change.after] for own in moved), *others])
        if before is not None and after is not None:
            broken |= after.rank < before.rank if part.better else after.rank > before.rank
    if broken:
        with suppress(Undecided):
            assert check_part(subject, part) not in ([], WHERE_GRADED)
