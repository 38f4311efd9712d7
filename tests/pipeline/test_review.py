"""A person in the loop: what waits, what a decision does, what looks like what was approved."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from qwen_pipeline.cli import run
from qwen_pipeline.errors import SpecError
from qwen_pipeline.pipeline import Order, build
from qwen_pipeline.pipeline.goldens import same_to_the_eye
from qwen_pipeline.pipeline.review import Decision, Decisions, lock_path, read_decisions, write_decisions
from qwen_pipeline.pipeline.reviewing import desk
from qwen_pipeline.settings import Settings
from qwen_pipeline.types import Manifest

SPEC = """\
kind: Poster
name: tea
extends: minimal
canvas: {size: 240x240px, safe: 8px}
locales: [zh-CN, en]
scene: {style: soft-gradient, subject: a lamp}
title: {zh-CN: 灯, en: Lamp}
generate: {seed: 3}
review: REVIEW
outputs: [{format: png, name: "{locale}.png"}]
"""
PICKED = SPEC.replace("seed: 3", "seed: 3, candidates: 3").replace("{locale}.png", "{locale}-{candidate}.png")


class Project:
    """A spec, its store and its output folder."""

    def __init__(self, folder: Path) -> None:
        self.spec, self.out = folder / "tea.yaml", folder / "out"
        self.settings = Settings(store=folder / "store", workers=1)

    def write(self, review: str, text: str = SPEC) -> Project:
        self.spec.write_text(text.replace("REVIEW", review), "utf-8")
        return self

    def build(self) -> Manifest:
        return build(Order(self.spec, engine="draft"), self.out, self.settings)

    def desk(self):
        return desk(Order(self.spec, engine="draft"), self.settings)

    def states(self) -> dict[str, str]:
        return {review.piece: review.state for review in self.build().reviews}

    def delivered(self) -> set[str]:
        return {path.name for path in self.out.glob("*.png")}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def test_without_a_gate_nobody_is_asked(project: Project) -> None:
    manifest = project.write("{}").build()
    assert (manifest.exit_code, manifest.reviews) == (0, ())


# --- approve -----------------------------------------------------------------------------------------------------------


def test_pieces_wait_until_somebody_approves_them(project: Project) -> None:
    first = project.write("{gate: approve}").build()
    assert (first.exit_code, first.artifacts, project.delivered()) == (5, (), set())
    assert {path.name for path in (project.out / "review").iterdir()} == {"index.html", "en.png", "zh-CN.png"}
    project.desk().decide("approve", ["tea/zh-CN"], by="Li")
    second = project.build()
    assert (second.exit_code, second.rendered, project.delivered()) == (5, 0, {"zh-CN.png"})
    assert not (project.out / "review" / "zh-CN.png").exists()
    assert {r.piece: (r.state, r.by) for r in second.reviews} == {"tea/zh-CN": ("approved", "Li"), "tea/en": ("waiting", "")}
    project.desk().decide("approve", ["*"])
    third = project.build()
    assert (third.exit_code, project.delivered()) == (0, {"zh-CN.png", "en.png"})
    assert not (project.out / "review").exists()
    assert project.build().written == 0


def test_what_is_rejected_is_not_delivered(project: Project) -> None:
    project.write("{gate: approve}").build()
    project.desk().decide("reject", ["tea/en"], note="wrong lamp")
    project.desk().decide("approve", ["tea/zh-CN"])
    manifest = project.build()
    assert (manifest.exit_code, project.delivered()) == (1, {"zh-CN.png"})
    assert [(r.state, r.note) for r in manifest.reviews if r.piece == "tea/en"] == [("rejected", "wrong lamp")]


def test_other_words_are_decided_anew(project: Project) -> None:
    project.write("{gate: approve}").build()
    project.desk().decide("approve", ["*"])
    assert set(project.states().values()) == {"approved"}
    project.write("{gate: approve}", SPEC.replace("en: Lamp", "en: Lamps"))
    assert project.states() == {"tea/zh-CN": "approved", "tea/en": "waiting"}
    assert project.delivered() == {"zh-CN.png"}


def test_what_looks_as_approved_is_delivered_again(project: Project) -> None:
    """A wider check changes the fingerprint and no pixel; another seed changes the picture."""
    project.write("{gate: approve}").build()
    project.desk().decide("approve", ["*"])
    project.write("{gate: approve}", SPEC + "checks: {safe_zone: warn}\n")
    assert set(project.states().values()) == {"alike"}
    assert project.delivered() == {"zh-CN.png", "en.png"}
    project.write("{gate: approve}", SPEC.replace("soft-gradient", "night-city"))
    assert set(project.states().values()) == {"waiting"}


def test_likeness_forgives_noise_and_not_a_changed_place() -> None:
    rng = np.random.default_rng(1)
    base = np.full((300, 200, 3), 128, np.uint8)
    noisy = (base + rng.integers(-4, 5, base.shape)).astype(np.uint8)
    spot = base.copy()
    spot[100:120, 50:70] = 200
    pictures = [Image.fromarray(a) for a in (base, noisy, spot)]
    assert same_to_the_eye(pictures[0], pictures[1])
    assert not same_to_the_eye(pictures[0], pictures[2])
    assert not same_to_the_eye(pictures[0], pictures[0].resize((100, 150)))


# --- pick-one ----------------------------------------------------------------------------------------------------------


def test_one_candidate_is_delivered(project: Project) -> None:
    assert project.write("{gate: pick-one}", PICKED).build().exit_code == 5
    pieces = [piece.id for piece in project.desk().planned.plan.pieces]
    project.desk().decide("pick", [pieces[1]])
    states = project.states()
    assert [states[piece] for piece in pieces[:3]] == ["passed-over", "picked", "passed-over"]
    assert {states[piece] for piece in pieces[3:]} == {"waiting"}
    project.desk().decide("pick", [pieces[4]])
    assert project.build().exit_code == 0
    assert project.delivered() == {"zh-CN-2.png", "en-2.png"}


# --- time --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("on_timeout", "code", "states"), [("fail", 1, {"timed-out"}), ("accept", 0, {"accepted"})])
def test_time_runs_from_when_a_piece_was_first_shown(
    project: Project, monkeypatch: pytest.MonkeyPatch, on_timeout: str, code: int, states: set[str]
) -> None:
    now = [1_000_000.0]
    monkeypatch.setattr("qwen_pipeline.pipeline.building.time.time", lambda: now[0])
    project.write(f"{{gate: approve, timeout: 48h, on_timeout: {on_timeout}}}")
    for hours in (0, 20, 47.9):
        now[0] = 1_000_000 + hours * 3600
        assert project.build().exit_code == 5
    now[0] = 1_000_000 + 48 * 3600
    manifest = project.build()
    assert (manifest.exit_code, {review.state for review in manifest.reviews}) == (code, states)


def test_a_timeout_needs_a_unit(project: Project) -> None:
    with pytest.raises(SpecError) as caught:
        project.write("{gate: approve, timeout: 48}").build()
    assert caught.value.diagnostics[0].place.line == 9


# --- the lock file, the sheet, the command ------------------------------------------------------------------------------


def test_a_decision_on_what_is_not_there_any_more_is_refused(project: Project) -> None:
    project.write("{gate: approve}").build()
    old = project.desk().planned.plan.pieces[0]
    project.write("{gate: approve}", SPEC.replace("灯", "灯笼")).build()
    with pytest.raises(SpecError) as caught:
        project.desk().record([Decision(old.id, old.fingerprint, "approve"), Decision("tea/fr", "x", "approve")])
    assert [d.code for d in caught.value.diagnostics] == ["decision-is-old", "unknown-piece"]
    with pytest.raises(SpecError) as caught:
        project.desk().decide("pick", ["*"])
    assert {d.code for d in caught.value.diagnostics} == {"wrong-verdict"}
    assert not lock_path(project.spec).exists()


def test_newer_decisions_replace_older_ones(tmp_path: Path) -> None:
    path = tmp_path / "tea.review.json"
    write_decisions(path, Decisions().with_more([Decision("b", "1", "approve"), Decision("a", "1", "approve", "Li")]))
    write_decisions(path, read_decisions(path).with_more([Decision("b", "2", "reject")]))
    assert read_decisions(path).decisions == (Decision("a", "1", "approve", "Li"), Decision("b", "2", "reject"))


@pytest.mark.parametrize("text", ["{", "[]", '{"format": "other"}', '{"decisions": [{"piece": "a"}]}'])
def test_a_broken_lock_file_is_named(project: Project, text: str) -> None:
    project.write("{gate: approve}")
    lock_path(project.spec).write_text(text, "utf-8")
    with pytest.raises(SpecError) as caught:
        project.build()
    assert [d.code for d in caught.value.diagnostics] == ["bad-decisions"]


def test_the_sheet_needs_nothing_and_says_what_the_command_takes(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.write("{gate: approve}", SPEC.replace("Lamp", '"Lamp </script><b>"')).build()
    page = (project.out / "review" / "index.html").read_text("utf-8")
    assert not re.search(r"(src|href)=\"(https?:)?//", page)
    assert "</script><b>" not in page
    found = re.findall(r'data-piece="([^"]+)" data-fingerprint="([^"]+)"', page)
    assert len(found) == 2
    decisions = [{"piece": piece, "fingerprint": print_, "verdict": "approve", "by": "Li"} for piece, print_ in found]
    saved = project.spec.with_name("decisions.json")
    saved.write_text(json.dumps({"format": "qwen-pipeline/review-1", "decisions": decisions}), "utf-8")
    common = ["review", str(project.spec), "--engine", "draft", "--store", str(project.settings.store)]
    assert run(common) == 5
    assert run([*common, "--from", str(saved)]) == 0
    assert project.build().exit_code == 0
    capsys.readouterr()
    assert run([*common, "--json"]) == 0
    assert {piece["decided"] for piece in json.loads(capsys.readouterr().out)["pieces"]} == {"approve"}


def test_a_build_says_where_to_look(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.write("{gate: approve}")
    store, out = str(project.settings.store), str(project.out)
    assert run(["build", str(project.spec), "--engine", "draft", "--store", store, "--out", out, "--workers", "1"]) == 5
    said = capsys.readouterr().out
    assert "2 pieces wait" in said
    assert "index.html" in said
    assert "0 pieces delivered" in said
