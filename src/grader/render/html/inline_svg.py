"""A figure as SVG for use inside a page: no styles, no outside names, no id another figure has.

The page's content security policy admits its own style sheet alone, so every `style` attribute becomes
presentation attributes. Nothing here reads what a user wrote as markup: the figure is matplotlib's.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from xml.etree import ElementTree

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SVG = "{http://www.w3.org/2000/svg}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_REFERENCE = re.compile(r"url\(#([^()]+)\)")
#: What matplotlib writes that says nothing to a reader of the page.
_DROPPED = frozenset({"metadata", "style"})
_SIZE = re.compile(r"(?<![\d.])[\d.]+px")


def inline(figure: Figure, *, name: str, title: str) -> str:
    """The figure as an `svg` element.

    Parameters
    ----------
    figure : Figure
        What to draw; its file is written and left as it is.
    name : str
        Unique in the page: ids in the figure start with it.
    title : str
        What the figure shows, read out in its place.
    """
    from matplotlib import rc_context

    text = io.StringIO()
    with rc_context({"svg.hashsalt": name}):
        figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    root = ElementTree.fromstring(text.getvalue())
    referenced = set(_references(root))
    _plain(root, name, referenced)
    root.attrib = {
        "viewBox": root.attrib["viewBox"],
        "role": "img",
        "aria-labelledby": f"{name}-title",
        "class": "chart",
    }
    described = ElementTree.Element("title", {"id": f"{name}-title"})
    described.text = title
    root.insert(0, described)
    return ElementTree.tostring(root, encoding="unicode", short_empty_elements=True)


def _references(root: ElementTree.Element) -> Iterator[str]:
    for element in root.iter():
        for key, value in element.attrib.items():
            if key == _HREF:
                yield value.removeprefix("#")
            yield from _REFERENCE.findall(value)


def _plain(element: ElementTree.Element, name: str, referenced: set[str]) -> None:
    """Take namespaces, styles and idle ids from an element and those in it."""
    element.tag = element.tag.removeprefix(_SVG)
    styles = dict(_declarations(element.attrib.pop("style", "")))
    attributes = {**element.attrib, **styles}
    element.attrib.clear()
    for key, value in attributes.items():
        if key == "id":
            if value in referenced:
                element.attrib["id"] = f"{name}-{value}"
        elif key == _HREF:
            element.attrib["href"] = f"#{name}-{value.removeprefix('#')}"
        else:
            element.attrib[key] = _REFERENCE.sub(rf"url(#{name}-\1)", value)
    for child in list(element):
        if child.tag.removeprefix(_SVG) in _DROPPED:
            element.remove(child)
        else:
            _plain(child, name, referenced)


def _declarations(style: str) -> Iterator[tuple[str, str]]:
    """A style's declarations; the typeface is left to the page, which has one of its own."""
    for declaration in style.split(";"):
        key, colon, value = (part.strip() for part in declaration.partition(":"))
        size = _SIZE.search(value)
        if key == "font" and size is not None:  # how matplotlib before 3.11 writes it
            yield "font-size", size[0]
        elif colon and key not in ("font", "font-family"):
            yield key, value
