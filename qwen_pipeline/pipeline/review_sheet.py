"""The page on which a person decides: one HTML file without network or libraries, beside the pieces that wait."""

from __future__ import annotations

import base64
import io
import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from qwen_pipeline.store import StoredOutput
from qwen_pipeline.types import Piece

from .goldens import pictures
from .review import FORMAT, group_of, lock_path

if TYPE_CHECKING:
    from jinja2 import Template

    from .run import Run

_QUALITY = 84
_MAX_PAGES = 8


def review_sheet(run: Run) -> str:
    """The page for all pieces of a run that wait. It writes a file of decisions, and the command that takes it."""
    assert run.gate is not None
    waiting = set(run.gate.waiting())
    picks = run.gate.review.gate == "pick-one"
    groups: dict[Any, list[dict[str, Any]]] = {}
    for piece in run.plan.pieces:
        if piece.id in waiting:
            groups.setdefault(group_of(piece) if picks else None, []).append(_card(piece, run.made[piece.id]))
    lock = lock_path(run.planned.order.spec)
    return _template().render(
        name=run.plan.name,
        gate=run.gate.review.gate,
        groups=list(groups.values()),
        count=len(waiting),
        format=json.dumps(FORMAT),
        spec=run.planned.order.spec.name,
        lock=lock.name,
    )


def _card(piece: Piece, stored: StoredOutput) -> dict[str, Any]:
    return {
        "id": piece.id,
        "fingerprint": piece.fingerprint,
        "title": piece.pages[0].title,
        "pictures": [_data_uri(picture) for _, picture in zip(range(_MAX_PAGES), pictures(stored), strict=False)],
        "pages": len(piece.pages),
        "files": [{"href": quote(a.path), "label": a.path.rpartition("/")[2]} for a in stored.record.artifacts],
        "words": [text.text for text in stored.record.texts],
    }


def _data_uri(picture: Any) -> str:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=_QUALITY, progressive=True)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode()


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined

    text = (files("qwen_pipeline.pipeline") / "review_sheet.html.j2").read_text(encoding="utf-8")
    return Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True).from_string(text)
