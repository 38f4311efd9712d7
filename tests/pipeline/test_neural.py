"""A build with weights, end to end: toy checkpoints of the real classes, on the processor."""

from __future__ import annotations

import json
import shutil
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from qwen_pipeline.errors import EngineUnavailable, LicenceRefused, RenderError
from qwen_pipeline.pipeline import Event, Order, Workshop, build, make_plan, read_record, reproduce
from qwen_pipeline.render import require_engine
from qwen_pipeline.render.neural.weights import Wanted
from qwen_pipeline.settings import Settings
from qwen_pipeline.types import Manifest
from tests.support.toy import toy, toy_settings

SPEC = """
kind: Poster
usage: research
extends: blank
canvas: 600x600px
regions: {foot: {box: [0%, 50%, 100%, 50%]}}
layers: [{id: l, kind: text, in: foot, text: Tea}]
scene:
  subject: a teapot
  references: [bowl.png]
  edits:
    - {do: mist over the table, region: foot}
checks: {contrast: off}
generate: {size: 96, num_inference_steps: 2}
outputs: [{format: png, name: tea.png}, {format: pdf, name: tea.pdf}]
"""
ENGINES = ("qwen-image-2.1", "qwen-image-2.1-turbo")


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    pixels = np.random.default_rng(1).integers(0, 256, (70, 110, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "bowl.png")
    (tmp_path / "tea.yaml").write_text(SPEC)
    return tmp_path / "tea.yaml"


def test_a_poster_with_references_and_a_limited_edit(spec: Path, tmp_path: Path) -> None:
    """Drawn, edited within its region, delivered; found again; told by `info`; drawn again by `reproduce`."""
    settings = toy_settings(ENGINES[0], tmp_path / "store")
    events: list[Event] = []
    made = build(Order(spec, ENGINES[0]), tmp_path / "out", settings, events.append)
    assert (made.exit_code, made.rendered, made.engine) == (0, 2, ENGINES[0])
    assert (ENGINES[0], "Qwen Research License") in made.licences
    steps = [(event.step, event.done, event.total) for event in events]
    assert {("encode", 1, 1), ("denoise", 1, 2), ("denoise", 2, 2), ("scenes", 1, 2), ("scenes", 2, 2)} <= set(steps)
    assert any(event.seconds_left is not None for event in events)
    _check_edit(made, settings)
    _check_record(tmp_path / "out", settings)
    assert build(Order(spec, ENGINES[0]), tmp_path / "elsewhere", settings).rendered == 0
    (again,) = reproduce(tmp_path / "out" / "tea.png", tmp_path / "again", settings, spec.parent)
    assert again.same


def _check_edit(made: Manifest, settings: Settings) -> None:
    """Above the region not one pixel differs from the picture that was edited."""
    before, after = (
        np.asarray(Image.open(next((settings.store / "scenes").rglob(f"{name}.png")))) for name in made.scenes
    )
    assert before.shape == (96, 96, 3)
    assert (before[:48] == after[:48]).all()
    assert (before[48:] != after[48:]).mean() > 0.2


def _check_record(out: Path, settings: Settings) -> None:
    scene = read_record(out / "tea.png")["scenes"][0]
    planned = {name: scene["request"][name] for name in ("dtype", "num_inference_steps", "engine_version")}
    assert planned == {"dtype": "float32", "num_inference_steps": 2, "engine_version": "1"}
    assert len(scene["request"]["weights_digest"]) == 64
    assert scene["mode"] == "float32, cpu, eager, sdpa, precision full"
    assert {"torch", "diffusers", "transformers"} <= set(scene["versions"])
    assert scene["sources"][0]["references"]
    assert str(settings.weights) not in json.dumps(scene)


def test_other_weights_do_not_reproduce(spec: Path, tmp_path: Path) -> None:
    settings = toy_settings(ENGINES[1], tmp_path / "store")
    order = Order(spec, ENGINES[1], overrides=("generate.num_inference_steps=8", "scene.edits=[]"))
    assert build(order, tmp_path / "out", settings).exit_code == 0
    scene = read_record(tmp_path / "out" / "tea.png")["scenes"][0]["request"]
    assert (scene["sigmas"][-1], len(scene["sigmas"])) == (0.414568, 8)
    empty = settings.model_copy(update={"weights": tmp_path / "nothing"})
    with pytest.raises(RenderError) as caught:
        reproduce(tmp_path / "out" / "tea.png", tmp_path / "again", empty, spec.parent)
    assert caught.value.code == "other-weights"


@pytest.mark.parametrize("engine", ENGINES)
def test_research_weights_are_refused_before_anything_is_loaded(spec: Path, tmp_path: Path, engine: str) -> None:
    """Whether or not they are there, and whether or not they may be fetched."""
    for settings in (Settings(store=tmp_path / "store", weights=tmp_path), Settings(store=tmp_path / "store", download=True)):
        with pytest.raises(LicenceRefused) as caught:
            make_plan(Order(spec, engine, overrides=("usage=commercial",)), settings)
        assert caught.value.exit_code == 3


@pytest.mark.parametrize(
    ("engine", "repo", "size"),
    [("qwen-image-2.1", "Qwen/Qwen-Image-2.1", "33 GB"), ("qwen-image", "Qwen/Qwen-Image-2512", "58 GB")],
)
def test_missing_weights_are_told_once_before_any_work(spec: Path, tmp_path: Path, engine: str, repo: str, size: str) -> None:
    """A plan is made without them; a build or a batch ends before anything is written."""
    toy(engine)  # only where the packages are there
    settings = Settings(store=tmp_path / "store", weights=tmp_path / "nothing", device="cpu")
    assert make_plan(Order(spec, engine), settings).plan.engine.weights_digest == ""
    for work in (lambda: build(Order(spec, engine), tmp_path / "out", settings), lambda: Workshop(Order(spec, engine), settings)):
        with pytest.raises(EngineUnavailable) as caught:
            work()
        error = caught.value
        assert (error.code, error.exit_code) == ("weights-missing", 4)
        assert all(part in f"{error}" for part in (engine, repo, size, str(tmp_path / "nothing"), "--download", "--weights"))
        assert not (tmp_path / "out" / "manifest.json").exists()


def test_weights_that_only_edits_need_are_told_before_any_work(
    spec: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import shutil

    from qwen_pipeline.render.neural import qwen20b_engine

    monkeypatch.setattr(qwen20b_engine, "PROMPT_LIMIT_TOKENS", 9000)  # toys count a token a byte
    shutil.copytree(toy("qwen-image") / "Qwen-Image-2512", tmp_path / "weights" / "Qwen-Image-2512")
    settings = Settings(store=tmp_path / "store", weights=tmp_path / "weights", device="cpu")
    quick = ("scene.references=[]", "generate.true_cfg_scale=1")
    with pytest.raises(EngineUnavailable) as caught:
        build(Order(spec, "qwen-image", overrides=quick), tmp_path / "out", settings)
    assert caught.value.code == "weights-missing"
    assert "Qwen/Qwen-Image-Edit-2511" in f"{caught.value}"
    assert "Qwen/Qwen-Image-2512" not in f"{caught.value}"
    assert not list((tmp_path / "store").rglob("scenes/**/*.png"))
    drawn = make_plan(Order(spec, "qwen-image", overrides=(*quick, "scene.edits=[]")), settings).plan.scenes
    require_engine("qwen-image", settings, [scene.request for scene in drawn])  # these need no more than is here


def test_a_device_that_is_not_there_is_told_before_any_work(spec: Path, tmp_path: Path) -> None:
    settings = toy_settings(ENGINES[0], tmp_path / "store").model_copy(update={"device": "cuda:7"})
    with pytest.raises(EngineUnavailable) as caught:
        build(Order(spec, ENGINES[0]), tmp_path / "out", settings)
    assert (caught.value.code, caught.value.exit_code) == ("engine-unavailable", 4)


@pytest.mark.parametrize("precision", ["fp8", "fp8-weights", "int8-weights", "gguf", "dfloat11"])
def test_a_precision_without_what_it_needs_is_told_before_any_work(spec: Path, tmp_path: Path, precision: str) -> None:
    settings = toy_settings(ENGINES[0], tmp_path / "store").model_copy(update={"precision": precision})
    package = {"gguf": "gguf", "dfloat11": "dfloat11"}.get(precision, "torchao")
    if find_spec(package):
        pytest.skip(f"{package} is installed here")
    with pytest.raises(EngineUnavailable) as caught:
        build(Order(spec, ENGINES[0]), tmp_path / "out", settings)
    assert (caught.value.code, package in caught.value.message) == ("precision", True)


def test_weights_cut_off_are_told_before_any_work(spec: Path, tmp_path: Path) -> None:
    import os
    import shutil

    folder = shutil.copytree(toy(ENGINES[0]), tmp_path / "weights")
    file = folder / "text_encoder" / "model.safetensors"
    os.truncate(file, file.stat().st_size - 8)
    with pytest.raises(EngineUnavailable) as caught:
        build(Order(spec, ENGINES[0]), tmp_path / "out", Settings(store=tmp_path / "store", weights=folder, device="cpu"))
    assert caught.value.code == "weights-damaged"


def test_reading_weights_for_their_digest_is_heard_once(spec: Path, tmp_path: Path) -> None:
    settings = toy_settings(ENGINES[0], tmp_path / "store")
    events: list[Event] = []
    for _ in "12":
        make_plan(Order(spec, ENGINES[0]), settings, events.append)
    assert {event.step for event in events} == {"identify"}
    assert [event.done for event in events].count(0) == 1
    assert events[-1].done == events[-1].total


def test_damaged_weights_end_a_build_at_once(spec: Path, tmp_path: Path) -> None:
    import shutil

    folder = shutil.copytree(toy(ENGINES[0]), tmp_path / "weights")
    (folder / "vae" / "diffusion_pytorch_model.safetensors").unlink()
    with pytest.raises(EngineUnavailable) as caught:
        build(Order(spec, ENGINES[0]), tmp_path / "out", Settings(store=tmp_path / "store", weights=folder, device="cpu"))
    assert caught.value.code == "weights-damaged"


def test_auto_takes_weights_where_there_are_some_and_says_why_not(spec: Path, tmp_path: Path) -> None:
    with_weights = make_plan(Order(spec), toy_settings(ENGINES[0], tmp_path / "store")).plan
    assert with_weights.engine.id == ENGINES[0]
    without = make_plan(Order(spec), Settings(store=tmp_path / "store", weights=tmp_path / "nothing")).plan
    assert without.engine.id == "draft"
    (notice,) = [notice for notice in without.notices if notice.startswith("engine draft")]
    assert all(engine in notice for engine in ENGINES)
    commercial = make_plan(Order(spec, overrides=("usage=commercial",)), toy_settings(ENGINES[0], tmp_path / "store")).plan
    assert commercial.engine.id == "draft"


def test_weights_are_fetched_only_when_asked(spec: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from qwen_pipeline.render.neural import download

    asked: list[tuple[str, Path]] = []
    monkeypatch.setattr(download, "download", lambda wanted, folder: asked.append((wanted.repo, folder)))
    plain = {"store": tmp_path / "store", "weights": tmp_path / "nothing"}
    make_plan(Order(spec, ENGINES[0]), Settings(**plain))  # type: ignore[arg-type]
    assert asked == []
    make_plan(Order(spec, ENGINES[0]), Settings(**plain, download=True))  # type: ignore[arg-type]
    assert set(asked) == {("Qwen/Qwen-Image-2.1", tmp_path / "nothing")}


@pytest.mark.parametrize(
    ("more", "edits"),
    [
        ((), False),
        (("scene.edits=[more light]",), True),
        (("layers=[{id: title, kind: text, in: title, text: Tea, render: baked}]",), True),
    ],
    ids=["words-only", "an-edit", "words-to-spell"],
)
def test_weights_for_edits_are_fetched_where_the_plan_has_some(
    more: tuple[str, ...], edits: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """58 GB each: and what came is part of the identity of the pictures that it draws."""
    from qwen_pipeline.render.neural import download, qwen20b_engine

    monkeypatch.setattr(qwen20b_engine, "PROMPT_LIMIT_TOKENS", 9000)  # toys count a token a byte
    folder, asked = tmp_path / "weights", []

    def fetched(wanted: Wanted, target: Path | None) -> None:
        name = wanted.repo.rpartition("/")[2]
        asked.append(name)
        shutil.copytree(toy("qwen-image") / name, folder / name)

    monkeypatch.setattr(download, "download", fetched)
    path = tmp_path / "tea.yaml"
    path.write_text("kind: Poster\nlocales: [en]\ntitle: Tea\nscene: {subject: a teapot}\n")
    settings = Settings(store=tmp_path / "store", weights=folder, download=True, device="cpu")
    made = make_plan(Order(path, "qwen-image", overrides=more), settings).plan
    assert asked == ["Qwen-Image-2512", *(["Qwen-Image-Edit-2511"] if edits else [])]
    assert made.engine.can_edit == edits
    assert all(scene.request.weights_digest for scene in made.scenes)


def test_what_engines_say_is_heard(capsys: pytest.CaptureFixture[str]) -> None:
    """Loading and encoding as lines, single steps only on a terminal; memory that ran out is told."""
    from qwen_pipeline.cli.progress import listening
    from qwen_pipeline.pipeline.order import phase_event
    from qwen_pipeline.types import Phase

    phases = [Phase("load", 0, 2 * 10**9), Phase("encode", 1, 2, 3.0), Phase("encode", 2, 2)]
    phases += [Phase("denoise", 3, 40, 90.0), Phase("relax", 2, 0)]
    events = [phase_event(phase) for phase in phases]
    assert [event.step for event in events] == ["load", "encode", "encode", "denoise", "notice"]
    assert events[3].seconds_left == 90.0
    with listening(False) as listener:
        for event in events:
            listener(event)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 3
    assert ("2" in lines[0], "[2/2]" in lines[1], "memory" in lines[2]) == (True, True, True)
