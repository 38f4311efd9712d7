"""A bad spec never reaches rendering: the engine is not opened, nothing is drawn, no folder is made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from qwen_pipeline.errors import SpecError
from qwen_pipeline.pipeline import build
from qwen_pipeline.render.engines import draft
from qwen_pipeline.settings import Settings

from .builds import order
from .test_spec_faults import FAULTS, written


@pytest.mark.parametrize("name", FAULTS)
def test_the_engine_stays_closed(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Any] = []
    monkeypatch.setattr(draft, "open_engine", opened.append)
    fault = FAULTS[name]
    folder = tmp_path / "in"
    folder.mkdir()
    for file, content in {**fault.files, "spec.yaml": written(name, fault)}.items():
        (folder / file).write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(SpecError) as caught:
        build(order(folder / "spec.yaml"), tmp_path / "out", Settings(store=tmp_path / "store", workers=1))
    assert caught.value.exit_code == 2
    assert opened == []
    assert sorted(p.name for p in tmp_path.iterdir() if p.name != "in") in ([], ["store"])
    assert [p.name for p in tmp_path.glob("store/*")] in ([], ["locks"])
