"""Pictures among the layers of a page: panels, places, variants. Each is a scene of its own, with its own seed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from qwen_pipeline.dataclass import dataclass
from qwen_pipeline.types import Box, Layer, SceneLayer
from qwen_pipeline.types.spec import SceneLayerSpec, SceneSpec, Text

from .page import Entry, PageContext, entries, layer_id, layer_place, region_id, slot_value
from .scene_setting import SceneSetting
from .scope import Scope

_LOOK = ("style", "lighting", "negative", "tone", "transparent")
"""What the pictures of a page take from the page's own scene, or from that of `defaults`."""
MakeSetting = Callable[[SceneSpec, str, Box], SceneSetting]


@dataclass(frozen=True)
class Picture:
    """One picture of a page. `name`: how other scenes refer to it (`scene.lin`), and what its seed comes from."""

    layer: str
    name: str
    setting: SceneSetting


def scene_program(spec: SceneLayerSpec, page: PageContext, entry: Entry) -> Callable[[Scope], tuple[Layer, ...]]:
    """The frame of a picture; which one it shows is known when the scenes are (`PageProgram.pictures`)."""
    region = region_id(spec, entry)
    box = page.regions[region].box
    short = min(box.w_pt, box.h_pt)
    stroke = page.palette.color(spec.stroke) if spec.stroke else None
    layer = SceneLayer(
        id=layer_id(spec, entry),
        region=region,
        scene="",
        radius_pt=spec.radius.to_pt(short),
        stroke=stroke,
        stroke_pt=spec.stroke_width.to_pt(short) if stroke else 0.0,
        to_bleed=spec.to_bleed,
        alt=(spec.alt.get(page.tag) or "") if spec.alt else "",
        place=layer_place(spec, page, entry, "scene"),
    )
    shown = scene_of(spec, page, entry)
    layers = (replace(layer, focus=shown.focus_point),) if shown is not None else ()
    return lambda _scope: layers


def scene_of(spec: SceneLayerSpec, page: PageContext, entry: Entry) -> SceneSpec | None:
    """The words of a picture: its slot's over the layer's own; None where neither says what is seen."""
    filled = slot_value(spec.slot, page, entry) if spec.slot else None
    found = over(spec.scene if isinstance(spec.scene, SceneSpec) else None, filled)
    return found if found is not None and found.subject else None


def over(base: SceneSpec | None, own: SceneSpec | None) -> SceneSpec | None:
    """A scene on another: what is written in it, and the rest of the other."""
    if base is None or own is None:
        return own or base
    return base.model_copy(update={name: getattr(own, name) for name in own.model_fields_set})


def pictures_of(
    specs: Sequence[object], page: PageContext, look: SceneSpec | None, page_id: str, make: MakeSetting
) -> tuple[Picture, ...]:
    """The pictures among the layers of a page. `look`: the page's or the defaults' scene, for the style of all."""
    base = SceneSpec(**{name: getattr(look, name) for name in _LOOK if name in look.model_fields_set}) if look else None
    out = []
    for spec in specs:
        if not isinstance(spec, SceneLayerSpec):
            continue
        for entry in entries(spec.for_each, page):
            own = scene_of(spec, page, entry)
            if own is not None:
                written = over(base, own)
                assert written is not None
                name = _name(spec, page_id, entry)
                setting = make(written, name, page.regions[region_id(spec, entry)].box)
                out.append(Picture(layer_id(spec, entry), name, setting))
    return tuple(out)


def _name(spec: SceneLayerSpec, page_id: str, entry: Entry) -> str:
    """`page.id-of-the-entry`; else `page.layer` with the entry's number."""
    own = entry.value.get("id") if isinstance(entry.value, Mapping) else None
    if isinstance(own, Text):
        return f"{page_id}.{own.values[0][1]}"
    return f"{page_id}.{layer_id(spec, entry)}"
