"""The items of a solved page as SVG elements, in points from the top left corner of the trim."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from qwen_pipeline.types import Box, Color, Glyphs, ImageItem, Item, Line, PathItem, TextItem, TypesetPage

from .format import ImageMode, Tools
from .svg_paint import Attributes, Defs, attributes, number, path_data, rounded_path
from .xml_text import escape

if TYPE_CHECKING:
    from PIL.Image import Image

_JPEG_QUALITY = 95

_TEXT_CSS = (
    "text{white-space:pre;font-kerning:none;font-variant-ligatures:none;font-synthesis:none;"
    'font-feature-settings:"kern" 0,"liga" 0,"clig" 0,"calt" 0,"locl" 0}'
)


class SvgPage:
    """Draws one page. Text stays text; every layer is a group that carries its id."""

    def __init__(self, page: TypesetPage, tools: Tools, pictures: ImageMode) -> None:
        self._page = page
        self._tools = tools
        self._pictures = pictures
        self._defs = Defs()
        self._locales = {string.id: string.locale for string in page.strings}

    def markup(self) -> str:
        """`<style>`, `<defs>` and the groups, to stand inside `<svg>`."""
        for item in self._page.items:
            if isinstance(item, TextItem):
                for run in (run for line in item.lines for run in line.runs):
                    self._defs.use_font(run.font, run.text)
        faces, names = self._defs.font_style(self._tools)
        groups = "\n".join(self._group(span.id, self._page.items[span.start : span.stop], names) for span in self._page.spans)
        definitions = self._defs.text()
        return f"<style>{_TEXT_CSS}{faces}</style>\n<defs>{definitions}</defs>\n{groups}\n"

    def _group(self, name: str, items: tuple[Item, ...], names: Mapping[str, tuple[str, int]]) -> str:
        return f"<g{attributes({'id': name})}>{''.join(part for item in items for part in self._item(item, names))}</g>"

    def _item(self, item: Item, names: Mapping[str, tuple[str, int]]) -> Iterator[str]:
        if isinstance(item, PathItem):
            yield self._path(item)
        elif isinstance(item, ImageItem):
            yield self._image(item)
        elif any(line.runs for line in item.lines):
            yield self._text(item, names)

    # --- paths and pictures --------------------------------------------------------------------------------------------

    def _path(self, item: PathItem) -> str:
        given: Attributes = {"d": path_data(item.segments)}
        given |= self._defs.paint(item.fill, item.box, "fill")
        if item.stroke is not None and item.stroke_pt > 0:
            given |= self._defs.paint(item.stroke, item.box, "stroke") | {"stroke-width": item.stroke_pt}
            given["stroke-dasharray"] = " ".join(map(number, item.dash_pt)) or None
            given |= {"stroke-linecap": "round", "stroke-linejoin": "round"} if item.round_caps else {}
        given["opacity"] = None if item.opacity >= 1 else item.opacity
        if item.shadow:
            hull = item.box.inset(-item.stroke_pt)
            given["filter"] = self._defs.shadow(item.shadow, hull, opaque=item.fill is None or _is_opaque(item))
        return f"<path{attributes(given)}/>"

    def _image(self, item: ImageItem) -> str:
        left, top, right, bottom = item.crop
        w, h = item.box.w_pt / (right - left), item.box.h_pt / (bottom - top)
        whole = Box(item.box.x_pt - left * w, item.box.y_pt - top * h, w, h)
        picture = self._tools.picture(item.path)
        given: Attributes = {
            "x": whole.x_pt,
            "y": whole.y_pt,
            "width": whole.w_pt,
            "height": whole.h_pt,
            "preserveAspectRatio": "none",
            "opacity": None if item.opacity >= 1 else item.opacity,
            "href": _data_uri(picture, self._pictures),
        }
        title = f"<title>{escape(item.alt)}</title>" if item.alt else ""
        out = f"<image{attributes(given)}>{title}</image>"
        if item.clip_radius_pt or whole != item.box:
            clip = self._defs.clip(rounded_path(item.box, item.clip_radius_pt))
            out = f"<g{attributes({'clip-path': clip})}>{out}</g>"
        if item.shadow:
            out = f"<g{attributes({'filter': self._defs.shadow(item.shadow, item.box, opaque=True)})}>{out}</g>"
        return out

    # --- words ---------------------------------------------------------------------------------------------------------

    def _text(self, item: TextItem, names: Mapping[str, tuple[str, int]]) -> str:
        given: Attributes = {"xml:lang": self._locales.get(item.string)}
        if item.visible:
            given |= self._defs.paint(item.color, _hull(item.lines), "fill")
        else:
            given |= {"fill": "#000000", "opacity": 0}
        if item.shadow and item.visible:
            given["filter"] = self._defs.shadow(item.shadow, _hull(item.lines), opaque=True)
        lines = "".join(f"<text>{''.join(_run(run, names) for run in line.runs)}</text>" for line in item.lines if line.runs)
        return f"<g{attributes(given)}>{lines}</g>"


def _run(run: Glyphs, names: Mapping[str, tuple[str, int]]) -> str:
    family, weight = names[run.font]
    given: Attributes = {
        "x": run.x_pt,
        "y": run.y_pt,
        "font-family": f"'{family}'",
        "font-weight": weight,
        "font-size": run.size_pt,
    }
    if not run.rotate_deg:
        return f"<tspan{attributes(given)}>{escape(run.text)}</tspan>"
    # A turned letter is an element of its own: a tspan cannot be transformed.
    turn = f"rotate({number(run.rotate_deg)} {number(run.x_pt)} {number(run.y_pt)})"
    return f"</text><text{attributes({'transform': turn})}><tspan{attributes(given)}>{escape(run.text)}</tspan></text><text>"


def _hull(lines: tuple[Line, ...]) -> Box:
    """A box that holds the ink of the lines: their boxes, grown by half a letter."""
    boxes = [line.box for line in lines]
    slack = max(run.size_pt for line in lines for run in line.runs) / 2
    x, y = min(b.x_pt for b in boxes), min(b.y_pt for b in boxes)
    return Box(x, y, max(b.right_pt for b in boxes) - x, max(b.bottom_pt for b in boxes) - y).inset(-slack)


def _is_opaque(item: PathItem) -> bool:
    colors = [item.fill] if isinstance(item.fill, Color) else [color for _, color in item.fill.stops] if item.fill else []
    return item.opacity >= 1 and all(color.alpha >= 1 for color in colors)


def _data_uri(picture: Image, mode: ImageMode) -> str:
    buffer = io.BytesIO()
    if picture.mode == "RGBA" or mode == "lossless":
        picture.save(buffer, "PNG", compress_level=6)
        kind = "png"
    else:
        picture.save(buffer, "JPEG", quality=_JPEG_QUALITY, subsampling=0)
        kind = "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(buffer.getvalue()).decode()}"
