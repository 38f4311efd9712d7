"""Build every example with the draft engine, through the Prefect flow: what `make demo` runs.

    python scripts/demo.py [--out DIR] [EXAMPLE ...]

Pictures and finished pieces are kept under `<out>/.store`, so a second run only looks whether anything has changed.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from flows import build  # noqa: E402
from qwen_pipeline.errors import QwenPipelineError  # noqa: E402
from qwen_pipeline.pipeline import Order  # noqa: E402
from qwen_pipeline.settings import Settings  # noqa: E402
from qwen_pipeline.types import Manifest  # noqa: E402
from scripts.expected import folders, specs  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("example", nargs="*", help="names of folders in examples/ (default: all)")
    parser.add_argument("--out", type=Path, default=Path("out"))
    args = parser.parse_args()
    found = [(folder, spec) for folder in folders() for spec in specs(folder) if not args.example or folder.name in args.example]
    print(f"building {len(found)} specs with the draft engine, through flows/build.py", flush=True)
    print("(Prefect's embedded server takes 5 to 20 seconds to start)", flush=True)
    settings = Settings(store=args.out.absolute() / ".store")
    started, worst = time.perf_counter(), 0
    for folder, spec in found:
        worst = max(worst, build_one(spec, args.out / folder.name / spec.stem, settings))
    print(f"\n{time.perf_counter() - started:.0f} s. The results are in {shown(args.out)}{os.sep}")
    return worst


def build_one(spec: Path, out: Path, settings: Settings) -> int:
    """One line about one build; its exit code."""
    try:
        ((manifest, _, seconds),) = build.run([Order(spec, engine="draft")], [out], settings)
    except QwenPipelineError as error:
        print(f"  {spec.stem}: {error}", flush=True)
        return error.exit_code
    print(f"  {line(spec.stem, manifest, seconds)}  {shown(out)}{os.sep}", flush=True)
    for finding in manifest.findings:
        if finding.severity in ("error", "internal"):
            print(f"      {finding.piece}: {finding.check}/{finding.code}: {finding.message}", flush=True)
    for failure in manifest.failures:
        print(f"      {failure.piece}: {failure.code}: {failure.message}", flush=True)
    return manifest.exit_code


def line(name: str, manifest: Manifest, seconds: float) -> str:
    work = f"{manifest.written} files written" if manifest.written else "unchanged"
    pieces, files = len(manifest.pieces), len(manifest.artifacts)
    count = f"{pieces:>3} {'piece' if pieces == 1 else 'pieces':<6} {files:>3} {'file' if files == 1 else 'files':<5}"
    return f"{'ok ' if manifest.exit_code == 0 else 'BAD'} {name:<18} {count}  {seconds:5.1f} s  {work:<18}"


def shown(path: Path) -> str:
    """A path below the working folder as it is seen from there; any other in full."""
    short = os.path.relpath(path)
    return str(path.absolute()) if short.startswith("..") else short


if __name__ == "__main__":
    sys.exit(main())
