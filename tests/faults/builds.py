"""Tiny specs, builds of them in processes of their own, and what is left on the disk afterwards."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qwen_pipeline.pipeline import Order

ROOT = Path(__file__).resolve().parents[2]
SLOW = bool(os.environ.get("QWEN_PIPELINE_SLOW"))
"""Set it to run the large cases too."""

CARD = """\
apiVersion: design/v1
kind: Poster
name: card
extends: minimal
canvas: {size: 64x64px, safe: 2px}
locales: [en]
scene: {style: soft-gradient, subject: "{{ row.name }}"}
title: Name
generate: {seed: 3}
checks: {contrast: off, safe_zone: off}
"""
BATCH = """\
apiVersion: design/v1
kind: Batch
name: batch
template: ./card.yaml
data: {rows: {csv: rows.csv, key: id}}
matrix: {locale: [en]}
map: {title: "{{ row.name }}"}
outputs:
  - {format: png, name: "{id}.png"}
  - {format: pdf, name: "print/{id}.pdf"}
  - {format: contact_sheet, name: "sheet.png"}
"""
PDF = """  - {format: pdf, name: "print/{id}.pdf"}\n"""
SHEET = """  - {format: contact_sheet, name: "sheet.png"}\n"""
POSTER = """\
apiVersion: design/v1
kind: Poster
name: poster
extends: minimal
canvas: {size: 64x64px, safe: 2px}
locales: [en]
scene: {style: soft-gradient, subject: a lamp}
title: Lamp
generate: {seed: 3}
checks: {contrast: off, safe_zone: off}
outputs:
  - {format: pdf, name: "{name}.pdf"}
  - {format: png, name: "sub/{name}.png"}
"""
PARTS = (".qp-partial-", ".part", ".font-")
"""What the names of unfinished files start or end with."""


def write_batch(folder: Path, rows: int, *, card: str = CARD, batch: str = BATCH) -> Path:
    """A batch of so many pieces; its spec's path."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "card.yaml").write_text(card, "utf-8")
    lines = ["id,name", *(f"r{n:03d},L{n}" for n in range(rows))]
    (folder / "rows.csv").write_text("\n".join(lines) + "\n", "utf-8")
    path = folder / "batch.yaml"
    path.write_text(batch, "utf-8")
    return path


def write_poster(folder: Path, text: str = POSTER) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "poster.yaml"
    path.write_text(text, "utf-8")
    return path


def order(path: Path, **more: Any) -> Order:
    return Order(path, engine="draft", **more)


# --- builds in processes of their own ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Call:
    """One `build` on the command line. `prefix`: a command that runs it."""

    spec: Path
    out: Path
    store: Path
    more: tuple[str, ...] = ()
    env: dict[str, str] = field(default_factory=dict)
    cwd: Path = ROOT
    prefix: tuple[str, ...] = ()

    def start(self, **how: Any) -> subprocess.Popen[str]:
        args = ["build", str(self.spec), "--out", str(self.out), "--store", str(self.store), "--engine", "draft", *self.more]
        env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", **self.env}
        command = [*self.prefix, sys.executable, "-m", "qwen_pipeline", *args]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **how}
        return subprocess.Popen(command, env=env, cwd=self.cwd, text=True, encoding="utf-8", **pipes)

    def run(self, **how: Any) -> Ended:
        process = self.start(**how)
        out, err = process.communicate()
        return Ended(process.returncode, out or "", err or "")


@dataclass(frozen=True)
class Ended:
    """How a call ended."""

    code: int
    out: str
    err: str

    @property
    def manifest(self) -> dict[str, Any]:
        """Of a call with --json."""
        found: dict[str, Any] = json.loads(self.out)["builds"][0]["manifest"]
        return found

    @property
    def errors(self) -> list[str]:
        """Codes of the errors of a call with --json."""
        return [entry["code"] for entry in json.loads(self.out)["errors"]]


# --- what is on the disk ----------------------------------------------------------------------------------------------


def digests(folder: Path) -> dict[str, str]:
    """name -> sha256 of every file below a folder."""
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    return {p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def leftovers(*folders: Path) -> list[str]:
    """Unfinished files and work folders that no running build owns."""
    found = [p for folder in folders for p in folder.rglob("*") if p.name.startswith(PARTS) or p.name.endswith(PARTS)]
    found += [p for folder in folders for p in (folder / "tmp").glob("*")]
    return sorted(map(str, found))


def flip(path: Path, at: float = 0.5) -> None:
    """Flip one bit of a file, its size and times unchanged."""
    data = bytearray(path.read_bytes())
    data[int(len(data) * at)] ^= 4
    stat = path.stat()
    path.write_bytes(data)
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def stored(store: Path, what: str) -> dict[str, tuple[int, int]]:
    """name -> (inode, time of change) of the records of `scenes` or `outputs`: what is made anew has another."""
    pattern = {"scenes": "*/*.json", "outputs": "*/*/index.json"}[what]
    return {str(p.relative_to(store)): (p.stat().st_ino, p.stat().st_mtime_ns) for p in (store / what).glob(pattern)}


def made_again(before: dict[str, Any], after: dict[str, Any]) -> Sequence[str]:
    return [name for name, stamp in before.items() if after.get(name) != stamp]
