"""A panel drawn again: one picture is drawn, and all others stay as they are, byte for byte."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from qwen_pipeline.fingerprint import file_digest
from qwen_pipeline.pipeline import build, make_plan
from qwen_pipeline.settings import Settings
from qwen_pipeline.store import Store
from qwen_pipeline.types import SceneLayer

from .conftest import order

COMIC = """\
apiVersion: design/v1
kind: Comic
name: tale
canvas: {size: 300x420px, safe: 8px}
locales: [en]
defaults: {scene: {style: soft-gradient}}
pages:
  - layout: cast
    id: who
    cast: [{id: lin, name: Lin, scene: a lantern}]
  - layout: three
    id: one
    panels:
      - {id: a, scene: {subject: a bridge, references: [scene.lin]}, balloons: [{text: Oh, to: [50%, 90%]}]}
      - {id: b, scene: a boat}
      - {id: c, scene: {subject: a house, references: [scene.lin]}}
generate: {seed: 3}
outputs:
  - {format: png, width: 300, name: "{name}.{page}.png"}
"""


def digests(path: Path, settings: Settings, *overrides: str) -> dict[str, str]:
    """Layer -> sha256 of its picture in the store."""
    plan = make_plan(order(path, overrides=overrides), settings).plan
    layers = [layer for page in plan.pieces[0].pages for layer in page.layers if isinstance(layer, SceneLayer)]
    store = Store(settings.store)
    found = {}
    for layer in layers:
        scene = store.scene(layer.scene)
        assert scene is not None
        found[layer.id] = file_digest(Path(scene.path))
    return found


def test_the_third_panel_again(tmp_path: Path, settings: Settings) -> None:
    path = tmp_path / "tale.yaml"
    path.write_text(COMIC, "utf-8")
    assert build(order(path), tmp_path / "out", settings).rendered == 4
    before = digests(path, settings)
    first = Image.open(tmp_path / "out" / "tale.01.png").tobytes()
    again = "pages[1].panels[2].scene.take=2"
    made = build(order(path, overrides=(again,)), tmp_path / "out", settings)
    assert (made.exit_code, made.rendered) == (0, 1)
    after = digests(path, settings, again)
    assert [name for name in before if before[name] != after[name]] == ["picture-3"]
    assert Image.open(tmp_path / "out" / "tale.01.png").tobytes() == first
