"""`new`: a folder to start from, that builds at once."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import click

from . import options
from .output import emit_json

STARTERS = Path(__file__).parents[1] / "starters"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


@click.command("new")
@click.argument("kind")
@click.argument("name")
@click.option("--out", type=options.FOLDER, help="Where the folder is made.  [default: here]")
@click.option("--templates", type=options.FOLDER, help="Another library of kinds and layouts.")
@options.JSON
def COMMAND(kind: str, name: str, out: Path | None, templates: Path | None, as_json: bool) -> int:
    """Start a poster, deck, infographic, batch, brand or layout.

    Makes a folder NAME with a commented spec that builds as it is, and the schema with which editors check and complete it.
    """
    from qwen_pipeline import discover

    from .schema import all_kinds

    known = {found.lower(): found for found in all_kinds(templates)}
    if kind.lower() not in known:
        raise click.UsageError(f"no kind '{kind}': {discover.suggest(kind.capitalize(), known.values())}")
    if not _NAME.fullmatch(name):
        raise click.UsageError(f"'{name}' is no name for a spec: use letters, digits, dots, hyphens and underscores")
    folder = (out or Path()) / name
    if folder.exists() and any(folder.iterdir()):
        raise click.UsageError(f"{folder} is there already, and not empty")
    written = _write(folder, name, _files(kind.lower(), known[kind.lower()], templates), templates)
    if as_json:
        emit_json({"ok": True, "exit_code": 0, "files": [str(path) for path in written]})
        return 0
    for path in written:
        click.echo(f"  {path}")
    spec_to_build = next((path for path in written if path.name == "poster.yaml"), folder / f"{name}.yaml")
    click.echo(f"\nnext:  qwen-pipeline build {spec_to_build}")
    return 0


def _files(folder: str, kind: str, templates: Path | None) -> dict[str, str]:
    """Name -> text of a starter: the kind's own (`templates/<kind>/starter`), else ours, else two lines."""
    from qwen_pipeline import spec

    for place in ((templates or spec.templates_dir()) / folder / "starter", STARTERS / folder):
        if (place / "spec.yaml").is_file():
            paths = [path for path in sorted(place.rglob("*")) if path.is_file()]
            return {path.relative_to(place).as_posix(): path.read_text("utf-8") for path in paths}
    return {"spec.yaml": f"apiVersion: design/v1\nkind: {kind}\nname: NAME\ntitle: NAME\n"}


def _write(folder: Path, name: str, files: dict[str, str], templates: Path | None) -> list[Path]:
    from qwen_pipeline.store import write_bytes

    written, kinds = [], set()
    for file, text in files.items():
        path = folder / (f"{name}.yaml" if file == "spec.yaml" else file)
        found = re.search(r"^kind: (\w+)$", text, re.MULTILINE)
        if found and path.suffix == ".yaml":
            kinds.add(found[1])
            text = f"# yaml-language-server: $schema=.schema/{found[1].lower()}.json\n{text}"
        write_bytes(path, text.replace("NAME", name).encode())
        written.append(path)
    for kind in sorted(kinds):
        write_bytes(folder / ".schema" / f"{kind.lower()}.json", _schema(kind, templates))
    return written


def _schema(kind: str, templates: Path | None) -> bytes:
    from qwen_pipeline import spec

    found: dict[str, Any] = spec.schema(kind, templates)
    return json.dumps(found, ensure_ascii=False, indent=1).encode() + b"\n"
