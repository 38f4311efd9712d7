"""A delivered file says how it was made, and its pictures can be made again from it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from qwen_pipeline.assemble.metadata import NoRecord
from qwen_pipeline.errors import RenderError
from qwen_pipeline.pipeline import build, read_record, reproduce
from qwen_pipeline.render.engines import draft
from qwen_pipeline.settings import Settings

from .conftest import order


@pytest.fixture
def baked(poster: Path, settings: Settings, tmp_path: Path) -> Path:
    """A delivered picture with baked words on an edited scene."""
    text = poster.read_text("utf-8").replace("subject: a lamp}", "subject: a lamp, edits: [warm the light]}")
    poster.write_text(text + "layers:\n  - {id: title, render: baked}\n", "utf-8")
    assert build(order(poster), tmp_path / "out", settings).rendered == 2
    return tmp_path / "out" / "sub" / "poster.png"


def test_pictures_come_again_from_the_file(baked: Path, settings: Settings, tmp_path: Path) -> None:
    record = read_record(baked)
    assert [len(scene["sources"]) for scene in record["scenes"]] == [1]
    shutil.rmtree(settings.store / "scenes")
    made = reproduce(baked, tmp_path / "again", settings)
    assert [picture.same for picture in made] == [True]
    assert Path(made[0].path).is_file()


def test_what_is_missing_is_named(baked: Path, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.rmtree(settings.store)
    with pytest.raises(RenderError) as caught:
        reproduce(baked, tmp_path / "again", settings)
    assert caught.value.code == "no-lettering"
    monkeypatch.setattr(draft, "INFO", replace(draft.INFO, version="another"))
    with pytest.raises(RenderError) as caught:
        reproduce(baked, tmp_path / "again", settings)
    assert caught.value.code == "other-version"


def test_a_picture_of_the_store_says_its_request(baked: Path, settings: Settings) -> None:
    scene = next(iter((settings.store / "scenes").rglob("*.png")))
    assert read_record(scene)["scenes"][0]["request"]["engine"] == "draft"


def test_a_foreign_file_has_no_record(tmp_path: Path) -> None:
    from PIL import Image

    Image.new("RGB", (8, 8)).save(tmp_path / "a.png")
    with pytest.raises(NoRecord):
        read_record(tmp_path / "a.png")
