"""The neural engines on a CUDA machine, beside diffusers in the same run: `python -m benchmarks.gpu`.

Weights are random and of full size, made on the device; nothing is downloaded. One JSON line a scenario goes to
`benchmarks/results/`, with the machine and the commit. It ends within `--minutes` (10): what no longer fits is skipped, and the
line says why. `--toy` goes through every scenario on the processor with small models, to see that all of it runs.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks import compare, record
from benchmarks.record import Figure

NAMES = (
    *("gpu_2k_8", "gpu_drafts_1k_8", "gpu_2k_40", "gpu_peak_2k", "gpu_streamed_10gib", "gpu_busy", "gpu_vae_decode_2k"),
    *("gpu_references_spilled", "gpu_20b_1328_cfg"),
)


def run(bench: Any, results: Path) -> list[str]:
    """Measure everything; the names of scenarios that gave no figures."""
    from benchmarks.cuda.scenarios import qwen_20b, qwen_21

    reasons: dict[str, str] = {}
    for part in (qwen_21, qwen_20b):
        for name, measure in _parts(part, bench, reasons):
            figures, reason = _attempt(measure)
            bench.free()
            if reason or name:
                reasons[name] = reason
                _save(bench, name or "our side", figures, reason, results)
    for name in NAMES:
        if name not in reasons:
            reasons[name] = reasons.get("", "") or "what comes before it failed"
            _save(bench, name, (), reasons[name], results)
    return [name for name in NAMES if reasons[name]]


def _parts(part: Callable[[Any], Iterable[Any]], bench: Any, reasons: dict[str, str]) -> Iterator[tuple[str, Callable[[], Any]]]:
    """The scenarios of a part; where its weights cannot be made, none."""
    try:
        yield from part(bench)
    except Exception as error:
        traceback.print_exc()
        reasons[""] = f"{type(error).__name__}: {str(error)[:300]}"


def _attempt(measure: Callable[[], Iterable[Figure]]) -> tuple[list[Figure], str]:
    """(figures, why there are none). One scenario that fails keeps no other from being measured."""
    from benchmarks.cuda.bench import NoTime

    try:
        return list(measure()), ""
    except NoTime as error:
        return [], str(error)
    except Exception as error:
        traceback.print_exc()
        return [], f"{type(error).__name__}: {str(error)[:300]}"


def _save(bench: Any, name: str, figures: Sequence[Figure], skipped: str, results: Path) -> None:
    print(f"[{bench.left_s:5.0f} s left] {name}" + (f": skipped: {skipped}" if skipped else ""), flush=True)
    if name not in NAMES:
        return
    line = record.write(name, figures, results, device=bench.describe(), skipped=skipped)
    if figures:
        print(compare.text(compare.COLUMNS, compare.table([line])), flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gpu", description=__doc__)
    parser.add_argument("--toy", action="store_true", help="small models on the processor: a rehearsal, no figures to keep")
    parser.add_argument("--minutes", type=float, default=9.5, help="end within this time (default 9.5)")
    parser.add_argument("--results", type=Path, help="where the lines go (default: benchmarks/results; with --toy nowhere)")
    given = parser.parse_args(arguments)
    os.environ.setdefault("PYTORCH_CUDA_ALLOC_CONF", "expandable_segments:True")  # for both sides: caps leave no room for gaps
    import torch

    from benchmarks.cuda.bench import Bench

    if not given.toy and not torch.cuda.is_available():
        print("there is no CUDA device; --toy rehearses without one", file=sys.stderr)
        return 4
    device = torch.device("cpu") if given.toy else torch.device("cuda", torch.cuda.current_device())  # caps want its number
    with tempfile.TemporaryDirectory(prefix="qwen-pipeline-gpu-") as scratch:
        results = given.results or (Path(scratch) / "results" if given.toy else record.RESULTS)
        without = run(Bench(device, given.toy, given.minutes, Path(scratch)), results)
    return 1 if without else 0


if __name__ == "__main__":
    sys.exit(main())
