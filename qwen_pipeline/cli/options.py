"""Options that several commands share, and what they become."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from qwen_pipeline.pipeline import Order
    from qwen_pipeline.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])
FOLDER = click.Path(file_okay=False, path_type=Path)
SPECS = click.argument("specs", metavar="SPEC...", nargs=-1, required=True, type=click.Path(path_type=Path))

_ORDER = (
    click.option("--engine", default="auto", metavar="ID", show_default=True, help="auto, draft, or another of `list engines`."),
    click.option("--locale", "locales", multiple=True, metavar="L", help="Only this locale or pair (zh-CN+en-GB); repeatable."),
    click.option("--select", multiple=True, metavar="NAME", help="Only pieces with this id, key or axis value; * is a wildcard."),
    click.option("--set", "overrides", multiple=True, metavar="K=V", help="Over what the spec says: --set vars.date=2026-04-18."),
    click.option("--assets", type=FOLDER, help="Where pictures and data may lie, if not beside the spec."),
    click.option("--templates", type=FOLDER, help="Another library of kinds, layouts and styles."),
)
_MACHINE = (
    click.option("--store", type=FOLDER, help="Where pictures and outputs are kept.  [default: the user's cache folder]"),
    click.option("--shared", metavar="URL", help="A folder or s3://... behind the store, common to several machines."),
    click.option("--weights", type=FOLDER, help="A folder with an engine's weights."),
    click.option("--enhancer-weights", type=FOLDER, help="A folder with those of prompt enhancers, if elsewhere."),
)
DOWNLOAD = click.option(
    "--download", is_flag=True, default=None, help="Fetch weights that are missing, the engine's and the enhancer's."
)
JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output, and nothing else.")
QUIET = click.option("--quiet", "-q", is_flag=True, help="Only errors.")


def order_options(function: F) -> F:
    """--engine, --locale, --select, --set, --assets, --templates."""
    return _apply(_ORDER, function)


def machine_options(function: F) -> F:
    """--store, --shared, --weights, --enhancer-weights."""
    return _apply(_MACHINE, function)


def _apply(options: tuple[Callable[[F], F], ...], function: F) -> F:
    for option in reversed(options):
        function = option(function)
    return function


def take_order(spec: Path, given: dict[str, Any]) -> Order:
    """The order for one spec, from the options of `order_options`."""
    from qwen_pipeline.pipeline import Order

    for override in given["overrides"]:
        if "=" not in override or override.startswith("="):
            raise click.UsageError(f"--set {override}: write it as key=value")
    return Order(
        spec, given["engine"], given["locales"], given["select"], given["overrides"], given["assets"], given["templates"]
    )


def take_settings(given: dict[str, Any], **more: Any) -> Settings:
    """Machine settings: the environment's, and over them what the command line gives."""
    from qwen_pipeline.settings import Settings

    names = ("store", "shared", "weights", "enhancer_weights", "download")
    stated = {**{name: given.get(name) for name in names}, **more}
    return Settings(**{name: value for name, value in stated.items() if value is not None})
