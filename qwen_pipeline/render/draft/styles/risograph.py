"""Risograph: two soy inks and what they make where they overlap, coarse halftones, grainy solids, plates out of register."""

from __future__ import annotations

from PIL import Image, ImageChops

from ..canvas import Canvas, Mask, Ramp
from ..decor import sun_spot
from ..fields import Rng, grain
from ..finish import Finish
from ..motifs import Motif, Role
from ..palette import RGB, chroma_of, hue_of, mix, tone, vivid
from ..pens import across, mask_of, whole
from ..scenery import front, scenery
from ..stage import Stage
from ..terrain import Layer
from ..textures import dots

FINISH = Finish(feather=0.05, ghost=0.0, ragged=0.0, grain=3, wash=0.0)
_PLATES: dict[Role, tuple[float, float]] = {
    "body": (0.95, 0.0),
    "trim": (0.0, 1.0),
    "petal": (0.0, 1.0),
    "detail": (1.0, 0.6),
    "pale": (0.0, 0.0),
    "leaf": (0.75, 0.30),
    "warm": (0.0, 0.55),
    "liquid": (0.25, 0.9),
    "glass": (0.18, 0.0),
    "deep": (1.0, 0.85),
    "metal": (0.3, 0.1),
}
"""Ink coverage of each part on the two plates."""


class Press:
    """Two plates, 255 = full ink, printed over one another at the end."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.canvas = Canvas(stage.w, stage.h, (0, 0, 0))
        self.plates = tuple(Image.new("L", (stage.w, stage.h), 0) for _ in range(2))
        self.pitch = max(4, round(stage.u / 120))

    def lay(self, mask: Mask, first: float | Ramp, second: float | Ramp) -> None:
        """Replace what both plates have where the mask covers; a Ramp's red channel is coverage, printed as dots."""
        box = mask.box
        for plate, amount in zip(self.plates, (first, second), strict=True):
            if isinstance(amount, Ramp):
                field = dots(amount.render(box).getchannel("R"), self.pitch)
                plate.paste(field, box[:2], mask.image)
            elif 0.02 < amount < 0.9:
                plate.paste(dots(Image.new("L", mask.image.size, round(amount * 255)), self.pitch), box[:2], mask.image)
            else:
                plate.paste(round(amount * 255), box[:2], mask.image)

    def add(self, index: int, mask: Mask, amount: float) -> None:
        """More ink on one plate, as dots."""
        field = ImageChops.multiply(mask.image, dots(Image.new("L", mask.image.size, round(amount * 255)), self.pitch))
        self.plates[index].paste(255, (mask.x, mask.y), field)

    def printed(self, paper: RGB, inks: tuple[RGB, RGB], rng: Rng) -> Image.Image:
        sheet = Image.new("RGB", (self.stage.w, self.stage.h), paper)
        shift = round(self.stage.u * 0.0038) * self.stage.light
        thin = grain(rng, self.stage.w, self.stage.h, 90).point([min(255, max(0, round((v - 70) * 4 + 150))) for v in range(256)])
        for plate, ink, dx in zip(self.plates, inks, (0, shift), strict=True):
            moved = ImageChops.offset(plate, dx, -abs(dx))
            ink_layer = Image.new("RGB", sheet.size, ink)
            inked = ImageChops.screen(sheet, ink_layer) if sum(paper) < 300 else ImageChops.multiply(sheet, ink_layer)
            sheet.paste(inked, (0, 0), ImageChops.multiply(moved, thin))
        return sheet


def paint(stage: Stage) -> Canvas:
    press = Press(stage)
    view = scenery(stage, "hills", grow=0.74)
    dark = stage.palette.dark
    canvas = press.canvas
    x, y = sun_spot(stage, list(view.layers), stage.u * 0.19)
    press.lay(
        canvas.disc(x, y, stage.u * 0.19),
        0.0,
        Ramp((0, y - stage.u * 0.2), (0, y + stage.u * 0.22), ((0, (255,) * 3), (1, (70,) * 3))),
    )
    view.paint(lambda i, layer: _layer(press, layer, i), lambda thing: _thing(press, thing))
    ring = front(stage)
    if ring is not None:
        press.lay(canvas.shape([front(stage, 0.04)]), 0.0, 0.35)  # type: ignore[list-item]
        press.lay(canvas.shape([ring]), 0.0, 0.0)
    canvas.image = press.printed(
        stage.palette.ground if dark else stage.palette.safe(stage.palette.paper), _inks(stage), stage.rng(91)
    )
    return canvas


def _inks(stage: Stage) -> tuple[RGB, RGB]:
    """The primary as a deep spot ink; the accent as a fluorescent one, moved off where both have one hue."""
    p = stage.palette
    first = tone(p.hero, 0.44 if not p.dark else 0.62, 1.2)
    second = vivid(p.spark, 0.68, 1.25)
    apart = abs((hue_of(first) - hue_of(second) + 180) % 360 - 180)
    if apart < 50 or chroma_of(second) < 0.05:
        second = vivid(p.secondary, 0.78, 1.2) if chroma_of(p.secondary) > 0.05 else (255, 116, 92)
    return first, second if not p.dark else mix(second, (0, 0, 0), 0.15)


def _layer(press: Press, layer: Layer, i: int) -> None:
    stage, canvas = press.stage, press.canvas
    near = 1 - layer.depth
    mask = canvas.shape([layer.ring])
    top = float(layer.crest[:, 1].min())
    deep = round(60 + 130 * near)
    fade = Ramp((0, top), (0, top + stage.h * 0.45), ((0, (deep,) * 3), (1, (max(24, deep - 130),) * 3)))
    rise = Ramp((0, top), (0, top + stage.h * 0.4), ((0, (30,) * 3), (1, (170,) * 3)))
    press.lay(mask, fade, rise if i % 2 else 0.0)
    if layer.lines:
        lines = canvas.stroke(layer.lines, stage.u * (0.002 + 0.004 * near), caps=False).inside(mask)
        press.lay(lines, 0.0 if layer.kind == "land" else 0.1, 0.0 if i % 2 else 0.8)
    if layer.lights:
        press.lay(canvas.shape(layer.lights).inside(mask), 0.0, 0.75)


def _thing(press: Press, thing: Motif) -> None:
    rim = whole(press.canvas, thing).blurred(press.stage.u * 0.006)
    press.lay(Mask(rim.x, rim.y, rim.image.point([min(255, v * 5) for v in range(256)])), 0.0, 0.0)
    for shape in thing.shapes:
        mask = mask_of(press.canvas, shape)
        first, second = _PLATES[shape.role]
        press.lay(mask, first, second)
        if shape.form in ("round", "ball"):
            u, v = across(mask, 8)
            shade = (u * -press.stage.light > 0.25) | ((v > 0.55) & (shape.form == "ball"))
            part = Image.fromarray((shade * 255).astype("uint8")).resize(mask.image.size, Image.Resampling.BILINEAR)
            press.add(1 if first > second else 0, Mask(mask.x, mask.y, ImageChops.multiply(mask.image, part)), 0.5)
