"""The record that every delivered file carries: what it is and all that is needed to make its pictures again.

No local path, no time and nothing of the machine enters it, so that equal pieces give equal bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from qwen_pipeline import fingerprint
from qwen_pipeline.types import ImageItem, Item, TextItem, TypesetPage

from .format import Delivery, DrawnScene

RECORD_VERSION = 1

IPTC_SOURCE = "http://cv.iptc.org/newscodes/digitalsourcetype/"
"""IPTC NewsCodes, "Digital Source Type"."""


def make_record(delivery: Delivery, page_numbers: Iterable[int]) -> dict[str, Any]:
    """The record for a file that shows the given pages (from 0) of a piece."""
    piece = delivery.piece
    pages = [piece.pages[number] for number in page_numbers]
    shown = dict.fromkeys(scene for page in pages for scene in page.scenes)
    return {
        "record": RECORD_VERSION,
        "generator": delivery.generator,
        "piece": piece.id,
        "fingerprint": piece.fingerprint,
        "kind": piece.kind,
        "usage": piece.usage,
        "locales": list(piece.locales),
        "fields": dict(piece.fields),
        "pages": [page.id for page in pages],
        "engine": {"id": delivery.engine.id, "version": delivery.engine.version, "licence": delivery.engine.licence},
        "drawn_by": delivery.drawn_by if shown else "none",
        "scenes": [_scene(name, delivery.scenes[name]) for name in shown],
        "digests": dict(delivery.digests),
    }


class SourceTypes:
    """Collects, page by page, what decides the IPTC digital source type of a file."""

    def __init__(self, delivery: Delivery) -> None:
        self._neural = delivery.drawn_by == "neural"
        self._drawn = self._placed = self._set = False

    def add(self, page: TypesetPage) -> None:
        for item in _seen(page):
            if isinstance(item, ImageItem):
                self._drawn |= item.is_scene
                self._placed |= not item.is_scene
            elif not isinstance(item, TextItem) or item.visible:
                self._set = True

    def value(self) -> str:
        """The term that is true for a file showing the pages added.

        Neural pictures alone are `trainedAlgorithmicMedia`; with words, shapes or other pictures over them `compositeSynthetic`.
        The procedural engine's are `algorithmicMedia`, with pictures from files `composite`. Without a drawn picture a page is
        `composite` or `digitalCreation`.
        """
        if not self._drawn:
            return IPTC_SOURCE + ("composite" if self._placed else "digitalCreation")
        if self._neural:
            return IPTC_SOURCE + ("compositeSynthetic" if self._placed or self._set else "trainedAlgorithmicMedia")
        return IPTC_SOURCE + ("composite" if self._placed else "algorithmicMedia")


def _seen(page: TypesetPage) -> tuple[Item, ...]:
    """The items from the last scene that covers the whole page: what lies below it shows nowhere."""
    bleed = page.canvas.bleed_box
    covering = (
        n for n, i in enumerate(page.items) if isinstance(i, ImageItem) and i.is_scene and i.box == bleed and i.opacity >= 1
    )
    return page.items[max(covering, default=0) :]


def _scene(name: str, drawn: DrawnScene) -> dict[str, Any]:
    return {
        "fingerprint": name,
        "request": fingerprint.canonical(drawn.request),
        "sources": [fingerprint.canonical(request) for request in drawn.sources],
        "picture": drawn.result.digest,
        "versions": dict(drawn.result.versions),
        "mode": drawn.result.numerics,
    }
