"""Machine settings: where things lie and what the machine can do. They never enter a fingerprint or change what a spec means.

Every setting is read from the environment (`QWEN_PIPELINE_STORE=/data/store`), and the command line goes over it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import platformdirs
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

Offload = Literal["auto", "none", "phase", "blocks", "disk"]


def default_store() -> Path:
    """The user's cache folder (`$XDG_CACHE_HOME/qwen-pipeline` on Linux)."""
    return platformdirs.user_cache_path("qwen-pipeline", appauthor=False)


class Settings(BaseSettings):
    """What this machine is told, apart from any spec."""

    model_config = SettingsConfigDict(env_prefix="QWEN_PIPELINE_", env_ignore_empty=True, frozen=True, extra="ignore")

    store: Path = Field(default_factory=default_store)
    """Where scenes, outputs and run records are kept."""
    weights: Path | None = None
    """A folder with weights; None looks in the Hugging Face cache. Nothing is downloaded."""
    device: str = "auto"
    """`auto`, `cpu`, `cuda`, `cuda:1`, ..."""
    offload: Offload = "auto"
    """Where weights wait while they are not used."""
    max_memory_gib: Annotated[float, Field(gt=0)] | None = None
    """How much of the accelerator's memory may be used; None = what is free."""
    workers: Annotated[int, Field(ge=1, le=256)] | None = None
    """Processes that set, write and check pieces; None = by the number of pieces and cores."""
