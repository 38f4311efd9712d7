"""Finished pieces -> findings. `checks/` holds one check a file; `profiles/` says which run by default, and why."""

from .check import Check, Outcome, Settings, check
from .matching import needs_exact
from .profile import load_profile, profile_name
from .read import read_picture
from .reader import Reader, open_reader, reader_ids, reader_module
from .runner import all_checks, check_rules, effective_rules, run
from .subject import Delivered, Raster, Subject

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
