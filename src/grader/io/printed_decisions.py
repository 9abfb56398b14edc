"""A decisions document with the names in it as ids, however they were printed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from grader.errors import Problem, folded, quoted
from grader.io.printed_names import PrintedNames
from grader.io.yaml_source import Document, NodePath
from grader.model.framework import Framework

Matched = Callable[[str], str]


def decisions_with_ids(document: Document, framework: Framework) -> tuple[Document, list[Problem]]:
    """The document with ids for names, and names that stand twice."""
    data = document.data
    if not isinstance(data, dict):
        return document, []
    every = PrintedNames(framework)
    head = dict(data["decisions"]) if isinstance(data.get("decisions"), dict) else {}
    if isinstance(head.get("edition"), str):
        head["edition"] = every.matched("editions", head["edition"])
    if isinstance(head.get("framework"), str) and folded(head["framework"]) == folded(framework.id):
        head["framework"] = framework.id
    names = PrintedNames(framework, head.get("edition") if isinstance(head.get("edition"), str) else None)

    def grade(word: str) -> str:
        return names.matched("grades", word)

    def area(word: str) -> str:
        return names.matched("areas", word)

    renaming = _Renaming(document)
    if isinstance(head.get("stated_counts"), dict):
        head["stated_counts"] = renaming.keys(head["stated_counts"], ("decisions", "stated_counts"), grade)
    found: dict[str, Any] = {**data, **({"decisions": head} if head else {})}
    if isinstance(data.get("grades"), dict):
        found["grades"] = {
            name: {**each, "grade": grade(each["grade"])}
            if isinstance(each, dict) and isinstance(each.get("grade"), str)
            else each
            for name, each in renaming.keys(data["grades"], ("grades",), area).items()
        }
    return renaming.document(found), renaming.problems


class _Renaming:
    """Keys that are replaced, and the places of their values."""

    def __init__(self, document: Document) -> None:
        self.written = document
        self.problems: list[Problem] = []
        self.moved: dict[NodePath, NodePath] = {}

    def keys(self, block: Mapping[str, Any], at: NodePath, matched: Matched) -> dict[str, Any]:
        found: dict[str, Any] = {}
        first: dict[str, str] = {}
        for key, value in block.items():
            name = matched(key) if isinstance(key, str) else key
            if name in first:
                place = self.written.keys.get((*at, key)) or self.written.place((*at, key))
                message = f"{quoted(key)} is {name}, which stands twice; first as {quoted(first[name])}"
                self.problems.append(Problem(message, place, "keep one of the two"))
                continue
            first[name] = key
            found[name] = value
            if name != key:
                self.moved[(*at, key)] = (*at, name)
        return found

    def document(self, data: object) -> Document:
        if not self.moved:
            return replace(self.written, data=data)
        return replace(
            self.written,
            data=data,
            places=self._there(self.written.places),
            keys=self._there(self.written.keys),
            texts=self._there(self.written.texts),
        )

    def _there(self, found: Mapping[NodePath, Any]) -> dict[NodePath, Any]:
        return {self._path(path): value for path, value in found.items()}

    def _path(self, path: NodePath) -> NodePath:
        for end in (2, 3):
            if path[:end] in self.moved:
                return (*self.moved[path[:end]], *path[end:])
        return path
