"""Every number that a chart shows, in Chinese, English and German, is a value of its table, a tick of its axis, or a change."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from qwen_pipeline import typeset
from qwen_pipeline.pipeline import Order, make_plan
from qwen_pipeline.settings import Settings
from qwen_pipeline.types import ChartLayer

TYPES = ("bar", "hbar", "line", "area", "donut", "progress", "dot", "table", "icons", "number")
ROWS = {"2026-01-05": 1280.5, "2026-02-05": 940.25, "2026-03-05": 2075.0}
DELTA = 2075.0 - 940.25
NUMBER = re.compile(r"[+-]?\d[\d.,  ]*")
WORDS = {"zh-CN": ("公斤", "1月"), "en-GB": ("kg", "Jan"), "de-DE": ("Kilo", "Jan")}


def spec(kind: str, folder: Path) -> Path:
    (folder / "rows.csv").write_text("day,kg\n" + "".join(f"{day},{value}\n" for day, value in ROWS.items()), encoding="utf-8")
    chart = {"type": kind, "from": "rows", "x": "day", "y": "kg", "x_format": "MMM", "delta": "previous"}
    chart["unit"] = {tag: unit for tag, (unit, _) in WORDS.items()}  # type: ignore[assignment]
    said = {
        "apiVersion": "design/v1",
        "kind": "Poster",
        "name": "chart",
        "extends": "blank",
        "scene": "none",
        "locales": list(WORDS),
        "data": {"rows": {"csv": "rows.csv", "types": {"kg": "float"}}},
        "regions": {"chart": {"box": ["10%", "10%", "80%", "60%"]}},
        "layers": [{"id": "chart", "kind": "chart", "in": "chart", "chart": chart}],
    }
    path = folder / "chart.yaml"
    path.write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")
    return path


def value(shown: str, tag: str) -> float:
    marks = {".": "", ",": "."} if tag == "de-DE" else {",": ""}
    return float("".join(marks.get(c, c) for c in shown.strip(" .,")))


@pytest.mark.parametrize("kind", TYPES)
def test_numbers_come_from_the_table_and_words_are_of_the_language(kind: str, tmp_path: Path) -> None:
    fonts = typeset.Fonts({})
    plan = make_plan(
        Order(spec(kind, tmp_path), engine="draft"), Settings(store=tmp_path / "store", workers=1), identified=False
    ).plan
    for piece in plan.pieces:
        (layer,) = (found for found in piece.pages[0].layers if isinstance(found, ChartLayer))
        allowed = {*ROWS.values(), *(tick for tick, _ in layer.axis_ticks), *([DELTA] if kind == "number" else [])}
        (tag,) = piece.locales
        words = {string.text for string in typeset.solve(piece.pages[0], fonts, {}).strings}
        unit, month = WORDS[tag]
        numbers = [n for word in words if "月" not in word for n in NUMBER.findall(word)]
        assert {value(n, tag) for n in numbers} <= allowed
        assert {round(v, 2) for v in allowed} & {value(n, tag) for n in numbers}
        assert any(unit in word for word in words)
        assert kind == "number" or any(month in word for word in words)
