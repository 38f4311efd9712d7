"""A PDF of 500 pages, each with a 2K picture of its own and words over it: peak memory of the whole build.

The pictures are drawn by the draft engine before (`--cache DIR` keeps them); the measured process finds them in the store,
sets 500 pages, checks them and writes the file.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from benchmarks import ours
from benchmarks.record import Figure, seconds
from benchmarks.setting import Setting, peak_memory

PAGE = """\
  - id: p{i}
    layout: picture-full
    title: {{zh-CN: 第 {i} 页, en-GB: Page {i}}}
    scene: {{style: soft-gradient, subject: "study number {i}"}}
"""
HEAD = """\
kind: Deck
name: album
canvas: 2048x2048px
locales: [zh-CN+en-GB]
outputs:
  - {format: pdf, name: album.pdf}
slides:
"""


def write(folder: Path, pages: int) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    spec = folder / "album.yaml"
    spec.write_text(HEAD + "".join(PAGE.format(i=i) for i in range(1, pages + 1)), encoding="utf-8")
    return spec


def run(setting: Setting) -> list[Figure]:
    pages = setting.count(500)
    folder = setting.cache / f"album-{pages}"
    spec, store = write(folder, pages), folder / "store"
    ours.build(spec, folder / "out", store)
    shutil.rmtree(folder / "out")
    shutil.rmtree(store / "outputs", ignore_errors=True)
    command = ours.cli("build", spec, "--engine", "draft", "--out", folder / "out", "--store", store, "--quiet")
    together, largest, took = peak_memory(command)
    size = (folder / "out" / "album.pdf").stat().st_size / 1e6
    return [
        Figure(
            f"PDF of {pages} pages with 2K pictures: peak memory",
            largest,
            "MB",
            250.0,
            note="resident set of the largest process",
        ),
        Figure("the same, all processes together", together, "MB", note="shared pages counted once"),
        seconds("the same, time", [took]),
        Figure("the same, size of the file", size, "MB"),
    ]
