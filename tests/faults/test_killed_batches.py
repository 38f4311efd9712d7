"""Kill -9 at random moments of a batch: nothing half-written, nothing done twice, the same files in the end."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest

from qwen_pipeline.pipeline import build
from qwen_pipeline.settings import Settings

from .builds import BATCH, PDF, ROOT, SLOW, Call, digests, leftovers, made_again, order, stored, write_batch, write_poster

ROWS = 200 if SLOW else 24
KILLS = 45 if SLOW else 2  # of one worker, and again of two


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A batch, and the files of a build that nobody disturbs."""
    folder = tmp_path_factory.mktemp("whole")
    spec = write_batch(folder / "in", ROWS, batch=BATCH if SLOW else BATCH.replace(PDF, ""))
    assert Call(spec, folder / "out", folder / "store", ("--workers", "1")).run().code == 0
    return spec, digests(folder / "out")


@pytest.mark.parametrize("workers", [1, 2])
def test_killed_at_random_moments(whole: tuple[Path, dict[str, str]], tmp_path: Path, workers: int) -> None:
    spec, good = whole
    out, store, temp = tmp_path / "out", tmp_path / "store", tmp_path / "temp"
    temp.mkdir()
    call = Call(spec, out, store, ("--workers", str(workers)), {"TMPDIR": str(temp)})
    moments = random.Random(workers)
    scenes, outputs = stored(store, "scenes"), stored(store, "outputs")
    for kill in range(KILLS):
        kill_at(call, moments.randint(3, 2 * ROWS // KILLS))
        seen = {name: digest for name, digest in digests(out).items() if not name.startswith(".")}
        assert {name: good[name] for name in seen} == seen, "a file under its final name is whole, and the right one"
        now = stored(store, "scenes"), stored(store, "outputs")
        assert not made_again(scenes, now[0]), kill
        assert not made_again(outputs, now[1]), kill
        assert len(now[0]) + len(now[1]) >= len(scenes) + len(outputs)
        scenes, outputs = now
    assert 0 < len(scenes) + len(outputs) < 2 * ROWS
    done = Call(spec, out, store, (*call.more, "--json"), call.env).run()
    assert done.code == 0, done.err
    assert done.manifest["rendered"] <= ROWS - len(scenes)
    assert not made_again(scenes, stored(store, "scenes"))
    assert not made_again(outputs, stored(store, "outputs"))
    assert digests(out) == good
    assert leftovers(out, store) == []
    assert os.listdir(temp) == []


def kill_at(call: Call, lines: int) -> None:
    """Kill a build and its workers once it has said so many lines (or where it ended before)."""
    process = call.start(stdout=subprocess.DEVNULL, start_new_session=True)
    assert process.stderr
    for _ in range(lines):
        if not process.stderr.readline():
            break
    time.sleep(random.Random(lines).random() / 10)  # somewhere within a piece
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    process.stderr.close()


def test_a_worker_is_killed_and_nothing_is_lost(whole: tuple[Path, dict[str, str]], tmp_path: Path) -> None:
    """The task of the worker that went away is done by another; a few kills do not spoil a batch."""
    spec, good = whole
    process = Call(spec, tmp_path / "out", tmp_path / "store", ("--workers", "2")).start(stdout=subprocess.DEVNULL)
    assert process.stderr
    workers: list[int] = []
    for turn in range(2):
        for _ in range(8):
            assert process.stderr.readline()
        workers = workers or children(process.pid)
        os.kill(workers[turn], signal.SIGKILL)
    process.communicate()
    assert process.returncode == 0
    assert digests(tmp_path / "out") == good
    assert leftovers(tmp_path / "out", tmp_path / "store") == []


KILLER = """
import os, signal, sys
ACTS = ("os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.link")
left = int(os.environ["KILL_AT"])
under = os.environ["KILL_UNDER"]
def hook(event, args):
    global left
    writes = event == "open" and isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR)
    if (event in ACTS or writes) and str(args[0]).startswith(under):
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(hook)
"""
"""Ends the process, as by kill -9, when it is about to change the disk for the so-manieth time."""


@pytest.mark.parametrize("step", range(0, 90, 1 if SLOW else 18))
def test_killed_before_each_change_of_the_disk(tmp_path: Path, step: int) -> None:
    spec, out, store = write_poster(tmp_path / "in"), tmp_path / "out", tmp_path / "store"
    (tmp_path / "hook").mkdir()
    (tmp_path / "hook" / "sitecustomize.py").write_text(KILLER, "utf-8")
    env = {"PYTHONPATH": f"{tmp_path / 'hook'}{os.pathsep}{ROOT}", "KILL_AT": str(step), "KILL_UNDER": str(tmp_path)}
    code = Call(spec, out, store, ("--workers", "1"), env).run().code
    assert code in (-signal.SIGKILL, 0)
    good = build(order(spec), tmp_path / "whole", Settings(store=tmp_path / "other", workers=1))
    seen = {name: digest for name, digest in digests(out).items() if not name.startswith(".")}
    assert seen.items() <= digests(tmp_path / "whole").items()
    assert build(order(spec), out, Settings(store=store, workers=1)) == good
    assert digests(out) == digests(tmp_path / "whole")
    assert leftovers(out, store) == []


def children(pid: int) -> list[int]:
    return [int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()]
