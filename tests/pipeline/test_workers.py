"""Worker processes: same results as none, errors travel, a killed worker is replaced once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from qwen_pipeline.errors import Diagnostic, SpecError
from qwen_pipeline.pipeline.workers import Pool, WorkerKilled, worker_count
from qwen_pipeline.types import Place


@pytest.fixture
def jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    """A module that worker processes can import too."""
    (tmp_path / "jobs_for_workers.py").write_text(
        "import os, pathlib, signal\n"
        "from qwen_pipeline.errors import Diagnostic, SpecError\n"
        "from qwen_pipeline.types import Place\n"
        "def state(base): return base\n"
        "def add(base, n):\n    print('noise')\n    return base + n\n"
        "def wrong(base, n): raise SpecError([Diagnostic('bad', 'no', Place('a.yaml', 3, 1))])\n"
        "def die(base, path):\n"
        "    p = pathlib.Path(path)\n"
        "    if not p.exists() or p.name == 'always':\n        p.touch(); os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return 'lived'\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    import jobs_for_workers  # type: ignore[import-not-found]

    yield jobs_for_workers
    del sys.modules["jobs_for_workers"]


@pytest.mark.parametrize("workers", [1, 3])
def test_results_do_not_depend_on_the_number(jobs: object, workers: int) -> None:
    with Pool(partial(jobs.state, 10), workers) as pool:  # type: ignore[attr-defined]
        found = list(pool.run(jobs.add, range(20)))  # type: ignore[attr-defined]
        assert sorted(task for task, _, _ in found) == list(range(20))
        assert all(ok and result == task + 10 for task, ok, result in found)
        assert len(list(pool.run(jobs.add, range(3)))) == 3  # type: ignore[attr-defined]


@pytest.mark.parametrize("workers", [1, 2])
def test_errors_travel(jobs: object, workers: int) -> None:
    with Pool(partial(jobs.state, 0), workers) as pool:  # type: ignore[attr-defined]
        for _, ok, error in pool.run(jobs.wrong, [1, 2]):  # type: ignore[attr-defined]
            assert not ok
            assert isinstance(error, SpecError)
            assert error.diagnostics == (Diagnostic("bad", "no", Place("a.yaml", 3, 1)),)


def test_a_killed_worker_is_replaced_once(jobs: object, tmp_path: Path) -> None:
    with Pool(partial(jobs.state, 0), 2) as pool:  # type: ignore[attr-defined]
        found = {
            Path(task).name: (ok, value)
            for task, ok, value in pool.run(jobs.die, [str(tmp_path / "once"), str(tmp_path / "always")])
        }  # type: ignore[attr-defined]
    assert found["once"] == (True, "lived")
    assert isinstance(found["always"][1], WorkerKilled)


def test_workers_end_with_their_owner(tmp_path: Path) -> None:
    """Even where the owner is killed."""
    (tmp_path / "slow_jobs.py").write_text(
        "import os, pathlib, time\ndef state(): return None\n"
        f"def wait(_, n):\n    pathlib.Path({str(tmp_path)!r}, f'pid{{n}}').write_text(str(os.getpid()))\n    return n\n"
    )
    script = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "import time, slow_jobs\nfrom qwen_pipeline.pipeline.workers import Pool\n"
        "pool = Pool(slow_jobs.state, 2)\nlist(pool.run(slow_jobs.wait, range(2)))\nprint('ready', flush=True)\ntime.sleep(60)\n"
    )
    owner = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2])
    assert owner.stdout
    assert owner.stdout.readline() == b"ready\n"
    pids = {int(p.read_text()) for p in tmp_path.glob("pid*")}
    owner.send_signal(signal.SIGKILL)
    owner.wait()
    for _ in range(200):
        if not any(alive(pid) for pid in pids):
            break
        time.sleep(0.05)
    assert not any(alive(pid) for pid in pids)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


def test_how_many() -> None:
    assert worker_count(None, 1) == 1
    assert worker_count(None, 3) == 1
    assert worker_count(8, 2) == 2
    assert worker_count(1, 100) == 1
    assert worker_count(3, 100) == 3
