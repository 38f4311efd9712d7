"""Pages that come from the length of a text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from qwen_pipeline.errors import SpecError
from qwen_pipeline.pipeline.bench import flow_text
from qwen_pipeline.types import Page, TextLayer

from .plans import only, plan

LINE = "江流有声，断岸千尺，山高月小，水落石出。" * 9
SPEC = """\
kind: Document
name: text
locales: [zh-CN]
parts:
  - {id: one, layout: plain, title: 标题, body: "BODY"}
  - {id: two, layout: annex, title: 附录, body: 一行}
"""


def pages(tmp_path: Path, body: str, **changes: Any) -> tuple[Page, ...]:
    return only(plan(tmp_path, SPEC.replace("BODY", body), flow=flow_text, **changes)).pages


def words(page: Page, role: str) -> list[str]:
    return [layer.parts[0].text for layer in page.layers if isinstance(layer, TextLayer) and layer.role == role]


def test_as_many_pages_as_the_text_needs(tmp_path: Path) -> None:
    short, long = pages(tmp_path, "一行"), pages(tmp_path, "\\n".join([LINE] * 6))
    assert [page.id for page in short] == ["one", "two"]
    assert [page.id for page in long] == ["one", "one-2", "one-3", "two"]
    assert "".join(text for page in long for text in words(page, "body")) == LINE * 6


def test_only_the_first_page_of_a_text_has_a_bookmark(tmp_path: Path) -> None:
    assert [page.title for page in pages(tmp_path, "\\n".join([LINE] * 6))] == ["标题", "", "", "附录"]


def test_page_numbers_count_the_pages_of_the_text(tmp_path: Path) -> None:
    found = pages(tmp_path, "\\n".join([LINE] * 6))
    assert [words(page, "folio") for page in found] == [["— 1 —"], ["— 2 —"], ["— 3 —"], ["— 4 —"]]
    regions = [layer.region for page in found for layer in page.layers if getattr(layer, "role", "") == "folio"]
    assert regions == ["folio_odd", "folio_even", "folio_odd", "folio_even"]


def test_what_a_line_begins_with_is_its_role(tmp_path: Path) -> None:
    (page, _) = pages(tmp_path, "# 一、甲\\n## （一）乙\\n### 1. 丙\\n丁\\n#戊")
    assert (words(page, "heading"), words(page, "subheading"), words(page, "point")) == (["一、甲"], ["（一）乙"], ["1. 丙"])
    assert words(page, "body") == ["丁", "#戊"]


def test_a_pair_goes_paragraph_by_paragraph(tmp_path: Path) -> None:
    text = """\
kind: Document
locales: [zh-CN+en-GB]
parts: [{layout: annex, title: {zh-CN: 附录, en-GB: Annex}, body: {zh-CN: "# 甲\\n乙", en-GB: "# A\\nB"}}]
"""
    (page,) = only(plan(tmp_path, text, flow=flow_text)).pages
    found = [tuple(part.text for part in layer.parts) for layer in page.layers if isinstance(layer, TextLayer)][1:]
    assert found[:2] == [("甲", "A"), ("乙", "B")] or found[-2:] == [("甲", "A"), ("乙", "B")]
    with pytest.raises(SpecError) as caught:
        plan(tmp_path, text.replace("# A\\nB", "# A"), flow=flow_text)
    assert [found.code for found in caught.value.diagnostics] == ["bad-count"]


def test_one_part_without_parts(tmp_path: Path) -> None:
    (page,) = only(plan(tmp_path, "kind: Document\ntitle: 通知\n", flow=flow_text)).pages
    assert page.title == "通知"


BASE = """\
apiVersion: design/v1
kind: Layout
name: own
for: Document
slots: {body: {describe: text}}
regions: {left: {box: [0%, 0%, 40%, 90%], flow: continued}, body: {box: [50%, 0%, 40%, 90%]}}
layers: [{id: body, kind: text, in: left, slot: body}]
"""


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("", "", "bad-flow"),  # `continued` has no region `left`
        ("left", "body2", "bad-flow"),
        ("continued", "continues", "unknown-layout"),
        ("body: {box: [50%, 0%, 40%, 90%]}", "body: {box: [50%, 0%, 40%, 90%], flow: continued}", "bad-flow"),
    ],
)
def test_what_cannot_flow_is_told(tmp_path: Path, old: str, new: str, code: str) -> None:
    spec = "kind: Document\nparts: [{layout: ./_own.yaml, body: words}]\n"
    with pytest.raises(SpecError) as caught:
        plan(tmp_path, spec, {"_own.yaml": BASE.replace(old, new) if old else BASE}, flow=flow_text)
    assert code in [found.code for found in caught.value.diagnostics]


def test_a_code_in_a_flow_is_told(tmp_path: Path) -> None:
    spec = SPEC.replace("BODY", "words").replace(
        "layout: plain,", 'layout: plain, layers: [{id: code, kind: qr, in: body, data: "https://example.org"}],'
    )
    with pytest.raises(SpecError) as caught:
        plan(tmp_path, spec, flow=flow_text)
    assert [found.code for found in caught.value.diagnostics] == ["bad-flow"]
