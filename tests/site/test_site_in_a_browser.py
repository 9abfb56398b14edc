"""The built site: every link leads somewhere, nothing comes from elsewhere, and anybody can use its pages.

`make docs-test` builds the site and runs this. Without a built site there is nothing to look at.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

pytestmark = pytest.mark.slow

SITE = Path(__file__).resolve().parents[2] / "site"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
#: A telephone held upright, and a desk.
WIDTHS = (400, 1280)
#: Of pages made from files alike, these stand for the rest where every page takes too long.
SAMPLE = os.environ.get("GRADER_SITE_PAGES", "")

if not (SITE / "index.html").exists():
    pytest.skip("the site is not built: make docs", allow_module_level=True)

PAGES = sorted(p.relative_to(SITE).as_posix() for p in SITE.rglob("*.html") if "files" not in p.parts)
LOOKED_AT = [page for page in PAGES if re.search(SAMPLE, page)]


class Links(HTMLParser):
    """What a page links to or loads, and what may be linked to in it."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.ids: set[str] = set()
        self.feed(page.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        self.ids |= {said[name] for name in ("id", "name") if name in said}
        if tag == "a" and "href" in said:
            self.links.append(said["href"])
        elif tag in ("img", "script", "iframe") and "src" in said:
            self.loads.append(said["src"])
        elif tag == "link" and said.get("rel") not in ("canonical", "alternate") and "href" in said:
            self.loads.append(said["href"])


@pytest.fixture(scope="module")
def read() -> dict[str, Links]:
    return {page: Links(SITE / page) for page in PAGES}


def test_every_link_leads_to_a_page_or_a_file_and_to_a_place_in_it(read: dict[str, Links]):
    wrong = []
    for page, of in read.items():
        for link in of.links:
            if re.match(r"[a-z]+:", link):
                continue
            name, _, anchor = link.partition("#")
            # The page for what is not found is shown at any address, so it counts from the top.
            root = SITE if name.startswith("/") and page == "404.html" else (SITE / page).parent
            target = root / unquote(name).removeprefix("/" if root == SITE else "") if name else SITE / page
            if target.is_dir():
                target /= "index.html"
            inside = os.path.relpath(target, SITE)
            if not target.exists():
                wrong.append(f"{page}: {link}")
            elif anchor and inside in read and unquote(anchor) not in read[inside].ids:
                wrong.append(f"{page}: no place {link}")
    assert [] == wrong


def test_pages_load_nothing_from_elsewhere(read: dict[str, Links]):
    assert [] == [f"{page}: {url}" for page, of in read.items() for url in of.loads if "//" in url]


def test_no_page_is_too_large_for_a_telephone():
    assert {} == {p: size for p in PAGES if (size := (SITE / p).stat().st_size) > 400_000}


# In a browser ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("there is no Chromium on this machine")
    options = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-extensions"]
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=options)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Any) -> Iterator[Any]:
    """Opens a page from the disk, so wide; gives the page and what it asked of elsewhere."""
    contexts = []

    def go(page: str, width: int = 1280) -> tuple[Any, list[str]]:
        contexts.append(chromium.new_context(viewport={"width": width, "height": 900}))
        contexts[-1].set_default_timeout(120_000)
        opened, asked = contexts[-1].new_page(), []
        opened.on("request", lambda r: None if r.url.startswith(("file:", "data:")) else asked.append(r.url))
        opened.goto((SITE / page).as_uri())
        return opened, asked

    yield go
    for context in contexts:
        context.close()


def test_search_finds_words_from_a_disk_without_a_network(visit: Any):
    page, asked = visit("index.html")
    page.click("button.md-search__button")
    page.keyboard.type("vacuous", delay=20)
    page.wait_for_selector("a[href*='vacuous']:visible")
    assert [] == [url for url in asked if not url.startswith("blob:")]


@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_is_wider_than_its_window_or_asks_anything_of_elsewhere(visit: Any, width: int):
    page, asked = visit("index.html", width)
    wide = []
    for name in LOOKED_AT:
        page.goto((SITE / name).as_uri())
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        wide += [f"{name}: {over} pixels"] if over > 0 else []
    assert [] == wide
    assert [] == [url for url in asked if not url.startswith("blob:")]


@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_on_any_page(visit: Any, width: int):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-core is not installed")
    page, _ = visit("index.html", width)
    found = {}
    for name in LOOKED_AT:
        page.goto((SITE / name).as_uri())
        said = axe.Axe().run(page).response["violations"]
        if said:
            found[name] = [(v["id"], v["nodes"][0]["html"][:200]) for v in said]
    assert {} == found
