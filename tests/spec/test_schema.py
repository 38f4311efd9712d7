"""JSON Schemas: valid themselves, true of everything we ship, false of what the loader refuses."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from qwen_pipeline.spec import kinds, schema, templates_dir
from qwen_pipeline.spec.report import Report
from qwen_pipeline.spec.yaml12 import parse

EXAMPLES = Path(__file__).parents[2] / "examples"
KINDS = [*kinds(), "Batch", "Brand", "Layout"]
FILES = sorted([*EXAMPLES.glob("*/*.yaml"), *templates_dir().glob("*/layouts/*.yaml")])


@lru_cache
def validator(kind: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(schema(kind))


def as_json(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: as_json(item) for key, item in value.items()}
    return [as_json(item) for item in value] if isinstance(value, tuple) else value


def read(text: bytes) -> Any:
    return as_json(parse(text, "f.yaml", Report()).data)


@pytest.mark.parametrize("kind", KINDS)
def test_schemas_are_schemas(kind: str) -> None:
    made = schema(kind)
    jsonschema.Draft202012Validator.check_schema(made)
    assert made["$schema"].endswith("2020-12/schema")


@pytest.mark.parametrize("path", FILES, ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_what_we_ship_fits_its_schema(path: Path) -> None:
    data = read(path.read_bytes())
    if "kind" not in data:
        pytest.skip("a layout whose folder says what it is")
    assert [e.message for e in validator(data["kind"]).iter_errors(data)] == []


@pytest.mark.parametrize(
    "text",
    [
        "kind: Poster\ntitel: x\n",
        "kind: Poster\ntitle: [a]\n",
        "kind: Poster\nusage: comercial\n",
        "kind: Poster\ncanvas: {size: A3, bleed: 3}\n",
        "kind: Poster\nlayers: [{id: a, kind: txt}]\n",
        "kind: Poster\nlayers: [{kind: text}]\n",
        "kind: Poster\ndefaults: {}\n",
        "kind: Deck\n",
        "kind: Deck\nslides: []\n",
        "kind: Deck\nslides: [{titel: x}]\n",
        "kind: Deck\nslides: [{bullets: x}]\n",
        "kind: Infographic\ndata: {a: {cvs: x}}\n",
        "kind: Batch\n",
        "kind: Batch\ntemplate: x\nlimit: {}\n",
        "kind: Brand\n",
    ],
)
def test_what_is_wrong_does_not_fit(text: str) -> None:
    data = read(text.encode())
    assert not validator(data["kind"]).is_valid(data)


@pytest.mark.parametrize(
    "text",
    [
        "kind: Poster\ntitle: 3\nscene: a teapot\ncanvas: A3\nlocales: en\n",
        "kind: Poster\nx-note: anything\nscene: {subject: x, x-why: y}\n",
        "kind: Deck\nslides: [{title: {zh-CN: 茶}, scene: none}]\n",
        "kind: Batch\ntemplate: x\nmatrix: {locale: [zh-CN], size: [{id: a, canvas: A3}], mood: [calm]}\n",
    ],
)
def test_what_is_right_fits(text: str) -> None:
    data = read(text.encode())
    assert [e.message for e in validator(data["kind"]).iter_errors(data)] == []


def test_keys_are_described() -> None:
    poster = schema("Poster")
    assert poster["properties"]["kind"]["const"] == "Poster"
    assert poster["properties"]["title"]["description"]
    assert "file's name" in poster["properties"]["name"]["description"]
    assert "hero-left" in poster["properties"]["extends"]["examples"]


def test_an_unknown_word() -> None:
    with pytest.raises(KeyError):
        schema("Postr")
