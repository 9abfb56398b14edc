"""Evidence of markup, script, templates and SQL: wherever it is shown, it is shown as text."""

from __future__ import annotations

import io
import json
import random
import re
import zipfile
from html.parser import HTMLParser
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts

from grader.render.content.words import visible

PARTS = (
    "<script>alert(1)</script>",
    "</textarea><script src=//evil.example/x.js></script>",
    "<img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)',
    "' autofocus onfocus='alert(1)",
    "<svg/onload=alert(1)>",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "</title>",
    "</style><style>*{display:none}</style>",
    "<base href=//evil.example>",
    "javascript:alert(1)",
    "<a href='javascript:alert(1)'>x</a>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "&lt;b&gt;",
    "&#60;",
    "&amp;amp;",
    "{{7*7}}",
    "{{ config }}",
    "{% raw %}",
    "{% for x in ().__class__.__base__.__subclasses__() %}",
    "${7*7}",
    "#{7*7}",
    "<%= 7*7 %>",
    "{{constructor.constructor('alert(1)')()}}",
    "%s%s%n",
    "%(name)s",
    "{0.__class__}",
    "{}",
    "'; DROP TABLE item; --",
    "' OR '1'='1",
    "\\'; --",
    "1); DELETE FROM item WHERE (1=1",
    "UNION SELECT password FROM account",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "@SUM(1)",
    "-2+3",
    '=HYPERLINK("http://evil.example")',
    "!!python/object:os.system",
    "*alias",
    "&anchor",
    "[link](javascript:alert(1))",
    "`code`",
    "**bold**",
    "| a | b |",
    "\\u003cscript\\u003e",
    "\\",
    "\\\\",
    "é",
    "ﬀ",
    "日本語",
    "🙂",
    "\u202etxt.exe",
    "\u200bzero",
    "a\u0301",
    "(\u2066)",
)


def texts(number: int) -> list[str]:
    """So many statements, the same each time; each holds a mark by which it is found again."""
    drawn = random.Random(19)
    return [
        " ".join([f"mark{n:05d}x", *drawn.choices(PARTS, k=drawn.randint(1, 4)), f"y{n:05d}end"])
        for n in range(number)
    ]


def inspection(statements: list[str]) -> bytes:
    evidence = [
        {
            "id": f"E{n:05d}",
            "characteristics": ["responding.2a"],
            "assessment": "meets" if n % 2 else "falls_short",
            "statement": text,
            "basis": "data",
            "source": "report",
        }
        for n, text in enumerate(statements)
    ]
    head = {"id": "hostile", "body": statements[0], "framework": "PEEL_2021_22", "edition": "2022-03"}
    sources = {"report": {"title": statements[0]}}
    whole = {"inspection": head, "sources": sources, "evidence": evidence}
    return json.dumps(whole, ensure_ascii=False).encode()


class Page(HTMLParser):
    """What a browser would make of a page: its text, and whatever could do something."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self.doing: list[str] = []
        self.within = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.within = tag
        values = dict(attributes)
        if tag == "script" and not str(values.get("src", "")).startswith("/static/"):
            self.doing.append(f"{tag} {values}")
        if tag in ("iframe", "base", "object", "embed", "svg") and "mark" in str(values):
            self.doing.append(f"{tag} {values}")
        for name, value in attributes:
            if name.startswith("on") or "javascript:" in (value or "").lower().split("mark")[0]:
                self.doing.append(f"{tag} {name}={value}")
            if value:
                self.texts.append(value)

    def handle_endtag(self, tag: str) -> None:
        self.within = ""

    def handle_data(self, data: str) -> None:
        if self.within not in ("script", "style"):
            self.texts.append(data)

    def handle_comment(self, data: str) -> None:
        if "mark" in data:
            self.doing.append(f"comment {data}")


def plain(text: str) -> str:
    return " ".join(str(text).split())


def check_page(page: str, statements: list[str], where: str) -> set[int]:
    """That every statement in a page is its text, whole; returns which are in it."""
    read = Page(page)
    assert [] == read.doing, where
    found = set()
    for text in read.texts:
        for n in map(int, re.findall(r"mark(\d{5})x.*?y\1end", text, re.DOTALL)):
            shown = {plain(statements[n]), plain(visible(statements[n]))}
            assert any(each in plain(text) for each in shown), (where, statements[n], text)
            found.add(n)
        assert len(re.findall(r"mark\d{5}x", text)) == len(re.findall(r"y\d{5}end", text)) or "…" in text, (
            where,
            text,
        )
    return found


@pytest.mark.parametrize("number", [60, pytest.param(5_000, marks=pytest.mark.slow)])
def test_whatever_evidence_says_is_shown_as_text(served: Any, number: int) -> None:
    statements = texts(number)
    browser = served.signed_in("hostile owner")
    made = browser.post("/api/v1/inspections/import", files={"file": ("a.json", inspection(statements))})
    assert 201 == made.status_code, made.text[:500]
    key = made.json()["inspection"]["key"]
    base = f"/api/v1/inspections/{key}"

    # JSON
    held = []
    for page in range(1, -(-number // 200) + 1):
        answer = browser.get(f"{base}/evidence?per_page=200&page={page}")
        assert "application/json" == answer.headers["content-type"]
        held += [item["evidence"]["statement"] for item in answer.json()["items"]]
    assert statements == held

    # Pages: all there are of an inspection, those of lists page by page.
    seen: set[int] = set()
    for context in iter_route_contexts(served.app.routes):
        path = str(context.path)
        if "GET" not in (context.methods or ()) or path.startswith(
            ("/api/", "/sign-in", "/invitation", "/static")
        ):
            continue
        names = {"key": key, "area": "responding", "item": "E00001", "source": "report", "grade": "good"}
        if not set(re.findall(r"{(\w+)}", path)) <= set(names):
            continue
        for page in range(1, -(-number // 50) + 1 if path.endswith("/evidence") else 2):
            answer = browser.get(path.format(**names), params={"page": page} if page > 1 else {})
            if answer.headers.get("content-type", "").startswith("text/html"):
                seen |= check_page(answer.text, statements, path)
    assert seen >= ({0} if number else set())

    # The report, and the files
    report = browser.get(f"{base}/report/html")
    assert 200 == report.status_code, report.text[:300]
    assert check_page(report.text, statements, "report")
    file = browser.get(f"{base}/file").content
    again = browser.post("/api/v1/inspections/import", files={"file": ("b.yaml", file)}).json()["inspection"][
        "key"
    ]
    assert file == browser.get(f"/api/v1/inspections/{again}/file").content
    with zipfile.ZipFile(io.BytesIO(browser.get(f"{base}/zip").content)) as archive:
        assert file == archive.read("inspection.yaml")
