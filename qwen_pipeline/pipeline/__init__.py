"""Orders -> delivered files. The only package that knows the order of the stages; it parses no arguments and prints nothing."""

from __future__ import annotations

from .build import build
from .order import Event, OnEvent, Order
from .plans import Planned, load, make_plan

__all__ = ["Event", "OnEvent", "Order", "Planned", "build", "load", "make_plan"]
