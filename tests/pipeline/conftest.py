"""Small specs to build, and a store of each test's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from qwen_pipeline.pipeline import Order
from qwen_pipeline.settings import Settings

CARD = """\
apiVersion: design/v1
kind: Poster
name: card
extends: minimal
canvas: {size: 240x240px, safe: 8px}
locales: [en]
scene: {style: soft-gradient, subject: "{{ row.name }}"}
title: Name
generate: {seed: 3}
"""

BATCH = """\
apiVersion: design/v1
kind: Batch
name: batch
template: ./card.yaml
data: {rows: {csv: rows.csv, key: id}}
matrix: {locale: [en]}
map: {title: "{{ row.name }}"}
outputs:
  - {format: png, name: "{id}.png"}
"""

POSTER = """\
apiVersion: design/v1
kind: Poster
name: poster
extends: minimal
canvas: {size: 320x240px, safe: 8px}
locales: [zh-CN+en-GB]
scene: {style: soft-gradient, subject: a lamp}
title: {zh-CN: 灯, en-GB: Lamp}
generate: {seed: 3}
outputs:
  - {format: pdf, name: "{name}.pdf"}
  - {format: png, name: "sub/{name}.png"}
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(store=tmp_path / "store", workers=1)


@pytest.fixture
def poster(tmp_path: Path) -> Path:
    path = tmp_path / "spec" / "poster.yaml"
    path.parent.mkdir()
    path.write_text(POSTER, "utf-8")
    return path


@pytest.fixture
def batch(tmp_path: Path) -> Callable[[int], Path]:
    """Makes a batch of so many rows."""

    def make(rows: int) -> Path:
        return write_batch(tmp_path / "batch", BATCH, CARD, ["id,name", *(f"r{n:02d},Lamp {n}" for n in range(rows))])

    return make


def write_batch(folder: Path, batch: str, card: str, rows: Sequence[str]) -> Path:
    """A batch, its template and its table: the spec to build."""
    folder.mkdir(exist_ok=True)
    for name, text in (("card.yaml", card), ("rows.csv", "\n".join(rows) + "\n"), ("batch.yaml", batch)):
        (folder / name).write_text(text, "utf-8")
    return folder / "batch.yaml"


def order(path: Path, **more: object) -> Order:
    return Order(path, engine="draft", **more)  # type: ignore[arg-type]


def snapshot(out: Path) -> dict[str, tuple[int, bytes]]:
    """Every file of an output folder: when it was written, and what is in it."""
    return {p.relative_to(out).as_posix(): (p.stat().st_mtime_ns, p.read_bytes()) for p in sorted(out.rglob("*")) if p.is_file()}


def contents(out: Path) -> dict[str, bytes]:
    return {name: data for name, (_, data) in snapshot(out).items()}
