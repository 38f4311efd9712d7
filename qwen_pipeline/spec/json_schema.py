"""JSON Schemas (2020-12) for editors and CI: one a kind, from the models and the slots of all its layouts."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from qwen_pipeline import discover
from qwen_pipeline.types import spec as models
from qwen_pipeline.types.spec import (
    ID_PATTERN,
    LOCALE_PATTERN,
    AssetKind,
    Batch,
    Brand,
    ChartSpec,
    Document,
    Layout,
    PageSpec,
    SceneSpec,
    SizeAxis,
    SlotSpec,
)

from .data import READERS
from .extends import layouts_of
from .keywords import document_keys, page_keys
from .kinds import Templates

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_EXTENSION = {"^x-": True}
_TEXT = {
    "anyOf": [
        {"type": ["string", "number"]},
        {
            "type": "object",
            "patternProperties": {LOCALE_PATTERN: {"type": ["string", "number"]}},
            "additionalProperties": False,
            "minProperties": 1,
        },
    ]
}
Schema = dict[str, Any]


def make_schema(kind: str, templates: Templates) -> Schema:
    """The schema of a kind, or of `Batch`, `Brand` or `Layout`; KeyError for another word."""
    single: dict[str, type[BaseModel]] = {"Batch": Batch, "Brand": Brand, "Layout": Layout}
    if kind in single:
        schema = _model_schema(single[kind])
        _finish(schema, kind, templates)
    else:
        schema = _kind_schema(templates.kinds()[kind], templates)
    return {"$schema": DIALECT, "title": kind, **{k: v for k, v in schema.items() if k != "title"}}


def _finish(schema: Schema, kind: str, templates: Templates) -> None:
    if kind == "Batch":
        schema["required"] = ["kind", "template"]
        schema["properties"]["matrix"] = _matrix(schema)
    if kind == "Layout":
        schema["required"] = ["kind", "name"]
        schema["properties"]["for"] = {"enum": sorted(templates.kinds())}
        _loosen_layers(schema)
    if kind == "Brand":
        schema["required"] = ["kind", "name"]


def _matrix(schema: Schema) -> Schema:
    size = _merge_definitions(schema, _model_schema(SizeAxis))
    rules = {"type": "array", "items": {"type": "object"}}
    locale = {"type": "array", "minItems": 1, "items": {"type": "string"}}
    return {
        "type": "object",
        "description": "Axes; every combination is a piece. Any name but locale and size is a variable of strings.",
        "properties": {
            "locale": locale,
            "size": {"type": "array", "minItems": 1, "items": size},
            "exclude": rules,
            "include": rules,
        },
        "additionalProperties": {"type": "array", "minItems": 1},
        "patternProperties": _EXTENSION,
    }


def _kind_schema(kind: AssetKind, templates: Templates) -> Schema:
    layouts = layouts_of(templates, kind)
    schema = _model_schema(Document)
    page = _merge_definitions(schema, _model_schema(PageSpec))
    _loosen_layers(schema)
    properties = {k: v for k, v in schema["properties"].items() if k in document_keys(kind)}
    properties["kind"] = {"const": kind.kind, "description": kind.describe}
    own = {k: v for k, v in page["properties"].items() if k in page_keys(kind) and k != "layout"}
    if "layers" in own:
        own["layers"] = {
            "type": "array",
            "items": _layer_override(schema),
            "description": "Merged into the layout's by id, or added.",
        }
    own |= _slot_properties((layout.slots for layout in layouts.values()), schema)
    own[kind.layout_key] = {
        "type": "string",
        "description": "A layout or a path: " + ", ".join(layouts),
        "examples": sorted(layouts),
    }
    required = ["kind"]
    if kind.pages:
        required += [kind.pages] if kind.single is None else []
        entry = {"type": "object", "properties": own, "additionalProperties": False, "patternProperties": _EXTENSION}
        properties[kind.pages] = {"type": "array", "minItems": 1, "items": entry}
        if kind.single is not None:
            properties |= _slot_properties([layouts[kind.single].slots], schema)
    else:
        properties |= own
    return {
        "type": "object",
        "description": kind.describe,
        "properties": properties,
        "required": required,
        "additionalProperties": False,
        "patternProperties": _EXTENSION,
        "$defs": schema.get("$defs", {}),
    }


# --- slots -------------------------------------------------------------------------------------------------------------


def _slot_properties(all_slots: Iterable[Any], schema: Schema) -> Schema:
    found: dict[str, list[Schema]] = {}
    for slots in all_slots:
        for name, slot in slots.items():
            made = _slot_schema(slot, schema)
            if made not in found.setdefault(name, []):
                found[name].append(made)
    return {name: made[0] if len(made) == 1 else _either(made) for name, made in found.items()}


def _either(schemas: list[Schema]) -> Schema:
    """One of several: layouts may mean different things by a slot. Those that differ only in their words are one."""
    bare: list[Schema] = []
    for schema in schemas:
        without = {k: v for k, v in schema.items() if k != "description"}
        if without not in bare:
            bare.append(without)
    described = {"description": schemas[0].get("description", "")}
    return {**described, **bare[0]} if len(bare) == 1 else {**described, "anyOf": bare}


def _slot_schema(slot: SlotSpec, schema: Schema) -> Schema:
    described = {"description": slot.describe} if slot.describe else {}
    if slot.type in ("text", "note", "image", "qr"):
        return {**_TEXT, **described}
    if slot.type == "icon":
        return {"type": "string", **described}
    if slot.type == "chart":
        return {**_merge_definitions(schema, _model_schema(ChartSpec)), **described}
    if slot.type == "scene":
        return {**_or_string(_merge_definitions(schema, _model_schema(SceneSpec))), **described}
    if slot.type == "choice":
        return {"enum": list(slot.choices), **described}
    if slot.type == "point":
        return {"type": "array", "minItems": 2, "maxItems": 2, "items": {"type": "string"}, **described}
    fields = _fields(slot, schema)
    if slot.type == "group":
        return {**fields, **described}
    limits = {key: value for key, value in (("minItems", slot.min), ("maxItems", slot.max)) if value is not None}
    return {"type": "array", "items": _TEXT if slot.type == "list" else fields, **limits, **described}


def _fields(slot: SlotSpec, schema: Schema) -> Schema:
    own: Schema = {"id": {"type": "string", "pattern": ID_PATTERN}} if slot.type == "items" else {}
    own |= {name: _slot_schema(field, schema) for name, field in slot.fields.items()}
    required = [name for name, field in slot.fields.items() if field.required]
    out: Schema = {"type": "object", "properties": own, "additionalProperties": False, "patternProperties": _EXTENSION}
    return {**out, "required": required} if required else out


# --- models ------------------------------------------------------------------------------------------------------------


def _model_schema(model: type[BaseModel]) -> Schema:
    """A model's schema, with `x-` keys let through, and the docstrings under its fields as descriptions."""
    schema = model.model_json_schema(by_alias=True, mode="validation")
    for part in (schema, *schema.get("$defs", {}).values()):
        if part.get("type") == "object" and "properties" in part:
            _describe(part, str(part.get("title", "")))
            part["patternProperties"] = _EXTENSION
            part.pop("title", None)
    _shorthands(schema)
    return schema


def _describe(part: Schema, name: str) -> None:
    for key, text in field_docs().get(name, {}).items():
        if key in part["properties"]:
            part["properties"][key].setdefault("description", text)
    for value in part["properties"].values():
        value.pop("title", None)


def _shorthands(schema: Schema) -> None:
    """What validators accept beside the model: a scene or canvas as a text, one locale, formats of data by reader."""
    everything = {**schema.get("$defs", {}), "": schema}
    for part in everything.values():
        for key, value in part.get("properties", {}).items():
            if key in ("canvas", "locales") or (key == "scene" and "SceneSpec" in str(value)):
                part["properties"][key] = _or_string(value)
    source = schema.get("$defs", {}).get("DataSource")
    if source:
        source["properties"] |= {name: {"type": "string"} for name in discover.modules(READERS)}
        source["additionalProperties"] = False


def _or_string(value: Schema) -> Schema:
    kept = {k: v for k, v in value.items() if k in ("description", "default")}
    return {"anyOf": [{"type": "string"}, {k: v for k, v in value.items() if k not in kept}], **kept}


def _merge_definitions(schema: Schema, part: Schema) -> Schema:
    """`part` with its definitions moved into `schema`."""
    schema.setdefault("$defs", {}).update(part.pop("$defs", {}))
    return part


def _layer_override(schema: Schema) -> Schema:
    """A layer as a spec writes it: any key of any kind of layer, only `id` needed."""
    layers = {name: part for name, part in schema["$defs"].items() if name.endswith("LayerSpec")}
    if not layers:
        layers = {n: p for n, p in _merge_layers(schema).items() if n.endswith("LayerSpec")}
    merged: dict[str, list[Schema]] = {}
    for part in layers.values():
        for key, value in part["properties"].items():
            bare = {k: v for k, v in value.items() if k not in ("default", "const", "title")}
            if bare not in merged.setdefault(key, []):
                merged[key].append(bare)
    properties = {key: values[0] if len(values) == 1 else {"anyOf": values} for key, values in merged.items()}
    properties["kind"] = {"enum": sorted(part["properties"]["kind"]["const"] for part in layers.values())}
    return {
        "type": "object",
        "properties": properties,
        "required": ["id"],
        "additionalProperties": False,
        "patternProperties": _EXTENSION,
    }


def _merge_layers(schema: Schema) -> Schema:
    _merge_definitions(schema, _model_schema(Layout))
    found: Schema = schema["$defs"]
    return found


def _loosen_layers(schema: Schema) -> None:
    """Layers of a layout that extends another, and of variants, may be parts of a layer."""
    if "layers" not in schema.get("properties", {}):
        return
    override = _layer_override(schema)
    schema["properties"]["layers"] = {"type": "array", "items": override}
    variant = schema["$defs"].get("LayoutVariant")
    if variant:
        variant["properties"]["layers"] = {"type": "array", "items": override}


@lru_cache(maxsize=1)
def field_docs() -> dict[str, dict[str, str]]:
    """Model name -> key -> the docstring under the field. Read from the source, which costs too much for every start."""
    docs: dict[str, dict[str, str]] = {}
    sources = (path.read_text(encoding="utf-8") for path in Path(str(models.__file__)).parent.glob("*.py"))
    for node in (node for source in sources for node in ast.parse(source).body):
        if not isinstance(node, ast.ClassDef):
            continue
        own = docs.setdefault(node.name, {})
        for before, after in zip(node.body, node.body[1:], strict=False):
            text = _docstring(after)
            if text and isinstance(before, ast.AnnAssign) and isinstance(before.target, ast.Name):
                own[before.target.id.removesuffix("_")] = text
    return docs


def _docstring(node: ast.stmt) -> str:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
        return " ".join(node.value.value.split())
    return ""
