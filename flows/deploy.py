"""A batch's `schedule:` as a Prefect deployment, and the server and worker that carry it out on one machine."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

from qwen_pipeline.errors import Diagnostic, QwenPipelineError, SpecError
from qwen_pipeline.pipeline import Order, load
from qwen_pipeline.settings import Settings
from qwen_pipeline.types import Place

from .environment import prepare

POOL = "qwen-pipeline"
LOOPBACK = "127.0.0.1"
_START_S = 120.0
_CARRIED = ("store", "shared", "lease_s", "limit_s", "weights", "enhancer_weights", "workers")
"""Settings that are given to the runs of a deployment, where the command line states them; never a secret."""


class NoServer(QwenPipelineError):
    """There is nobody to keep a schedule."""

    exit_code = 2
    code = "no-server"


@dataclass(frozen=True)
class Deployed:
    """A deployment as it was made. `cron` is empty where the spec has no schedule."""

    name: str
    id: str
    pool: str
    cron: str
    timezone: str


def deploy(order: Order, out: Path, spread: dict[str, Any], pool: str = POOL, machine: dict[str, Any] | None = None) -> Deployed:
    """Make or replace the deployment of a spec on the server of PREFECT_API_URL, with its schedule if it has one.

    Raises SpecError for a schedule that no calendar has, NoServer where there is none.
    """
    if not os.environ.get("PREFECT_API_URL"):
        hint = "start one (docs/scheduling.md) and set PREFECT_API_URL, or let `schedule --serve` start one for this machine"
        raise NoServer("a schedule needs a server that keeps it", hint=hint)
    loaded = load(order)
    schedule = getattr(loaded.document, "schedule", None)
    prepare(Path(os.environ.get("PREFECT_HOME", ".")))
    from .flow import campaign_flow, shard_flow
    from .job import Asked, Spread

    parameters = {
        "spec": str(order.spec.absolute()),
        "out": str(out.absolute()),
        "asked": Asked.of(order).model_dump(mode="json"),
        "spread": Spread(**spread).model_dump(mode="json"),
    }
    cron = _cron(schedule, loaded.place("schedule")) if schedule else None
    _make_pool(pool)
    _apply(shard_flow, pool, pool, machine or {})
    name = order.spec.stem
    found = _apply(campaign_flow, name, pool, machine or {}, parameters=parameters, schedule=cron, alone=True)
    stated = (schedule.cron, schedule.timezone) if schedule else ("", "")
    return Deployed(f"campaign/{name}", str(found), pool, *stated)


def _cron(schedule: Any, place: Place) -> Any:
    """The schedule as Prefect knows it; its own reading of the line and of the time zone counts."""
    from prefect.client.schemas.schedules import CronSchedule
    from prefect.schedules import Cron
    from pydantic import ValidationError

    try:
        CronSchedule(cron=schedule.cron, timezone=schedule.timezone)
    except ValidationError as error:
        hint = '"0 6 * * 1": minute hour day month weekday; a zone is called as Asia/Shanghai is'
        raise SpecError([Diagnostic("bad-value", error.errors()[0]["msg"], place, hint)]) from error
    return Cron(schedule.cron, timezone=schedule.timezone)


def _make_pool(name: str) -> None:
    from prefect import get_client
    from prefect.client.schemas.actions import WorkPoolCreate
    from prefect.exceptions import ObjectAlreadyExists
    from prefect.workers.process import ProcessWorker

    template = ProcessWorker.get_default_base_job_template()
    with get_client(sync_client=True) as client, suppress(ObjectAlreadyExists):
        client.create_work_pool(WorkPoolCreate(name=name, type="process", base_job_template=template))


def _apply(
    flow: Any, name: str, pool: str, machine: dict[str, Any], *, parameters: Any = None, schedule: Any = None, alone: bool = False
) -> Any:
    """`alone`: while one run is on, the next is cancelled and not heaped up behind it."""
    from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
    from prefect.types.entrypoint import EntrypointType

    limit = ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW) if alone else None
    made = flow.to_deployment(
        name,
        work_pool_name=pool,
        parameters=parameters or {},
        schedules=[schedule] if schedule else [],
        concurrency_limit=limit,
        entrypoint_type=EntrypointType.MODULE_PATH,
        job_variables={"env": _environment(machine), **_where()},
    )
    return made.apply()


def _where() -> dict[str, str]:
    """The folder to run in: of a checkout, where the flows lie; as they are installed, they are found anyway."""
    return {"working_dir": str(Path(__file__).resolve().parents[1])} if __name__.startswith("flows.") else {}


def _environment(machine: dict[str, Any]) -> dict[str, str]:
    """Settings stated by hand; the others are the worker's own."""
    return {f"QWEN_PIPELINE_{name.upper()}": str(machine[name]) for name in _CARRIED if machine.get(name) is not None}


# --- a server and a worker of our own ---------------------------------------------------------------------------------


@contextmanager
def serving(settings: Settings, pool: str = POOL) -> Iterator[str]:
    """A server on this machine's loopback and a worker, for as long as the block runs; the address of its pages.

    The server keeps its records under the store. Nobody gets in without the word that is made here, and which only stands in
    the environment of the processes we start.
    """
    prepare(settings.store)
    home = Path(os.environ["PREFECT_HOME"])
    port, word = _free_port(), f"qwen-pipeline:{secrets.token_urlsafe(24)}"
    url = f"http://{LOOPBACK}:{port}"
    os.environ |= {"PREFECT_API_URL": f"{url}/api", "PREFECT_API_AUTH_STRING": word}
    server = _start("server", "start", "--host", LOOPBACK, "--port", str(port), PREFECT_SERVER_API_AUTH_STRING=word)
    started = [server]
    try:
        _wait_for(url, word, server, home)
        _make_pool(pool)
        started.append(_start("worker", "start", "--pool", pool, "--type", "process", "--name", f"{socket.gethostname()}-{port}"))
        yield url
    finally:
        for process in reversed(started):
            _stop(process)


def _start(*arguments: str, **more: str) -> subprocess.Popen[bytes]:
    root = str(Path(__file__).resolve().parents[1])
    paths = os.pathsep.join(p for p in (root, os.environ.get("PYTHONPATH", "")) if p)
    env = {**os.environ, "PYTHONPATH": paths, **more}
    log = open(Path(os.environ["PREFECT_HOME"]) / f"{arguments[0]}.log", "ab")  # noqa: SIM115  (the process keeps it open)
    with log:
        return subprocess.Popen([sys.executable, "-m", "prefect", *arguments], env=env, stdout=log, stderr=log)


def _wait_for(url: str, word: str, server: subprocess.Popen[bytes], home: Path) -> None:
    until = time.monotonic() + _START_S
    while time.monotonic() < until:
        if server.poll() is not None:
            break
        with suppress(URLError, OSError), urlopen(Request(f"{url}/api/health", headers=_basic(word)), timeout=5):
            return
        time.sleep(0.2)
    raise NoServer("the server did not start", hint=f"{home / 'server.log'} says why")


def _basic(word: str) -> dict[str, str]:
    from base64 import b64encode

    return {"Authorization": "Basic " + b64encode(word.encode()).decode()}


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGINT)
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])
