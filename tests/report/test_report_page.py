"""The page stands alone, and a browser, a printer and a screen reader can use it."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(params=["example", "full"])
def page(request: pytest.FixtureRequest, example: Path, full_html: str) -> str:
    return example.read_text(encoding="utf-8") if request.param == "example" else full_html


def test_nothing_is_fetched_and_nothing_runs(page: str, parse: Callable[[str], Any]) -> None:
    tree = parse(page)
    forbidden = {
        "script",
        "link",
        "img",
        "iframe",
        "object",
        "embed",
        "form",
        "base",
        "video",
        "audio",
        "image",
    }
    assert [] == [n.tag for n in tree.all() if n.tag in forbidden]
    assert [] == [(n.tag, k) for n in tree.all() for k in n.attributes if k.startswith("on") or k == "src"]
    (style,) = tree.all("style")
    assert [] == re.findall(r"@import|@font-face|url\(", style.children[0])
    references = {v for n in tree.all() for v in n.attributes.values() if v and "url(" in v}
    assert all(re.fullmatch(r"url\(#[\w-]+\)", r) for r in references)


def test_the_policy_admits_the_style_sheet_alone(page: str, parse: Callable[[str], Any]) -> None:
    tree = parse(page)
    (policy,) = (n.attributes["content"] for n in tree.all("meta") if "http-equiv" in n.attributes)
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    expected = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert expected == policy
    assert [] == [n.tag for n in tree.all() if "style" in n.attributes]


def test_ids_are_unique_and_links_lead_to_them(page: str, parse: Callable[[str], Any]) -> None:
    tree = parse(page)
    ids = Counter(n.attributes["id"] for n in tree.all() if "id" in n.attributes)
    assert [] == [i for i, times in ids.items() if times > 1]
    links = [n.attributes["href"] for n in tree.all("a", "use")]
    assert [] == [link for link in links if link.startswith("#") and link[1:] not in ids]
    named = [n.attributes["aria-labelledby"] for n in tree.all() if "aria-labelledby" in n.attributes]
    assert [] == [name for name in named if name not in ids]


def test_headings_go_down_one_step_at_a_time(page: str, parse: Callable[[str], Any]) -> None:
    levels = [int(n.tag[1]) for n in parse(page).all("h1", "h2", "h3", "h4", "h5", "h6")]
    assert 1 == levels[0]
    assert 1 == levels.count(1)
    assert [] == [(a, b) for a, b in pairwise(levels) if b > a + 1]


def test_tables_have_captions_and_their_heads_scopes(page: str, parse: Callable[[str], Any]) -> None:
    tables = list(parse(page).all("table"))
    assert tables
    for table in tables:
        (caption,) = table.all("caption")
        assert caption.text
        assert {"col", "row"} == {n.attributes.get("scope") for n in table.all("th")}
        widths = {len(list(row.all("th", "td"))) for row in table.all("tr")}
        assert 1 == len(widths)


def test_it_has_landmarks_a_skip_link_and_a_language(page: str, parse: Callable[[str], Any]) -> None:
    tree = parse(page)
    assert page.startswith("<!DOCTYPE html>")
    assert ["en-GB"] == [n.attributes["lang"] for n in tree.all("html")]
    assert [1, 1, 1, 1] == [len(list(tree.all(t))) for t in ("header", "nav", "main", "footer")]
    first = next(tree.all("a"))
    assert ("#main", "skip") == (first.attributes["href"], first.attributes["class"])


def test_every_chart_is_named_and_stands_with_a_table(page: str, parse: Callable[[str], Any]) -> None:
    tree = parse(page)
    for section in tree.all("section"):
        charts = list(section.all("svg"))
        assert not charts or list(section.all("table"))
        for chart in charts:
            assert "img" == chart.attributes["role"]
            assert tree.with_id(chart.attributes["aria-labelledby"]).text


def test_a_grade_is_said_in_words_wherever_it_is_coloured(page: str, parse: Callable[[str], Any]) -> None:
    tags = [n for n in parse(page).all("span") if "tag" in (n.attributes.get("class") or "").split()]
    assert tags
    assert [] == [t for t in tags if not t.text]


def test_print_opens_folds_and_has_a_running_title(page: str) -> None:
    assert "details::details-content { content-visibility: visible" in page
    assert "@top-left { content: " in page
    assert "size: A4" in page
