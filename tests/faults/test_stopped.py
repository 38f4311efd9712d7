"""SIGTERM, Ctrl-C and kill -9: the ledger says how every run ended, and the next one goes on."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from qwen_pipeline.store import Store

from .builds import BATCH, PDF, SHEET, Call, digests, leftovers, write_batch
from .test_killed_batches import children

ROWS = 8
CODES = {signal.SIGTERM: 143, signal.SIGINT: 130, signal.SIGKILL: -9}


@pytest.fixture(autouse=True)
def interruptible() -> Iterator[None]:
    """A shell starts what runs in the background with Ctrl-C ignored, and processes inherit that."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize(("sign", "workers"), [(signal.SIGTERM, 1), (signal.SIGTERM, 2), (signal.SIGINT, 1), (signal.SIGKILL, 2)])
def test_every_start_has_an_end(sign: signal.Signals, workers: int, tmp_path: Path) -> None:
    spec = write_batch(tmp_path / "in", ROWS, batch=BATCH.replace(PDF, "").replace(SHEET, ""))
    out, store = tmp_path / "out", tmp_path / "store"
    call = Call(spec, out, store, ("--workers", str(workers)))
    process = call.start(stdout=subprocess.DEVNULL)
    assert process.stderr
    for _ in range(4):
        assert process.stderr.readline()
    helpers = children(process.pid)
    process.send_signal(sign)
    err = process.communicate()[1]
    assert process.returncode == CODES[sign], err
    assert "Traceback" not in err
    events = [entry["event"] for entry in Store(store).run_log()]
    assert events == (["start"] if sign is signal.SIGKILL else ["start", "stopped"])
    if sign is not signal.SIGKILL:
        assert leftovers(out) == []
        assert not [pid for pid in helpers if Path(f"/proc/{pid}").exists() and os.readlink(f"/proc/{pid}/cwd")]
    assert call.run().code == 0
    log = Store(store).run_log()
    closed = ["start", "lost" if sign is signal.SIGKILL else "stopped", "start", "end"]
    assert [entry["event"] for entry in log] == closed
    assert len({entry["run"] for entry in log}) == 2
    assert log[-1]["exit_code"] == 0
    assert len(digests(out)) == 2 * ROWS + 2
    assert leftovers(out, store) == []
