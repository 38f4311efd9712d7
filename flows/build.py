"""The flow that builds specs: plan, draw in shards, make in shards, deliver.

    python -m flows.build SPEC... --out DIR

Without PREFECT_API_URL it runs with Prefect's embedded server, which is started and ended with it; nothing is to be set up.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path

from qwen_pipeline.pipeline import OnEvent, Order, unheard
from qwen_pipeline.settings import Settings
from qwen_pipeline.types import Manifest

Built = tuple[Manifest, Path, float]
"""Manifest, output folder, seconds."""


def run(orders: Sequence[Order], folders: Sequence[Path], settings: Settings, on_event: OnEvent = unheard) -> list[Built]:
    """Build orders, each into its folder, as one flow run an order. Raises what `pipeline.build` raises."""
    from .environment import prepare

    prepare(settings.store)
    from .flow import LISTENER, build_flow  # Prefect reads its settings when it is imported

    LISTENER.set(on_event)
    out = []
    for order, folder in zip(orders, folders, strict=True):
        started = time.perf_counter()
        manifest = build_flow(order, folder, settings)
        out.append((manifest, folder, time.perf_counter() - started))
    return out


def main() -> None:
    """The command line is that of `qwen-pipeline flow`."""
    from qwen_pipeline.cli import main as command_line

    command_line(["flow", *sys.argv[1:]])


if __name__ == "__main__":
    main()
