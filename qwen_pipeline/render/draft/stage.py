"""What every style is handed: the request understood, with its own streams of chance."""

from __future__ import annotations

from collections.abc import Callable

from qwen_pipeline.dataclass import dataclass

from .fields import Rng, rng_of
from .lie import Lie, lie_of
from .motifs import MOTIFS, Motif, Role
from .palette import RGB, Palette, chroma_of, hue_of, mix, shift, tone, vivid
from .room import Rect, Room
from .subjects import SCENIC, Subject


@dataclass(frozen=True, slots=True)
class Stage:
    """One picture to paint. Sizes in px."""

    w: int
    h: int
    seed: int
    palette: Palette
    subject: Subject
    room: Room

    @property
    def u(self) -> float:
        return self.room.u

    def rng(self, purpose: int) -> Rng:
        """A stream of its own for each purpose, so that changing one part of a style leaves the others alone."""
        return rng_of(self.seed, purpose)

    def hero(self, fallback: str = "") -> Motif | None:
        """The main thing, in its own units."""
        name = self.subject.hero or fallback
        return MOTIFS[name](self.rng(901)) if name else None

    @property
    def scenic(self) -> bool:
        """The hero belongs into the landscape, or there is none."""
        return not self.subject.hero or self.subject.hero in SCENIC

    def hero_rect(self) -> Rect:
        lean = self.rng(902).random()
        rect = self.room.free(lean)
        if self.room.calm:
            return rect
        side = (0.30, 0.5, 0.70)[int(lean * 3)]
        w = min(self.w * 0.62, self.h * 0.9)
        return Rect(min(max(self.w * side - w / 2, 0), self.w - w), self.h * 0.14, w, self.h * 0.76)

    def lie(self) -> Lie:
        return lie_of(self.room)

    @property
    def light(self) -> int:
        """-1: the light comes from the left, 1: from the right."""
        return -1 if self.rng(903).random() < 0.5 else 1


def backing(stage: Stage) -> RGB:
    """The colour of a great disc behind the hero: the spark, unless the hero itself is painted in it."""
    p = stage.palette
    motif = stage.hero()
    roles = {s.role for s in motif.shapes} if motif is not None else set()
    same = "petal" in roles or (p.grey and "body" in roles)
    same = same or (stage.subject.hero in ("citrus", "bread") and 40 < hue_of(p.spark) < 110)
    if not same:
        return vivid(p.spark, 0.62)
    return tone(p.paper, 0.90) if p.grey else tone(p.secondary, 0.84, 0.9)


Skin = Callable[[Role, float], RGB]


def skin_of(p: Palette, depth: float = 0.0, glow: float = 0.0) -> Skin:
    """Colours for the parts of motifs. `depth` fades them into the haze, `glow` lightens all of them."""
    trim = tone(p.ink, 0.34) if p.grey else vivid(p.accent, 0.58)
    warm = p.secondary if 50 < hue_of(p.secondary) < 110 and chroma_of(p.secondary) > 0.04 else mix(p.spark, (240, 172, 72), 0.8)
    base: dict[Role, RGB] = {
        "body": p.hero,
        "trim": trim,
        "petal": vivid(p.spark, 0.58),
        "detail": tone(p.primary, 0.30, 0.6),
        "pale": tone(mix(p.paper, p.secondary, 0.08), 0.95, 0.8),
        "leaf": tone(_green(p), 0.55, 1.0),
        "warm": tone(mix(warm, (230, 156, 66), 0.55), 0.75, 1.1),
        "liquid": tone(mix(warm, (222, 128, 40), 0.6), 0.71, 1.1),
        "glass": tone(p.primary, 0.92, 0.35),
        "deep": tone(p.primary, 0.27, 0.6),
        "metal": tone(p.primary, 0.82, 0.10),
    }

    def color(role: Role, by: float) -> RGB:
        plain = shift(base[role], by + glow)
        return p.haze(plain, depth) if depth else plain

    return color


def _green(p: Palette) -> RGB:
    """Leaves: near the primary where that is a green or a blue, a deep tone of it where it is red or purple."""
    if p.grey:
        return mix(p.secondary, (86, 134, 92), 0.62)
    if 95 < hue_of(p.primary) < 285:
        return mix(p.primary, (86, 138, 92), 0.45)
    return tone(p.primary, 0.50, 0.85)


def fit(motif: Motif, rect: Rect, grow: float = 1.0, degrees: float = 0.0, flip: bool = False, floor: bool = True) -> Motif:
    """The motif as large as the rectangle allows, times `grow`; on its floor or in its middle."""
    x0, y0, x1, y1 = motif.box()
    scale = min(rect.w / (x1 - x0), rect.h / (y1 - y0)) * grow
    mid = (x0 + x1) / 2 * (-1 if flip else 1)
    y = rect.bottom - y1 * scale if floor else rect.cy - (y0 + y1) / 2 * scale
    return motif.placed(rect.cx - mid * scale, y, scale, degrees, flip)


_MONO: dict[Role, float] = {"body": 0.30, "trim": 0.12, "petal": 0.22, "detail": 0.0, "pale": 0.92, "leaf": 0.40, "warm": 0.62,
    "liquid": 0.5, "glass": 0.84, "deep": 0.04, "metal": 0.72}


def one_ink(ink: RGB, ground: RGB) -> Skin:
    """Every part in tints of one ink, between `ink` and the bare `ground`."""

    def color(role: Role, by: float) -> RGB:
        return mix(ink, ground, round(min(0.97, max(0.0, _MONO[role] + by * 1.4)), 3))

    return color
