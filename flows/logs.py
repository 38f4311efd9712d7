"""What Prefect's logs say of an error that we know: what it is and where, without the way through Prefect."""

from __future__ import annotations

import logging

from qwen_pipeline.errors import QwenPipelineError

RUNS = ("prefect.flow_runs", "prefect.task_runs")


class WithoutWay(logging.Filter):
    """Takes the traceback off a record of one of our errors; of what nobody foresaw it stays."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, QwenPipelineError):
            record.msg, record.args = f"{record.getMessage()}\n{error}", ()
            record.exc_info = record.exc_text = None
        return True


def shorten() -> None:
    """For this process; Prefect is imported."""
    for name in RUNS:
        logger = logging.getLogger(name)
        if not any(isinstance(known, WithoutWay) for known in logger.filters):
            logger.addFilter(WithoutWay())
