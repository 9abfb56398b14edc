"""The log of the acts behind decisions: whatever is done to it is found, and nothing agreed is lost."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import grader
from grader.errors import InputError
from grader.io.act_log import against, head_of, line_of, log_beside, read_log
from grader.io.decisions import read_decisions
from grader.model.acts import NOTHING, Act, Entry
from grader.model.decisions import DecidedGrade, LogHead
from grader.review.acts import apply, replay, same
from grader.review.grading import Grading
from grader.review.recording import Decision, record_on

Small = Callable[..., Path]
Run = Callable[..., Any]
BY = {"by": "A. Chair", "on": "2026-03-01"}
AREAS = ("responding", "strategy", "workforce", "treatment", "prevention")
GRADES = ("good", "adequate", "outstanding")


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with decisions on two areas, one of them decided again."""
    inspection = tmp_path_factory.mktemp("kept") / "inspection.yaml"
    items = "".join(
        f"  - {{id: E{n}, characteristics: [responding.{n}], assessment: meets, statement: Does, basis: data,"
        " source: s}\n"
        for n in ("1a", "1b", "2a")
    )
    head = 'inspection: {id: small, body: A Force, framework: PEEL_2021_22, edition: "2022-03"}\n'
    inspection.write_text(f"{head}sources: {{s: {{title: Notes}}}}\nevidence:\n{items}")
    grader.decide(inspection, "responding", "good", **BY)
    grader.decide(inspection, "strategy", "adequate", rationale="read it all", **BY)
    grader.decide(inspection, "strategy", "good", rationale="read again", force=True, **BY)
    return inspection.parent


@pytest.fixture
def decided(kept: Path, tmp_path: Path) -> Path:
    """Those decisions, in a folder of the test's own."""
    shutil.copytree(kept, tmp_path / "decided")
    return tmp_path / "decided" / "decisions.yaml"


def test_every_act_is_a_line_with_what_the_caller_said_of_the_time(small: Small) -> None:
    inspection = small()
    grader.decide(
        inspection, "responding", "good", at="14:05", present=["B", "C"], considered=["adequate"], **BY
    )
    grader.undo(inspection, "responding", by="D", on="2026-03-02", rationale="too early")
    log = grader.decision_log(inspection.with_name("decisions.yaml"))
    assert [
        "1. 2026-03-01 14:05, A. Chair: responding decided: good, good proposed; present: B, C;"
        " also considered: adequate",
        "2. 2026-03-02, D: responding undone, no decision stands; too early",
    ] == log.lines


def test_undoing_brings_back_what_stood_before_and_erases_nothing(decided: Path) -> None:
    inspection = decided.with_name("inspection.yaml")
    before = log_beside(decided).read_text()
    assert "adequate" == grader.undo(inspection, "strategy", **BY).grade
    assert "read it all" == read_decisions(decided).decisions.grades["strategy"].rationale
    assert grader.undo(inspection, "strategy", **BY).grade is None
    assert ["responding"] == list(read_decisions(decided).decisions.grades)
    assert log_beside(decided).read_text().startswith(before)
    assert 5 == len(grader.decision_log(decided).acts)
    with pytest.raises(InputError, match="there is nothing to undo"):
        grader.undo(inspection, "strategy", **BY)
    assert grader.verify(decided, inspection).reproduces


@pytest.mark.slow
def test_all_that_was_decided_can_be_undone(decided: Path) -> None:
    inspection = decided.with_name("inspection.yaml")
    for area in ("responding", "strategy", "strategy"):
        grader.undo(inspection, area, **BY)
    assert {} == read_decisions(decided).decisions.grades
    assert grader.verify(decided, inspection).reproduces
    assert "good" == grader.decide(inspection, "responding", "good", **BY).grade


def test_any_changed_byte_of_the_log_is_found(decided: Path) -> None:
    log = log_beside(decided)
    raw = log.read_bytes()
    chance = random.Random(1)
    for at in chance.sample(range(len(raw)), 150):
        other = bytes([(raw[at] + chance.randrange(1, 256)) % 256])
        found = problems(raw[:at] + other + raw[at + 1 :], decided)
        assert found, (at, other)


@pytest.mark.slow
def test_every_changed_byte_of_the_log_is_found(decided: Path) -> None:
    raw = log_beside(decided).read_bytes()
    for at in range(len(raw)):
        assert problems(raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :], decided), at


def test_any_missing_byte_and_any_cut_is_found(decided: Path) -> None:
    raw = log_beside(decided).read_bytes()
    chance = random.Random(2)
    for at in chance.sample(range(len(raw)), 100):
        assert problems(raw[:at] + raw[at + 1 :], decided), at
        assert problems(raw[:at], decided), at
    lines = raw.splitlines(keepends=True)
    for n in range(len(lines)):
        assert problems(b"".join(lines[:n]), decided)
        assert problems(b"".join(lines[:n] + lines[n + 1 :]), decided)
    assert problems(b"".join(reversed(lines)), decided)
    assert problems(raw + lines[-1], decided)
    assert [] == problems(raw, decided)


def problems(raw: bytes, decisions: Path) -> list[object]:
    """What `verify` finds of a log."""
    acts, found = read_log(raw, "log")
    return found or list(against(acts, read_decisions(decisions).decisions.log, "log"))


@pytest.mark.parametrize(
    ("old", "new"),
    [("grade: good", "grade: adequate"), ("A. Chair", "B. Chair")],
)
def test_a_decision_changed_by_hand_is_found(decided: Path, old: str, new: str) -> None:
    whole = decided.read_text()
    at = whole.index(old, whole.index("grades:"))
    decided.write_text(whole[:at] + new + whole[at + len(old) :])
    verdict = grader.verify(decided, decided.with_name("inspection.yaml"))
    assert (False, ["what the file decides is not what its log says: it was changed by hand"]) == (
        verdict.reproduces,
        [p.message for p in verdict.log],
    )


def test_verify_says_what_is_wrong_with_the_log_and_ends_with_1(run: Run, decided: Path) -> None:
    log_beside(decided).unlink()
    ran = run("verify", decided)
    assert 1 == ran.code
    assert "the log of its acts does not verify" in ran.out
    assert "the log holds 0 acts, and the decisions file counts 3: it was cut" in ran.err


def test_nothing_is_decided_beside_a_log_that_is_not_sound(decided: Path) -> None:
    inspection, log = decided.with_name("inspection.yaml"), log_beside(decided)
    raw = log.read_bytes()
    log.write_bytes(raw.replace(b"read again", b"read twice"))
    with pytest.raises(InputError, match="this line of the log is not as it was written"):
        grader.decide(inspection, "workforce", "good", rationale="x", **BY)
    recorded = grader.decide(inspection, "workforce", "good", rationale="x", force=True, **BY)
    assert any("taken over" in note for note in recorded.notes)
    acts = [act.act for act in grader.decision_log(decided).acts]
    assert ["decided", "decided", "taken_over", "decided"] == acts
    assert [log.with_name(p.name) for p in decided.parent.glob("decisions.kept-*")]
    assert grader.verify(decided, inspection).reproduces


def test_what_was_broken_off_between_the_log_and_the_file_is_completed(decided: Path) -> None:
    inspection = decided.with_name("inspection.yaml")
    before = decided.read_bytes()
    grader.decide(inspection, "workforce", "good", rationale="two visits", **BY)
    decided.write_bytes(before)  # as it is where the process was killed in between
    verdict = grader.verify(decided, inspection)
    assert not verdict.reproduces
    assert "the log holds 1 act more than the decisions file counts" in verdict.log[0].message
    recorded = grader.decide(inspection, "treatment", "good", rationale="x", **BY)
    assert {"responding", "strategy", "workforce", "treatment"} == set(recorded.decisions.grades)
    assert ["1 act stands in the log that writing had been broken off after: put into the file"] == list(
        recorded.notes
    )
    assert grader.verify(decided, inspection).reproduces


def test_what_is_refused_aloud_is_not_in_the_log_either(
    decided: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inspection, log = decided.with_name("inspection.yaml"), log_beside(decided)
    before = decided.read_bytes(), log.read_bytes()
    replace = Path.replace

    def full(self: Path, target: Path) -> Path:
        if Path(target).suffix == ".yaml":
            raise OSError(28, "No space left on device")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(InputError, match="no space left on device"):
        grader.decide(inspection, "workforce", "good", rationale="x", **BY)
    assert before == (decided.read_bytes(), log.read_bytes())


def test_an_earlier_file_with_other_decisions_is_not_completed(decided: Path) -> None:
    inspection = decided.with_name("inspection.yaml")
    whole = decided.read_text()
    grader.decide(inspection, "workforce", "good", rationale="two visits", **BY)
    decided.write_text(whole.replace("read again", "read twice"))
    with pytest.raises(InputError, match="the log holds 1 act more"):
        grader.decide(inspection, "treatment", "good", rationale="x", **BY)


def test_a_file_without_a_log_is_taken_over_as_it_stands(small: Small) -> None:
    inspection = small()
    file = inspection.with_name("decisions.yaml")
    file.write_text(
        "decisions: {inspection: small, decided_by: B}\ngrades:\n  strategy: {grade: good, decided_by: C}\n"
    )
    grader.decide(inspection, "responding", "good", **BY)
    assert ["taken_over", "decided"] == [act.act for act in grader.decision_log(file).acts]
    assert "C" == read_decisions(file).decisions.grades["strategy"].by
    assert grader.verify(file, inspection).reproduces
    assert grader.undo(inspection, "strategy", **BY).grade is None


def acts_of(seed: int, many: int) -> list[tuple[str, DecidedGrade | None]]:
    chance = random.Random(seed)
    acts: list[tuple[str, DecidedGrade | None]] = []
    for n in range(many):
        grade = DecidedGrade(
            grade=chance.choice(GRADES), rationale=f"act {n}", by=f"tagger {n}", on="2026-03-01"
        )
        acts.append((chance.choice(AREAS), None if chance.random() < 0.2 else grade))
    return acts


@pytest.mark.parametrize("seed", [1, *(pytest.param(n, marks=pytest.mark.slow) for n in range(2, 40))])
def test_two_hundred_acts_in_any_interleaving_verify_and_replay(seed: int) -> None:
    acts = acts_of(1, 200)
    random.Random(seed).shuffle(acts)
    text, file = "", None
    lines: list[tuple[Act, str]] = []
    stacks: dict[str, list[Entry | None]] = {area: [None] for area in AREAS}
    for area, grade in acts:
        stack = stacks[area]
        if grade is None and len(stack) == 1:
            continue
        count, head = head_of(lines)
        if grade is None:
            stack.pop()
            entry = stack[-1]
        else:
            entry = Entry(grade=grade)
            stack.append(entry)
        first = {"inspection": "i", "decided_by": "A"} if file is None else None
        what = "undone" if grade is None else "decided"
        own = {"by": "A", "on": "2026-03-01", "area": area, "entry": entry, "head": first}
        act = Act(act=what, n=count + 1, previous=head, **own)
        file = apply(file, act)
        line, known = line_of(act)
        lines.append((act, known))
        text += line
    found, problems_ = read_log(text.encode(), "log")
    count, head = head_of(found)
    assert ([], lines) == (problems_, found)
    assert [] == list(against(found, LogHead(acts=count, head=head), "log"))
    replayed, undoing = replay(act for act, _ in found)
    assert file is not None
    assert same(file, replayed)
    assert {a: s for a, s in stacks.items() if len(s) > 1} == {a: s for a, s in undoing.items() if len(s) > 1}


def test_the_first_act_follows_nothing(decided: Path) -> None:
    assert NOTHING == grader.decision_log(decided).acts[0].previous


# From a table --------------------------------------------------------------------------------------------


def test_a_table_is_recorded_whole(small: Small, tmp_path: Path) -> None:
    inspection, table = small(), tmp_path / "decided.csv"
    table.write_text(
        "Area;Final grade;Reason;Decided by;Decided on;Present\n"
        "Responding to the public;GOOD;;A;2026-03-01;B\n"
        "STRAT;Adequate;read it all;A;2026-03-02;\n"
    )
    recorded = grader.decide_from(inspection, table)
    assert [("responding", "good"), ("strategy", "adequate")] == [(r.result.area, r.grade) for r in recorded]
    found = read_decisions(inspection.with_name("decisions.yaml")).decisions.grades
    assert (["B"], "2026-03-02") == (found["responding"].present, found["strategy"].on)


def test_nothing_of_a_table_with_a_fault_is_recorded(run: Run, small: Small, tmp_path: Path) -> None:
    inspection, table = small(), tmp_path / "decided.csv"
    table.write_text("area,grade,rationale\nresponding,good,\nstrategy,outstanding,\nresponding,good,\n")
    ran = run("decide", inspection, "--from", table, "--by", "A", "--on", "2026-03-01")
    assert 2 == ran.code
    assert "decided.csv:A4: area 'responding' stands twice" in ran.err
    assert not inspection.with_name("decisions.yaml").exists()
    table.write_text("area,grade,rationale\nresponding,good,\nstrategy,outstanding,\n")
    ran = run("decide", inspection, "--from", table, "--by", "A", "--on", "2026-03-01")
    assert 2 == ran.code
    assert "decided.csv:A3: strategy: outstanding is decided" in ran.err
    assert not inspection.with_name("decisions.yaml").exists()


def test_a_workbook_is_read_as_a_table(small: Small, tmp_path: Path) -> None:
    from openpyxl import Workbook

    inspection, table = small(), tmp_path / "decided.xlsx"
    book = Workbook()
    for row in (["Decisions of the panel"], ["Area", "Grade"], ["responding", "good"]):
        book.active.append(row)
    book.save(table)
    assert ["good"] == [r.grade for r in grader.decide_from(inspection, table, **BY)]


# Carry over ----------------------------------------------------------------------------------------------


def test_a_stale_decision_is_confirmed_with_a_reason(small: Small) -> None:
    inspection = small()
    file = inspection.with_name("decisions.yaml")
    grader.decide(inspection, "responding", "good", **BY)
    with pytest.raises(InputError, match="nothing that it was decided on has changed"):
        grader.confirm(inspection, "responding", **BY)
    whole = inspection.read_text()
    inspection.write_text(whole.replace("assessment: meets", "assessment: falls_short", 3))
    verdict = grader.verify(file, inspection)
    assert ("responding",) == verdict.stale
    now = grader.grade(inspection).area("responding").grade
    if now != "good":
        with pytest.raises(InputError, match=r"is confirmed where .* is proposed, without a reason"):
            grader.confirm(inspection, "responding", **BY)
    recorded = grader.confirm(inspection, "responding", by="B", on="2026-04-01", rationale="read again")
    assert {} == recorded.stale
    stands = recorded.decisions.grades["responding"]
    assert ("good", "B", "2026-04-01", "read again") == (
        stands.grade,
        stands.confirmed_by,
        stands.confirmed_on,
        stands.rationale,
    )
    assert () == grader.verify(file, inspection).stale
    assert "good" == grader.undo(inspection, "responding", **BY).grade
    assert ("responding",) == grader.verify(file, inspection).stale


def test_what_was_not_decided_is_not_confirmed(small: Small) -> None:
    with pytest.raises(InputError, match="there is nothing to confirm"):
        grader.confirm(small(), "responding", **BY)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--log", "--undo"], "--undo and --log are two things"),
        (["--undo", "--by", "A"], "--area: it is missing"),
        (
            ["--confirm", "responding", "--by", "A", "--grade", "good"],
            "--grade: it is not asked for with --confirm",
        ),
        (["--from", "x.csv", "--area", "responding"], "--area: it is not asked for with --from"),
        (["--from", "x.csv", "--present", "B"], "--present: it is not asked for with --from"),
        (
            ["--undo", "--area", "responding", "--by", "A", "--considered", "B"],
            "--considered: it is not asked",
        ),
        (["--confirm", "responding", "--by", "A", "--set", "some=40%"], "--set: it is not asked for with"),
        (["--log", "--by", "A"], "--by: it is not asked for with --log"),
        (["--log", "--on", "2026-03-01"], "--on: it is not asked for with --log"),
        (["--area", "responding"], "--grade: it is missing"),
    ],
)
def test_one_thing_is_done_at_a_time(run: Run, small: Small, options: list[str], said: str) -> None:
    ran = run("decide", small(), *options)
    assert (2, "") == (ran.code, ran.out)
    assert said in ran.err


@pytest.mark.parametrize(("word", "said"), [("rationale", "the rationale is blank"), ("at", "it is blank")])
def test_what_is_blank_in_an_act_is_told(decided: Path, word: str, said: str) -> None:
    inspection = decided.with_name("inspection.yaml")
    before = log_beside(decided).read_bytes()
    for act in (grader.undo, grader.confirm):
        with pytest.raises(InputError, match=said):
            act(inspection, "strategy", **BY, **{word: " "})
    with pytest.raises(InputError, match=said):
        grader.decide(inspection, "workforce", "good", **{"rationale": "read", **BY, word: " "})
    assert before == log_beside(decided).read_bytes()


def test_an_area_is_decided_once_in_a_table_however_it_is_called(small: Small) -> None:
    table = small().with_name("table.csv")
    table.write_text("area,grade,rationale\nresponding,good,a\nRESP,adequate,b\n")
    with pytest.raises(InputError, match=r"table\.csv:A3: area responding is decided twice"):
        grader.decide_from(small(), table, **BY)
    assert not small().with_name("decisions.yaml").exists()


def test_two_columns_that_say_one_thing_are_refused(small: Small) -> None:
    table = small().with_name("table.csv")
    table.write_text("area,grade,Decided grade\nresponding,good,adequate\n")
    with pytest.raises(InputError, match=r"table\.csv:C1: column 'Decided grade' is read as grade"):
        grader.decide_from(small(), table, **BY)


def test_decisions_of_early_files_are_read(small: Small) -> None:
    inspection = small()
    file = inspection.with_name("decisions.yaml")
    head = "decisions: {inspection: small, decided_by: B}\n"
    file.write_text(head + "grades:\n  strategy: {grade: good, decided_by: C, decided_on: 2026-01-02}\n")
    early = read_decisions(file).decisions
    file.write_text(head + "grades:\n  strategy: {grade: good, by: C, on: 2026-01-02}\n")
    assert early == read_decisions(file).decisions


def test_the_log_is_no_file_of_a_folder_that_is_compared(decided: Path, tmp_path: Path) -> None:
    folder = tmp_path / "past" / "one"
    shutil.copytree(decided.parent, folder)
    assert [] == grader.diff(folder).ignored


def test_many_decisions_on_one_proposal_are_recorded_at_once(small: Small) -> None:
    inspection = small()
    proposal = grader.grade(inspection)
    decisions = [Decision(a, "good", "A", "2026-03-01", "x") for a in AREAS]
    found = record_on(proposal, decisions, inspection.with_name("decisions.yaml"), Grading())
    assert list(AREAS) == [r.result.area for r in found]
    assert len(AREAS) == len(grader.decision_log(inspection.with_name("decisions.yaml")).acts)
