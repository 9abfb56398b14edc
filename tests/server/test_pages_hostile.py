"""Evidence of markup, script, template and SQL, in every field there is: shown as text on every page."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from random import Random
from typing import Any
from urllib.parse import quote

import pytest

from grader.render.content.words import visible
from grader.server import blind_tagging, challenges, drafts, evidence, findings, sources

PARTS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)" x="',
    "' onfocus='alert(1)' autofocus '",
    "</textarea><script>alert(1)</script>",
    "</title></option></select><svg/onload=alert(1)>",
    "<!-- ",
    "-->",
    "]]>",
    "<![CDATA[",
    "{{ 7*7 }}",
    "{% raw %}",
    "{{ caller.csrf }}",
    "{# #}",
    "${7*7}",
    "#{7*7}",
    "<%= 7*7 %>",
    "javascript:alert(1)",
    "data:text/html,<b>1</b>",
    "'; DROP TABLE item; --",
    '") OR 1=1 --',
    "%27%20OR%201=1",
    "&lt;b&gt;",
    "&#60;script&#62;",
    "&amp;amp;",
    "<a href='javascript:alert(1)'>",
    "<style>*{display:none}</style>",
    "<base href=//evil.example>",
    "<meta http-equiv=refresh content=0>",
    "<form action=//evil.example>",
    "\u202egnp.exe",
    "\u2066\u200b\u200d",
    "=cmd|' /C calc'!A0",
    "@SUM(1+1)",
    "../../etc/passwd",
    "<iframe srcdoc='<script>1</script>'>",
    "\u00e9\u4e2d\U0001f600",
    "`${alert(1)}`",
    "\\u003cscript\\u003e",
    "<math><mi//xlink:href='data:x'>",
)


def hostile(random: Random) -> str:
    return " ".join(random.sample(PARTS, random.randint(1, 4)))


def texts(count: int) -> list[str]:
    """The same each time; every part is among the first of them."""
    random = Random(5_000)
    return [*PARTS, *(hostile(random) for _ in range(count))][:count]


class Shown(HTMLParser):
    """What a browser makes of a page: its elements and their attributes, and the text between them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.made: list[tuple[str, tuple[str, ...]]] = []
        self.text: list[str] = []
        self.values: list[str] = []
        self.addresses: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.made.append((tag, tuple(name for name, _ in attrs)))
        self.values += [value for name, value in attrs if name == "value" and value]
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src", "action")]

    def handle_comment(self, data: str) -> None:
        self.made.append(("comment", ()))

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    @property
    def whole(self) -> str:
        return "".join(self.text)


def inspection(words: list[str], name: str) -> str:
    """An inspection with a text in every field that takes one."""
    items = [
        {
            "id": f"E{at:04d} {text}"[:190].strip(),
            "characteristics": ["responding.2a"],
            "assessment": "meets",
            "statement": text,
            "basis": "data",
            "source": "report",
            "locator": text,
            "tagged_by": text,
        }
        for at, text in enumerate(words)
    ]
    return json.dumps(
        {
            "inspection": {
                "id": f"hostile-{name}",
                "body": words[0],
                "framework": "PEEL_2021_22",
                "edition": "2022-03",
            },
            "sources": {"report": {"title": words[1], "url": words[-1], "published": "2022-10"}},
            "evidence": items,
            "findings": [
                {"id": "F001", "kind": "cause_of_concern", "area": "responding", "statement": text,
                 "recommendations": [text]}
                for text in words[2:3]
            ],
        },
        ensure_ascii=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def compare(make_bench: Callable[..., Any]) -> Callable[[int], Iterator[tuple[str, Shown, Shown, list[str]]]]:
    """`compare(count)`: each page with so many hostile texts, and with plain ones."""

    def compared(count: int) -> Iterator[tuple[str, Shown, Shown, list[str]]]:
        bench = make_bench(page=1000, page_most=1000)
        owner = bench.person("ann")
        hostile_words, plain = texts(count), [f"Plain {at}" for at in range(count)]
        keys = []
        for name, words in (("hostile", hostile_words), ("plain", plain)):
            key = bench.inspection(owner, inspection(words, name), bo="body", bea="inspector")
            blind_tagging.begin(bench.bench, bench.person("bea"), key, expected_version=0)
            revision = 1
            drafts.release(bench.bench, owner, key, expected_revision=revision)
            item = evidence.listed(bench.bench, owner, key, per_page=1).items[0].id
            challenges.challenge(bench.bench, bench.person("bo"), key, item, words[3], words[4])
            sources.attach(bench.bench, owner, key, "report", words[5].rpartition("/")[2] + ".pdf", b"x")
            keys.append((key, item, findings.listed(bench.bench, owner, key)[0].id))
        client, tagger = bench.signed_in("ann"), bench.signed_in("bea")
        pages = [f"/evidence?page={page}" for page in range(1, -(-count // 1000) + 1)]
        pages += [
            "",
            "/area?id=responding",
            "/sources",
            "/source?id=report",
            "/findings",
            "/finding/edit?id=F001",
        ]
        pages += ["/decide?area=responding", "/accuracy", "/draft", "/files", "/people", "/log"]
        of_items = [
            "/item?id={}",
            "/item/edit?id={}",
            "/item/remove?id={}",
            "/redact?id={}",
            "/tagging/item?id={}",
        ]
        for path in pages + of_items:
            seen = []
            for key, item, _ in keys:
                reader = tagger if path.startswith("/tagging") else client
                answer = reader.get(f"/inspections/{key}" + path.replace("{}", quote(item, safe="")))
                assert 200 == answer.status_code, (path, answer.text[-500:])
                seen.append(Shown(answer.text))
            yield path, seen[0], seen[1], hostile_words

    return compared


def check(compared: Iterator[tuple[str, Shown, Shown, list[str]]]) -> None:
    shown = ""
    for path, ours, plain, words in compared:
        assert plain.made == ours.made, path
        for address in ours.addresses:
            assert address.startswith(("/", "#", "data:,")), (path, address)
        if path.startswith("/evidence"):
            shown += ours.whole
        if path == "/item/edit?id={}":
            assert words[0] in ours.values, "what is typed goes back as it came"
    for text in words:
        assert visible(text) in shown, text


def test_sixty_hostile_texts_are_text(compare: Any) -> None:
    check(compare(60))


@pytest.mark.slow
def test_five_thousand_hostile_texts_are_text(compare: Any) -> None:
    check(compare(5_000))
