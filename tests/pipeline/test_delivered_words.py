"""With an engine that garbles words, every delivered file says what its spec says: read back from the PDF and from the picture.

The reader is the real one, and the pictures hold real letters: `rapidocr` reads what the engine wrote and what was delivered.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PIL import Image

from qwen_pipeline import verify
from qwen_pipeline.pipeline import build
from qwen_pipeline.settings import Settings
from qwen_pipeline.types import ExpectedString
from qwen_pipeline.verify.filetext import page_texts
from qwen_pipeline.verify.fold import squeeze
from qwen_pipeline.verify.readers import rapidocr

from ..support.engines.scribe import by_rate
from ..support.scribes import engage
from .conftest import order, write_batch

pytestmark = pytest.mark.skipif(bool(rapidocr.missing()), reason="rapidocr is not installed")

ROWS = (
    ("春茶市集", "Spring Tea Fair"),
    ("未来的大河", "The River Ahead"),
    ("末班渡轮", "The Last Ferry"),
    ("土豆与天空", "Potatoes and Sky"),
    ("白日梦书店", "Daydream Books"),
    ("大人的游乐园", "A Park for Adults"),
    ("折扇与拆信刀", "Fans and Openers"),
    ("自己的房间", "A Room Of One Alone"),
    ("夭折的夏天", "Summer Cut Short"),
    ("集市日", "Market Day"),
    ("日出之前", "Before Sunrise"),
    ("人间食粮", "Bread of Life"),
)
SLOW = bool(os.environ.get("QWEN_PIPELINE_SLOW"))
BATCH = """\
apiVersion: design/v1
kind: Batch
name: fairs
template: ./card.yaml
data: {rows: {csv: rows.csv, key: id}}
matrix: {locale: [zh-CN+en-GB]}
map:
  title: {zh-CN: "{{ row.zh }}", en-GB: "{{ row.en }}"}
outputs:
  - {format: pdf, name: "{id}.pdf"}
  - {format: png, name: "{id}.png"}
"""
CARD = """\
apiVersion: design/v1
kind: Poster
name: card
extends: minimal
canvas: {size: 900x900px, safe: 12px}
locales: [zh-CN+en-GB]
scene: {style: soft-gradient, subject: a lamp}
title: {zh-CN: 灯, en-GB: Lamp}
generate: {seed: 5}
layers: [{id: title, render: baked, max_attempts: 2}]
"""


def test_delivered_files_say_what_their_specs_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = ROWS if SLOW else ROWS[:2]
    table = ["id,zh,en", *(f"r{n:02d},{zh},{en}" for n, (zh, en) in enumerate(rows))]
    spec = write_batch(tmp_path / "spec", BATCH, CARD, table)
    engage(monkeypatch, by_rate(0.85, ("dropped", "swapped", "look-alike", "extra"), edits=0.6))
    out = tmp_path / "out"
    manifest = build(order(spec), out, Settings(store=tmp_path / "store", workers=1))
    assert manifest.failures == ()
    reader = verify.open_reader()
    delivered = sorted(out.glob("*.png"))
    assert {path.stem for path in delivered} == {a.path.partition(".")[0] for a in manifest.artifacts}
    assert len(delivered) >= len(rows) * 0.8
    for path in delivered:
        wanted = rows[int(path.stem[1:])]
        text = squeeze("".join(page_texts(path.with_suffix(".pdf"))))
        assert all(squeeze(string) in text for string in wanted)
        expected = [ExpectedString(string, string, tag) for string, tag in zip(wanted, ("zh-CN", "en-GB"), strict=True)]
        with Image.open(path) as image:
            reading = verify.read_picture(image.convert("RGB"), expected, reader)
        assert [(s.spelling, s.read) for s in reading.strings if s.spelling != "exact"] == []
        assert reading.extra == ()
