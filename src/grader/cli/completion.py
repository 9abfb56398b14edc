"""What the shell completes: ids and file names."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from grader.errors import GraderError

if TYPE_CHECKING:
    from grader.language.rulebook import RuleBook
    from grader.model.framework import Framework

_SHEETS = (".xlsx", ".xlsm", ".ods", ".csv", ".tsv", ".tab", ".txt")
_DEFAULT = "PEEL_2021_22"


def areas(ctx: typer.Context, incomplete: str) -> list[str]:
    """Ids of areas."""
    return _begun(incomplete, lambda: [area.id for area in _framework(ctx).areas])


def characteristics(ctx: typer.Context, incomplete: str) -> list[str]:
    """Ids of characteristics."""
    return _begun(incomplete, lambda: [c.id for _, c in _framework(ctx).characteristics()])


def grades(ctx: typer.Context, incomplete: str) -> list[str]:
    """Ids of grades."""
    return _begun(incomplete, lambda: [grade.id for grade in _framework(ctx).grade_scale.grades])


def rules(ctx: typer.Context, incomplete: str) -> list[str]:
    """Ids of rules."""
    return _begun(incomplete, lambda: [rule.id for rule in _rulebook(ctx).rules])


def parameters(ctx: typer.Context, incomplete: str) -> list[str]:
    """Names of parameters."""
    return _begun(incomplete, lambda: _rulebook(ctx).parameters)


def yaml_files(incomplete: str) -> list[str]:
    """Files of ours, and folders they may be in."""
    return _files(incomplete, (".yaml", ".yml", ".json"))


def sheet_files(incomplete: str) -> list[str]:
    """Spreadsheets, and folders they may be in."""
    return _files(incomplete, _SHEETS)


def _framework(ctx: typer.Context) -> Framework:
    from grader.io import catalogue

    if ctx.params.get("rules"):
        return catalogue.open_rulebook(ctx.params["rules"])[1].framework
    return catalogue.framework_at(ctx.params.get("framework") or _DEFAULT).framework


def _rulebook(ctx: typer.Context) -> RuleBook:
    from grader.io import catalogue

    return catalogue.open_rulebook(ctx.params.get("rules") or _DEFAULT)[2]


def _begun(incomplete: str, names: Callable[[], Iterable[str]]) -> list[str]:
    """Names that begin so; none where a file cannot be read."""
    try:
        return [name for name in names() if name.startswith(incomplete)]
    except (GraderError, OSError, ValueError):
        return []


def _files(incomplete: str, endings: tuple[str, ...]) -> list[str]:
    folder, _, begun = incomplete.rpartition("/")
    start = f"{folder}/" if folder or incomplete.startswith("/") else ""
    found: list[str] = []
    try:
        entries = sorted(os.scandir(Path(start or ".")), key=lambda entry: entry.name)
    except (OSError, ValueError):
        return []
    for entry in entries:
        if not entry.name.startswith(begun) or (entry.name.startswith(".") and not begun):
            continue
        if entry.is_dir():
            found.append(f"{start}{entry.name}/")
        elif entry.name.lower().endswith(endings):
            found.append(f"{start}{entry.name}")
    return found
