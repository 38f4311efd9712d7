"""Work in a second thread, for pieces of one page."""

from __future__ import annotations

import sys
import threading
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from PIL import Image

from qwen_pipeline import pictures
from qwen_pipeline.errors import BadPicture
from qwen_pipeline.pipeline import build, pieces
from qwen_pipeline.pipeline.beside import beside, unpacking
from qwen_pipeline.pipeline.plans import make_plan
from qwen_pipeline.settings import Settings
from qwen_pipeline.store import Store
from qwen_pipeline.types import Artifact, OutputRequest

from .conftest import order


def test_in_order_in_one_other_thread_and_all_of_it_done_at_the_end() -> None:
    usual, done = sys.getswitchinterval(), list[tuple[int, bool]]()
    here = threading.get_ident()
    with beside() as later:
        waits = [later(lambda n=n: done.append((n, threading.get_ident() != here)) or n) for n in range(5)]  # type: ignore[misc]
    assert done == [(n, True) for n in range(5)]
    assert [wait() for wait in waits] == list(range(5))
    assert sys.getswitchinterval() == usual


def test_what_it_raises_is_raised_where_it_is_waited_for() -> None:
    with beside() as later:
        wait = later(lambda: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            wait()


OUTPUTS = tuple(OutputRequest(name.rpartition(".")[2], name) for name in ("a.pdf", "b.png", "c.svg", "d.jpg"))


@pytest.mark.parametrize("alone", [True, False])
def test_files_come_in_the_order_asked_for_whoever_writes_them(tmp_path: Path, alone: bool) -> None:
    here, threads = threading.get_ident(), dict[str, bool]()

    def write(request: OutputRequest) -> tuple[Artifact, ...]:
        threads[request.name] = threading.get_ident() == here
        if request.format in ("png", "jpg"):
            Image.new("RGB", (4, 4), "red").save(tmp_path / request.name)
        return (Artifact(request.name, "", "", 0, "", request.format),)

    with beside() as later:
        made, read = pieces._write_all(OUTPUTS, write, tmp_path, None if alone else later)
        assert list(made) == list(OUTPUTS)
        assert threads == {"a.pdf": True, "b.png": alone, "c.svg": True, "d.jpg": alone}
        assert list(read) == ([] if alone else [tmp_path / "b.png"])
        assert all(wait().size == (4, 4) for wait in read.values())


def test_a_picture_with_its_bleed_is_not_what_the_checks_look_at(tmp_path: Path) -> None:
    request = replace(OUTPUTS[1], options=(("bleed", True),))
    with beside() as later:
        _, read = pieces._write_all([request], lambda r: (Artifact(r.name, "", "", 0, "", r.format),), tmp_path, later)
    assert read == {}


def test_the_drawn_picture_of_an_only_page_is_unpacked_ahead(
    poster: Path, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(order(poster), tmp_path / "out", settings)
    store, asked = Store(settings.store), list[str]()

    def load(path: str) -> None:
        asked.append(path)
        raise BadPicture("told when it is wanted")

    monkeypatch.setattr(pictures, "load", load)
    twice = poster.read_text("utf-8").replace("zh-CN+en-GB", "zh-CN, en-GB").replace("{name}", "{locale}")
    (tmp_path / "two.yaml").write_text(twice, "utf-8")
    made, retitled, undrawn, two = (
        make_plan(order(path, overrides=changed), settings).plan
        for path, changed in (
            (poster, ()),
            (poster, ("title.en-GB=A lamp",)),
            (poster, ("scene.subject=two lamps",)),
            (tmp_path / "two.yaml", ("title.en-GB=A lamp", "title.zh-CN=一灯")),
        )
    )
    for plan in (made, undrawn, two):
        with unpacking(plan, store):
            pass
    assert asked == []
    with unpacking(retitled, store):
        pass
    drawn = store.scene(retitled.scenes[0].fingerprint)
    assert drawn is not None
    assert asked == [drawn.path]


def test_pictures_are_packed_ahead_as_the_formats_will(tmp_path: Path) -> None:
    def packings(*outputs: OutputRequest) -> list[object]:
        piece = SimpleNamespace(outputs=outputs)
        task = SimpleNamespace(piece=piece, pictures={"a": SimpleNamespace(path="a.png")})
        return [work.args for work in pieces._of_pictures(task)]  # type: ignore[arg-type,attr-defined]

    assert packings(*OUTPUTS[:3]) == [("a.png",), ("a.png", "jpeg")]
    assert packings(replace(OUTPUTS[0], options=(("lossless", True),))) == [("a.png",), ("a.png", "lossless")]
    assert packings(*OUTPUTS[1:3]) == [("a.png",)]
