"""Lay out the documentation site: what stands in the repository, and what follows from the code.

`python tools/pages.py` writes `build/site`, which `zensical build` (mkdocs.yml) makes into pages; `--built`
then has the pages fetch nothing from elsewhere. Links between
documents are led to where each lies in the site; a file that is no document is copied beside them. Pages of
commands, schemas, functions and messages are written from the code and from the broken files of the tests;
tables go where a document has `<!-- made: NAME -->`.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "build" / "site"
BROKEN = ROOT / "tests" / "broken"
LINK = re.compile(r"(!?\[(?:[^\[\]]|\[[^\]]*\])*\]\()([^)#\s]+)(#[^)\s]*)?\)")
FENCE = re.compile(r"(^```.*?^```\n?)", re.MULTILINE | re.DOTALL)
#: Where a table made from the code goes into a document.
MADE = re.compile(r"^<!-- made: (\w+) -->$", re.MULTILINE)
KINDS = {
    "inspection": "An inspection",
    "decisions": "Decisions",
    "framework": "A framework",
    "rulebook": "A rule book",
}


def documents() -> dict[Path, Path]:
    """Where each document of the repository lies in the site, by its path in the repository."""
    found = {Path("docs/README.md"): Path("index.md")}
    for path in sorted((ROOT / "docs").rglob("*.md")):
        name = path.relative_to(ROOT)
        index = name.name == "README.md"
        found.setdefault(name, (name.with_name("index.md") if index else name).relative_to("docs"))
    for path in sorted((ROOT / "examples").rglob("*.md")):
        name = path.relative_to(ROOT)
        found[name] = name.with_name("index.md") if name.name == "README.md" else name
    for name in ("README", "CHANGELOG", "CONTRIBUTING", "SECURITY"):
        found[Path(f"{name}.md")] = Path("project") / f"{name.lower()}.md"
    return found


def led(text: str, source: Path, at: Path, where: dict[Path, Path], files: set[Path]) -> str:
    """A document's text with its links led to where things lie in the site."""

    def moved(found: re.Match[str]) -> str:
        before, target, anchor = found[1], found[2], found[3] or ""
        if re.match(r"[a-z]+:", target):
            return found[0]
        name = Path(os.path.relpath(ROOT / source.parent / target, ROOT))
        if name in where:
            there = where[name]
        elif (ROOT / name / "README.md").is_file() and (name / "README.md") in where:
            there = where[name / "README.md"]
        else:
            there = Path("files") / name
            files.add(name)
        return f"{before}{Path(os.path.relpath(there, at.parent)).as_posix()}{anchor})"

    parts = FENCE.split(text)
    return "".join(part if part.startswith("```") else LINK.sub(moved, part) for part in parts)


def lay_out() -> None:
    """Write every page, and every file that one links to."""
    shutil.rmtree(OUT, ignore_errors=True)
    where = documents()
    files: set[Path] = set()
    for source, at in where.items():
        text = MADE.sub(lambda found: "".join(TABLES[found[1]]()), (ROOT / source).read_text("utf-8"))
        _write(at, led(text, source, at, where, files))
    for name in sorted(files):
        target = OUT / "files" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, target)
    for path in sorted((ROOT / "docs" / "assets").iterdir()):
        (OUT / "assets").mkdir(exist_ok=True)
        shutil.copyfile(path, OUT / "assets" / path.name)
    _write(Path("reference/commands.md"), "".join(commands()))
    _write(Path("reference/keys.md"), "".join(keys()))
    for subject, text in python_pages():
        _write(Path(f"reference/python/{subject}.md"), text)
    for kind in KINDS:
        _write(Path(f"reference/messages/{kind}.md"), "".join(messages(kind)))


def _write(at: Path, text: str) -> None:
    target = OUT / at
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, "utf-8")


# Tables in documents ----------------------------------------------------------------------------------------


def dependencies() -> Iterator[str]:
    """Every dependency with its licence and the extra that needs it, of those installed here."""
    import licences

    yield "| package | licence | needed by |\n|---|---|---|\n"
    for name, licence, by in licences.rows():
        yield f"| {name} | {licence} | {by} |\n"


def schemas() -> Iterator[str]:
    """Every format there is a schema of."""
    from grader.schemas import schema_names

    yield "| name | is the schema of |\n|---|---|\n"
    for name, title in schema_names().items():
        yield f"| `{name}` | {title} |\n"


def words() -> Iterator[str]:
    """What a column of a sheet of evidence may be called besides."""
    from grader.sheets.headings import SYNONYMS

    yield "| column | is read from |\n|---|---|\n"
    for name, several in SYNONYMS["evidence"].items():
        yield f"| `{name}` | {', '.join(word.replace('_', ' ') for word in several)} |\n"


TABLES: dict[str, Callable[[], Iterator[str]]] = {
    made.__name__: made for made in (dependencies, schemas, words)
}


# Commands ---------------------------------------------------------------------------------------------------


def commands() -> Iterator[str]:
    """A section a command: what it does, how it is called, its options, an example."""
    import typer

    from grader.cli import app

    yield "# Commands\n\nFor whoever uses grader on a command line. Look up one; "
    yield "`grader COMMAND --help` says the same.\n"
    whole: Any = typer.main.get_command(app.typer_app(app.COMMANDS))
    for name in app.COMMANDS:
        command = whole.commands[name]
        yield f"\n## grader {name} {{#{name}}}\n\n{_plain(command.help)}\n\n"
        yield f"```\n{app.EXAMPLES[name]}\n```\n\n"
        rows = [row for parameter in command.params if (row := _row(parameter))]
        yield "| | |\n|---|---|\n" + "".join(rows)
    yield from _exits()


def _row(parameter: Any) -> str:
    if parameter.name == "help":
        return ""
    help = _plain(getattr(parameter, "help", "") or "")
    shown = parameter.metavar or parameter.name.upper()
    names = ", ".join(f"`{each}`" for each in (*parameter.opts, *parameter.secondary_opts))
    if parameter.param_type_name == "argument":
        names = f"`{shown}`"
    elif not parameter.is_flag:
        names += f" `{shown}`"
    default = parameter.default
    if isinstance(default, int | float | str) and not isinstance(default, bool) and str(default):
        help += f" Default: `{default}`."
    return f"| {names} | {help} |\n".replace("rete|reference", "rete\\|reference")


def _plain(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


def _exits() -> Iterator[str]:
    yield "\n## Exit codes\n\n| code | means |\n|---|---|\n"
    text = (ROOT / "README.md").read_text("utf-8")
    table = text.split("| exit code | means |\n|---|---|\n")[1]
    yield table.split("\n\n")[0] + "\n"


# Formats ----------------------------------------------------------------------------------------------------


def keys() -> Iterator[str]:
    """A section a format: its keys with their types, and its schema to download."""
    from grader.schemas import schema_names, schema_of

    yield "# Keys of every format\n\nFor whoever writes a file by hand, or a program that reads answers. "
    yield "The JSON Schema of each format is linked where it starts.\n"
    for name, title in schema_names().items():
        schema = schema_of(name)
        target = OUT / "reference" / "schemas" / f"{name}.json"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps(schema, indent=2, ensure_ascii=False) + "\n", "utf-8")
        yield f"\n## {name}\n\n{title[:1].upper()}{title[1:]}. [JSON Schema](schemas/{name}.json)\n\n"
        yield from _table(schema)
        for block, inner in schema.get("$defs", {}).items():
            if rows := "".join(_table(inner)):
                yield f"\n**{block}**\n\n{rows}"


def _table(schema: dict[str, Any]) -> Iterator[str]:
    properties = schema.get("properties") or {}
    if not properties:
        return
    required = set(schema.get("required", ()))
    yield "| key | holds | needed |\n|---|---|---|\n"
    for key, inner in properties.items():
        inner = inner if isinstance(inner, dict) else {}
        said = _plain(inner.get("description", ""))
        holds = f"{_type(inner)}: {said}" if said else _type(inner)
        yield f"| `{key}` | {holds} | {'yes' if key in required else ''} |\n"


def _type(schema: Any) -> str:
    if not isinstance(schema, dict):
        return "anything"
    if "$ref" in schema:
        return schema["$ref"].rsplit("/", 1)[-1]
    if "const" in schema:
        return f"`{schema['const']}`"
    if "enum" in schema:
        return ", ".join(f"`{each}`" for each in schema["enum"][:12]) + (" …" if schema["enum"][12:] else "")
    for several in ("anyOf", "oneOf"):
        if several in schema:
            return " or ".join(dict.fromkeys(_type(each) for each in schema[several]))
    kind = schema.get("type", "anything")
    if kind == "array":
        return f"list of {_type(schema.get('items'))}"
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"by name, {_type(schema['additionalProperties'])}"
    return " or ".join(kind) if isinstance(kind, list) else str(kind)


# Python -----------------------------------------------------------------------------------------------------


#: The pages of the Python functions, by the modules of `grader.api` that they stand in: title, and for whom.
SUBJECTS = {
    "inspections": ("Inspections", "grades an inspection and asks why"),
    "files": ("Files and spreadsheets", "reads and writes files"),
    "lookups": ("Looking things up", "looks for a characteristic, a rule or a number"),
    "moderation": ("Moderation", "lays several people's taggings together"),
    "recording": ("Decisions", "records what people decided"),
    "decisions": ("Agreement and statistics", "lays proposals beside final grades"),
    "reports": ("Reports", "hands a report over"),
    "rulebooks": ("Rule books", "tests, proves and changes rules"),
    "tables": ("Many inspections", "grades tables, or very many inspections"),
    "errors": ("Errors", "tells users what is wrong"),
}


#: Where what no function returns stands, by its module.
_BESIDE = {"grader.errors": "errors", "grader.statistics.choices": "decisions"}


def by_subject() -> dict[str, list[str]]:
    """Public names by the page they stand on: functions, then what they are first to give."""
    import inspect

    import grader

    found: dict[str, list[str]] = {subject: [] for subject in SUBJECTS}
    names = [name for name in grader.__all__ if name != "__version__"]
    functions = [name for name in names if inspect.isfunction(getattr(grader, name))]
    for name in functions:
        found[getattr(grader, name).__module__.rpartition(".")[2]].append(name)
    returned = {
        subject: " ".join(str(inspect.signature(getattr(grader, n)).return_annotation) for n in own)
        for subject, own in found.items()
    }
    for name in (n for n in names if n not in functions):
        own = next((subject for subject, said in returned.items() if re.search(rf"\b{name}\b", said)), None)
        found[own or _BESIDE.get(getattr(grader, name).__module__, "inspections")].append(name)
    return found


def python_pages() -> Iterator[tuple[str, str]]:
    """A page for each subject, of functions and classes from their docstrings; and a list of them all."""
    import grader

    where = by_subject()
    listed = (
        "# Python\n\nFor whoever calls grader from a program. Look up the name: an attribute of `grader`.\n"
    )
    for subject, (title, whom) in SUBJECTS.items():
        named = "".join(f" [`{name}`]({subject}.md#{_object(name)})" for name in where[subject])
        listed += f"\n**[{title}]({subject}.md)**:{named}\n"
        text = f"# {title}\n\nFor a program that {whom}. Each name is an attribute of `grader`.\n"
        for name in where[subject]:
            text += f"\n::: {_object(name)}\n    options: {{heading_level: 2}}\n"
        yield subject, text
    yield "index", listed + f"\nThis is version {grader.__version__}.\n"


def _object(name: str) -> str:
    import grader

    found = getattr(grader, name)
    return f"{getattr(found, '__module__', 'grader')}.{getattr(found, '__name__', name)}"


# Messages ---------------------------------------------------------------------------------------------------


def messages(kind: str) -> Iterator[str]:
    """A section a way to be wrong: the lines that are, what is said of them, and what mends them."""
    yield f"# {KINDS[kind]}: what can be wrong, and how to mend it\n\n"
    yield "For whoever got a message and wants to see it on a small file. Search the page for its words.\n"
    for name, text, expected in cases(kind):
        yield f"\n## {name.replace('_', ' ').capitalize()}\n\n"
        if excerpt := _excerpt(text, expected):
            yield f"```yaml\n{excerpt}\n```\n\n"
        yield f"```\n{expected.rstrip()}\n```\n"


def cases(kind: str) -> Iterator[tuple[str, str, str]]:
    if kind == "rulebook":
        for folder in sorted(p for p in (BROKEN / kind).iterdir() if p.is_dir()):
            files = sorted(folder.glob("*.yaml"))
            text = files[0].read_text("utf-8") if files else ""
            yield folder.name, text, (folder / "expected.txt").read_text("utf-8")
        return
    for path in sorted((BROKEN / kind).glob("*.yaml")):
        yield (
            path.stem,
            path.read_bytes().decode("utf-8", "replace"),
            path.with_suffix(".expected").read_text("utf-8"),
        )


def _excerpt(text: str, expected: str) -> str:
    """The lines that the first message speaks of, and one before."""
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    whole = text.splitlines()
    at = re.search(r":(\d+):\d+: ", expected)
    if at is None or int(at[1]) > len(whole):
        return "\n".join(lines[:8])[:600]
    number = int(at[1])
    shown = whole[max(0, number - 2) : number + 1]
    return "\n".join(line[:160] for line in shown if line.strip())


def finish(site: Path) -> int:
    """Lead the one script that pages ask of a server elsewhere, for search from a disk, to the copy here.

    What else the builder writes otherwise than a page should be is put right as well.
    """
    changed = 0
    for page in sorted(site.rglob("*.html")):
        text = page.read_text("utf-8")
        here = os.path.relpath(site / "assets" / "iframe-worker.js", page.parent)
        local = text.replace("https://unpkg.com/iframe-worker/shim", Path(here).as_posix())
        local = re.sub(r"<th([^>]*)></th>", r"<td\1></td>", local)  # a heading that says nothing is none
        # Hidden by a style, which the page for what is not found has only on a server.
        local = re.sub(r'<input class="md-toggle"(?! hidden)', '<input class="md-toggle" hidden', local)
        # A name on the page may be that of a part of the site, as `Explanation` is.
        local = re.sub(r'(<nav class="md-nav" aria-label="[^",]*)(?=")', r"\1, on this page", local)
        # Nobody can see these, so nobody should come to them by keyboard.
        local = re.sub(r'(<input class="md-option"(?![^>]*tabindex))', r'\1 tabindex="-1"', local)
        if local != text:
            page.write_text(local, "utf-8")
            changed += 1
    return changed


if __name__ == "__main__":
    if "--built" in sys.argv[1:]:
        print(f"{finish(ROOT / 'site')} pages finished: they fetch nothing from elsewhere")
        raise SystemExit
    lay_out()
    print(f"{sum(1 for _ in OUT.rglob('*.md'))} pages in {OUT.relative_to(ROOT)}")
