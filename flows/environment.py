"""What must stand in the environment before Prefect is imported: no telemetry, little noise, a home of its own."""

from __future__ import annotations

import os
from pathlib import Path


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
    if "PREFECT_API_URL" not in os.environ:
        home = store.absolute() / "prefect"
        home.mkdir(parents=True, exist_ok=True)  # Prefect makes only the last folder, and its server hangs where it cannot
        defaults["PREFECT_HOME"] = str(home)
        defaults["PREFECT_SERVER_ALLOW_EPHEMERAL_MODE"] = "true"
    for name, value in defaults.items():
        os.environ.setdefault(name, value)
    if "PREFECT_HOME" in defaults:
        Path(os.environ["PREFECT_HOME"]).mkdir(parents=True, exist_ok=True)
