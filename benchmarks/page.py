"""The page on how fast it is, and its chart, from what the benchmarks measured."""

from __future__ import annotations

import json
import os
import platform
import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results.json"
PAGE = HERE.parent / "docs" / "performance.md"
CHART = HERE.parent / "docs" / "performance.svg"

#: What each part is called on the page, and what is said of it.
PARTS = {
    "cold": (
        "A command from start to end",
        "A new process: start-up, loading, the pass and what is printed.",
    ),
    "warm": ("A pass in a running process", "What each grade hinges on is worked out too."),
    "rules": ("More rules", "The grade layer's own rules, given again under other names."),
    "decisions": ("The same decisions by each engine", "The example's questions, answered by every engine."),
    "memory": ("Many passes in one process", "Memory is flat where nothing is kept."),
    "scale": (
        "The same work by every engine",
        "From rows of evidence in a file, ten an area, to every fact and grade of every area. The query "
        "by hand is for the shipped rules alone, in the faster of two forms.",
    ),
    "growth": ("How the cost grows", "Drawn in [scale.md](scale.md)."),
}
HEADINGS = {
    3: ("what", "median", "limit or growth"),
    4: ("what", "median", "growth, or times the query by hand", "peak"),
}

Results = Mapping[str, Any]


def keep(part: str, rows: Sequence[Sequence[str]], path: Path = RESULTS) -> None:
    """Keep what a part measured, beside what the others did."""
    found = json.loads(path.read_text("utf-8")) if path.exists() else {}
    machine = f"Python {platform.python_version()}, {os.cpu_count()} cores"
    found[part] = {"on": date.today().isoformat(), "machine": machine, "rows": [list(row) for row in rows]}
    path.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def page(results: Results) -> str:
    """The page in Markdown."""
    lines = ["# How fast it is", "", "For whoever plans a run. Look up the size.", ""]
    lines += [
        "`make bench` measures this in one run, and writes this page. How columns come to the same as other",
        "engines, how much memory a batch takes, and what a cluster does: [scale.md](scale.md).",
        "",
    ]
    for part, (title, said) in PARTS.items():
        if part not in results:
            continue
        of = results[part]
        lines += [f"## {title}", "", f"{said} Medians; {of['machine']}, {of['on']}.", ""]
        lines += _table(of["rows"])
        if part == "scale":
            lines += ["![Times the query by hand, by engine and number of inspections](performance.svg)", ""]
    return "\n".join(lines).rstrip() + "\n"


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    headings = HEADINGS[len(rows[0])]
    cells = [headings, ["---"] * len(headings), *rows]
    return ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in cells] + [""]


def bars(results: Results) -> dict[str, dict[str, float]]:
    """For each number of inspections, how many times the query by hand each way takes."""
    found: dict[str, dict[str, float]] = {}
    for what, _, times, *_ in results.get("scale", {"rows": []})["rows"]:
        if (match := re.match(r"([\d,]+ inspections?),.*: (.*)$", what)) and times.startswith("x"):
            found.setdefault(match[1], {})[match[2]] = float(times[1:].replace(",", ""))
    return found


def chart(results: Results, path: Path = CHART) -> None:
    """Draw the bars, one panel for each number of inspections."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "grader"
    from matplotlib import pyplot

    sizes = bars(results)
    figure, panels = pyplot.subplots(1, max(1, len(sizes)), figsize=(12, 4), squeeze=False)
    for panel, (size, times) in zip(panels[0], sizes.items(), strict=False):
        names = list(times)[::-1]
        panel.barh(names, [times[n] for n in names], color="#4c72b0")
        panel.set_xscale("log")
        panel.axvline(1, color="black", linewidth=0.8)
        panel.set_title(size)
        panel.set_xlabel("times the query by hand")
        for at, name in enumerate(names):
            panel.text(times[name], at, f" {times[name]:,.2f}", va="center", fontsize="small")
        panel.margins(x=0.25)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})


def write(results: Path = RESULTS, page_path: Path = PAGE, chart_path: Path = CHART) -> None:
    """Write the page and its chart from what was kept."""
    found = json.loads(results.read_text("utf-8"))
    page_path.write_text(page(found), encoding="utf-8")
    if bars(found):
        chart(found, chart_path)
