"""BizGen's layouts as specs of ours: real infographics and slides, each text in the box where its designer had it.

The designs are of 1230young/bizgen (`meta`, Apache-2.0): layers with pixel boxes, captions and texts. Their boxes are rough: some
overlap, and some reach over the edge of the page. A box is cut to the page, and one that overlaps another gives way (`apart`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import ours

MIN_SIDE_PX = 6
_ROLES = ((64, "headline"), (40, "title"), (27, "heading"), (0, "body"))
"""Size of the letters in pixels -> role."""
_EMPTY = re.compile(r"\s+")
_STYLES = ("swiss", "soft-gradient", "flat-editorial")
_EDGE_PX = 8
"""Margin kept to the page's edge: print shops ask for it, and the safe zone is checked."""

Rect = tuple[float, float, float, float]
"""Left, top, right, bottom in pixels."""


@dataclass(frozen=True, slots=True)
class Design:
    """One page: its size in pixels, and its texts with their boxes."""

    name: str
    width_px: int
    height_px: int
    texts: tuple[tuple[str, Rect], ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """What came out: the codes of the errors and warnings, and how many strings there were."""

    design: Design
    strings: int
    errors: tuple[str, ...]


def read(path: Path, prefix: str) -> list[Design]:
    """The designs of one file of the set that hold any text."""
    found = []
    for entry in json.loads(path.read_text(encoding="utf-8")):
        width, height = next(layer["bottom_right"] for layer in entry["layers"] if layer["category"] == "base")
        texts = [layer for layer in entry["layers"] if layer["category"] == "text" and layer["text"].strip()]
        boxes = apart([_cut((*layer["top_left"], *layer["bottom_right"]), width, height) for layer in texts])
        words = tuple((_lines(layer["text"]), box) for layer, box in zip(texts, boxes, strict=True) if _is_room(box))
        if words:
            found.append(Design(f"{prefix}-{entry['index']}", width, height, words))
    return found


def apart(boxes: Sequence[Rect]) -> list[Rect]:
    """Boxes that do not overlap: of two that do, each gives half of the common part, along the side where it is smaller."""
    out = list(boxes)
    for i in range(len(out)):
        for j in range(i + 1, len(out)):
            out[i], out[j] = _parted(out[i], out[j])
    return out


def _parted(a: Rect, b: Rect) -> tuple[Rect, Rect]:
    wide = min(a[2], b[2]) - max(a[0], b[0])
    high = min(a[3], b[3]) - max(a[1], b[1])
    if wide <= 0 or high <= 0:
        return a, b
    if high <= wide:
        middle = (max(a[1], b[1]) + min(a[3], b[3])) / 2
        above = a[1] + a[3] <= b[1] + b[3]
        upper, lower = (a, b) if above else (b, a)
        upper, lower = (*upper[:3], middle), (lower[0], middle, *lower[2:])
        return (upper, lower) if above else (lower, upper)
    middle = (max(a[0], b[0]) + min(a[2], b[2])) / 2
    before = a[0] + a[2] <= b[0] + b[2]
    left, right = (a, b) if before else (b, a)
    left, right = (*left[:2], middle, left[3]), (middle, *right[1:])
    return (left, right) if before else (right, left)


def _cut(box: Rect, width: int, height: int) -> Rect:
    left, top, right, bottom = box
    return (max(left, _EDGE_PX), max(top, _EDGE_PX), min(right, width - _EDGE_PX), min(bottom, height - _EDGE_PX))


def _is_room(box: Rect) -> bool:
    return box[2] - box[0] >= MIN_SIDE_PX and box[3] - box[1] >= MIN_SIDE_PX


def _lines(text: str) -> str:
    return "\n".join(_EMPTY.sub(" ", line).strip() for line in text.strip().split("\n"))


# --- specs -------------------------------------------------------------------------------------------------------------


def page(design: Design, scene: object = "none") -> dict[str, object]:
    """The keys of a page: a region and a layer a text."""
    regions, layers = {}, []
    for number, (text, box) in enumerate(design.texts):
        left, top, right, bottom = box
        regions[f"r{number}"] = {
            "box": [f"{left / design.width_px:.4%}", f"{top / design.height_px:.4%}",
                    f"{(right - left) / design.width_px:.4%}", f"{(bottom - top) / design.height_px:.4%}"],
            "valign": "center",
        }  # fmt: skip
        role = _role(text, right - left, bottom - top)
        fit = {"min": "5pt", "on_fail": "error"}
        layers.append({"id": f"t{number}", "kind": "text", "in": f"r{number}", "role": role, "text": text, "fit": fit})
    return {"scene": scene, "regions": regions, "layers": layers}


def _role(text: str, width: float, height: float) -> str:
    """By the size at which the letters would fill their box: some 0.6 em wide, 1.4 em from line to line."""
    size = min((width * height / (0.84 * len(text))) ** 0.5, height / (1.4 * (text.count("\n") + 1)))
    return next(name for least, name in _ROLES if size >= least)


def write_spec(design: Design, kind: str, number: int, folder: Path) -> Path:
    """One design as a spec of its own, every third over a drawn picture. JSON is YAML, and its quoting is never in doubt."""
    style = _STYLES[number // 3 % len(_STYLES)]
    scene: object = {"style": style, "subject": "an even ground with one plain motif"} if number % 3 == 0 else "none"
    keys = page(design, scene)
    spec: dict[str, object] = {
        "apiVersion": "design/v1",
        "kind": kind,
        "name": design.name,
        "canvas": {"size": f"{design.width_px}x{design.height_px}px"},
        "locales": ["en"],
        "checks": {"numbers.traceable": "off"},
        "outputs": [{"format": "png", "width": design.width_px // 2, "name": f"{design.name}.png"}],
    }
    spec |= {"slides": [{"layout": "blank", **keys}]} if kind == "Deck" else {"structure": "blank", **keys}
    path = folder / f"{design.name}.yaml"
    path.write_text(json.dumps(spec, ensure_ascii=False, indent=1), encoding="utf-8")
    return path


def judge_all(designs: Iterable[Design], kind: str, folder: Path) -> Iterator[Judged]:
    """Build each design and say what the checks found."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, design in enumerate(designs):
        manifest = ours.make(write_spec(design, kind, number, folder), folder / "out" / design.name, folder / "store")
        errors = tuple(f"{f.check}/{f.code}:{f.string}" for f in manifest.findings if f.severity != "info")
        failed = tuple(f"{f.code}:{f.message}" for f in manifest.failures)
        yield Judged(design, len(manifest.texts), (*errors, *failed))
