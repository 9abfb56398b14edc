"""Promise 2: the order of evidence, findings, rules, facts and files means nothing."""

from __future__ import annotations

import shutil
from dataclasses import replace

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.io import catalogue
from grader.io.rulebooks import read_rulebook


def shuffled(inspection, random):
    """The inspection with everything that stands in a list or a mapping moved about."""

    def moved(things):
        return random.sample(list(things), len(things))

    def inside(thing, *names):
        return thing.model_copy(update={name: moved(getattr(thing, name)) for name in names})

    return inspection.model_copy(
        update={
            "inspection": inside(inspection.inspection, "not_inspected"),
            "sources": dict(moved(inspection.sources.items())),
            "evidence": [inside(e, "characteristics") for e in moved(inspection.evidence)],
            "findings": [inside(f, "characteristics", "evidence") for f in moved(inspection.findings)],
            "previous": [inside(f, "characteristics", "evidence") for f in moved(inspection.previous)],
        }
    )


def shuffled_book(book, random):
    def moved(mapping):
        return dict(random.sample(list(mapping.items()), len(mapping)))

    return replace(
        book,
        rules=tuple(random.sample(book.rules, len(book.rules))),
        facts=moved(book.facts),
        parameters=moved(book.parameters),
        measures=moved(book.measures),
    )


@given(data=st.data(), random=st.randoms(use_true_random=False))
def test_shipped_evidence_in_any_order_gives_the_same_bytes(data, random, shipped_cases, proposed):
    case = data.draw(shipped_cases())
    moved = replace(case, inspection=shuffled(case.inspection, random))
    assert proposed(case).to_json() == proposed(moved).to_json()


@given(data=st.data(), random=st.randoms(use_true_random=False))
def test_random_evidence_and_rules_in_any_order_give_the_same_bytes(data, random, random_cases, proposed):
    case = data.draw(random_cases())
    moved = replace(case, inspection=shuffled(case.inspection, random), book=shuffled_book(case.book, random))
    assert proposed(case).to_json() == proposed(moved).to_json()


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), random=st.randoms(use_true_random=False))
def test_rule_files_in_any_order_under_any_name_give_the_same_bytes(
    data, random, shipped, shipped_cases, proposed, tmp_path_factory
):
    folder = tmp_path_factory.mktemp("rules") / "moved"
    shutil.copytree(catalogue.rulebook_folder("PEEL_2021_22"), folder)
    for file in sorted(folder.glob("*.yaml")):
        if file.name == "rulebook.yaml":
            continue
        layer = yaml.safe_load(file.read_text("utf-8"))
        rules, facts = layer.pop("rules", []), layer.pop("facts", {})
        random.shuffle(rules)
        moved = dict(random.sample(list(facts.items()), len(facts)))
        cut = random.randint(0, len(rules))
        # One layer in two files, in other folders and under other names, rules apart from their facts.
        parts = (
            {**layer, "facts": moved, "rules": rules[:cut]},
            {"layer": layer["layer"], "rules": rules[cut:]},
        )
        file.unlink()
        for n, part in enumerate(parts):
            name = folder / random.choice(("", "sub")) / f"{random.randint(0, 9)}_{file.stem}_{n}.yaml"
            name.parent.mkdir(exist_ok=True)
            name.write_text(yaml.safe_dump(part, allow_unicode=True, sort_keys=False), "utf-8")
    book = read_rulebook(folder, shipped.framework)
    assert {r.id for r in shipped.book.rules} == {r.id for r in book.rules}
    for _ in range(3):
        case = data.draw(shipped_cases())
        before, after = (
            proposed(case),
            proposed(replace(case, book=replace(book, sha256=shipped.book.sha256))),
        )
        assert before.to_json() == after.to_json()
