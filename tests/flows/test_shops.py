"""What is done before Prefect has started is found by the tasks, and told of."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.job import Job
from flows.shops import HeadStart, close_workshops, head_start, take_up, workshop
from qwen_pipeline.errors import SpecError
from qwen_pipeline.pipeline import Order, Workshop, build
from qwen_pipeline.settings import Settings

SPEC = """\
kind: Poster
name: early
canvas: 160x160px
scene: {{style: ink-wash, subject: "a boat"}}
locales: [zh-CN, en-GB]
title: {{zh-CN: 早茶, en-GB: {word}}}
outputs: [{{format: png, name: "{{locale}}.png"}}]
"""


@pytest.fixture
def job(tmp_path: Path) -> Iterator[Job]:
    yield job_of(tmp_path, "Tea")
    close_workshops()


def job_of(folder: Path, word: str) -> Job:
    spec = folder / "early.yaml"
    spec.write_text(SPEC.format(word=word), "utf-8")
    return Job(Order(spec), Settings(store=folder / "store", workers=1))


def wait_for(shop: Workshop, pieces: int) -> None:
    until = time.monotonic() + 120
    while len(shop.missing()) > pieces:
        assert time.monotonic() < until
        time.sleep(0.05)


def test_a_flow_goes_on_where_its_head_start_ended(job: Job, tmp_path: Path) -> None:
    begun = HeadStart(Workshop(job.order, job.settings, 1))
    wait_for(begun.shop, 0)
    assert begun.end() == 1  # one picture for both languages
    assert begun.shop.shards() == ()
    begun.shop.close()
    assert build(job.order, tmp_path / "out", job.settings).rendered == 0


def test_the_flow_takes_up_the_workshop(job: Job) -> None:
    head_start(job, 1)
    shop, drawn = take_up(job, 1)
    assert drawn in (0, 1)  # as far as it came
    assert workshop(job, shop.planned.plan.digest) is shop
    left = sum(shop.make(ids).rendered for ids in shop.shards())
    assert (drawn + left, shop.missing()) == (1, [])
    assert take_up(job, 1)[0] is not shop


def test_what_is_in_the_store_is_not_made_again(job: Job) -> None:
    shop, _ = take_up(job, 1)
    (ids,) = shop.shards()
    assert shop.make(ids[:1]).rendered == 1
    first = shop.store.output(shop.pieces(ids[:1])[0].fingerprint)
    assert first is not None
    before = first.folder.stat().st_mtime_ns
    report = shop.make(ids)
    assert (report.pieces, report.rendered, report.failures) == (2, 0, ())
    assert first.folder.stat().st_mtime_ns == before


def test_what_fails_early_is_left_to_the_tasks(tmp_path: Path) -> None:
    job = job_of(tmp_path, "Tea " * 400)  # fits at no size: made, and refused when it is delivered
    head_start(job, 1)
    shop, _ = take_up(job, 1)
    try:
        assert all(not shop.make(ids).failures for ids in shop.shards())
        assert build(job.order, tmp_path / "out", job.settings).exit_code == 1
    finally:
        close_workshops()


def test_a_bad_spec_has_no_head_start(tmp_path: Path) -> None:
    job = job_of(tmp_path, "'{{ nobody }}'")
    with pytest.raises(SpecError):
        head_start(job, 1)
    with pytest.raises(SpecError):
        take_up(job, 1)
