"""Requests and scenes for the tests of this folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from PIL import Image

from qwen_pipeline.fingerprint import file_digest, scene_fingerprint
from qwen_pipeline.types import CalmArea, Color, Scene, SceneHints, SceneRequest, SceneResult


def color(text: str) -> Color:
    return Color(int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16))


PALETTES = {
    "tea": tuple(map(color, ("#1f6a5c", "#c9a15e", "#c44a2e", "#1c2126", "#f7f3ea"))),
    "red": tuple(map(color, ("#c5180c", "#f2c80f", "#111111", "#111111", "#fafaf8"))),
    "grey": tuple(map(color, ("#333333", "#888888", "#e0402b", "#111111", "#fafafa"))),
    "bright": tuple(map(color, ("#ffe600", "#00e5ff", "#ff00aa", "#0a0a0a", "#ffffff"))),
    "pale": tuple(map(color, ("#f4c7d0", "#cfe8e0", "#f5e2a8", "#4a3038", "#fffdf8"))),
}
REQUEST = SceneRequest("draft", "1", "", "", "one teapot on a ledge", "", 160, 120, 7, 0, 1.0)


def hints(
    style: str = "",
    subject: str = "",
    palette: str = "tea",
    tone: str = "light",
    calm: tuple[CalmArea, ...] = (),
    words: str = "",
) -> SceneHints:
    return SceneHints(style, words, subject, PALETTES[palette], tone, calm)  # type: ignore[arg-type]


def scene(
    prompt: str, seed: int = 1, source: Scene | None = None, used_by: tuple[str, ...] = ("piece",), **changes: Any
) -> Scene:
    request = replace(REQUEST, prompt=prompt, seed=seed, source=source.fingerprint if source else None, **changes)
    return Scene(scene_fingerprint(request), request, used_by=used_by)


class Shelf:
    """A store in a folder, with the two methods that a session calls."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.kept: dict[str, SceneResult] = {}
        self.order: list[str] = []

    def scene(self, fingerprint: str) -> SceneResult | None:
        return self.kept.get(fingerprint)

    def put_scene(self, request: SceneRequest, image: Image.Image, meta: Mapping[str, Any]) -> SceneResult:
        fingerprint = scene_fingerprint(request)
        path = self.folder / f"{fingerprint}.png"
        image.save(path)
        self.kept[fingerprint] = SceneResult(fingerprint, str(path), file_digest(path), image.width, image.height, **meta)
        self.order.append(request.prompt)
        return self.kept[fingerprint]
