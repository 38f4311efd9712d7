"""`check` of one spec in a fresh process."""

from __future__ import annotations

from benchmarks import ours
from benchmarks.record import ROOT, Figure, seconds
from benchmarks.setting import Setting, process, python


def run(setting: Setting) -> list[Figure]:
    spec = ROOT / "examples" / "02-tea-fair" / "tea-fair.yaml"
    samples = [process(ours.cli("check", spec)) for _ in range(setting.repeats + 1)][1:]
    bare = [process(python("-c", "pass")) for _ in range(setting.repeats)]
    return [seconds("check, cold", samples, limit=0.5), seconds("of which: Python itself", bare)]
