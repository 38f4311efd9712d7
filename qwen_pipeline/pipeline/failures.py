"""What is kept of an error that ended a piece."""

from __future__ import annotations

import traceback
from typing import Any

from qwen_pipeline.types import Failure


def failure_of(piece: str, error: Any) -> Failure:
    """What is kept of an error that ended a piece."""
    from qwen_pipeline.errors import QwenPipelineError, SpecError

    if isinstance(error, SpecError) and error.diagnostics:
        first = error.diagnostics[0]
        return Failure(piece, first.code, first.message, error.exit_code, str(first.place), first.hint)
    if isinstance(error, QwenPipelineError):
        return Failure(piece, error.code, error.message, error.exit_code, str(error.place or ""), error.hint)
    return Failure(piece, "internal", f"{type(error).__name__}: {error}", QwenPipelineError.exit_code, _where(error))


def _where(error: BaseException) -> str:
    """File and line of our code where an unexpected error came up; the folder is nobody's business."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "qwen_pipeline" in frame.filename]
    return f"{frames[-1].filename.rpartition('qwen_pipeline')[2][1:]}:{frames[-1].lineno}" if frames else ""
