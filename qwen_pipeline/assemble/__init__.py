"""Pages -> delivered files. `formats/<id>.py` is one format; nothing here decides what is right."""

from .format import (
    Delivery,
    DrawnScene,
    Format,
    Options,
    RunDelivery,
    SheetEntry,
    Tools,
    check_options,
    format_ids,
    get_format,
    parse_options,
)
from .metadata import read

__all__ = [
    "Delivery",
    "DrawnScene",
    "Format",
    "Options",
    "RunDelivery",
    "SheetEntry",
    "Tools",
    "check_options",
    "format_ids",
    "get_format",
    "parse_options",
    "read",
]
