"""Files named in specs: found beside the spec, never outside its root."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from qwen_pipeline.errors import BadPicture
from qwen_pipeline.types import Place
from qwen_pipeline.types.spec import Spec

from .page import Assets
from .scope import fail


def make_assets(spec: Spec, template: Spec, digest: Callable[[str], str], measure: Callable[[str], object]) -> Assets:
    """Paths are looked for beside the spec, beside its template and under the root; they stay inside one of these.

    `measure(path)` raises BadPicture for a file that shows nothing.
    """
    folders = tuple(dict.fromkeys(Path(p).resolve() for p in (spec.folder, template.folder, spec.root)))

    def inside(path: Path) -> bool:
        return any(path.is_relative_to(folder) for folder in folders)

    @lru_cache(maxsize=100_000)
    def find(written: str) -> Path | None:
        for folder in folders:
            path = (folder / written).resolve()
            if inside(path) and path.is_file():
                return path
        return None

    def resolve(written: str, place: Place) -> str:
        pure = Path(written)
        if pure.is_absolute() or not any(inside((folder / pure).resolve()) for folder in folders):
            raise fail(
                "path-outside",
                f"'{written}' lies outside the spec's folder",
                place,
                "assets stay inside the spec's folder, or inside --assets DIR",
            )
        found = find(written)
        if found is None:
            raise fail("missing-asset", f"no file '{written}'", place, _near(folders[0] / pure))
        return str(found)

    def picture(written: str, place: Place) -> str:
        path = resolve(written, place)
        try:
            measure(path)
        except BadPicture as error:
            raise fail(error.code, error.message, place, error.hint) from error
        return path

    @lru_cache(maxsize=100_000)
    def digest_once(path: str) -> str:
        return digest(path)

    return Assets(resolve, picture, digest_once, template.icons)


def _near(path: Path) -> str:
    folder = path.parent
    names = [p.name for p in folder.iterdir()] if folder.is_dir() else []
    close = difflib.get_close_matches(path.name, names, n=1)
    return f"did you mean '{close[0]}'?" if close else "paths are relative to the spec"
