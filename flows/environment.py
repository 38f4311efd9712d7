"""What must stand in the environment before Prefect is imported: no telemetry, little noise, a home of its own, a closed door."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

_WORDS = ("PREFECT_API_AUTH_STRING", "PREFECT_SERVER_API_AUTH_STRING")
"""The word that lets clients in, as they say it and as the server wants it."""


def is_embedded() -> bool:
    """Whether the run brings its own server along, which takes seconds to start; else the user's is used."""
    return "PREFECT_API_URL" not in os.environ


def prepare(store: Path) -> None:
    """Set up an embedded run. What the user has set stays; with PREFECT_API_URL set, the user's server is used."""
    defaults = {
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_LOGGING_LEVEL": "WARNING",
        "PREFECT_LOGGING_SERVER_LEVEL": "ERROR",
        "PREFECT_RESULTS_DEFAULT_SERIALIZER": "json",
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "90",
    }
    if is_embedded():
        home = store.absolute() / "prefect"
        home.mkdir(parents=True, exist_ok=True)  # Prefect makes only the last folder, and its server hangs where it cannot
        defaults["PREFECT_HOME"] = str(home)
        defaults["PREFECT_SERVER_ALLOW_EPHEMERAL_MODE"] = "true"
        stated = next((os.environ[name] for name in _WORDS if os.environ.get(name)), "")
        defaults |= dict.fromkeys(_WORDS, stated or f"qwen-pipeline:{secrets.token_urlsafe(24)}")  # others have accounts here too
    for name, value in defaults.items():
        os.environ.setdefault(name, value)
    if "PREFECT_HOME" in defaults:
        Path(os.environ["PREFECT_HOME"]).mkdir(parents=True, exist_ok=True)
