"""What the site is made of: every document has its place, and what is told of the code is so of the code."""

from __future__ import annotations

import re
import shlex
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

import grader
from grader.cli import app
from grader.upgrading.forms import NUMBERS

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import licences  # noqa: E402
import pages  # noqa: E402

DOCUMENTS = sorted(pages.documents())
FENCED = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
#: Programs of others that pages show beside grader.
OTHERS = {"diff", "for", "jq", "grep", "pip", "make", "cat", "python3", "cd", "done"}


def in_navigation() -> list[str]:
    text = (ROOT / "mkdocs.yml").read_text("utf-8")
    return re.findall(r"([\w./-]+\.md)$", text.split("\nnav:")[1], re.MULTILINE)


def test_every_page_stands_in_the_navigation_once():
    written = {"reference/commands.md", "reference/keys.md", "reference/python/index.md"}
    written |= {f"reference/python/{subject}.md" for subject in pages.SUBJECTS}
    written |= {f"reference/messages/{kind}.md" for kind in pages.KINDS}
    laid = {path.as_posix() for path in pages.documents().values()} | written
    # Of examples that are broken on purpose the list is enough.
    laid = {path for path in laid if not re.match(r"examples/rule_books/\w+/", path)}
    assert sorted(laid) == sorted(in_navigation())


def test_links_are_led_to_where_documents_lie_in_the_site():
    where = pages.documents()
    files: set[Path] = set()
    text = "[a](../README.md#install) [b](proofs.md) [c](../rules/PEEL_2021_22/grades.yaml) `[d](x.md)`"
    led = pages.led(
        text.replace("`[d](x.md)`", ""), Path("docs/tutorial.md"), Path("tutorial.md"), where, files
    )
    assert "[a](project/readme.md#install) [b](proofs.md) [c](files/rules/PEEL_2021_22/grades.yaml) " == led
    assert {Path("rules/PEEL_2021_22/grades.yaml")} == files


def test_commands_are_described_with_every_option_they_have():
    text = "".join(pages.commands())
    whole: Any = typer.main.get_command(app.typer_app(app.COMMANDS))
    options = {
        opt for c in whole.commands.values() for p in c.params for opt in p.opts if opt.startswith("-")
    }
    assert set() == {opt for opt in options if opt != "--help" and f"`{opt}`" not in text}
    assert [*app.COMMANDS] == re.findall(r"^## grader (\w+)", text, re.MULTILINE)


def test_every_broken_file_is_shown_with_its_message():
    for kind in pages.KINDS:
        shown = "".join(pages.messages(kind))
        for _, _, expected in pages.cases(kind):
            assert expected.rstrip() in shown


def test_every_public_name_is_described():
    texts = dict(pages.python_pages())
    described = set(re.findall(r"^::: .*?(\w+)$", "".join(texts.values()), re.MULTILINE))
    named = {getattr(getattr(grader, name), "__name__", name) for name in grader.__all__}
    assert set() == named - described - {"__version__"}
    assert [] == [
        name for name in grader.__all__ if name != "__version__" and f"[`{name}`]" not in texts["index"]
    ]
    assert all("\n::: " in text for subject, text in texts.items() if subject != "index")


def test_forms_of_files_are_those_of_the_code():
    text = (ROOT / "docs" / "reference" / "formats.md").read_text("utf-8")
    assert {n: str(v) for n, v in NUMBERS.items()} == dict(
        re.findall(r"^\| `(\w+)` \| (\d+) \|", text, re.MULTILINE)
    )


def test_tables_made_from_the_code_go_where_documents_ask_for_them():
    asked = {name for page in DOCUMENTS for name in pages.MADE.findall((ROOT / page).read_text("utf-8"))}
    assert set(pages.TABLES) == asked
    rows = {name: "".join(made()).count("\n| ") for name, made in pages.TABLES.items()}
    assert dict.fromkeys(rows, True) == {name: many > 10 for name, many in rows.items()}


def test_dependencies_are_listed_for_every_extra():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert set(project["optional-dependencies"]) - {"all"} == set(licences.EXTRAS)


def test_no_dependency_has_a_licence_that_binds():
    assert [] == licences.binding()
    page = (ROOT / "docs" / "reference" / "dependencies.md").read_text("utf-8")
    assert all(name in page for name in licences.USED_AS_THEY_ARE if "-" not in name)


@pytest.mark.parametrize(
    ("licence", "expected"),
    [
        ("MIT", False),
        ("BSD-3-Clause AND MIT", False),
        ("Apache-2.0 OR GPL-2.0", False),
        ("GPL-3.0-or-later", True),
        ("MIT AND LGPL-3.0", True),
        ("unknown", True),
    ],
)
def test_a_licence_binds_unless_it_is_known_to_leave_free(licence: str, expected: bool):
    assert expected == licences.binds(licence)


# What pages show -------------------------------------------------------------------------------------------


def shown_commands(page: Path) -> list[str]:
    """Command lines of grader in a page's fenced blocks without a language."""
    text = (ROOT / page).read_text("utf-8")
    found = []
    for language, block in FENCED.findall(text):
        joined = block.replace("\\\n", " ")
        if language in ("", "sh", "console"):
            found += [
                line.removeprefix("$ ")
                for line in joined.splitlines()
                if re.match(r"(\$ )?grader [a-z]", line)
            ]
    return found


def test_the_commands_that_pages_show_exist_with_the_options_they_show():
    whole: Any = typer.main.get_command(app.typer_app(app.COMMANDS))
    wrong = []
    for page in DOCUMENTS:
        if page.name == "CHANGELOG.md":
            continue
        for line in shown_commands(page):
            words = shlex.split(re.sub(r"\s+#.*| [|>].*", "", line), posix=True)[1:]
            command = whole.commands.get(words[0])
            if command is None and words[0] != "--version":
                wrong.append(f"{page}: {line}")
            elif command is not None:
                known = {opt for p in command.params for opt in (*p.opts, *p.secondary_opts)} | {"--help"}
                used = [w.split("=")[0] for w in words if re.fullmatch(r"--?[a-z][\w-]*(=.*)?", w)]
                wrong += [f"{page}: {option} in: {line}" for option in used if option not in known]
    assert [] == wrong


def test_yaml_and_python_that_pages_show_can_be_read():
    wrong = []
    for page in DOCUMENTS:
        for language, block in FENCED.findall((ROOT / page).read_text("utf-8")):
            try:
                if language == "yaml":
                    yaml.safe_load(re.sub(r"^\.\.\.$", "", block, flags=re.MULTILINE))
                elif language == "python":
                    compile(block.replace("\n...\n", "\n"), str(page), "exec")
            except (yaml.YAMLError, SyntaxError) as error:
                wrong.append(f"{page}: {str(error)[:80]}: {block[:60]}")
    assert [] == wrong


def test_whatever_is_run_stands_in_sight_above_what_it_prints():
    hidden = []
    for page in DOCUMENTS:
        text = (ROOT / page).read_text("utf-8").replace(" \\\n    ", " ")
        for found in re.finditer(r"^<!-- (?!file|made)\w+(?:, exit \d)?: (.+?) -->$", text, re.MULTILINE):
            before, after = text[: found.start()].rstrip().rpartition("\n\n")[2], text[found.end() :]
            block = after.split("```\n", 1)[1].partition("\n")[0]
            if f"grader {found[1]}" not in (block.removeprefix("$ "), before.strip("`:")):
                hidden.append(f"{page}: {found[1]}")
    assert [] == hidden


@pytest.mark.parametrize(
    "page", [p for p in DOCUMENTS if p.parts[0] == "docs" and len(p.parts) == 2], ids=str
)
def test_a_page_says_first_for_whom_it_is_and_when_they_are_done(page: Path):
    if page.name == "README.md":  # the way in
        return
    start = " ".join((ROOT / page).read_text("utf-8").split("\n## ")[0].split()[:120])
    assert re.search(r"\bFor [^.]+\. ", start), start
    assert "You are done when" in start or "Look up" in start or "Read it when" in start, start
