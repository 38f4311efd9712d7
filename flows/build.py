"""The flow that builds specs, from the command line: plan, draw in shards, make in shards, deliver.

    python -m flows.build SPEC... --out DIR

Without PREFECT_API_URL it runs with Prefect's embedded server, which is started and ended with it; nothing is to be set up.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qwen_pipeline.errors import QwenPipelineError
from qwen_pipeline.pipeline import OnEvent, Order, load, unheard
from qwen_pipeline.settings import Settings
from qwen_pipeline.types import Manifest

if TYPE_CHECKING:
    from .job import Spread

Built = tuple[Manifest, Path, float]
"""Manifest, output folder, seconds."""


def run(
    orders: Sequence[Order],
    folders: Sequence[Path],
    settings: Settings,
    on_event: OnEvent = unheard,
    spread: dict[str, Any] | None = None,
) -> list[Built]:
    """Build orders, each into its folder, as one flow run an order. Raises what `pipeline.build` raises.

    What is wrong in a spec is said at once, and not when Prefect has started.
    """
    from .environment import is_embedded, prepare
    from .job import Asked, Job, Spread
    from .shops import close_workshops, head_start

    for order in orders:
        read(order)
    shared, machine = Spread(**(spread or {})), settings.model_dump(mode="json")
    if shared.runner == "threads" and is_embedded():
        with suppress(QwenPipelineError):  # the flow comes upon it again, and says so where flows say it
            head_start(Job.of(orders[0].spec, Asked.of(orders[0]), machine), shared.workers)
    try:
        prepare(settings.store)
        return _run(orders, folders, shared, machine, on_event)
    finally:
        close_workshops()


def _run(
    orders: Sequence[Order], folders: Sequence[Path], spread: Spread, machine: dict[str, Any], on_event: OnEvent
) -> list[Built]:
    from .flow import HEARD, Heard, build_flow  # Prefect reads its settings when it is imported
    from .job import Asked

    heard = Heard(on_event)
    HEARD.set(heard)
    for order, folder in zip(orders, folders, strict=True):
        state = build_flow(
            [order.spec.absolute()],
            folder.absolute(),
            Asked.of(order),
            spread,
            machine,
            return_state=True,
        )
        if heard.error is None and len(heard.built) < len(folders[: folders.index(folder) + 1]):
            state.result()  # something that nobody foresaw: raise it
        if heard.error is not None:
            raise heard.error
    return heard.built


def read(order: Order) -> None:
    """Raises SpecError, and tells the webhooks of it, as the flow would."""
    from qwen_pipeline import notify

    try:
        load(order)
    except QwenPipelineError as error:
        notify.tell(notify.post_of_error(order.spec.name, error))
        raise


def main() -> None:
    """The command line is that of `qwen-pipeline flow`."""
    from qwen_pipeline.cli import main as command_line

    command_line(["flow", *sys.argv[1:]])


if __name__ == "__main__":
    main()
