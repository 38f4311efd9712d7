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


PRODUCT = """\
kind: Poster
name: product
extends: product
canvas: 1080x1080px
locales: [zh-CN, en-US]
scene: {style: soft-gradient, subject: "{{ row.scene }}"}
eyebrow: {zh-CN: 秋日新品, en-US: New this autumn}
title: {zh-CN: 品名, en-US: Name}
subtitle: {zh-CN: 说明, en-US: Note}
price: {zh-CN: ¥0, en-US: $0}
cta: {zh-CN: 扫码点单, en-US: Order ahead}
"""
PRODUCTS = """\
kind: Batch
name: products
template: ./product.yaml
data: {rows: {csv: rows.csv, key: sku}}
matrix: {locale: [zh-CN, en-US]}
share: {scene: [sku]}
map:
  title: {zh-CN: "{{ row.zh }}", en-US: "{{ row.en }}"}
  subtitle: {zh-CN: "{{ row.zh }}，今天上架", en-US: "{{ row.en }}, from today"}
  price: {zh-CN: "{{ row.cny | money }}", en-US: "{{ row.usd | money }}"}
outputs:
  - {format: png, name: "{locale}/{sku}.png"}
"""


def write_products(folder: Path, pieces: int) -> Path:
    """As `write`, of product posters whose every row has a picture of its own; its spec's path."""
    folder.mkdir(parents=True, exist_ok=True)
    words = "p-{0:05d},第{0}号新茶,Tea {0},{1},{2}.50,a glass of tea with {0} leaves"
    rows = [words.format(i, 18 + i % 40, 4 + i % 9) for i in range((pieces + 1) // 2)]
    (folder / "rows.csv").write_text("\n".join(["sku,zh,en,cny,usd,scene", *rows]) + "\n", encoding="utf-8")
    (folder / "product.yaml").write_text(PRODUCT, encoding="utf-8")
    spec = folder / "products.yaml"
    spec.write_text(PRODUCTS, encoding="utf-8")
    return spec
