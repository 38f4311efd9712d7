"""Layouts hold together: every name they use is there, and every slot they offer is shown."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from qwen_pipeline.types.spec import AssetKind, LayerSpec, Layout, SlotSpec

from .support import KINDS, LAYOUTS, chain, layout_id, read, region_names, scale, slots

COMPUTED = {"fg", "bg"}
EACH = pytest.mark.parametrize("path", LAYOUTS, ids=layout_id)


def layers(path: Path) -> list[LayerSpec]:
    return [layer for layout in chain(path) for layer in layout.layers]


@EACH
def test_name_is_the_file_name(path: Path) -> None:
    layout = Layout.model_validate(read(path))
    kind = AssetKind.model_validate(read(path.parents[1] / "kind.yaml"))
    assert layout.name == path.stem
    assert layout.for_ == kind.kind
    assert layout.describe


@EACH
def test_layers_stand_in_regions_that_are_there(path: Path) -> None:
    names = region_names(path)
    assert {place for layer in layers(path) for place in places(layer, path)} <= names
    assert len({layer.id for layer in layers(path)}) == len(layers(path))


@EACH
def test_variants_change_what_is_there(path: Path) -> None:
    ids = {layer.id for layer in layers(path)}
    regions = {name for layout in chain(path) for name in layout.regions}
    for variant in Layout.model_validate(read(path)).variants:
        assert set(variant.regions) <= regions
        assert {patch["id"] for patch in variant.layers} <= ids


def places(layer: LayerSpec, path: Path) -> list[str]:
    """Where a layer may stand: one region, or each that its entry may choose."""
    before, brace, field = layer.in_.partition("{item.")
    if not brace:
        return [before]
    assert layer.for_each
    head, _, rest = layer.for_each.partition(".")
    listed = slots(path)[head].fields[rest] if rest else slots(path)[head]
    return [before + word for word in listed.fields[field[:-1]].choices]


def leaf_slots(path: Path) -> set[str]:
    """`title`, `before.value`, `stats[].value`: all that a spec can fill and a reader must see."""
    out: set[str] = set()
    for name, slot in slots(path).items():
        out |= _leaves(name + ("[]" if slot.type == "items" else ""), slot)
    return out


def _leaves(name: str, slot: SlotSpec) -> set[str]:
    if slot.type in ("note", "choice", "point"):
        return set()
    if not slot.fields:
        return {name}
    fields = ((f"{name}.{key}" + ("[]" if inner.type == "items" else ""), inner) for key, inner in slot.fields.items())
    return {leaf for key, inner in fields for leaf in _leaves(key, inner)}


def shown(layer: Any) -> str | None:
    slot = getattr(layer, "slot", None)
    if slot and slot.startswith("item."):
        return f"{layer.for_each.replace('.', '[].')}[].{slot[5:]}"
    if slot is None and layer.for_each and "{{ item }}" in str(getattr(layer, "text", "")):
        return str(layer.for_each)
    return slot


@EACH
def test_every_slot_is_shown_and_every_layer_has_its_slot(path: Path) -> None:
    assert {name for layer in layers(path) if (name := shown(layer))} == leaf_slots(path)


@EACH
def test_roles_and_colours_are_known(path: Path) -> None:
    kind = AssetKind.model_validate(read(path.parents[1] / "kind.yaml"))
    known = scale()
    roles = set(known.roles) | set(kind.roles)
    tokens = COMPUTED | {prefix + name for name in known.colors for prefix in ("", "fg-", "on-")}
    assert {layer.role for layer in layers(path) if layer.kind == "text"} <= roles
    text = path.read_text(encoding="utf-8")
    used = set(re.findall(r"(?:color|fill|background|stroke): ([a-z][a-z-]*)", text)) | set(
        re.findall(r"%, ([a-z][a-z-]*)/", text)
    )
    assert used <= tokens


@pytest.mark.parametrize("folder", KINDS, ids=lambda path: path.name)
def test_kinds(folder: Path) -> None:
    kind = AssetKind.model_validate(read(folder / "kind.yaml"))
    assert (folder / "layouts" / f"{kind.layout}.yaml").is_file()
    assert kind.kind.lower() == folder.name
    assert kind.describe
    assert kind.scene
    for name in set(kind.roles) - set(scale().roles):
        role = kind.roles[name]
        assert (role.step is None) != (role.scale is None), name
        assert None not in (role.weight, role.leading), name
