"""The modular scale: every size that a template asks for is a step of it, and the page of the docs says which."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest

from qwen_pipeline.pipeline import Order, make_plan
from qwen_pipeline.settings import Settings
from qwen_pipeline.types import TextLayer
from qwen_pipeline.types.spec import RoleSpec
from scripts.samples import KINDS, Sample, layouts, write

from .support import ROOT, read, scale

OFFICIAL = {
    *("issuer", "title", "addressee", "body", "heading", "subheading", "point", "attachment", "signature"),
    *("label", "small", "folio", "pair-heading"),
}
"""Roles of official documents: GB/T 9704-2012 names their sizes."""
IMAGES = [{"format": "png", "width": 900, "name": "{page}.png"}]
DOCS = ROOT.parent / "docs" / "typography.md"
RATIO, SHARED = scale().ratio, scale().roles
PAGES = [(kind, layout) for kind in KINDS for layout in layouts(kind)]


def roles_of(kind: str) -> dict[str, RoleSpec]:
    return {name: RoleSpec.model_validate(role) for name, role in read(ROOT / kind / "kind.yaml").get("roles", {}).items()}


def base_of(kind: str) -> float:
    return float(read(ROOT / kind / "kind.yaml").get("base", scale().base))


def steps(size: float, base: float) -> float:
    """How many steps of the scale `size` is from `base`."""
    return math.log(size / base, RATIO)


def test_every_role_is_a_step_of_the_scale() -> None:
    assert [name for name, role in SHARED.items() if role.step is None or role.scale is not None] == []
    off = {(kind, name) for kind in KINDS for name, role in roles_of(kind).items() if role.scale is not None}
    assert off == {("document", name) for name in OFFICIAL}


@pytest.mark.parametrize("kind", KINDS)
def test_every_size_of_every_layout_is_on_the_scale(kind: str, tmp_path: Path) -> None:
    """Asked for, and grown to; what the fit rule makes of one that has no room is between."""
    off = []
    for layout in layouts(kind):
        path = write(Sample(kind, layout, ("zh-CN+en-GB",)), tmp_path / layout, IMAGES)
        plan = make_plan(Order(path, engine="draft"), Settings(store=tmp_path / "store"), identified=False).plan
        for page in plan.pieces[0].pages:
            base = base_of(kind) * math.sqrt(page.canvas.width_pt * page.canvas.height_pt)
            for layer in page.layers:
                if isinstance(layer, TextLayer) and not (kind == "document" and layer.role in OFFICIAL):
                    found = [steps(size, base) for size in (layer.style.size_pt, *layer.style.grows_pt)]
                    off += [(layout, layer.id, n) for n in found if abs(n - round(n)) > 0.02]
    assert off == []


def test_the_page_of_the_docs_has_the_scale() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \| (-?\d+) \| ([\d.]+) \|", DOCS.read_text(encoding="utf-8"), re.M)
    assert {name: int(step) for name, step, _ in rows} == {name: role.step for name, role in SHARED.items()}
    assert [name for name, step, times in rows if abs(RATIO ** int(step) - float(times)) > 0.006] == []
