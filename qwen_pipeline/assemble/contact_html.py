"""The contact sheet as one HTML file: no network, no libraries; filters, light and dark."""

from __future__ import annotations

import base64
import io
import os
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from qwen_pipeline.types import Artifact

from .format import RunDelivery, SheetEntry
from .overview import card, summary

if TYPE_CHECKING:
    from jinja2 import Template

_THUMBNAIL_PX = 480
_QUALITY = 80


def contact_html(run: RunDelivery, name: str) -> Iterator[str]:
    """The page in chunks, one thumbnail at a time. `name`: where it will lie in the output folder, which links start from."""
    cards = [card(entry) for entry in run.entries]
    filters = {
        "locale": list(dict.fromkeys(c.locale for c in cards)),
        "size": list(dict.fromkeys(c.size for c in cards)),
        "state": list(dict.fromkeys(c.state for c in cards)),
    }
    pieces = (_piece(entry, name) for entry in run.entries)
    yield from _template().generate(
        run=run.name, lang="en", summary=summary(run), filters=filters, pieces=pieces, generator=run.generator
    )


def _piece(entry: SheetEntry, name: str) -> dict[str, Any]:
    size = entry.piece.pages[0].canvas
    return {
        "card": card(entry),
        "ratio": f"{size.width_pt / size.height_pt:.4f}",
        "thumbnail": _data_uri(entry.thumbnail) if entry.thumbnail is not None else "",
        "files": [{"href": _relative(a, name), "label": _label(a)} for a in entry.artifacts],
        "findings": [f for f in entry.findings if f.severity != "info"],
    }


def _data_uri(path: Path) -> str:
    from PIL import Image

    with Image.open(path) as image:
        small = image.convert("RGB")
        small.thumbnail((_THUMBNAIL_PX, _THUMBNAIL_PX), reducing_gap=2.0)
    buffer = io.BytesIO()
    small.save(buffer, "JPEG", quality=_QUALITY, progressive=True)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode()


def _relative(artifact: Artifact, name: str) -> str:
    return quote(os.path.relpath(artifact.path, PurePosixPath(name).parent).replace(os.sep, "/"))


def _label(artifact: Artifact) -> str:
    kind = PurePosixPath(artifact.path).suffix.lstrip(".").upper()
    size = artifact.bytes / 1e6
    return f"{kind} {size:.1f} MB" if size >= 0.1 else f"{kind} {max(1, round(artifact.bytes / 1e3))} kB"


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined

    text = (files("qwen_pipeline.assemble") / "contact_sheet.html.j2").read_text(encoding="utf-8")
    return Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True).from_string(text)
