"""The examples' plans and prompts as the command line shows them, and what is kept of them in `expected/`."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "examples"
COMMANDS = {"plan.txt": ("plan", "--all"), "prompts.txt": ("prompts",)}
"""File in `expected/` -> command and its options."""
_WIDTH = "160"
"""Columns, so that no table is cut."""


def folders() -> list[Path]:
    """Every example: a folder of `examples/` with a spec in it."""
    return [path for path in sorted(EXAMPLES.iterdir()) if path.is_dir() and specs(path)]


def specs(folder: Path) -> list[Path]:
    """The specs of an example; files whose names begin with an underscore belong to them (brands, templates, layouts)."""
    return sorted(path for path in folder.glob("*.yaml") if not path.name.startswith("_"))


def run(folder: Path, command: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`qwen-pipeline <command> SPEC...` in an example's folder, with the draft engine."""
    names = [path.name for path in specs(folder)]
    env = {**os.environ, "COLUMNS": _WIDTH, "NO_COLOR": "1", "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    env["QWEN_PIPELINE_FONTS"] = os.devnull  # what this machine has added is not part of an example
    line = [sys.executable, "-m", "qwen_pipeline", command, *names, "--engine", "draft", *arguments]
    return subprocess.run(line, cwd=folder, env=env, capture_output=True, text=True, encoding="utf-8", check=False)


def produced(folder: Path) -> dict[str, str]:
    """File name -> text, as it is now. Raises RuntimeError with what the command said if it fails.

    Fingerprints are left out: they change with every version of the engine, and say nothing to a reader.
    """
    found = {}
    for name, (command, *options) in COMMANDS.items():
        with tempfile.TemporaryDirectory() as store:
            done = run(folder, command, "--store", store, *options)
        if done.returncode != 0:
            raise RuntimeError(f"{folder.name}: {command}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
        lines = [line.rstrip() for line in done.stdout.strip().splitlines() if not re.match(r"scene +[0-9a-f]{64}$", line)]
        found[name] = "\n".join(lines) + "\n"
    return found
