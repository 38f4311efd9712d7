"""A server, workers, a schedule that fires, shards over two workers of which one is killed, and the pages read back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ..faults.builds import BATCH, PDF, SHEET, SLOW, Call, digests, write_batch
from ..faults.test_secrets import texts
from ..support.engines.plugged import drawn, environment
from .conftest import ROOT, Server, descendants, end, listening, until

pytestmark = pytest.mark.xdist_group("server")
SECRET = "hunter2-not-for-print"
SECRETS = ("API_TOKEN", "AWS_SECRET_ACCESS_KEY", "QWEN_PIPELINE_WEBHOOK_SECRET", "PGPASSWORD", "HF_TOKEN")
REVIEWED = """\
kind: Poster
name: tea
extends: minimal
canvas: {size: 200x200px}
title: Tea
scene: none
review: {gate: approve}
outputs: [{format: png, name: tea.png}]
"""
SCHEDULE = 'schedule: {cron: "* * * * *", timezone: Asia/Shanghai}\n'


@dataclass
class Night:
    """A batch under a schedule that fires every minute, and the worker that takes it up."""

    server: Server
    spec: Path
    out: Path
    worker: subprocess.Popen[bytes]


@pytest.fixture(scope="module")
def night(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Night]:
    folder = tmp_path_factory.mktemp("night")
    spec, store = write_batch(folder / "in", 2, batch=BATCH + SCHEDULE), str(folder / "store")
    args = ["schedule", str(spec), "--out", str(folder / "out"), "--engine", "draft", "--store", store, "--json"]
    done = server.cli(*args)
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout)["deployment"]
    assert (made["name"], made["cron"], made["timezone"]) == ("campaign/batch", "* * * * *", "Asia/Shanghai")
    secret = {name: f"{SECRET}-{number}" for number, name in enumerate(SECRETS)}
    hook = {"QWEN_PIPELINE_WEBHOOK_URL": f"http://127.0.0.1:9/{SECRET}"}  # nobody listens there
    worker = server.worker("first", "qwen-pipeline", QWEN_PIPELINE_STORE=store, **secret, **hook)
    yield Night(server, spec, folder / "out", worker)
    end(worker)


@pytest.mark.skipif(not SLOW, reason="takes minutes: QWEN_PIPELINE_SLOW=1")
def test_a_lost_workers_shard_is_taken_over(server: Server, tmp_path: Path) -> None:
    """Two workers share a place; one is killed -9 with all it started, while it draws. Same bytes, and only that drawn again."""
    spec = write_batch(tmp_path / "in", 6, batch=BATCH.replace(PDF, "").replace(SHEET, ""))
    rows = tmp_path / "in" / "rows.csv"
    rows.write_text(rows.read_text("utf-8").replace("L3", "fault"), "utf-8")
    shared = {"QWEN_PIPELINE_SHARED": str(tmp_path / "shared"), "QWEN_PIPELINE_LEASE_S": "2"}
    env = {**environment(tmp_path / "plugged"), **shared}
    args = [str(spec), "--out", str(tmp_path / "out"), "--engine", "hung", "--json"]
    assert server.cli("schedule", *args, "--pool", "shards", **env).returncode == 0
    more = ["--runner", "pool", "--deployment", "shard/shards", "--shard", "2", "--workers", "2"]
    command = [sys.executable, "-m", "qwen_pipeline", "flow", *args, *more, "--store", str(tmp_path / "s0")]
    workers = {
        name: server.worker(name, "shards", **env, QWEN_PIPELINE_STORE=str(tmp_path / name)) for name in ("second", "third")
    }
    flow = subprocess.Popen(command, env={**server.env, **env}, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        hung = until(lambda: who_hangs(workers, tmp_path / "plugged"))
        (tmp_path / "plugged" / "armed").unlink()
        end(workers[hung])
        out, err = flow.communicate(timeout=180)
    finally:
        for process in (flow, *workers.values()):
            end(process)
    assert flow.returncode == 0, err[-3000:]
    assert json.loads(out)["builds"][0]["manifest"]["exit_code"] == 0
    seeds = [line.split()[1] for line in drawn(tmp_path / "plugged")]
    assert (len(seeds), len(set(seeds))) == (7, 6), "the picture that hung is drawn once more, and no other"
    whole = Call(spec, tmp_path / "whole", tmp_path / "alone", ("--engine", "hung"), env={"PYTHONPATH": env["PYTHONPATH"]}).run()
    assert whole.code == 0
    assert digests(tmp_path / "out") == digests(tmp_path / "whole")


@pytest.mark.skipif(not SLOW, reason="takes minutes: QWEN_PIPELINE_SLOW=1")
@pytest.mark.parametrize("workers", [1, 2, 4])
def test_workers_of_a_pool_share_a_store(server: Server, tmp_path: Path, workers: int) -> None:
    """Each with a store of its own and one place behind them: the bytes of a plain build, each picture drawn once."""
    spec, pool = write_batch(tmp_path / "in", 8, batch=BATCH.replace(PDF, "")), f"share-{workers}"
    env = {"QWEN_PIPELINE_SHARED": str(tmp_path / "shared")}
    args = [str(spec), "--out", str(tmp_path / "out"), "--engine", "draft", "--json"]
    assert server.cli("schedule", *args, "--pool", pool, **env).returncode == 0
    started = [server.worker(f"{pool}-{n}", pool, **env, QWEN_PIPELINE_STORE=str(tmp_path / f"s{n}")) for n in range(workers)]
    more = ["--runner", "pool", "--deployment", f"shard/{pool}", "--shard", str(8 // workers), "--workers", str(workers)]
    try:
        done = server.cli("flow", *args, *more, "--store", str(tmp_path / "own"), **env)
    finally:
        for worker in started:
            end(worker)
    assert done.returncode == 0, done.stderr[-3000:]
    assert json.loads(done.stdout)["builds"][0]["manifest"]["rendered"] == 8
    whole = Call(spec, tmp_path / "whole", tmp_path / "alone").run()
    assert whole.code == 0
    assert digests(tmp_path / "out") == digests(tmp_path / "whole")


def who_hangs(workers: dict[str, subprocess.Popen[bytes]], plugged: Path) -> str:
    """The worker below which a picture is drawn that never ends; empty while there is none."""
    mark = plugged / "armed.pid"
    pid = int(mark.read_text() or 0) if mark.exists() else 0
    return next((name for name, worker in workers.items() if pid in descendants(worker.pid)), "")


def test_a_run_waits_for_a_person_without_a_process(night: Night, tmp_path: Path) -> None:
    """Suspended until somebody answers through the server's API; then the run goes on and delivers."""
    spec = tmp_path / "tea.yaml"
    spec.write_text(REVIEWED, "utf-8")
    server, store, out = night.server, str(night.out.parent / "store"), tmp_path / "out"
    args = ["schedule", str(spec), "--out", str(out), "--engine", "draft", "--store", store, "--json"]
    done = server.cli(*args)
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout)["deployment"]["id"]
    run = server.ask(f"deployments/{made}/create_flow_run", state={"type": "SCHEDULED"})["id"]
    until(lambda: server.get(f"flow_runs/{run}")["state_type"] == "PAUSED")
    assert (out / "review" / "tea.png").is_file()
    assert not (out / "tea.png").exists()
    server.ask(f"flow_runs/{run}/resume", run_input={"approve": ["*"], "by": "Li"})
    ended = until(lambda: (r := server.get(f"flow_runs/{run}"))["state_type"] in ("COMPLETED", "FAILED") and r)
    assert ended["state_type"] == "COMPLETED", ended["state"]
    assert (out / "tea.png").is_file()
    assert json.loads((tmp_path / "tea.review.json").read_text("utf-8"))["decisions"][0]["by"] == "Li"


def test_the_schedule_fires(night: Night, tmp_path: Path) -> None:
    """Last in the file: meanwhile the minute has come round."""

    def fired() -> list[dict[str, Any]]:
        return [run for run in night.server.runs("campaign") if run["auto_scheduled"] and run["state_type"] == "COMPLETED"]

    run = until(lambda: next(iter(fired()), None))
    assert run["state_name"] in ("Completed", "Unchanged")
    first = fired()[-1]
    kinds = {a["type"]: a for a in night.server.ask("artifacts/filter", artifacts={"flow_run_id": {"any_": [first["id"]]}})}
    assert {"progress", "table", "markdown"} <= set(kinds)
    rows = json.loads(kinds["table"]["data"])
    assert {row["result"] for row in rows} == {"delivered"}
    assert "sheet.png" in kinds["markdown"]["data"]
    whole = Call(night.spec, tmp_path / "whole", tmp_path / "store").run()
    assert whole.code == 0
    assert digests(night.out) == digests(tmp_path / "whole")
    said = "".join(path.read_text("utf-8", "replace") for path in night.server.folder.glob("first.log"))
    assert "the webhook at 127.0.0.1 was not reached" in said
    for folder in (night.server.folder, night.spec.parent, night.out, night.out.parent / "store"):
        files = [path for path in folder.rglob("*") if path.is_file()]
        assert files
        assert [path for path in files if tells(path, night.server.word, SECRET)] == []
    logs = night.server.ask("logs/filter", limit=200)
    assert SECRET not in json.dumps(logs)


def tells(path: Path, *secrets: str) -> bool:
    """Whether a file (a database, a log, what is unpacked of a picture or a PDF) has one of the secrets in it."""
    return any(secret.encode() in text for secret in secrets for text in texts(path))


@pytest.mark.skipif(not SLOW, reason="takes half a minute: QWEN_PIPELINE_SLOW=1")
def test_a_server_of_ones_own(tmp_path: Path) -> None:
    """`schedule --serve`: on loopback only, nobody in without the word, and nothing left of it after SIGTERM."""
    spec = write_batch(tmp_path / "in", 1, batch=BATCH + SCHEDULE)
    args = ["schedule", str(spec), "--serve", "--engine", "draft", "--out", str(tmp_path / "out"), "--store", str(tmp_path / "s")]
    own = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT")}
    command = [sys.executable, "-m", "qwen_pipeline", *args]
    process = subprocess.Popen(command, env={**own, "PYTHONPATH": str(ROOT)}, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr
        line = next(line for line in process.stderr if "pages at" in line)
        port = int(line.partition("127.0.0.1:")[2].split(";")[0])
        assert listening(port) == {"0100007F"}
        stranger = Server(tmp_path / "nobody", port)
        assert [stranger.status("admin/version", word) for word in ("", "qwen-pipeline:guess")] == [401, 401]
        started = descendants(process.pid)
        process.terminate()
        assert process.wait(60) == 143
        assert listening(port) == set()
        assert not [pid for pid in started if Path(f"/proc/{pid}/exe").exists()]
    finally:
        end(process)
