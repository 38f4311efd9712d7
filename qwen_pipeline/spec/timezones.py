"""Names of time zones."""

from __future__ import annotations

from qwen_pipeline.types import Place

from .report import Report, nearest


def check_timezone(name: str, place: Place, report: Report) -> None:
    """Report a zone that this machine's table lacks. A machine without the table lets every name through."""
    from zoneinfo import available_timezones

    known = sorted(available_timezones())
    if known and name not in known:
        close = nearest(name, known)
        hint = close if close.startswith("did") else "a name of the IANA table: Asia/Shanghai, Europe/London, UTC"
        report.add("bad-value", f"no time zone '{name}'", place, hint)
