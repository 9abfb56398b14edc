"""What the README shows is what there is: its output, its item, its rule, its Python and its links."""

from __future__ import annotations

import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import grader

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = sorted(
    p
    for pattern in ("*.md", "docs/**/*.md", "examples/**/*.md", "tests/README.md")
    for p in ROOT.glob(pattern)
)
LINK = re.compile(r"\]\(([^)#\s]+)?(#[^)\s]*)?\)")


def shown(after: str, language: str) -> str:
    """The first fenced block of a language after a text."""
    found = re.search(rf"```{language}\n(.*?)```", README.split(after)[1], re.DOTALL)
    assert found is not None
    return found[1]


def test_printed_output_is_what_the_command_prints():
    pytest.importorskip("durable", reason="the output shown names the engine")
    command = re.search(r"<!-- output: (.*) -->", README)
    assert command is not None
    done = subprocess.run(
        [sys.executable, "-m", "grader", *command[1].split()],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    parts = [p.strip("\n") for p in shown(command[0], "").split("\n...\n")]
    assert len(parts) > 1
    assert [] == [part for part in parts if part and part not in done.stdout]


@pytest.mark.parametrize(
    ("heading", "file"),
    [
        ("## An inspection", "examples/leicestershire_2021_22/inspection.yaml"),
        ("## A rule", "rules/PEEL_2021_22/grades.yaml"),
    ],
)
def test_shown_yaml_stands_in_the_file(heading: str, file: str):
    block = textwrap.indent(shown(heading, "yaml"), "  ")
    assert block in (ROOT / file).read_text(encoding="utf-8")


def test_python_shown_gives_what_its_comment_says(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(ROOT)
    *statements, last = shown("## From Python", "python").splitlines()
    expression, expected = last.split("  # ")
    scope: dict[str, object] = {}
    exec("\n".join(statements), scope)
    assert expected == repr(eval(expression, scope))


def test_counts_of_the_framework_are_its_own():
    counts = grader.grade(ROOT / "examples/leicestershire_2021_22/inspection.yaml").framework.provenance
    stated = (
        f"Of its {sum(counts.values())} characteristics {counts['paf-2021-22']} were read in that framework;"
        f" {counts['report']} were generalised from one published report"
    )
    assert stated in " ".join(README.split())


def test_commands_named_exist():
    named = set(re.findall(r"^\| `grader (\w+)", README, re.MULTILINE))
    done = subprocess.run([sys.executable, "-m", "grader", "--help"], capture_output=True, encoding="utf-8")
    listed = set(re.findall(r"^  (\w+) ", done.stdout.split("Commands:")[1], re.MULTILINE))
    assert set() == named - listed


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path):
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target, anchor in LINK.findall(text):
        if target.startswith(("http:", "https:")):
            continue
        file = (page.parent / target).resolve() if target else page
        assert file.exists(), target
        if anchor and file.suffix == ".md":
            assert anchor[1:] in anchors(file), f"{target}{anchor}"


def anchors(file: Path) -> set[str]:
    """Anchors of a page's headings, as the usual renderers make them."""
    headings = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}


def test_map_of_the_tests_names_every_folder():
    folders = {p.name for p in (ROOT / "tests").iterdir() if p.is_dir() and any(p.rglob("test_*.py"))}
    named = set(
        re.findall(r"^\| `(\w+)` \|", (ROOT / "tests" / "README.md").read_text("utf-8"), re.MULTILINE)
    )
    assert set() == folders - named


def test_the_agreement_it_tells_is_that_of_the_example():
    example = ROOT / "examples" / "leicestershire_2021_22"
    found = grader.diff(example / "inspection.yaml", example / "decisions.yaml")
    pairs = [(a.proposed, a.final) for a in found.areas if a.proposed and a.final]
    scale = ["inadequate", "requires_improvement", "adequate", "good", "outstanding"]
    far = [(scale.index(p) - scale.index(f), scale.index("good") - scale.index(f)) for p, f in pairs]
    told = re.search(
        r"in (\d+) areas of (\d+), and in all \d+ within one grade\. Calling every area\s+good agrees in"
        r" (\d+)",
        README,
    )
    assert told is not None
    assert [str(sum(own == 0 for own, _ in far)), str(len(pairs)), str(sum(g == 0 for _, g in far))] == list(
        told.groups()
    )
    assert all(abs(own) <= 1 and abs(good) <= 1 for own, good in far)
