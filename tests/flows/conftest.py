"""A Prefect server on loopback with a word to get in, a work pool and workers: one server for all tests."""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import pytest

ROOT = Path(__file__).resolve().parents[2]
QUIET = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_LOGGING_LEVEL": "WARNING",
    "PREFECT_SERVER_DEPLOYMENTS_CONCURRENCY_SLOT_WAIT_SECONDS": "1",
    "PREFECT_SERVER_SERVICES_SCHEDULER_LOOP_SECONDS": "5",
    "PREFECT_WORKER_QUERY_SECONDS": "1",
    "OMP_NUM_THREADS": "1",
}


@dataclass
class Server:
    """A running server. `env`: what its clients need."""

    folder: Path
    port: int
    database: str = ""
    word: str = field(default_factory=lambda: f"tester:{secrets.token_hex(8)}")
    process: subprocess.Popen[bytes] | None = None

    @property
    def env(self) -> dict[str, str]:
        own = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT", "QWEN_PIPELINE"))}
        return {
            **own,
            **QUIET,
            "PREFECT_HOME": str(self.folder),
            "PREFECT_API_URL": f"http://127.0.0.1:{self.port}/api",
            "PREFECT_API_AUTH_STRING": self.word,
            "PYTHONPATH": str(ROOT),
        }

    def start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        env = {**self.env, "PREFECT_SERVER_API_AUTH_STRING": self.word}
        if self.database:
            env["PREFECT_SERVER_DATABASE_CONNECTION_URL"] = self.database
        args = [sys.executable, "-m", *documented("prefect server start", port=str(self.port))]
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(args, env=env, stdout=log, stderr=log, start_new_session=True)
        until = time.monotonic() + 120
        while self.status("health") != 200:
            assert self.process.poll() is None, (self.folder / "server.log").read_text()[-2000:]
            assert time.monotonic() < until
            time.sleep(0.2)

    def stop(self) -> None:
        assert self.process
        end(self.process)

    def status(self, path: str, word: str | None = None) -> int:
        """The HTTP status of a page of the API; 0 where nobody answers."""
        try:
            with urlopen(self._request(path, word), timeout=5) as answer:
                return int(answer.status)
        except HTTPError as error:
            return error.code
        except (URLError, OSError):
            return 0

    def ask(self, path: str, **body: Any) -> Any:
        """The JSON answer to a POST."""
        return json.loads(self._answer(self._request(path, None, json.dumps(body).encode())))

    def get(self, path: str) -> Any:
        """The JSON answer to a GET."""
        return json.loads(self._answer(self._request(path, None)))

    @staticmethod
    def _answer(request: Request) -> bytes:
        """What the server says once its database is free: until then it answers 503, and Prefect's own clients ask again."""
        for _ in range(60):
            try:
                with urlopen(request, timeout=60) as answer:
                    return bytes(answer.read())
            except HTTPError as error:
                if error.code != 503:
                    raise
                time.sleep(0.5)
        raise AssertionError("503, half a minute long")

    def _request(self, path: str, word: str | None, data: bytes | None = None) -> Request:
        from base64 import b64encode

        word = self.word if word is None else word
        head = {"Authorization": "Basic " + b64encode(word.encode()).decode()} if word else {}
        return Request(f"http://127.0.0.1:{self.port}/api/{path}", data, {**head, "Content-Type": "application/json"})

    def runs(self, flow: str) -> list[dict[str, Any]]:
        """The runs of a flow, the newest first."""
        found: list[dict[str, Any]] = self.ask("flow_runs/filter", flows={"name": {"any_": [flow]}}, sort="START_TIME_DESC")
        return found

    def cli(self, *args: str, **env: str) -> subprocess.CompletedProcess[str]:
        """Our command line, as a client of this server."""
        command = [sys.executable, "-m", "qwen_pipeline", *args]
        return subprocess.run(command, env={**self.env, **env}, cwd=ROOT, capture_output=True, text=True)

    def worker(self, name: str, pool: str, **env: str) -> subprocess.Popen[bytes]:
        args = [*documented("prefect worker start", pool=pool), "--name", name]
        with (self.folder / f"{name}.log").open("ab") as log:
            command = [sys.executable, "-m", *args]
            return subprocess.Popen(command, env={**self.env, **env}, stdout=log, stderr=log, start_new_session=True)


def documented(command: str, **values: str) -> list[str]:
    """The words of a command as docs/scheduling.md has it, with other values for some of its options."""
    text = (ROOT / "docs" / "scheduling.md").read_text("utf-8")
    line = next(line for line in text.splitlines() if command in line and not line.startswith(("`", "|")))
    words = line[line.index(command) :].split("  ")[0].split()
    for name, value in values.items():
        words[words.index(f"--{name}") + 1] = value
    return words


def listening(port: int) -> set[str]:
    """Addresses, as the kernel writes them, on which a port is open."""
    rows = [line.split() for name in ("tcp", "tcp6") for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]]
    return {row[1].split(":")[0] for row in rows if row[3] == "0A" and int(row[1].split(":")[1], 16) == port}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def end(process: subprocess.Popen[Any]) -> None:
    """Kill -9 a process that a test started, and all it started."""
    for pid in [process.pid, *descendants(process.pid)]:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    process.wait()


def descendants(pid: int) -> list[int]:
    """Processes that a process started, and those that they did."""
    found: list[int] = []
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += [int(child), *descendants(int(child))]
    return found


def until(what: Callable[[], Any], seconds: float = 300.0, look_s: float = 0.5) -> Any:
    """Wait for something to be true; what it was."""
    limit = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < limit
        time.sleep(look_s)
    return found


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    pytest.importorskip("prefect", reason="needs the extra `flows`")
    made = Server(tmp_path_factory.mktemp("prefect"), free_port())
    made.start()
    yield made
    made.stop()
