"""What `check` says of rules that read right and pass something over: what was not assessed, and figures."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

import grader

pytest.importorskip("z3")

WARNING = Path(__file__).resolve().parents[1] / "rating_schemes" / "early_warning"
GUARD = {"staffing_given": {"more_than": "not_assessed"}}
LOW = {"staffing": {"at_most": 1}}


def stars(tmp_path: Path, when: object, *, withheld: bool = False, best: str = "five") -> Path:
    """A rule book in a folder: inspection's stars, of which low staffing takes one."""
    levels = [{"id": "one", "title": "1", "score": 1}, {"id": best, "title": "5", "score": 5}]
    framework = {
        "framework": {
            "id": "STARS", "title": "S", "publisher": "p", "licence": "l", "status": "example",
            "statement": "s",
        },
        "editions": {"1": {"title": "e", "published": 2020}},
        "scales": {"stars": {"title": "Stars", "levels": levels}},
        "statuses": {"status": "as_assessed", "several": "lowest"},
        "findings": [],
        "grade_scale": {
            "default": "poor",
            "grades": [{"id": g, "title": g, "meaning": g} for g in ("good", "poor")],
        },
        "areas": [{
            "id": "rating", "title": "R", "editions": {"1": {"graded": True}},
            "topics": [{"id": "t", "title": "T", "characteristics": [
                {"id": c, "scale": "stars", "text": c} for c in ("inspection", "staffing")
            ]}],
        }],
    }  # fmt: skip
    facts = {
        "inspection": {"score_of": "inspection", "better": "more", "english": "inspection"},
        "staffing": {"score_of": "staffing", "better": "more", "english": "staffing"},
        "staffing_given": {"status_of": "staffing", "better": "neither", "english": "staffing rated"},
        "stars": {
            "points": {"start": "inspection", "within": [1, 5], "steps": [{"take": 1, "when": when}]},
            "better": "more", "english": "stars",
        },
    }  # fmt: skip
    rule = {
        "id": "good",
        "reaches": "good",
        "when": {"stars": {"at_least": 5}},
        "because": "{stars}",
        "source": "s",
    }
    files = {
        "frameworks/STARS.yaml": framework,
        "rules/STARS/rulebook.yaml": {
            "rulebook": {"id": "STARS", "version": "1", "framework": "STARS", "title": "Rules"}
        },
        "rules/STARS/grades.yaml": {"layer": "grade", "facts": facts, "rules": [rule]},
    }
    if withheld:
        files["rules/STARS/sufficiency.yaml"] = {
            "layer": "sufficiency",
            "facts": {"given": {"count": "characteristics",
                                "where": {"status": {"more_than": "not_assessed"}},
                                "better": "more", "english": "components rated"}},
            "rules": [{"id": "thin", "withholds": "grade", "when": {"given": {"fewer_than": 2}},
                       "because": "{given}", "source": "s"}],
        }  # fmt: skip
    for name, data in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
    return tmp_path / "rules" / "STARS"


def unassessed(rules: Path) -> list[str]:
    return [f.message for f in grader.check(rules).findings if f.code == "unassessed"]


def test_a_step_that_takes_what_is_missing_for_low_is_told(tmp_path: Path) -> None:
    said = "step 1 of fact 'stars' takes staffing for assessed low where it was not assessed at all"
    assert [said] == unassessed(stars(tmp_path, LOW))


@pytest.mark.parametrize(
    ("when", "withheld"),
    [
        ({"all": [LOW, GUARD]}, False),
        ({"staffing_given": {"equals": "not_assessed"}}, False),
        (LOW, True),
    ],
    ids=["guarded", "meant", "withheld"],
)
def test_one_that_is_guarded_or_meant_or_withheld_is_not(
    tmp_path: Path, when: object, withheld: bool
) -> None:
    assert [] == unassessed(stars(tmp_path, when, withheld=withheld))


@pytest.mark.parametrize("word", ["none", "not_demonstrated", "exceeds", "nothing", "tested"])
def test_a_level_may_be_called_by_a_word_of_another_framework(tmp_path: Path, word: str) -> None:
    """Each is nothing, or a level, somewhere else; the solver and the reference have to agree of it."""
    report = grader.check(stars(tmp_path, {"all": [LOW, GUARD]}, best=word))
    assert [] == [p.id for p in report.promises if p.result in ("refuted", "unknown")]


def test_figures_between_two_bands_that_nothing_reads_are_told(tmp_path: Path) -> None:
    from grader.io.frameworks import framework_of
    from grader.io.rulebooks import read_rulebook
    from grader.io.yaml_source import parse_document
    from grader.proofs.bands import check_bands

    def told(left_out: str) -> list[str]:
        for path in (WARNING / "rules").iterdir():
            lines = path.read_text("utf-8").splitlines(keepends=True)
            kept = [line for line in lines if f"id: {left_out}," not in line]
            (tmp_path / path.name).write_text("".join(kept), encoding="utf-8")
        file = framework_of(parse_document((WARNING / "framework.yaml").read_bytes(), "f.yaml"))
        return [f.message for f in check_bands(read_rulebook(tmp_path, file.framework))]

    assert [] == told("nothing")
    between = "respiration_rate at 12 to 20, between figures that rules read: it is 3 there, as the worst"
    assert [f"no rule reads {between}"] == told("rr.0")
    # The first and the last band end in the default: nothing lies between.
    assert [] == told("rr.2")


def test_a_guard_that_is_refused_is_told_how_to_be_written(tmp_path: Path) -> None:
    rules = stars(tmp_path, {"all": [LOW, GUARD]})
    text = (rules / "grades.yaml").read_text("utf-8")
    (rules / "grades.yaml").write_text(text.replace("better: neither", "better: more"), encoding="utf-8")
    with pytest.raises(grader.InputError) as caught:
        grader.check(rules)
    (problem,) = caught.value.problems
    assert problem.help is not None
    assert problem.help.startswith(
        "to ask whether it was assessed, give a fact of its own, with better: neither"
    )
