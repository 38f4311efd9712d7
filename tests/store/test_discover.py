"""File name = id; listing imports nothing; a broken module is fatal and named."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from qwen_pipeline import discover
from qwen_pipeline.errors import QwenPipelineError, SpecError


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    folder = tmp_path / "found_engines"
    folder.mkdir()
    for name in ("__init__", "qwen_image_2_1", "text__exact"):
        (folder / f"{name}.py").write_text("")
    for name, text in (("_shared", "raise ValueError"), ("draft", "ID = 1"), ("broken", "import nowhere_at_all")):
        (folder / f"{name}.py").write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    discover._modules.cache_clear()
    return "found_engines"


def test_ids_come_from_file_names_and_nothing_is_imported(package: str) -> None:
    assert list(discover.modules(package, separator="-")) == ["broken", "draft", "qwen-image-2.1", "text.exact"]
    assert discover.modules(package)["text.exact"] == "found_engines.text__exact"
    assert not [name for name in sys.modules if name.startswith("found_engines.")]


def test_formats_keep_their_underscore() -> None:
    assert discover.module_id("contact_sheet") == "contact_sheet"


def test_loading(package: str) -> None:
    assert discover.load(package, "draft").ID == 1


def test_an_unknown_id_is_the_users_error(package: str) -> None:
    with pytest.raises(SpecError) as caught:
        discover.load(package, "draf", what="engine")
    assert caught.value.diagnostics[0].code == "unknown-engine"
    assert "draft" in caught.value.diagnostics[0].hint


def test_a_broken_module_is_fatal_and_named(package: str) -> None:
    with pytest.raises(QwenPipelineError) as caught:
        discover.load(package, "broken", what="engine")
    assert (caught.value.code, caught.value.exit_code) == ("broken-module", 70)
    assert caught.value.place is not None
    assert caught.value.place.file.endswith("broken.py")
