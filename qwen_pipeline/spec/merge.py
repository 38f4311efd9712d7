"""How layouts, variants and specs are laid over one another, on raw data that keeps its places."""

from __future__ import annotations

from typing import Any

from qwen_pipeline.types import Place

from .report import Report, nearest
from .tree import Map, Seq, merge_maps


def merge_layouts(base: Map, over: Map, report: Report) -> Map:
    """A derived layout on its base: maps by key, layers by id, variants one after another; its own name and words."""
    out = merge_maps(base.without("describe", "extends"), over.without("layers", "variants", "scene"))
    if "layers" in over:
        out.put(
            "layers", merge_layers(base.get("layers"), over["layers"], report, "the layout it extends"), over.places["layers"]
        )
    if "variants" in over:
        out.put("variants", _joined(base.get("variants"), over["variants"]), over.places["variants"])
    if "scene" in over:
        out.put("scene", merge_scenes(base.get("scene"), over["scene"], over.places["scene"]), over.places["scene"])
    assert isinstance(out, Map)
    return out


def _joined(base: Any, over: Any) -> Any:
    if not isinstance(base, Seq) or not isinstance(over, Seq):
        return over
    return Seq.of((*base, *over), (*base.places, *over.places), over.at)


def apply_changes(layout: Map, changes: Map, report: Report, whose: str) -> Map:
    """A layout with the regions, layers, tone and background of a variant or a page."""
    out = layout.pick(set(layout))
    for key in ("tone", "background"):
        if key in changes:
            out.take_from(changes, key)
    if "regions" in changes:
        out.put("regions", merge_maps(layout.get("regions"), changes["regions"]), changes.places["regions"])
    if "layers" in changes:
        out.put("layers", merge_layers(layout.get("layers"), changes["layers"], report, whose), changes.places["layers"])
    return out


def merge_layers(base: Any, over: Any, report: Report, whose: str) -> Any:
    """Layers by id: the same id and kind are merged, another kind replaces the layer, a new id is added at the end."""
    if not isinstance(over, Seq):
        return over
    values: dict[object, Any] = {}
    places: dict[object, Place] = {}
    if isinstance(base, Seq):
        for index, layer in enumerate(base):
            key = _key(layer, index)
            values[key], places[key] = layer, base.places[index]
    own: dict[object, Place] = {}
    for index, layer in enumerate(over):
        key = _key(layer, ("over", index))
        place = over.places[index]
        if key in own and isinstance(key, str):
            report.add(
                "duplicate-id",
                f"two layers are called '{key}'; the first in line {own[key].line}",
                place,
                "layers have ids of their own",
            )
            continue
        own[key] = place
        if key in values:
            values[key] = _on(values[key], layer)
        elif isinstance(layer, Map) and isinstance(key, str) and "kind" not in layer:
            known = [k for k in values if isinstance(k, str)]
            hint = nearest(key, known) + "; a new layer needs kind: text, image, scene, qr, shape, icon or chart"
            report.add("unknown-layer", f"no layer '{key}' in {whose}", layer.places.get("id", place), hint.removeprefix("; "))
            continue
        else:
            values[key] = layer
        places[key] = place
    return Seq.of(tuple(values.values()), tuple(places.values()), over.at)


def _key(layer: Any, index: object) -> object:
    found = layer.get("id") if isinstance(layer, Map) else None
    return str(getattr(found, "source", found)) if found is not None and not isinstance(found, (Map, Seq)) else ("?", index)


def _on(base: Any, over: Any) -> Any:
    if not isinstance(base, Map) or not isinstance(over, Map) or over.get("kind", base.get("kind")) != base.get("kind"):
        return over
    return merge_maps(base, over)


def scene_map(scene: Any, at: Place) -> Any:
    """A scene as a map: a plain text is the subject. `none` stays."""
    if isinstance(scene, str) and scene != "none":
        out = Map(at)
        out.put("subject", scene, at)
        return out
    return scene


def merge_scenes(base: Any, over: Any, at: Place) -> Any:
    """`over` on `base`; `none` on either side is replaced by a map on the other only if that is `over`."""
    if over is None:
        return base
    over = scene_map(over, at)
    return merge_maps(scene_map(base, at), over) if isinstance(over, Map) and base not in (None, "none") else over
