"""Orders -> delivered files. The only package that knows the order of the stages; it parses no arguments and prints nothing.

Names are imported when they are used, so that checking a spec loads nothing that draws.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .building import build, unchanged
    from .evaluation import Evaluation, Trial, evaluate
    from .forecasting import Forecast, forecast
    from .order import Event, OnEvent, Order, unheard
    from .origins import Reproduced, read_record, reproduce
    from .plans import Planned, load, make_plan
    from .report import prompt_text
    from .workshop import SHARD_PIECES, ShardReport, Workshop

_HOMES = {
    "Evaluation": "evaluation",
    "SHARD_PIECES": "workshop",
    "Event": "order",
    "Forecast": "forecasting",
    "OnEvent": "order",
    "Order": "order",
    "Planned": "plans",
    "Reproduced": "origins",
    "ShardReport": "workshop",
    "Workshop": "workshop",
    "Trial": "evaluation",
    "build": "building",
    "evaluate": "evaluation",
    "forecast": "forecasting",
    "load": "plans",
    "make_plan": "plans",
    "prompt_text": "report",
    "read_record": "origins",
    "reproduce": "origins",
    "unchanged": "building",
    "unheard": "order",
}

__all__ = [
    "SHARD_PIECES",
    "Evaluation",
    "Event",
    "Forecast",
    "OnEvent",
    "Order",
    "Planned",
    "Reproduced",
    "ShardReport",
    "Trial",
    "Workshop",
    "build",
    "evaluate",
    "forecast",
    "load",
    "make_plan",
    "prompt_text",
    "read_record",
    "reproduce",
    "unchanged",
    "unheard",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
