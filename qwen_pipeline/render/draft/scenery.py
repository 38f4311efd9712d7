"""What a picture shows, put in its place: the land between the words, the thing in it or before it, the foreground."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from qwen_pipeline.dataclass import dataclass

from .decor import Spot, scenic_spot
from .fields import pick
from .motifs import MOTIFS, Motif
from .paths import Points, points
from .room import Rect, Room
from .stage import Stage, fit
from .terrain import SETTINGS, Layer


def landscape(stage: Stage, fallback: str) -> list[Layer]:
    """The layers of the setting that the subject names, or of `fallback`, laid between the words' sky and foreground."""
    name = stage.subject.setting if stage.subject.setting in SETTINGS else fallback
    return [laid(stage, layer) for layer in SETTINGS[name](stage)]


def laid(stage: Stage, layer: Layer) -> Layer:
    """The layer with its heights lessened where words stand in the sky, and drawn up where they stand on the foreground."""
    lie, area = stage.lie(), stage.hero_rect()
    across = np.linspace(area.x, area.right, 9)
    foot = float(np.clip(lie.front_at(across).mean() + 0.10 * stage.h, 0.3 * stage.h, stage.h)) / stage.h
    base = float(layer.crest[:, 1].max()) * foot
    rise = max(1.0, base - float(layer.crest[:, 1].min()) * foot)

    def moved(p: Points) -> Points:
        sky, y = lie.sky_at(p[:, 0]), p[:, 1] * foot
        ground = np.maximum(base, sky + stage.h * (0.012 + 0.10 * (1 - layer.depth)))
        part = np.clip((ground - sky) / rise, 0.04, 1)
        return np.stack([p[:, 0], np.where(y < base, ground - (base - y) * part, y + ground - base)], 1)

    crest = moved(layer.crest)
    deep = stage.h * 1.05
    ring = moved(layer.ring) if layer.kind == "road" else np.vstack([crest, points([(crest[-1, 0], deep), (crest[0, 0], deep)])])
    return Layer(layer.kind, layer.depth, crest, ring, tuple(map(moved, layer.lines)), tuple(map(moved, layer.lights)))


def front(stage: Stage, lift: float = 0.0, sway: float = 0.035) -> Points | None:
    """Outline of the plain ground in front that carries words, its crest raised by `lift` short sides; None where none do."""
    lie = stage.lie()
    if not lie.fronted:
        return None
    rng = stage.rng(861 + round(lift * 1000))
    t = lie.x / stage.u
    wave = (
        0.5
        + 0.25 * np.sin(t * pick(rng, 2.2, 3.4) + rng.random() * 6.283)
        + 0.25 * np.sin(t * pick(rng, 4.5, 6) + rng.random() * 6.283)
    )
    crest = np.stack([lie.x, lie.front - (lift + sway * wave) * stage.u], 1)
    deep = stage.h * 1.2
    return np.vstack([crest, points([(crest[-1, 0], deep), (crest[0, 0], deep)])])


@dataclass(frozen=True, slots=True)
class Scenery:
    """`thing`: the hero in the landscape, behind layer `after` + 1; `piece`: the hero on its own, in the free room `area`."""

    layers: tuple[Layer, ...]
    area: Rect
    thing: Motif | None = None
    after: int = -1
    piece: Motif | None = None

    def paint(self, layer: Callable[[int, Layer], None], thing: Callable[[Motif], None]) -> None:
        """From far to near, the hero at its depth, or before everything."""
        for i, one in enumerate(self.layers):
            layer(i, one)
            if self.thing is not None and i == self.after:
                thing(self.thing)
        if self.piece is not None:
            thing(self.piece)


def scenery(stage: Stage, fallback: str = "hills", grow: float = 0.72, rise: float = 0.08, land: bool = True) -> Scenery:
    """The landscape of the subject or of `fallback`, with its hero. `rise`: how far a thing stands over the free room's floor.

    `land` False: no landscape unless the words ask for one.
    """
    area = stage.hero_rect()
    wanted = land or stage.subject.setting in SETTINGS or (stage.scenic and bool(stage.subject.hero))
    layers = tuple(landscape(stage, fallback)) if wanted else ()
    spot: Spot | None = scenic_spot(stage, layers) if layers else None
    flip = stage.light > 0
    if spot is not None:
        thing = MOTIFS[stage.subject.hero](stage.rng(5)).placed(spot.x, spot.y, spot.size, flip=flip)
        return Scenery(layers, area, thing, spot.after)
    motif = stage.hero()
    if motif is None or min(area.w, area.h) < stage.u * 0.2 or (stage.scenic and layers):
        return Scenery(layers, area)
    placed = fit(motif, area, grow, flip=flip, floor=motif.stands)
    return Scenery(layers, area, piece=placed.placed(0, -area.h * rise * motif.stands, 1))


def framed(stage: Stage, area: Rect) -> Stage:
    """A part of the picture as a picture of its own, without words: what stands in a medallion, a seal, a window."""
    w, h = max(8, round(area.w)), max(8, round(area.h))
    return replace(stage, w=w, h=h, room=Room(w, h, ()))


def filled(stage: Stage, area: Rect, aspect: float = 1.25, share: float = 0.86) -> Rect:
    """The largest part of a room that is no longer than `aspect` squares, in its middle."""
    w, h = min(area.w * share, area.h * share * aspect), min(area.h * share, area.w * share * aspect)
    return Rect(area.cx - w / 2, area.cy - h / 2, w, h)
