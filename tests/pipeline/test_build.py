"""From a spec to delivered files: what is there, what is not done twice, what is refused."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

import qwen_pipeline
from qwen_pipeline.errors import LicenceRefused, SpecError
from qwen_pipeline.pipeline import Event, build, forecast, make_plan
from qwen_pipeline.settings import Settings
from qwen_pipeline.store import Store
from qwen_pipeline.types import Manifest

from .conftest import contents, order, snapshot


def make(path: Path, out: Path, settings: Settings, **more: object) -> Manifest:
    return build(order(path, **more), out, settings)


def test_a_folder_explains_itself(poster: Path, settings: Settings, tmp_path: Path) -> None:
    out = tmp_path / "out"
    manifest = make(poster, out, settings)
    assert manifest.exit_code == 0
    assert manifest.rendered == 1
    names = set(contents(out))
    assert names >= {"manifest.json", "findings.json", "poster.pdf", "sub/poster.png"}
    assert len([name for name in names if name.startswith("prompts/")]) == 1
    on_disk = json.loads((out / "manifest.json").read_text("utf-8"))
    assert [a["path"] for a in on_disk["artifacts"]] == ["poster.pdf", "sub/poster.png"]
    assert {t["outcome"] for t in on_disk["texts"]} == {"overlay"}
    assert str(tmp_path) not in (out / "manifest.json").read_text("utf-8")
    assert {"rendered", "written"} & set(on_disk) == set()


def test_an_unchanged_build_does_nothing(poster: Path, settings: Settings, tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = make(poster, out, settings)
    before = snapshot(out)
    for _ in range(2):  # once by what was planned, once by what was recorded
        again = make(poster, out, settings)
        assert (again.rendered, again.written) == (0, 0)
        assert again == first
    assert snapshot(out) == before


def test_an_unchanged_build_is_seen_without_planning(
    poster: Path, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    os.utime(poster, ns=(10**18, 10**18))
    make(poster, out, settings)
    _age(monkeypatch)
    make(poster, out, settings)
    monkeypatch.setattr("qwen_pipeline.pipeline.building.make_plan", None)
    assert make(poster, out, settings).pieces == ("poster/zh-CN+en-GB",)


def _age(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if every file had lain there for a while."""
    monkeypatch.setattr("qwen_pipeline.store.runs.RACY_NS", -(10**18))


def test_a_touched_file_is_restored(poster: Path, settings: Settings, tmp_path: Path) -> None:
    out = tmp_path / "out"
    make(poster, out, settings)
    good = contents(out)
    (out / "poster.pdf").unlink()
    (out / "sub" / "poster.png").write_bytes(b"scribble")
    (out / "manifest.json").unlink()
    again = make(poster, out, settings)
    assert (again.rendered, again.written) == (0, 3)
    assert contents(out) == good


def test_another_word_draws_nothing_anew(poster: Path, settings: Settings, tmp_path: Path) -> None:
    out = tmp_path / "out"
    make(poster, out, settings)
    poster.write_text(poster.read_text("utf-8").replace("Lamp", "Lantern"), "utf-8")
    again = make(poster, out, settings)
    assert again.rendered == 0
    assert {t.text for t in again.texts} == {"灯", "Lantern"}


def test_baked_words_are_in_the_picture(poster: Path, settings: Settings, tmp_path: Path) -> None:
    text = poster.read_text("utf-8")
    poster.write_text(text + "layers:\n  - {id: title, render: baked}\n", "utf-8")
    manifest = make(poster, tmp_path / "out", settings)
    assert {t.outcome for t in manifest.texts} == {"baked"}
    assert manifest.exit_code == 0
    poster.write_text(poster.read_text("utf-8").replace("Lamp", "Lantern"), "utf-8")
    again = make(poster, tmp_path / "out", settings)
    assert again.rendered == 1
    assert make(poster, tmp_path / "out", settings).rendered == 0


def test_an_edit_is_drawn_from_its_source(poster: Path, settings: Settings, tmp_path: Path) -> None:
    make(poster, tmp_path / "out", settings)
    text = poster.read_text("utf-8").replace("subject: a lamp}", "subject: a lamp, edits: [warm the light, make it dusk]}")
    poster.write_text(text, "utf-8")
    assert make(poster, tmp_path / "out", settings).rendered == 2


@pytest.mark.parametrize("what", ["scenes", "outputs"])
def test_a_damaged_store_is_repaired(poster: Path, settings: Settings, tmp_path: Path, what: str) -> None:
    make(poster, tmp_path / "out", settings)
    good = contents(tmp_path / "out")
    for path in (settings.store / what).rglob("*.p*"):
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
    poster.write_text(poster.read_text("utf-8") + "# a remark\n", "utf-8")
    manifest = make(poster, tmp_path / "elsewhere", settings)
    assert manifest.exit_code == 0
    assert {n: d for n, d in contents(tmp_path / "elsewhere").items() if n.endswith(("pdf", "png"))} == {
        n: d for n, d in good.items() if n.endswith(("pdf", "png"))
    }


def test_a_bad_piece_is_not_delivered(poster: Path, settings: Settings, tmp_path: Path) -> None:
    out = tmp_path / "out"
    make(poster, out, settings)
    long = "An unreasonably long title that no box of this size can hold whatever is done to it " * 6
    poster.write_text(poster.read_text("utf-8").replace("Lamp", long.strip()), "utf-8")
    manifest = make(poster, out, settings)
    assert manifest.exit_code == 1
    assert "text.overflow" in {f.check for f in manifest.findings if f.severity == "error"}
    assert manifest.artifacts == ()
    names = set(contents(out))
    assert {"rejected/poster.pdf", "rejected/sub/poster.png"} <= names
    assert not {"poster.pdf", "sub/poster.png"} & names  # the last build's would be taken for this one's
    again = make(poster, out, settings)
    assert (again.exit_code, again.written, again.rendered) == (1, 0, 0)


def test_renamed_outputs_leave_nothing_behind(poster: Path, settings: Settings, tmp_path: Path) -> None:
    out = tmp_path / "out"
    make(poster, out, settings)
    (out / "notes.txt").write_text("mine")
    poster.write_text(poster.read_text("utf-8").replace("sub/{name}.png", "{name}@1x.png"), "utf-8")
    make(poster, out, settings)
    names = set(contents(out))
    assert {"poster@1x.png", "notes.txt"} <= names
    assert "sub/poster.png" not in names


def test_a_part_of_a_spec_leaves_the_rest(batch: Callable[[int], Path], settings: Settings, tmp_path: Path) -> None:
    out = tmp_path / "out"
    path = batch(3)
    make(path, out, settings)
    part = make(path, out, settings, select=("r01",))
    assert part.pieces == ("batch/r01/en",)
    assert {"r00.png", "r01.png", "r02.png"} <= set(contents(out))
    rows = path.with_name("rows.csv")
    rows.write_text(rows.read_text("utf-8").replace("r02,Lamp 2\n", ""), "utf-8")
    make(path, out, settings)
    assert {"r00.png", "r01.png"} == {name for name in contents(out) if name.endswith(".png")}


@pytest.mark.parametrize("workers", [1, 2])
def test_results_do_not_depend_on_workers(batch: Callable[[int], Path], tmp_path: Path, workers: int) -> None:
    path = batch(5)
    alone, many = tmp_path / "alone", tmp_path / f"many{workers}"
    make(path, alone, Settings(store=tmp_path / "s1", workers=1))
    make(path, many, Settings(store=tmp_path / f"s{workers}x", workers=workers))
    assert contents(alone) == contents(many)


def test_a_bad_row_does_not_stop_the_others(batch: Callable[[int], Path], settings: Settings, tmp_path: Path) -> None:
    path = batch(3)
    template = path.with_name("card.yaml")
    template.write_text(template.read_text("utf-8").replace("{{ row.name }}", "{{ 6 // (row.id[1:] | int - 1) }}"), "utf-8")
    manifest = make(path, tmp_path / "out", settings)
    assert manifest.exit_code == 2
    assert [f.piece for f in manifest.failures] == ["batch/r01/en"]
    assert [a.path for a in manifest.artifacts] == ["r00.png", "r02.png"]


def test_events_tell_what_happens(batch: Callable[[int], Path], settings: Settings, tmp_path: Path) -> None:
    heard: list[Event] = []
    build(order(batch(2)), tmp_path / "out", settings, heard.append)
    assert [(e.step, e.outcome) for e in heard if e.step in ("scenes", "pieces")] == [
        ("scenes", "done"),
        ("scenes", "done"),
        ("pieces", "done"),
        ("pieces", "done"),
    ]
    assert heard[-1].done == heard[-1].total == 2


def test_two_builds_of_one_folder_take_turns(poster: Path, settings: Settings, tmp_path: Path) -> None:
    out = tmp_path / "out"
    heard: list[Event] = []
    with Store(settings.store).lock("out", str(out.resolve())):
        thread = threading.Thread(target=lambda: build(order(poster), out, settings, heard.append))
        thread.start()
        while not heard:
            thread.join(0.01)
        assert heard[0].step == "wait"
        assert not out.exists()
    thread.join()
    assert (out / "poster.pdf").is_file()


def test_wrong_options_and_checks_stop_before_any_work(poster: Path, settings: Settings, tmp_path: Path) -> None:
    text = poster.read_text("utf-8").replace('name: "{name}.pdf"', 'name: "{name}.png"')
    text = text.replace('name: "sub/{name}.png"', 'name: "prompts/{name}.png", widht: 20')
    poster.write_text(text + "checks: {contrast: {level: warn, mim: 3}}\n", "utf-8")
    with pytest.raises(SpecError) as caught:
        make(poster, tmp_path / "out", settings)
    assert {d.code for d in caught.value.diagnostics} == {"wrong-suffix", "unknown-option", "reserved-name"}
    assert all(d.place.line > 0 for d in caught.value.diagnostics)
    assert not (tmp_path / "out").exists()
    assert not (settings.store / "scenes").exists()


def test_research_weights_are_refused(poster: Path, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    from qwen_pipeline.render.engines import draft

    monkeypatch.setattr(draft, "INFO", replace(draft.INFO, usages=frozenset({"research"})))
    with pytest.raises(LicenceRefused):
        make(poster, tmp_path / "out", settings)
    assert not (tmp_path / "out").exists()


def test_a_forecast(poster: Path, settings: Settings, tmp_path: Path) -> None:
    planned = make_plan(order(poster), settings)
    store = Store(settings.store)
    before = forecast(planned.plan, store)
    assert (before.estimate.scenes, before.estimate.scenes_cached, len(before.made)) == (1, 0, 0)
    make(poster, tmp_path / "out", settings)
    after = forecast(planned.plan, store)
    assert (after.estimate.scenes_cached, len(after.made)) == (1, 1)


def test_the_python_api(poster: Path, settings: Settings, tmp_path: Path) -> None:
    assert qwen_pipeline.load(poster).name == "poster"
    assert qwen_pipeline.plan(poster, engine="draft", settings=settings).pieces[0].locale == "zh-CN+en-GB"
    manifest = qwen_pipeline.build(poster, tmp_path / "out", engine="draft", settings=settings)
    assert manifest.exit_code == 0
