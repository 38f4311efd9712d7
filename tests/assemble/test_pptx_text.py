"""Text boxes of slides: letters that are fitted to ideographs keep a size of their own, and the box is that of the line."""

from __future__ import annotations

import re

from qwen_pipeline.assemble.pptx_shapes import Named
from qwen_pipeline.assemble.pptx_text import Manner, text_box
from qwen_pipeline.types import Box, Color, Glyphs, Line, TextItem

LATIN = Glyphs("Tea", "Brand-w400", 22.0, 40.0, 47.0)
HAN = Glyphs("春茶", "NotoSansSC-w400", 20.0, 80.0, 47.6)
MANNER = Manner({"NotoSansSC-w400": "Noto Sans SC", "Brand-w400": "Brand"}, 400, "zh-CN")


def boxed(*runs: Glyphs) -> str:
    line = Line("".join(run.text for run in runs), Box(40.0, 30.0, 90.0, 20.0), runs)
    return text_box(TextItem("t/zh-CN", (line,), Color(0, 0, 0)), MANNER, Named(2, "t"))


def test_each_run_has_its_size() -> None:
    assert re.findall(r'sz="(\d+)".*?<a:t>(.*?)</a:t>', boxed(LATIN, HAN)) == [("2200", "Tea"), ("2000", "春茶")]


def test_a_line_is_as_high_whatever_it_begins_with() -> None:
    frames = {re.search(r"<a:xfrm.*?</a:xfrm>", xml)[0] for xml in (boxed(LATIN, HAN), boxed(HAN, LATIN))}  # type: ignore[index]
    spacings = {re.search(r'spcPts val="(\d+)"', xml)[1] for xml in (boxed(LATIN, HAN), boxed(HAN, LATIN))}  # type: ignore[index]
    assert len(frames) == len(spacings) == 1
