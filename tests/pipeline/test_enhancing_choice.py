"""Which prompts are rewritten, by what, for how many pictures; and the whole phase with the real classes."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from qwen_pipeline.errors import EngineUnavailable, LicenceRefused, SpecError
from qwen_pipeline.pipeline import make_plan, read_record, reproduce
from qwen_pipeline.render import Question, enhancer_module
from qwen_pipeline.settings import Settings

from ..support.engines.scribe import INFO, always, by_turn
from ..support.enhancers import Heard, answered, dictate
from ..support.enhancers import install as speak
from ..support.scribes import install
from ..support.toy import toy
from .conftest import order
from .test_enhancing import GOOD, I2I, SPEC, T2I, good, made


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    path = tmp_path / "spec" / "poster.yaml"
    path.parent.mkdir()
    path.write_text(SPEC, "utf-8")
    return path


# --- which prompts, and by what ----------------------------------------------------------------------------------------


def test_research_weights_are_refused(spec: Path, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is looked for or fetched."""
    heard = speak(monkeypatch, good)
    for function in ("info", "fetch"):
        monkeypatch.setattr(enhancer_module(T2I), function, None)
    with pytest.raises(LicenceRefused) as caught:
        made(spec, tmp_path / "out", settings.model_copy(update={"download": True}), "usage=commercial")
    assert (caught.value.exit_code, heard.opened) == (3, [])
    assert made(spec, tmp_path / "out", settings, "usage=commercial", "generate.enhance=off").exit_code == 0


def test_an_engine_that_reads_no_prompt_needs_none(
    spec: Path, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = speak(monkeypatch, good)
    plan = make_plan(order(spec), settings).plan
    assert [scene.request.enhance for scene in plan.scenes] == [None]
    assert any("draft reads no prompt" in notice for notice in plan.notices)
    manifest = made(spec, tmp_path / "out", settings)
    assert (manifest.exit_code, heard.opened) == (0, [])
    assert T2I not in dict(manifest.licences)


def test_without_weights_a_plan_is_made_and_a_build_says_what_is_missing(
    spec: Path, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    toy(T2I)  # only where the packages are there
    install(monkeypatch, always("right"))
    nothing = settings.model_copy(update={"weights": tmp_path / "nothing", "enhancer_weights": tmp_path / "nothing"})
    plan = make_plan(order(spec), nothing).plan
    assert plan.scenes[0].request.enhance
    assert plan.scenes[0].request.enhance.weights_digest == ""
    with pytest.raises(EngineUnavailable) as caught:
        made(spec, tmp_path / "out", nothing)
    assert (caught.value.exit_code, caught.value.code) == (4, "weights-missing")
    speak(monkeypatch, good)
    assert made(spec, tmp_path / "out", settings).exit_code == 0
    assert made(spec, tmp_path / "again", nothing).rendered == 0


def _with_references(spec: Path, more: str = "") -> Path:
    pixels = np.random.default_rng(1).integers(0, 256, (70, 110, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(spec.parent / "bowl.png")
    spec.write_text(SPEC.replace("subject: a lamp}", f"subject: a lamp like <image1>, references: [bowl.png]{more}}}"), "utf-8")
    return spec


def test_references_are_shown_and_edits_keep_their_words(
    spec: Path, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = install(monkeypatch, always("right", edits="wrong"), info=replace(INFO, max_references=3))
    heard = speak(monkeypatch, lambda question, number: answered(f"{GOOD} As in <image1>.", ratio_follow="<image1>"))
    _with_references(spec, ", edits: [more light]")
    planned = make_plan(order(spec), settings).plan.scenes
    assert [bool(scene.request.enhance) for scene in planned] == [True, False]
    assert made(spec, tmp_path / "out", settings).exit_code == 0
    assert heard.opened == [I2I]
    assert [path.name for path in heard.questions[0].pictures] == ["bowl.png"]
    first, edit = log.requests
    assert (edit.prompt, edit.enhanced) == (planned[1].request.prompt, None)
    record = read_record(tmp_path / "out" / "poster.png")["scenes"][0]
    assert record["sources"][0]["prompt"] == first.prompt != planned[0].request.prompt
    assert edit.source != planned[1].request.source


def test_the_sketch_of_a_guided_picture_is_shown_too(
    spec: Path, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(monkeypatch, always("right"), info=replace(INFO, max_references=3))
    heard = speak(monkeypatch, lambda question, number: answered(f"{GOOD} Laid out as in <image1>."))
    spec.write_text(SPEC.replace("subject: a lamp}", "subject: a lamp, guide: layout}"), "utf-8")
    assert made(spec, tmp_path / "out", settings).exit_code == 0
    assert (heard.opened, [len(question.pictures) for question in heard.questions]) == ([I2I], [1])


def test_a_picture_without_words_is_drawn_from_the_templates_prompt(
    spec: Path, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no picture spells the words: further candidates are drawn from the rewritten prompt, the last one from none of it."""
    log = install(monkeypatch, always("dropped", edits="wrong"))
    speak(monkeypatch, good)
    made(spec, tmp_path / "out", settings, "layers=[{id: title, render: baked, max_attempts: 2, fallback: overlay}]")
    drawn = [request for request in log.requests if request.source is None]
    assert len(drawn) > 1
    assert {bool(request.enhanced) for request in drawn if '"Lamp"' in request.prompt} == {True}
    assert {bool(request.enhanced) for request in drawn if '"Lamp"' not in request.prompt} <= {False}
    assert all(request.enhanced is None for request in log.requests if request.source is not None)


def test_a_picture_right_in_the_end_is_from_the_rewritten_prompt(
    spec: Path, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, heard = install(monkeypatch, by_turn("dropped", "right")), speak(monkeypatch, good)
    assert made(spec, tmp_path / "out", settings).exit_code == 0
    assert (len({r.seed for r in log.requests}), {r.prompt for r in log.requests}, len(heard.questions)) == (2, {GOOD}, 1)


@pytest.mark.parametrize("word", ["on", "off", "{max_attempts: 1}"])
def test_ways_to_write_it(spec: Path, settings: Settings, word: str, monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, always("right"))
    (scene,) = make_plan(order(spec, overrides=(f"generate.enhance={word}",)), settings).plan.scenes
    assert (scene.request.enhance is None) == (word == "off")


@pytest.mark.parametrize("word", ["yes please", "true", "{max_attempts: 0}", "{on_fail: shrug}", "{tries: 2}"])
def test_ways_not_to_write_it(spec: Path, settings: Settings, word: str) -> None:
    with pytest.raises(SpecError) as caught:
        make_plan(order(spec, overrides=(f"generate.enhance={word}",)), settings)
    assert all("generate.enhance" in str(diagnostic) for diagnostic in caught.value.diagnostics)


# --- many --------------------------------------------------------------------------------------------------------------


def _rewriting(question: Question, number: int) -> str:
    """As a model does it: from the question alone."""
    first = question.prompt.partition("Lamp ")[2][:1]
    return answered(f"Lamp {first} glows, seed {question.seed}.")


def _card(path: Path) -> Path:
    card = path.parent / "card.yaml"
    card.write_text(card.read_text("utf-8").replace("{seed: 3}", "{seed: 3, enhance: on}") + "usage: research\n", "utf-8")
    text = path.read_text("utf-8").replace("name: batch\n", "name: batch\nusage: research\nchecks: {contrast: off, blank: off}\n")
    path.write_text(text, "utf-8")
    return path


def test_order_neighbours_and_a_second_start_change_nothing(
    batch: Callable[[int], Path], settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(monkeypatch, always("right"))

    def pictures(store: str, rows: list[str], heard: Heard, say: Any = _rewriting) -> dict[str, bytes]:
        path = _card(batch(len(rows)))
        (path.parent / "rows.csv").write_text("\n".join(["id,name", *rows]) + "\n", "utf-8")
        out = tmp_path / f"out-{store}-{len(heard.questions)}"
        made(path, out, settings.model_copy(update={"store": tmp_path / store}))
        return {file.name: file.read_bytes() for file in out.glob("*.png")}

    rows = [f"r{n},Lamp {n}" for n in range(4)]
    whole = pictures("a", rows, speak(monkeypatch, _rewriting))
    assert pictures("b", rows[::-1], speak(monkeypatch, _rewriting)) == whole
    alone = pictures("c", rows[2:3], speak(monkeypatch, _rewriting))
    assert alone == {name: whole[name] for name in alone}

    def stopped(question: Question, number: int) -> str:
        if number == 2:
            raise KeyboardInterrupt
        return _rewriting(question, number)

    heard = speak(monkeypatch, stopped)
    with pytest.raises(KeyboardInterrupt):
        pictures("d", rows, heard)
    rest = speak(monkeypatch, _rewriting)
    assert pictures("d", rows, rest) == whole
    assert len(rest.questions) == 2


def test_pictures_that_are_asked_the_same_share_an_answer(
    spec: Path, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, heard = install(monkeypatch, always("right")), speak(monkeypatch, good)
    manifest = made(spec, tmp_path / "out", settings, "generate.candidates=3", "outputs=[{format: png, name: '{candidate}.png'}]")
    assert (manifest.exit_code, len(heard.questions), len(log.requests)) == (0, 1, 3)


# --- the real classes --------------------------------------------------------------------------------------------------


@pytest.fixture
def with_toy(settings: Settings) -> Settings:
    return settings.model_copy(update={"enhancer_weights": toy(T2I), "device": "cpu"})


def test_a_random_model_is_refused_and_the_template_drawn(
    spec: Path, with_toy: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole phase on the real classes; its answers are kept, so that the next build needs no weights but to name them."""
    install(monkeypatch, always("right"))
    manifest = made(spec, tmp_path / "out", with_toy, "generate.enhance.max_attempts=2")
    assert (manifest.exit_code, [(f.check, f.code) for f in manifest.findings]) == (0, [("prompt.enhanced", "plain")])
    answers = [json.loads(path.read_text("utf-8"))["body"] for path in (with_toy.store / "answers").rglob("*.json")]
    assert len({answer["text"] for answer in answers}) == 2
    assert {name for name, _ in answers[0]["versions"]} == {"torch", "transformers"}
    monkeypatch.setattr("qwen_pipeline.render.neural.pe_writer.Writer.answer", None)
    assert made(spec, tmp_path / "again", with_toy, "generate.enhance.max_attempts=2").rendered == 0


def test_a_dictated_model_is_drawn_from(
    spec: Path, with_toy: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = install(monkeypatch, always("right"))
    dictate(monkeypatch, '</think>{"rewritten_prompt": "Glowing: \\"Lamp\\"."}')
    manifest = made(spec, tmp_path / "out", with_toy)
    assert (manifest.exit_code, manifest.findings) == (0, ())
    assert [request.prompt for request in log.requests] == ['Glowing: "Lamp".']
    enhanced = log.requests[0].enhanced
    assert enhanced
    assert len(enhanced.weights_digest) == 64
    weights = {"enhancer_weights": tmp_path / "nothing", "weights": tmp_path / "nothing"}
    (again,) = reproduce(tmp_path / "out" / "poster.png", tmp_path / "again", with_toy.model_copy(update=weights))
    assert again.same
