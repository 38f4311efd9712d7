"""Finished pieces -> findings. `checks/` holds one check a file; `profiles/` says which run by default, and why."""

from typing import TYPE_CHECKING, Any

from .check import Check, Outcome, Settings, check
from .profile import load_profile, profile_name
from .reader import Reader, open_reader, reader_ids, reader_module
from .runner import all_checks, check_rules, effective_rules, run
from .subject import Delivered, Raster, Subject

if TYPE_CHECKING:
    from .matching import needs_exact
    from .read import read_picture

__all__ = [
    "Check",
    "Delivered",
    "Outcome",
    "Raster",
    "Reader",
    "Settings",
    "Subject",
    "all_checks",
    "check",
    "check_rules",
    "effective_rules",
    "load_profile",
    "needs_exact",
    "open_reader",
    "profile_name",
    "read_picture",
    "reader_ids",
    "reader_module",
    "run",
]


def __getattr__(name: str) -> Any:
    """What reads pictures, a dozen modules, when a picture is to be read."""
    if name == "read_picture":
        from .read import read_picture

        return read_picture
    if name == "needs_exact":
        from .matching import needs_exact

        return needs_exact
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
