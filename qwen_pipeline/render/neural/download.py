"""Fetching weights, where somebody has asked for it: through huggingface_hub, into its cache, safetensors only."""

from __future__ import annotations

from qwen_pipeline.errors import EngineUnavailable

from .weights import Wanted

_FILES = ("*.json", "*.safetensors", "*.txt", "*.jinja", "README.md", "LICENSE*", "NOTICE*")


def download(wanted: Wanted) -> None:
    """Fetch what is missing of a repository. Raises `EngineUnavailable` with code `download` for whatever goes wrong."""
    try:
        from huggingface_hub import snapshot_download

        snapshot_download(wanted.repo, allow_patterns=list(_FILES))
    except Exception as error:  # a library of many errors: offline, refused, no space, no such repository
        message = f"{wanted.repo} could not be fetched: {type(error).__name__}: {error}"
        raise EngineUnavailable(message, hint="try again, or put the weights on this machine and name them with --weights DIR",
            code="download") from error
