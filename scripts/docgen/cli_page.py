"""docs/cli.md: every command's help, as printed."""

from __future__ import annotations

import click
from click.testing import CliRunner

from qwen_pipeline.cli import cli

from .text import NOTE, join, prose


def page() -> str:
    commands = cli.list_commands(click.Context(cli))
    return join(NOTE, prose("cli"), _block([]), *(join(f"## `{name}`", *_blocks(name)) for name in commands))


def _blocks(name: str) -> list[str]:
    """The help of a command, and of the commands within it."""
    command = cli.get_command(click.Context(cli), name)
    inner = command.list_commands(click.Context(command)) if isinstance(command, click.Group) else []
    return [_block([name]), *(_block([name, one]) for one in inner)]


def _block(arguments: list[str]) -> str:
    done = CliRunner().invoke(cli, [*arguments, "--help"], prog_name="qwen-pipeline", terminal_width=100)
    assert done.exit_code == 0, f"{arguments}: {done.output}"
    lines = "\n".join(line.rstrip() for line in done.output.splitlines())
    return f"```text\n$ qwen-pipeline {' '.join([*arguments, '--help'])}\n{lines}\n```"
