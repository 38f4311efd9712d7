"""Slides carry their number: of the pages that are there, not of those that were written."""

from __future__ import annotations

from pathlib import Path

from qwen_pipeline import spec
from qwen_pipeline.plan import FormatTraits, PlanContext, make
from qwen_pipeline.render.engines import draft
from qwen_pipeline.types import TextLayer

from .support import ROOT

DECK = """\
apiVersion: design/v1
kind: Deck
vars: {long: false}
slides:
  - {id: a, layout: title-and-body, title: One}
  - {id: b, layout: title-and-body, title: Two, when: long}
  - {id: c, layout: title-and-body, title: Three}
outputs: [{format: pdf}]
"""


def test_folio_counts_the_pages_that_are_left(tmp_path: Path) -> None:
    path = tmp_path / "deck.yaml"
    path.write_text(DECK, encoding="utf-8")
    context = PlanContext(
        engine=draft.INFO,
        count_tokens=draft.count_tokens,
        code_digest="code",
        fonts_digest="fonts",
        templates=ROOT,
        formats={"pdf": FormatTraits(".pdf")},
    )
    (piece,) = make(spec.load(path, templates=ROOT), context).pieces
    found = [
        (p.id, layer.parts[0].text)
        for p in piece.pages
        for layer in p.layers
        if isinstance(layer, TextLayer) and layer.id == "folio"
    ]
    assert found == [("a", "1"), ("c", "2")]
