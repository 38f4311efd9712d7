"""One program a kind of layer: what makes the layers of a piece from its strings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from qwen_pipeline.types import (
    BLACK,
    WHITE,
    Box,
    IconLayer,
    ImageLayer,
    Layer,
    Place,
    QrLayer,
    ShapeLayer,
    TextLayer,
    TextPart,
    contrast_ratio,
)
from qwen_pipeline.types.spec import (
    ChartLayerSpec,
    ChartSpec,
    IconLayerSpec,
    ImageLayerSpec,
    PairSpec,
    QrLayerSpec,
    ShapeLayerSpec,
    Text,
    TextLayerSpec,
)

from .codes import check_qr
from .contract import render_of
from .page import Entry, PageContext, layer_id, layer_place, region_id, slot_names, slot_value
from .paragraphs import MakeText, paragraph_maker
from .pictures import scene_program
from .scope import Scope, fail, text_for
from .theme import base_size_pt, text_style

Run = Callable[[Scope], tuple[Layer, ...]]
Program = tuple[Layer, ...] | Run
"""Layers that are the same for every piece, or what makes them for one."""


def _text_program(spec: TextLayerSpec, page: PageContext, entry: Entry) -> Run:
    given = slot_value(spec.slot, page, entry) if spec.slot else None
    if given is None:
        given = spec.text
    key = spec.id if spec.id in page.overridden else spec.slot if spec.slot in page.overridden else None
    texts: tuple[Any, ...] = given if isinstance(given, tuple) else (given,)
    listed = isinstance(given, tuple)
    make = paragraph_maker(spec, page, entry, _text_maker) if spec.paragraphs is not None else _text_maker(spec, page, entry)

    def run(scope: Scope) -> tuple[Layer, ...]:
        if key is not None and key in scope.overrides:
            values = scope.overrides[key]
            scope.trace.extend(values.values())
            return make(lambda tag: values[tag], 0, False)
        layers: list[Layer] = []
        for n, text in enumerate(texts):
            if text is not None:
                layers.extend(make(_expander(text, spec, page, entry, scope), n, listed))
        return tuple(layers)

    return run


def _expander(text: Any, spec: TextLayerSpec, page: PageContext, entry: Entry, scope: Scope) -> Callable[[str], str]:
    def expand(tag: str) -> str:
        def place() -> Place:
            return layer_place(spec, page, entry, "text")

        written = text_for(text, tag, place) if isinstance(text, Text) else str(text)
        return scope.expand(
            written,
            tag,
            place,
            {**slot_names(page, tag, scope), **entry.names(tag)} if spec.text is not None or entry.count else None,
        )

    return expand


def _text_maker(spec: TextLayerSpec, page: PageContext, entry: Entry) -> MakeText:
    region = region_id(spec, entry)
    role = page.theme.roles[spec.role]
    style = text_style(spec, role, page.theme, page.canvas, page.palette, page.regions[region].align)
    plate = page.palette.plate(spec.plate, style.size_pt, _tail(spec, page, entry))
    tags = {"all": page.locales, "primary": page.locales[:1], "secondary": page.locales[1:]}[spec.locale]
    base = base_size_pt(page.theme, page.canvas)
    max_lines = spec.fit.max_lines if spec.fit and spec.fit.max_lines else role.max_lines
    pair_ratio = round(min(1.0, (role.pair_ratio or page.pair.ratio) * page.pair.ratio / PairSpec().ratio), 4)
    pair_color = page.palette.color(page.pair.color) if page.pair.color else None
    own_space_pt = (role.space_before or 0.0) * style.size_pt
    space_before_pt = round(spec.space_before.to_pt(base) if spec.space_before else own_space_pt, 3)
    place = layer_place(spec, page, entry, "text")

    def make(expand: Callable[[str], str], n: int, listed: bool) -> tuple[Layer, ...]:
        parts = _parts(expand, tags)
        if not parts:
            return ()
        number = n + 1 if listed else entry.index + 1
        own_id = layer_id(spec, entry) + (f"-{n + 1}" if listed else "")
        return (
            TextLayer(
                id=own_id,
                region=region,
                role=spec.role,
                parts=parts,
                style=style,
                render=render_of(spec, parts, page.regions[region].box, page.picture, page.baking),
                asked=spec.render,
                max_attempts=spec.max_attempts,
                fallback=spec.fallback,
                pair_ratio=pair_ratio,
                pair_gap_em=page.pair.gap,
                pair_color=pair_color,
                pair_weight=page.pair.weight,
                max_lines=max_lines,
                on_fail=spec.fit.on_fail if spec.fit else "error",
                marker=(spec.marker or "").replace("{n}", str(number)),
                plate=plate,
                space_before_pt=space_before_pt,
                keep_next=bool(role.keep_next),
                place=place,
            ),
        )

    return make


def _tail(spec: TextLayerSpec, page: PageContext, entry: Entry) -> tuple[float, float] | None:
    """The point that the tail of a balloon leads to, in points on the page."""
    found = slot_value(spec.plate.tail, page, entry) if spec.plate and spec.plate.tail else None
    if found is None:
        return None
    cell = spec.in_.partition("[]")[0] + f"[{entry.cell}]" if "[]" in spec.in_ else region_id(spec, entry)
    box = page.regions[cell].box
    return round(box.x_pt + found[0] * box.w_pt, 3), round(box.y_pt + found[1] * box.h_pt, 3)


def _parts(expand: Callable[[str], str], tags: Sequence[str]) -> tuple[TextPart, ...]:
    """The strings of a layer, a language each; a string that is the same in both stands once."""
    parts: list[TextPart] = []
    for tag in tags:
        text = expand(tag).strip("\n")
        if text.strip() and all(text != part.text for part in parts):
            parts.append(TextPart(tag, text))
    return tuple(parts)


def _one_string(spec: Any, key: str, page: PageContext, entry: Entry) -> Callable[[Scope], str | None]:
    """The string of a picture, QR code or icon: the batch's, its slot's, or the layer's own."""
    filled = slot_value(spec.slot, page, entry) if spec.slot else None
    written = getattr(spec, key) if filled is None else filled
    override = next((k for k in (spec.id, spec.slot) if k in page.overridden), None)

    def get(scope: Scope) -> str | None:
        if override is not None and override in scope.overrides:
            value = scope.overrides[override][page.tag]
            scope.trace.append(value)
            return value
        if written is None:
            return None
        text = written.get(page.tag) or "" if isinstance(written, Text) else str(written)
        return scope.expand(text, page.tag, lambda: layer_place(spec, page, entry, key), entry.names(page.tag))

    return get


def _image_program(spec: ImageLayerSpec, page: PageContext, entry: Entry) -> Run:
    string = _one_string(spec, "src", page, entry)
    region = region_id(spec, entry)
    box = page.regions[region].box
    short = min(box.w_pt, box.h_pt)

    def run(scope: Scope) -> tuple[Layer, ...]:
        src = string(scope)
        path = _logo(page, spec.id, box) if src == "brand.logo" else src
        if not path:
            return ()
        place = layer_place(spec, page, entry, "src")
        path = path if src == "brand.logo" else page.assets.picture(path, place)
        digest = page.assets.digest(path)
        scope.trace.append(digest)
        return (
            ImageLayer(
                id=layer_id(spec, entry),
                region=region,
                path=path,
                digest=digest,
                fit=spec.fit,
                focus=(spec.focus[0].value / 100, spec.focus[1].value / 100),
                radius_pt=spec.radius.to_pt(short),
                opacity=spec.opacity,
                shadow=page.palette.shadow(spec.shadow, short),
                height_pt=spec.height.to_pt(box.h_pt) if spec.height else None,
                alt=(spec.alt.get(page.tag) or "") if spec.alt else "",
                place=place,
            ),
        )

    return run


def _logo(page: PageContext, layer: str, box: Box) -> str | None:
    """The brand's logo for the ground it stands on: a plain shape of ours below it, else the page's tone."""
    logo = page.theme.logo
    if logo is None:
        return None
    ground = page.ground(layer, box)
    dark = contrast_ratio(ground, WHITE) > contrast_ratio(ground, BLACK) if ground else page.palette.tone == "dark"
    return logo.on_dark if dark and logo.on_dark else logo.src


def _qr_program(spec: QrLayerSpec, page: PageContext, entry: Entry) -> Run:
    string = _one_string(spec, "data", page, entry)
    color, background = page.palette.color(spec.color), page.palette.color(spec.background)

    def run(scope: Scope) -> tuple[Layer, ...]:
        data = string(scope)
        if not data:
            return ()
        place = layer_place(spec, page, entry, "data")
        check_qr(data, spec.level, place)
        return (
            QrLayer(layer_id(spec, entry), region_id(spec, entry), data, color, background, spec.quiet_zone, spec.level, place),
        )

    return run


def _shape_program(spec: ShapeLayerSpec, page: PageContext, entry: Entry) -> Run:
    region = region_id(spec, entry)
    box = page.regions[region].box
    short = min(box.w_pt, box.h_pt)
    layer = ShapeLayer(
        id=layer_id(spec, entry),
        region=region,
        shape=spec.shape,
        fill=page.palette.paint(spec.fill) if spec.fill is not None else None,
        stroke=page.palette.color(spec.stroke) if spec.stroke else None,
        stroke_pt=spec.stroke_width.to_pt(short) if spec.stroke else 0.0,
        dash_pt=tuple(length.to_pt(short) for length in spec.dash),
        radius_pt=spec.radius.to_pt(short),
        outset_pt=spec.outset.to_pt(short),
        to_bleed=spec.to_bleed,
        opacity=spec.opacity,
        shadow=page.palette.shadow(spec.shadow, short),
        place=page.place(f"layers.{spec.id}"),
    )
    return lambda _scope: (layer,)


def _icon_program(spec: IconLayerSpec, page: PageContext, entry: Entry) -> Run:
    string = _one_string(spec, "icon", page, entry)
    region = region_id(spec, entry)
    box = page.regions[region].box
    color = page.palette.color(spec.color)
    height = spec.height.to_pt(box.h_pt) if spec.height else None
    stroke = spec.stroke_width.to_pt(min(box.w_pt, box.h_pt)) if spec.stroke_width else 0.0

    def run(scope: Scope) -> tuple[Layer, ...]:
        name = string(scope)
        if not name:
            return ()
        place = layer_place(spec, page, entry, "icon")
        if name not in page.assets.icons:
            import difflib

            close = difflib.get_close_matches(name, page.assets.icons, n=1)
            raise fail("unknown-icon", f"no icon '{name}'", place, f"did you mean '{close[0]}'?" if close else "see: list icons")
        return (IconLayer(layer_id(spec, entry), region, name, page.assets.icons[name], color, stroke, height, place),)

    return run


def _chart_program(spec: ChartLayerSpec, page: PageContext, entry: Entry) -> Run:
    chart = spec.chart if spec.chart is not None else slot_value(spec.slot, page, entry) if spec.slot else None

    def run(scope: Scope) -> tuple[Layer, ...]:
        if not isinstance(chart, ChartSpec):
            return ()
        return (page.chart(chart, layer_id(spec, entry), region_id(spec, entry), scope, layer_place(spec, page, entry, "chart")),)

    return run


PROGRAMS: dict[str, Callable[[Any, PageContext, Entry], Run]] = {
    "text": _text_program,
    "image": _image_program,
    "scene": scene_program,
    "qr": _qr_program,
    "shape": _shape_program,
    "icon": _icon_program,
    "chart": _chart_program,
}
