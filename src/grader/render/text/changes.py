"""What changed in an inspection, as text.

Users' words enter as `Text`, never as markup.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from rich.console import Group, RenderableType
from rich.text import Text

from grader.model.changes import AreaChanged, Change, Changes, FieldChanged, Moved
from grader.render.text.tables import Labelled, indented, text_of
from grader.text import plural

#: Of changes of one kind, and of ids behind one move, so many are shown; --json has all.
SHOWN, _IDS = 60, 8
_KINDS: Final = {
    "evidence": "Evidence",
    "finding": "Findings issued",
    "previous": "Earlier findings",
    "source": "Sources",
    "inspection": "The inspection",
}


def changes_for_person(found: Changes) -> list[RenderableType]:
    """The parts, from top to bottom: what moved first, then what changed."""
    moved = sum(len(area.moved) for area in found.areas)
    many = plural(len(found.changes), "change", "changes")
    head = f"{found.body} ({found.inspection}): {many}, {plural(moved, 'conclusion', 'conclusions')} moved"
    parts: list[RenderableType] = [
        text_of(head if found.changes else f"{found.inspection}: nothing changed", "bold")
    ]
    for area in found.areas:
        parts += [Text(), _area(area)]
    if found.changes and not found.areas:
        parts += [Text(), text_of("No status, finding of ours, grade or range moved.")]
    for kind, title in _KINDS.items():
        own = [c for c in found.changes if c.kind == kind]
        if own:
            parts += [Text(), text_of(title, "bold"), indented(Labelled(_lines(own[:SHOWN])))]
        if len(own) > SHOWN:
            parts.append(text_of(f"and {len(own) - SHOWN} more: --json has all of them"))
    return parts


def _area(area: AreaChanged) -> RenderableType:
    lines = [(f"{_name(each)}:", _moved(each)) for each in area.moved]
    return Group(text_of(f"{area.title} ({area.area})", "bold"), indented(Labelled(lines)))


def _name(each: Moved) -> str:
    return each.what if each.what in ("outcome", "grade", "range") else each.id


def _moved(each: Moved) -> str:
    several = each.together and len(each.by) > 1
    by = _some(each.by, ", " if each.together else " or ") + (" together" if several else "")
    said = f"{_words(each.old)}, now {_words(each.new)}"
    if each.what == "finding":
        since = "no longer proposed" if each.new is None else "now proposed"
        said = f"{_words(each.old or each.new)} {since}"
    return f"{said} (by {by})"


def _some(names: list[str], between: str) -> str:
    more = f" and {len(names) - _IDS} more" if len(names) > _IDS else ""
    return between.join(names[:_IDS]) + more


def _words(name: str | None) -> str:
    return "none" if name is None else name.replace("_", " ")


def _lines(own: Iterable[Change]) -> Iterator[tuple[str, str]]:
    for each in own:
        if each.what == "renamed":
            said = f"called {each.was} before"
        elif each.what == "changed":
            said = "; ".join(_field(f) for f in each.fields)
        else:
            said = each.statement or ""
        yield f"{each.id}, {each.what}:", said


def _field(field: FieldChanged) -> str:
    if field.field == "statement":
        return "worded otherwise"
    old, new = (_short(field.field, value) for value in (field.old, field.new))
    return f"{field.field} {_value(old)}, now {_value(new)}"


def _short(field: str, value: object) -> object:
    """Of how an item was settled, by whom and why; of what was left out, the ids."""
    if field == "settled" and isinstance(value, Mapping):
        return {name: value[name] for name in ("by", "on", "why") if name in value}
    return list(value) if field == "left_out" and isinstance(value, Mapping) else value


def _value(value: object) -> str:
    if isinstance(value, Mapping):
        inner = ((k, f"({_value(v)})" if isinstance(v, Mapping) else _value(v)) for k, v in value.items())
        return ", ".join(f"{name} {said}" for name, said in inner) or "none"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "not said" if value is None else str(value)
