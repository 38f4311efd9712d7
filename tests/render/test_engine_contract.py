"""What every engine must do. A new engine file is tested here without a change to this file."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from qwen_pipeline.errors import PromptTooLong, RenderError
from qwen_pipeline.fingerprint import scene_fingerprint
from qwen_pipeline.render import Engine, EngineModule, SceneInputs, check_request, engine_ids, engine_module
from qwen_pipeline.settings import Settings
from qwen_pipeline.types import EngineInfo, SceneRequest
from tests.support.toy import has_toy, toy_settings

from .scenes import REQUEST

CAPABILITIES = {"generate", "edit", "references", "alpha", "hints", "exact-lettering", "adapters", "distillation"}


@pytest.fixture(params=engine_ids())
def module(request: pytest.FixtureRequest) -> EngineModule:
    return engine_module(request.param)


def settings_for(module: EngineModule, store: Path) -> Settings:
    """Engines with weights draw with toy ones, on the processor."""
    return toy_settings(module.INFO.id, store) if has_toy(module.INFO.id) else Settings(store=store)


@pytest.fixture
def settings(module: EngineModule, tmp_path: Path) -> Settings:
    made = settings_for(module, tmp_path / "store")
    reason = module.missing(made)
    if reason:
        pytest.skip(reason)
    return made


@pytest.fixture
def engine(module: EngineModule, settings: Settings) -> Iterator[Engine]:
    opened = module.open_engine(settings)
    yield opened
    opened.close()


def small_sizes(info: EngineInfo) -> tuple[tuple[int, int], tuple[int, int]]:
    step = info.size_multiple
    return ((160, 120), (97, 140)) if step == 1 else ((3 * step, 2 * step), (step, 4 * step))


def request_for(module_or_engine: EngineModule | Engine, **changes: object) -> SceneRequest:
    info = module_or_engine.INFO if hasattr(module_or_engine, "INFO") else module_or_engine.info
    width, height = small_sizes(info)[0]
    plain = replace(
        REQUEST,
        engine=info.id,
        engine_version=info.version,
        weights_digest=info.weights_digest,
        dtype=info.dtype,
        width_px=width,
        height_px=height,
        num_inference_steps=len(info.sigmas) or min(2, info.num_inference_steps),
        true_cfg_scale=info.true_cfg_scale,
        sigmas=info.sigmas,
    )
    return replace(plain, **changes)


def draw(engine: Engine, request: SceneRequest, inputs: SceneInputs = SceneInputs()) -> Image.Image:  # noqa: B008
    conditioning = engine.encode([request], [inputs])
    return engine.render(request, conditioning[scene_fingerprint(request)], inputs)


def digest(image: Image.Image) -> str:
    return hashlib.sha256(image.mode.encode() + image.tobytes()).hexdigest()


def test_info_is_sane(module: EngineModule) -> None:
    info = module.INFO
    assert info.version
    assert info.licence
    assert info.describe
    assert info.usages
    assert info.usages <= {"commercial", "research"}
    assert "generate" in info.capabilities
    assert info.capabilities <= CAPABILITIES
    assert info.size_multiple >= 1
    assert info.prompt_limit_tokens > 0
    assert (info.max_references > 0) == ("references" in info.capabilities)
    assert all(w % info.size_multiple == 0 == h % info.size_multiple and w * h <= info.max_area_px for w, h in info.native_sizes)


def test_what_is_here_is_what_is_opened(module: EngineModule, settings: Settings) -> None:
    info = module.info(settings)
    opened = module.open_engine(settings)
    assert opened.info == info
    assert (info.id, info.version, info.usages) == (module.INFO.id, module.INFO.version, module.INFO.usages)
    text = "春茶 tea"
    assert module.counter(settings)(text) == opened.count_tokens(text) <= module.count_tokens(text)
    opened.close()


def test_id_is_the_files_name() -> None:
    assert engine_ids()
    assert all(engine_module(i).INFO.id == i for i in engine_ids())


def test_imports_without_torch() -> None:
    code = (
        "import sys; from qwen_pipeline.render import engine_ids, engine_module\n"
        "for i in engine_ids(): engine_module(i).count_tokens('a cup')\n"
        "assert not {'torch', 'diffusers', 'transformers'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_tokens_are_monotone(module: EngineModule) -> None:
    text = "A teapot 茶壶 on a ledge, 春茶市集 in the morning; 2026-04-18 — “quiet”."
    counts = [module.count_tokens(text[:n]) for n in range(len(text) + 1)]
    assert counts == sorted(counts)
    assert counts[-1] > 8
    assert module.count_tokens(text * 3) > counts[-1]


def test_refuses_too_long_a_prompt(module: EngineModule) -> None:
    request = request_for(module, prompt="tea " * (module.INFO.prompt_limit_tokens + 1))
    with pytest.raises(PromptTooLong):
        check_request(module.INFO, request, module.count_tokens(request.prompt))


@pytest.mark.parametrize("bad", [(0, 100), (100, -1), (60_000, 60_000)])
def test_refuses_impossible_sizes(module: EngineModule, bad: tuple[int, int]) -> None:
    with pytest.raises(RenderError) as caught:
        check_request(module.INFO, request_for(module, width_px=bad[0], height_px=bad[1]), 1)
    assert caught.value.code == "size"


@pytest.mark.parametrize(
    ("capability", "changes"),
    [
        ("edit", {"source": "0" * 64}),
        ("references", {"references": ("0" * 64,)}),
        ("alpha", {"transparent": True}),
        ("exact-lettering", {"lettering": "0" * 64}),
    ],
)
def test_refuses_what_it_cannot_do(module: EngineModule, capability: str, changes: dict[str, object]) -> None:
    lesser = replace(module.INFO, capabilities=module.INFO.capabilities - {capability})
    with pytest.raises(RenderError) as caught:
        check_request(lesser, request_for(module, **changes), 1)
    assert caught.value.code == "unsupported"
    assert capability in caught.value.message


def test_size_law(engine: Engine) -> None:
    for width, height in small_sizes(engine.info):
        image = draw(engine, request_for(engine, width_px=width, height_px=height))
        assert (image.size, image.mode) == ((width, height), "RGB")


def test_same_request_same_bytes_whatever_comes_before(engine: Engine) -> None:
    request = request_for(engine)
    first = digest(draw(engine, request))
    draw(engine, request_for(engine, prompt="a harbour at dusk", seed=99))
    assert digest(draw(engine, request)) == first


def test_neighbours_do_not_matter(engine: Engine) -> None:
    requests = [
        request_for(engine, seed=s, prompt=p) for s, p in ((1, "a cup"), (2, "a mountain with many words around it"), (3, "sea"))
    ]
    alone = [digest(draw(engine, r)) for r in requests]
    together = engine.encode(requests, [SceneInputs()] * 3)
    assert [digest(engine.render(r, together[scene_fingerprint(r)], SceneInputs())) for r in reversed(requests)] == alone[::-1]
    assert len(set(alone)) == 3


def test_seed_matters(engine: Engine) -> None:
    assert digest(draw(engine, request_for(engine, seed=1))) != digest(draw(engine, request_for(engine, seed=2)))


def test_same_bytes_in_another_process(tmp_path: Path) -> None:
    """All engines in one process, since loading torch takes longer than drawing."""
    here, todo = [], []
    for module in map(engine_module, engine_ids()):
        settings = settings_for(module, tmp_path / "here")
        if module.missing(settings):
            continue
        engine = module.open_engine(settings)
        request = request_for(engine)
        here.append(digest(draw(engine, request)))
        engine.close()
        todo.append((request, str(settings.weights or "")))
    code = (
        "import hashlib\n"
        "from pathlib import Path\n"
        "from qwen_pipeline.types import SceneRequest\n"
        "from qwen_pipeline.fingerprint import scene_fingerprint\n"
        "from qwen_pipeline.render import SceneInputs, engine_module\n"
        "from qwen_pipeline.settings import Settings\n"
        f"for request, weights in {todo!r}:\n"
        f"    settings = Settings(store=Path({str(tmp_path / 'there')!r}), weights=weights or None, device='cpu')\n"
        "    engine = engine_module(request.engine).open_engine(settings)\n"
        "    key = engine.encode([request], [SceneInputs()])[scene_fingerprint(request)]\n"
        "    image = engine.render(request, key, SceneInputs())\n"
        "    print(hashlib.sha256(image.mode.encode() + image.tobytes()).hexdigest())\n"
    )
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=300)
    assert run.stdout.split() == here


def test_edit(engine: Engine, tmp_path: Path) -> None:
    if "edit" not in engine.info.capabilities:
        pytest.skip("does not edit")
    before = draw(engine, request_for(engine))
    path = tmp_path / "source.png"
    before.save(path)
    request = request_for(engine, source="0" * 64, prompt="warm the light, late afternoon")
    after = draw(engine, request, SceneInputs(source=path))
    assert after.size == before.size
    assert digest(after) != digest(before)
    assert digest(draw(engine, request, SceneInputs(source=path))) == digest(after)


def test_references(engine: Engine, tmp_path: Path) -> None:
    if "references" not in engine.info.capabilities:
        pytest.skip("takes no references")
    paths = []
    for name, value in (("red", (200, 30, 30)), ("blue", (30, 60, 200))):
        Image.new("RGB", (64, 64), value).save(tmp_path / f"{name}.png")
        paths.append(tmp_path / f"{name}.png")
    request = request_for(engine, references=("0" * 64,))
    red, blue = (digest(draw(engine, request, SceneInputs(references=(p,)))) for p in paths)
    assert red != blue


def test_alpha(engine: Engine) -> None:
    if "alpha" not in engine.info.capabilities:
        pytest.skip("draws no transparency")
    image = draw(engine, request_for(engine, transparent=True))
    assert image.mode == "RGBA"
    low, high = image.getchannel("A").getextrema()
    assert low == 0
    assert high == 255


def test_close_is_idempotent(module: EngineModule, settings: Settings) -> None:
    opened = module.open_engine(settings)
    opened.close()
    opened.close()
