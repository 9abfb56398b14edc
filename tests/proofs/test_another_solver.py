"""Every answer z3 gave is given by another solver too."""

from __future__ import annotations

import random

import pytest

from grader.cli import main

cvc5 = pytest.importorskip("cvc5", reason="cvc5 is for development only")


def _answer(text):
    solver = cvc5.Solver()
    parser = cvc5.InputParser(solver)
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, text, "question")
    symbols = parser.getSymbolManager()
    said = ""
    while not (command := parser.nextCommand()).isNull():
        said += command.invoke(solver, symbols)
    return said.strip()


def _differing(folder, many=None):
    files = sorted(folder.iterdir())
    for file in files if many is None else random.Random(3).sample(files, many):
        text = file.read_text(encoding="utf-8")
        expected = text.split("; grader: ")[1].split()[0]
        if _answer(text) != expected:
            yield file.name


def test_another_solver_confirms_a_sample_of_the_answers(opened, tmp_path):
    from grader.proofs.smt import written_to

    sound = opened("sound")
    with written_to(tmp_path / "smt"):
        sound.check()
    assert [] == list(_differing(tmp_path / "smt", 20))


@pytest.mark.slow
def test_another_solver_confirms_every_answer_on_the_shipped_rule_book(tmp_path):
    main(["check", "--smt", str(tmp_path / "smt")])
    assert [] == list(_differing(tmp_path / "smt"))


def test_another_solver_confirms_a_sample_of_the_answers_on_a_rating_scheme(opened, tmp_path):
    from grader.proofs.smt import written_to

    with written_to(tmp_path / "smt"):
        opened("AGED_CARE_STARS").check()
    assert [] == list(_differing(tmp_path / "smt", 5))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["FHRS", "CQC_KEY_QUESTIONS", "AGED_CARE_STARS"])
def test_another_solver_confirms_every_answer_on_a_rating_scheme(name, tmp_path):
    main(["check", name, "--smt", str(tmp_path / "smt")])
    assert [] == list(_differing(tmp_path / "smt"))
