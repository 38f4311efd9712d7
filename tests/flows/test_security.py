"""Flows and strangers: what a spec may not do, what lies in a store and is not believed, who gets into a server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ..faults.builds import Call, write_batch
from ..faults.test_outside import CASES, HOOK, make_outside
from .conftest import ROOT, Server, listening

pytestmark = pytest.mark.xdist_group("server")
LONG = ("bomb", "endless", "huge", "good", "a check fails", "jinja: power", "jinja: range")
"""Cases that are no attempt to get out, or take seconds to refuse."""


def run(code: str, *args: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    done = subprocess.run([sys.executable, "-c", code, *args], env=env, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return done


def test_the_documented_server_is_closed(server: Server) -> None:
    """Started by the commands of docs/scheduling.md: on loopback alone, and no page of the API without the word."""
    assert listening(server.port) == {"0100007F"}
    for path in ("admin/version", "admin/settings", "flows/", "work_pools/x", "block_documents/x"):
        assert [server.status(path, word) for word in ("", "admin:guess", "admin:")] == [401, 401, 401], path
    assert server.status("admin/version") == 200


FLOW = """
import json, sys
from pathlib import Path
from flows.flow import HEARD, Heard, build_flow
from flows.job import Asked, Spread
folder, codes = Path(sys.argv[1]), {}
for spec in json.loads(sys.argv[2]):
    heard = Heard()
    HEARD.set(heard)
    machine = {"store": str(folder / "store"), "workers": 1}
    build_flow([Path(spec)], folder / "out", Asked(engine="draft"), Spread(workers=1), machine, return_state=True)
    codes[spec] = (heard.error or heard.built[-1][0]).exit_code
print(json.dumps(codes))
"""


def test_a_strangers_spec_gets_nowhere_through_a_flow(server: Server, tmp_path: Path) -> None:
    """Paths, links, addresses, templates, tags, entities: each is refused by the flow, and no process of it has been anywhere."""
    outside, specs = make_outside(tmp_path), {}
    for number, name in enumerate(name for name in CASES if not name.startswith(LONG) and "bomb" not in name):
        make, codes = CASES[name]
        specs[str(make(tmp_path / f"in{number}", outside))] = codes
    (tmp_path / "hook").mkdir()
    (tmp_path / "hook" / "sitecustomize.py").write_text(HOOK, "utf-8")
    log = tmp_path / "audit.log"
    env = {**server.env, "PYTHONPATH": f"{tmp_path / 'hook'}{os.pathsep}{ROOT}", "AUDIT_LOG": str(log)}
    found = json.loads(run(FLOW, str(tmp_path), json.dumps(list(specs)), env=env).stdout)
    assert {spec: code for spec, code in found.items() if code not in specs[spec]} == {}
    acts = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    own = (str(tmp_path / "out"), str(tmp_path / "store"), str(server.folder), "/dev/null")
    assert [act for act in acts if act[0] == "write" and not all(path.startswith(own) for path in act[2])] == []
    forbidden = (str(outside), "/dev/zero", "/etc/passwd")
    assert [act for act in acts if any(path.startswith(forbidden) for path in act[2])] == []
    assert [act for act in acts if act[0] == "start" and "qwen_pipeline.pipeline.worker" not in act[2][0]] == []
    reached = [act[2][0] for act in acts if act[1] in ("socket.connect", "socket.getaddrinfo", "socket.sendto")]
    assert reached
    assert [call for call in reached if "127.0.0.1" not in call] == []


PLANTED = """
import base64, json, sys
from pathlib import Path
from types import SimpleNamespace
import cloudpickle
from prefect import flow
from prefect.settings import get_current_settings
from flows import kept
from flows.job import Asked, Job
from flows.shops import close_workshops, open_workshop
from flows.tasks import ByFingerprint, make_shard, read_report

folder = Path(sys.argv[1])
job = Job.of(folder / "in" / "batch.yaml", Asked(engine="draft"), {"workers": 1, "store": str(folder / "store")})
shop = open_workshop(job, 1)
given = {"job": job, "plan": shop.planned.plan.digest, "ids": tuple(piece.id for piece in shop.planned.plan.pieces)}
key = ByFingerprint().compute_key(SimpleNamespace(task=make_shard), given, {})
storage = Path(get_current_settings().results.local_storage_path)

class Evil:
    def __reduce__(self):
        return open, (str(folder / "owned"), "w")

pickled = base64.encodebytes(cloudpickle.dumps(Evil())).decode()
how = {"storage_key": key, "serializer": {"type": "pickle", "picklelib": "cloudpickle"}}
texts = {
    "a record that says unpickle": json.dumps({"metadata": how, "result": pickled}),
    "a pickle": pickled,
    "JSON that names a class": json.dumps({"__class__": "subprocess.Popen", "data": ["touch", str(folder / "owned")]}),
}

@flow
def one():
    return make_shard(**given)

def plant(text):
    storage.mkdir(parents=True, exist_ok=True)
    (storage / key).write_text(text)

made = []
for text in texts.values():
    kept._words.clear()  # as another process, which wrote none of it
    plant(text)
    made.append(read_report(one()).pieces)
    plant(text)
    one(return_state=True)  # the process that wrote it: its own file has been replaced
print(json.dumps({"key": key, "made": made, "owned": (folder / "owned").exists()}))
close_workshops()
"""


def test_a_planted_pickle_is_never_loaded(server: Server, tmp_path: Path) -> None:
    """Somebody who can write below the store lays there what Prefect would take for the result of a shard."""
    spec = write_batch(tmp_path / "in", 2)
    assert Call(spec, tmp_path / "out", tmp_path / "store", ("--workers", "1")).run().code == 0
    found = json.loads(run(PLANTED, str(tmp_path), env=server.env).stdout)
    assert found["key"]
    assert found["made"] == [2, 2, 2]
    assert not found["owned"]


def test_only_pipes_to_our_own_processes_carry_pickles() -> None:
    """No other module reads one; what is shared is JSON and finished files. (`dataclass` compiles methods from the names of
    fields in our own source, as Python's module does.)"""
    words = ("pickle", "marshal", "shelve", "torch.load(", "yaml.load(", "yaml.unsafe_load", "eval(", "exec(")
    files = [path for part in ("qwen_pipeline", "flows") for path in (ROOT / part).rglob("*.py")]
    calls = {f"{path.stem}: {word}" for path in files for word in words if reads(path, word)}
    assert calls <= {"workers: pickle", "worker: pickle", "dataclass: exec("}


def reads(path: Path, word: str) -> bool:
    """Whether a module imports or calls it (prose may speak of it)."""
    import ast

    tree = ast.parse(path.read_text("utf-8"))
    names = {alias.name.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    calls = {ast.unparse(node.func) + "(" for node in ast.walk(tree) if isinstance(node, ast.Call)}
    return word in names or word in calls or word + "(" in calls
