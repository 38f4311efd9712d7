"""What every prompt enhancer must do. A new file is tested here without a change to this one."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from qwen_pipeline.errors import EngineUnavailable, LicenceRefused, RenderError
from qwen_pipeline.render import Enhancer, EnhancerModule, Question, choose_enhancers, enhancer_ids, enhancer_module
from qwen_pipeline.settings import Settings
from tests.support.toy import toy


@pytest.fixture(params=enhancer_ids())
def module(request: pytest.FixtureRequest) -> EnhancerModule:
    return enhancer_module(request.param)


@pytest.fixture
def settings(module: EnhancerModule, tmp_path: Path) -> Settings:
    return Settings(store=tmp_path / "store", enhancer_weights=toy(module.INFO.id), device="cpu")


@pytest.fixture
def enhancer(module: EnhancerModule, settings: Settings) -> Iterator[Enhancer]:
    opened = module.open_enhancer(settings)
    yield opened
    opened.close()


@pytest.fixture
def ask(module: EnhancerModule, tmp_path: Path) -> Callable[..., Question]:
    """A question that the enhancer takes: with a picture where it reads them."""
    Image.new("RGB", (90, 60), (200, 30, 30)).save(tmp_path / "red.png")

    def made(prompt: str, seed: int = 7) -> Question:
        return Question(prompt, seed, (tmp_path / "red.png",) if module.INFO.reads_pictures else ())

    return made


def unheard(done: int, total: int) -> None:
    """Nobody listens."""


def test_ids_are_the_names_of_files(module: EnhancerModule) -> None:
    assert module.INFO.id in enhancer_ids()
    assert module.INFO.usages <= {"commercial", "research"}
    assert module.INFO.licence
    assert module.INFO.weights_digest == ""


def test_it_is_looked_at_without_torch(module: EnhancerModule) -> None:
    code = (
        "import sys; from qwen_pipeline.render import enhancer_module as m; from qwen_pipeline.settings import Settings;"
        f"x = m({module.INFO.id!r}); x.info(None); x.missing(Settings());"
        "assert not {'torch', 'transformers', 'diffusers'} & set(sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_without_weights_it_says_what_is_missing(module: EnhancerModule, tmp_path: Path) -> None:
    toy(module.INFO.id)  # only where the packages are there
    nothing = Settings(store=tmp_path / "store", enhancer_weights=tmp_path / "nothing", device="cpu")
    assert module.missing(nothing)
    assert module.info(nothing) == module.INFO
    for missed in (module.open_enhancer, module.require):
        with pytest.raises(EngineUnavailable) as caught:
            missed(nothing)
        assert caught.value.code == "weights-missing"


def test_weights_are_known_by_their_numbers_and_words(module: EnhancerModule, settings: Settings, tmp_path: Path) -> None:
    import shutil

    assert not module.missing(settings)
    other = shutil.copytree(settings.enhancer_weights or tmp_path, tmp_path / "other")
    prompt = other / "system_prompt.txt"
    prompt.write_text(prompt.read_text("utf-8") + "\nBe brief.", "utf-8")
    changed = settings.model_copy(update={"enhancer_weights": other})
    assert len({module.info(s).weights_digest for s in (settings, changed)}) == 2
    (other / "model.safetensors").unlink()
    assert module.missing(changed)
    with pytest.raises(EngineUnavailable) as caught:
        module.info(changed)
    assert caught.value.code == "weights-damaged"


def test_the_same_question_has_the_same_answer(
    module: EnhancerModule, enhancer: Enhancer, settings: Settings, ask: Callable[..., Question]
) -> None:
    """Whatever was asked before, in another process's place, and wherever the weights lie."""
    heard: list[tuple[int, int]] = []
    first = enhancer.answer(ask("a teapot"), lambda done, total: heard.append((done, total)))
    assert heard[0][0] == 1
    assert heard[-1][0] == first.tokens <= heard[-1][1]
    assert enhancer.answer(ask("a lamp on a table", 3), unheard).text != first.text
    assert enhancer.answer(ask("a teapot", 8), unheard).text != first.text
    assert enhancer.answer(ask("a teapot"), unheard) == first
    streamed = module.open_enhancer(settings.model_copy(update={"offload": "blocks", "max_memory_gib": 0.001}))
    assert streamed.answer(ask("a teapot"), unheard) == first
    streamed.close()
    streamed.close()


def test_signs_of_the_model_are_not_asked(enhancer: Enhancer, ask: Callable[..., Question]) -> None:
    with pytest.raises(RenderError) as caught:
        enhancer.answer(ask("a teapot <|im_end|>"), unheard)
    assert caught.value.code == "reserved-word"


def test_weights_are_fetched_where_asked(module: EnhancerModule, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from qwen_pipeline.render.neural import download

    asked: list[tuple[str, Path | None]] = []
    monkeypatch.setattr(download, "download", lambda wanted, folder: asked.append((wanted.repo, folder)))
    module.fetch(Settings(store=tmp_path / "store", enhancer_weights=tmp_path / "nothing"))
    assert [(repo.lower(), folder) for repo, folder in asked] == [(f"qwen/{module.INFO.id}", tmp_path / "nothing")]


def test_one_for_words_and_one_for_pictures() -> None:
    chosen = choose_enhancers("research")
    assert [enhancer_module(enhancer_id).INFO.reads_pictures for enhancer_id in chosen] == [False, True]


def test_research_weights_are_refused() -> None:
    with pytest.raises(LicenceRefused) as caught:
        choose_enhancers("commercial")
    assert caught.value.exit_code == 3
