"""Rewritten prompts: asked once, judged, drawn from, told of; with a scribe for the engine and a speaker for the enhancer."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from qwen_pipeline.errors import OutOfMemory
from qwen_pipeline.pipeline import Event, build, forecast, make_plan, read_record, reproduce
from qwen_pipeline.render import Question
from qwen_pipeline.settings import Settings
from qwen_pipeline.store import Store

from ..support.engines.scribe import INFO, always
from ..support.enhancers import answered
from ..support.enhancers import install as speak
from ..support.scribes import install
from .conftest import order

T2I, I2I = "qwen-image-2.1-pe-t2i", "qwen-image-2.1-pe-i2i"
GOOD = 'A brass lamp glows over a desk; above it stands "Lamp" in heavy letters.'
SPEC = """\
kind: Poster
name: poster
usage: research
extends: minimal
canvas: {size: 320x240px, safe: 8px}
scene: {style: soft-gradient, subject: a lamp}
title: Lamp
layers: [{id: title, render: baked}]
generate: {seed: 3, enhance: on}
checks: {contrast: off, blank: off}
outputs: [{format: png, name: poster.png}]
"""


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    path = tmp_path / "spec" / "poster.yaml"
    path.parent.mkdir()
    path.write_text(SPEC, "utf-8")
    return path


def good(question: Question, number: int) -> str:
    return answered(GOOD, wh_ratio="4:3")


def made(spec: Path, out: Path, settings: Settings, *overrides: str, events: list[Event] | None = None) -> Any:
    return build(order(spec, overrides=overrides), out, settings, events.append if events is not None else lambda event: None)


# --- one poster --------------------------------------------------------------------------------------------------------


def test_a_picture_is_drawn_from_the_rewritten_prompt(
    spec: Path, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, heard, events = install(monkeypatch, always("right")), speak(monkeypatch, good), list[Event]()
    plan = make_plan(order(spec), settings).plan
    (planned,) = plan.scenes
    assert (planned.request.enhance and planned.request.enhance.enhancer, planned.request.enhanced) == (T2I, None)
    assert any(notice.startswith("generate.enhance: 1 prompt") for notice in plan.notices)
    assert forecast(plan, Store(settings.store)).estimate.prompts == 1
    manifest = made(spec, tmp_path / "out", settings, events=events)
    assert (manifest.exit_code, manifest.findings, heard.opened, heard.closed) == (0, (), [T2I], 1)
    assert (T2I, "Qwen Research License") in manifest.licences
    assert [(event.done, event.total, event.outcome) for event in events if event.step == "enhance"] == [(1, 1, "done")]
    (drawn,) = log.requests
    assert (drawn.prompt, drawn.enhance) == (GOOD, None)
    assert drawn.enhanced is not None
    assert (drawn.enhanced.prompt, drawn.enhanced.seed) == (planned.request.prompt, heard.questions[0].seed)
    (scene,) = read_record(tmp_path / "out" / "poster.png")["scenes"]
    assert (scene["request"]["prompt"], scene["request"]["enhanced"]["enhancer"]) == (GOOD, T2I)
    (text,) = [path.read_text("utf-8") for path in (tmp_path / "out" / "prompts").iterdir()]
    assert GOOD in text
    assert planned.request.prompt in text


def test_what_was_answered_is_not_asked_again(
    spec: Path, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Elsewhere; with all pictures lost; and in a plan, which counts what there is to ask."""
    install(monkeypatch, always("right"))
    heard = speak(monkeypatch, good)
    first = made(spec, tmp_path / "out", settings)
    assert made(spec, tmp_path / "elsewhere", settings).rendered == 0
    for folder in ("scenes", "outputs"):
        shutil.rmtree(settings.store / folder)
    ahead = forecast(make_plan(order(spec), settings).plan, Store(settings.store))
    assert (ahead.estimate.prompts, len(ahead.missing)) == (0, 1)
    again = made(spec, tmp_path / "again", settings)
    assert (again.rendered, len(heard.questions), heard.opened) == (1, 1, [T2I])
    assert again.artifacts == first.artifacts


def test_it_is_drawn_again_without_the_enhancer(
    spec: Path, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(monkeypatch, always("right"))
    heard = speak(monkeypatch, good)
    made(spec, tmp_path / "out", settings)
    shutil.rmtree(settings.store / "answers")
    (again,) = reproduce(tmp_path / "out" / "poster.png", tmp_path / "again", settings)
    assert (again.same, len(heard.questions)) == (True, 1)


def test_info_tells_of_it(
    spec: Path, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from qwen_pipeline.cli import main

    install(monkeypatch, always("right"))
    for say in (good, lambda question, number: "nothing"):
        speak(monkeypatch, say)
        made(spec, tmp_path / "out", settings)
        with pytest.raises(SystemExit) as caught:
            main(["info", str(tmp_path / "out" / "poster.png")])
        assert not caught.value.code
        assert T2I in capsys.readouterr().out
        shutil.rmtree(settings.store)


# --- answers that will not do ------------------------------------------------------------------------------------------


def test_bad_answers_are_asked_for_again_from_other_seeds(
    spec: Path, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(monkeypatch, always("right"))
    said = ["no object", answered('It says "Lamps".'), answered(GOOD)]
    heard = speak(monkeypatch, lambda question, number: said[number])
    assert made(spec, tmp_path / "out", settings).findings == ()
    assert len({question.seed for question in heard.questions}) == 3
    scene = read_record(tmp_path / "out" / "poster.png")["scenes"][0]["request"]
    assert scene["enhanced"]["seed"] == heard.questions[2].seed


def test_where_none_will_do_the_templates_prompt_is_drawn_with_a_finding(
    spec: Path, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, heard = install(monkeypatch, always("right")), speak(monkeypatch, lambda question, number: answered("Only a lamp."))
    manifest = made(spec, tmp_path / "out", settings, "generate.enhance.max_attempts=2")
    assert (manifest.exit_code, len(heard.questions)) == (0, 2)
    assert [(f.check, f.code, f.severity) for f in manifest.findings] == [("prompt.enhanced", "plain", "warn")]
    (drawn,) = log.requests
    assert (drawn.prompt, drawn.enhanced) == (make_plan(order(spec), settings).plan.scenes[0].request.prompt, None)
    assert made(spec, tmp_path / "out", settings, "generate.enhance.max_attempts=2").written == 0
    more = made(spec, tmp_path / "more", settings, "generate.enhance.max_attempts=4")
    assert (more.exit_code, len(heard.questions)) == (0, 4)
    strict = made(spec, tmp_path / "strict", settings, "checks={'prompt.enhanced': error}")
    assert (strict.exit_code, strict.artifacts) == (1, ())


def test_a_spec_may_insist(spec: Path, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = install(monkeypatch, always("right"))
    speak(monkeypatch, lambda question, number: "nothing")
    manifest = made(spec, tmp_path / "out", settings, "generate.enhance.on_fail=error")
    assert (manifest.exit_code, [failure.code for failure in manifest.failures]) == (4, ["not-enhanced"])
    assert log.requests == []
    speak(monkeypatch, good)
    assert made(spec, tmp_path / "out", settings, "generate.enhance={on_fail: error, max_attempts: 4}").exit_code == 0


def test_an_error_of_the_enhancer_costs_its_picture_and_is_not_kept(
    spec: Path, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(monkeypatch, always("right"))

    def full(question: Question, number: int) -> str:
        raise OutOfMemory("no memory left on the device")

    speak(monkeypatch, full)
    manifest = made(spec, tmp_path / "out", settings)
    assert (manifest.exit_code, [failure.code for failure in manifest.failures]) == (4, ["out-of-memory"])
    speak(monkeypatch, good)
    assert made(spec, tmp_path / "out", settings).exit_code == 0


def test_a_rewritten_prompt_is_as_short_as_the_engine_reads(
    spec: Path, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(monkeypatch, always("right"), info=replace(INFO, prompt_limit_tokens=8000))
    said = [answered(GOOD + " More of it." * 3000), answered(GOOD)]
    heard = speak(monkeypatch, lambda question, number: said[number])
    assert made(spec, tmp_path / "out", settings).exit_code == 0
    assert len(heard.questions) == 2
