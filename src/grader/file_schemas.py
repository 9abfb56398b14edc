"""JSON Schemas of the files people write: keys, types, values and the rule language.

What takes a framework or the rest of the file to know is checked by reading.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterable
from itertools import pairwise
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from grader.io.rule_files import CalibratedFile, LayerFile, RuleBookFile
from grader.io.rule_schema import with_rule_language
from grader.io.rule_schema_values import Names
from grader.model.acts import Act
from grader.model.base import InputModel
from grader.model.cases import CaseFile
from grader.model.decisions import Decisions
from grader.model.framework import Framework
from grader.model.inspection import Inspection
from grader.model.settling import Settling
from grader.sheets.columns import SHEETS
from grader.sheets.mapping import Mapping
from grader.vocabulary.peel import PEEL
from grader.vocabulary.words import Vocabulary

DIALECT = "https://json-schema.org/draft/2020-12/schema"

Mode = Literal["validation", "serialization"]

#: Files people write: a title, and the model that reads them.
FILES: dict[str, tuple[str, type[BaseModel]]] = {
    "inspection": ("grader inspection file", Inspection),
    "decisions": ("grader decisions file", Decisions),
    "framework": ("grader framework file", Framework),
    "rulebook": ("head of a grader rule book (rulebook.yaml)", RuleBookFile),
    "layer": ("facts and rules of one layer of a grader rule book", LayerFile),
    "calibrated": ("calibrated values of a grader rule book (calibrated.yaml)", CalibratedFile),
    "cases": ("grader rule tests", CaseFile),
    "settling": ("grader settling file: how a meeting settles disagreements", Settling),
    "act": ("line of the log of the acts behind decisions", Act),
    "mapping": ("grader mapping file: what a spreadsheet calls things", Mapping),
}


class _Plain(GenerateJsonSchema):
    """A schema without pydantic's titles, with the text below fields as descriptions.

    Read only here: pydantic would read it at each import.
    """

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        made = super().model_schema(schema)
        said: dict[str, str] = {}
        for each in reversed(schema["cls"].__mro__):
            if issubclass(each, InputModel):
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


def file_schema(name: str, names: Names | None = None) -> dict[str, Any]:
    """The JSON Schema of a file.

    Parameters
    ----------
    names : Names, optional
        A rule book's, for its layers.
    """
    title, model = FILES[name]
    schema = model_schema(model, "validation")
    if name == "layer":
        schema = with_rule_language(schema, names)
    elif name == "rulebook":
        _limit_shares(schema["$defs"]["ParameterBlock"])
    elif name == "mapping":
        schema = _with_columns(schema)
    return headed(name, title, schema)


#: Files whose words a framework may declare.


IN_WORDS = ("inspection", "cases")


def in_words(schema: Any, words: Vocabulary) -> Any:
    """A schema with a framework's own levels and findings."""
    if isinstance(schema, dict):
        said = schema.get("enum")
        if isinstance(said, list) and (found := _own_words(words).get(tuple(said))) is not None:
            return {"enum": found, **{k: v for k, v in schema.items() if k not in ("enum", "type")}}
        return {key: in_words(value, words) for key, value in schema.items()}
    return [in_words(each, words) for each in schema] if isinstance(schema, list) else schema


def _own_words(words: Vocabulary) -> dict[tuple[str, ...], list[str | int]]:
    """The framework's words for each list of PEEL's."""
    levels = [level for scale in words.by_scale.values() for level in (*scale.levels, *scale.by_name)]
    statuses = [words.statuses.nothing, *levels] if words.several else [*words.statuses.names]
    return {
        PEEL.assessments.levels: _as_written(levels),
        PEEL.statuses.names: _as_written(statuses),
        PEEL.kinds.names: [*words.kinds.names],
    }


def _as_written(levels: Iterable[str]) -> list[str | int]:
    names = list(dict.fromkeys(levels))
    return [*names, *(int(name) for name in names if str(name).lstrip("-").isdecimal())]


def model_schema(model: type[BaseModel], mode: Mode) -> dict[str, Any]:
    """A model's schema, with every written key required."""
    schema = model.model_json_schema(by_alias=True, mode=mode, schema_generator=_Plain)
    schema.pop("title", None)
    if mode == "serialization":
        # Every key is always present in an answer, those with a default too.
        for block in (schema, *schema.get("$defs", {}).values()):
            if "properties" in block:
                block["required"] = list(block["properties"])
    return schema


def headed(name: str, title: str, schema: dict[str, Any]) -> dict[str, Any]:
    """A schema with what it is the schema of."""
    return {"$schema": DIALECT, "$id": f"urn:grader:schema:{name}", "title": title, **schema}


def _limit_shares(parameter: dict[str, Any]) -> None:
    """Limit shares to 0–1000 and counts to a million; only points have units."""

    def within(type_: str, most: int) -> dict[str, Any]:
        held = {"minimum": 0, "maximum": most}
        return {
            "if": {"properties": {"type": {"const": type_}}, "required": ["type"]},
            "then": {"properties": {"default": held, "range": {"items": held}, "unit": {"type": "null"}}},
        }

    parameter["allOf"] = [within("share", 1000), within("count", 1_000_000)]


def _with_columns(schema: dict[str, Any]) -> dict[str, Any]:
    """A mapping speaks of the columns that its sheet has."""
    for sheet in SHEETS:
        known = {"propertyNames": {"enum": [column.name for column in sheet.columns]}}
        block = schema["properties"][sheet.key]
        held = {"properties": dict.fromkeys(("columns", "values", "defaults"), known)}
        schema["properties"][sheet.key] = {"allOf": [block, held]}
    return schema
