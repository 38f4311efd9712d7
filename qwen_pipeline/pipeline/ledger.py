"""The ledger of runs: every start has an end, whatever ended it.

start    what was begun, where
end      with its exit code
stopped  Ctrl-C, SIGTERM, or an error; `why` is its name
lost     a run whose process was killed: said by the next one that has its place
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from qwen_pipeline.errors import StoreError
from qwen_pipeline.store import Store

from .plans import Planned


@contextmanager
def logged(store: Store, planned: Planned, out: Path) -> Iterator[dict[str, Any]]:
    """Keep account of a build into `out`, whose lock we hold. What is put into the dictionary is told at its end."""
    run, result = secrets.token_hex(6), dict[str, Any]()

    def say(event: str, **more: Any) -> None:
        store.log_run(event=event, run=run, time=int(time.time()), out=str(out), **more)

    for name in _open_runs(store, out):
        store.log_run(event="lost", run=name, time=int(time.time()), out=str(out))
    say("start", plan=planned.plan.digest, spec=planned.plan.name)
    try:
        yield result
    except BaseException as error:
        with suppress(StoreError):  # a full disk is told of by the error itself
            say("stopped", why=type(error).__name__)
        raise
    say("end", plan=planned.plan.digest, **result)


def _open_runs(store: Store, out: Path) -> list[str]:
    """Runs into this folder that never ended."""
    begun: dict[str, None] = {}
    for entry in store.run_log():
        if entry.get("out") == str(out) and "run" in entry:
            if entry.get("event") == "start":
                begun[entry["run"]] = None
            else:
                begun.pop(entry["run"], None)
    return list(begun)
