"""Machine settings: where things lie and what the machine can do. They never enter a fingerprint or change what a spec means.

Every setting is read from the environment (`QWEN_PIPELINE_STORE=/data/store`), and the command line goes over it. Reading a
handful of variables here spares every start the 40 ms that importing pydantic-settings takes.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

PREFIX = "QWEN_PIPELINE_"
Precision = Literal["full", "layerwise", "fp8", "fp8-weights", "int8-weights", "gguf", "dfloat11"]
Offload = Literal["auto", "none", "phase", "blocks", "disk"]


def default_store() -> Path:
    """The user's cache folder (`$XDG_CACHE_HOME/qwen-pipeline` on Linux)."""
    import platformdirs

    return platformdirs.user_cache_path("qwen-pipeline", appauthor=False)


def default_fonts() -> Path:
    """Where families of type are kept that were added (`$XDG_DATA_HOME/qwen-pipeline/fonts` on Linux)."""
    import platformdirs

    return platformdirs.user_data_path("qwen-pipeline", appauthor=False) / "fonts"


class Settings(BaseModel):
    """What this machine is told, apart from any spec. What is not given is taken from the environment."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    store: Path = Field(default_factory=default_store)
    """Where scenes, outputs and run records are kept."""
    fonts: Path = Field(default_factory=default_fonts)
    """Families of type that `fonts add` keeps."""
    shared: str | None = None
    """A folder or an fsspec URL (`s3://bucket/prefix`) behind the store, for machines that work together."""
    lease_s: Annotated[float, Field(gt=0, le=3600)] = 60.0
    """A machine that has not been heard of for so many seconds is gone, and its work is taken over."""
    limit_s: Annotated[float, Field(gt=0)] | None = None
    """Seconds that one picture or one piece may take; a process that takes longer is ended. None = as long as it takes."""
    weights: Path | None = None
    """A folder with weights, or with several models side by side; None looks in the Hugging Face cache."""
    enhancer_weights: Path | None = None
    """A folder with those of prompt enhancers; None looks where the engines' weights are, then in the Hugging Face cache."""
    download: bool = False
    """Fetch missing weights into the Hugging Face cache. Otherwise nothing is ever downloaded."""
    device: str = "auto"
    """`auto`, `cpu`, `cuda`, `cuda:1`, ..."""
    offload: Offload = "auto"
    """Where weights wait while they are not used."""
    max_memory_gib: Annotated[float, Field(gt=0)] | None = None
    """How much of the accelerator's memory may be used; None = what is free."""
    precision: Precision = "full"
    """How a neural engine's transformer is kept. Like the weights themselves it decides numbers, so scenes carry it."""
    c2pa_certificates: Path | None = None
    """PEM file with the certificate that signs and those above it, for `disclose.c2pa`."""
    c2pa_key: Path | None = None
    """PEM file with its private key (P-256, P-384, P-521 or Ed25519). Read when files are signed, and never copied."""
    workers: Annotated[int, Field(ge=1, le=256)] | None = None
    """Processes that set, write and check pieces; None = by the number of pieces and cores."""

    @field_validator("shared")
    @classmethod
    def _without_secrets(cls, url: str | None) -> str | None:
        if url and "://" in url and "@" in url.partition("://")[2].partition("/")[0]:
            raise ValueError("an address with a password ends up in logs; put credentials into the environment")
        return url

    @model_validator(mode="before")
    @classmethod
    def _over_environment(cls, given: dict[str, Any]) -> dict[str, Any]:
        stated = {name: os.environ.get(PREFIX + name.upper()) for name in cls.model_fields}
        return {**{name: value for name, value in stated.items() if value}, **given}
