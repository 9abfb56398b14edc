"""Rule books changed at random: inspections made here contradict no verdict, and no claim is empty."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import cache

import pytest

pytest.importorskip("z3", reason="the solver is an extra")
pytest.importorskip("numpy", reason="drawing is an extra")

import numpy as np

from grader.authoring.impact import prove
from grader.authoring.mutants import mutants
from grader.bulk.backends import pl
from grader.bulk.conclude import raises
from grader.grading.conclude import finding_row
from grader.io.catalogue import open_rulebook
from grader.io.frameworks import FrameworkFile
from grader.language.nodes import All, Any_, Compare, Const, Effect, Kind, Level, Op
from grader.language.rulebook import VISIBLE, Layer, Measure, Rule
from grader.model.inspection import Inspection
from grader.proofs.falsify import Drawn
from grader.proofs.rule_change import Comparison
from grader.session import Session
from grader.vocabulary.kinds import FLAG, PROGRESS, STRENGTH
from grader.vocabulary.peel import ASSESSMENTS, EXTENTS, HARMS, PEEL

SCALES = {"assessment": ASSESSMENTS, "strength": STRENGTH, "extent": EXTENTS, "harm": HARMS,
          "remedied": FLAG, "innovative": FLAG}  # fmt: skip
FINDING = ("kind", "origin", "standing", "progress")


# Changes --------------------------------------------------------------------------------------------------


@cache
def shipped(name):
    """A framework, and its rule book with a measure in minutes, which may lie below nought."""
    _, file, book = open_rulebook(name)
    framework = file.framework
    home = next(c.id for c in framework.areas[-1].counted)
    rules = [
        Rule(f"waiting.{target}", Layer.MEASURE, Level.FIGURE, effect, target,
             Compare("figure", op, (Const(value),)), "because", "none", frozenset({"waiting"}))
        for effect, target, op, value in (
            (Effect.REACHES, "exceeds", Op.AT_MOST, -35),
            (Effect.REACHES, "meets", Op.AT_MOST, 3000),
            (Effect.LIMITS, "partly_meets", Op.AT_LEAST, 2500),
        )
    ]  # fmt: skip
    measures = {**book.measures, "waiting": Measure("waiting", home, "minutes", "waiting")}
    return framework, replace(book, measures=measures, rules=(*book.rules, *rules))


@cache
def slips(name):
    framework, book = shipped(name)
    return tuple(mutants(book, framework))


def changed(name, draw):
    """A rule book changed in one way, and in words what was done."""
    framework, book = shipped(name)
    kinds = (slip, slip, slip, clause_added, default_moved, finding_rule_added, rule_of_ungraded_areas,
             measure_moved)  # fmt: skip
    return draw.choice(kinds)(name, framework, book, draw)


def slip(name, framework, book, draw):
    mutant = draw.choice(slips(name))
    return mutant.book, f"{mutant.of}: {mutant.change}"


def comparison(book, layer, level, draw):
    known = book.every_fact.values()
    fact = draw.choice([f for f in known if f.level is level and f.layer in VISIBLE[layer]])
    top = {Kind.SHARE: 1000, Kind.COUNT: 4}.get(fact.kind) or len(fact.scale.names) - 1
    return Compare(
        fact.name, draw.choice((Op.AT_LEAST, Op.AT_MOST, Op.EQUALS)), (Const(draw.randint(0, top)),)
    )


def clause_added(name, framework, book, draw):
    rule = draw.choice([r for r in book.rules if r.layer is not Layer.MEASURE])
    clause = comparison(book, rule.layer, rule.level, draw)
    together = draw.choice((All, Any_))
    other = replace(rule, condition=together((rule.condition, clause)))
    return with_rule(book, rule, other), f"{rule.id}: {together.__name__} {clause}"


def default_moved(name, framework, book, draw):
    parameter = draw.choice(list(book.parameters.values()))
    other = replace(parameter, default=draw.randint(parameter.minimum, min(parameter.maximum, 1000)))
    return replace(
        book, parameters={**book.parameters, parameter.name: other}
    ), f"{parameter.name} {other.default}"


def finding_rule_added(name, framework, book, draw):
    level = draw.choice((Level.CHARACTERISTIC, Level.AREA))
    condition = comparison(book, Layer.FINDING, level, draw)
    rule = Rule("added", Layer.FINDING, level, Effect.RAISES, draw.choice(PEEL.proposed), condition,
                "because", "none")  # fmt: skip
    return replace(book, rules=(*book.rules, rule)), f"finding {rule.target} {condition}"


def rule_of_ungraded_areas(name, framework, book, draw):
    ungraded = [a.id for a in framework.areas if not all(e.graded for e in a.editions.values())]
    rule = draw.choice([r for r in book.rules if r.layer in (Layer.STATUS, Layer.FINDING)])
    clause = comparison(book, rule.layer, rule.level, draw)
    there = replace(rule, id="there", scope=frozenset(ungraded), condition=All((rule.condition, clause)))
    elsewhere = replace(rule, scope=frozenset(book.areas) - frozenset(ungraded))
    return replace(
        with_rule(book, rule, elsewhere), rules=(*with_rule(book, rule, elsewhere).rules, there)
    ), (f"{rule.id} in {ungraded}: {clause}")


def measure_moved(name, framework, book, draw):
    rule = draw.choice([r for r in book.rules if r.id.startswith("waiting.")])
    value = Const(rule.condition.operands[0].value + draw.choice((-1000, -1, 0, 1, 5000)))
    other = replace(rule, condition=replace(rule.condition, operands=(value,)))
    return with_rule(book, rule, other), f"{rule.id} {value.value}"


def with_rule(book, rule, other):
    return replace(book, rules=tuple(other if r is rule else r for r in book.rules))


# Inspections ----------------------------------------------------------------------------------------------


def made(framework, edition, count, seed):
    """Inspections with everything at random, made apart from those that are drawn to find differences."""
    draw = np.random.default_rng(seed)
    areas = framework.areas_in(edition)
    width = max(len(a.characteristics) for a in areas)
    places = np.array([at * width + n for at, a in enumerate(areas) for n in range(len(a.characteristics))])
    some = draw.random((count, len(places))) < draw.random((count, 1)) ** 2
    number, at = np.nonzero(some)
    often = draw.choice([1, 1, 1, 2, 3], len(number))
    number, at = np.repeat(number, often), np.repeat(at, often)
    tags = {
        name: draw.integers(name == "assessment", len(s.names), len(number)) for name, s in SCALES.items()
    }
    kind = draw.integers(0, 4, count)[number]  # of some inspections everything is good, or plain
    tags["assessment"] = np.where(kind == 0, np.maximum(tags["assessment"], 3), tags["assessment"])
    tags["harm"] = np.where(kind == 1, 0, tags["harm"])
    evidence = pl.DataFrame({"number": number, "place": places[at], **tags, "measure": -1, "figure": 0,
                             "item": np.arange(len(number))})  # fmt: skip
    waiting = next(n for n, a in enumerate(areas) if a is framework.areas[-1]) * width
    waiting += next(n for n, c in enumerate(framework.areas[-1].characteristics) if c.counted)
    figures = evidence.head(count).with_columns(
        number=pl.Series(np.arange(count)[: min(count, len(evidence))]),
        place=waiting, assessment=0, measure=0,
        figure=pl.Series(draw.choice([-36, -35, -34, 0, 2499, 2500, 3000, 3001, 9000, -20_000],
                                     min(count, len(evidence)))),
    )  # fmt: skip
    rows = [
        (n, a, finding_row(PEEL, str(draw.choice(PEEL.kinds.names)), origin, progress))
        for n, a in zip(*np.nonzero(draw.random((count, len(areas))) < 0.1), strict=True)
        for origin, progress in [
            draw.choice([("declared", None), *(("previous", p) for p in PROGRESS.names)]).tolist()
        ]
    ]
    findings = pl.DataFrame(
        {"number": [r[0] for r in rows], "area": [r[1] for r in rows],
         **{name: [r[2][name] for r in rows] for name in FINDING}, "finding": range(len(rows))}
    )  # fmt: skip
    earlier = findings.filter(pl.col("origin") == 1).select(
        "number", pl.col("area") * width, "kind", "progress", "finding"
    ).rename({"area": "place"})  # fmt: skip
    small = dict.fromkeys((*SCALES, *FINDING), pl.Int8) | {
        "place": pl.Int32,
        "area": pl.Int32,
        "measure": pl.Int16,
    }

    def typed(frame):
        return frame.cast({n: small.get(n, pl.Int64) for n in frame.columns})

    whole = pl.concat([typed(evidence), typed(figures).select(evidence.columns)])
    return Drawn(framework, edition, count, ("waiting",), whole, typed(findings), typed(earlier))


def moved(framework, old, new, count, seed):
    """Which areas move in which way on inspections made here, without a word of the code under test."""
    found = set()
    for edition in framework.editions:
        inspections = made(framework, edition, count // len(framework.editions), seed)
        names = [a.id for a in framework.areas_in(edition)]
        of_areas, of_characteristics = zip(
            *(told_of(inspections.concluded(book)) for book in (old, new)), strict=True
        )
        for told in (of_areas, of_characteristics):
            found |= {(names[area], key) for area, key in differences(*told)}
    return found


def told_of(concluded):
    """Everything told of each area, and of each characteristic: the part, and what it is about."""
    plan = concluded.plan
    areas, rows = concluded.areas, concluded.characteristics
    withheld = pl.col("outcome") == 2
    of_areas = areas.select(
        "number",
        "area",
        place=pl.lit(0),
        **{
            "outcome": pl.col("outcome"),
            "grade": pl.col("rank"),
            "reasons": pl.when(withheld).then(pl.col("deciding").list.join(" ")),
            **{f"profile {name}": pl.col(column) for name, column in plan.area_columns.items()},
            **raised(plan, Level.AREA),
        },
    )
    told = {"statuses": pl.col("status"), **raised(plan, Level.CHARACTERISTIC)}
    return of_areas, rows.select("number", "area", "place", **told)


def raised(plan, level):
    """The columns of the findings that rules raise, by rule and kind."""
    return {f"findings {r.id} {r.target}": pl.col(c) for c, r in raises(plan, level).items()}


def differences(one, other):
    """The areas on which two tables of the same inspections say otherwise, and in which part."""
    keys = ["number", "area", "place"]
    one, other = one.sort(keys), other.sort(keys)
    assert one.select(keys).equals(other.select(keys))
    nothing = pl.zeros(len(one), pl.Int32, eager=True)
    for name in {*one.columns, *other.columns} - {*keys}:
        mine, theirs = (t[name] if name in t.columns else nothing for t in (one, other))
        for area in one["area"].filter(mine.ne_missing(theirs)).unique():
            yield area, name.split()[0]


# Verdicts -------------------------------------------------------------------------------------------------

ANSWERS = {
    "outcome": ("withheld", "graded"),
    "grade": ("higher", "lower", "withheld", "graded"),
    "reasons": ("reasons", "withheld", "graded"),
    "profile": ("profile",),
    "statuses": ("statuses",),
    "findings": ("findings",),
}


def check(name, seed, drawn, count, monkeypatch):
    draw = random.Random(f"{name} {seed}")
    framework, old = shipped(name)
    new, what = changed(name, draw)
    monkeypatch.setattr(Comparison, "__post_init__", with_count(drawn))
    found = prove(old, new, framework)
    answers = {a["area"]: a for a in found.areas}
    for area, key in moved(framework, old, new, count, seed):
        assert found.result != "nothing", (what, area, key)
        assert {answers[area][n] for n in ANSWERS[key]} - {"never"}, (what, area, key)
    assert {(c["area"], c["part"]) for c in found.cases} == {
        (area, part) for area, a in answers.items() for part in parts_of(a)
    }, what
    for case in found.cases:
        assert shows(framework, old, new, case), (what, case["area"], case["part"], case["words"])
    return found.result


def with_count(count, real=Comparison.__post_init__):
    def made(self):
        self.count = count
        real(self)

    return made


def parts_of(answer):
    names = {
        "higher": "grade",
        "lower": "grade",
        "withheld": "outcome",
        "graded": "outcome",
        "reasons": "withheld",
    }
    return {names.get(n, n) for n, v in answer.items() if v == "moves" and n != "area"}


def shows(framework, old, new, case):
    """Whether the proposals on the case's inspection differ on its area in the part it names."""
    inspection = Inspection.model_validate(case["inspection"])
    said = []
    for book in (old, new):
        proposal = Session(FrameworkFile(framework), book, None, "reference").load(inspection).proposal
        area = next(a for a in proposal.areas if a.area == case["area"])
        said.append(
            {
                "outcome": area.outcome,
                "grade": area.grade,
                "withheld": [r.rule for r in area.reasons if r.effect == "withholds"],
                "profile": area.profile,
                "statuses": [(c.id, c.status) for c in area.characteristics],
                "findings": sorted((f.kind, f.rule or "", f.characteristics) for f in area.findings),
            }[case["part"]]
        )
    return said[0] != said[1]


@pytest.mark.parametrize("seed", range(4))
def test_a_sample_of_changes_of_a_small_rule_book(seed, monkeypatch):
    check("EXAMPLE_CARE_HOMES", seed, 40, 300, monkeypatch)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100))
def test_changes_of_a_small_rule_book(seed, monkeypatch):
    check("EXAMPLE_CARE_HOMES", 1000 + seed, 1000, 20_000, monkeypatch)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(200))
def test_changes_of_the_shipped_rule_book(seed, monkeypatch):
    check("PEEL_2021_22", seed, 1000, 20_000, monkeypatch)
