"""Write inspections, make reports of them, and read the HTML as a tree."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import yaml

from grader import api
from grader.cli import main

pytest.importorskip("jinja2", reason="the report needs the extra: inspection-grader[report]")

ROOT = Path(__file__).resolve().parents[2]
#: Elements of HTML that have no end.
VOID = {"meta", "br", "hr", "img", "input", "link", "base", "wbr", "source", "embed"}
#: An inspection with every kind of outcome and finding in it.
FULL: dict[str, Any] = {
    "inspection": {
        "id": "full",
        "body": "A Force",
        "framework": "PEEL_2021_22",
        "edition": "2022-03",
        "not_inspected": ["organised_crime"],
    },
    "sources": {"s": {"title": "Field notes", "url": "https://example.org/notes", "published": 2022}},
    "evidence": [
        *(
            {
                "id": f"E{i}",
                "characteristics": [c],
                "assessment": a,
                "statement": f"Statement {i}",
                "basis": b,
            }
            for i, (c, a, b) in enumerate(
                [
                    ("responding.1a", "meets", "data"),
                    ("responding.1b", "exceeds", "observation"),
                    ("responding.2a", "meets", "interview"),
                    ("prevention.1a", "falls_short", "case_file_review"),
                    ("prevention.1b", "partly_meets", "document"),
                    ("prevention.2a", "meets", "data"),
                    ("strategy.1a", "meets", "data"),
                    ("victims.1b", "partly_meets", "data"),
                    ("responding.2b", "meets", "survey"),
                    ("organised_crime.1a", "meets", "data"),
                    ("prevention.2b", "meets", "data"),
                    ("prevention.3a", "meets", "data"),
                ]
            )
        ),
        {
            "id": "E20",
            "characteristics": ["recording.1a"],
            "statement": "Records nearly all crime",
            "basis": "data",
            "measure": {"name": "crimes_recorded", "value": 95.5, "interval": 1.9, "unit": "percent"},
        },
    ],
    "findings": [
        {
            "id": "F1",
            "kind": "cause_of_concern",
            "area": "prevention",
            "statement": "Nobody prevents anything",
            "recommendations": ["Appoint somebody", "Give them time"],
            "accelerated": True,
            "issued": "2022-01-31",
        },
        {"id": "F2", "kind": "innovative_practice", "area": "responding", "statement": "A new way"},
    ],
    "previous": [
        {
            "id": "P1",
            "kind": "cause_of_concern",
            "area": "responding",
            "statement": "Calls went unanswered",
            "recommendations": ["Answer them"],
            "progress": "improving",
        },
        {
            "id": "P2",
            "kind": "area_for_improvement",
            "area": "strategy",
            "statement": "Plans were thin",
            "progress": "closed",
        },
    ],
}
for _item in FULL["evidence"]:
    _item["source"] = "s"


@dataclass
class Node:
    """An element, its attributes and what is in it: elements and text."""

    tag: str
    attributes: dict[str, str | None] = field(default_factory=dict)
    children: list[Node | str] = field(default_factory=list)

    def all(self, *tags: str) -> Iterator[Node]:
        """Elements below, of these kinds; of any kind where none is named."""
        for child in self.children:
            if isinstance(child, Node):
                if not tags or child.tag in tags:
                    yield child
                yield from child.all(*tags)

    def with_id(self, id: str) -> Node:
        return next(n for n in self.all() if n.attributes.get("id") == id)

    @property
    def text(self) -> str:
        """What it says, with runs of space as one."""
        return " ".join("".join(self._texts()).split())

    def _texts(self) -> Iterator[str]:
        for child in self.children:
            if isinstance(child, str):
                yield child
            elif child.tag != "style":
                yield from child._texts()
                yield " " if child.tag in ("dt", "dd", "th", "td", "h2", "h3") else ""


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [Node("document")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(attrs) == len(dict(attrs)), f"an attribute stands twice in <{tag}>"
        node = Node(tag, dict(attrs))
        self.open[-1].children.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].children.append(Node(tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert tag == self.open[-1].tag, f"</{tag}> ends a <{self.open[-1].tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def parsed(html: str) -> Node:
    builder = _Builder()
    builder.feed(html)
    builder.close()
    assert ["document"] == [n.tag for n in builder.open]
    return builder.open[0]


@pytest.fixture(scope="session")
def parse() -> Callable[[str], Node]:
    """HTML as a tree; fails where an element is not ended where it should be."""
    return parsed


@pytest.fixture(scope="session")
def full_data() -> dict[str, Any]:
    """The data of an inspection with every kind of outcome and finding, to leave as it is."""
    return FULL


@pytest.fixture
def full() -> dict[str, Any]:
    """The data of an inspection with every kind of outcome and finding, to change at will."""
    return copy.deepcopy(FULL)


def _written(path: Path, data: object) -> Path:
    path.write_text(yaml.safe_dump(data, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return path


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    """`written(data)`: a YAML file that holds it."""
    return lambda data, name="inspection.yaml": _written(tmp_path / name, data)


@pytest.fixture(scope="session")
def html_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., str]:
    """`html_of(data, decisions, some=500)`: the report on an inspection, as HTML."""
    from grader.language.settings import Settings

    folder = tmp_path_factory.mktemp("html_of")

    def make(data: object, decisions: object = None, **settings: int) -> str:
        path = _written(folder / "inspection.yaml", data)
        final = _written(folder / "decisions.yaml", decisions) if decisions is not None else None
        return api.report(path, decisions=final, settings=Settings(settings), engine="reference")

    return make


@pytest.fixture(scope="session")
def full_html(html_of: Callable[..., str]) -> str:
    """The report on the inspection that has everything in it."""
    return html_of(FULL)


@pytest.fixture(scope="session")
def full_tree(full_html: str) -> Node:
    return parsed(full_html)


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report on the Leicestershire example, with its published grades, as the command writes it."""
    folder = ROOT / "examples" / "leicestershire_2021_22"
    path = tmp_path_factory.mktemp("example") / "report.html"
    arguments = [str(folder / "inspection.yaml"), "--report", str(path), "--json"]
    assert main(["grade", *arguments, "--decisions", str(folder / "decisions.yaml")]) == 0
    return path


@pytest.fixture(scope="session")
def example_tree(example: Path) -> Node:
    return parsed(example.read_text(encoding="utf-8"))
