"""In a real browser: axe-core finds no violation, print opens every fold, nothing is wider than the window.

These run where Chromium is installed; for axe-core set AXE_CORE to its `axe.min.js`. Neither is part of the
project.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

QUIET = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
AXE = os.environ.get("AXE_CORE", "")
NARROW = 500  # the narrowest window a headless browser opens
LIMIT = 1200


@pytest.fixture
def browser(tmp_path: Path) -> Callable[..., str]:
    """`browser("--dump-dom", path)`: what Chromium writes, with a profile of its own."""
    found = next((p for p in ("chromium", "chromium-browser", "google-chrome") if shutil.which(p)), None)
    if found is None:
        pytest.skip("Chromium is not installed")

    def run(*arguments: str) -> str:
        command = [found, *QUIET, f"--user-data-dir={tmp_path / 'profile'}", *arguments]
        ran = subprocess.run(command, check=True, capture_output=True, text=True, timeout=LIMIT)
        return ran.stdout

    return run


@pytest.fixture(params=["example", "full"])
def page(request: pytest.FixtureRequest, example: Path, full_html: str) -> str:
    return example.read_text(encoding="utf-8") if request.param == "example" else full_html


def _asked(browser: Callable[..., str], html: str, folder: Path, script: str, width: int) -> Any:
    """What a script in the page answers; the page's own policy, which forbids scripts, is taken out first."""
    path = folder / "asked.html"
    open_policy = re.sub(r"<meta http-equiv=[^>]*>", "", html)
    path.write_text(open_policy.replace("</body>", f"<script>{script}</script></body>"), encoding="utf-8")
    dom = browser(f"--window-size={width},900", "--virtual-time-budget=60000", "--dump-dom", f"file://{path}")
    answer = re.search(r'<html[^>]* data-answer="([^"]*)"', dom)
    assert answer is not None, "the script did not answer"
    return json.loads(answer[1].replace("&quot;", '"').replace("&amp;", "&"))


@pytest.mark.parametrize("width", [1280, NARROW])
@pytest.mark.parametrize("unfolded", [False, True])
def test_axe_finds_no_violation(
    page: str, browser: Callable[..., str], tmp_path: Path, width: int, unfolded: bool
) -> None:
    if not Path(AXE).is_file():
        pytest.skip("AXE_CORE does not name axe.min.js")
    unfold = "document.querySelectorAll('details').forEach(d => d.open = true);" if unfolded else ""
    ask = (
        "axe.run().then(r => document.documentElement.dataset.answer ="
        " JSON.stringify(r.violations.map(v => v.id)));"
    )
    script = f"{Path(AXE).read_text(encoding='utf-8')};{unfold}{ask}".replace("</script", "<\\/script")
    assert [] == _asked(browser, page, tmp_path, script, width)


@pytest.mark.parametrize("width", [1280, NARROW])
def test_nothing_is_wider_than_the_window(
    page: str, browser: Callable[..., str], tmp_path: Path, width: int
) -> None:
    ask = (
        "const e = document.documentElement;"
        " e.dataset.answer = JSON.stringify(e.scrollWidth - e.clientWidth);"
    )
    assert 0 >= _asked(browser, page, tmp_path, ask, width)


def test_print_opens_every_fold_and_says_first_what_it_is(
    example: Path, browser: Callable[..., str], tmp_path: Path
) -> None:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed")
    pdf = tmp_path / "report.pdf"
    browser("--no-pdf-header-footer", f"--print-to-pdf={pdf}", f"file://{example}")
    ran = subprocess.run(["pdftotext", "-layout", pdf, "-"], check=True, capture_output=True, text=True)
    pages = [" ".join(p.split()) for p in ran.stdout.split("\f")]
    assert "A proposal, from a reconstruction" in pages[0]
    assert "Grades at a glance" in pages[0]
    assert "Vulnerability of the victim is sometimes not spotted" in " ".join(pages)
    running = "Leicestershire Police: proposed grades, a person decides"
    assert [] == [i for i, p in enumerate(pages, start=1) if p and not p.startswith(running)]
    # Every item of evidence is shown in a fold.
    assert " E309 " in " ".join(pages)
