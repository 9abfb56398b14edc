"""What a search needs of a framework: its texts and names as plain data, there at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from grader.io.catalogue import NameOrPath, framework_at, proved_framework
from grader.model.printed import area_forms

if TYPE_CHECKING:
    from grader.model.framework import Framework


@dataclass(frozen=True, slots=True)
class TextArea:
    """An area: its id, its title, every name it is printed under, and the editions it stands in."""

    id: str
    title: str
    printed: tuple[str, ...]
    names: tuple[str, ...]
    """Its title and its other names, without its code."""
    editions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TextEntry:
    """A characteristic: what it says, and what exceeding it or falling short of it looks like."""

    id: str
    text: str
    sights: tuple[str, ...]
    topic: str
    topic_title: str
    area: TextArea


@dataclass(frozen=True, slots=True)
class Texts:
    """A framework's texts; `editions` are titles with the dates they were published."""

    framework: str
    editions: Mapping[str, tuple[str, str]]
    areas: tuple[TextArea, ...]
    every: tuple[TextEntry, ...]

    def entries(self, edition: str) -> list[TextEntry]:
        """The characteristics of an edition, in the framework's order."""
        return [entry for entry in self.every if edition in entry.area.editions]


def texts_at(given: NameOrPath) -> Texts:
    """The texts of the framework a person names; raises as `framework_at`.

    A built-in one that was read whole when its rules were proved, and is the same since, is not checked
    again: that takes twice as long as the search.
    """
    document = proved_framework(given)
    if document is not None and isinstance(document.data, dict):
        return texts_in(document.data)
    return texts_of(framework_at(given).framework)


def texts_of(framework: Framework) -> Texts:
    """The texts of a framework."""
    return texts_in(framework.model_dump())


def texts_in(data: Mapping[str, Any]) -> Texts:
    """The texts of a framework that is plain data, and sound."""
    areas: list[TextArea] = []
    entries: list[TextEntry] = []
    for said in data["areas"]:
        area = _area(said)
        areas.append(area)
        for topic in said["topics"]:
            for each in topic["characteristics"]:
                sights = (each.get("exceeding"), each.get("falling_short"))
                entries.append(
                    TextEntry(
                        id=each["id"],
                        text=each["text"],
                        sights=tuple(sight["text"] for sight in sights if sight),
                        topic=topic["id"],
                        topic_title=topic["title"],
                        area=area,
                    )
                )
    editions = {str(k): (e["title"], str(e["published"])) for k, e in data["editions"].items()}
    return Texts(data["framework"]["id"], editions, tuple(areas), tuple(entries))


def _area(said: Mapping[str, Any]) -> TextArea:
    names: Mapping[str, str | None] = said.get("names") or {}
    printed: Sequence[str] = area_forms(said["title"], names, said.get("code"))
    own = area_forms(said["title"], names, None)
    return TextArea(said["id"], said["title"], tuple(printed), tuple(own), tuple(map(str, said["editions"])))
