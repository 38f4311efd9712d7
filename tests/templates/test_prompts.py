"""Prompt templates: long enough to steer, exact in what is to be lettered, and silent about the rest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from qwen_pipeline.plan.prompt import Aspect, CalmPlace, PaletteColor, PromptContext, PromptString, expand_prompt
from qwen_pipeline.types.spec import AssetKind, SceneSpec, StyleSheet

from .support import KINDS, ROOT, read

EACH = pytest.mark.parametrize("folder", KINDS, ids=lambda path: path.name)
PALETTE = (
    PaletteColor("primary", "#2f4a43", "deep green"),
    PaletteColor("secondary", "#8c9c8b", "grey green"),
    PaletteColor("accent", "#a8321f", "cinnabar red"),
    PaletteColor("ink", "#1d211f", "near-black"),
    PaletteColor("paper", "#f6f2e7", "warm off-white"),
)
STRINGS = (
    PromptString("春茶市集", "zh-CN", "display", "the upper left"),
    PromptString("Spring Tea Fair", "en-GB", "display", "the upper left"),
)


def context(folder: Path, **changes: Any) -> PromptContext:
    kind = AssetKind.model_validate(read(folder / "kind.yaml"))
    style = StyleSheet.model_validate(read(ROOT / "_shared" / "styles" / "ink-wash.yaml"))
    scene = SceneSpec(
        subject="one celadon teapot on a stone ledge, tea terraces behind",
        lighting="early morning, low sun through thin mist",
        details=("a single cup beside the pot", "steam rising straight", "rows of tea bushes that fade into the distance"),
        negative=("people", "dragons"),
    )
    names: dict[str, Any] = {
        "scene": scene.model_dump(),
        "style": style.model_dump(),
        "style_words": style.words,
        "kind": kind.kind,
        "kind_words": kind.scene,
        "layout": {"name": "hero-left", "composition": "the subject stands in the right half"},
        "tone": "light",
        "calm": (CalmPlace("the upper left", 0.3), CalmPlace("a band along the bottom", 0.15)),
        "strings": (),
        "palette": PALETTE,
        "canvas": Aspect("vertical portrait", 1191, 1684),
        "brand_words": "quiet and hand-made",
    }
    return PromptContext(**{**names, **changes})


@EACH
def test_a_full_scene_gives_a_long_prompt_with_everything_in_it(folder: Path) -> None:
    given = context(folder)
    text = expand_prompt("prompt.j2", folder, given)
    assert 280 <= len(text.split()) <= 470
    wanted = [
        given.scene["subject"][4:],
        given.scene["lighting"][6:],
        *given.scene["details"],
        given.style_words[12:60],
        "the upper left",
        "#2f4a43",
        "cinnabar red",
    ]
    assert [word for word in wanted if word not in text] == []
    assert "dragons" in text
    assert "no lettering of any kind" in text


@EACH
def test_an_empty_scene_is_still_a_prompt(folder: Path) -> None:
    text = expand_prompt(
        "prompt.j2", folder, context(folder, scene=SceneSpec().model_dump(), style=None, style_words="", brand_words="", calm=())
    )
    assert len(text.split()) >= 150
    assert "  " not in text
    assert " ." not in text
    assert ".." not in text


@EACH
def test_a_layout_sketch_is_named_and_followed_in_places_only(folder: Path) -> None:
    assert "layout sketch" not in expand_prompt("prompt.j2", folder, context(folder))
    guided = expand_prompt("prompt.j2", folder, context(folder, guide="<image3>"))
    assert "<image3> is a plain layout sketch" in guided
    assert "black lettering" not in guided
    assert "black lettering" in expand_prompt("prompt.j2", folder, context(folder, guide="<image3>", strings=STRINGS))


@EACH
@pytest.mark.parametrize("template", ["prompt.j2", "edit.j2"])
def test_baked_strings_are_quoted_in_their_own_language(folder: Path, template: str) -> None:
    text = expand_prompt(template, folder, context(folder, strings=STRINGS, instruction="warm the light"))
    assert '"春茶市集" (Simplified Chinese' in text
    assert '"Spring Tea Fair" (English' in text
    assert "no lettering of any kind" not in text


@EACH
def test_an_edit_is_an_instruction_that_keeps_the_rest(folder: Path) -> None:
    text = expand_prompt("edit.j2", folder, context(folder, instruction="warm the light, late afternoon"))
    assert text.startswith("Warm the light, late afternoon.")
    assert "no lettering of any kind" in text


@EACH
def test_tone_decides_what_calm_areas_look_like(folder: Path) -> None:
    assert "nearly even pale tones" in expand_prompt("prompt.j2", folder, context(folder, tone="light"))
    assert "nearly even dark tones" in expand_prompt("prompt.j2", folder, context(folder, tone="dark"))


@EACH
def test_transparency_is_asked_for_as_the_model_was_taught(folder: Path) -> None:
    scene = {**context(folder).scene, "transparent": True}
    text = expand_prompt("prompt.j2", folder, context(folder, scene=scene))
    assert text.startswith("This is an RGBA image with transparency.")
    assert text.endswith("The image has alpha channel and the background is transparent.")


@EACH
def test_what_macros_said_before_changes_no_prompt(folder: Path) -> None:
    first = expand_prompt("prompt.j2", folder, context(folder, strings=STRINGS))
    others = [{"tone": "dark"}, {"strings": ()}, {"calm": ()}, {"palette": PALETTE[:4]}, {"style": None}]
    changed = [expand_prompt("prompt.j2", folder, context(folder, **{"strings": STRINGS, **c})) for c in others]
    assert len({first, *changed}) == len(changed) + 1
    assert expand_prompt("prompt.j2", folder, context(folder, strings=STRINGS)) == first
