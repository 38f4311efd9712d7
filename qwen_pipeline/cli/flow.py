"""`flow`: the same build as an orchestrated batch. The only command that knows that there are flows."""

from __future__ import annotations

import importlib
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

from qwen_pipeline.errors import QwenPipelineError

from . import options

RUNNERS = ("threads", "dask", "ray", "pool")


class ExtraMissing(QwenPipelineError):
    """The optional requirements of flows are not installed."""

    exit_code = 2
    code = "extra-missing"


_SPREAD = (
    click.option("--runner", type=click.Choice(RUNNERS), default="threads", show_default=True, help="Where the shards are made."),
    click.option("--gpus", type=click.FloatRange(0, 64), default=0, metavar="N", help="Accelerators that each shard claims."),
    click.option("--address", default="", metavar="ADDRESS", help="Of a Dask scheduler or a Ray head; else one is started here."),
    click.option("--shard", type=click.IntRange(1, 10_000), default=40, show_default=True, help="Pieces a shard, at most."),
    click.option("--deployment", default="shard/qwen-pipeline", metavar="NAME", help="Of the shards, for --runner pool."),
)


def spread_options(function: Any) -> Any:
    """--runner, --gpus, --address, --shard, --deployment."""
    for option in reversed(_SPREAD):
        function = option(function)
    return function


def take_spread(given: dict[str, Any], workers: int | None) -> dict[str, Any]:
    return {"workers": workers, **{name: given[name] for name in ("runner", "gpus", "address", "deployment", "shard")}}


@click.command("flow")
@options.SPECS
@click.option("--out", type=options.FOLDER, help="Where the files go; several specs get a folder each.  [default: out/<name>]")
@options.order_options
@options.machine_options
@click.option("--workers", type=click.IntRange(1, 256), help="Processes to work with.  [default: by pieces and cores]")
@spread_options
@options.JSON
@options.QUIET
def COMMAND(specs: tuple[Path, ...], out: Path | None, workers: int | None, as_json: bool, quiet: bool, **given: Any) -> int:
    """Build specs as a Prefect flow: retries, history, artifacts, many machines. Starts in 5 to 10 s; for batches."""
    from .build import as_object, out_folders, show, worst
    from .output import emit_json
    from .progress import listening

    settings = options.take_settings(given, workers=workers)
    folders = out_folders(specs, out)
    orders = [options.take_order(spec, given) for spec in specs]
    results = []
    with listening(quiet or as_json) as on_event:
        built = flows("build").run(orders, folders, settings, on_event, take_spread(given, workers))
    for manifest, folder, seconds in built:
        results.append((manifest, folder))
        if not quiet and not as_json:
            show(manifest, folder, seconds)
    if as_json:
        emit_json(as_object(results))
    return worst(manifest.exit_code for manifest, _ in results)


def flows(module: str) -> Any:
    """A module of the flows: of the checkout, or as they are installed."""
    hint = 'pip install "qwen-pipeline[flows]", or use `build`'
    if find_spec("prefect") is None:
        raise ExtraMissing("flows need prefect, which is not installed", hint=hint)
    if find_spec("qwen_pipeline_flows") is not None:
        return importlib.import_module(f"qwen_pipeline_flows.{module}")
    checkout = Path(__file__).parents[2]
    if not (checkout / "flows" / "build.py").is_file():
        raise ExtraMissing("the flows are not installed", hint=hint)
    sys.path.insert(0, str(checkout))  # before any other folder called flows
    return importlib.import_module(f"flows.{module}")
