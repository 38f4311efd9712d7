"""Who sets a string: by what was asked, what it says, and what the engine and the reader can."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from qwen_pipeline.plan.contract import never_read, units
from qwen_pipeline.types import TextLayer

from .plans import plan

INEXACT = {"capabilities": frozenset({"generate", "edit"})}
POSTER = """\
apiVersion: design/v1
kind: Poster
name: fair
extends: minimal
locales: [{locales}]
scene: a teapot
title: {title}
layers: [{{id: title, render: {render}}}]
"""


def title(folder: Path, text: str, render: str, locales: str = "en-GB", more: str = "", **context: Any) -> tuple[str, str, int]:
    """(render, asked, number of notices about it)."""
    context = {"engine": INEXACT, "reader": "eye 1", **context}
    made = plan(folder, POSTER.format(title=text, render=render, locales=locales) + more, **context)
    layer = next(layer for layer in made.pieces[0].pages[0].layers if layer.id == "title")
    assert isinstance(layer, TextLayer)
    return layer.render, layer.asked, sum("'title'" in notice for notice in made.notices)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("¥2,999起", "a price"),
        ("只要 99 元", "a price"),
        ("From £20", "a price"),
        ("20 dollars a day", "a price"),
        ("4月18日", "a date"),
        ("18 April", "a date"),
        ("April 18", "a date"),
        ("2026-04-18", "a date"),
        ("14:30 开场", "a time"),
        ("7 pm", "a time"),
        ("+86 571 8888 1234", "a phone number"),
        ("https://a.io/x", "an address"),
        ("tea@example.org", "an address"),
        ("版权所有", "a legal line"),
        ("© Harbour Tea", "a legal line"),
        ("春茶市集", ""),
        ("Spring Tea Fair 2026", ""),
        ("May the tea be with you", ""),
        ("24 hours of tea", ""),
        ("地铁2号线", ""),
    ],
)
def test_what_no_reader_may_vouch_for(text: str, what: str) -> None:
    assert never_read(text, "title") == what


def test_roles_that_no_reader_may_vouch_for() -> None:
    assert never_read("Tea", "price") == "the role price"


def test_units() -> None:
    assert (units("Tea"), units("春茶"), units("春茶 Tea")) == (3, 4, 8)


def test_words_may_be_baked(tmp_path: Path) -> None:
    assert title(tmp_path, "Spring Tea Fair", "baked") == ("baked", "baked", 0)
    assert title(tmp_path, "Spring Tea Fair", "auto") == ("baked", "auto", 0)


def test_a_price_is_overlay_with_a_notice(tmp_path: Path) -> None:
    assert title(tmp_path, "Now ¥99", "baked") == ("overlay", "baked", 1)
    assert title(tmp_path, "Now ¥99", "auto") == ("overlay", "auto", 0)
    assert title(tmp_path, "Now ¥99", "baked", more="checks: {text.exact: warn}\n") == ("baked", "baked", 0)


def test_an_exact_engine_bakes_anything(tmp_path: Path) -> None:
    assert title(tmp_path, "Now ¥99", "baked", engine={}, reader="") == ("baked", "baked", 0)


def test_without_a_reader_nothing_is_baked(tmp_path: Path) -> None:
    assert title(tmp_path, "Spring Tea Fair", "baked", reader="") == ("overlay", "baked", 1)


def test_auto_leaves_only_short_display_text_to_the_model(tmp_path: Path) -> None:
    assert title(tmp_path, "A fair for all who love their tea slow and green", "auto") == ("overlay", "auto", 0)
    subtitle = "subtitle: Slow and green\n"
    made = plan(
        tmp_path,
        (POSTER.format(title="Tea", render="auto", locales="en-GB") + subtitle).replace("id: title", "id: subtitle"),
        engine=INEXACT,
        reader="eye 1",
    )
    assert {layer.render for layer in made.pieces[0].pages[0].layers if isinstance(layer, TextLayer)} == {"overlay"}


def test_scripts_that_no_reader_knows(tmp_path: Path) -> None:
    assert title(tmp_path, "سوق الشاي", "baked", locales="ar") == ("overlay", "baked", 1)


BATCH = """\
apiVersion: design/v1
kind: Batch
name: fairs
template: ./poster.yaml
data: {rows: {csv: rows.csv, key: id}}
matrix: {locale: [zh-CN, en-GB]}
SHARE
map: {title: "{{ row['name_' ~ locale.language] }}"}
outputs: [{format: png, name: "{id}-{locale}.png"}]
"""


def test_a_picture_that_languages_share_carries_no_words(tmp_path: Path) -> None:
    files = {
        "poster.yaml": POSTER.format(title="Tea", render="auto", locales="en-GB"),
        "rows.csv": "id,name_zh,name_en\na,春茶,Tea\n",
    }
    shared = plan(tmp_path, BATCH.replace("SHARE", "share: {scene: [id]}"), files, engine=INEXACT, reader="eye 1")
    assert (len(shared.scenes), shared.scenes[0].strings) == (1, ())
    apart = plan(tmp_path, BATCH.replace("SHARE\n", ""), files, engine=INEXACT, reader="eye 1")
    assert {scene.strings for scene in apart.scenes} == {("春茶",), ("Tea",)}


def test_the_reader_decides_pieces_with_baked_words(tmp_path: Path) -> None:
    def made(render: str, reader: str) -> str:
        text = POSTER.format(title="Tea", render=render, locales="en-GB")
        return plan(tmp_path, text, engine=INEXACT, reader=reader).pieces[0].fingerprint

    assert made("baked", "eye 1") != made("baked", "eye 2")
    assert made("overlay", "eye 1") == made("overlay", "eye 2")
