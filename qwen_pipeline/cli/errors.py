"""Errors as people and machines read them, and their exit codes."""

from __future__ import annotations

import json
import os
import traceback
from typing import Any

import click

from qwen_pipeline.errors import QwenPipelineError, SpecError
from qwen_pipeline.types import Place

from .output import one_line

TRACEBACK = "QWEN_PIPELINE_TRACEBACK"
USAGE = 2
BUG = 70
_MAX_SHOWN = 30


def report(error: Exception, *, as_json: bool) -> int:
    """Say what went wrong (to standard error; with `as_json` also as an object to standard output); the exit code."""
    code = _exit_code(error)
    if os.environ.get(TRACEBACK):
        traceback.print_exception(error)
    if as_json:
        click.echo(json.dumps({"ok": False, "exit_code": code, "errors": _entries(error)}, ensure_ascii=False, indent=2))
    for line in _lines(error, code):
        click.echo(line, err=True)
    return code


def _exit_code(error: Exception) -> int:
    if isinstance(error, QwenPipelineError):
        return error.exit_code
    if isinstance(error, click.ClickException):
        return USAGE
    return USAGE if _is_setting(error) else BUG


def _is_setting(error: Exception) -> bool:
    return type(error).__name__ == "ValidationError" and getattr(error, "title", "") == "Settings"


def _lines(error: Exception, code: int) -> list[str]:
    if isinstance(error, click.UsageError):
        usage = error.ctx.get_usage() + "\n" if error.ctx else ""
        hint = f"\nTry '{error.ctx.command_path} --help'." if error.ctx else ""
        return [f"{usage}{click.style('error', fg='red')}: {error.format_message()}{hint}"]
    if isinstance(error, click.ClickException):
        return [f"{click.style('error', fg='red')}: {error.format_message()}"]
    if isinstance(error, SpecError):
        return _spec_lines(error)
    if isinstance(error, QwenPipelineError) and code != BUG:
        return _entry_lines(_entry(error.code, error.message, error.place, error.hint))
    if _is_setting(error):
        return [line for entry in _entries(error) for line in _entry_lines(entry)]
    lines = _entry_lines(_entries(error)[0])
    lines.append(f"    this is a bug of qwen-pipeline; {TRACEBACK}=1 shows where")
    return lines


def _spec_lines(error: SpecError) -> list[str]:
    entries = _entries(error)
    lines = [line for entry in entries[:_MAX_SHOWN] for line in _entry_lines(entry)]
    if len(entries) > _MAX_SHOWN:
        lines.append(f"... and {len(entries) - _MAX_SHOWN} more (--json lists all)")
    lines.append(f"{len(entries)} error{'s' if len(entries) != 1 else ''}; nothing was built")
    return lines


def _entry_lines(entry: dict[str, Any]) -> list[str]:
    where = entry["file"] + (f":{entry['line']}:{entry['column']}" if entry["line"] else "")
    head = click.style(f"error[{entry['code']}]", fg="red", bold=True)
    lines = [f"{head} {one_line(entry['message'])}"]
    if where:
        lines.append(f"  {click.style('-->', fg='blue')} {where}" + (f"  ({one_line(entry['path'])})" if entry["path"] else ""))
    if entry["hint"]:
        lines.append(f"  {click.style('hint:', fg='cyan')} {one_line(entry['hint'])}")
    return lines


def _entries(error: Exception) -> list[dict[str, Any]]:
    if isinstance(error, SpecError):
        return [_entry(d.code, d.message, d.place, d.hint) for d in error.diagnostics]
    if isinstance(error, QwenPipelineError):
        return [_entry(error.code, error.message, error.place, error.hint)]
    if isinstance(error, click.ClickException):
        return [_entry("usage", error.format_message(), None, "")]
    if _is_setting(error):
        found = error.errors()  # type: ignore[attr-defined]
        return [_entry("bad-setting", f"QWEN_PIPELINE_{str(d['loc'][0]).upper()}: {d['msg']}", None, "") for d in found]
    return [_entry("internal", f"{type(error).__name__}: {error}", None, "")]


def _entry(code: str, message: str, place: Place | None, hint: str) -> dict[str, Any]:
    place = place or Place("")
    entry = {"code": code, "message": message, "file": place.file, "line": place.line, "column": place.column}
    return {**entry, "path": place.path, "hint": hint}
