"""Pages -> delivered files. `formats/<id>.py` is one format; nothing here decides what is right."""

from .credentials import Signatory, check_signatory, sign
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
    "Signatory",
    "Tools",
    "check_options",
    "check_signatory",
    "format_ids",
    "get_format",
    "parse_options",
    "read",
    "sign",
]
