"""The flow builds what `build` builds, with Prefect's embedded server and nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from flows.environment import prepare

from .conftest import Server, descendants, listening, until

ROOT = Path(__file__).resolve().parents[2]
HELLO = ROOT / "examples" / "01-hello" / "hello.yaml"


def test_the_environment_is_quiet_and_keeps_what_the_user_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("DO_NOT_TRACK", "PREFECT_HOME", "PREFECT_API_URL", "PREFECT_SERVER_ANALYTICS_ENABLED"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os, "environ", {**os.environ, "PREFECT_LOGGING_LEVEL": "DEBUG"})
    prepare(tmp_path)
    assert os.environ["DO_NOT_TRACK"] == "1"
    assert os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
    assert os.environ["PREFECT_HOME"] == str(tmp_path / "prefect")
    assert os.environ["PREFECT_LOGGING_LEVEL"] == "DEBUG"


def test_a_users_server_is_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    environ = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT")}
    monkeypatch.setattr(os, "environ", {**environ, "PREFECT_API_URL": "http://127.0.0.1:4200/api"})
    prepare(tmp_path)
    assert "PREFECT_HOME" not in os.environ


def test_an_embedded_run(tmp_path: Path) -> None:
    """Its server comes and goes with it, on loopback, and lets nobody in but the flow."""
    environ = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT")}
    args = [sys.executable, "-m", "flows.build", str(HELLO), "--out", str(tmp_path / "out"), "--store", str(tmp_path / "store")]
    flow = subprocess.Popen([*args, "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environ, cwd=ROOT)
    port = until(lambda: port_of(flow.pid) or (flow.poll() is not None and -1))
    stranger = Server(tmp_path / "nobody", port)
    assert until(lambda: stranger.status("admin/version", word="") or flow.poll() is not None) == 401
    assert listening(port) == {"0100007F"}
    out, err = flow.communicate()
    assert flow.returncode == 0, err
    assert json.loads(out)["builds"][0]["manifest"]["exit_code"] == 0
    assert (tmp_path / "out" / "manifest.json").is_file()
    assert (tmp_path / "store" / "prefect").is_dir()
    assert "Traceback" not in err
    assert listening(port) == set()


def port_of(pid: int) -> int:
    """The port of the server that a flow started; 0 while there is none."""
    for child in descendants(pid):
        with suppress(OSError):
            words = Path(f"/proc/{child}/cmdline").read_text().split("\0")
            if "--port" in words:
                return int(words[words.index("--port") + 1])
    return 0
