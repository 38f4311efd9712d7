"""Chains of edits as they are written: operations, parts of the picture, references and masks; sizes and schedules."""

from __future__ import annotations

from pathlib import Path

import pytest

from qwen_pipeline.errors import SpecError
from qwen_pipeline.types import Plan

from ..support.pictures import PNG
from .plans import plan

POSTER = (
    "kind: Poster\nextends: blank\ncanvas: 1000x1000px\nregions: {foot: {box: [10%, 80%, 50%, 10%]}}\n"
    "layers: [{id: l, kind: shape, in: foot, fill: ink/10%}]\n"
)
PLAIN = POSTER + "scene:\n  subject: a teapot\n"


def edited(tmp_path: Path, edit: str, files: dict[str, bytes] | None = None, **changes: object) -> Plan:
    return plan(tmp_path, PLAIN + f"  edits: [{edit}]\n", files, **changes)


def codes(tmp_path: Path, text: str, files: dict[str, bytes] | None = None, **changes: object) -> list[str]:
    with pytest.raises(SpecError) as caught:
        plan(tmp_path, text, files, **changes)
    return [d.code for d in caught.value.diagnostics]


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        ("{do: warm the light}", "Warm the light."),
        ("{add: a crane, at: the upper left}", "Add a crane, in the upper left."),
        ("{add: a crane, at: behind the pot}", "Add a crane, behind the pot."),
        ("{remove: the cup}", "Remove the cup completely"),
        ("{replace: the cup, with: a bowl}", "Replace the cup with a bowl"),
        ("{style: ink wash}", "in this style: ink wash"),
        ("{background: a bamboo grove}", "background behind the subject to a bamboo grove"),
        ("{pose: the master, with: pouring}", "Change the pose of the master: pouring."),
        ("{text: 春茶, with: 秋茶}", 'Change the lettering "春茶" to "秋茶"'),
    ],
)
def test_every_operation_has_its_words(tmp_path: Path, edit: str, said: str) -> None:
    prompt = edited(tmp_path, edit).scenes[-1].request.prompt
    assert said in prompt
    assert "Keep " in prompt
    assert ".." not in prompt
    assert ("the style, the material" in prompt) == ("style:" not in edit and "background" not in edit)


@pytest.mark.parametrize(
    "edit",
    [
        "{}",
        "{region: foot}",
        "{add: a, remove: b}",
        "{replace: a}",
        "{remove: a, with: b}",
        "{remove: a, at: left}",
        "{do: a, region: foot, box: [0%, 0%, 10%, 10%]}",
    ],
)
def test_an_edit_is_one_operation(tmp_path: Path, edit: str) -> None:
    assert codes(tmp_path, PLAIN + f"  edits: [{edit}]\n") == ["bad-edit"]


def test_a_region_is_a_part_of_the_picture_in_pixels(tmp_path: Path) -> None:
    for edit in ("{do: mist, region: foot}", "{do: mist, box: [10%, 80%, 50%, 10%]}"):
        request = edited(tmp_path, edit).scenes[-1].request
        (part,) = request.within
        assert (request.width_px, request.height_px) == (1000, 1000)
        assert (part.left, part.top, part.right, part.bottom) == (100, 800, 600, 900)
        assert "Only the lower left of the picture changes." in request.prompt


def test_a_part_follows_the_crop(tmp_path: Path) -> None:
    """A square canvas shows the middle of a picture that is wider: its left edge is a fourth of the picture away."""
    engine = {"native_sizes": ((2000, 1000),)}
    (part,) = edited(tmp_path, "{do: mist, box: [0%, 0%, 50%, 100%]}", engine=engine).scenes[-1].request.within
    assert (part.left, part.top, part.right, part.bottom) == (500, 0, 1000, 1000)


def test_a_part_at_the_trim_goes_on_into_the_bleed(tmp_path: Path) -> None:
    text = PLAIN.replace("canvas: 1000x1000px", "canvas: {size: 100mmx100mm, bleed: 10mm}")
    request = plan(tmp_path, text + "  edits: [{do: mist, box: [0%, 50%, 100%, 40%]}]\n").scenes[-1].request
    (part,) = request.within
    assert (part.left, part.right) == (0, request.width_px)
    assert part.top / request.height_px == pytest.approx(60 / 120, abs=0.001)
    assert part.bottom / request.height_px == pytest.approx(100 / 120, abs=0.001)


def test_parts_that_are_not_there(tmp_path: Path) -> None:
    assert codes(tmp_path, PLAIN + "  edits: [{do: a, region: head}]\n") == ["unknown-region"]
    assert codes(tmp_path, PLAIN + "  edits: [{do: a, box: [120%, 0%, 10%, 10%]}]\n") == ["edit-outside"]
    assert codes(tmp_path, PLAIN + "  edits: [{do: a, mask: no.png}]\n") == ["missing-asset"]
    assert codes(tmp_path, PLAIN + "  edits: [{do: a, references: [no.png]}]\n") == ["missing-asset"]


def test_references_and_mask_of_a_step(tmp_path: Path) -> None:
    files = {"bowl.png": PNG, "mask.png": PNG + b"2"}
    edit = "{replace: the cup, with: the bowl of <image2>, references: [bowl.png], mask: mask.png}"
    first, second = edited(tmp_path, edit, files, digest=lambda path: Path(path).name).scenes
    assert (second.request.references, second.request.mask) == (("bowl.png",), "mask.png")
    assert [Path(p).name for p in (*second.reference_paths, second.mask_path)] == ["bowl.png", "mask.png"]
    assert (first.request.references, first.request.mask, first.mask_path) == ((), None, "")


def test_an_edits_seed_is_never_its_sources(tmp_path: Path) -> None:
    for seed in range(20):
        made = plan(tmp_path, PLAIN + f"  edits: [a, a, a]\ngenerate: {{seed: {seed}}}\n")
        assert len({scene.request.seed for scene in made.scenes}) == 4


def test_rows_fill_the_strings_of_edits(tmp_path: Path) -> None:
    text = PLAIN + '  edits: [{add: "{{ thing }}"}]\nvars: {thing: a red kite}\n'
    assert "Add a red kite" in plan(tmp_path, text).scenes[-1].request.prompt


# --- sizes, schedules, adapters ------------------------------------------------------------------------------------------

NEURAL = {
    "native_sizes": ((2048, 2048), (1792, 2400)),
    "size_multiple": 32,
    "max_area_px": 2400 * 1792,
    "num_inference_steps": 40,
    "capabilities": frozenset({"generate", "edit", "references", "adapters"}),
}


def test_the_native_size_or_the_one_asked_for(tmp_path: Path) -> None:
    sizes = []
    for more in ("", "generate: {size: 1024}\n", "generate: {size: 128}\n"):
        request = plan(tmp_path, PLAIN.replace("1000x1000px", "A4") + more, engine=NEURAL).scenes[0].request
        sizes.append((request.width_px, request.height_px))
    assert sizes[0] == (1792, 2400)
    assert all(w % 32 == 0 == h % 32 for w, h in sizes)
    assert sizes[1][0] * sizes[1][1] == pytest.approx(1024**2, rel=0.05)
    assert sizes[1][0] / sizes[1][1] == pytest.approx(210 / 297, rel=0.05)
    assert codes(tmp_path, PLAIN + "generate: {size: 2100}\n", engine=NEURAL) == ["scene-too-large"]


def test_much_cropping_is_told(tmp_path: Path) -> None:
    wide = PLAIN.replace("1000x1000px", "4000x800px")
    assert sum("cropped" in notice for notice in plan(tmp_path, wide, engine=NEURAL).notices) == 1
    assert not any("cropped" in notice for notice in plan(tmp_path, PLAIN, engine=NEURAL).notices)


def test_a_distilled_model_has_its_own_steps(tmp_path: Path) -> None:
    turbo = {**NEURAL, "sigmas": (1.0, 0.5), "num_inference_steps": 2}
    request = plan(tmp_path, PLAIN, engine=turbo).scenes[0].request
    assert (request.sigmas, request.num_inference_steps) == ((1.0, 0.5), 2)
    for setting in ("num_inference_steps: 8", "true_cfg_scale: 4.0"):
        assert codes(tmp_path, PLAIN + f"generate: {{{setting}}}\n", engine=turbo) == ["fixed-schedule"]


def test_adapters_decide_pixels_where_there_are_weights(tmp_path: Path) -> None:
    text = PLAIN + "generate: {adapters: [a.safetensors, {file: b.safetensors, weight: 0.5}]}\n"
    files = {"a.safetensors": b"1", "b.safetensors": b"2"}
    scene = plan(tmp_path, text, files, engine=NEURAL, digest=lambda path: Path(path).name).scenes[0]
    assert [(a.digest, a.weight) for a in scene.request.adapters] == [("a.safetensors", 1.0), ("b.safetensors", 0.5)]
    assert [Path(path).name for path in scene.adapter_paths] == ["a.safetensors", "b.safetensors"]
    assert plan(tmp_path, text, files).scenes[0].request.adapters == ()
    assert codes(tmp_path, PLAIN + "generate: {adapters: [no.safetensors]}\n", engine=NEURAL) == ["missing-asset"]
