"""A batch of any number of tiny posters, to measure planning and bookkeeping rather than drawing."""

from __future__ import annotations

from pathlib import Path

CARD = """\
kind: Poster
name: card
extends: blank
canvas: 96x96px
locales: [zh-CN, en-GB]
scene: none
layers:
  - {id: line, kind: text, in: safe, text: {zh-CN: "{{ row.zh }}", en-GB: "{{ row.en }}"}, size: 9pt, fit: {min: 5pt}}
checks: {text.exact: error, text.overflow: error}
"""
BATCH = """\
kind: Batch
name: campaign
template: ./card.yaml
data: {rows: {csv: rows.csv, key: sku}}
matrix: {locale: [zh-CN, en-GB]}
outputs:
  - {format: png, width: 64, name: "{locale}/{sku}.png"}
"""


def write(folder: Path, pieces: int) -> Path:
    """Write a batch of `pieces` pieces (half in Chinese, half in English) into `folder`; its spec's path."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [f"c-{i:05d},第{i}号茶席,Tea table {i}" for i in range((pieces + 1) // 2)]
    (folder / "rows.csv").write_text("\n".join(["sku,zh,en", *rows]) + "\n", encoding="utf-8")
    (folder / "card.yaml").write_text(CARD, encoding="utf-8")
    spec = folder / "campaign.yaml"
    spec.write_text(BATCH, encoding="utf-8")
    return spec
