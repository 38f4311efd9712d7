"""Flows under fire: killed in every phase, the server gone for a while, PostgreSQL behind it, clusters of any size."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from qwen_pipeline.store import Store

from ..faults.builds import (
    BATCH,
    PDF,
    POSTER,
    SHEET,
    SLOW,
    Call,
    digests,
    leftovers,
    made_again,
    stored,
    write_batch,
    write_poster,
)
from ..support.engines.plugged import drawn, environment
from .conftest import QUIET, ROOT, Server, end, free_port, until

slow = pytest.mark.skipif(not SLOW, reason="takes minutes: QWEN_PIPELINE_SLOW=1")
ROWS = 8


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A batch, and the files of a plain build that nobody disturbs."""
    folder = tmp_path_factory.mktemp("whole")
    spec = write_batch(folder / "in", ROWS, batch=BATCH.replace(PDF, ""))
    assert Call(spec, folder / "out", folder / "store", ("--workers", "1")).run().code == 0
    return spec, digests(folder / "out")


def flow(
    spec: Path, folder: Path, *more: str, env: dict[str, str] | None = None, prefix: tuple[str, ...] = ()
) -> subprocess.Popen[str]:
    """A flow on the command line, into `folder/out` from `folder/store`. `prefix`: a command that runs it."""
    args = ["flow", str(spec), "--out", str(folder / "out"), "--store", str(folder / "store"), "--engine", "draft", *more]
    own = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT")}
    command = [*prefix, sys.executable, "-m", "qwen_pipeline", *args]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "bufsize": 1}
    return subprocess.Popen(command, env={**own, **QUIET, "PYTHONPATH": str(ROOT), **(env or {})}, cwd=ROOT, **pipes)  # type: ignore[call-overload,no-any-return]


def wait_for_line(process: subprocess.Popen[str], words: str) -> None:
    assert process.stderr
    for line in process.stderr:
        if words in line:
            return
    raise AssertionError(f"it never said {words!r}")


PHASES = {"plan": "", "pictures": "scenes/*/*.json", "pieces": "outputs/*/*/index.json", "deliver": "../out/*.png"}
PHASES["start"] = PHASES["pieces"]  # while Prefect brings up a server of its own


@pytest.mark.parametrize("phase", PHASES)
def test_killed_in_every_phase(whole: tuple[Path, dict[str, str]], server: Server, tmp_path: Path, phase: str) -> None:
    """Kill -9 of the flow and all it started, once something of the phase is there; a plain build, or the flow, goes on."""
    spec, good = whole
    before = len(server.runs("build"))
    process = flow(spec, tmp_path, "--shard", "2", "--workers", "2", env=None if phase == "start" else server.env)

    def begun() -> bool:
        found = any((tmp_path / "store").glob(PHASES[phase])) if PHASES[phase] else len(server.runs("build")) > before
        return found or process.poll() is not None

    until(begun, look_s=0.05)
    end(process)
    scenes, outputs = stored(tmp_path / "store", "scenes"), stored(tmp_path / "store", "outputs")
    assert {name: d for name, d in digests(tmp_path / "out").items() if name.endswith(".png")}.items() <= good.items()
    again = Call(spec, tmp_path / "out", tmp_path / "store", ("--json",)).run()
    assert (again.code, again.manifest["rendered"]) == (0, ROWS - len(scenes)), again.err
    assert not made_again(scenes, stored(tmp_path / "store", "scenes"))
    assert not made_again(outputs, stored(tmp_path / "store", "outputs"))
    assert digests(tmp_path / "out") == good
    assert leftovers(tmp_path / "out", tmp_path / "store") == []


@slow
def test_a_cancelled_flow_leaves_its_ledger_in_order(whole: tuple[Path, dict[str, str]], tmp_path: Path) -> None:
    """SIGTERM while a picture hangs: the processes are gone, no run is left open, and the next one finishes."""
    folder = tmp_path / "in"
    spec = write_batch(folder, 3, batch=BATCH.replace(PDF, "").replace(SHEET, ""))
    rows = folder / "rows.csv"
    rows.write_text(rows.read_text("utf-8").replace("L1", "fault"), "utf-8")
    env = environment(tmp_path / "plugged")
    process = flow(spec, tmp_path, "--engine", "hung", env=env)
    mark = tmp_path / "plugged" / "armed.pid"
    until(mark.exists)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=120)
    assert process.returncode != 0
    assert not Path(f"/proc/{mark.read_text()}").exists()
    (tmp_path / "plugged" / "armed").unlink()
    ended = Call(spec, tmp_path / "out", tmp_path / "store", ("--engine", "hung"), env).run()
    assert ended.code == 0, ended.err
    opened = [entry["run"] for entry in Store(tmp_path / "store").run_log() if entry["event"] == "start"]
    closed = [entry["run"] for entry in Store(tmp_path / "store").run_log() if entry["event"] != "start"]
    assert sorted(opened) == sorted(closed)


@slow
def test_what_can_pass_is_tried_again(tmp_path: Path) -> None:
    """The engine is out of memory once: the task is retried, and the flow ends well, with one picture begun twice."""
    folder = tmp_path / "in"
    spec = write_batch(folder, 3, batch=BATCH.replace(PDF, "").replace(SHEET, ""))
    rows = folder / "rows.csv"
    rows.write_text(rows.read_text("utf-8").replace("L1", "fault"), "utf-8")
    env = environment(tmp_path / "plugged")
    process = flow(spec, tmp_path, "--engine", "passing", "--json", env=env)
    out, err = process.communicate(timeout=180)
    assert process.returncode == 0, err[-3000:]
    assert json.loads(out)["builds"][0]["manifest"]["failures"] == []
    assert len(drawn(tmp_path / "plugged")) == 4


def test_the_server_is_gone_for_a_while(whole: tuple[Path, dict[str, str]], server: Server, tmp_path: Path) -> None:
    spec, good = whole
    process = flow(spec, tmp_path, "--shard", "1", "--workers", "1", env=server.env)
    try:
        wait_for_line(process, "pieces")
        server.stop()
        until(lambda: any((tmp_path / "store" / "outputs").rglob("index.json")) or process.poll() is not None)
        server.start()
        _, err = process.communicate(timeout=240)
    finally:
        end(process)
    assert process.returncode == 0, err[-3000:]
    assert digests(tmp_path / "out") == good


def test_two_flows_at_once(whole: tuple[Path, dict[str, str]], server: Server, tmp_path: Path) -> None:
    """One spec, one folder, one store: every picture is drawn once, by one or the other."""
    spec, good = whole
    both = [flow(spec, tmp_path, "--shard", "2", "--workers", "1", "--json", env=server.env) for _ in range(2)]
    said = [process.communicate(timeout=240) for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert sum(json.loads(out)["builds"][0]["manifest"]["rendered"] for out, _ in said) == ROWS
    assert digests(tmp_path / "out") == good
    assert leftovers(tmp_path / "out", tmp_path / "store") == []


def test_a_full_disk_under_a_flow(whole: tuple[Path, dict[str, str]], server: Server, tmp_path: Path) -> None:
    """Files may not grow beyond some bytes: what is not made is named, and with space again it is made."""
    spec, good = whole
    limit = ("prlimit", "--fsize=700")
    if not shutil.which(limit[0]):
        pytest.skip("needs prlimit")
    process = flow(spec, tmp_path, "--workers", "1", "--json", env=server.env, prefix=limit)
    out, err = process.communicate(timeout=240)
    assert process.returncode == 4, err[-3000:]
    assert "disk-full" in out + err
    again = Call(spec, tmp_path / "out", tmp_path / "store").run()
    assert again.code == 0, again.err
    assert digests(tmp_path / "out") == good


CLUSTERS = [("dask", 1), ("dask", 4), ("ray", 1), ("ray", 2), ("ray", 4), ("threads", 1), ("threads", 4)]


@pytest.mark.parametrize(
    ("runner", "workers"), [pytest.param("dask", 2), *(pytest.param(*given, marks=slow) for given in CLUSTERS)]
)
def test_any_number_of_workers(whole: tuple[Path, dict[str, str]], tmp_path: Path, runner: str, workers: int) -> None:
    pytest.importorskip("prefect_dask" if runner == "dask" else "prefect_ray", reason="needs the extra `cluster`")
    spec, good = whole
    process = flow(spec, tmp_path, "--runner", runner, "--workers", str(workers), "--shard", "2", "--gpus", "0")
    _, err = process.communicate(timeout=400)
    assert process.returncode == 0, err[-3000:]
    assert digests(tmp_path / "out") == good


@slow
@pytest.mark.parametrize("runner", ["dask", "ray"])
def test_a_gpu_is_a_resource_that_a_shard_claims(whole: tuple[Path, dict[str, str]], tmp_path: Path, runner: str) -> None:
    """Two workers that say they have a card each; no card is touched by the draft engine."""
    spec, good = whole
    process = flow(spec, tmp_path, "--runner", runner, "--workers", "2", "--gpus", "1")
    _, err = process.communicate(timeout=400)
    assert process.returncode == 0, err[-3000:]
    assert digests(tmp_path / "out") == good


# --- PostgreSQL -------------------------------------------------------------------------------------------------------


@pytest.fixture
def database(tmp_path: Path) -> Iterator[str]:
    """A PostgreSQL server of this test's own, on loopback; not as root, where we are."""
    if not shutil.which("initdb") or not shutil.which("pg_ctl"):
        pytest.skip("needs PostgreSQL's initdb and pg_ctl")
    folder, port = tmp_path / "postgres", free_port()
    folder.mkdir()
    prefix: list[str] = []
    if os.geteuid() == 0:
        if not shutil.which("setpriv"):
            pytest.skip("PostgreSQL does not run as root, and setpriv is missing")
        for path in (tmp_path, *tmp_path.parents[:3]):
            path.chmod(path.stat().st_mode | 0o011)
        os.chown(folder, 65534, 65534)
        prefix = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    data, log = str(folder / "data"), str(folder / "log")
    quiet = {"check": True, "stdout": subprocess.DEVNULL, "cwd": folder, "env": {**os.environ, "LC_ALL": "C.UTF-8"}}
    subprocess.run([*prefix, "initdb", "-D", data, "-U", "prefect", "-A", "trust", "-E", "UTF8", "--no-sync"], **quiet)  # type: ignore[call-overload]
    options = f"-p {port} -h 127.0.0.1 -k {folder} -F"
    subprocess.run([*prefix, "pg_ctl", "-D", data, "-l", log, "-w", "-o", options, "start"], **quiet)  # type: ignore[call-overload]
    yield f"postgresql+asyncpg://prefect@127.0.0.1:{port}/postgres"
    os.kill(int((folder / "data" / "postmaster.pid").read_text().splitlines()[0]), signal.SIGQUIT)


def test_with_postgresql(database: str, whole: tuple[Path, dict[str, str]], tmp_path: Path) -> None:
    spec, good = whole
    server = Server(tmp_path / "home", free_port(), database)
    server.start()
    try:
        process = flow(spec, tmp_path, env=server.env)
        _, err = process.communicate(timeout=240)
        assert process.returncode == 0, err[-3000:]
        (run,) = server.runs("build")
        assert run["state_type"] == "COMPLETED"
        found = server.ask("artifacts/filter", artifacts={"flow_run_id": {"any_": [run["id"]]}})
        assert {"progress", "table", "markdown"} <= {artifact["type"] for artifact in found}
    finally:
        server.stop()
    assert not (tmp_path / "home" / "prefect.db").exists()
    assert digests(tmp_path / "out") == good


@slow
def test_an_evaluation_as_a_flow(server: Server, tmp_path: Path) -> None:
    """Prompts without words need no reader: drawn, laid out, and told of on the pages."""
    (tmp_path / "briefs.txt").write_text("a red lamp\ntwo cups on a table\n", "utf-8")
    code = (
        "from flows.flow import evaluate_flow; from qwen_pipeline.pipeline import Trial; from pathlib import Path\n"
        f"folder = Path({str(tmp_path)!r})\n"
        "trial = Trial((folder / 'briefs.txt',), engine='draft', size=(64, 64))\n"
        "state = evaluate_flow(trial, folder / 'out', {'store': str(folder / 'store'), 'workers': 1}, return_state=True)\n"
        "assert state.is_completed(), state.message\n"
    )
    done = subprocess.run([sys.executable, "-c", code], env=server.env, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    (run,) = server.runs("evaluate")
    found = server.ask("artifacts/filter", artifacts={"flow_run_id": {"any_": [run["id"]]}})
    assert {"table", "markdown"} <= {artifact["type"] for artifact in found}
    assert (tmp_path / "out" / "index.html").is_file()


def test_a_review_as_a_flow(server: Server, tmp_path: Path) -> None:
    """Without an answer the run ends as one that needs review; with one it writes it beside the spec and delivers."""
    spec = write_poster(tmp_path / "in", POSTER + "review: {gate: approve}\n")
    code = (
        "from flows.flow import review_flow; from flows.job import Asked; from flows.review import Answer\n"
        "from pathlib import Path\n"
        f"folder, machine = Path({str(tmp_path)!r}), {{'store': {str(tmp_path / 'store')!r}, 'workers': 1}}\n"
        f"given = {{'spec': Path({str(spec)!r}), 'out': folder / 'out', 'asked': Asked(engine='draft'), 'machine': machine}}\n"
        "first = review_flow(**given, return_state=True)\n"
        "assert first.name == 'NeedsReview', first\n"
        "assert not (folder / 'out' / 'poster.pdf').exists()\n"
        "second = review_flow(**given, answer=Answer(approve=['*'], by='Li'), return_state=True)\n"
        "assert second.is_completed() and second.name == 'Completed', second\n"
    )
    done = subprocess.run([sys.executable, "-c", code], env=server.env, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    assert (tmp_path / "out" / "poster.pdf").is_file()
    assert json.loads((spec.parent / "poster.review.json").read_text("utf-8"))["decisions"][0]["by"] == "Li"
    assert len(server.runs("review")) == 2
