"""Sound files with a little wrong: a result or a fault with its place, no trace and no silent default."""

from __future__ import annotations

import copy
import math
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from grader.authoring.cases import parse_cases
from grader.engines.reference import ReferenceEngine
from grader.errors import InputError, UnknownNameError
from grader.io import catalogue
from grader.io.decisions import decisions_of
from grader.io.faults import validate
from grader.io.frameworks import framework_of
from grader.io.inspection_draft import draft_of
from grader.io.inspections import resolve_draft
from grader.io.rule_files import LayerFile, RuleBookFile
from grader.io.rulebooks import HEAD, read_rulebook
from grader.io.yaml_source import Document, parse_document
from grader.language.bind import bind
from grader.language.nodes import Const
from grader.language.rulebook import RuleBook
from grader.language.typecheck import comparisons
from grader.model.cases import CaseFile
from grader.session import LoadedInspection, Session

ROOT = Path(__file__).resolve().parents[2]
FRAMEWORK = catalogue.framework("PEEL_2021_22")
BOOK = catalogue.rulebook("PEEL_2021_22", FRAMEWORK)
SESSION = Session(FRAMEWORK, BOOK, None, "reference")
RULES = ROOT / "rules" / "PEEL_2021_22"

#: A path in a file, and how to get and set what stands there.
Path_ = tuple[str | int, ...]
Read = Callable[[Document, Path], "BaseModel | RuleBook"]


@dataclass(frozen=True)
class Kind:
    """One kind of file: a sound one as data, and how it is read."""

    name: str
    data: Any
    read: Read

    def __repr__(self) -> str:
        return self.name


def read_inspection(document: Document, folder: Path) -> BaseModel:
    file = resolve_draft(draft_of(document), FRAMEWORK.framework, BOOK.measures)
    LoadedInspection(SESSION, file).proposal.model_dump_json(by_alias=True).encode()
    return file.inspection


def read_cases(document: Document, folder: Path) -> BaseModel:
    parse_cases(document, FRAMEWORK.framework, BOOK)
    file, _ = validate(document, CaseFile)
    assert file is not None
    return file


def read_in_place_of(name: str) -> Read:
    """Reads a file as one of the shipped rule book's."""

    def read(document: Document, folder: Path) -> BaseModel:
        book = read_rulebook(folder, FRAMEWORK.framework, "book")
        ReferenceEngine(bind(book))
        file, _ = validate(document, RuleBookFile if name == HEAD else LayerFile)
        assert file is not None
        if isinstance(file, LayerFile):
            check_numbers(file, book)
        return file

    return read


def check_numbers(file: LayerFile, book: RuleBook) -> None:
    """Every number written in a condition or a `where` is in the tree: none was dropped or changed."""
    written = {v for path, v in leaves([file.facts, [r.when for r in file.rules]]) if type(v) is int}
    definitions = [f.definition for f in book.facts.values()]
    tests = [t.operands for d in definitions for t in getattr(d, "where", ())]
    tests += [c.operands for r in book.rules for c, _ in comparisons(r.condition)]
    assert written <= {o.value for operands in tests for o in operands if isinstance(o, Const)}


def sound(path: Path) -> Any:
    return parse_document(path.read_bytes(), path.name).data


def shipped() -> Iterator[Kind]:
    example = sound(ROOT / "examples" / "leicestershire_2021_22" / "inspection.yaml")
    chosen = [e for e in example["evidence"] if "measure" in e][:1] + example["evidence"][3:40:9]
    ids = {e["id"] for e in chosen}
    findings = [
        {**f, "evidence": sorted(ids.intersection(f.get("evidence", [])))} for f in example["findings"][:2]
    ]
    yield Kind("inspection", {**example, "evidence": chosen, "findings": findings}, read_inspection)
    decisions = sound(ROOT / "examples" / "leicestershire_2021_22" / "decisions.yaml")
    yield Kind("decisions", decisions, lambda document, folder: decisions_of(document).decisions)
    framework = sound(ROOT / "frameworks" / "PEEL_2021_22.yaml")
    areas = [
        copy.deepcopy(a) for a in framework["areas"] if a["id"] in ("prevention", "treatment", "recording")
    ]
    for area in areas:
        area["topics"] = area["topics"][:2]
        for topic in area["topics"]:
            for characteristic in topic["characteristics"]:
                characteristic.pop("informs", None)
    left = [c for area in areas for topic in area["topics"] for c in topic["characteristics"]]
    kept = {c["id"] for c in left}
    for characteristic in left:
        if "unlike" in characteristic:
            unlike = characteristic.pop("unlike")
            characteristic["unlike"] = {i: how for i, how in unlike.items() if i in kept}
    history = copy.deepcopy(framework["history"])
    for change in history:
        change["became"] = {i: what for i, what in change.get("became", {}).items() if i in kept}
    yield Kind(
        "framework",
        {**framework, "areas": areas, "history": history},
        lambda d, folder: framework_of(d).framework,
    )
    for file in sorted((RULES / "tests").glob("*.yaml")):
        cases = sound(file)["cases"]
        yield Kind(f"tests/{file.name}", {"cases": cases[:: max(1, len(cases) // 5)]}, read_cases)
    for file in sorted(RULES.glob("*.yaml")):
        yield Kind(file.name, sound(file), read_in_place_of(file.name))


KINDS = list(shipped())


# Mutation ------------------------------------------------------------------------------------------------


class Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


NASTY: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2**62, 95.5, math.inf, math.nan, date(2022, 1, 1),
    "", " ", "x", "0", "1.5", "yes", "null", "[bold]x[/]", "\u202eabc", "🚓", "é\u0301",
    "y" * 250, "z" * 20_001, "$x", "${x}", "{x}", "{0.__class__}", "%s", "a\nb", "\t", "\x1b[31m", "\0",
    "../../etc/passwd", '{"a": 1}', "good", "inadequate", "responding", "responding.1a", "PEEL_2021_22",
    [], [None], ["x"], [[]], [1, 2], {}, {"x": 1}, {"id": "x"}, {"": ""}, {"at_least": 1}, {"all": []},
)  # fmt: skip
KEYS = (
    "",
    "x",
    "id",
    "ID",
    "evidence",
    "characteristic",
    "grade",
    "when",
    "not",
    "🚓",
    "a b",
    "0",
    "__class__",
)


def paths(data: Any, path: Path_ = ()) -> Iterator[Path_]:
    """Every path in the data, the whole first."""
    yield path
    entries = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in entries:
        yield from paths(value, (*path, key))


def at(data: Any, path: Path_) -> Any:
    for step in path:
        data = data[step]
    return data


def leaves(data: Any) -> Iterator[tuple[Path_, Any]]:
    return ((p, v) for p in paths(data) if not isinstance(v := at(data, p), dict | list))


@st.composite
def mutants(draw: st.DrawFn, data: Any) -> Any:
    """The data with one to three things replaced, taken away, put twice or renamed."""
    data = copy.deepcopy(data)
    for _ in range(draw(st.sampled_from((1, 1, 1, 1, 2, 3)))):
        path = draw(st.sampled_from([p for p in paths(data) if p] or [()]))
        if not path:
            return draw(st.sampled_from(NASTY))
        around, last = at(data, path[:-1]), path[-1]
        match draw(st.sampled_from(("replace", "respell", "respell", "delete", "double", "rename", "swap"))):
            case "replace":
                around[last] = copy.deepcopy(draw(st.sampled_from(NASTY)))
            case "respell":  # by something of the same type, which is read more often than not
                same = [v for v in NASTY if type(v) is type(around[last])]
                around[last] = copy.deepcopy(draw(st.sampled_from(same or NASTY)))
            case "delete":
                del around[last]
            case "double" if isinstance(around, list):
                around.insert(last, copy.deepcopy(around[last]))
            case "double":
                around[draw(st.sampled_from(KEYS))] = copy.deepcopy(around[last])
            case "rename" if isinstance(around, dict):
                around[draw(st.sampled_from(KEYS))] = around.pop(last)
            case _:
                around[last] = copy.deepcopy(at(data, draw(st.sampled_from(list(paths(data))))))
    return data


WORDS = (
    b"\0", b"\t", b"\r", b"\n", b"\n\n", b"  ", b": ", b"- ", b"? ", b"[", b"]", b"{", b"}", b",",
    b"#", b"&a ", b"*a", b"!!str ", b"!x ", b"<<: ", b"|\n", b">-\n", b'"', b"'", b"---\n", b"...\n",
    b"%YAML 1.1\n", b"~", b"true", b"12:30", b".nan", b"1e999", b"99999999999999999999", b"2022-02-30", b"=",
    b"@", b"`", b"%", b"\xff", b"\xed\xa0\x80", b"\xe2\x80\xae", b"\xef\xbb\xbf", b'"\\uD800"', b'"\\0"',
    b"\\", b"$x", b"{x}",
)  # fmt: skip


@st.composite
def garbled(draw: st.DrawFn, raw: bytes) -> bytes:
    """The bytes with one to four pieces cut, copied, moved or put in."""
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(raw)))
        end = min(len(raw), start + draw(st.sampled_from((1, 1, 3, 10, 80, 1000))))
        to = draw(st.integers(0, len(raw)))
        match draw(st.sampled_from(("put", "put", "put", "cut", "copy", "change", "end"))):
            case "put":
                raw = raw[:start] + draw(st.sampled_from(WORDS)) + raw[start:]
            case "cut":
                raw = raw[:start] + raw[end:]
            case "copy":
                raw = raw[:to] + raw[start:end] + raw[to:]
            case "change":
                raw = raw[:start] + draw(st.binary(max_size=3)) + raw[start + 1 :]
            case _:
                raw = raw[:start]
    return raw


def dump(data: Any) -> bytes:
    return yaml.dump(data, Dumper=Dumper, allow_unicode=True, sort_keys=False, width=200).encode(
        "utf-8", "replace"
    )


# What has to hold ----------------------------------------------------------------------------------------


def outcome(kind: Kind, raw: bytes, folder: Path) -> tuple[Document, BaseModel | RuleBook] | None:
    """What was read, or None where it was refused as it should be."""
    try:
        if kind.name in BOOK_FILES:
            (folder / kind.name).write_bytes(raw)
        document = parse_document(raw, "f.yaml")
        return document, kind.read(document, folder)
    except InputError as error:
        for problem in error.problems:
            assert problem.place is not None, problem
            assert problem.message[:1] not in " \n", problem
            assert "\n" not in problem.message + (problem.help or ""), problem
            assert len(problem.message) < 1000, problem
            str(problem).encode("utf-8")
    except UnknownNameError:
        pass
    finally:
        if kind.name in BOOK_FILES:
            shutil.copyfile(RULES / kind.name, folder / kind.name)
    return None


BOOK_FILES = {p.name for p in RULES.glob("*.yaml")}


def shown(written: Any, read: Any) -> bool:
    """Whether what was read shows what was written: nothing dropped, nothing of another type in its place."""
    if isinstance(written, dict):
        if not isinstance(read, dict):
            return False
        return all(key in read and shown(value, read[key]) for key, value in written.items())
    if isinstance(written, list):
        if isinstance(read, dict) and list(read) == [""]:  # about the case's own area
            read = read[""]
        return isinstance(read, list) and len(written) == len(read) and all(map(shown, written, read))
    if isinstance(written, str) and written.endswith("%") and type(read) is int:
        return Decimal(written[:-1]) * 10 == read  # a share, which is held in tenths of a per cent
    if isinstance(written, str) and not isinstance(read, str):
        # A bare assessment stands for an item.
        read = read[0] if isinstance(read, list) and len(read) == 1 else read
        return isinstance(read, dict) and read.get("assessment") == written
    if isinstance(written, date) or (type(written) is int and isinstance(read, str)):
        return str(written) == read  # a day, or a year
    if isinstance(written, bool) or isinstance(read, bool):
        return written is read
    if isinstance(written, int) and isinstance(read, float):
        return written == read
    return type(written) is type(read) and written == read


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("book")
    for path in RULES.glob("*.yaml"):
        shutil.copyfile(path, target / path.name)
    return target


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_the_files_are_sound_before(kind: Kind, folder: Path) -> None:
    read = outcome(kind, dump(kind.data), folder)
    assert read is not None
    assert shown(kind.data, read[1].model_dump(by_alias=True))


def check_tree(kind: Kind, data: Any, folder: Path) -> None:
    read = outcome(kind, dump(data), folder)
    if read is not None:
        document, model = read
        assert shown(document.data, model.model_dump(by_alias=True))


#: Files of the shipped rule book are read with the others, and take ten times as long.
SMALL = [k for k in KINDS if k.name not in BOOK_FILES]
LARGE = [k for k in KINDS if k.name in BOOK_FILES]
QUIET = {"deadline": None, "suppress_health_check": list(HealthCheck), "database": None}


def of(kinds: list[Kind], mutation: Callable[[Kind], st.SearchStrategy[Any]]) -> st.SearchStrategy[Any]:
    return st.sampled_from(kinds).flatmap(lambda kind: st.tuples(st.just(kind), mutation(kind)))


TREES: Mapping[str, st.SearchStrategy[Any]] = {
    "small": of(SMALL, lambda kind: mutants(kind.data)),
    "large": of(LARGE, lambda kind: mutants(kind.data)),
}
TEXTS: Mapping[str, st.SearchStrategy[Any]] = {
    "small": of(SMALL, lambda kind: garbled(dump(kind.data))),
    "large": of(LARGE, lambda kind: garbled((RULES / kind.name).read_bytes())),
}


@pytest.mark.parametrize(("size", "count"), [("small", 70), ("large", 20)])
def test_a_changed_tree_is_refused_or_shown(size: str, count: int, folder: Path) -> None:
    run_trees(size, count, folder)


@pytest.mark.parametrize(("size", "count"), [("small", 110), ("large", 25)])
def test_a_garbled_text_is_read_or_refused(size: str, count: int, folder: Path) -> None:
    run_texts(size, count, folder)


@pytest.mark.slow
@pytest.mark.parametrize(("size", "count"), [("small", 9_000), ("large", 1_000)])
def test_changed_trees_at_length(size: str, count: int, folder: Path) -> None:
    run_trees(size, count, folder)


@pytest.mark.slow
@pytest.mark.parametrize(("size", "count"), [("small", 9_000), ("large", 1_000)])
def test_garbled_texts_at_length(size: str, count: int, folder: Path) -> None:
    run_texts(size, count, folder)


def run_trees(size: str, count: int, folder: Path) -> None:
    @settings(max_examples=count, **QUIET)
    @given(TREES[size])
    def check(drawn: tuple[Kind, Any]) -> None:
        check_tree(*drawn, folder)

    check()


def run_texts(size: str, count: int, folder: Path) -> None:
    @settings(max_examples=count, **QUIET)
    @given(TEXTS[size])
    def check(drawn: tuple[Kind, bytes]) -> None:
        outcome(*drawn, folder)

    check()


# One value of another type -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "count"),
    [(k, 90) for k in SMALL if k.name != "framework"]
    + [pytest.param(k, 1_000, marks=pytest.mark.slow) for k in SMALL],
    ids=str,
)
def test_a_value_of_another_type_is_refused_or_shown(kind: Kind, count: int, folder: Path) -> None:
    """Each key's value with nasty ones in its place, one entry of each list standing for the others."""
    kinds_of_value = {tuple(s for s in p if isinstance(s, str))[-3:]: p for p in paths(kind.data) if p}
    step = 1 + len(kinds_of_value) * len(NASTY) // count
    pairs = [(p, v) for p in kinds_of_value.values() for v in NASTY]
    for path, value in pairs[::step]:
        if type(value) is not type(at(kind.data, path)):
            data = copy.deepcopy(kind.data)
            at(data, path[:-1])[path[-1]] = copy.deepcopy(value)
            check_tree(kind, data, folder)
