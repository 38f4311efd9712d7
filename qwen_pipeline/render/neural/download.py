"""Fetching weights, where somebody has asked for it: through huggingface_hub, safetensors only."""

from __future__ import annotations

from pathlib import Path

from qwen_pipeline.errors import EngineUnavailable

from .weights import Wanted

_FILES = ("*.json", "*.safetensors", "*.txt", "*.jinja", "README.md", "LICENSE*", "NOTICE*")


def download(wanted: Wanted, folder: Path | None = None) -> None:
    """Fetch what is missing of a repository into the Hugging Face cache, or into a folder of `folder` with its name.

    Raises `EngineUnavailable` with code `download` for whatever goes wrong.
    """
    target = folder / wanted.repo.rpartition("/")[2] if folder else None
    try:
        from huggingface_hub import snapshot_download

        snapshot_download(wanted.repo, allow_patterns=list(_FILES), local_dir=target)
    except Exception as error:  # a library of many errors: offline, refused, no space, no such repository
        message = f"{wanted.repo} could not be fetched: {type(error).__name__}: {error}"
        raise EngineUnavailable(message, hint="try again, or put the weights on this machine and name them with --weights DIR",
            code="download") from error
