"""A prompt enhancer that hangs or is killed costs the picture of that prompt; the next run asks for it and no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..support.engines.plugged import asked, drawn, environment
from .builds import Call, digests, leftovers
from .test_engine_faults import BAD, CODES, ROWS, write


def enhanced(folder: Path) -> Path:
    spec = write(folder)
    card = folder / "card.yaml"
    card.write_text(card.read_text("utf-8").replace("{seed: 3}", "{seed: 3, enhance: on}"), "utf-8")
    return spec


@pytest.mark.parametrize("deed", ["hung", "doomed"])
def test_it_costs_one_prompt(deed: str, tmp_path: Path) -> None:
    spec, env = enhanced(tmp_path / "in"), environment(tmp_path / "plugged", enhancer=deed)
    env["QWEN_PIPELINE_LIMIT_S"] = "8"
    call = Call(spec, tmp_path / "out", tmp_path / "store", ("--engine", "hung", "--workers", "1", "--json"), env)
    ended = call.run()
    assert ended.code == 4, ended.err
    assert [(f["piece"], f["code"]) for f in ended.manifest["failures"]] == [(f"batch/r{BAD:03d}/en", CODES[deed])]
    assert len(drawn(tmp_path / "plugged")) == ROWS - 1
    (tmp_path / "plugged" / "armed").unlink()
    before = len(asked(tmp_path / "plugged"))
    again = call.run()
    assert (again.code, again.manifest["rendered"]) == (0, 1), again.err
    assert (len(asked(tmp_path / "plugged")), len(drawn(tmp_path / "plugged"))) == (before + 1, ROWS)
    whole = Call(spec, tmp_path / "whole", tmp_path / "other", call.more, env).run()
    assert whole.code == 0
    assert digests(tmp_path / "out") == digests(tmp_path / "whole")
    assert leftovers(tmp_path / "out", tmp_path / "store") == []
