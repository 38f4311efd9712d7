"""A distillation as it is written: steps, noise levels and guidance of what is generated; edits keep the engine's own."""

from __future__ import annotations

from dataclasses import replace
from math import log
from pathlib import Path

import pytest

from qwen_pipeline.errors import SpecError
from qwen_pipeline.pipeline.ladder import Step
from qwen_pipeline.pipeline.rungs import Chain, scenes_of
from qwen_pipeline.plan.generating import lightning_sigmas
from qwen_pipeline.types import Plan, SceneRequest

from ..support.pictures import PNG
from .plans import plan

ENGINE = {
    "id": "big",
    "size_multiple": 16,
    "num_inference_steps": 50,
    "true_cfg_scale": 4.0,
    "max_references": 3,
    "capabilities": frozenset({"generate", "edit", "references", "adapters", "distillation"}),
}
POSTER = "kind: Poster\nextends: blank\ncanvas: 1000x1000px\nscene:\n  subject: a teapot\n"
FILES = {"fast.safetensors": b"1", "house.safetensors": b"2", "bowl.png": PNG}
FAST = "distilled: {adapter: fast.safetensors, steps: 4}"


def made(tmp_path: Path, scene: str = "", generate: str = FAST, **changes: object) -> Plan:
    changes = {"engine": ENGINE, "digest": lambda path: Path(path).name, **changes}
    return plan(tmp_path, POSTER + scene + f"generate: {{{generate}}}\n", FILES, **changes)


def drawn(request: SceneRequest) -> tuple[object, ...]:
    return request.num_inference_steps, request.true_cfg_scale, request.sigmas, [a.digest for a in request.adapters]


OWN = (50, 4.0, (), [])


@pytest.mark.parametrize("steps", [4, 8])
def test_steps_levels_and_guidance_are_the_distillations(tmp_path: Path, steps: int) -> None:
    (scene,) = made(tmp_path, generate=f"distilled: {{adapter: fast.safetensors, steps: {steps}}}").scenes
    assert drawn(scene.request) == (steps, 1.0, lightning_sigmas(steps), ["fast.safetensors"])
    assert [Path(path).name for path in scene.adapter_paths] == ["fast.safetensors"]


@pytest.mark.parametrize("steps", [4, 8])
def test_the_levels_are_those_of_diffusers(steps: int) -> None:
    diffusers = pytest.importorskip("diffusers")
    numpy = pytest.importorskip("numpy")
    scheduler = diffusers.FlowMatchEulerDiscreteScheduler(
        base_shift=log(3), max_shift=log(3), use_dynamic_shifting=True, shift_terminal=None, time_shift_type="exponential"
    )
    scheduler.set_timesteps(sigmas=numpy.linspace(1.0, 1 / steps, steps), mu=log(3))
    assert scheduler.sigmas.tolist()[:-1] == list(lightning_sigmas(steps))


def test_other_adapters_are_worn_over_it(tmp_path: Path) -> None:
    (scene,) = made(tmp_path, generate=FAST + ", adapters: [{file: house.safetensors, weight: 0.5}]").scenes
    assert [(a.digest, a.weight) for a in scene.request.adapters] == [("fast.safetensors", 1.0), ("house.safetensors", 0.5)]
    assert len(scene.adapter_paths) == 2


@pytest.mark.parametrize("scene", ["  references: [bowl.png]\n", "  guide: layout\n"])
def test_what_is_shown_a_picture_keeps_the_engines_own(tmp_path: Path, scene: str) -> None:
    (only,) = made(tmp_path, scene).scenes
    assert (drawn(only.request), only.adapter_paths, only.edit_schedule) == (OWN, (), None)


def test_edits_keep_the_engines_own_and_other_adapters(tmp_path: Path) -> None:
    first, second = made(tmp_path, "  edits: [mist]\n", FAST + ", adapters: [house.safetensors]").scenes
    assert drawn(first.request)[:2] == (4, 1.0)
    assert drawn(second.request) == (50, 4.0, (), ["house.safetensors"])
    assert [Path(path).name for path in second.adapter_paths] == ["house.safetensors"]


def test_a_repair_of_lettering_is_an_edit(tmp_path: Path) -> None:
    (scene,) = made(tmp_path).scenes
    folder = Path(__file__).resolve().parents[2] / "templates" / "poster"
    chain = Chain((replace(scene, strings=("Tea",)),), folder, len)
    (erased,) = scenes_of(Step("erase", 1, source=scene.fingerprint, read=("Tee",)), chain, ())
    assert (drawn(erased.request), erased.adapter_paths, erased.request.source) == (OWN, (), scene.fingerprint)
    (again,) = scenes_of(Step("draw", 2), chain, ())
    assert drawn(again.request) == drawn(scene.request)


@pytest.mark.parametrize(
    ("generate", "engine", "code", "line"),
    [
        (FAST + ", true_cfg_scale: 4.0", {}, "fixed-schedule", 6),
        (FAST + ", num_inference_steps: 8", {}, "fixed-schedule", 6),
        (FAST, {"capabilities": frozenset({"generate", "adapters"}), "sigmas": (1.0, 0.5)}, "no-distillation", 6),
        (FAST, {"capabilities": frozenset({"generate", "hints"})}, "no-distillation", 6),
        ("distilled: {adapter: no.safetensors, steps: 4}", {}, "missing-asset", 6),
        ("distilled: {adapter: fast.safetensors, steps: 5}", {}, "wrong-type", 6),
    ],
)
def test_what_a_distillation_does_not_take(
    tmp_path: Path, generate: str, engine: dict[str, object], code: str, line: int
) -> None:
    with pytest.raises(SpecError) as caught:
        made(tmp_path, generate=generate, engine={**ENGINE, **engine})
    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.code, diagnostic.place.line) == (code, line)
    assert diagnostic.hint or code in ("missing-asset", "wrong-type")


def test_what_is_said_already_is_no_error_and_it_can_be_left_out(tmp_path: Path) -> None:
    (scene,) = made(tmp_path, generate=FAST + ", true_cfg_scale: 1.0, num_inference_steps: 4").scenes
    assert drawn(scene.request)[:2] == (4, 1.0)
    (plain,) = plan(tmp_path, POSTER + f"generate: {{{FAST}}}\n", FILES, overrides=("generate.distilled=null",)).scenes
    assert plain.request.sigmas == ()


@pytest.mark.parametrize(
    ("role", "words", "told"),
    [("title", "Tea", False), ("body", "Tea", True), ("title", "Tea at the foot of the old mountain", True)],
)
def test_dense_or_small_words_in_the_picture_are_told(tmp_path: Path, role: str, words: str, told: bool) -> None:
    text = POSTER + "regions: {top: {box: [10%, 10%, 80%, 20%]}}\n"
    text += f"layers: [{{id: t, kind: text, in: top, role: {role}, text: {words}, render: baked}}]\n"
    notices = plan(tmp_path, text + f"generate: {{{FAST}}}\n", FILES, engine=ENGINE, reader="r 1").notices
    assert any(notice.startswith("generate.distilled") for notice in notices) is told
    slow = plan(tmp_path, text, FILES, engine=ENGINE, reader="r 1").notices
    assert not any(notice.startswith("generate.distilled") for notice in slow)
