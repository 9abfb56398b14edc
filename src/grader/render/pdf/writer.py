"""A document as PDF/UA-1 by Typst, the same bytes for the same content.

Typst gets our template and JSON: no files, packages or fonts of the machine's.
"""

from __future__ import annotations

import dataclasses
import json
import tempfile
from collections.abc import Iterable
from importlib.resources import files
from typing import Any

from grader.distribution import install
from grader.errors import InternalError, MissingExtraError
from grader.render.content.blocks import COLOURS, Document, Mark, Notice
from grader.text import plural, visible

_STANDARD = "ua-1"
#: How Typst says that its fonts lack a character.
_LACKING = "could not be displayed"
#: Does no more than show characters, to find those that cannot be shown.
_TRIAL = '#set document(title: "trial")\n#set text(font: "Libertinus Serif")\n#sys.inputs.data'
#: More characters than this are named by their number alone.
_NAMED = 12


def pdf_bytes(document: Document) -> bytes:
    """The document as a tagged PDF (PDF/UA-1).

    Raises
    ------
    MissingExtraError
        Typst is not installed.
    """
    try:
        import typst
    except ImportError as error:
        raise MissingExtraError("a report as PDF needs typst", help=install("report")) from error
    template = (files("grader.render.pdf") / "report.typ").read_text("utf-8")
    lacking = sorted(_lacking(typst, sorted({c for c in _texts(_data(document)) if not c.isascii()})))
    try:
        return _compiled(typst, template, _written(document, lacking))
    except typst.TypstError as error:
        if _LACKING not in str(error):
            raise InternalError(f"the PDF could not be set: {error}") from error
    # Characters that can be shown alone and not beside each other: none but plain ones are left then.
    every = sorted({c for c in _texts(_data(document)) if ord(c) > 0xFF})
    return _compiled(typst, template, _written(document, every))


def _written(document: Document, lacking: list[str]) -> str:
    """The content as JSON, without the characters that the fonts lack."""
    if lacking:
        named = ", ".join(map(_code_point, lacking[:_NAMED]))
        more = f" and {len(lacking) - _NAMED} more" if len(lacking) > _NAMED else ""
        said = f"{plural(len(lacking), 'character')} for which this file has no font: {named}{more}."
        notice = Notice("Characters written as their code points", (said,))
        document = dataclasses.replace(document, notices=(*document.notices, notice))
    plain = str.maketrans({c: _code_point(c) for c in lacking})
    return json.dumps(_translated(_data(document), plain), ensure_ascii=False)


def _code_point(character: str) -> str:
    return f"U+{ord(character):04X}"


def _data(value: Any) -> Any:
    """A document as lists, mappings and visible text."""
    if isinstance(value, str):
        return visible(value, keep="\n\t")
    if isinstance(value, Mark):
        return {"text": _data(value.text), "colour": COLOURS[value.tone]}
    if dataclasses.is_dataclass(value):
        held = {field.name: _data(getattr(value, field.name)) for field in dataclasses.fields(value)}
        return {"kind": type(value).__name__, **held}
    return [_data(each) for each in value] if isinstance(value, tuple) else value


def _texts(value: Any) -> str:
    if isinstance(value, str):
        return value
    held: Iterable[Any] = (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    )
    return "".join(map(_texts, held))


def _translated(value: Any, plain: dict[int, str]) -> Any:
    if isinstance(value, str):
        return value.translate(plain)
    if isinstance(value, dict):
        return {key: _translated(each, plain) for key, each in value.items()}
    return [_translated(each, plain) for each in value] if isinstance(value, list) else value


def _lacking(typst: Any, characters: list[str]) -> set[str]:
    """Characters that no font has, found by halving."""
    try:
        _compiled(typst, _TRIAL, " ".join(characters))
    except typst.TypstError:
        if len(characters) == 1:
            return set(characters)
        half = len(characters) // 2
        return _lacking(typst, characters[:half]) | _lacking(typst, characters[half:])
    return set()


def _compiled(typst: Any, template: str, data: str) -> bytes:
    with tempfile.TemporaryDirectory(prefix="grader-") as empty:
        made: bytes = typst.compile(
            template.encode("utf-8"),
            root=empty,
            sys_inputs={"data": data},
            pdf_standards=[_STANDARD],
            ignore_system_fonts=True,
            font_paths=[],
            package_path=empty,
            package_cache_path=empty,
            timestamp=0,
        )
    return made
