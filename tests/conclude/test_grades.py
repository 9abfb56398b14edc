"""Outcomes and grades: withholding, the five grades at their thresholds, isolated and remedied shortfalls."""

from __future__ import annotations

import pytest

#: Ten characteristics of one area, to make shares of tenths.
TEN = [f"responding.{c}" for c in ("1a", "1b", "2a", "2b", "2c", "2d", "2e", "3a", "3b", "3c")]


def spread(item, exceeds=0, meets=0, partly=0, short=0):
    """Items on so many characteristics at each assessment."""
    names = ["exceeds"] * exceeds + ["meets"] * meets + ["partly_meets"] * partly + ["falls_short"] * short
    return [item(f"E{n}", TEN[n], name) for n, name in enumerate(names)]


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({"exceeds": 3, "meets": 5, "partly": 2}, "outstanding"),
        ({"exceeds": 1, "meets": 9}, "outstanding"),
        ({"exceeds": 5}, "good"),
        ({"exceeds": 6}, "outstanding"),
        ({"meets": 8, "short": 2}, "good"),
        ({"meets": 7, "short": 3}, "adequate"),
        ({"meets": 4, "short": 6}, "adequate"),
        ({"meets": 3, "partly": 7}, "requires_improvement"),
        ({"short": 10}, "requires_improvement"),
    ],
)
def test_a_grade_turns_on_shares_of_what_is_listed_and_of_what_was_assessed(counts, expected, grade, item):
    area = grade(*spread(item, **counts)).area("responding")
    assert ("graded", expected) == (area.outcome, area.grade)


def test_people_at_risk_bar_outstanding_and_not_good(grade, item):
    items = spread(item, exceeds=3, meets=6)
    risky = item("E9", TEN[9], "partly_meets", harm="serious", extent="some")
    assert "outstanding" == grade(*items).area("responding").grade
    assert "good" == grade(*items, risky).area("responding").grade


def test_thin_evidence_withholds(grade, item):
    total = grade().area("responding").profile["listed"]
    needed = -(-total * 200 // 1000)
    thin = grade(*spread(item, meets=needed - 1)).area("responding")
    assert ("withheld", None, ["thin"]) == (thin.outcome, thin.grade, [r.rule for r in thin.reasons])
    assert "graded" == grade(*spread(item, meets=needed)).area("responding").outcome


def test_a_profile_stands_in_the_order_of_its_names(grade):
    profile = list(grade().area("responding").profile)
    assert sorted(profile) == profile


def test_evidence_both_ways_on_most_characteristics_is_graded_and_warned_of(grade, item):
    items = [item(f"{way}{n}", TEN[n], way) for n in range(4) for way in ("meets", "falls_short")]
    proposal = grade(*items)
    area = proposal.area("responding")
    assert ("graded", "requires_improvement") == (area.outcome, area.grade)
    expected = [
        f"{TEN[n]}: tested both as done (meets{n}) and as not done (falls_short{n});"
        " which to believe is for an inspector"
        for n in range(4)
    ]
    assert expected == [w.message for w in proposal.warnings if w.code == "contradiction"]


def test_of_very_much_evidence_both_ways_the_first_is_named_and_the_rest_counted(grade, item):
    ways = ("meets", "falls_short")
    items = [item(f"{way}{n:02}", TEN[0], way) for n in range(22) for way in ways]
    (warning,) = [w.message for w in grade(*items).warnings if w.code == "contradiction"]
    done, failing = (", ".join(f"{way}{n:02}" for n in range(20)) for way in ways)
    assert (
        f"{TEN[0]}: tested both as done ({done}, and 2 more) and as not done ({failing}, and 2 more);"
        " which to believe is for an inspector"
    ) == warning


@pytest.mark.parametrize(
    "other",
    [
        {"extent": "isolated"},
        {"remedied": True},
        {"basis": "interview"},
    ],
)
def test_what_is_no_full_tested_failing_contradicts_nothing(other, grade, item):
    proposal = grade(item("E1", TEN[0], "meets"), item("E2", TEN[0], "falls_short", **other))
    assert [] == [w for w in proposal.warnings if w.code == "contradiction"]


def test_no_area_is_graded_on_its_neighbours_evidence_alone(grade, item):
    informing = "victims.4a victims.4b victims.5a victims.5b victims.6a"
    area = grade(item("E1", informing, "meets")).area("investigating")
    assert ("withheld", ["thin"]) == (area.outcome, [r.rule for r in area.reasons])
    assert (0, 5) == (area.profile["covered"], area.profile["assessed"])


def test_evidence_of_its_own_lets_its_neighbours_count(grade, item):
    informing = "victims.4a victims.4b victims.5a victims.5b victims.6a"
    own = item("E2", "investigating.1a investigating.1b investigating.1d", "meets")
    area = grade(item("E1", informing, "falls_short"), own).area("investigating")
    assert ("graded", 3, 7) == (area.outcome, area.profile["covered"], area.profile["assessed"])


def test_no_evidence_withholds_and_says_so(grade):
    area = grade().area("responding")
    assert ("withheld", None) == (area.outcome, area.grade)
    assert ["withheld"] == sorted({r.target for r in area.reasons})


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({}, "partly_demonstrated"),
        ({"extent": "some"}, "partly_demonstrated"),
        ({"extent": "isolated"}, "demonstrated"),
        ({"remedied": True}, "demonstrated"),
        ({"basis": "interview"}, "exceeded"),
    ],
)
def test_a_shortfall_limits_by_its_weight(tags, expected, grade, item, statuses):
    proposal = grade(
        item("E1", "responding.1a", "exceeds"), item("E2", "responding.1a", "falls_short", **tags)
    )
    assert {"responding.1a": expected} == statuses(proposal, "responding")


def test_a_lone_shortfall_is_not_demonstrated_however_isolated(grade, item, statuses):
    lone = item("E1", "responding.1a", "falls_short", extent="isolated", remedied=True)
    assert {"responding.1a": "not_demonstrated"} == statuses(grade(lone), "responding")


def test_tested_evidence_comes_before_described(grade, item, statuses):
    described = item("E1", "responding.1a", "exceeds", basis="document")
    tested = item("E2", "responding.1a", "partly_meets", extent="isolated")
    assert {"responding.1a": "demonstrated"} == statuses(grade(described), "responding")
    assert {"responding.1a": "partly_demonstrated"} == statuses(grade(described, tested), "responding")


def test_the_deciding_reason_comes_first_and_then_what_stood_in_the_way(grade, item):
    area = grade(*spread(item, meets=7, short=3)).area("responding")
    assert ("adequate.some", True) == (area.reasons[0].rule, area.reasons[0].held)
    others = {r.rule: r.held for r in area.reasons[1:]}
    assert not any(others.values())
    assert {"good.substantially-all", "outstanding.substantially-exceeded"} <= set(others)
    assert "inadequate.open-concern" in others
    assert "7 of 10" in area.reasons[0].because


def test_what_a_limit_holds_down_is_told_and_what_it_makes_pointless_is_not(grade, item):
    """Capped, an area needs no other rule to hold: those above that fail are no reason, one that holds is."""
    said = {"statement": "people are at risk", "recommendations": ["mend it"]}
    concern = {"id": "F1", "kind": "cause_of_concern", "area": "responding", **said}
    area = grade(*spread(item, meets=8, short=2), findings=(concern,)).area("responding")
    assert [
        ("inadequate.open-concern", "limits", True),
        ("adequate.some", "reaches", True),
        ("good.substantially-all", "reaches", True),
    ] == [(r.rule, r.effect, r.held) for r in area.reasons]


def test_every_rule_for_a_better_grade_that_fails_is_told_and_every_limit_below(grade, item):
    area = grade(*spread(item, meets=7, short=3)).area("responding")
    assert [
        ("adequate.some", "reaches", True),
        ("inadequate.open-concern", "limits", False),
        ("requires-improvement.area-of-concern", "limits", False),
        ("good.substantially-all", "reaches", False),
        ("outstanding.substantially-exceeded", "reaches", False),
    ] == [(r.rule, r.effect, r.held) for r in area.reasons]


def test_the_default_has_no_rule_and_says_so(grade, item):
    reason = grade(*spread(item, short=10)).area("responding").reasons[0]
    assert (None, "default", "requires_improvement", True) == (
        reason.rule,
        reason.effect,
        reason.target,
        reason.held,
    )


def test_evidence_behind_a_failed_reason_is_what_fell_short(grade, item):
    area = grade(*spread(item, meets=7, short=3)).area("responding")
    good = next(r for r in area.reasons if r.rule == "good.substantially-all")
    assert ["E7", "E8", "E9"] == good.evidence


def test_grades_one_step_away_are_told_best_first(grade, item):
    area = grade(*spread(item, meets=8, short=2)).area("responding")
    up = [("outstanding", f"E{n}: meets to exceeds") for n in range(8)]
    down = [("adequate", f"E{n}: meets to partly_meets") for n in range(8)]
    assert ("good", [*up, *down]) == (area.grade, [(r.grade, r.change) for r in area.reachable])


def test_overrides_are_used_and_recorded(grade, item):
    items = spread(item, meets=7, short=3)
    proposal = grade(*items, values={"substantially_all": 700})
    assert "good" == proposal.area("responding").grade
    assert {"substantially_all": 700} == proposal.overrides
    used = {p.name: (p.value, p.default) for p in proposal.parameters}
    assert (700, 800) == used["substantially_all"]
