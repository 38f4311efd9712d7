"""What tasks decide without a server: what can pass, what a cache key is made of, which plan a worker may work on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("prefect", reason="needs the extra `flows`")

from prefect.states import Failed

from flows.job import Asked, Job, Spread, served_at
from flows.report import artifact_key
from flows.shops import close_workshops, open_workshop, workshop
from flows.tasks import ByFingerprint, can_pass, read_report, settled
from qwen_pipeline.errors import Diagnostic, LicenceRefused, OutOfMemory, QwenPipelineError, Refused, SpecError, StoreError
from qwen_pipeline.pipeline import ShardReport, build
from qwen_pipeline.pipeline.workers import TimedOut, WorkerKilled
from qwen_pipeline.types import Failure, Place

from ..faults.builds import POSTER, ROOT, write_batch, write_poster


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("QWEN_PIPELINE_STORE", str(tmp_path / "store"))
    yield Job.of(write_batch(tmp_path / "in", 2), Asked(engine="draft"), {"workers": 1})
    close_workshops()


@pytest.mark.parametrize(
    ("error", "passes"),
    [
        (OutOfMemory("x"), True),
        (WorkerKilled("x"), True),
        (TimedOut("x"), True),
        (StoreError("x", code="disk-full"), True),
        (StoreError("x", code="shared-store"), True),
        (OSError("x"), True),
        (SpecError([]), False),
        (LicenceRefused("x"), False),
        (Refused("x", code="other-plan"), False),
        (StoreError("x", code="no-permission"), False),
        (QwenPipelineError("x"), False),
        (ZeroDivisionError("x"), False),
    ],
)
def test_only_what_can_pass_is_tried_again(error: Exception, passes: bool) -> None:
    task: Any = None
    assert can_pass(task, task, Failed(data=error)) is passes


def test_a_report_travels_as_json() -> None:
    report = ShardReport(3, 2, (Failure("p", "render", "画不出", 4),))
    assert read_report(settled(report)) == report
    assert json.loads(settled(report))["rendered"] == 2


def key(job: Job, name: str = "pieces") -> str | None:
    shop = open_workshop(job)
    given = {"job": job, "plan": shop.planned.plan.digest, "ids": tuple(p.id for p in shop.planned.plan.pieces)}
    context: Any = SimpleNamespace(task=SimpleNamespace(name=name))
    return ByFingerprint().compute_key(context, given, {})


def test_prefect_cannot_say_done_of_what_the_store_has_not(job: Job, tmp_path: Path) -> None:
    assert key(job) is None
    build(job.order, tmp_path / "out", job.settings)
    first = key(job)
    assert first
    assert first == key(job)
    assert first != key(job, "pictures")
    shop = open_workshop(job)
    shop.store.drop_output(shop.planned.plan.pieces[0].fingerprint)
    assert key(job) is None
    build(job.order, tmp_path / "elsewhere", job.settings)
    assert key(job) == first
    rows = tmp_path / "in" / "rows.csv"
    rows.write_text(rows.read_text("utf-8").replace("L1", "L9"), "utf-8")
    build(job.order, tmp_path / "out", job.settings)
    assert key(job) not in (None, first)


def test_a_worker_with_other_files_refuses(job: Job, tmp_path: Path) -> None:
    plan = open_workshop(job).planned.plan.digest
    assert workshop(job, plan).planned.plan.digest == plan
    close_workshops()
    (tmp_path / "in" / "rows.csv").write_text("id,name\nr000,other\n", "utf-8")
    with pytest.raises(Refused) as caught:
        workshop(job, plan)
    assert caught.value.code == "other-plan"


def test_what_has_failed_for_good_is_not_tried_again(job: Job, tmp_path: Path) -> None:
    shop = open_workshop(job)
    piece = shop.planned.plan.pieces[0].id
    manifest = build(job.order, tmp_path / "out", job.settings, lost=(Failure(piece, "timed-out", "no answer", 4),))
    assert [(f.piece, f.code) for f in manifest.failures] == [(piece, "timed-out")]
    assert (manifest.rendered, manifest.exit_code) == (1, 4)
    assert build(job.order, tmp_path / "out", job.settings).exit_code == 0


def test_parameters_hold_no_secret(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What Prefect keeps of a run is what was asked for, and settings: none of the environment."""
    for name in ("AWS_SECRET_ACCESS_KEY", "PREFECT_API_AUTH_STRING", "QWEN_PIPELINE_WEBHOOK_SECRET"):
        monkeypatch.setenv(name, "hunter2")
    job = Job.of(tmp_path / "a.yaml", Asked(), {"store": str(tmp_path)})
    kept = [job.asked.model_dump_json(), Spread().model_dump_json(), job.settings.model_dump_json()]
    assert "hunter2" not in "".join(kept)


def test_where_a_browser_finds_a_sheet(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert served_at(tmp_path / "out", "sheet.pdf") == (tmp_path / "out" / "sheet.pdf").as_uri()
    monkeypatch.setenv("QWEN_PIPELINE_SERVED_AT", "https://files.example.org/campaigns/")
    assert served_at(tmp_path / "out", "sheet.pdf") == "https://files.example.org/campaigns/out/sheet.pdf"


@pytest.mark.parametrize("name", ["Autumn drinks", "秋", "a_b.c"])
def test_artifact_keys(name: str) -> None:
    assert set(artifact_key(name, "findings")) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


def test_families_stay_together() -> None:
    """Pieces that show one picture, or pictures that come from one another, are drawn in one shard."""
    from qwen_pipeline.pipeline.workshop import families

    def scene(name: str, source: str | None = None) -> Any:
        return SimpleNamespace(fingerprint=name, request=SimpleNamespace(source=source, references=()))

    def piece(name: str, *shown: str) -> Any:
        return SimpleNamespace(id=name, pages=[SimpleNamespace(scenes=(s,)) for s in shown])

    scenes = [scene("a"), scene("a2", "a"), scene("b"), scene("c")]
    pieces = [piece("p1", "a"), piece("p2", "a2"), piece("p3", "b"), piece("p4", "b", "c"), piece("p5", "c"), piece("p6")]
    assert families(pieces, scenes) == [["p1", "p2"], ["p3", "p4", "p5"], ["p6"]]


def test_a_bad_spec_is_told_without_the_way_through_prefect(caplog: pytest.LogCaptureFixture) -> None:
    import logging

    from flows.logs import WithoutWay

    logger = logging.getLogger("somewhere.else")
    logger.addFilter(WithoutWay())
    wrong = Diagnostic("unknown-key", "there is no key 'tilte' here", Place("a.yaml", 3, 1))
    for error in (SpecError([wrong]), ZeroDivisionError()):
        try:
            raise error
        except Exception:
            logger.exception("it failed")
    ours, unforeseen = caplog.records
    assert (ours.exc_info, "a.yaml:3:1: unknown-key" in ours.getMessage()) == (None, True)
    assert unforeseen.exc_info


def test_a_bad_spec_is_said_before_prefect_starts(tmp_path: Path) -> None:
    """In a process that cannot import it."""
    (tmp_path / "prefect.py").write_text("raise RuntimeError('imported')\n", "utf-8")
    spec = write_poster(tmp_path / "in", POSTER.replace("title:", "tilte:"))
    code = (
        "from pathlib import Path; from flows import build; from qwen_pipeline.pipeline import Order\n"
        "from qwen_pipeline.settings import Settings; from qwen_pipeline.errors import SpecError\n"
        f"try: build.run([Order(Path({str(spec)!r}))], [Path({str(tmp_path / 'out')!r})], Settings(store={str(tmp_path)!r}))\n"
        "except SpecError: print('said')\n"
    )
    env = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)
    assert done.stdout == "said\n", done.stderr


def test_a_run_that_is_just_ending_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """It lets go of its lock first and says that it is done then; who looks between the two must wait for the word."""
    import uuid

    from prefect.states import Completed, Running

    from flows import pool as pools

    now, held, told = [100.0], [True], [Running()]
    monkeypatch.setattr(pools.time, "monotonic", lambda: now[0])
    pool, given = object.__new__(pools._Pool), []
    pool._job = SimpleNamespace(settings=SimpleNamespace(lease_s=60.0))
    pool.look = lambda ids: {ids[0]: SimpleNamespace(id=ids[0], state=told[0])}
    pool.give = lambda ids, attempt: given.append(attempt)
    pool._set = lambda run, state: None
    shard = pools._Out(("p",), "n", uuid.uuid4(), lambda: held[0])

    def judge() -> tuple[bool, Any]:
        return pool.judge(shard, SimpleNamespace(state=Running()))[1:]

    assert judge() == (False, None)
    held[0] = False
    for _ in range(5):
        now[0] += 1
        assert (judge(), given) == ((False, None), [])
    now[0] += pools.ENDING_S
    told[0] = Completed(message=settled(ShardReport(1, 1, ())))  # said since the runs were looked at
    assert judge() == (True, ShardReport(1, 1, ()))
    told[0] = Running()
    judge()
    assert given == [1]
