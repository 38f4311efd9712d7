"""One slide from one solved page: every layer a shape, a picture or a text box with its own name."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from qwen_pipeline.types import Gradient, ImageItem, LayerSpan, Page, PathItem, TextItem, TextLayer, TypesetPage

from .format import ImageMode, Tools
from .pptx_shapes import NAMESPACES, Named, emu, fill, path_shape, shadow
from .pptx_text import Manner, text_box

if TYPE_CHECKING:
    from PIL.Image import Image

TITLE_ROLES = ("display", "headline", "title", "heading")
"""Roles whose first string names the slide in outlines and to screen readers."""
_JPEG_QUALITY = 95
_FULL = 100_000
_RAMP_PX = 1600
"""Width of the slide in the pictures of ramps, which have no fine detail."""


class SlideMaker:
    """Fills slides. `planned` pages say what the solved ones no longer know: how a text is aligned."""

    def __init__(self, tools: Tools, pictures: ImageMode, lang: str) -> None:
        self._tools = tools
        self._pictures = pictures
        self._lang = lang
        self._face = cache(lambda font_id: (lambda font: (font.family, font.weight))(tools.web_font(font_id, "")))

    def fill(self, slide: Any, planned: Page, page: TypesetPage, *, notes: bool) -> None:
        """Put everything of `page` onto the empty `slide`, and its notes under it."""
        from pptx.oxml import parse_xml

        layers = {layer.id: layer for layer in planned.layers if isinstance(layer, TextLayer)}
        strings = {string.id: string for string in page.strings}
        title = next((s.id for s in page.strings if s.role in TITLE_ROLES), "")
        number = 1
        for name, item in _named_items(page):
            number += 1
            named = Named(number, name)
            if number == 2 and isinstance(item, PathItem):
                _set_background(slide, item)
            elif isinstance(item, PathItem) and _is_ramp(item):
                self._add_ramp(slide, page, item, named)
            elif isinstance(item, PathItem):
                slide.shapes._spTree.append(parse_xml(path_shape(item, named)))
            elif isinstance(item, ImageItem):
                self._add_picture(slide, item, named)
            elif any(line.runs for line in item.lines):
                string = strings.get(item.string)
                manner = self._manner(item, layers.get(string.layer if string else ""), string.locale if string else self._lang)
                xml = text_box(item, manner if item.string != title else replace(manner, is_title=True), named)
                slide.shapes._spTree.append(parse_xml(xml))
                title = "" if item.string == title else title
        if notes and page.notes:
            slide.notes_slide.notes_text_frame.text = "\n\n".join(text for _, text in page.notes)

    def _manner(self, item: TextItem, layer: TextLayer | None, locale: str) -> Manner:
        used = Counter(run.font for line in item.lines for run in line.runs for _ in run.text)
        families = {font_id: self._face(font_id)[0] for font_id, _ in used.most_common()}
        weight = self._face(next(iter(families)))[1]
        if layer is None:
            return Manner(families, weight, locale)
        style = layer.style
        return Manner(families, weight, locale, style.align, style.tracking_em, style.direction == "vertical")

    def _add_ramp(self, slide: Any, page: TypesetPage, item: PathItem, named: Named) -> None:
        """A ramp of several colours or of opacity as a picture: programs other than PowerPoint draw such ramps wrongly."""
        index = page.items.index(item)
        alone = self._tools.rasterise_span(page, LayerSpan(named.name, index, index + 1), _RAMP_PX)
        frame = alone.getchannel("A").getbbox()
        if frame is not None:
            per_px = page.canvas.width_pt / alone.width
            x, y, right, bottom = (emu(edge * per_px) for edge in frame)
            file = io.BytesIO(_encoded(alone.crop(frame), self._pictures))
            _name(slide.shapes.add_picture(file, x, y, right - x, bottom - y), named, "")

    def _add_picture(self, slide: Any, item: ImageItem, named: Named) -> None:
        box, crop = item.box, item.crop
        file = io.BytesIO(_encoded(self._tools.picture(item.path), self._pictures))
        made = slide.shapes.add_picture(file, emu(box.x_pt), emu(box.y_pt), emu(box.w_pt), emu(box.h_pt))
        made.crop_left, made.crop_top, made.crop_right, made.crop_bottom = crop[0], crop[1], 1 - crop[2], 1 - crop[3]
        _name(made, named, item.alt)
        _finish_picture(made._element, item)


def _named_items(page: TypesetPage) -> Iterator[tuple[str, PathItem | ImageItem | TextItem]]:
    for span in page.spans:
        several = span.stop - span.start > 1
        for n in range(span.start, span.stop):
            yield f"{span.id} {n - span.start + 1}" if several else span.id, page.items[n]


def _set_background(slide: Any, item: PathItem) -> None:
    from pptx.oxml import parse_xml

    xml = f"<p:bg {NAMESPACES}><p:bgPr>{fill(item.fill, item.opacity)}<a:effectLst/></p:bgPr></p:bg>"
    slide._element.cSld.insert(0, parse_xml(xml))


def _is_ramp(item: PathItem) -> bool:
    """Whether the fill is more than a ramp from one colour to another, both of one opacity."""
    if not isinstance(item.fill, Gradient):
        return False
    stops = item.fill.stops
    return len(stops) > 2 or item.fill.kind == "radial" or len({color.alpha for _, color in stops}) > 1


def _name(picture: Any, named: Named, alt: str) -> None:
    properties = picture._element.nvPicPr.cNvPr
    properties.set("id", str(named.number))
    properties.set("name", named.name)
    properties.set("descr", alt)


def _finish_picture(picture: Any, item: ImageItem) -> None:
    """Round corners, opacity and shadow, which the library has no words for."""
    from pptx.oxml import parse_xml

    drawing = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
    if item.opacity < 1:
        thin = f'<a:alphaModFix {NAMESPACES} amt="{round(item.opacity * _FULL)}"/>'
        picture.blipFill.find(f"{drawing}blip").append(parse_xml(thin))
    if item.clip_radius_pt:
        outline = picture.spPr.find(f"{drawing}prstGeom")
        share = round(item.clip_radius_pt / min(item.box.w_pt, item.box.h_pt) * _FULL)
        adjusted = f'<a:avLst {NAMESPACES}><a:gd name="adj" fmla="val {min(share, _FULL // 2)}"/></a:avLst>'
        outline.set("prst", "roundRect")
        outline.remove(outline.find(f"{drawing}avLst"))
        outline.append(parse_xml(adjusted))
    if item.shadow:
        xml = shadow(item.shadow, item.opacity).replace("<a:effectLst>", f"<a:effectLst {NAMESPACES}>", 1)
        picture.spPr.append(parse_xml(xml))


def _encoded(picture: Image, mode: ImageMode) -> bytes:
    buffer = io.BytesIO()
    if picture.mode == "RGBA" or mode == "lossless":
        picture.save(buffer, "PNG", compress_level=6)
    else:
        picture.save(buffer, "JPEG", quality=_JPEG_QUALITY, subsampling=0)
    return buffer.getvalue()
