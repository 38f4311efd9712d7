"""Finished pieces -> findings. `checks/` holds one check a file; `profiles/` says which run by default, and why."""

from .check import Check, Outcome, Settings, check
from .profile import load_profile, profile_name
from .runner import all_checks, check_rules, effective_rules, run
from .subject import Delivered, Raster, Subject

__all__ = [
    "Check",
    "Delivered",
    "Outcome",
    "Raster",
    "Settings",
    "Subject",
    "all_checks",
    "check",
    "check_rules",
    "effective_rules",
    "load_profile",
    "profile_name",
    "run",
]
