"""`python -m benchmarks run [scenario ...]` and `python -m benchmarks compare [commit commit]`."""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import sys
import tempfile
import traceback
from pathlib import Path

from benchmarks import compare, record, scenarios
from benchmarks.setting import Setting


def scenario_ids() -> list[str]:
    """The file's name is the scenario's id."""
    return sorted(module.name for module in pkgutil.iter_modules(scenarios.__path__))


def run(ids: list[str], setting: Setting, results: Path) -> list[str]:
    """Run scenarios one by one; the ids of those that could not be measured, which do not keep the others from it."""
    failed = []
    for id in ids:
        try:
            module = importlib.import_module(f"benchmarks.scenarios.{id}")
            print(f"{id}: {module.__doc__.strip().splitlines()[0]}", flush=True)
            line = record.write(id, module.run(setting), results)
        except Exception:
            traceback.print_exc()
            failed.append(id)
        else:
            print(compare.text(compare.COLUMNS, compare.table([line])), end="\n\n", flush=True)
    return failed


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    runner = commands.add_parser("run", help="run scenarios (all, if none is named)")
    runner.add_argument("scenario", nargs="*", choices=[[], *scenario_ids()], help=", ".join(scenario_ids()))
    runner.add_argument("--repeats", type=int, default=5, help="timed runs a figure; the median counts (default 5)")
    runner.add_argument("--cache", type=Path, help="keep what is built once (10,000 pieces, 500 pictures) here for the next run")
    runner.add_argument("--data", type=Path, default=record.ROOT.parent / "shared" / "data", help="folder with longtext_*.jsonl")
    runner.add_argument("--scale", type=float, default=1.0, help="share of the full number of pieces and pages, for a trial")
    comparer = commands.add_parser("compare", help="print the newest results, or two commits side by side")
    comparer.add_argument("commits", nargs="*", metavar="commit")
    comparer.add_argument("--markdown", action="store_true")
    for one in (runner, comparer):
        one.add_argument("--results", type=Path, default=record.RESULTS)
    args = parser.parse_args()
    if args.command == "run":
        with tempfile.TemporaryDirectory(prefix="qwen-pipeline-bench-") as scratch:
            setting = Setting(Path(scratch), args.cache or Path(scratch) / "cache", args.data, args.repeats, args.scale)
            failed = run(args.scenario or scenario_ids(), setting, args.results)
        sys.exit(f"not measured: {', '.join(failed)}" if failed else 0)
    show = compare.markdown if args.markdown else compare.text
    if len(args.commits) == 2:
        print(show(("scenario", "figure", args.commits[0], args.commits[1], "change"), compare.two(*args.commits, args.results)))
    else:
        print(show(compare.COLUMNS, compare.table(compare.newest(args.results, *args.commits))))


if __name__ == "__main__":
    main()
