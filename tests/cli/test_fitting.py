"""What `doctor` says of accelerators and models; torch is not needed for it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from qwen_pipeline.cli import main
from qwen_pipeline.cli.fitting import Card, cards, fits, parse_cards
from qwen_pipeline.settings import Settings

GIB = 2**30
H100 = "NVIDIA H100 80GB HBM3, 81559, 80994, 9.0\n"


def fake_tool(folder: Path, said: str, code: int = 0) -> None:
    """An nvidia-smi that says so."""
    tool = folder / "nvidia-smi"
    tool.write_text(f"#!/bin/sh\ncat <<'END'\n{said}END\nexit {code}\n", encoding="utf-8")
    tool.chmod(0o755)


def test_cards_are_read_from_the_driver() -> None:
    (one,) = parse_cards(H100)
    assert one == Card("NVIDIA H100 80GB HBM3", 81559 * 2**20, 80994 * 2**20, "9.0")
    assert len(list(parse_cards(H100 * 2))) == 2
    assert list(parse_cards("No devices were found\n")) == []
    assert list(parse_cards("Odd, name, 10, [N/A], 9.0\n")) == []


@pytest.mark.skipif(os.name != "posix", reason="the tool is a shell script")
def test_a_tool_that_fails_is_no_accelerator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    fake_tool(tmp_path, "NVIDIA-SMI has failed\n", 9)
    assert cards() == ()
    fake_tool(tmp_path, H100)
    assert cards()[0].capability == "9.0"
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    assert cards() == ()


@pytest.mark.parametrize(("gib", "plan"), [(80, "none"), (24, "phase"), (10, "blocks-2")])
def test_what_a_card_would_do_with_a_model(gib: int, plan: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qwen_pipeline.render.neural.placement.free_host_bytes", lambda: 128 * GIB)
    card = Card("x", gib * GIB, gib * GIB, "9.0")
    found = {fit.engine: fit for fit in fits(Settings(store=tmp_path, weights=tmp_path), (card,))}
    fit = found["qwen-image-2.1"]
    assert (fit.plan, fit.fits, fit.weights, fit.weights_bytes) == (plan, True, "missing", 0)
    assert fit.peak_bytes is not None
    assert fit.peak_bytes < gib * GIB
    assert fit.transformer_bytes == 14_230_249_472


def test_settings_decide_and_too_little_is_said(tmp_path: Path) -> None:
    card = (Card("x", 80 * GIB, 80 * GIB, "9.0"),)
    settings = Settings(store=tmp_path, weights=tmp_path, max_memory_gib=3, offload="none")
    fit = next(iter(fits(settings, card)))
    assert (fit.plan, fit.fits) == ("none", False)
    fit = next(iter(fits(settings.model_copy(update={"offload": "auto"}), ())))
    assert (fit.plan, fit.fits, fit.peak_bytes) == (None, None, None)
    assert 4 * GIB < fit.smallest_bytes < 8 * GIB


def test_doctor_reports_models_as_json(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    if os.name == "posix":
        fake_tool(tmp_path, H100)
    with pytest.raises(SystemExit) as ended:
        main(["doctor", "--json", "--store", str(tmp_path / "store"), "--weights", str(tmp_path)])
    said = json.loads(capsys.readouterr().out)
    assert ended.value.code == 0
    assert {model["engine"] for model in said["models"]} >= {"qwen-image-2.1", "qwen-image-2.1-turbo"}
    assert all(model["smallest_bytes"] > 0 for model in said["models"])
    if os.name == "posix":
        assert said["accelerators"][0]["name"].startswith("NVIDIA H100")


def test_doctor_needs_no_torch(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "sys.modules['torch'] = None\n"
        "from qwen_pipeline.cli import main\n"
        f"main(['doctor', '--json', '--store', {str(tmp_path)!r}])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["models"]
