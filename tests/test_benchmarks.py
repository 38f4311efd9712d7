"""The benchmarks' own arithmetic and files; nothing is measured here."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from pathlib import Path
from types import ModuleType

import pytest

from benchmarks import __main__ as bench
from benchmarks import compare, record, scenarios
from benchmarks.record import Figure, against, figure_of, seconds
from benchmarks.setting import Setting


def test_a_figure_is_the_median_and_knows_its_limit() -> None:
    figure = seconds("plan", [3.0, 1.0, 1.5], limit=2.0)
    assert (figure.value, figure.within, figure.ratio) == (1.5, True, None)
    assert seconds("plan", [2.5], limit=2.0).within is False
    assert seconds("plan", [2.5]).within is None


def test_a_peer_is_the_measure_where_there_is_no_limit() -> None:
    figure = against("poster", [1.0, 3.0, 2.0], "typst", [4.0])
    assert (figure.ratio, figure.within) == (0.5, True)
    assert against("poster", [5.0], "typst", [4.0]).within is False


def test_results_are_read_back_as_written(tmp_path: Path) -> None:
    figures = [Figure("differs", 0, "", 0, note="118 briefs"), against("poster", [1.25], "typst", [2.5])]
    line = record.write("trial", figures, tmp_path)
    assert record.read(tmp_path / "trial.jsonl") == [line]
    assert [figure_of(data) for data in line["figures"]] == figures
    assert {"cpus", "cpu", "memory_gib", "system", "python", "load"} == set(line["machine"])


def test_the_newest_run_is_shown_and_two_commits_compared(tmp_path: Path) -> None:
    for commit, value in (("aaa", 2.0), ("bbb", 1.0)):
        line = record.write("trial", [seconds("plan", [value], limit=1.5)], tmp_path)
        lines = (tmp_path / "trial.jsonl").read_text(encoding="utf-8").splitlines()
        lines[-1] = lines[-1].replace(f'"commit": "{line["commit"]}"', f'"commit": "{commit}"')
        (tmp_path / "trial.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    ((scenario, name, value, wanted, kept, *_),) = compare.table(compare.newest(tmp_path))
    assert (scenario, name, value, wanted, kept) == ("trial", "plan", "1.00 s", "<= 1.50 s", "yes")
    assert compare.two("aaa", "bbb", tmp_path) == [("trial", "plan", "2.00 s", "1.00 s", "-50 %")]


def test_every_scenario_says_what_it_measures() -> None:
    for module in pkgutil.iter_modules(scenarios.__path__):
        if module.name == "poster":  # needs Typst, which is measured, not tested
            continue
        found = importlib.import_module(f"benchmarks.scenarios.{module.name}")
        assert found.__doc__
        assert callable(found.run)


def test_a_scenario_that_fails_keeps_no_other_from_being_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Setting) -> list[Figure]:
        raise RuntimeError("the peer is not installed")

    for name, measure in (("broken", fail), ("sound", lambda _: [Figure("pages", 3)])):
        module = ModuleType(f"benchmarks.scenarios.{name}", "What it measures.")
        module.run = measure  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, module.__name__, module)
    setting = Setting(tmp_path, tmp_path, tmp_path)
    assert bench.run(["broken", "sound"], setting, tmp_path / "results") == ["broken"]
    assert [path.name for path in (tmp_path / "results").iterdir()] == ["sound.jsonl"]
