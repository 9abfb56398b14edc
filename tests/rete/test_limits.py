"""Static limits: just inside them the engine is right, just past them the rule book does not load."""

import pytest

from grader.errors import InputError
from grader.language.limits import MAX_AT_ONCE, MAX_FACTS, MAX_RULES, MAX_TESTS, limit_problems
from grader.language.nodes import All, Any_, Compare, Not, Op, Param


def either(compare, i):
    return Any_((compare(f"a{i}", "equals", 1), compare(f"b{i}", "equals", 1)))


def rule(number):
    return {
        "id": f"more.{number:03}",
        "limits": "inadequate",
        "when": {"open_concerns": {"at_least": 2}},
        "because": "there are many",
        "source": "none",
    }


def test_a_rule_book_of_240_rules_in_a_layer_loads_and_one_more_is_located(read_rules):
    own = []

    def fill(data):
        own.extend(data["rules"])
        data["rules"] += [rule(i) for i in range(MAX_RULES + 1 - len(own))]

    with pytest.raises(InputError) as caught:
        read_rules("grades.yaml", fill)
    (problem,) = caught.value.problems
    last = f"more.{MAX_RULES - len(own):03}"
    assert f"the grade layer's area rules pass 240 rules at rule '{last}'" == problem.message
    assert ("rules/grades.yaml", True) == (problem.place.file, problem.place.line > 1000)
    assert problem.help.startswith("split the layer's rules")


def test_a_rule_book_of_240_rules_is_right(read_rules, held_by):
    from grader.engines.choice import engine_for
    from grader.language.bind import bind

    own = []

    def fill(data):
        own.extend(data["rules"])
        data["rules"] += [rule(i) for i in range(MAX_RULES - len(own))]

    book = read_rules("grades.yaml", fill)
    facts = dict.fromkeys(book.facts, 0) | {"open_concerns": 2}
    held = held_by(engine_for(bind(book), "rete"), facts)
    assert MAX_RULES - len(own) + 1 == len(held)


def test_too_many_rules_are_reported_alone_and_at_the_first_too_many(make_book, compare):
    """The other limits take long to look into on a table that passes this one."""
    conditions = [compare("a", "at_least", i) for i in range(500)]
    assert ["the grade layer's area rules pass 240 rules at rule 'r0240'"] == [
        p.message for p in limit_problems(make_book(conditions).rules)
    ]


def test_every_other_limit_passed_is_reported_at_its_first_rule(make_book, compare):
    def three(i):
        return Any_(tuple(compare("a", "at_least", 3 * i + k) for k in range(3)))

    assert [
        "the grade layer's area rules pass 480 different ways to hold at rule 'r0160'",
        "the grade layer's area rules pass 480 different tests at rule 'r0160'",
        "the grade layer's area rules pass 60 ways that could hold at once at rule 'r0020'",
    ] == [p.message for p in limit_problems(make_book([three(i) for i in range(200)]).rules)]


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        (lambda c: All(tuple(either(c, i) for i in range(9))), "in more than 480 different ways"),
        (lambda c: Not(c("a", "one_of", *range(MAX_TESTS + 1))), f"{MAX_TESTS} different tests"),
        (lambda c: All(tuple(c(f"f{i}", "equals", 1) for i in range(MAX_FACTS + 1))), f"{MAX_FACTS} facts"),
        (lambda c: c("a", "at_least", 2**31), "beyond 2147483647"),
        (lambda c: Any_(tuple(c(f"f{i}", "equals", 1) for i in range(61))), "60 ways that could hold"),
    ],
)
def test_one_rule_can_pass_a_limit_alone(make_book, compare, condition, message):
    assert any(message in p.message for p in limit_problems(make_book([condition(compare)]).rules))


def test_a_rule_with_a_great_many_ways_is_refused_at_once(make_book, compare):
    deep = All(tuple(Any_(tuple(compare(f"f{i}", "equals", j) for j in range(9))) for i in range(40)))
    assert ["rule 'r0000' can hold in more than 480 different ways"] == [
        p.message for p in limit_problems(make_book([deep]).rules)
    ]


def test_tests_that_exclude_each_other_do_not_add_up(make_book, compare, held):
    book = make_book([compare("a", "equals", i) for i in range(MAX_RULES)])
    assert held(book, {"a": 239}) == ["r0239"]
    assert held(book, {"a": 240}) == []


@pytest.mark.parametrize(("many", "said"), [(20, []), (21, ["60 ways that could hold at once"])])
def test_of_tests_that_exclude_each_other_the_one_with_most_behind_it_counts(make_book, compare, many, said):
    behind = [All((compare("a", "equals", value), compare("b", "at_least", i)))
              for value, most in ((1, 40), (2, 30)) for i in range(most)]  # fmt: skip
    beside = [compare("c", "at_least", i) for i in range(many)]
    found = [p.message for p in limit_problems(make_book([*behind, *beside]).rules)]
    assert said == [m.split(" pass ")[1].split(" at rule")[0] for m in found]


@pytest.mark.parametrize(("number", "said"), [(2**31 - 1, 0), (2**31, 1), (-(2**31) + 1, 0), (-(2**31), 1)])
def test_numbers_are_held_against_what_fits_in_32_bits(make_book, compare, number, said):
    assert said == len(list(limit_problems(make_book([compare("a", "at_least", number)]).rules)))


def test_rules_of_every_area_add_to_those_of_the_area_with_most(make_book, compare):
    scopes = [None] * 20 + [frozenset({"here"})] * 40 + [frozenset({"there"})] * 30
    conditions = [compare("a", "at_least", i) for i in range(90)]
    assert [] == list(limit_problems(make_book(conditions, scopes).rules))
    both = [*scopes[:-1], frozenset({"here", "there"})]
    assert ["limit"] == [p.code for p in limit_problems(make_book(conditions, both).rules)]


def test_rules_of_different_areas_do_not_add_up(make_book, compare, held):
    conditions = [compare("a", "at_least", i) for i in range(2 * MAX_AT_ONCE)]
    scopes = [frozenset({"here" if i % 2 else "there"}) for i in range(2 * MAX_AT_ONCE)]
    book = make_book(conditions, scopes)
    assert [f"r{i:04}" for i in range(1, 120, 2)] == held(book, {"a": 1000})


def test_parameters_count_as_different_whatever_their_values(make_book):
    conditions = [Compare("a", Op.EQUALS, (Param(f"p{i}"),)) for i in range(MAX_AT_ONCE + 1)]
    assert ["limit"] == [p.code for p in limit_problems(make_book(conditions).rules)]
