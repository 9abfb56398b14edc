"""JSON Schemas of the formats, for editors and other programs.

A schema holds shapes: keys, types and fixed values. What takes a framework or another part of the file to
know (ids, spans of dates, an assessment where no measure supplies one) is checked by reading the file.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from itertools import pairwise
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from grader.errors import UnknownNameError, quoted, suggest
from grader.files.rule_files import LayerFile, RuleBookFile
from grader.model.base import Written
from grader.model.cases import CaseFile
from grader.model.decisions import Decisions
from grader.model.framework import Framework
from grader.model.inspection import Inspection
from grader.model.proposal import Proposal

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_FORMATS: dict[str, tuple[str, type[BaseModel], Literal["validation", "serialization"]]] = {
    "inspection": ("grader inspection file", Inspection, "validation"),
    "decisions": ("grader decisions file", Decisions, "validation"),
    "framework": ("grader framework file", Framework, "validation"),
    "rulebook": ("head of a grader rule book (rulebook.yaml)", RuleBookFile, "validation"),
    "layer": ("one layer of a grader rule book", LayerFile, "validation"),
    "cases": ("grader rule tests", CaseFile, "validation"),
    "proposal": ("grader proposal, version 1", Proposal, "serialization"),
}


class _Plain(GenerateJsonSchema):
    """Without the titles pydantic makes of key names, and with what the models say below their fields.

    Pydantic can read that itself, but does so whenever a model is imported, for every command.
    """

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        made = super().model_schema(schema)
        said: dict[str, str] = {}
        for each in reversed(schema["cls"].__mro__):
            if issubclass(each, Written):
                said |= _said_below(each)
        for name, block in made.get("properties", {}).items():
            if name in said:
                block["description"] = said[name]
        return made


def _said_below(model: type) -> dict[str, str]:
    """The text that stands below a field, by the field's name."""
    (found,) = ast.parse(textwrap.dedent(inspect.getsource(model))).body
    assert isinstance(found, ast.ClassDef)
    said = {}
    for field, below in pairwise(found.body):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant):
                said[field.target.id] = inspect.cleandoc(str(below.value.value))
    return said


def schema_names() -> list[str]:
    """Names of the formats that have a schema."""
    return list(_FORMATS)


def schema_of(name: str) -> dict[str, Any]:
    """The JSON Schema of a format.

    Parameters
    ----------
    name : str
        `inspection`, `decisions`, `framework`, `rulebook`, `layer`, `cases` or `proposal`.

    Raises
    ------
    UnknownNameError
        There is no such format.
    """
    if name not in _FORMATS:
        raise UnknownNameError(f"unknown schema {quoted(name)}", help=suggest(name, _FORMATS, "schemas"))
    title, model, mode = _FORMATS[name]
    schema = model.model_json_schema(by_alias=True, mode=mode, schema_generator=_Plain)
    schema.pop("title", None)
    if mode == "serialization":
        # Every key is always present in an answer, those with a default too.
        for block in (schema, *schema.get("$defs", {}).values()):
            if "properties" in block:
                block["required"] = list(block["properties"])
    return {"$schema": DIALECT, "$id": f"urn:grader:schema:{name}", "title": title, **schema}
